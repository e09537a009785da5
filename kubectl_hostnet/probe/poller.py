"""Waiting for many sockets at once: epoll where there is one, else whatever the system has."""

from __future__ import annotations

import select
import selectors
import sys
from typing import Protocol

READ, WRITE = 1, 4  # the values of EPOLLIN and EPOLLOUT


class Poller(Protocol):
    """Each `arm` is for one event; errors and hang-ups wake whoever waits."""

    def arm(self, number: int, mode: int, *, first: bool) -> None:
        """Wait for a file descriptor to become READ-able or WRITE-able; `first` for one that was never armed."""

    def poll(self, seconds: float) -> list[int]:
        """The file descriptors that are ready, at the latest after so many seconds."""

    def close(self) -> None:
        """No more."""


if sys.platform.startswith("linux"):

    class Epoll:
        """One call to the kernel for each arm: closing a socket takes it out by itself (epoll(7))."""

        def __init__(self) -> None:
            self._epoll = select.epoll()

        def arm(self, number: int, mode: int, *, first: bool) -> None:
            """Register or re-arm."""
            if first:
                self._epoll.register(number, mode | select.EPOLLONESHOT)
            else:
                self._epoll.modify(number, mode | select.EPOLLONESHOT)

        def poll(self, seconds: float) -> list[int]:
            """Ready descriptors."""
            return [number for number, _event in self._epoll.poll(seconds)]

        def close(self) -> None:
            """No more."""
            self._epoll.close()


class Selector:
    """The same with the standard library's selectors (macOS, Windows)."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def arm(self, number: int, mode: int, *, first: bool) -> None:
        """Register; a descriptor that was closed while it was armed makes room for its successor."""
        if first and number in self._selector.get_map():
            self._selector.unregister(number)
        event = selectors.EVENT_READ if mode == READ else selectors.EVENT_WRITE
        if number in self._selector.get_map():
            self._selector.modify(number, event)
        else:
            self._selector.register(number, event)

    def poll(self, seconds: float) -> list[int]:
        """Ready descriptors, which are then no longer armed."""
        ready = [key.fd for key, _mask in self._selector.select(seconds)]
        for number in ready:
            self._selector.unregister(number)
        return ready

    def close(self) -> None:
        """No more."""
        self._selector.close()


def poller() -> Poller:
    """The best that this system has."""
    return Epoll() if sys.platform.startswith("linux") else Selector()
