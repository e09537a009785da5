"""The address behind a name, for node addresses of type Hostname, InternalDNS and ExternalDNS."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

from kubectl_hostnet.probe.attempt import Attempt, EndedError

SockAddr = tuple[socket.AddressFamily, tuple[Any, ...]]


async def resolve(attempt: Attempt, host: str, port: int) -> SockAddr:
    """Family and socket address of a host. Raises EndedError("unresolved") in the words of the system's resolver."""
    try:
        return _first(host, port, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):  # UnicodeError: a label of more than 63 characters
        pass
    attempt.begin("resolve")
    found = await _in_thread(attempt.loop, host, port)
    if isinstance(found, Exception):
        raise EndedError("unresolved", (isinstance(found, OSError) and found.strerror) or str(found))
    attempt.finish()
    attempt.resolved = str(found[1][0])
    return found


def _first(host: str, port: int, flags: int = 0) -> SockAddr:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    family, _kind, _protocol, _name, address = answers[0]
    return family, address


async def _in_thread(loop: asyncio.AbstractEventLoop, host: str, port: int) -> SockAddr | Exception:
    """The C library cannot be interrupted: a daemon thread, unlike the loop's executor, lets the program end meanwhile."""
    future: asyncio.Future[SockAddr | Exception] = loop.create_future()

    def look_up() -> None:
        try:
            answer: SockAddr | Exception = _first(host, port)
        except (OSError, UnicodeError) as error:
            answer = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, future, answer)

    threading.Thread(target=look_up, daemon=True).start()
    return await future


def _settle(future: asyncio.Future[SockAddr | Exception], answer: SockAddr | Exception) -> None:
    if not future.done():
        future.set_result(answer)
