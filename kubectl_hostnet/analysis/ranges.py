"""Ports that something else on the node takes without asking: NodePorts of Services, outgoing connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kubectl_hostnet.analysis.claims import Evidence
from kubectl_hostnet.analysis.conflict import Conflict, ConflictHolder, Kind, pod_holder, port_text
from kubectl_hostnet.analysis.port_remarks import node_port_range
from kubectl_hostnet.analysis.port_uses import Place, PortUse
from kubectl_hostnet.inventory.components import PortRange, port_ranges
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.inventory.service import Service

NODE_PORT_TYPES = ("NodePort", "LoadBalancer")
KINDS: dict[str, Kind] = {"node-port": "node-port-range", "ephemeral": "ephemeral-range"}


def with_services(uses: Mapping[Place, Sequence[PortUse]], services: Sequence[Service]) -> Iterator[Conflict]:
    """Ports of Pods that a Service has as its nodePort on every node: kube-proxy takes the traffic first."""
    taken = _node_ports(services)
    for place, sharers in uses.items() if taken else ():
        for service, field in taken.get(place[1:], ()):
            parties = [
                use for use in sharers if use.sure and not use.claim.loopback and not _serves(service, use, place)
            ]
            if parties:
                yield _hijacked(place, parties, service, field)


def in_ranges(uses: Mapping[Place, Sequence[PortUse]], inventory: Inventory) -> Iterator[Conflict]:
    """Risks: ports in the NodePort or the ephemeral range, once for each workload."""
    ranges = risky_ranges(inventory)
    lowest = min(reach.first for reach in ranges)
    found: dict[tuple[str, str, int, str], list[PortUse]] = {}
    for (_, protocol, port), sharers in uses.items():
        if port >= lowest:
            for use in sharers:
                if use.sure:
                    found.setdefault((use.pod.namespace, _family(use.pod), port, protocol), []).append(use)
    for (_, _, port, protocol), sharers in found.items():
        for reach in ranges:
            if port in reach:
                yield risk(port, protocol, sharers, reach)


def risky_ranges(inventory: Inventory) -> tuple[PortRange, ...]:
    """The NodePort range, as the API server's flag says it if it can be seen, and the ephemeral range."""
    read = node_port_range(inventory)
    return tuple(read if read and r.name == "node-port" else r for r in port_ranges() if r.name in KINDS)


def risk(port: int, protocol: str, sharers: Sequence[PortUse], reach: PortRange) -> Conflict:
    """A port that lies in a range which something else is served from."""
    nodes = dict.fromkeys(use.pod.node for use in sharers)
    first = min(sharers, key=lambda use: (use.pod.created, use.pod.key, use.pod.uid, use.claim.bind))
    who, number = first.pod, port_text(port, protocol)
    more = f" (and {len(sharers) - 1} more Pods of it)" if len(sharers) > 1 else ""
    inside = f"{number} of {who.title}{more} lies in the {reach.name} range {reach.first}-{reach.last}"
    ephemeral = reach.name == "ephemeral"
    return Conflict(
        node=next(iter(nodes)) or None if len(nodes) == 1 else None,
        port=port,
        protocol=protocol,
        kind=KINDS[reach.name],
        severity="risk",
        holders=(pod_holder(first.pod, first.claim, "wants"),),
        effect=f"{inside}: "
        + (
            "an outgoing connection may have it when the Pod starts"
            if ephemeral
            else "a Service may be given it, and take its traffic"
        ),
        remedy=f"use a port below {reach.first}"
        + (f", or reserve it: sysctl net.ipv4.ip_local_reserved_ports={port} on the nodes" if ephemeral else ""),
    )


def _node_ports(services: Sequence[Service]) -> dict[tuple[str, int], list[tuple[Service, str]]]:
    found: dict[tuple[str, int], list[tuple[Service, str]]] = {}
    for service in services:
        if service.type in NODE_PORT_TYPES:
            for index, port in enumerate(service.ports):
                if port.node_port:
                    found.setdefault((port.protocol, port.node_port), []).append(
                        (service, f"spec.ports[{index}].nodePort")
                    )
    return found


def _serves(service: Service, use: PortUse, place: Place) -> bool:
    """The Service sends the port to this very Pod: whoever connects reaches it all the same."""
    pod = use.pod
    chosen = pod.namespace == service.namespace and service.selector and all(
        pod.labels.get(key) == value for key, value in service.selector
    )  # fmt: skip
    targets = {use.claim.port, use.claim.name} - {None, ""}
    return bool(chosen) and any(p.node_port == place[2] and p.target_port in targets for p in service.ports)


def _hijacked(place: Place, parties: Sequence[PortUse], service: Service, field: str) -> Conflict:
    node, protocol, port = place
    who = ", ".join(dict.fromkeys(use.pod.title for use in parties))
    title, number = f"{service.namespace}/{service.name}", port_text(port, protocol)
    holder = ConflictHolder(
        kind="Service",
        namespace=service.namespace,
        name=service.name,
        role="holds",
        evidence=(Evidence("service", field, f"nodePort {port} on every node"),),
    )
    return Conflict(
        node=node,
        port=port,
        protocol=protocol,
        kind="node-port",
        holders=(holder, *(pod_holder(use.pod, use.claim, "wants") for use in parties)),
        effect=f"traffic to {number} of the node goes to Service {title} (nodePort), and never reaches {who}",
        remedy=f"give Service {title} another nodePort, or {who} another port (kubectl hostnet ports --free any)",
    )


def _family(pod: Pod) -> str:
    return f"{pod.workload.kind}/{pod.workload.name}" if pod.workload else pod.name
