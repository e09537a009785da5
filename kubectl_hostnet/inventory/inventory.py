"""Everything that is known of a cluster, typed: what analysis works on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from kubectl_hostnet.inventory.node import Node, labels_from, node_from
from kubectl_hostnet.inventory.pod import Pod, pod_from
from kubectl_hostnet.inventory.service import Endpoints, Service, endpoints_from, service_from
from kubectl_hostnet.inventory.workload import Workload, workload_from
from kubectl_hostnet.source.facts import Facts, Gap

T = TypeVar("T")


@dataclass(frozen=True)
class Inventory:
    """Nodes, Pods and what belongs to them. `config_maps` maps (namespace, name) to its data."""

    nodes: tuple[Node, ...] = ()
    pods: tuple[Pod, ...] = ()
    services: tuple[Service, ...] = ()
    endpoints: tuple[Endpoints, ...] = ()
    workloads: tuple[Workload, ...] = ()
    config_maps: tuple[tuple[tuple[str, str], dict[str, str]], ...] = ()
    namespaces: tuple[tuple[str, dict[str, str]], ...] = ()
    gaps: tuple[Gap, ...] = ()
    server_version: str = ""

    @cached_property
    def node_by_name(self) -> dict[str, Node]:
        """Nodes by name."""
        return {node.name: node for node in self.nodes}

    @cached_property
    def config(self) -> dict[tuple[str, str], dict[str, str]]:
        """ConfigMaps' data by (namespace, name)."""
        return dict(self.config_maps)

    @property
    def templates(self) -> tuple[Pod, ...]:
        """The Pod templates of all workloads, as the Pods that they would make."""
        return tuple(workload.template for workload in self.workloads)


def inventory_from(facts: Facts, *, consume: bool = False) -> Inventory:
    """Type what was read. Order is kept; nothing is dropped but workloads without a Pod template.

    With `consume` the Pods leave `facts` one by one: whoever needs them no more needs half the memory.
    """
    default = facts.default_namespace
    workloads = (workload_from(source, default) for source in facts.workloads)
    return Inventory(
        nodes=tuple(node_from(source) for source in facts.nodes),
        pods=tuple([pod_from(source, default) for source in (_consumed(facts.pods) if consume else facts.pods)]),
        services=tuple(service_from(source, default) for source in facts.services),
        endpoints=tuple(endpoints_from(source, default) for source in facts.endpoint_slices),
        workloads=tuple(workload for workload in workloads if workload),
        config_maps=tuple(
            ((c.metadata.namespace or default, c.metadata.name), labels_from(c.data)) for c in facts.config_maps
        ),
        namespaces=tuple((n.metadata.name, labels_from(n.metadata.labels)) for n in facts.namespaces),
        gaps=tuple(facts.gaps),
        server_version=facts.server_version,
    )


def _consumed(items: list[T]) -> Iterator[T]:
    items.reverse()
    while items:
        yield items.pop()
