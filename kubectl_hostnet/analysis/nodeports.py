"""Which ports of each node are held, and by whom: Pods, the node's own components, and Services."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.port_remarks import PortRemarks
from kubectl_hostnet.analysis.portlist import NodePort, of_claim, of_component, of_service
from kubectl_hostnet.inventory.components import well_known
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod

ClaimsOf = Callable[[Pod], Iterable[Claim]]
ASSUMED = ("always", "usual")
NOMINATED = "nominated for this node, not there yet"


def node_ports(
    inventory: Inventory, claims_of: ClaimsOf, remarks: PortRemarks, *, components: bool = True
) -> list[NodePort]:
    """Every held port of every node, node by node, each node's by number.

    Pods that have ended hold nothing; one that is nominated for a node is about to. Without `components` only Pods and
    Services are there (only some namespaces were read).
    """
    by_node: dict[str, list[NodePort]] = {name: [] for name in node_names(inventory)}
    for pod in inventory.pods:
        place = pod.node or pod.nominated_node
        if place and not pod.terminal:
            by_node[place] += _held(pod, place, claims_of(pod), remarks)
    if components:
        _add_components(inventory, by_node)
    _add_services(inventory, by_node)
    return [item for items in by_node.values() for item in sorted(items, key=lambda item: item.order)]


def node_names(inventory: Inventory) -> list[str]:
    """The nodes by the API's order, then those that only Pods tell of."""
    known = dict.fromkeys(node.name for node in inventory.nodes)
    told = {pod.node or pod.nominated_node for pod in inventory.pods if not pod.terminal} - {""}
    return [*known, *sorted(told - known.keys())]


def _held(pod: Pod, place: str, claims: Iterable[Claim], remarks: PortRemarks) -> list[NodePort]:
    ended = _ended_init_containers(pod)
    nominated = () if pod.node else (NOMINATED,)
    return [
        of_claim(pod, place, claim, (*remarks.of(claim.port, forwarded=claim.forwarded), *nominated))
        for claim in claims
        if claim.container not in ended
    ]


def _ended_init_containers(pod: Pod) -> set[str | None]:
    """Init containers that are done: what they listened on is free again."""
    ordinary = {container.name for container in pod.containers if container.kind == "init"}
    if not ordinary:
        return set()
    return {state.name for state in pod.container_states if state.name in ordinary and state.state == "terminated"}


def _add_services(inventory: Inventory, by_node: dict[str, list[NodePort]]) -> None:
    names = tuple(by_node)
    for service in inventory.services:
        for item in of_service(service, names):
            by_node[item.node].append(item)


def _add_components(inventory: Inventory, by_node: dict[str, list[NodePort]]) -> None:
    runs = _components_as_pods(by_node)
    expected = [c for c in well_known() if c.presence in ASSUMED]
    everywhere = {c.component for c in expected if c.where == "every node" and c.component in runs}
    missing = [c for c in expected if c.component not in everywhere]
    for name in by_node:
        node = inventory.node_by_name.get(name) or Node(name)
        by_node[name] += [
            of_component(c, node) for c in missing if c.expected_on(node) and name not in runs.get(c.component, ())
        ]


def _components_as_pods(by_node: dict[str, list[NodePort]]) -> dict[str, set[str]]:
    """Components that host-networked Pods run, with their nodes.

    Where kube-proxy is a DaemonSet a node without its Pod has no kube-proxy. A control plane is as its own node says.
    """
    names = {c.component for c in well_known()}
    found: dict[str, set[str]] = {}
    for node, items in by_node.items():
        for item in items:
            if not item.forwarded:
                for name in names.intersection((item.application, item.holder.container)):
                    found.setdefault(name, set()).add(node)
    return found
