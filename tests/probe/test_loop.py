"""The event loop: side by side, in time, fair, and tidy whatever happens."""

from __future__ import annotations

import socket
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from kubectl_hostnet.probe import loop as loops
from kubectl_hostnet.probe.loop import Loop
from kubectl_hostnet.probe.poller import Poller, Selector, poller


@pytest.fixture(params=["best", "selectors"])
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Loop:
    """A loop on epoll, and one on what other systems have."""
    if request.param == "selectors":
        monkeypatch.setattr(loops, "poller", Selector)
    return Loop()


def run(loop: Loop, *coroutines: Coroutine[Any, None, None]) -> float:
    started = time.monotonic()
    loop.run(coroutines)
    return time.monotonic() - started


def test_sleepers_sleep_side_by_side(loop: Loop) -> None:
    woke: list[float] = []

    async def sleeper(seconds: float) -> None:
        await loop.sleep(seconds)
        woke.append(seconds)

    assert run(loop, sleeper(0.2), sleeper(0.1), sleeper(0.15)) < 0.3
    assert woke == [0.1, 0.15, 0.2]


def test_sockets_wake_those_who_wait_for_them(loop: Loop) -> None:
    left, right = socket.socketpair()
    left.setblocking(False)
    heard: list[bytes] = []

    async def reader() -> None:
        for _ in range(3):
            await loop.readable(left)
            heard.append(left.recv(10))

    async def writer() -> None:
        for word in (b"a", b"b", b"c"):
            await loop.sleep(0.01)
            await loop.writable(right)
            right.send(word)

    with left, right:
        run(loop, reader(), writer())
    assert heard == [b"a", b"b", b"c"]


def test_a_descriptor_that_is_used_again_belongs_to_the_new_socket(loop: Loop) -> None:
    async def scene() -> None:
        for _ in range(3):
            left, right = socket.socketpair()
            loop.opened(left.fileno())
            right.send(b"x")
            await loop.readable(left)
            assert left.recv(1) == b"x"
            left.close()
            right.close()

    run(loop, scene())


def test_a_deadline_ends_what_does_not_end_and_nothing_else(loop: Loop) -> None:
    after: list[str] = []

    async def scene() -> None:
        with pytest.raises(TimeoutError), loop.deadline(0.1):
            await loop.sleep(5)
        await loop.sleep(0.01)
        with loop.deadline(0.05):
            pass
        await loop.sleep(0.1)
        after.append("went on")

    assert run(loop, scene()) < 1
    assert after == ["went on"]


def test_an_inner_deadline_leaves_the_outer_one_alone_and_the_reverse(loop: Loop) -> None:
    async def inner_first() -> None:
        with loop.deadline(1):
            with pytest.raises(TimeoutError), loop.deadline(0.05):
                await loop.sleep(5)
            await loop.sleep(0.01)

    async def outer_first() -> None:
        with pytest.raises(TimeoutError), loop.deadline(0.05):
            try:
                with loop.deadline(1):
                    await loop.sleep(5)
            except TimeoutError:
                pytest.fail("the outer deadline was taken for the inner one")

    run(loop, inner_first(), outer_first())


def test_time_in_which_this_process_stood_still_is_given_back(loop: Loop) -> None:
    ended: list[str] = []

    async def waiting() -> None:
        with loop.deadline(0.3):
            await loop.sleep(0.4)
        ended.append("in time")

    async def blocking() -> None:
        await loop.sleep(0.05)
        time.sleep(0.6)  # noqa: ASYNC251 - as a stopped process would

    run(loop, waiting(), blocking())
    assert ended == ["in time"]


def test_what_came_while_it_stood_still_is_not_too_late(loop: Loop) -> None:
    left, right = socket.socketpair()
    left.setblocking(False)
    heard: list[bytes] = []

    async def waiting() -> None:
        with loop.deadline(0.2):
            await loop.readable(left)
            heard.append(left.recv(10))

    async def blocking() -> None:
        await loop.sleep(0.01)
        right.send(b"answer")
        time.sleep(0.5)  # noqa: ASYNC251

    with left, right:
        run(loop, waiting(), blocking())
    assert heard == [b"answer"]


def test_a_thread_brings_its_result_and_a_deadline_does_not_wait_for_it(loop: Loop) -> None:
    found: list[object] = []

    async def scene() -> None:
        found.append(await loop.in_thread(lambda: 42))
        with pytest.raises(TimeoutError), loop.deadline(0.1):
            await loop.in_thread(lambda: time.sleep(0.5))
        await loop.sleep(0.6)  # the late result wakes nobody
        found.append("went on")

    assert run(loop, scene()) < 2
    assert found == [42, "went on"]


def test_an_error_ends_all_and_closes_all(loop: Loop) -> None:
    closed: list[str] = []

    async def sleeper() -> None:
        try:
            await loop.sleep(10)
        finally:
            closed.append("sleeper")

    async def failing() -> None:
        await loop.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(loop, sleeper(), failing())
    assert closed == ["sleeper"]


def test_the_best_poller_of_this_system() -> None:
    chosen: Poller = poller()
    assert chosen.poll(0) == []
    chosen.close()
