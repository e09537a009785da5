"""An API server of one's own: real HTTP on loopback, for faults that a real server won't produce on demand."""

from __future__ import annotations

import gzip
import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Reply:
    """What to answer: `body` is JSON data or bytes; `cut` closes the connection in the middle of the body."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


@dataclass
class Request:
    """What was asked; header names in lower case."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    every_header: list[tuple[str, str]]


Answerer = Callable[[Request], Reply]


class FakeApi:
    """Serves `answer` until closed; remembers the requests."""

    def __init__(self, answer: Answerer, *, certificate: Path | None = None) -> None:
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, answer))
        self._server.daemon_threads = True
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
            self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
            scheme = "https"
        self.port = self._server.server_address[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> FakeApi:  # noqa: PYI034 - Self is not in 3.10
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _handler(api: FakeApi, answer: Answerer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            headers = {key.lower(): value for key, value in self.headers.items()}
            request = Request(parts.path, dict(parse_qsl(parts.query)), headers, list(self.headers.items()))
            api.requests.append(request)
            self.reply(answer(request), headers)

        do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

        def reply(self, reply: Reply, headers: dict[str, str]) -> None:
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            extra = dict(reply.headers)
            if "gzip" in headers.get("accept-encoding", "") and len(body) > 128 * 1024:
                body, extra["Content-Encoding"] = gzip.compress(body), "gzip"
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) // 2] if reply.cut else body)
            self.close_connection = reply.cut or self.close_connection

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def kubeconfig(
    path: Path,
    server: str,
    *,
    user: dict[str, Any] | None = None,
    cluster: dict[str, Any] | None = None,
    **context: Any,
) -> Path:
    """Write a kubeconfig with one context named `fake`."""
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "fake",
        "clusters": [{"name": "fake", "cluster": {"server": server, **(cluster or {})}}],
        "users": [{"name": "fake", "user": user or {}}],
        "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake", **context}}],
    }))  # fmt: skip
    return path
