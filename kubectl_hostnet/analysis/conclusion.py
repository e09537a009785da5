"""What the endpoints of one Pod mean together, with what the cluster says of the Pod, its node and its neighbours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.endpoints import Endpoint
from kubectl_hostnet.analysis.hostpods import stale
from kubectl_hostnet.analysis.reachability import Judgement
from kubectl_hostnet.analysis.report import Item
from kubectl_hostnet.inventory.container import ContainerState
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.probe.observation import Observation

ADDRESS_IN_USE = "address already in use"


class Result(msgspec.Struct, frozen=True, gc=False):
    """An endpoint, what was seen there from one vantage point, and the judgement; None where nothing was seen."""

    endpoint: Endpoint
    observation: Observation
    judgement: Judgement | None

    @property
    def verdict(self) -> str:
        """The verdict, "" where nothing was seen."""
        return self.judgement.verdict if self.judgement else ""

    @property
    def place(self) -> str:
        """`198.51.100.13:8086`."""
        return place(self.endpoint.address.address, self.endpoint.claim.port)

    @property
    def port(self) -> str:
        """`8086/TCP`."""
        return f"{self.endpoint.claim.port}/{self.endpoint.claim.protocol}"


class Conclusion(Item, frozen=True):
    """What is concluded for one Pod: the sentence that matters most, and the reasons and remarks beside it."""

    namespace: str
    pod: str
    node: str
    conclusion: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """Everything that a conclusion rests on.

    `holders` names who else is known to use a port of a node: (node, port, protocol) -> names. `alive` are addresses at
    which the node answered on another port (the kubelet's), `dead` those where that port was silent as well.
    """

    pod: Pod
    node: Node | None
    results: Sequence[Result]
    holders: Mapping[tuple[str, int, str], Sequence[str]] = field(default_factory=dict)
    alive: frozenset[str] = frozenset()
    dead: frozenset[str] = frozenset()

    def who_else(self, node: str, claim: Claim) -> Sequence[str]:
        """Other holders of the same port of a node."""
        return self.holders.get((node, claim.port, claim.protocol), ())


def conclude(case: Case) -> Conclusion:
    """The conclusion for one Pod; the first sentence is the most important one."""
    sentences = list(dict.fromkeys(sentence for rule in ORDER for sentence in rule(case)))
    pod = case.pod
    first = sentences[0] if sentences else "nothing could be seen"
    return Conclusion(pod.namespace, pod.name, pod.node, first, tuple(sentences[1:]))


def place(address: str, port: int) -> str:
    """`198.51.100.13:8086`, `[2001:db8::13]:8086`."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _own(case: Case) -> list[Result]:
    return [r for r in case.results if not r.endpoint.unexpected]


def _with(case: Case, *verdicts: str) -> list[Result]:
    return [r for r in _own(case) if r.verdict in verdicts]


def _everything_accepted(case: Case) -> Iterable[str]:
    if any(r.judgement and r.judgement.withdrawn for r in case.results):
        yield "nothing can be said from here: something on the way (a proxy or VPN) accepts connections to ports that nobody holds"


def _vantages_disagree(case: Case) -> Iterable[str]:
    """The same endpoint, seen differently from two places: what differs is the way, not the application."""
    for first in _with(case, "filtered", "rejected", "refused", "reset", "no-route"):
        for other in _own(case):
            if other.place == first.place and other.verdict in ("reachable", "unhealthy"):
                source, seen_from = first.observation.vantage, other.observation.vantage
                how = {"filtered": "filtered", "rejected": "rejected", "no-route": "not routed"}.get(
                    first.verdict, "cut off"
                )
                yield f"{first.place} is {how} between {source} and the node: from {seen_from} it answers"


def _someone_else(case: Case) -> Iterable[str]:
    for result in _with(case, "wrong-answer"):
        if result.judgement and not result.judgement.withdrawn:
            names = case.who_else(case.pod.node, result.endpoint.claim)
            who = f"{' and '.join(names[:3])} also claims the port" if names else "no claim in the cluster says who"
            yield f"{result.port} on {case.pod.node} is held by someone else, or by another protocol: {result.judgement.cause} ({who})"


def _refused(case: Case) -> Iterable[str]:
    reachable = {r.port for r in _with(case, "reachable", "unhealthy")}
    for result in _with(case, "refused"):
        if result.port in reachable:
            family = result.endpoint.address.family
            yield f"{result.port} answers on another address, but not at {result.place}: the listener is not bound to {family or 'this address'}"
        else:
            yield f"{result.port} is refused: {_why_nothing_listens(case, result)}"


def _why_nothing_listens(case: Case, result: Result) -> str:
    pod, claim = case.pod, result.endpoint.claim
    if down := _down(case, claim):
        return down
    if pod.deleted:
        return "the Pod is being deleted"
    if not pod.ready:
        return "the application is not up: the Pod runs but is not Ready, it may still be starting"
    checked = (
        "its own readiness probe succeeds"
        if _has_readiness(pod)
        else "it declares no readiness probe, so that says little"
    )
    source = claim.evidence[0].source if claim.evidence else ""
    doubt = (
        f"; that it uses this port is known from {source} only"
        if claim.confidence in ("medium", "low") and source
        else ""
    )
    return (
        f"the Pod is Ready ({checked}), but nothing listens at the node's address: bound to 127.0.0.1 or to another address, "
        f"or listening on another port{doubt}"
    )


def _down(case: Case, claim: Claim) -> str:
    """What the cluster says of a container that is not running, "" while all run."""
    states = [
        s for s in case.pod.container_states if s.state in ("waiting", "terminated") and not _completed(case.pod, s)
    ]
    states.sort(key=lambda s: s.name != claim.container)
    if not states:
        return ""
    state = states[0]
    last = f", last exit code {state.last_exit_code}" if state.last_exit_code is not None else ""
    word = state.reason or state.state
    text = f"the application is down: container {state.name} is in {word} ({state.restarts} restarts{last})"
    names = case.who_else(case.pod.node, claim)
    if ADDRESS_IN_USE in (state.last_message + state.message).lower():
        text += "; it said that the address is already in use"
    return text + (f"; {' and '.join(names[:3])} claims the same port on {case.pod.node}" if names else "")


def _completed(pod: Pod, state: ContainerState) -> bool:
    """An init container that has done its work is no failure."""
    init = {container.name for container in pod.containers if container.kind == "init"}
    return state.name in init and state.state == "terminated" and state.exit_code == 0


def _has_readiness(pod: Pod) -> bool:
    return any(h.purpose == "readiness" for container in pod.containers for h in container.handlers)


def _filtered(case: Case) -> Iterable[str]:
    silent = _with(case, "filtered")
    answered = {
        r.endpoint.address.address for r in case.results if r.verdict not in ("filtered", "no-route", "name-error", "")
    }
    for address in dict.fromkeys(r.endpoint.address.address for r in silent):
        ports = ", ".join(r.port for r in silent if r.endpoint.address.address == address)
        if address in case.alive or address in answered:
            yield f"a firewall between here and the node drops {ports} at {address}: other ports of that address answer"
        elif address in case.dead:
            yield f"no port of {address} answers, not even the kubelet's: {_node_words(case)}"
        else:
            yield f"{ports} at {address} gives no answer: a firewall, or no path to the node; whether the application is up was not seen"


def _node_words(case: Case) -> str:
    ready = case.node.ready if case.node else ""
    if ready == "True":
        return "the cluster says that the node is Ready, so there is no path from here to it, or a firewall drops everything"
    if ready in ("False", "Unknown"):
        return f"the cluster says that node {case.pod.node} is NotReady: it is probably down"
    return "no path from here to the node, or the node is down"


def _not_well(case: Case) -> Iterable[str]:
    ready = "although the Pod is Ready" if case.pod.ready else "and the Pod is not Ready either"
    for result in _with(case, "unhealthy"):
        cause = result.judgement.cause if result.judgement else ""
        yield f"{result.place} is reachable, but the application is not well, {ready}: {cause}"


def _other_failures(case: Case) -> Iterable[str]:
    reachable = {r.port for r in _with(case, "reachable", "unhealthy")}
    for result in _with(case, "rejected", "reset", "no-route", "name-error", "tls-error", "open|filtered"):
        beside = "" if result.port not in reachable else f"{result.port} answers at another address; "
        yield f"{beside}{result.place} is {_adjective(result.verdict)}: {result.judgement.cause if result.judgement else ''}"


def _adjective(verdict: str) -> str:
    words = {"no-route": "out of reach of this machine", "name-error": "not found", "tls-error": "without TLS"}
    return words.get(verdict, verdict)


def _reachable(case: Case) -> Iterable[str]:
    good = _with(case, "reachable")
    for port in dict.fromkeys(r.port for r in good):
        results = [r for r in good if r.port == port]
        places = ", ".join(dict.fromkeys(r.place for r in results))
        judged = [r.judgement for r in results if r.judgement]
        named = next((f"{j.application} {j.version}".strip() for j in judged if j.application), "")
        health = next((j.health for j in judged if j.health != "unknown"), "")
        words = ", ".join(filter(None, (named, health)))
        yield f"{port} is reachable at {places}" + (f" ({words})" if words else "")


def _loopback(case: Case) -> Iterable[str]:
    for result in case.results:
        claim = result.endpoint.claim
        if not claim.loopback or result.endpoint.elsewhere:
            continue
        if result.verdict == "refused":
            yield f"{result.port} is bound to {claim.bind} on the node: that it is refused from outside is right"
        elif result.verdict in ("reachable", "unhealthy", "wrong-answer"):
            yield f"{result.port} was to be bound to {claim.bind}, but answers at {result.place}: it is exposed, or another process holds it"


def _other_nodes(case: Case) -> Iterable[str]:
    elsewhere = [r for r in case.results if r.endpoint.elsewhere]
    for port in dict.fromkeys(r.port for r in elsewhere):
        here = [r for r in elsewhere if r.port == port]
        for result in here:
            if result.verdict in ("reachable", "unhealthy", "wrong-answer", "reset", "tls-error"):
                yield f"{result.endpoint.node} answers on {port} too: {_who(case, result)}"
        refused = list(dict.fromkeys(r.endpoint.node for r in here if r.verdict == "refused"))
        others = sorted({r.verdict for r in here if r.verdict and r.verdict != "refused"} - {"reachable", "unhealthy"})
        if refused:
            only = (
                ""
                if others or len(refused) < len({r.endpoint.node for r in here})
                else f", as they should: the Pod is on {case.pod.node}"
            )
            yield f"{', '.join(refused)} refuse{'s' if len(refused) == 1 else ''} {port}{only}"


def _who(case: Case, result: Result) -> str:
    names = case.who_else(result.endpoint.node, result.endpoint.claim)
    return " and ".join(names[:3]) if names else "nothing in the cluster claims that port there"


def _stale(case: Case) -> Iterable[str]:
    if word := stale(case.pod, case.node):
        yield f"{word}: clients that still use it go astray; recreate the Pod"


def _flaps(case: Case) -> Iterable[str]:
    for result in _own(case):
        if result.observation.earlier:
            yield f"{result.place}: {len(result.observation.earlier)} earlier attempts failed ({result.observation.earlier[0]})"


ORDER: tuple[Callable[[Case], Iterable[str]], ...] = (
    _everything_accepted, _vantages_disagree, _someone_else, _refused, _filtered, _not_well, _other_failures, _reachable,
    _loopback, _other_nodes, _stale, _flaps,
)  # fmt: skip
