"""The kernel's tables of sockets: /proc/net/{tcp,tcp6,udp,udp6} (Documentation/networking/proc_net_tcp.rst)."""

from __future__ import annotations

import re
import socket
from typing import Literal

import msgspec

Protocol = Literal["TCP", "UDP"]
Family = Literal["IPv4", "IPv6"]
ByteOrder = Literal["little", "big"]
TABLES: dict[str, tuple[Protocol, Family]] = {
    "tcp": ("TCP", "IPv4"),
    "tcp6": ("TCP", "IPv6"),
    "udp": ("UDP", "IPv4"),
    "udp6": ("UDP", "IPv6"),
}
READ_PROTOCOLS = ("TCP", "UDP")  # the kernel lists SCTP elsewhere, if at all
# net/tcp_states.h: TCP_LISTEN is 0A; UDP has no such state, a socket without a peer is 07 (TCP_CLOSE), as in `ss -lu`.
LISTENING = {"TCP": ("0A", "LISTEN"), "UDP": ("07", "UNCONN")}
ROW = re.compile(
    r"\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ([0-9A-F]{2})"
    r" \S+ \S+ \S+ +(\d{1,10}) +\d+ (\d{1,20})(?: |$)",
    re.ASCII,
)


class Socket(msgspec.Struct, frozen=True, order=True, gc=False):
    """A socket that waits for others. `address` is 0.0.0.0 or :: for all addresses; `uid` made it.

    `inode` names the socket, as in the link `socket:[INODE]` of a process' file descriptor.
    """

    port: int
    protocol: Protocol
    family: Family
    address: str
    inode: int
    uid: int
    state: str


def listening(table: str, text: str, byteorder: ByteOrder = "little") -> list[Socket]:
    """The waiting sockets in the text of a table, named as its file; lines of another form are passed over."""
    protocol, family = TABLES[table]
    wanted, state = LISTENING[protocol]
    found = []
    for line in text.splitlines():
        row = ROW.match(line)
        if row and row[3] == wanted:
            address = _address(row[1], byteorder)
            found.append(Socket(int(row[2], 16), protocol, family, address, int(row[5]), int(row[4]), state))
    return found


def _address(digits: str, byteorder: ByteOrder) -> str:
    """The address behind `0100007F`: words of 32 bits, each printed as a number of the machine's byte order."""
    words = (int(digits[i : i + 8], 16).to_bytes(4, byteorder) for i in range(0, len(digits), 8))
    return socket.inet_ntop(socket.AF_INET if len(digits) == 8 else socket.AF_INET6, b"".join(words))
