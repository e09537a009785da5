"""UDP: something is sent; an answer proves a listener, an ICMP error proves none, and silence proves nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable

from kubectl_hostnet.probe.attempt import Attempt, ConnectError
from kubectl_hostnet.probe.kernel import icmp_of, name_of, want_icmp, words_of
from kubectl_hostnet.probe.observation import Answer
from kubectl_hostnet.probe.resolve import resolve
from kubectl_hostnet.probe.tcp import own_failure

DATAGRAM = 64 * 1024
SENDINGS = 3  # within the time limit, for datagrams get lost


async def observe(attempt: Attempt) -> None:
    """Send Ask.send, an empty datagram by default, and wait for any answer."""
    data = await exchange(attempt, attempt.target.ask.send, lambda _data: True)
    attempt.data = data
    attempt.answer = Answer("udp", "answered", f"{len(data)} bytes")


async def exchange(attempt: Attempt, question: bytes, wanted: Callable[[bytes], bool]) -> bytes:
    """The first datagram from the target that is wanted. Raises ConnectError for an ICMP error, TimeoutError."""
    target = attempt.target
    family, address = await resolve(attempt, target.address, target.port)
    sock = _socket(attempt, family)
    attempt.begin("answer")
    # connect() makes the kernel hand us the target's ICMP errors, and nobody else's datagrams.
    if code := sock.connect_ex(address):
        raise ConnectError("failed", words_of(code), name_of(code), local=True, icmp=None)
    data = None
    while data is None:  # until the attempt's own deadline
        data = await _ask(attempt, sock, question, wanted)
    attempt.finish()
    return data


async def _ask(attempt: Attempt, sock: socket.socket, question: bytes, wanted: Callable[[bytes], bool]) -> bytes | None:
    """One sending, and its share of the time to wait for an answer; None when none came."""
    try:
        with attempt.loop.deadline(attempt.limits.timeout / SENDINGS):
            return await _answer(attempt, sock, question, wanted)
    except TimeoutError:
        return None


async def _answer(attempt: Attempt, sock: socket.socket, question: bytes, wanted: Callable[[bytes], bool]) -> bytes:
    try:
        sock.send(question)
        await attempt.loop.readable(sock)
        while not wanted(data := sock.recv(DATAGRAM)):
            await attempt.loop.readable(sock)
    except OSError as error:
        code = error.errno or 0
        icmp = icmp_of(sock)
        raise ConnectError("failed", words_of(code), name_of(code), local=icmp is None, icmp=icmp) from error
    return data


def _socket(attempt: Attempt, family: socket.AddressFamily) -> socket.socket:
    try:
        sock = attempt.own(socket.socket(family, socket.SOCK_DGRAM))
    except OSError as error:
        raise own_failure(error) from error
    sock.setblocking(False)
    want_icmp(sock)
    return sock
