"""Rollouts, replicas and drains of workloads with host ports: where each Pod needs a node of its own.

Arithmetic of kubernetes pkg/controller/deployment/util ResolveFenceposts (surge rounds up, unavailable down, and if both
are 0 unavailable becomes 1) and pkg/controller/daemon/update.go; the deadlock is kubernetes/kubernetes #90669.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from kubectl_hostnet.analysis.claims import Evidence
from kubectl_hostnet.analysis.conflict import Conflict, ConflictHolder, Severity, port_text
from kubectl_hostnet.analysis.eligibility import obstacle
from kubectl_hostnet.analysis.scheduler import Blocker, HeldPorts, WantedPort, clash
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Owner, Pod
from kubectl_hostnet.inventory.workload import Workload

SPREADING = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")
PERCENT = re.compile(r"^(\d+)%$")


class Room(msgspec.Struct, frozen=True, gc=False):
    """Nodes for a workload's Pods: `eligible` by its placement, `usable` where nobody else holds one of its ports."""

    eligible: tuple[str, ...]
    usable: tuple[str, ...]
    blockers: tuple[Blocker, ...]


def rollout_conflicts(
    workload: Workload, nodes: Sequence[Node], held: HeldPorts, *, old: Workload | None = None
) -> Iterator[Conflict]:
    """What will not come to an end: replicas without a node, an update that waits for itself, a drain without a place.

    Only declared ports count: the scheduler places by them. A workload without any yields nothing. `old` is the version
    that is replaced, if it is another one: where its ports do not meet the new ones, both can run on one node.
    """
    ports = held.wanted(workload.template)
    if not ports:
        return
    doubled = old is None or any(clash(new, port) for new in ports for port in held.wanted(old.template))
    if workload.kind == "DaemonSet":
        yield from _daemon_set(workload, ports) if doubled else ()
        return
    if workload.kind not in SPREADING or not nodes or workload.replicas < 1 or _plenty(workload, nodes, held):
        return
    room = room_for(workload, nodes, held)
    if workload.replicas > len(room.usable):
        yield _too_many(workload, ports, room)
    if doubled and _deadlocks(workload, room):
        yield _deadlock(workload, ports, room)
    elif 1 < workload.replicas == len(room.usable):
        yield _drain(workload, ports, room)


def _plenty(workload: Workload, nodes: Sequence[Node], held: HeldPorts) -> bool:
    """More usable nodes than replicas, which most often shows after a few: nothing can come to a halt then."""
    template = workload.template
    usable = (
        node
        for node in nodes
        if obstacle(template, node) is None
        and all(belongs(blocker.holder, workload) for blocker in held.blockers(template, node.name))
    )
    return sum(1 for _ in islice(usable, workload.replicas + 1)) > workload.replicas


def room_for(workload: Workload, nodes: Sequence[Node], held: HeldPorts) -> Room:
    """Where the workload's Pods can be; its own Pods do not count as others, for each of them makes room for the next."""
    template = workload.template
    eligible = [node.name for node in nodes if obstacle(template, node) is None]
    blockers: list[Blocker] = []
    usable = []
    for name in eligible:
        foreign = [b for b in held.blockers(template, name) if not belongs(b.holder, workload)]
        blockers += foreign
        usable += [] if foreign else [name]
    return Room(tuple(eligible), tuple(usable), tuple(blockers))


def belongs(pod: Pod, workload: Workload) -> bool:
    """The Pod is one of the workload's own."""
    return pod.namespace == workload.namespace and pod.workload == Owner(workload.kind, workload.name)


def fenceposts(workload: Workload) -> tuple[int, int]:
    """Surge and unavailable as numbers of Pods, as the Deployment controller resolves them."""
    surge = _count(workload.max_surge, workload.replicas, up=True)
    unavailable = _count(workload.max_unavailable, workload.replicas, up=False)
    return surge, unavailable or (0 if surge else 1)


def _count(value: int | str, replicas: int, *, up: bool) -> int:
    if isinstance(value, int):
        return max(value, 0)
    percent = PERCENT.match(value)
    if percent is None:
        return int(value) if value.isdigit() else 0
    product = int(percent[1]) * replicas
    return -(-product // 100) if up else product // 100


def _deadlocks(workload: Workload, room: Room) -> bool:
    """No node is free for a new Pod, and none of the old ones may go.

    Of these min(replicas, nodes) are available, and the controller keeps replicas - maxUnavailable of them.
    """
    if workload.kind != "Deployment" or workload.strategy != "RollingUpdate":
        return False
    _, unavailable = fenceposts(workload)
    return 0 < len(room.usable) <= workload.replicas - unavailable


def _daemon_set(workload: Workload, ports: tuple[WantedPort, ...]) -> Iterator[Conflict]:
    surge = _count(workload.max_surge, 100, up=True)
    if workload.strategy != "RollingUpdate" or not surge:
        return
    effect = (
        f"the next update of DaemonSet {workload.name} hangs: with maxSurge the new Pod must run beside the old one on the "
        f"same node, and both need {_numbers(ports)} (kubernetes/kubernetes #106417)"
    )
    yield _conflict(workload, ports, "rollout", effect, _patch(workload, "updateStrategy"))


def _too_many(workload: Workload, ports: tuple[WantedPort, ...], room: Room) -> Conflict:
    missing = workload.replicas - len(room.usable)
    effect = (
        f"{missing} of {workload.replicas} replicas of {workload.kind} {workload.name} stay Pending: each needs {_numbers(ports)} "
        f"on a node of its own, and {_places(room)}"
    )
    ways = [_scale(workload, len(room.usable))] if room.usable else []
    ways += ["let it run on more nodes", *(["free the port there"] if room.blockers else [])]
    remedy = ", or ".join(ways)
    return _conflict(workload, ports, "replicas", effect, remedy)


def _deadlock(workload: Workload, ports: tuple[WantedPort, ...], room: Room) -> Conflict:
    surge, unavailable = fenceposts(workload)
    pods = "1 Pod" if unavailable == 1 else f"{unavailable} Pods"
    effect = (
        f"the next rollout of Deployment {workload.name} hangs: its new Pod needs {_numbers(ports)} on a node without an old "
        f"one, {_places(room)} for {workload.replicas} replicas, and maxUnavailable {workload.max_unavailable} ({pods}) lets "
        f"no old Pod go first (maxSurge {workload.max_surge}: {surge})"
    )
    remedy = _patch(workload, "strategy")
    if workload.replicas > len(room.usable):
        remedy = f"{_scale(workload, len(room.usable))}, then {remedy}"
    return _conflict(workload, ports, "rollout", effect, remedy)


def _drain(workload: Workload, ports: tuple[WantedPort, ...], room: Room) -> Conflict:
    effect = (
        f"a drained node's Pod of {workload.kind} {workload.name} has no other place: {workload.replicas} replicas need "
        f"{_numbers(ports)}, and {_places(room)}"
    )
    remedy = f"keep replicas at {workload.replicas - 1} or fewer, one less than the nodes, or add a node"
    return _conflict(workload, ports, "drain", effect, remedy, severity="risk")


def _places(room: Room) -> str:
    count, usable = len(room.eligible), len(room.usable)
    if count == usable:
        return "1 node is eligible" if usable == 1 else f"{usable or 'no'} nodes are eligible"
    others = ", ".join(dict.fromkeys(b.holder.title for b in room.blockers))
    return f"{usable} of {count} eligible nodes are free of other holders ({others})"


def _numbers(ports: tuple[WantedPort, ...]) -> str:
    return ", ".join(dict.fromkeys(port_text(port.port, port.protocol) for port in ports))


def _scale(workload: Workload, replicas: int) -> str:
    return f"kubectl scale -n {workload.namespace} {workload.kind.lower()}/{workload.name} --replicas={replicas}"


def _patch(workload: Workload, field: str) -> str:
    """The command that lets the old Pod go before the new one comes."""
    body = f'{{"spec":{{"{field}":{{"type":"RollingUpdate","rollingUpdate":{{"maxSurge":0,"maxUnavailable":1}}}}}}}}'
    return f"kubectl patch -n {workload.namespace} {workload.kind.lower()}/{workload.name} --type=merge -p '{body}'"


def _conflict(
    workload: Workload,
    ports: tuple[WantedPort, ...],
    kind: str,
    effect: str,
    remedy: str,
    severity: Severity = "conflict",
) -> Conflict:
    one = ports[0] if len({(p.port, p.protocol) for p in ports}) == 1 else None
    holder = ConflictHolder(
        kind=workload.kind,
        namespace=workload.namespace,
        name=workload.name,
        container=one.container if one else None,
        role="wants",
        evidence=tuple(Evidence("declared", p.field, f"declares {port_text(p.port, p.protocol)}") for p in ports),
    )
    return Conflict(
        node=None,
        port=one.port if one else None,
        protocol=one.protocol if one else None,
        kind=kind,  # type: ignore[arg-type]  # one of Kind, chosen above
        severity=severity,
        holders=(holder,),
        effect=effect,
        remedy=remedy,
    )
