"""What the operating system says about a failed connection: the error's name, and the ICMP message behind it."""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys

from kubectl_hostnet.probe.observation import Icmp

# linux/in.h, linux/in6.h: Python has no names for them.
IP_RECVERR, IPV6_RECVERR = 11, 25
ERROR_QUEUE = 0x2000  # MSG_ERRQUEUE
EXTENDED_ERROR = struct.Struct("=IBBBBII")  # struct sock_extended_err, linux/errqueue.h
FROM_LOCAL, FROM_ICMP, FROM_ICMP6 = 1, 2, 3
# What this machine, not the peer, has run out of; EADDRNOTAVAIL: ports for outgoing connections (see tcp.py).
OVERLOAD = frozenset({"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EAGAIN", "EADDRNOTAVAIL"})

# IANA "ICMP Parameters" and "ICMPv6 Parameters", (type, code); the words are those of the RFCs.
ICMP = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 2): "protocol unreachable",
    (3, 3): "port unreachable",
    (3, 5): "source route failed",
    (3, 6): "network unknown",
    (3, 7): "host unknown",
    (3, 9): "network administratively prohibited",
    (3, 10): "host administratively prohibited",
    (3, 13): "administratively prohibited",
    (11, 0): "time exceeded in transit",
}
ICMP6 = {
    (1, 0): "no route to destination",
    (1, 1): "administratively prohibited",
    (1, 2): "beyond scope of source address",
    (1, 3): "address unreachable",
    (1, 4): "port unreachable",
    (1, 5): "source address failed policy",
    (1, 6): "route rejected",
    (3, 0): "hop limit exceeded in transit",
}


def name_of(code: int) -> str:
    """The error's POSIX name: ECONNREFUSED, on Windows too, where it is WSAECONNREFUSED."""
    return errno.errorcode.get(code, str(code)).removeprefix("WSA")


def words_of(code: int) -> str:
    """The error as the operating system says it."""
    return os.strerror(code)


def want_icmp(sock: socket.socket) -> None:
    """Ask Linux to keep the ICMP message that ends a connection attempt (ip(7), IP_RECVERR; for TCP since Linux 5.10)."""
    if not sys.platform.startswith("linux"):
        return
    six = sock.family == socket.AF_INET6
    sock.setsockopt(*((socket.IPPROTO_IPV6, IPV6_RECVERR, 1) if six else (socket.IPPROTO_IP, IP_RECVERR, 1)))


def icmp_of(sock: socket.socket) -> Icmp | None:
    """The ICMP message in the socket's error queue, or None: there is none for a TCP reset, or off Linux."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        _data, ancillary, _flags, _peer = sock.recvmsg(512, 512, ERROR_QUEUE)
    except OSError:
        return None
    messages = (_message(data, sock) for level, kind, data in ancillary if (level, kind) in _LEVELS)
    return next((message for message in messages if message), None)


_LEVELS = {(socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR)}


def _message(data: bytes, sock: socket.socket) -> Icmp | None:
    if len(data) < EXTENDED_ERROR.size:
        return None
    _errno, origin, kind, code, *_rest = EXTENDED_ERROR.unpack_from(data)
    if origin not in (FROM_ICMP, FROM_ICMP6):
        return None
    six = origin == FROM_ICMP6
    words = (ICMP6 if six else ICMP).get((kind, code), f"ICMP type {kind} code {code}")
    sender = _offender(data[EXTENDED_ERROR.size :])
    return Icmp("IPv6" if six else "IPv4", kind, code, words, sender, own=bool(sender) and sender == _own_address(sock))


def _offender(data: bytes) -> str:
    """The address in the sockaddr that follows the message (SO_EE_OFFENDER)."""
    family = int.from_bytes(data[:2], sys.byteorder) if len(data) >= 2 else 0
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, data[4:8])
    return socket.inet_ntop(socket.AF_INET6, data[8:24]) if family == socket.AF_INET6 else ""


def _own_address(sock: socket.socket) -> str:
    try:
        return str(sock.getsockname()[0])
    except OSError:
        return ""
