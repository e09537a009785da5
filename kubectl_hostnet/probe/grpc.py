"""gRPC's health protocol (grpc.health.v1.Health/Check) over HTTP/2: one call, without a gRPC stack or generated code."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from kubectl_hostnet import __version__
from kubectl_hostnet.probe.attempt import Attempt, EndedError, Stream
from kubectl_hostnet.probe.limits import BODY
from kubectl_hostnet.probe.observation import Answer, Target
from kubectl_hostnet.probe.opening import open_stream

if TYPE_CHECKING:
    from h2.connection import H2Connection

CHECK = "/grpc.health.v1.Health/Check"
SERVING = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")  # health.proto
STATUSES = (
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
)  # fmt: skip
SERVING_FIELD = 0x08  # HealthCheckResponse.status: field 1, varint
STREAM = 1
FIRST_FRAMES = (b"\4", b"\7", b"")  # SETTINGS, or GOAWAY (RFC 9113, 3.4); h2 would wait for a frame of type "P"


async def observe(attempt: Attempt) -> None:
    """Ask whether Ask.name, "" for the whole server, is serving."""
    from h2.connection import H2Connection  # 25 ms that only gRPC needs

    stream = await open_stream(attempt)
    attempt.begin("answer")
    connection = H2Connection()
    connection.initiate_connection()
    connection.send_headers(STREAM, _headers(attempt.target))
    connection.send_data(STREAM, message(attempt.target.ask.name), end_stream=True)
    await stream.send(connection.data_to_send())
    headers, body = await _call(attempt, stream, connection)
    attempt.answer = _answer(headers, body)


def message(service: str) -> bytes:
    """A HealthCheckRequest in gRPC's framing: not compressed, length, field 1."""
    name = service.encode()[:127]
    body = bytes([0x0A, len(name)]) + name if name else b""
    return struct.pack("!BI", 0, len(body)) + body


async def _call(attempt: Attempt, stream: Stream, connection: H2Connection) -> tuple[dict[str, str], bytes]:
    """Headers, trailers and body of the answer. Raises EndedError for what is not HTTP/2."""
    from h2.exceptions import H2Error

    headers: dict[str, str] = {}
    body = b""
    first = b""
    while len(body) < BODY:
        data = await stream.receive()
        if not data:
            raise EndedError("closed", "the connection was closed before an answer came", first)
        attempt.finish()
        first = first or data
        try:
            events = connection.receive_data(data)
        except (H2Error, ValueError) as error:
            raise _not_http2(first) from error
        if first[3:4] not in FIRST_FRAMES:
            raise _not_http2(first)
        if ours := connection.data_to_send():
            await stream.send(ours)
        for event in events:
            body += _take(event, headers)
            if _over(event):
                return headers, body
    raise EndedError("garbage", f"the answer to a health check is longer than {BODY // 1024} kB", first)


def _not_http2(data: bytes) -> EndedError:
    return EndedError("garbage", "the answer is not HTTP/2", data)


def _take(event: Any, headers: dict[str, str]) -> bytes:
    """What an event brings: headers go into the dict, data comes back."""
    from h2.events import DataReceived, ResponseReceived, StreamReset, TrailersReceived

    if isinstance(event, ResponseReceived | TrailersReceived):
        headers.update((_text(name), _text(value)) for name, value in event.headers or ())
    if isinstance(event, StreamReset):
        headers.setdefault("grpc-status", "14")
        headers.setdefault("grpc-message", f"stream reset, HTTP/2 error {int(event.error_code or 0)}")
    return (event.data or b"") if isinstance(event, DataReceived) else b""


def _over(event: Any) -> bool:
    from h2.events import ConnectionTerminated, StreamEnded, StreamReset

    return isinstance(event, StreamEnded | StreamReset | ConnectionTerminated)


def _answer(headers: dict[str, str], body: bytes) -> Answer:
    """The serving status if the call succeeded, else the call's status in gRPC's words."""
    status = headers.get("grpc-status", "")
    if not status:
        return Answer("grpc", "", f"HTTP/2 {headers.get(':status', '')} without a gRPC status")
    number = int(status) if status.isdecimal() else len(STATUSES)
    if number:
        word = STATUSES[number] if number < len(STATUSES) else f"status {status}"
        return Answer("grpc", word, headers.get("grpc-message", ""))
    value = body[6] if len(body) > 6 and body[5] == SERVING_FIELD else 0
    return Answer("grpc", SERVING[value] if value < len(SERVING) else f"status {value}")


def _headers(target: Target) -> list[tuple[str, str]]:
    ask = target.ask
    host = f"[{target.address}]" if ":" in target.address else target.address
    return [
        (":method", "POST"),
        (":scheme", "https" if ask.scheme == "grpcs" else "http"),
        (":path", CHECK),
        (":authority", ask.host or f"{host}:{target.port}"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
        ("user-agent", f"kubectl-hostnet/{__version__}"),
        *((name.lower(), value) for name, value in ask.headers),
    ]


def _text(data: bytes | str) -> str:
    return data if isinstance(data, str) else data.decode("utf-8", "backslashreplace")
