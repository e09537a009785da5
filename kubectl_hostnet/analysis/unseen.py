"""Where the scheduler would place a Pod although it cannot have its port: someone uses it, and has not declared it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from kubectl_hostnet.analysis.binding import binds_meet
from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.collision_words import role
from kubectl_hostnet.analysis.conflict import Conflict, pod_holder, port_text
from kubectl_hostnet.analysis.fit import BlockedNode
from kubectl_hostnet.analysis.port_uses import Place, PortUse
from kubectl_hostnet.analysis.remedies import FIND_FREE
from kubectl_hostnet.analysis.scheduler import wanted_ports
from kubectl_hostnet.analysis.subject import Subject


class Hidden(msgspec.Struct, frozen=True, gc=False):
    """A port of the subject that others use on a node, unseen by the scheduler."""

    node: str
    claim: Claim
    uses: tuple[PortUse, ...]


def unseen(
    subject: Subject, claims: Iterable[Claim], nodes: Sequence[str], uses: Mapping[Place, Sequence[PortUse]]
) -> tuple[Hidden, ...]:
    """What stands in the way on nodes that the scheduler holds for free. Pods that are ending make room."""
    found = []
    for claim in claims:
        for node in nodes:
            there = [
                use
                for use in uses.get((node, claim.protocol, claim.port), ())
                if not (subject.owns(use.pod) or use.pod.deleted) and claims_meet(claim, use.claim)
            ]
            if there:  # who crashes does not have the port, unless nobody else does
                found.append(Hidden(node, claim, tuple([use for use in there if role(use) == "holds"] or there)))
    return tuple(found)


def claims_meet(one: Claim, other: Claim) -> bool:
    """More than guesses, for one port, and they cannot both have it: sockets that meet, or traffic that is forwarded."""
    same = (one.port, one.protocol) == (other.port, other.protocol)
    if not same or "low" in (one.confidence, other.confidence) or not binds_meet(one.bind, other.bind):
        return False
    return one.forwarded == other.forwarded or not (one.loopback or other.loopback)


def spoilt_nodes(hidden: Iterable[Hidden]) -> Iterator[BlockedNode]:
    """The nodes in question, for the answer."""
    for found in hidden:
        names = tuple(dict.fromkeys(use.pod.title for use in found.uses))
        yield BlockedNode(found.node, found.claim.port, found.claim.protocol, names)


def blind(subject: Subject, hidden: Hidden, *, certain: bool) -> Conflict:
    """What will happen there, or may where other nodes are left."""
    claim, uses = hidden.claim, hidden.uses
    port = port_text(claim.port, claim.protocol)
    names = ", ".join(dict.fromkeys(use.pod.title for use in uses))
    forwarded = claim.forwarded or any(use.claim.forwarded for use in uses)
    silent = list(dict.fromkeys(use.pod.title for use in uses if not use.declared))
    silent += [] if _declares(subject, claim) else [subject.title]
    outcome = f"the traffic to {port} then goes to only one of them" if forwarded else f"it cannot bind {port} there"
    return Conflict(
        node=hidden.node,
        port=claim.port,
        protocol=claim.protocol,
        kind="forwarded" if forwarded else "bind",
        severity="conflict" if certain else "risk",
        holders=(*(pod_holder(use.pod, use.claim, "holds") for use in uses), pod_holder(subject.pod, claim, "wants")),
        effect=f"{subject.title} {'will' if certain else 'may'} be placed on {hidden.node} beside {names}: {outcome}, and the "
        f"scheduler does not know, for the port is not declared by {' and '.join(silent)}",
        remedy=f"declare {port} in ports[] of {', '.join(silent)}: the scheduler then keeps them apart; or use another port "
        f"({FIND_FREE})",
    )


def _declares(subject: Subject, claim: Claim) -> bool:
    return any((p.port, p.protocol) == (claim.port, claim.protocol) for p in wanted_ports(subject.pod))
