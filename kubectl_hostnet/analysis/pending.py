"""Pods that have no place because of ports: Pending ones, and those that a kubelet has rejected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kubectl_hostnet.analysis.claims import Claim, Evidence
from kubectl_hostnet.analysis.conflict import Conflict, ConflictHolder, Role, pod_holder, port_text
from kubectl_hostnet.analysis.remedies import make_room
from kubectl_hostnet.analysis.scheduler import Blocker, HeldPorts, WantedPort
from kubectl_hostnet.analysis.survey import candidates, survey
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Owner, Pod

REJECTED = "NodePorts"  # status.reason of a Pod that failed the kubelet's admission (facts 2.7)
Fixes = Mapping[tuple[str, Owner], str]


def blocked_pods(inventory: Inventory, held: HeldPorts, fixes: Fixes) -> Iterator[Conflict]:
    """For each Pending Pod that fits on no node, the ports that it misses where it would be welcome otherwise.

    Pods of one workload that ask for the same are told once. `fixes` are commands for workloads whose rollout is stuck.
    """
    groups: dict[object, list[Pod]] = {}
    for pod in inventory.pods:
        if waits(pod) and held.wanted(pod):
            groups.setdefault((pod.namespace, pod.workload or pod.name, pod.placement, held.wanted(pod)), []).append(
                pod
            )
    for group in groups.values():
        pods = sorted(group, key=_age)
        found = survey(pods[0], candidates(pods[0], inventory), held)
        if not found.free:
            for node, blockers in found.blocked:
                yield from blocked_on(pods, node, blockers, fixes)


def waits(pod: Pod) -> bool:
    """Not on a node yet, and not held back on purpose (scheduling gates)."""
    return not (
        pod.node or pod.terminal or pod.template or pod.deleted or "scheduling gates" in pod.placement.not_modelled
    )


def rejected_pods(inventory: Inventory, held: HeldPorts) -> Iterator[Conflict]:
    """Pods that the kubelet did not admit because of a port that is still held."""
    latest: dict[object, Pod] = {}
    for pod in sorted(filter(rejected, inventory.pods), key=_age):
        latest[(pod.namespace, pod.workload or pod.name, pod.node)] = pod
    for pod in latest.values():
        for port, blockers in _by_port(tuple(held.blockers(pod, pod.node))):
            yield _rejected(pod, port, blockers)


def rejected(pod: Pod) -> bool:
    """The kubelet of its node refused it because of its ports."""
    return pod.phase == "Failed" and pod.reason == REJECTED


def blocked_on(pods: Sequence[Pod], node: str, blockers: Sequence[Blocker], fixes: Fixes) -> Iterator[Conflict]:
    """One conflict for each port of a node that these Pods, which all ask for the same, wait for."""
    pod = pods[0]
    waiting = _waiting(pods, node)
    for port, mine in _by_port(blockers):
        holders = [blocker.holder for blocker in mine]
        own = [h for h in holders if h.workload == pod.workload and h.namespace == pod.namespace and pod.workload]
        fix = fixes.get((pod.namespace, pod.workload)) if own and pod.workload else None
        yield Conflict(
            node=node,
            port=port.port,
            protocol=port.protocol,
            kind="pending",
            holders=(*(_holding(blocker) for blocker in mine), _wanting(pod, port)),
            effect=f"{waiting}: {port_text(port.port, port.protocol)} is {_by_whom(mine)}",
            remedy=fix or make_room(pod, port_text(port.port, port.protocol), node, holders),
        )


def _rejected(pod: Pod, port: WantedPort, blockers: Sequence[Blocker]) -> Conflict:
    number = port_text(port.port, port.protocol)
    return Conflict(
        node=pod.node,
        port=port.port,
        protocol=port.protocol,
        kind="rejected",
        holders=(*(_holding(blocker) for blocker in blockers), _wanting(pod, port)),
        effect=f"the kubelet rejected {pod.title} (reason NodePorts): {number} is {_by_whom(blockers)}",
        remedy=f"delete {pod.title}, which is never tried again; without spec.nodeName the scheduler finds its successor a "
        "node where the port is free",
    )


def _by_port(blockers: Sequence[Blocker]) -> list[tuple[WantedPort, list[Blocker]]]:
    found: dict[tuple[str, int], tuple[WantedPort, list[Blocker]]] = {}
    for blocker in sorted(blockers, key=lambda one: (one.nominated, _age(one.holder))):
        entry = found.setdefault((blocker.wanted.protocol, blocker.wanted.port), (blocker.wanted, []))
        if not any(b.holder is blocker.holder for b in entry[1]):
            entry[1].append(blocker)
    return list(found.values())


def _age(pod: Pod) -> tuple[str, str, str, str]:
    """The eldest first, whatever the order of reading."""
    return (pod.created, pod.namespace, pod.name, pod.uid)


def _by_whom(blockers: Sequence[Blocker]) -> str:
    return "; ".join(dict.fromkeys(_one(blocker) for blocker in blockers))


def _one(blocker: Blocker) -> str:
    holder = blocker.holder
    if blocker.nominated:
        return f"kept free for {holder.title}, for which preemption makes room"
    return f"held by {holder.title}" + (", which is Terminating" if holder.deleted else "")


def _holding(blocker: Blocker) -> ConflictHolder:
    return _side(blocker.holder, blocker.held, "holds")


def _wanting(pod: Pod, port: WantedPort) -> ConflictHolder:
    return _side(pod, port, "wants")


def _side(pod: Pod, port: WantedPort, role: Role) -> ConflictHolder:
    bind = "" if port.ip == "0.0.0.0" else port.ip
    because = Evidence("declared", port.field, f"declares {port_text(port.port, port.protocol)}")
    return pod_holder(pod, Claim(port.port, port.protocol, bind, port.container, None, "high", (because,)), role)


def _waiting(pods: Sequence[Pod], node: str) -> str:
    pod = pods[0]
    if pod.template:
        return f"no Pod of {pod.title} can be placed on {node}"
    return (
        f"{pod.title} and {len(pods) - 1} more of {_workload(pod)} stay Pending"
        if len(pods) > 1
        else f"{pod.title} stays Pending"
    )


def _workload(pod: Pod) -> str:
    return f"{pod.workload.kind} {pod.workload.name}" if pod.workload else "the same"
