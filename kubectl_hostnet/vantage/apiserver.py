"""The API server as a vantage point: the proxy subresource of Pods (kubernetes-facts.md 5.1).

It proves that the API server (or its konnectivity agent) reaches the Pod's first address with HTTP, and nothing about
other clients or addresses. It needs `get` on pods/proxy; the user's credentials are not passed on to the Pod.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote

import msgspec

from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.probe.observation import End, Http, Observation, Phase, Target, Timings
from kubectl_hostnet.source.live import Cluster
from kubectl_hostnet.source.transport import status_of
from kubectl_hostnet.source.wire import Answer
from kubectl_hostnet.text import printable
from kubectl_hostnet.vantage.side_by_side import Seen, observe_each

PREFIX = "error trying to reach service: "
# The words of Go's net package at the end of the API server's message, and what they are.
WORDS: tuple[tuple[str, End, Phase, str], ...] = (
    ("connection refused", "failed", "connect", "ECONNREFUSED"),
    ("i/o timeout", "timeout", "connect", ""),
    ("context deadline exceeded", "timeout", "answer", ""),
    ("timeout awaiting response headers", "timeout", "answer", ""),
    ("no route to host", "failed", "connect", "EHOSTUNREACH"),
    ("network is unreachable", "failed", "connect", "ENETUNREACH"),
    ("connection reset by peer", "reset", "answer", "ECONNRESET"),
    ("malformed HTTP response", "garbage", "answer", ""),
    ("malformed HTTP status", "garbage", "answer", ""),
    ("server gave HTTP response to HTTPS client", "garbage", "tls", ""),
    ("first record does not look like a TLS handshake", "garbage", "tls", ""),
    ("tls: ", "tls", "tls", ""),
    ("EOF", "closed", "answer", ""),
)


class ApiServer:
    """Observes through the API server. `pods` maps an address to the Pod (namespace, name) whose first address it is."""

    name = "apiserver"

    def __init__(self, cluster: Cluster, pods: Mapping[str, tuple[str, str]], timeout: float) -> None:
        self._cluster = cluster
        self._pods = pods
        self._timeout = timeout

    def observe(self, targets: Sequence[Target], seen: Seen) -> list[Observation]:
        """One observation for each target, in the same order."""
        return observe_each(targets, self._observe, seen)

    def _observe(self, target: Target) -> Observation:
        pod = self._pods.get(target.address)
        if pod is None:
            return self._not_tried(target, "the API server's proxy reaches only the first address of the Pod itself")
        if target.protocol != "TCP" or target.ask.scheme not in ("http", "https", "tcp"):
            return self._not_tried(target, "the API server's proxy speaks HTTP only")
        # An error that answers HEAD has no body, and only the body tells the API server's words from the Pod's.
        methods = dict.fromkeys((*target.ask.methods, "GET"))
        statuses: tuple[int, ...] = ()
        for method in methods:
            observation = self._ask(target, pod, method)
            if observation.http is None:
                break
            statuses += (observation.http.status,)
            http = msgspec.structs.replace(observation.http, statuses=statuses)
            observation = msgspec.structs.replace(observation, http=http)
            if http.status < 400:
                break
        return observation

    def _ask(self, target: Target, pod: tuple[str, str], method: str) -> Observation:
        namespace, name = (quote(part, safe="") for part in pod)
        scheme = "https:" if target.ask.scheme == "https" else ""
        path = f"/api/v1/namespaces/{namespace}/pods/{scheme}{name}:{target.port}/proxy/{target.ask.path.lstrip('/')}"
        started = time.monotonic()
        try:
            answer = self._cluster.transport.once(method, path, timeout=self._timeout)
        except HostnetError as error:
            total = (time.monotonic() - started) * 1000
            if total >= self._timeout * 1000:
                return Observation(target, "timeout", "connect", self.name, timings=Timings(total=total))
            return self._not_tried(target, error.message)
        return self._read(target, pod[1], method, answer, (time.monotonic() - started) * 1000)

    def _read(self, target: Target, name: str, method: str, answer: Answer, total: float) -> Observation:
        """A Status with the API server's own words is about the way; anything else is the Pod's answer."""
        status = status_of(answer)
        message = (status.message or "") if status.kind == "Status" else ""
        if answer.status == 503 and message.startswith(PREFIX):
            return _unreached(target, self.name, message.removeprefix(PREFIX), total)
        if any(words in message for words in ("pods/proxy", "address not allowed", f'pods "{name}" not found')):
            hint = "; it needs the verb get on pods/proxy" if answer.status == 403 else ""
            return self._not_tried(target, message + hint)
        headers = tuple(answer.headers.items())
        http = Http(method, "1.1", answer.status, "", headers, answer.body[:8192], (answer.status,))
        return Observation(
            target, "answered", vantage=self.name, http=http, timings=Timings(connect=total, total=total)
        )

    def _not_tried(self, target: Target, why: str) -> Observation:
        return Observation(target, "own", vantage=self.name, error=printable(why))


def _unreached(target: Target, vantage: str, words: str, total: float) -> Observation:
    unknown: tuple[str, End, Phase, str] = ("", "failed", "connect", "")
    _, end, phase, code = next((row for row in WORDS if row[0] in words), unknown)
    connect = None if phase == "connect" else total
    data = b"?" if end == "garbage" else b""
    return Observation(
        target, end, phase, vantage, printable(words), code, timings=Timings(connect=connect, total=total), data=data
    )
