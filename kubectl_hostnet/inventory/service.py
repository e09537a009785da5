"""Services and EndpointSlices, as far as they say where a Pod listens."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.inventory.node import labels_from
from kubectl_hostnet.source import objects


class ServicePort(msgspec.Struct, frozen=True, gc=False):
    """A Service's port. `target_port` is a number or the name of a container's port; `node_port` 0 is none."""

    name: str
    port: int
    protocol: str
    target_port: int | str
    node_port: int
    field: str


class Service(msgspec.Struct, frozen=True, gc=False):
    """A Service; without a selector it names no Pods itself, its EndpointSlices may."""

    namespace: str
    name: str
    type: str
    selector: tuple[tuple[str, str], ...]
    ports: tuple[ServicePort, ...]
    health_check_node_port: int = 0


class Endpoints(msgspec.Struct, frozen=True, gc=False):
    """One EndpointSlice: the Pods (uid or "", name) behind a Service, and the ports (name, port, protocol)."""

    namespace: str
    service: str
    pods: tuple[tuple[str, str], ...]
    addresses: tuple[str, ...]
    ports: tuple[tuple[str, int, str], ...]


def service_from(source: objects.Service, default_namespace: str = "default") -> Service:
    """Read a Service; an absent targetPort is the port itself (core/v1 types.go, ServicePort)."""
    spec = source.spec or objects.ServiceSpec()
    ports = tuple(
        ServicePort(
            p.name or "",
            p.port,
            p.protocol or "TCP",
            p.target_port or p.port,
            p.node_port or 0,
            f"spec.ports[{i}].targetPort",
        )
        for i, p in enumerate(spec.ports or ())
    )
    return Service(
        source.metadata.namespace or default_namespace,
        source.metadata.name,
        spec.type or "ClusterIP",
        tuple(sorted(labels_from(spec.selector).items())),
        ports,
        spec.health_check_node_port or 0,
    )


def endpoints_from(source: objects.EndpointSlice, default_namespace: str = "default") -> Endpoints:
    """Read an EndpointSlice; endpoints whose target is not a Pod count by their addresses only."""
    endpoints = source.endpoints or []
    targets = [e.target_ref for e in endpoints if e.target_ref and e.target_ref.kind == "Pod"]
    return Endpoints(
        namespace=source.metadata.namespace or default_namespace,
        service=labels_from(source.metadata.labels).get("kubernetes.io/service-name", source.metadata.name),
        pods=tuple((t.uid or "", t.name or "") for t in targets),
        addresses=tuple(address for e in endpoints for address in e.addresses or ()),
        ports=tuple((p.name or "", p.port or 0, p.protocol or "TCP") for p in source.ports or ()),
    )
