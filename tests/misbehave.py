"""Real servers on loopback that behave as a test tells them to."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kubectl_hostnet.probe.observation import Observation

Handler = Callable[[socket.socket], None]
Observe = Callable[..., Observation]  # the fixture `observe` of tests/probe/conftest.py
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Listen: 1\r\n\r\nok\n"


@contextlib.contextmanager
def serving(handler: Handler, family: int = socket.AF_INET, address: str = "127.0.0.1") -> Iterator[int]:
    """A TCP server for the block; yields its port. Each connection gets a thread; sockets are closed afterwards."""
    listener = socket.create_server((address, 0), family=family, backlog=512)
    threading.Thread(target=_accept, args=(listener, handler), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, handler: Handler) -> None:
    while True:
        try:
            conn, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(conn, handler), daemon=True).start()


def _serve(conn: socket.socket, handler: Handler) -> None:
    with conn, contextlib.suppress(OSError, ssl.SSLError):
        handler(conn)


def read_request(conn: socket.socket) -> bytes:
    """The bytes of one HTTP head."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = conn.recv(65536)
        if not more:
            break
        data += more
    return data


def replying(*answers: bytes) -> Handler:
    """Read a request head, send an answer, close; several answers are for several connections, the last one repeats."""
    left = list(answers)

    def handler(conn: socket.socket) -> None:
        read_request(conn)
        conn.sendall(left.pop(0) if len(left) > 1 else left[0])

    return handler


def silent(conn: socket.socket) -> None:
    """Accept and never say a word."""
    while conn.recv(65536):
        pass


def hang_up(conn: socket.socket) -> None:
    """Close at once."""
    conn.shutdown(socket.SHUT_WR)


def reset(conn: socket.socket) -> None:
    """Reset at once (RST)."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def endless(beginning: bytes, more: bytes, pause: float = 0.0) -> Handler:
    """Send a beginning, then the same again and again."""

    def handler(conn: socket.socket) -> None:
        conn.sendall(beginning)
        while True:
            conn.sendall(more)
            time.sleep(pause)

    return handler


def over_tls(certificate: Path, handler: Handler) -> Handler:
    """The same server behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with contextlib.suppress(NotImplementedError):
        context.set_alpn_protocols(["h2"])

    def secured(conn: socket.socket) -> None:
        with context.wrap_socket(conn, server_side=True) as tls:
            handler(tls)

    return secured


def certificate(folder: Path, subject: str = "/CN=web.example", *, expired: bool = False) -> Path:
    """A self-signed certificate for web.example and 127.0.0.1 with its key, in one PEM file; made by openssl."""
    key, request, path = folder / "key.pem", folder / "request.pem", folder / "certificate.pem"
    names = "subjectAltName=DNS:web.example,DNS:*.example,IP:127.0.0.1,IP:::1"
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
    _openssl("req", "-new", *curve, "-subj", subject, "-addext", names, "-out", request)
    days = "-1" if expired else "30"
    _openssl("x509", "-req", "-in", request, "-signkey", key, "-days", days, "-copy_extensions", "copy", "-out", path)
    path.write_text(path.read_text() + key.read_text())
    return path


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
