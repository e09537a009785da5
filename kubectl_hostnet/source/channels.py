"""The conversation of an exec: numbered channels in WebSocket messages (k8s.io/apimachinery util/remotecommand)."""

from __future__ import annotations

import time
from typing import Any

import msgspec

from kubectl_hostnet.errors import ClusterError
from kubectl_hostnet.source import objects
from kubectl_hostnet.text import printable

STDIN, STDOUT, STDERR, STATUS, CLOSE = 0, 1, 2, 3, 255
PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")  # only 5 can end stdin: servers since 1.29
STDIN_FRAME = 32 * 1024
GOODBYE = 2.0  # seconds between a command's status and the end of the connection
_STATUS = msgspec.json.Decoder(objects.Status)


class ExecResult(msgspec.Struct, frozen=True):
    """What a command did. `exit_code` is None when it did not run, or not to its end: `message` says why.

    `truncated`: there was more output than allowed; the rest was not read.
    """

    stdout: bytes
    stderr: bytes
    exit_code: int | None
    message: str = ""
    truncated: bool = False


def converse(session: Any, stdin: bytes, deadline: float, limit: int) -> ExecResult:
    """Send stdin, then collect `limit` bytes of output at most until the command has ended.

    `session` is a connected websocket.WebSocket, `deadline` a time of time.monotonic(). Raises ClusterError for a
    deadline that has passed; OSError and the library's exceptions for a connection that broke.
    """
    _send(session, stdin)
    received = {STDOUT: bytearray(), STDERR: bytearray(), STATUS: bytearray()}
    while sum(map(len, received.values())) <= limit:
        message = _receive(session, deadline, ended=bool(received[STATUS]))
        if message is None:
            return _result(received)
        if message[:1] and message[0] in received:
            received[message[0]] += message[1:]
    return ExecResult(
        bytes(received[STDOUT]), bytes(received[STDERR]), None, f"more than {limit} bytes of output", True
    )


def _send(session: Any, stdin: bytes) -> None:
    for start in range(0, len(stdin), STDIN_FRAME):
        session.send_binary(bytes([STDIN]) + stdin[start : start + STDIN_FRAME])
    if stdin and session.getsubprotocol() == PROTOCOLS[0]:
        session.send_binary(bytes([CLOSE, STDIN]))


def _receive(session: Any, deadline: float, *, ended: bool) -> bytes | None:
    """The next message, empty for pings; None at the end of the connection."""
    import websocket  # loaded already by whoever made the session

    patience = min(deadline - time.monotonic(), GOODBYE) if ended else deadline - time.monotonic()
    try:
        session.settimeout(max(patience, 0.001))
        opcode, frame = session.recv_data_frame(control_frame=True)
    except websocket.WebSocketTimeoutException:
        if ended:
            return None
        raise ClusterError("the command did not end in time", "is the node busy? try again") from None
    except websocket.WebSocketConnectionClosedException:
        if ended:
            return None
        raise ConnectionResetError("the connection was closed before the command's end") from None
    if opcode == websocket.ABNF.OPCODE_CLOSE:
        return None
    return bytes(frame.data) if opcode in (websocket.ABNF.OPCODE_BINARY, websocket.ABNF.OPCODE_TEXT) else b""


def _result(received: dict[int, bytearray]) -> ExecResult:
    code, message = _status(bytes(received[STATUS]))
    return ExecResult(bytes(received[STDOUT]), bytes(received[STDERR]), code, message)


def _status(text: bytes) -> tuple[int | None, str]:
    """Exit code and message of the Status object that ends an exec."""
    if not text:
        return None, "the connection ended without the command's status"
    try:
        status = _STATUS.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None, printable(text[:500].decode("utf-8", "replace"))
    if status.status == "Success":
        return 0, ""
    causes = (status.details.causes or ()) if status.details else ()
    code = next((c.message for c in causes if c.reason == "ExitCode" and c.message), "")
    return (int(code) if code.isdecimal() else None), printable(status.message or status.reason or "no reason given")
