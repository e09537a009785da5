"""What an answer means: that something is reachable, whether it is the application that was expected, and how it is."""

from __future__ import annotations

from typing import Literal

import msgspec

from kubectl_hostnet.analysis.asking import Question
from kubectl_hostnet.probe.observation import Http, Observation

# gRPC statuses of servers that answer, and do not tell a stranger how they are.
GRPC_NO_WORD = frozenset({"UNIMPLEMENTED", "UNAUTHENTICATED", "PERMISSION_DENIED"})
BAD_REQUEST = 400
NEEDS_LOGIN = (401, 403, 407)


class Answered(msgspec.Struct, frozen=True, gc=False):
    """The meaning of an answer; see reachability.Judgement for the fields."""

    verdict: Literal["reachable", "unhealthy", "wrong-answer"]
    cause: str
    short: str
    health: Literal["healthy", "unhealthy", "unknown"] = "unknown"
    assumes: str = ""
    application: str = ""
    version: str = ""


def answered(observation: Observation, question: Question) -> Answered:
    """The meaning of an observation that ended with an answer."""
    if observation.http:
        return _http(observation.http, question)
    if observation.answer:
        meaning = {"grpc": _grpc, "dns": _dns, "banner": _banner, "udp": _udp}[observation.answer.protocol]
        return meaning(observation, question)
    return _connected(observation)


def _http(http: Http, question: Question) -> Answered:
    status = f"HTTP/{http.version} {http.status} {http.reason}".rstrip()
    if says_tls(http):
        return Answered(
            "wrong-answer", "the port speaks TLS and was asked without: --scheme https", status,
            assumes="the server says so itself", health="unknown",
        )  # fmt: skip
    version = http.header(question.identify) if question.identify else ""
    name = question.application if version else ""
    short = f"{status}, {question.identify}: {version}" if version else status
    base = Answered("reachable", "", short, application=name, version=version)
    if http.status in question.statuses or (not question.strict and 200 <= http.status < 300 and question.statuses):
        return _good(base, http, question)
    return _not_good(base, http, question)


def _good(base: Answered, http: Http, question: Question) -> Answered:
    if question.identify and not base.version and question.origin == "application":
        return _other_application(base, http, question)
    words = {
        "application": f"as {question.title} should",
        "probe": "as the Pod's own probe wants",
        "option": "as expected",
    }
    return _change(base, cause=f"answers {http.status}, {words.get(question.origin, 'as expected')}", health="healthy")


def _not_good(base: Answered, http: Http, question: Question) -> Answered:
    if question.strict:
        wanted = "200 to 399" if question.origin == "probe" else " or ".join(map(str, question.statuses))
        who = "; the kubelet sees the same" if question.origin == "probe" else ""
        return _change(
            base, verdict="unhealthy", cause=f"answers {http.status}, expected {wanted}{who}", health="unhealthy"
        )
    if http.status >= 500:
        return _change(
            base, verdict="unhealthy", health="unhealthy",
            cause=f"the server answers, and says {http.status}: the application, or what it depends on, is not well",
            assumes="" if base.version else "a proxy in front of the application could be the one that answers",
        )  # fmt: skip
    if http.status in NEEDS_LOGIN:
        return _change(base, cause=f"answers {http.status}: it wants a login, so its health cannot be seen from here")
    if question.identify and not base.version and question.origin in ("application", "option"):
        return _other_application(base, http, question)
    return _change(base, cause=f"an HTTP server answers {http.status}")


def _other_application(base: Answered, http: Http, question: Question) -> Answered:
    server = http.header("Server")
    named = f" (Server: {server})" if server else ""
    return _change(
        base, verdict="wrong-answer",
        cause=f"an HTTP server answers{named}, but not {question.title}: there is no header {question.identify}",
        assumes="nothing between here and the node strips that header",
    )  # fmt: skip


def says_tls(http: Http) -> bool:
    """The server says that it was asked in plain text and wants TLS: Go's net/http, nginx and Apache do, in a 400."""
    words = (
        b"HTTP request to an HTTPS server",
        b"HTTP request was sent to HTTPS port",
        b"speaking plain HTTP to an SSL",
    )
    return http.status == BAD_REQUEST and any(w in http.body for w in words)


def _grpc(observation: Observation, _question: Question) -> Answered:
    code, detail = (observation.answer.code, observation.answer.detail) if observation.answer else ("", "")
    short = f"gRPC health {code}" + (f": {detail}" if detail else "")
    if code == "SERVING":
        return Answered("reachable", "the gRPC health service says SERVING", short, "healthy")
    if code in GRPC_NO_WORD:
        return Answered("reachable", f"a gRPC server answers; of its health it says {code}", short)
    if not code:
        return Answered("wrong-answer", f"an HTTP/2 server answers, but not gRPC: {detail}", detail)
    return Answered("unhealthy", f"the gRPC server answers {code}", short, "unhealthy")


def _dns(observation: Observation, _question: Question) -> Answered:
    code = observation.answer.code if observation.answer else ""
    if code == "SERVFAIL":
        return Answered(
            "unhealthy", "the name server answers SERVFAIL: its own upstream may not answer", f"DNS {code}", "unhealthy"
        )
    health: Literal["healthy", "unknown"] = "healthy" if code in ("NOERROR", "NXDOMAIN") else "unknown"
    return Answered("reachable", f"a name server answers {code}", f"DNS {code}", health)


def _banner(observation: Observation, question: Question) -> Answered:
    answer = observation.answer
    text = answer.detail[:60] if answer else ""
    if answer and answer.code == "expected":
        name = question.application
        return Answered(
            "reachable", f"answers as {question.title or 'expected'} should", text, "healthy", application=name
        )
    return Answered(
        "wrong-answer", f"something answers, but not as {question.title or 'expected'} should: {text}", text,
        assumes="the application was not told to answer strangers otherwise",
    )  # fmt: skip


def _udp(observation: Observation, _question: Question) -> Answered:
    return Answered("reachable", "a datagram came back", f"{len(observation.data)} bytes")


def _connected(observation: Observation) -> Answered:
    tls = f"{observation.tls.version}, " if observation.tls else ""
    greeting = observation.data[:60].decode("utf-8", "backslashreplace").partition("\n")[0].rstrip("\r")
    short = tls + (f"greets with {greeting}" if greeting else "connection accepted")
    return Answered(
        "reachable", "the connection was accepted" + (f", greeting {greeting}" if greeting else ""), short,
        assumes="" if observation.tls or greeting else "whoever accepted is the application: nothing was asked of it",
    )  # fmt: skip


def _change(base: Answered, **changes: object) -> Answered:
    return msgspec.structs.replace(base, **changes)
