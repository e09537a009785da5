"""Puts the hints of all sources together: one claim a port and address, with every piece of evidence and every doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kubectl_hostnet.analysis.claims import CONFIDENCES, Claim, Confidence, Evidence, Source
from kubectl_hostnet.analysis.evidence.doubts import doubts
from kubectl_hostnet.analysis.evidence.hint import Hint
from kubectl_hostnet.analysis.evidence.part import Group, Part

STRENGTH: tuple[Source, ...] = (
    "socket",
    "declared",
    "probe",
    "service",
    "argument",
    "environment",
    "configmap",
    "annotation",
    "application",
)
OWN: frozenset[Source] = frozenset({"argument", "environment", "configmap", "application"})
WEAKEST: Confidence = "low"
# IANA's numbers that nothing but UDP is used for: DHCP, TFTP, NTP, SNMP, PTP, IKE, syslog, DHCPv6, BFD, VXLAN (the kernel's
# 8472 as well), Geneve, WireGuard.
DATAGRAMS = frozenset({67, 68, 69, 123, 161, 162, 319, 320, 500, 514, 546, 547, 3784, 3785, 4500, 4784, 4789, 6081, 8472, 51820})  # fmt: skip


def merged(parts: Sequence[Part], shared: Iterable[Hint], *, forwarded: bool = False) -> tuple[Claim, ...]:
    """The claims of a Pod. `shared` are hints for the whole Pod, from Services and annotations."""
    groups = _folded(parts, _grouped(parts, shared))
    judged = [(group, doubts(group, groups, parts)) for group in groups]
    claims = [claim for group, doubt in judged for claim in _claims(group, doubt, forwarded=forwarded)]
    return tuple(sorted(claims, key=_order))


def _order(claim: Claim) -> tuple[int, str, bool, str, str]:
    """By port; of several addresses of a port those that others can reach first."""
    return claim.port, claim.protocol, claim.loopback, claim.bind, claim.container or ""


def _grouped(parts: Sequence[Part], shared: Iterable[Hint]) -> list[Group]:
    found: dict[tuple[str, int, str], list[Hint]] = {}
    hints = [hint for part in parts for hint in part.hints]
    spoken = _spoken_protocols(hints)
    for hint in (*hints, *shared):
        for protocol in _protocols(hint, spoken):
            same = found.setdefault((hint.container, hint.port, protocol), [])
            if not any(_covers(other, hint) for other in same):
                same.append(hint)
    return [Group(container, port, protocol, tuple(hints)) for (container, port, protocol), hints in found.items()]


def _covers(one: Hint, other: Hint) -> bool:
    """The same place of the manifest was read twice, by a rule and by knowledge of the application."""
    same = (one.source, one.field, one.bind) == (other.source, other.field, other.bind)
    return same and CONFIDENCES.index(one.confidence) <= CONFIDENCES.index(other.confidence)


def _protocols(hint: Hint, spoken: Mapping[tuple[str, int], tuple[str, ...]]) -> tuple[str, ...]:
    """One protocol is certain; none or several (DNS, gossip) are what is declared or known for the number, if it is."""
    if len(hint.protocols) == 1:
        return hint.protocols
    usual = ("UDP",) if hint.port in DATAGRAMS else ("TCP",)
    return spoken.get((hint.container, hint.port)) or spoken.get(("", hint.port)) or hint.protocols or usual


def _spoken_protocols(hints: Iterable[Hint]) -> dict[tuple[str, int], tuple[str, ...]]:
    """Protocols by (container, port), and by port in the whole Pod: what a flag without one is taken to mean."""
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for hint in hints:
        if hint.source in ("declared", "application"):
            for key in ((hint.container, hint.port), ("", hint.port)):
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), *hint.protocols)))
    return found


def _folded(parts: Sequence[Part], groups: list[Group]) -> list[Group]:
    """Give each port to the container that listens: a probe or `ports[]` may stand on a sidecar's neighbour."""
    by_port: dict[tuple[int, str], list[Group]] = {}
    for group in groups:
        by_port.setdefault((group.port, group.protocol), []).append(group)
    return [
        group
        for same in by_port.values()
        for group in (_fold(parts, same) if len(same) > 1 or not same[0].container else same)
    ]


def _fold(parts: Sequence[Part], same: list[Group]) -> list[Group]:
    owners = [g for g in same if g.container and any(h.source in OWN and h.confidence != WEAKEST for h in g.hints)]
    owners = owners or [g for g in same if g.container and any(h.source == "declared" for h in g.hints)]
    owners = owners or [g for g in same if g.container][:1]
    if not owners:
        regular = [part.container.name for part in parts if part.container.kind != "init"]
        container = regular[0] if len(regular) == 1 else ""
        return [Group(container, group.port, group.protocol, group.hints) for group in same]
    others = tuple(hint for group in same if group not in owners for hint in group.hints)
    first = owners[0]
    return [Group(first.container, first.port, first.protocol, first.hints + others), *owners[1:]]


def _claims(group: Group, doubt: tuple[Confidence | None, tuple[str, ...]], *, forwarded: bool) -> list[Claim]:
    hints = sorted(group.hints, key=lambda hint: STRENGTH.index(hint.source))
    lowered, remarks = doubt
    return [
        Claim(
            port=group.port,
            protocol=group.protocol,
            bind=bind,
            container=group.container or None,
            name=next((hint.name for hint in hints if hint.name), None),
            confidence=lowered or _confidence(hints),
            evidence=_evidence(hint for hint in hints if _speaks_of(hint, bind)),
            forwarded=forwarded,
            application=next((hint.application for hint in hints if hint.application), ""),
            purpose=next((hint.purpose for hint in reversed(hints) if hint.purpose), ""),
            remarks=(*dict.fromkeys(hint.remark for hint in hints if hint.remark), *remarks),
        )
        for bind in _binds(hints)
    ]


def _speaks_of(hint: Hint, bind: str) -> bool:
    return hint.bind is None or hint.weak_bind or hint.bind == bind or not bind


def _evidence(hints: Iterable[Hint]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(Evidence(hint.source, hint.field, hint.detail) for hint in hints))


def _confidence(hints: Sequence[Hint]) -> Confidence:
    """The best of the sources; two independent ones of medium confidence make it high, two of low medium."""
    best = min((hint.confidence for hint in hints), key=CONFIDENCES.index)
    agreeing = {hint.source for hint in hints if hint.confidence == best}
    if len(agreeing) > 1 and best in ("medium", "low"):
        return CONFIDENCES[CONFIDENCES.index(best) - 1]
    return best


def _binds(hints: Sequence[Hint]) -> tuple[str, ...]:
    """The addresses: what settings say, else the application's default, else where a probe finds it; "" if unknown."""
    firm = [hint.bind for hint in hints if hint.bind is not None and not hint.weak_bind]
    if firm:
        return ("",) if "" in firm else tuple(dict.fromkeys(firm))
    asked = [hint.bind for hint in hints if hint.bind is not None and hint.source == "probe"]
    known = [hint.bind for hint in hints if hint.bind is not None and hint.source != "probe"]
    # The kubelet asks the node's address unless the probe names a host: what answers there is not on loopback only.
    if known and not (is_loopback(known[0]) and "" in asked):
        return (known[0],)
    # A bare port number means all addresses in most software; then a probe on loopback only saves a detour.
    numbered = any(hint.source in OWN and hint.bind is None for hint in hints)
    return (asked[0],) if asked and not numbered else ("",)


def is_loopback(bind: str) -> bool:
    """Bound to loopback only."""
    return bind.startswith("127.") or bind == "::1"
