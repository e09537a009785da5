"""What one reading of a cluster, or of a snapshot, brought home: objects, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from kubectl_hostnet.source import objects


@dataclass(frozen=True)
class Gap:
    """Something that could not be read: which resource, why, and what the answer lacks because of it."""

    resource: str
    reason: str
    effect: str = ""

    def __str__(self) -> str:
        return f"{self.resource}: {self.reason}" + (f" ({self.effect})" if self.effect else "")


@dataclass
class Facts:
    """Kubernetes objects as they were received; a live reading and a snapshot fill the same fields."""

    pods: list[objects.Pod] = field(default_factory=list)
    nodes: list[objects.Node] = field(default_factory=list)
    services: list[objects.Service] = field(default_factory=list)
    endpoint_slices: list[objects.EndpointSlice] = field(default_factory=list)
    workloads: list[objects.Workload] = field(default_factory=list)
    config_maps: list[objects.ConfigMap] = field(default_factory=list)
    namespaces: list[objects.Namespace] = field(default_factory=list)
    events: list[objects.Event] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    server_version: str = ""
    default_namespace: str = "default"
