"""TCP: a connection, and whether the other side speaks first, waits, or hangs up at once."""

from __future__ import annotations

import errno
import socket
from typing import Any

from kubectl_hostnet.probe import tunnel
from kubectl_hostnet.probe.attempt import Attempt, ConnectError, EndedError, Stream
from kubectl_hostnet.probe.kernel import OVERLOAD, icmp_of, name_of, want_icmp, words_of
from kubectl_hostnet.probe.limits import CHUNK, QUIET
from kubectl_hostnet.probe.loop import Loop
from kubectl_hostnet.probe.observation import End
from kubectl_hostnet.probe.resolve import resolve

PENDING = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, errno.EALREADY})


async def observe(attempt: Attempt) -> None:
    """Connect, then wait a moment for a greeting or for the connection's end."""
    stream = await connect(attempt)
    attempt.begin("answer")
    try:
        with attempt.loop.deadline(QUIET):
            attempt.data = await stream.receive()
    except TimeoutError:
        return
    if not attempt.data:
        raise EndedError("closed", "the connection was closed at once")
    attempt.finish()


async def connect(attempt: Attempt) -> Stream:
    """A TCP connection to the target. Raises ConnectError, or EndedError for a name that does not resolve."""
    target, proxy = attempt.target, attempt.proxy
    if not proxy:
        return await _connect(attempt, target.address, target.port)
    try:
        stream = await _connect(attempt, proxy.host, proxy.port)
    except EndedError as error:
        raise EndedError("proxy", f"proxy {proxy.host}:{proxy.port}: {error.error}") from error
    await tunnel.dig(attempt, stream, proxy)
    attempt.finish()
    return stream


async def _connect(attempt: Attempt, host: str, port: int) -> Stream:
    family, address = await resolve(attempt, host, port)
    attempt.begin("connect")
    sock = attempt.own(_socket(family))
    want_icmp(sock)
    code = sock.connect_ex(address)
    local = code not in PENDING
    if not local:
        await attempt.loop.writable(sock)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code == errno.ECONNRESET:  # a refusal is ECONNREFUSED: this one was accepted, and reset before we looked
        attempt.finish()
        raise EndedError("reset", words_of(code), code=name_of(code))
    if code:
        raise _failure(code, sock, address, local=local)
    if _met_itself(sock, address):
        raise ConnectError("failed", words_of(errno.ECONNREFUSED), "ECONNREFUSED", local=False, icmp=None)
    if not attempt.proxy:
        attempt.finish()
    return TcpStream(sock, attempt.loop)


class TcpStream:
    """A connected, non-blocking socket."""

    def __init__(self, sock: socket.socket, loop: Loop) -> None:
        self._sock = sock
        self._loop = loop

    async def send(self, data: bytes) -> None:
        """Send all of it; raises OSError."""
        while data:
            try:
                data = data[self._sock.send(data) :]
            except BlockingIOError:
                await self._loop.writable(self._sock)

    async def receive(self, limit: int = CHUNK) -> bytes:
        """What comes next, b"" when the peer has ended the connection; raises OSError."""
        while True:
            await self._loop.readable(self._sock)
            try:
                return self._sock.recv(limit)
            except BlockingIOError:  # woken for nothing, which the kernel may do
                continue


def _socket(family: socket.AddressFamily) -> socket.socket:
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise own_failure(error) from error
    sock.setblocking(False)
    return sock


def own_failure(error: OSError) -> ConnectError:
    """What it means that this machine gave no socket: it has run out of something, or does not know the family."""
    code = name_of(error.errno or 0)
    end: End = "own" if code in OVERLOAD else "failed"  # EAFNOSUPPORT: this machine has no IPv6
    return ConnectError(end, words_of(error.errno or 0), code, local=True, icmp=None)


def _failure(code: int, sock: socket.socket, address: tuple[Any, ...], *, local: bool) -> ConnectError:
    name = name_of(code)
    end: End = "timeout" if name == "ETIMEDOUT" else "failed"
    if local and name in OVERLOAD and not (name == "EADDRNOTAVAIL" and _no_source(sock.family, address)):
        end = "own"
    return ConnectError(end, words_of(code), name, local=local, icmp=None if local else icmp_of(sock))


def _no_source(family: int, address: tuple[Any, ...]) -> bool:
    """EADDRNOTAVAIL has two reasons: no free port (not for UDP), or no address of this family to send from."""
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        return sock.connect_ex(address) != 0


def _met_itself(sock: socket.socket, address: tuple[Any, ...]) -> bool:
    """Both ends are one socket: nobody listens, and this machine chose the target's port to connect from.

    RFC 9293, simultaneous open; it happens on loopback, for ports in the range of outgoing connections.
    """
    try:
        return bool(sock.getsockname()[:2] == address[:2])
    except OSError:  # ended already
        return False
