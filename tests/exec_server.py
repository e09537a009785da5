"""An API server's side of exec: a real WebSocket on loopback that says what a test tells it to."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from misbehave import read_request, serving

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
SUCCESS: dict[str, Any] = {"kind": "Status", "status": "Success"}


@dataclass
class Refusal:
    """A plain answer instead of a WebSocket; `body` becomes JSON."""

    status: int
    body: Any = ""


@dataclass
class Asked:
    """What one client asked for; header names in lower case."""

    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]

    @property
    def command(self) -> list[str]:
        return [value for name, value in self.query if name == "command"]


@dataclass
class Talk:
    """A WebSocket that is open. `protocol` is what was agreed on."""

    asked: Asked
    protocol: str
    conn: socket.socket
    buffer: bytearray = field(default_factory=bytearray)

    def send(self, channel: int, data: bytes | str | dict[str, Any]) -> None:
        """A message on a channel; a dict as JSON."""
        text = json.dumps(data) if isinstance(data, dict) else data
        self.frame(bytes([channel]) + (text.encode() if isinstance(text, str) else text))

    def frame(self, payload: bytes, opcode: int = 2, *, final: bool = True) -> None:
        head = bytes([(128 if final else 0) | opcode])
        size = len(payload)
        length = (
            bytes([size])
            if size < 126
            else b"\x7e" + struct.pack(">H", size)
            if size < 65536
            else b"\x7f" + struct.pack(">Q", size)
        )
        self.conn.sendall(head + length + payload)

    def receive(self) -> bytes:
        """The payload of the client's next message."""
        head = self._take(2)
        size = head[1] & 127
        if size == 126:
            (size,) = struct.unpack(">H", self._take(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._take(8))
        mask = self._take(4)
        return bytes(byte ^ mask[i % 4] for i, byte in enumerate(self._take(size)))

    def end(self, status: dict[str, Any] | None = None) -> None:
        """The command's status, and the end of the connection."""
        if status is not None:
            self.send(3, status)
        self.frame(struct.pack(">H", 1000), opcode=8)

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            received = self.conn.recv(65536)
            if not received:
                raise OSError("the client is gone")
            self.buffer += received
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken


Script = Callable[[Talk], None]


@contextlib.contextmanager
def exec_server(
    answer: Callable[[Asked], Script | Refusal],
    *,
    protocols: tuple[str, ...] = ("v5.channel.k8s.io", "v4.channel.k8s.io"),
    certificate: Path | None = None,
) -> Iterator[tuple[str, list[Asked]]]:
    """Serve for the block: yields its URL, and what was asked."""
    every: list[Asked] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
    if context and certificate:
        context.load_cert_chain(certificate)

    def handle(conn: socket.socket) -> None:
        stream = context.wrap_socket(conn, server_side=True) if context else conn
        with stream:
            asked = _asked(read_request(stream))
            every.append(asked)
            answered = answer(asked)
            if isinstance(answered, Refusal):
                stream.sendall(_plain(answered))
            else:
                answered(_upgrade(stream, asked, protocols))

    with serving(handle) as port:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{port}", every


def _asked(head: bytes) -> Asked:
    first, *rest = head.decode().split("\r\n")
    target = urlsplit(first.split()[1])
    headers = dict(line.split(": ", 1) for line in rest if ": " in line)
    return Asked(
        target.path, parse_qsl(target.query, keep_blank_values=True), {k.lower(): v for k, v in headers.items()}
    )


def _plain(refusal: Refusal) -> bytes:
    body = json.dumps(refusal.body).encode() if not isinstance(refusal.body, bytes) else refusal.body
    return f"HTTP/1.1 {refusal.status} No\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _upgrade(stream: socket.socket, asked: Asked, protocols: tuple[str, ...]) -> Talk:
    offered = [word.strip() for word in asked.headers.get("sec-websocket-protocol", "").split(",")]
    protocol = next((name for name in offered if name in protocols), "")
    key = asked.headers["sec-websocket-key"] + MAGIC
    accept = base64.b64encode(hashlib.sha1(key.encode(), usedforsecurity=False).digest()).decode()
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept}",
    ]
    lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
    stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return Talk(asked, protocol, stream)
