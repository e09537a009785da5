"""One HTTP exchange with the API server, on a connection that is kept.

The standard library serves direct connections: urllib3 would add 28 ms to every start (a `list` takes 120). Through a
proxy urllib3 does the work (proxied.py). Either raises the standard library's exceptions: OSError with its kinds
(socket.gaierror, ssl.SSLError, TimeoutError ...) and http.client.HTTPException.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import zlib
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

Headers = list[tuple[str, str]]
CONNECT_TIMEOUT = 10.0


@dataclass(frozen=True)
class Answer:
    """A response, whole and decompressed; header names in lower case."""

    status: int
    body: bytes
    headers: dict[str, str]


class Wire(Protocol):
    """What the transport needs of a connection."""

    def exchange(self, method: str, path: str, headers: Headers, body: bytes, timeout: float | None) -> Answer:
        """Send a request and read the answer; `timeout` in seconds is for each wait on the network."""
        ...


class DirectWire:
    """Connections to one server, kept open and shared by threads; at most `connections` at a time.

    Few on purpose: a TLS handshake costs more than a small answer.
    """

    def __init__(self, server: str, tls: ssl.SSLContext | None, server_name: str, connections: int) -> None:
        parts = urlsplit(server)
        self._host, self._port, self._prefix = parts.hostname or "", parts.port, parts.path
        self._tls, self._server_name = tls, server_name
        self._idle: list[http.client.HTTPConnection] = []
        self._limit = threading.BoundedSemaphore(connections)

    def exchange(self, method: str, path: str, headers: Headers, body: bytes, timeout: float | None) -> Answer:
        """See Wire."""
        with self._limit:
            connection = self._idle.pop() if self._idle else self._open(timeout)
            try:
                answer, reusable = _exchange(connection, method, self._prefix + path, headers, body, timeout)
            except BaseException:
                connection.close()
                raise
            if reusable:
                self._idle.append(connection)
            else:
                connection.close()
            return answer

    def __del__(self) -> None:
        for connection in self._idle:
            connection.close()

    def _open(self, timeout: float | None) -> http.client.HTTPConnection:
        patience = min(CONNECT_TIMEOUT, timeout or CONNECT_TIMEOUT)
        if self._tls is None:
            return http.client.HTTPConnection(self._host, self._port or 80, timeout=patience)
        return _TlsConnection(self._host, self._port or 443, patience, self._tls, self._server_name)


class _TlsConnection(http.client.HTTPConnection):
    """HTTPS to a server that may be checked for another name than its address (tls-server-name)."""

    def __init__(self, host: str, port: int, timeout: float, tls: ssl.SSLContext, server_name: str) -> None:
        super().__init__(host, port, timeout=timeout)
        self._tls, self._server_name = tls, server_name or host

    def connect(self) -> None:
        super().connect()
        self.sock: socket.socket = self._tls.wrap_socket(self.sock, server_hostname=self._server_name)


def _exchange(
    connection: http.client.HTTPConnection, method: str, path: str, headers: Headers, body: bytes, timeout: float | None
) -> tuple[Answer, bool]:
    if not connection.sock:
        connection.connect()
        connection.sock.settimeout(timeout)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value.encode())  # in UTF-8, as Go sends and reads it: names of users
    if body:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    response = connection.getresponse()
    content = response.read()
    received = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, decompressed(content, received), received), not response.will_close


def decompressed(body: bytes, headers: dict[str, str]) -> bytes:
    """The body as it was before Content-Encoding; a broken one counts as a cut connection."""
    if headers.get("content-encoding") != "gzip":
        return body
    try:
        return zlib.decompress(body, 16 + zlib.MAX_WBITS)  # 16: a gzip header
    except zlib.error:
        raise http.client.IncompleteRead(body) from None
