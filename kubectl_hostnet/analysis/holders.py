"""Who else uses a port of a node: other Pods, NodePort Services, the cluster's own components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.inventory.components import well_known
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Pod

Key = tuple[str, int, str]


def holders_of(
    wanted: Iterable[Key], pod: Pod, inventory: Inventory, claims: Mapping[tuple[str, str], tuple[Claim, ...]]
) -> dict[Key, list[str]]:
    """Names for (node, port, protocol), apart from `pod` itself; `claims` are those of Pods by namespace and name."""
    return {
        key: [*_pods(key, pod, inventory, claims), *_services(key, inventory), *_components(key, inventory)]
        for key in wanted
    }


def _pods(
    key: Key, pod: Pod, inventory: Inventory, claims: Mapping[tuple[str, str], tuple[Claim, ...]]
) -> Iterable[str]:
    node, port, protocol = key
    for other in inventory.pods:
        if other.node != node or other.key == pod.key or other.terminal:
            continue
        claim = next((c for c in claims.get(other.key, ()) if (c.port, c.protocol) == (port, protocol)), None)
        if claim and not claim.loopback:
            yield f"pod {other.title}" + _kinship(pod, other) + (" (hostPort)" if claim.forwarded else "")


def _kinship(pod: Pod, other: Pod) -> str:
    same = pod.workload is not None and pod.workload == other.workload and pod.namespace == other.namespace
    return f" of the same {pod.workload.kind}" if same and pod.workload else ""


def _services(key: Key, inventory: Inventory) -> Iterable[str]:
    """A NodePort is answered on every node, by kube-proxy's rules and without a socket."""
    _node, port, protocol = key
    for service in inventory.services:
        if any((p.node_port, p.protocol) == (port, protocol) for p in service.ports):
            yield f"service {service.namespace}/{service.name} (NodePort, on every node)"


def _components(key: Key, inventory: Inventory) -> Iterable[str]:
    node = inventory.node_by_name.get(key[0])
    for component in well_known():
        fits = (component.port, component.protocol) == key[1:] and not component.bind
        if fits and component.presence in ("always", "usual") and node and component.expected_on(node):
            yield f"{component.component} ({component.purpose})"
