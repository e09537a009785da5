"""The items of `list`: each Pod with its node, the addresses it answers on, and its ports."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.report import Item
from kubectl_hostnet.inventory.address import Address, canonical, family_of
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Owner, Pod


class HostPod(Item, frozen=True, kw_only=True):
    """A Pod that uses its node's network, or a workload's Pod template (`name` is null then).

    `addresses` are the node's, or the Pod's own host IPs (type HostIP) when the node could not be read. `stale` says
    why the Pod's own address is no longer its node's, "" while it is.
    """

    namespace: str
    name: str | None
    uid: str | None
    node: str | None
    addresses: tuple[Address, ...]
    host_ips: tuple[str, ...] = msgspec.field(name="hostIPs", default=())
    pod_ips: tuple[str, ...] = msgspec.field(name="podIPs", default=())
    phase: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    ready: bool = False
    ready_containers: str = ""
    host_network: bool = True
    static: bool = False
    stale: str = ""
    owner: Owner | None = None
    workload: Owner | None = None
    created: str | None = None
    labels: dict[str, str] = {}
    ports: tuple[Claim, ...] = ()


def host_pod(pod: Pod, node: Node | None, ports: Iterable[Claim]) -> HostPod:
    """Put together what is known of one Pod; `node` is None when it is unscheduled or could not be read."""
    regular = sum(container.kind in ("regular", "sidecar") for container in pod.containers)
    return HostPod(
        namespace=pod.namespace,
        name=None if pod.template else pod.name,
        uid=pod.uid or None,
        node=pod.node or None,
        addresses=node.addresses if node and node.addresses else _from_pod(pod),
        host_ips=pod.host_ips,
        pod_ips=pod.pod_ips,
        phase=pod.phase,
        status="Template" if pod.template else pod.status,
        reason=pod.reason or None,
        message=pod.message or None,
        ready=pod.ready,
        ready_containers="" if pod.template else f"{pod.ready_containers}/{regular}",
        host_network=pod.host_network,
        static=pod.mirror,
        stale=stale(pod, node),
        owner=pod.owner,
        workload=pod.workload,
        created=pod.created or None,
        labels=pod.labels,
        ports=tuple(ports),
    )


def stale(pod: Pod, node: Node | None) -> str:
    """Why a host-networked Pod's address is out of date, or "".

    The kubelet never changes podIPs of a host-networked Pod, while the node's addresses and the Pod's hostIPs follow a
    change (kubernetes-facts.md 3.5): clients of the Pod then go to an address that is not the node's any more.
    """
    if not pod.host_network or not pod.pod_ips or pod.terminal:
        return ""
    known = {address.address for address in node.addresses} if node else set(pod.host_ips)
    if known.issuperset(pod.pod_ips):  # spelt alike, as nearly always: parsing addresses is 20 times as slow
        return ""
    if node is not None and node.host_ips:
        current = {canonical(address.address) for address in node.host_ips}
        owner = f"node {node.name}"
    elif pod.host_ips:
        current, owner = {canonical(ip) for ip in pod.host_ips}, "the node"
    else:
        return ""
    lost = [ip for ip in pod.pod_ips if canonical(ip) not in current]
    return f"podIP {', '.join(lost)} is not an address of {owner} any more" if lost else ""


def reachable_addresses(item: HostPod) -> tuple[str, ...]:
    """The addresses to show first: the node's first IP of each family, InternalIP before ExternalIP (facts 3.2)."""
    first: dict[str, str] = {}
    for kind in ("InternalIP", "ExternalIP", "HostIP"):
        for address in item.addresses:
            if address.type == kind and address.family:
                first.setdefault(address.family, address.address)
    return tuple(first.values())


def _from_pod(pod: Pod) -> tuple[Address, ...]:
    return tuple(Address("HostIP", ip, family_of(ip)) for ip in pod.host_ips)
