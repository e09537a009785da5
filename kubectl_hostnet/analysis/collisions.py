"""What collides among the Pods that are on a node already: with each other, and with the node's own components."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kubectl_hostnet.analysis.binding import binds_meet
from kubectl_hostnet.analysis.collision_words import effect, last_words, names, role
from kubectl_hostnet.analysis.conflict import (
    Conflict,
    ConflictHolder,
    Kind,
    Severity,
    component_holder,
    pod_holder,
)
from kubectl_hostnet.analysis.port_uses import Place, PortUse
from kubectl_hostnet.analysis.remedies import remedy
from kubectl_hostnet.analysis.scheduler import WantedPort, clash, wanted_ports
from kubectl_hostnet.inventory.components import NodeComponent, well_known
from kubectl_hostnet.inventory.node import Node

SETTLED = ("well",)
KUBELET_API = ("kubelet", "API")


def collisions(uses: Mapping[Place, Sequence[PortUse]], nodes: Mapping[str, Node]) -> Iterator[Conflict]:
    """One conflict for each port of a node that more than one needs, with all that are in it.

    Where all containers run undisturbed the kernel has decided that nothing collides (SO_REUSEPORT, an application
    that listens elsewhere), whatever the claims say; only what the scheduler would never have allowed is told then.
    """
    reserved = {(c.protocol, c.port): c for c in well_known() if c.presence == "always"}
    for place, found in uses.items():
        sharers = sorted(found, key=_seniority) if len(found) > 1 else found
        among = among_pods(place, sharers) if len(sharers) > 1 else None
        component = reserved.get(place[1:])
        beside = with_component(place, sharers, nodes, component) if component else None
        told = [conflict for conflict in (among, beside) if conflict]
        yield from told or filter(None, [unexplained(place, sharers)])


def among_pods(place: Place, sharers: Sequence[PortUse]) -> Conflict | None:
    """The conflict between the Pods, or the containers of one Pod, that use one port of a node."""
    pairs = [(one, other) for one, other in _pairs(sharers) if _collide(one, other)]
    if not pairs:
        return None
    involved = {id(use) for pair in pairs for use in pair}
    parties = [use for use in sharers if id(use) in involved]
    kind = _kind(pairs)
    return Conflict(
        node=place[0],
        port=place[2],
        protocol=place[1],
        kind=kind,
        severity=_severity(kind, parties),
        holders=tuple(_sides(parties)),
        effect=effect(kind, place, parties),
        remedy=remedy(kind, place, parties),
    )


def with_component(
    place: Place, sharers: Sequence[PortUse], nodes: Mapping[str, Node], component: NodeComponent
) -> Conflict | None:
    """The conflict with something that runs on every node without being a Pod."""
    node = nodes.get(place[0])
    api = (component.component, component.purpose) == KUBELET_API
    moved = api and node is not None and node.kubelet_port not in (0, component.port)
    parties = [use for use in sharers if use.sure and binds_meet(use.claim.bind, component.bind) and _disturbed(use)]
    if moved or not parties:
        return None
    who = names(parties)
    holders = (component_holder(component), *(pod_holder(use.pod, use.claim, "wants") for use in parties))
    what = f"{component.component} ({component.purpose})"
    return Conflict(
        node=place[0],
        port=place[2],
        protocol=place[1],
        kind="component",
        severity=_severity("component", parties),
        holders=holders,
        effect=f"{who} cannot have it: it is the port of the node's {what}" + last_words(parties),
        remedy=f"give {who} another port: kubectl hostnet ports --free any",
    )


def unexplained(place: Place, sharers: Sequence[PortUse]) -> Conflict | None:
    """A container said that the port was in use, and nothing that is known uses it."""
    parties = [use for use in sharers if use.refused and use.health != "well"]
    if not parties:
        return None
    who = names(parties)
    return Conflict(
        node=place[0],
        port=place[2],
        protocol=place[1],
        kind="bind",
        holders=(
            ConflictHolder(kind="Process", namespace=None, name="unknown", role="holds", confidence="low"),
            *(pod_holder(use.pod, use.claim, "wants") for use in parties),
        ),
        effect=f"{who} cannot bind it, and nothing that is known holds it" + last_words(parties),
        remedy=f"see who listens on the node: kubectl hostnet ports {place[0]} --live, or ss -lntup there",
    )


def _pairs(sharers: Sequence[PortUse]) -> Iterator[tuple[PortUse, PortUse]]:
    """Pairs that can matter; where everyone is well, only those that the scheduler or the CNI has a say in."""
    special = [use.claim.forwarded or use.declared or _disturbed(use) for use in sharers]
    for index, one in enumerate(sharers):
        for after, other in enumerate(sharers[index + 1 :], index + 1):
            if special[index] or special[after]:
                yield one, other


def _collide(one: PortUse, other: PortUse) -> bool:
    same_pod = one.pod is other.pod
    if same_pod and (
        one.claim.container == other.claim.container or None in (one.claim.container, other.claim.container)
    ):
        return False
    if not same_pod and scheduler_clash(one, other):
        return True
    believable = (one.sure and other.sure) or bool(one.refused or other.refused)
    if not believable or not binds_meet(one.claim.bind, other.claim.bind):
        return False
    if one.claim.forwarded != other.claim.forwarded:
        return not same_pod and not (one.claim.loopback or other.claim.loopback)
    return not one.claim.forwarded and (_disturbed(one) or _disturbed(other)) and not _takes_over(one, other)


def _takes_over(one: PortUse, other: PortUse) -> bool:
    """One ends, the other only begins: a replacement in progress, which settles itself."""
    return any(a.pod.deleted and b.health == "unknown" for a, b in ((one, other), (other, one)))


def scheduler_clash(one: PortUse, other: PortUse) -> bool:
    """Both declare the port, and the scheduler would not have put them on one node."""
    return one.declared and other.declared and any(clash(a, b) for a in _wanted(one) for b in _wanted(other))


def _wanted(use: PortUse) -> list[WantedPort]:
    """What the scheduler sees of it: hostIP counts there, though no process is bound by it."""
    place = (use.claim.protocol, use.claim.port)
    return [port for port in wanted_ports(use.pod) if (port.protocol, port.port) == place]


def _disturbed(use: PortUse) -> bool:
    """It does not run, has not yet, or has failed before."""
    return use.health not in SETTLED


def _kind(pairs: Sequence[tuple[PortUse, PortUse]]) -> Kind:
    if all(one.pod is other.pod for one, other in pairs):
        return "container"
    if any(one.claim.forwarded != other.claim.forwarded for one, other in pairs):
        return "forwarded"
    return "declared" if any(scheduler_clash(one, other) for one, other in pairs) else "bind"


def _severity(kind: Kind, parties: Sequence[PortUse]) -> Severity:
    """A collision that the containers' states do not bear out yet is a risk."""
    if kind in ("declared", "forwarded"):
        return "conflict"
    return "conflict" if any(use.lost for use in parties) else "risk"


def _sides(parties: Sequence[PortUse]) -> Iterator[ConflictHolder]:
    """Who runs has the port; of those who all do not run, the eldest is named first."""
    for use in sorted(parties, key=role):
        yield pod_holder(use.pod, use.claim, role(use))


def _seniority(use: PortUse) -> tuple[str, tuple[str, str], str, str, str, str]:
    """The eldest Pod first; the rest makes the order independent of the one that was read."""
    claim = use.claim
    return (use.pod.created, use.pod.key, use.pod.uid, claim.container or "", claim.bind, claim.confidence)
