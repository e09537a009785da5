"""What is worth a second connection after the first observations, so that a verdict does not rest on a guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from kubectl_hostnet.analysis.asking import over_tls
from kubectl_hostnet.analysis.endpoints import Endpoint
from kubectl_hostnet.analysis.impostor import not_its_own
from kubectl_hostnet.analysis.reachability import Judgement, judge, withdrawn
from kubectl_hostnet.analysis.results import Result
from kubectl_hostnet.analysis.rules import neighbour_missing, speaks_tls
from kubectl_hostnet.probe.observation import Ask, Observation, Target

# Ports that nobody holds: tcpmux, which nothing runs any more, and one that IANA keeps reserved.
UNHELD_PORTS = (1, 49151)
KUBELET_PORT = 10250
# Beyond this many addresses the endpoints themselves say enough about each other, and time matters more.
MOST_CONTROLS = 16
TCP = Ask("tcp")


def with_tls(results: Iterable[Result]) -> list[Endpoint]:
    """Endpoints that were asked in plain text by assumption, and may speak TLS: the same under TLS."""
    return [_secured(r.endpoint) for r in results if not r.endpoint.question.fixed and _may_speak_tls(r.observation)]


def prefer_tls(results: Sequence[Result], again: Iterable[Result]) -> list[Result]:
    """The results, with those replaced for which TLS could be agreed."""
    better = {_key(result): result for result in again if result.observation.tls}
    return [better.get(_key(result), result) for result in results]


def control_targets(results: Iterable[Result]) -> list[Target]:
    """Ports that nobody holds, at addresses where a connection was accepted and nobody has proved to be there."""
    addresses = dict.fromkeys(r.endpoint.address.address for r in results if _unproven(r))
    claimed = {(r.endpoint.address.address, r.endpoint.claim.port) for r in results}
    return [
        Target(address, port, "TCP", TCP)
        for address in list(addresses)[:MOST_CONTROLS]
        for port in UNHELD_PORTS
        if (address, port) not in claimed
    ]


def withdraw(results: Iterable[Result], controls: Iterable[Observation]) -> list[Result]:
    """The results, with verdicts withdrawn where every port that nobody holds was accepted as well."""
    controls = list(controls)
    refusing = {c.target.address for c in controls if not c.connected}
    accepting = {c.target.address: c for c in controls if c.connected and c.target.address not in refusing}
    return [_withdrawn(result, accepting.get(result.endpoint.address.address)) for result in results]


def share_neighbours(results: Sequence[Result]) -> list[Result]:
    """What was silent at an address for which nobody answers on the local network is silent for that reason.

    The kernel queues few packets for a neighbour that it looks for, and tells only their senders (arp(7), unres_qlen).
    """
    missing = {_where(r): r.judgement for r in results if neighbour_missing(r.observation)}
    return [_shared(result, missing.get(_where(result))) for result in results] if missing else list(results)


def _where(result: Result) -> tuple[str, str]:
    return result.endpoint.address.address, result.observation.vantage


def _shared(result: Result, judgement: Judgement | None) -> Result:
    if judgement is None or result.verdict != "filtered":
        return result
    assumes = "what was seen on another connection to this address holds for this one"
    return msgspec.structs.replace(result, judgement=msgspec.structs.replace(judgement, assumes=assumes))


def kubelet_targets(results: Iterable[Result]) -> list[Target]:
    """The kubelet's port at silent addresses: it tells a dropped port from a node that cannot be reached at all."""
    results = list(results)
    loud = {r.endpoint.address.address for r in results if r.verdict not in ("filtered", "")}
    silent = dict.fromkeys(r.endpoint.address.address for r in results if r.verdict == "filtered")
    return (
        [Target(a, KUBELET_PORT, "TCP", TCP) for a in silent if a not in loud] if len(silent) <= MOST_CONTROLS else []
    )


def alive_and_dead(controls: Iterable[Observation]) -> tuple[frozenset[str], frozenset[str]]:
    """Addresses whose kubelet port gave any answer, and those where it was as silent as the rest."""
    controls = list(controls)
    dead = {c.target.address for c in controls if c.end == "timeout"}
    answered = {c.target.address for c in controls if c.connected or c.errno == "ECONNREFUSED"}
    return frozenset(answered), frozenset(dead)


def _may_speak_tls(observation: Observation) -> bool:
    if observation.target.ask.scheme not in ("http", "grpc"):
        return False
    return speaks_tls(observation) or (
        observation.phase == "answer" and observation.end in ("closed", "reset", "garbage")
    )


def _secured(endpoint: Endpoint) -> Endpoint:
    return msgspec.structs.replace(endpoint, question=over_tls(endpoint.question))


def _key(result: Result) -> tuple[object, ...]:
    endpoint = result.endpoint
    return (endpoint.pod.key, endpoint.node, endpoint.address, endpoint.claim.port, result.observation.vantage)


def _unproven(result: Result) -> bool:
    observation, judgement = result.observation, result.judgement
    if judgement is None or not observation.connected or judgement.application or judgement.health == "healthy":
        return False
    return observation.http is None or observation.http.status >= 500 or observation.http.status == 407


def _withdrawn(result: Result, control: Observation | None) -> Result:
    if control is None or result.observation.vantage != control.vantage or not _unproven(result):
        return result
    return msgspec.structs.replace(result, judgement=withdrawn(result.observation, control))


def judged(endpoint: Endpoint, observation: Observation) -> Result:
    """An endpoint's result: what was seen, and what it means."""
    judgement = judge(observation, endpoint.question)
    if not endpoint.unexpected:
        judgement = not_its_own(judgement, endpoint.pod, endpoint.claim)
    return Result(endpoint, observation, judgement)
