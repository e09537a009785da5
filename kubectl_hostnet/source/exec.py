"""Run a command in a container: exec over a WebSocket, as kubectl does (kubernetes-facts.md 5.4).

On the WebSocket library that the official client brings, with the connection of transport.py. The official client's own
`stream` reads TLS material from files only, drops impersonation, knows no timeouts, and before 33 no bytes as they are
(kubernetes stream/ws_client.py: create_websocket, WSClient.update); its interface changed thrice from 29 to 37.
"""

from __future__ import annotations

import ssl
import sys
import threading
import time
from collections.abc import Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urlencode

from kubectl_hostnet.errors import ClusterError, ForbiddenError, NotFoundError
from kubectl_hostnet.source.channels import PROTOCOLS, ExecResult, converse
from kubectl_hostnet.source.connect_errors import connection_error
from kubectl_hostnet.source.dial import dial
from kubectl_hostnet.source.transport import REQUESTS, Transport, status_of
from kubectl_hostnet.source.wire import CONNECT_TIMEOUT, Answer
from kubectl_hostnet.text import printable

RIGHTS_HINT = "exec needs the verbs get AND create on pods/exec (create since Kubernetes 1.35)"
OUTPUT_LIMIT = 16 * 1024 * 1024
# The kubelet's, and the API server's, words when no command was started; after a version 5 upgrade they come as a status.
NOT_ASKED = ("unable to upgrade connection", "error dialing backend", "container not found", "is not running")


class Executor:
    """Runs commands in the containers of one cluster; safe to use from many threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    def run(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 30.0,
        limit: int = OUTPUT_LIMIT,
    ) -> ExecResult:
        """Run a command to its end, for `timeout` seconds and `limit` bytes of output at most.

        A command that fails, or cannot be started, is a result; raises ForbiddenError, NotFoundError or ClusterError
        when the container cannot be asked. Servers before 1.29 cannot end stdin: there the command must know its end.
        """
        path = _path(namespace, pod, container, command, stdin=bool(stdin))
        deadline = time.monotonic() + timeout
        session, refusal = self._upgrade(path, deadline)
        if refusal and refusal.status == 401:
            self._renew()
            session, refusal = self._upgrade(path, deadline)
        if refusal:
            raise _refused(refusal, f"{namespace}/{pod}", container)
        try:
            result = self._speak(session, stdin, deadline, limit)
        finally:
            session.shutdown()
        if result.exit_code is None and any(words in result.message for words in NOT_ASKED):
            raise _unasked(result.message, f"{namespace}/{pod}", container)
        return result

    def _upgrade(self, path: str, deadline: float) -> tuple[Any, Answer | None]:
        """A WebSocket, or the plain answer that came instead."""
        import websocket  # 45 ms that only verbs with exec pay

        settings = self._transport.settings
        patience = max(deadline - time.monotonic(), 0.1)
        session: Any = websocket.WebSocket(skip_utf8_validation=True)
        headers = [f"{name}: {value}" for name, value in self._transport.headers() if name != "Accept"]
        try:
            stream = dial(settings, self._tls(), min(CONNECT_TIMEOUT, patience))
            stream.settimeout(patience)
            session.connect(
                f"ws{settings.server.removeprefix('http')}{path}",
                socket=stream,
                header=headers,
                subprotocols=list(PROTOCOLS),
                suppress_origin=True,
                redirect_limit=0,
            )
        except websocket.WebSocketBadStatusException as error:
            self._log(path, str(error.status_code))
            return None, Answer(error.status_code, error.resp_body or b"", {})
        except (OSError, HTTPException, websocket.WebSocketException) as error:
            raise self._broken(error) from None
        if session.getstatus() != 101:  # before 1.9 the library takes a redirect for a connection
            session.shutdown()
            raise self._broken(websocket.WebSocketException(f"answer {session.getstatus()}"))
        self._log(path, "101 Switching Protocols")
        return session, None

    def _speak(self, session: Any, stdin: bytes, deadline: float, limit: int) -> ExecResult:
        import websocket  # loaded by _upgrade

        try:
            return converse(session, stdin, deadline, limit)
        except (OSError, websocket.WebSocketException) as error:
            raise self._broken(error) from None

    def _broken(self, error: Exception) -> ClusterError:
        import websocket  # loaded by _upgrade

        settings = self._transport.settings
        if isinstance(error, websocket.WebSocketTimeoutException):
            error = TimeoutError(str(error))
        if isinstance(error, OSError | HTTPException):
            return connection_error(error, settings.server, settings.context)[0]
        reason = printable(str(error))[:200]
        hint = "does a proxy in between let WebSockets pass?"
        return ClusterError(f"no WebSocket to the API server {settings.server}: {reason}", hint)

    def _tls(self) -> ssl.SSLContext | None:
        """One context for all: making it writes the client key to a file for a moment."""
        with self._lock:
            self._context = self._context or self._transport.tls()
            return self._context

    def _renew(self) -> None:
        """Any request renews credentials that have expired, as client-go does after a 401."""
        self._transport.get("/version")
        with self._lock:
            self._context = None

    def _log(self, path: str, outcome: str) -> None:
        if self._transport.verbosity >= REQUESTS:
            sys.stderr.write(printable(f"GET {self._transport.settings.server}{path[:300]} {outcome}") + "\n")


def _path(namespace: str, pod: str, container: str, command: Sequence[str], *, stdin: bool) -> str:
    options = [
        ("container", container),
        ("stdout", "true"),
        ("stderr", "true"),
        *([("stdin", "true")] if stdin else ()),
    ]
    query = urlencode([*options, *(("command", word) for word in command)])
    return f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(pod, safe='')}/exec?{query}"


def _refused(answer: Answer, pod: str, container: str) -> ClusterError:
    """What a plain answer to exec means; its body is a Status."""
    status = status_of(answer)
    message = printable(status.message or "").strip()
    if answer.status == 401:
        hint = "the token or certificate may have expired: log in again, or choose another --context"
        return ClusterError("the API server does not accept the credentials (401 Unauthorized)", hint)
    if answer.status == 403:
        return ForbiddenError(_forbidden(message, pod), RIGHTS_HINT)
    if answer.status == 404:
        return NotFoundError(message or f"pod {pod} not found", "it may have been replaced meanwhile: try again")
    if answer.status == 429:
        return ClusterError("the API server is overloaded (429 Too Many Requests)", "try again later")
    if status.kind != "Status":
        message = f"answer {answer.status}: {message or 'no message'}"
    return _unasked(message, pod, container)


def _forbidden(message: str, pod: str) -> str:
    """The API server checks `get` first, in full words; its second check, of `create`, gives no reason (1.35)."""
    if not message:
        return f"exec into pod {pod} is forbidden"
    return message if not message.endswith("is forbidden:") else f"{message} no right to create pods/exec"


def _unasked(message: str, pod: str, container: str) -> ClusterError:
    if "container not found" in message or "is not running" in message:
        return ClusterError(
            f"container {container} of pod {pod} is not running", "look at it with kubectl describe pod"
        )
    reason = message.removeprefix("Internal error occurred: ")
    return ClusterError(f"exec into pod {pod} failed: {reason}", "is its node up? kubectl get node")
