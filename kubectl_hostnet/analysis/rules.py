"""The rules behind the verdicts on attempts that ended without an answer; the first that holds counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from kubectl_hostnet.analysis.answers import says_tls
from kubectl_hostnet.inventory.address import canonical
from kubectl_hostnet.probe.observation import Observation

Verdict = Literal[
    "reachable", "refused", "filtered", "rejected", "reset", "no-route", "name-error", "tls-error", "unhealthy",
    "wrong-answer", "open|filtered",
]  # fmt: skip


class Rule(msgspec.Struct, frozen=True):
    """`verdict` with `cause` and `assumes` where `holds`. In the texts {place}, {time} ... stand for what was seen."""

    holds: Callable[[Observation], bool]
    verdict: Verdict
    cause: str
    assumes: str = ""


def neighbour_missing(observation: Observation) -> bool:
    """This machine's own kernel reports the host as unreachable: neighbour discovery (ARP, NDP) had no answer."""
    icmp = observation.icmp
    if icmp is None or not icmp.own or canonical(icmp.sender) == canonical(_address(observation)):
        return False
    return icmp.words in ("host unreachable", "address unreachable")


def _address(observation: Observation) -> str:
    return observation.resolved or observation.target.address


NO_ROUTE = frozenset({"ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL", "EAFNOSUPPORT", "EINVAL", "ENETDOWN"})
# Alerts of a server that goes on only with a client certificate: TLS 1.3's own, and what Go's TLS 1.2 says.
WANTS_CERTIFICATE = frozenset({"TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE"})
FORBIDDEN = frozenset({"EACCES", "EPERM"})

RULES: tuple[Rule, ...] = (
    Rule(
        lambda o: o.end == "unresolved" or o.phase == "resolve",
        "name-error",
        "the name {address} does not resolve here: {error}",
        "the node's name may be known to other resolvers, such as those of its own network",
    ),
    Rule(
        lambda o: o.local and o.errno in FORBIDDEN,
        "no-route",
        "this machine does not let the connection out ({error}): a prohibiting route, or a policy of its own",
    ),
    Rule(
        lambda o: o.local and o.errno in NO_ROUTE,
        "no-route",
        "this machine has no route to {address}: {error}",
        "nothing was sent; other machines may well reach it",
    ),
    Rule(
        lambda o: o.local,
        "no-route",
        "this machine could not connect: {error}",
        "nothing was sent",
    ),
    Rule(
        neighbour_missing,
        "no-route",
        "nobody on this machine's own network answers for {hop} ({error}): the node is down, or the address is not its own any more, or this machine is on another network",
        "the path to {address} ends on this machine's own network",
    ),
    Rule(
        lambda o: o.target.protocol == "UDP" and o.errno == "ECONNREFUSED",
        "refused",
        "{sender} says that nothing listens on {place} (ICMP port unreachable)",
        "a firewall that rejects with ICMP port unreachable looks the same",
    ),
    Rule(
        lambda o: o.icmp is not None and o.icmp.words == "port unreachable",
        "rejected",
        "{sender} answered with ICMP port unreachable: a firewall's REJECT; a node without a listener would have sent a TCP reset",
        "whether anything listens behind the firewall was not seen",
    ),
    Rule(
        lambda o: o.icmp is not None and "prohibited" in o.icmp.words,
        "rejected",
        "{sender} answered with ICMP {icmp}: a firewall's REJECT",
        "whether anything listens behind the firewall was not seen",
    ),
    Rule(
        lambda o: o.icmp is not None,
        "rejected",
        "{sender} answered with ICMP {icmp}: a router that cannot deliver, or a firewall's REJECT",
        "whether anything listens there was not seen",
    ),
    Rule(
        lambda o: o.errno == "ECONNREFUSED",
        "refused",
        "{address} answers that nothing listens on {port}: the application may be down, listen on another port, or be bound to another address such as 127.0.0.1",
        "the reset comes from the node itself; a firewall that rejects with a TCP reset looks the same",
    ),
    Rule(
        lambda o: o.end == "failed" and o.phase != "answer",
        "rejected",
        "the attempt failed ({error}): an ICMP error of a firewall's REJECT, or of a router that cannot deliver",
        "whether anything listens there was not seen",
    ),
    Rule(
        lambda o: o.target.protocol == "UDP" and o.end == "timeout",
        "open|filtered",
        "no answer within {time}, and no ICMP error: the application may not answer this datagram, or a firewall drops it",
        "UDP silence tells an open port from a filtered one in no way",
    ),
    Rule(
        lambda o: o.end == "timeout" and o.phase == "connect",
        "filtered",
        "no answer within {time}: a firewall or security group drops the packets, the node is down, or the path does not lead there",
        "silence has no sender: it does not tell whether the application is up",
    ),
    Rule(
        lambda o: o.end == "tls" and o.errno in WANTS_CERTIFICATE,
        "reachable",
        "TLS was agreed, and the server wants a client certificate ({error}): its health cannot be seen without one",
    ),
    Rule(
        lambda o: o.phase == "tls" and o.end == "timeout",
        "tls-error",
        "the connection was accepted, but no TLS handshake came within {time}: the port may not speak TLS, or the process hangs",
    ),
    Rule(
        lambda o: o.phase == "tls" and o.errno == "CERTIFICATE_VERIFY_FAILED",
        "tls-error",
        "the certificate does not hold: {error}",
        "this machine's own certificate authorities were used",
    ),
    Rule(
        lambda o: o.phase == "tls" and o.data.startswith(b"HTTP/"),
        "tls-error",
        "the port answers in plain HTTP, not TLS: --scheme http",
    ),
    Rule(
        lambda o: o.phase == "tls" or o.end == "tls",
        "tls-error",
        "TLS could not be agreed: {error}",
        "the port may speak no TLS at all, or only with a client certificate",
    ),
    Rule(
        lambda o: o.end == "timeout" and bool(o.data),
        "unhealthy",
        "the connection was accepted and an answer began ({bytes}), but it was not complete within {time}: the process hangs or is overloaded",
        "the path works in both directions",
    ),
    Rule(
        lambda o: o.end == "timeout",
        "unhealthy",
        "the connection was accepted, but no answer to {question} came within {time}: the process hangs or is overloaded, or waits for another protocol",
        "the node's kernel accepts for a process that hangs; a proxy on the way could accept as well",
    ),
    Rule(
        lambda o: o.end == "closed",
        "reset",
        "the connection was accepted and closed without an answer: a proxy without a backend, an access list, or another protocol",
        "whoever accepted may be a proxy on the way",
    ),
    Rule(
        lambda o: o.end == "reset",
        "reset",
        "the connection was accepted and then reset: a proxy without a backend, an access list, or a process that ended",
        "whoever accepted may be a proxy or a firewall on the way",
    ),
    Rule(
        lambda o: o.end == "garbage" and speaks_tls(o),
        "wrong-answer",
        "the port speaks TLS and was asked without: --scheme https",
    ),
    Rule(
        lambda o: o.end == "garbage",
        "wrong-answer",
        "something else answers {question}: {error}; it begins with {data}",
        "the port is held by another application, or by this one with another protocol",
    ),
    Rule(
        lambda _o: True,
        "reset",
        "the connection was accepted and then failed: {error}",
    ),
)


def speaks_tls(observation: Observation) -> bool:
    """A plain question met a TLS server: an alert record came back, or a known server's words for it."""
    if observation.target.ask.scheme in ("https", "tls", "grpcs"):
        return False
    if observation.data[:2] == b"\x15\x03":  # an alert record (RFC 8446, 5.1)
        return True
    return observation.http is not None and says_tls(observation.http)


def words_for(observation: Observation) -> dict[str, str]:
    """What the names in the rules' texts stand for."""
    target, icmp = observation.target, observation.icmp
    address = target.address
    return {
        "address": address,
        "hop": f"{address}, or for the router to it",
        "port": f"{target.port}/{target.protocol}",
        "place": f"{address} port {target.port}",
        "error": observation.error or "no answer",
        "time": duration(observation.timings.total),
        "icmp": icmp.words if icmp else "",
        "sender": _sender(observation),
        "question": asked(observation),
        "bytes": f"{len(observation.data)} bytes" if len(observation.data) > 1 else "1 byte",
        "data": repr(observation.data[:40])[1:],
    }


def _sender(observation: Observation) -> str:
    icmp = observation.icmp
    if icmp is None or not icmp.sender:
        return "someone"
    if canonical(icmp.sender) == canonical(_address(observation)):
        return "the node"
    return "this machine itself" if icmp.own else f"{icmp.sender}, on the way,"


def asked(observation: Observation) -> str:
    """The question in a few words: `HEAD /ping`, `the TLS handshake`, `a DNS query`."""
    ask = observation.target.ask
    names = {
        "grpc": "the gRPC health check",
        "grpcs": "the gRPC health check",
        "dns": "a DNS query",
        "udp": "a datagram",
    }
    if ask.scheme in ("http", "https"):
        return f"{ask.methods[0]} {ask.path}"
    return names.get(ask.scheme, "the application's greeting" if ask.scheme == "banner" else "the connection")


def duration(milliseconds: float | None) -> str:
    """A time for people: `0.4 ms`, `12 ms`, `5 s`."""
    value = milliseconds or 0.0
    if value < 10:
        return f"{value:.1f} ms"
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s".replace(".0 s", " s")


def short_error(observation: Observation) -> str:
    """The error as the operating system says it."""
    if observation.end == "timeout":
        return f"no answer within {duration(observation.timings.total)}"
    return observation.error
