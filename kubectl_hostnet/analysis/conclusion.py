"""What the endpoints of one Pod mean together."""

from __future__ import annotations

from collections.abc import Callable

from kubectl_hostnet.analysis import diagnosis
from kubectl_hostnet.analysis.hostpods import stale
from kubectl_hostnet.analysis.reachability import expiry
from kubectl_hostnet.analysis.report import Item
from kubectl_hostnet.analysis.results import Case, Result, Said
from kubectl_hostnet.inventory.components import port_ranges

MOST_SUBJECTS = 6


class Conclusion(Item, frozen=True):
    """What is concluded for one Pod: the sentence that matters most, and the reasons and remarks beside it."""

    namespace: str
    pod: str
    node: str
    conclusion: str
    reasons: tuple[str, ...] = ()


def conclude(case: Case) -> Conclusion:
    """The conclusion for one Pod; the first sentence is the most important one, and the same is said once."""
    said: dict[str, list[str]] = {}
    for rule in ORDER:
        for subject, text in rule(case):
            said.setdefault(text, []).append(subject)
    sentences = [_sentence(list(dict.fromkeys(subjects)), text) for text, subjects in said.items()]
    pod = case.pod
    first = sentences[0] if sentences else "nothing could be seen"
    return Conclusion(pod.namespace, pod.name, pod.node, first, tuple(sentences[1:]))


def _sentence(subjects: list[str], text: str) -> str:
    """`8086/TCP, 8088/TCP: text`; a subject of "" is the Pod itself."""
    named = [subject for subject in subjects if subject]
    more = f" and {len(named) - MOST_SUBJECTS} more" if len(named) > MOST_SUBJECTS else ""
    return f"{', '.join(named[:MOST_SUBJECTS])}{more}: {text}" if named else text


def _reachable(case: Case) -> Said:
    good = case.own("reachable")
    for port in dict.fromkeys(r.port for r in good):
        results = [r for r in good if r.port == port]
        places = ", ".join(dict.fromkeys(r.place for r in results))
        judged = [r.judgement for r in results if r.judgement]
        named = next((f"{j.application} {j.version}".strip() for j in judged if j.application), "")
        health = next((j.health for j in judged if j.health != "unknown"), "")
        words = ", ".join(filter(None, (named, health)))
        yield port, f"reachable at {places}" + (f" ({words})" if words else "")


def _loopback(case: Case) -> Said:
    for result in case.results:
        claim = result.endpoint.claim
        if not claim.loopback or result.endpoint.elsewhere:
            continue
        if result.verdict == "refused":
            yield result.port, f"bound to {claim.bind} on the node: that it is refused from outside is right"
        elif result.verdict in ("reachable", "unhealthy", "wrong-answer"):
            yield (
                result.port,
                f"was to be bound to {claim.bind}, but answers at {result.place}: it is exposed, or another process holds it",
            )


def _other_nodes(case: Case) -> Said:
    elsewhere = [r for r in case.results if r.endpoint.elsewhere]
    for port in dict.fromkeys(r.port for r in elsewhere):
        here = [r for r in elsewhere if r.port == port]
        for result in here:
            if result.verdict in ("reachable", "unhealthy", "wrong-answer", "reset", "tls-error"):
                yield result.endpoint.node, f"answers on {port} too: {_who(case, result)}"
        refused = list(dict.fromkeys(r.endpoint.node for r in here if r.verdict == "refused"))
        others = sorted({r.verdict for r in here if r.verdict and r.verdict != "refused"} - {"reachable", "unhealthy"})
        if refused:
            only = (
                ""
                if others or len(refused) < len({r.endpoint.node for r in here})
                else f", as they should: the Pod is on {case.pod.node}"
            )
            yield ", ".join(refused), f"refused on {port}{only}"


def _who(case: Case, result: Result) -> str:
    names = case.who_else(result.endpoint.node, result.endpoint.claim)
    return " and ".join(names[:3]) if names else "nothing in the cluster claims that port there"


def _node_port(case: Case) -> Said:
    """The rules of kube-proxy for a NodePort come before the socket (kubernetes-facts.md 6.10)."""
    reserved = next(r for r in port_ranges() if r.name == "node-port")
    for result in case.own():
        if result.endpoint.claim.port in reserved:
            yield (
                result.port,
                "in the range of NodePorts: if a Service has this one, kube-proxy answers in place of the Pod",
            )


def _stale(case: Case) -> Said:
    if word := stale(case.pod, case.node):
        yield "", f"{word}: clients that still use it go astray; recreate the Pod"


def _certificates(case: Case) -> Said:
    for result in case.own():
        if word := expiry(result.observation):
            yield result.place, word


def _flaps(case: Case) -> Said:
    for result in case.own():
        if result.observation.earlier:
            earlier = result.observation.earlier
            yield (
                result.place,
                f"{len(earlier)} attempt{'s' if len(earlier) > 1 else ''} failed before this one ({earlier[0]})",
            )


ORDER: tuple[Callable[[Case], Said], ...] = (
    diagnosis.everything_accepted,
    diagnosis.vantages_disagree,
    diagnosis.someone_else,
    diagnosis.refused,
    diagnosis.filtered,
    diagnosis.not_well,
    diagnosis.other_failures,
    _reachable,
    _loopback,
    _other_nodes,
    _node_port,
    _stale,
    _certificates,
    _flaps,
)
