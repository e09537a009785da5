from __future__ import annotations

import socket
from pathlib import Path

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded
from misbehave import Handler, Observe, certificate, endless, hang_up, over_tls, replying, serving, silent

from kubectl_hostnet.probe.grpc import message

JSON = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n{}"


def health_server(
    status: int = 1, grpc_status: str = "0", seen: list[object] | None = None, *, trailers_only: bool = False
) -> Handler:
    """A gRPC server with one method, in HTTP/2 frames."""

    def handler(conn: socket.socket) -> None:
        h2 = H2Connection(H2Configuration(client_side=False))
        h2.initiate_connection()
        conn.sendall(h2.data_to_send())
        while data := conn.recv(65536):
            for event in h2.receive_data(data):
                if seen is not None and isinstance(event, RequestReceived | DataReceived):
                    seen.append(dict(event.headers) if isinstance(event, RequestReceived) else event.data)
                if isinstance(event, StreamEnded):
                    reply(h2, event.stream_id)
            conn.sendall(h2.data_to_send())

    def reply(h2: H2Connection, stream: int) -> None:
        head = [(":status", "200"), ("content-type", "application/grpc")]
        trailers = [("grpc-status", grpc_status), ("grpc-message", "in other words")]
        if trailers_only:
            h2.send_headers(stream, [*head, *trailers], end_stream=True)
            return
        h2.send_headers(stream, head)
        body = bytes([8, status]) if status else b""
        h2.send_data(stream, b"\0" + len(body).to_bytes(4, "big") + body)
        h2.send_headers(stream, trailers, end_stream=True)

    return handler


@pytest.mark.parametrize(("status", "word"), [(0, "UNKNOWN"), (1, "SERVING"), (2, "NOT_SERVING"), (9, "status 9")])
def test_the_serving_status(observe: Observe, status: int, word: str) -> None:
    with serving(health_server(status)) as port:
        seen = observe(port, "grpc")
    assert (seen.end, seen.answer.protocol, seen.answer.code) == ("answered", "grpc", word)
    assert seen.timings.first_byte is not None


def test_the_service_is_named_and_no_credential_is(observe: Observe) -> None:
    seen = []
    with serving(health_server(seen=seen)) as port:
        observe(port, "grpc", name="my.Service")
    headers, data = seen
    assert headers[b":path"] == b"/grpc.health.v1.Health/Check"
    assert b"authorization" not in headers
    assert data == message("my.Service") == b"\0\0\0\0\x0c\n\nmy.Service"


def test_a_server_without_the_health_service(observe: Observe) -> None:
    with serving(health_server(grpc_status="12", trailers_only=True)) as port:
        seen = observe(port, "grpc")
    assert (seen.answer.code, seen.answer.detail) == ("UNIMPLEMENTED", "in other words")


def test_over_tls(observe: Observe, tmp_path: Path) -> None:
    with serving(over_tls(certificate(tmp_path), health_server())) as port:
        seen = observe(port, "grpcs")
    assert (seen.answer.code, seen.tls.alpn) == ("SERVING", "h2")


@pytest.mark.parametrize(
    ("handler", "ends"),
    [
        (replying(JSON), {"garbage"}),
        (endless(b"", b"\0" * 16384), {"garbage", "reset", "closed"}),
        (silent, {"timeout"}),
        (hang_up, {"closed", "reset"}),
    ],
)
def test_what_is_not_grpc(observe: Observe, handler: Handler, ends: set[str]) -> None:
    with serving(handler) as port:
        assert observe(port, "grpc", timeout=0.5).end in ends
