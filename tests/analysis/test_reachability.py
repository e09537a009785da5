"""The verdict table: what was seen -> verdict, words that must be said, words that would claim too much."""

from __future__ import annotations

import shlex
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.asking import Question
from kubectl_hostnet.analysis.reachability import judge, withdrawn
from kubectl_hostnet.analysis.rules import Verdict
from kubectl_hostnet.probe.observation import (
    Answer,
    Ask,
    Certificate,
    End,
    Http,
    Icmp,
    Observation,
    Phase,
    Target,
    Timings,
    Tls,
)

NODE, MACHINE, ROUTER = "198.51.100.13", "198.51.100.1", "192.0.2.254"
HTTP, TCP, HTTPS, UDP = Ask("http", path="/ping"), Ask("tcp"), Ask("https", path="/ping"), Ask("udp")
CONNECTED = Timings(connect=0.4, total=5000.0)
INFLUX = Question(
    HTTP,
    "application",
    "applications/influxdb.yaml",
    "influxdb",
    "InfluxDB 2",
    statuses=(204,),
    identify="X-Influxdb-Version",
)
PLAIN = Question(HTTP)
READINESS = Question(HTTP, "probe", "spec.containers[0].readinessProbe", statuses=tuple(range(200, 400)), strict=True)
EXPECTED = Question(HTTP, "option", statuses=(200,), strict=True)
TLS = Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", "", Certificate("CN=x"))


def seen(end: End, phase: Phase = "connect", ask: Ask = HTTP, **more: Any) -> Observation:
    target = Target(more.pop("address", NODE), 8086, "UDP" if ask is UDP else "TCP", ask)
    return Observation(target, end, phase, timings=more.pop("timings", Timings(total=5000.0)), **more)


def icmp(words: str, sender: str = NODE, kind: int = 3, code: int = 13, *, own: bool = False) -> Icmp:
    return Icmp("IPv4", kind, code, words, sender, own)


def http(status: int, *headers: tuple[str, str], body: bytes = b"", ask: Ask = HTTP) -> Observation:
    answer = Http("HEAD", "1.1", status, "", headers, body, (status,))
    return seen("answered", "done", ask, http=answer, timings=CONNECTED)


def said(words: str, code: str, ask: str = "grpc", protocol: str = "TCP") -> Observation:
    answer = Answer(ask, code, words)  # type: ignore[arg-type]
    target = Target(NODE, 8086, protocol, Ask(ask))  # type: ignore[arg-type]
    return Observation(target, "answered", answer=answer, timings=CONNECTED)


VERSION = ("X-Influxdb-Version", "1.6.7")
FAILED = {"error": "Connection refused", "errno": "ECONNREFUSED"}
NO_ROUTE = {"error": "No route to host", "errno": "EHOSTUNREACH"}

TABLE = [
    # what was seen, verdict, must be said, must not be said
    ("RST", seen("failed", **FAILED), "refused", "looks the same", "application is down:"),
    ("ICMP port unreachable is a firewall's for TCP", seen("failed", icmp=icmp("port unreachable", code=3), **FAILED), "rejected", "REJECT", "nothing listens on"),
    ("ICMP admin prohibited", seen("failed", icmp=icmp("administratively prohibited"), **NO_ROUTE), "rejected", "REJECT", "no route"),
    ("ICMP admin prohibited, IPv6", seen("failed", error="Permission denied", errno="EACCES", icmp=icmp("administratively prohibited")), "rejected", "REJECT", "this machine does not"),
    ("ICMP host unreachable of a router", seen("failed", icmp=icmp("host unreachable", ROUTER, code=1), **NO_ROUTE), "rejected", ROUTER, "the node answered"),
    ("ICMP host unreachable of this machine: ARP", seen("failed", icmp=icmp("host unreachable", MACHINE, code=1, own=True), **NO_ROUTE), "no-route", "nobody on this machine's own network", "firewall"),
    ("ICMP of this machine about itself", seen("failed", address=MACHINE, icmp=icmp("port unreachable", MACHINE, code=3, own=True), **FAILED), "rejected", "REJECT", "nobody"),
    ("no error queue (not Linux)", seen("failed", **NO_ROUTE), "rejected", "No route to host", "application is down"),
    ("no route", seen("failed", local=True, error="Network is unreachable", errno="ENETUNREACH"), "no-route", "this machine", "firewall"),
    ("no IPv6 here", seen("failed", local=True, error="Cannot assign requested address", errno="EADDRNOTAVAIL"), "no-route", "this machine", "node is down"),
    ("a prohibiting route", seen("failed", local=True, error="Permission denied", errno="EACCES"), "no-route", "this machine", "REJECT"),
    ("something new from connect()", seen("failed", local=True, error="Odd", errno="EODD"), "no-route", "this machine", "node"),
    ("silence", seen("timeout", error=""), "filtered", "silence has no sender", "nothing listens"),
    ("name", seen("unresolved", "resolve", error="Name or service not known"), "name-error", "does not resolve", "down"),
    ("slow resolver", seen("timeout", "resolve"), "name-error", "does not resolve", "down"),
    ("accepted, silence", seen("timeout", "answer", timings=CONNECTED), "unhealthy", "HEAD /ping", "firewall drops"),
    ("accepted, one byte", seen("timeout", "answer", timings=CONNECTED, data=b"H"), "unhealthy", "an answer began (1 byte)", "firewall"),
    ("accepted, closed", seen("closed", "answer", timings=CONNECTED), "reset", "closed without an answer", "nothing listens"),
    ("accepted, reset", seen("reset", "answer", timings=CONNECTED, error="Connection reset by peer"), "reset", "proxy", "nothing listens"),
    ("not HTTP", seen("garbage", "answer", timings=CONNECTED, error="the answer is not HTTP", data=b"SSH-2.0-x"), "wrong-answer", "SSH-2.0-x", "down"),
    ("TLS where plain was asked", seen("garbage", "answer", timings=CONNECTED, data=b"\x15\x03\x03\0\2\2\x46"), "wrong-answer", "--scheme https", "down"),
    ("plain where TLS was asked", seen("tls", "tls", HTTPS, data=b"HTTP/1.1 400 ", error="wrong version number"), "tls-error", "--scheme http", "down"),
    ("no TLS", seen("tls", "tls", HTTPS, error="wrong version number"), "tls-error", "wrong version number", "down"),
    ("closed in the handshake", seen("closed", "tls", HTTPS, error="closed"), "tls-error", "closed", "down"),
    ("silent in the handshake", seen("timeout", "tls", HTTPS), "tls-error", "no TLS handshake", "firewall"),
    ("a bad certificate, where asked", seen("tls", "tls", HTTPS, errno="CERTIFICATE_VERIFY_FAILED", error="certificate has expired"), "tls-error", "certificate has expired", "down"),
    ("a client certificate wanted", seen("tls", "answer", HTTPS, errno="TLSV13_ALERT_CERTIFICATE_REQUIRED", error="certificate required", tls=TLS), "reachable", "client certificate", "down"),
    ("UDP silence", seen("timeout", "answer", UDP), "open|filtered", "tells an open port from a filtered one in no way", "down"),
    ("UDP port unreachable", seen("failed", "answer", UDP, icmp=icmp("port unreachable", code=3), **FAILED), "refused", "nothing listens", "reset"),
    ("UDP prohibited", seen("failed", "answer", UDP, icmp=icmp("administratively prohibited"), **NO_ROUTE), "rejected", "REJECT", "nothing listens on"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("observation", "verdict", "must", "never"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_failures(observation: Observation, verdict: Verdict, must: str, never: str) -> None:
    found = judge(observation, INFLUX)
    assert found is not None
    assert found.verdict == verdict
    words = f"{found.cause} {found.assumes}"
    assert must in words
    assert never not in words
    assert found.verify


ANSWERS = [
    ("InfluxDB 1 and 2", http(204, VERSION), INFLUX, "reachable", "healthy", "1.6.7"),
    ("InfluxDB, verbose", http(200, VERSION), INFLUX, "reachable", "healthy", "1.6.7"),
    ("InfluxDB 3, after GET", http(200, ("x-influxdb-version", "3.1.0")), INFLUX, "reachable", "healthy", "3.1.0"),
    ("InfluxDB 3, wants a token", http(401), INFLUX, "reachable", "unknown", ""),
    ("InfluxDB with ping-auth", http(401, VERSION), INFLUX, "reachable", "unknown", "1.6.7"),
    ("InfluxDB, unwell", http(503, VERSION), INFLUX, "unhealthy", "unhealthy", "1.6.7"),
    ("503 of whoever", http(503), INFLUX, "unhealthy", "unhealthy", ""),
    ("another server, 200", http(200, ("Server", "nginx/1.25")), INFLUX, "wrong-answer", "unknown", ""),
    ("another server, 404", http(404, ("Server", "nginx/1.25")), INFLUX, "wrong-answer", "unknown", ""),
    ("any answer proves reachability", http(404), PLAIN, "reachable", "unknown", ""),
    ("a redirect is an answer", http(302, ("Location", "http://evil.example/")), PLAIN, "reachable", "unknown", ""),
    ("5xx is not well", http(500), PLAIN, "unhealthy", "unhealthy", ""),
    ("the Pod's own probe", http(302), READINESS, "reachable", "healthy", ""),
    ("the Pod's own probe fails", http(404), READINESS, "unhealthy", "unhealthy", ""),
    ("as asked for", http(200), EXPECTED, "reachable", "healthy", ""),
    ("not as asked for", http(204), EXPECTED, "unhealthy", "unhealthy", ""),
    ("a Go server wants TLS", http(400, body=b"Client sent an HTTP request to an HTTPS server.\n"), PLAIN, "wrong-answer", "unknown", ""),
    ("nginx wants TLS", http(400, body=b"<center>The plain HTTP request was sent to HTTPS port</center>"), INFLUX, "wrong-answer", "unknown", ""),
    ("TCP", seen("answered", "done", TCP, timings=CONNECTED), Question(TCP), "reachable", "unknown", ""),
    ("gRPC serving", said("", "SERVING"), PLAIN, "reachable", "healthy", ""),
    ("gRPC not serving", said("", "NOT_SERVING"), PLAIN, "unhealthy", "unhealthy", ""),
    ("gRPC without health", said("", "UNIMPLEMENTED"), PLAIN, "reachable", "unknown", ""),
    ("HTTP/2, no gRPC", said("HTTP/2 404 without a gRPC status", ""), PLAIN, "wrong-answer", "unknown", ""),
    ("DNS", said("", "NXDOMAIN", "dns", "UDP"), PLAIN, "reachable", "healthy", ""),
    ("DNS refuses", said("", "REFUSED", "dns"), PLAIN, "reachable", "unknown", ""),
    ("DNS fails", said("", "SERVFAIL", "dns"), PLAIN, "unhealthy", "unhealthy", ""),
    ("a greeting", said("+PONG", "expected", "banner"), PLAIN, "reachable", "healthy", ""),
    ("another greeting", said("SSH-2.0", "other", "banner"), PLAIN, "wrong-answer", "unknown", ""),
    ("a datagram", said("4 bytes", "answered", "udp", "UDP"), PLAIN, "reachable", "unknown", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("observation", "question", "verdict", "health", "version"),
    [row[1:] for row in ANSWERS],
    ids=[row[0] for row in ANSWERS],
)
def test_answers(observation: Observation, question: Question, verdict: Verdict, health: str, version: str) -> None:
    found = judge(observation, question)
    assert found is not None
    assert (found.verdict, found.health, found.version) == (verdict, health, version)
    assert bool(found.application) == bool(version), "the application is named only where the answer proves it"
    assert found.cause
    assert found.answer


def test_what_this_machine_could_not_try_is_no_verdict() -> None:
    assert judge(seen("own", error="Too many open files", errno="EMFILE"), INFLUX) is None
    assert judge(seen("proxy", error="502"), INFLUX) is None


def test_a_verdict_is_withdrawn_where_everything_is_accepted() -> None:
    control = Observation(Target(NODE, 1), "answered", timings=CONNECTED)
    found = withdrawn(seen("closed", "answer", timings=CONNECTED), control)
    assert (found.verdict, found.withdrawn) == ("wrong-answer", True)
    assert "port 1, which nobody holds" in found.cause


def test_commands_are_quoted_for_the_shell() -> None:
    path = "/x'; rm -rf ~ #$(reboot)"
    ask = Ask("http", methods=("GET",), path=path, headers=(("X-A", "$(id)"),), host="a b")
    found = judge(seen("timeout", "answer", ask, timings=CONNECTED), Question(ask))
    assert found is not None
    assert found.verify.startswith("curl ")
    words = shlex.split(found.verify)
    assert words[-1] == f"http://{NODE}:8086{path}"
    assert "X-A: $(id)" in words


def test_ipv6_in_commands() -> None:
    found = judge(seen("timeout", "answer", address="2001:db8::13", timings=CONNECTED), PLAIN)
    assert found is not None
    assert "'http://[2001:db8::13]:8086/ping'" in found.verify


text = st.text(max_size=20)
observations = st.builds(
    Observation,
    target=st.builds(
        Target,
        address=st.sampled_from([NODE, "2001:db8::13", "node-3", ""]),
        port=st.integers(1, 65535),
        protocol=st.sampled_from(["TCP", "UDP"]),
        ask=st.builds(Ask, scheme=st.sampled_from(["tcp", "http", "https", "tls", "grpc", "dns", "banner", "udp"]), path=text),
    ),
    end=st.sampled_from([end for end in get_args(End) if end != "answered"]),
    phase=st.sampled_from(get_args(Phase)),
    error=text,
    errno=st.sampled_from(["", "ECONNREFUSED", "EHOSTUNREACH", "EODD"]),
    local=st.booleans(),
    icmp=st.none() | st.builds(Icmp, st.just("IPv4"), st.integers(), st.integers(), text, st.sampled_from(["", NODE, ROUTER]), st.booleans()),
    data=st.binary(max_size=50),
    timings=st.builds(Timings, connect=st.none() | st.floats(0, 10), total=st.none() | st.floats(0, 10_000)),
)  # fmt: skip


@given(observations)
def test_every_observation_has_a_verdict_and_none_claims_an_answer_that_was_not_seen(observation: Observation) -> None:
    found = judge(observation, INFLUX)
    assert (found is None) == (observation.end in ("own", "proxy"))
    if found and observation.end != "tls":
        assert found.verdict != "reachable"
        assert found.health != "healthy"
        assert not found.application


def test_what_took_long_and_what_has_expired_is_said_beside_the_verdict() -> None:
    tls = Tls(
        "TLSv1.3", "", "", Certificate("CN=x", not_before="2020-01-01T00:00:00Z", not_after="2021-01-01T00:00:00Z")
    )
    answer = Http("HEAD", "1.1", 204, "", (VERSION,), b"", (204,))
    timings = Timings(connect=1030.0, tls=1.0, first_byte=1500.0)
    slow = seen("answered", "done", HTTPS, http=answer, tls=tls, timings=timings, at="2026-11-24T00:00:00Z")
    found = judge(slow, INFLUX)
    assert found is not None
    assert found.verdict == "reachable"
    assert "connecting took 1 s, as after a lost packet" in found.cause
    assert "the answer took 1.5 s" in found.cause
    assert "its certificate has expired on 2021-01-01" in found.cause
