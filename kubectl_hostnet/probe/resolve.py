"""The address behind a name, for node addresses of type Hostname, InternalDNS and ExternalDNS."""

from __future__ import annotations

import socket
from typing import Any

from kubectl_hostnet.probe.attempt import Attempt, EndedError

SockAddr = tuple[socket.AddressFamily, tuple[Any, ...]]


async def resolve(attempt: Attempt, host: str, port: int) -> SockAddr:
    """Family and socket address of a host. Raises EndedError("unresolved") in the words of the system's resolver."""
    try:
        socket.inet_pton(socket.AF_INET, host)
    except (OSError, ValueError):
        pass
    else:
        return socket.AF_INET, (host, port)
    try:
        return _first(host, port, socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):  # UnicodeError: a label of more than 63 characters
        pass
    attempt.begin("resolve")
    # The C library cannot be interrupted: in a thread of its own it does not hold up the others.
    found = await attempt.loop.in_thread(lambda: _looked_up(host, port))
    if isinstance(found, Exception):
        raise EndedError("unresolved", (isinstance(found, OSError) and found.strerror) or str(found))
    attempt.finish()
    attempt.resolved = str(found[1][0])
    return found


def _first(host: str, port: int, flags: int = 0) -> SockAddr:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    family, _kind, _protocol, _name, address = answers[0]
    return family, address


def _looked_up(host: str, port: int) -> SockAddr | Exception:
    try:
        return _first(host, port)
    except (OSError, UnicodeError) as error:
        return error
