"""Evidence: Services and EndpointSlices that select a Pod say to which of its ports they send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_hostnet.analysis.evidence.hint import Hint
from kubectl_hostnet.inventory.container import Container
from kubectl_hostnet.inventory.service import Endpoints, Service, ServicePort


def served(services: Sequence[Service], containers: Sequence[Container]) -> Iterator[Hint]:
    """Hints for the target ports of Services; a named one is looked up among the declared ports, as Kubernetes does."""
    for service in services:
        for port in service.ports:
            yield from _target(service, port, containers)


def sliced(slices: Sequence[Endpoints]) -> Iterator[Hint]:
    """Hints for the ports of EndpointSlices that name the Pod."""
    for endpoints in slices:
        for name, port, protocol in endpoints.ports:
            if port:
                detail = f"EndpointSlice of Service {endpoints.service} sends to {port}" + (
                    f" ({name})" if name else ""
                )
                yield Hint(port, "service", "EndpointSlice ports", detail, protocols=(protocol,))


def _target(service: Service, port: ServicePort, containers: Sequence[Container]) -> Iterator[Hint]:
    detail = f"Service {service.name} sends {port.port} to {port.target_port}"
    field = f"Service {service.name} {port.field}"
    if isinstance(port.target_port, int) or port.target_port.isdecimal():
        number = int(port.target_port)
        if 0 < number < 65536:
            yield Hint(number, "service", field, detail, protocols=(port.protocol,))
        return
    for container in containers:
        for declared in container.ports:
            if declared.name == port.target_port and declared.protocol == port.protocol:
                yield Hint(declared.container_port, "service", field, detail, container.name, (port.protocol,))
                return
