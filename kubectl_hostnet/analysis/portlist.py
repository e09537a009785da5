"""The items of `ports`: a port of a node, who holds it, and why that is believed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from kubectl_hostnet.analysis.claims import Claim, Confidence, Evidence
from kubectl_hostnet.analysis.report import Item
from kubectl_hostnet.inventory.components import NodeComponent
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.inventory.service import Service

HolderKind = Literal["Pod", "Service", "Component", "Process"]
POD: HolderKind = "Pod"
SERVICE: HolderKind = "Service"
COMPONENT: HolderKind = "Component"
PROCESS: HolderKind = "Process"
KUBELET, KUBELET_API = "kubelet", "API"
KUBELET_FIELD = "status.daemonEndpoints.kubeletEndpoint.Port"


class Holder(Item, frozen=True):
    """Who holds a port: a Pod's container, a Service on every node, a Component of the node, or a Process of it."""

    kind: HolderKind
    namespace: str | None
    name: str
    container: str | None = None

    @property
    def title(self) -> str:
        """`namespace/name`, or the name of what has no namespace."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class NodePort(Item, frozen=True):
    """A port of a node and its holder.

    `bind` is "" for all addresses, or not known to be narrower. `forwarded`: traffic to it is forwarded (a hostPort of
    the CNI, a NodePort of kube-proxy), no process holds a socket. `declared`: the Pod's `ports[]` say so. `assumed`:
    a default of software that is not seen, but is on nearly every node.
    """

    node: str
    port: int
    protocol: str
    bind: str
    holder: Holder
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    declared: bool = False
    loopback: bool = False
    forwarded: bool = False
    name: str | None = None
    application: str = ""
    purpose: str = ""
    assumed: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def held_by(self) -> str:
        """The holder in words: `default/web`, `sshd (assumed)`, `shop/web (Service)`, `default/db (hostPort)`."""
        title = self.holder.title
        if self.assumed:
            return f"{title} (assumed)"
        if self.holder.kind == SERVICE:
            return f"{title} (Service)"
        return f"{title} (hostPort)" if self.forwarded else title

    @property
    def order(self) -> tuple[int, str, str, str, str, str, str]:
        """Where it comes in the list of its node."""
        holder = self.holder
        container = holder.container or ""
        return (self.port, self.protocol, self.bind, holder.kind, holder.namespace or "", holder.name, container)


def of_claim(pod: Pod, node: str, claim: Claim, remarks: tuple[str, ...]) -> NodePort:
    """A port that a Pod claims on a node."""
    return NodePort(
        node,
        claim.port,
        claim.protocol,
        claim.bind,
        Holder(POD, pod.namespace, pod.name, claim.container),
        claim.confidence,
        claim.evidence,
        "declared" in [evidence.source for evidence in claim.evidence],
        claim.loopback,
        claim.forwarded,
        claim.name,
        claim.application,
        claim.purpose,
        remarks=(*claim.remarks, *remarks),
    )


def of_component(component: NodeComponent, node: Node) -> NodePort:
    """A port of a component that the API does not show as a Pod: assumed, but for what the kubelet says of itself."""
    reported = node.kubelet_port if (component.component, component.purpose) == (KUBELET, KUBELET_API) else 0
    return NodePort(
        node.name,
        reported or component.port,
        component.protocol,
        component.bind,
        Holder(COMPONENT, None, component.component),
        "high" if reported else "medium" if component.presence == "always" else "low",
        (_reported(reported) if reported else _assumed(component),),
        loopback=component.bind.startswith("127."),
        purpose=component.purpose,
        assumed=not reported,
    )


def of_service(service: Service, nodes: tuple[str, ...]) -> Iterator[NodePort]:
    """The ports that a Service takes on every node."""
    holder = Holder(SERVICE, service.namespace, service.name)
    for index, port in enumerate(service.ports):
        if port.node_port:
            detail = f"{service.type} Service: forwarded to port {port.target_port} of its Pods"
            because = (Evidence("service", f"spec.ports[{index}].nodePort", detail),)
            for node in nodes:
                yield NodePort(
                    node,
                    port.node_port,
                    port.protocol,
                    "",
                    holder,
                    "high",
                    because,
                    forwarded=True,
                    name=port.name or None,
                )
    if service.health_check_node_port:
        # externalTrafficPolicy Local: kube-proxy itself answers load balancers on this port of every node.
        because = (Evidence("service", "spec.healthCheckNodePort", "kube-proxy answers health checks for the Service"),)
        for node in nodes:
            yield NodePort(
                node, service.health_check_node_port, "TCP", "", holder, "high", because, purpose="health check"
            )


def _reported(port: int) -> Evidence:
    return Evidence("declared", KUBELET_FIELD, f"the kubelet reports that it listens on {port}")


def _assumed(component: NodeComponent) -> Evidence:
    title = f"{component.component} {component.purpose}"
    return Evidence("application", "", f"{title} listens on {component.port} by default ({component.source})")
