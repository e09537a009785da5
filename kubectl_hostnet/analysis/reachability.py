"""The verdict on an endpoint: a table of rules over what one attempt saw, and over what was expected of the answer.

A rule says no more than the observation carries: silence has no sender, a refusal may be a firewall's, and an accepted
connection proves an acceptor and not yet the application. What else it could be stands in `assumes`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from kubectl_hostnet.analysis.answers import Answered, answered
from kubectl_hostnet.analysis.asking import Question
from kubectl_hostnet.analysis.rules import RULES, Verdict, duration, short_error, words_for
from kubectl_hostnet.analysis.verify import listening, reaching, resolving, routing
from kubectl_hostnet.probe.observation import Observation

SLOW = 900.0  # milliseconds
HealthWord = Literal["healthy", "unhealthy", "unknown"]


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """A verdict with its cause in words, what it takes for granted, and a command that verifies it.

    `answer` is what answered, in short; `health` is the application's, apart from reachability. `application` is
    named where the answer proved it, with its version. `withdrawn`: whoever answered would have answered anything.
    """

    verdict: Verdict
    cause: str
    assumes: str = ""
    verify: str = ""
    answer: str = ""
    health: HealthWord = "unknown"
    application: str = ""
    version: str = ""
    withdrawn: bool = False


def judge(observation: Observation, question: Question) -> Judgement | None:
    """The verdict on one observation; None when this machine or the proxy failed, so that nothing was seen."""
    if observation.end in ("own", "proxy"):
        return None
    if observation.end == "answered":
        return _from_answer(answered(observation, question), observation)
    rule = next(rule for rule in RULES if rule.holds(observation))
    words = words_for(observation)
    return Judgement(
        rule.verdict,
        rule.cause.format_map(words),
        rule.assumes.format_map(words),
        _verify(rule.verdict, observation),
        answer=short_error(observation),
        health="unhealthy" if rule.verdict == "unhealthy" else "unknown",
    )


def withdrawn(observation: Observation, control: Observation) -> Judgement:
    """The verdict where a port that nobody holds was accepted as well: whoever accepts there, accepts everything."""
    place = f"{observation.target.address} port {control.target.port}"
    return Judgement(
        "wrong-answer",
        f"something on the way accepts every connection to this address (a proxy or VPN): {place}, which nobody holds, was accepted too",
        "nothing can be said about the application from here; probe from elsewhere",
        reaching(control, timeout=5),
        answer="accepted by something on the way",
        withdrawn=True,
    )


def _from_answer(found: Answered, observation: Observation) -> Judgement:
    return Judgement(
        found.verdict,
        "; ".join(filter(None, (found.cause, _slow(observation), expiry(observation)))),
        found.assumes,
        reaching(observation),
        answer=found.short,
        health=found.health,
        application=found.application,
        version=found.version,
    )


def _slow(observation: Observation) -> str:
    """What took so long that a user should know. A lost SYN is sent again after a second (RFC 6298, 2.1)."""
    connect, first = observation.timings.connect or 0.0, observation.timings.first_byte or 0.0
    lost = f"connecting took {duration(connect)}, as after a lost packet" if connect >= SLOW else ""
    return "; ".join(filter(None, (lost, f"the answer took {duration(first)}" if first >= SLOW else "")))


def expiry(observation: Observation) -> str:
    """What is wrong with the dates of the server's certificate, which was not verified; "" if nothing is."""
    certificate = observation.tls.certificate if observation.tls else None
    if certificate is None or not certificate.not_after or not observation.at:
        return ""
    if certificate.not_after < observation.at:  # both RFC 3339 in UTC: the order of the text is that of the time
        return f"its certificate has expired on {certificate.not_after[:10]}"
    return (
        f"its certificate is not valid before {certificate.not_before}"
        if certificate.not_before > observation.at
        else ""
    )


def _verify(verdict: Verdict, observation: Observation) -> str:
    if verdict == "name-error":
        return resolving(observation)
    if verdict == "no-route":
        return routing(observation)
    if verdict == "refused":
        return listening(observation)
    return reaching(observation)
