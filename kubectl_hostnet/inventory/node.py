"""A node: its addresses, and what the scheduler looks at."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.inventory.address import Address, family_of
from kubectl_hostnet.source import objects

IP_TYPES = ("InternalIP", "ExternalIP")


class Taint(msgspec.Struct, frozen=True, gc=False):
    """A taint of a node."""

    key: str
    value: str
    effect: str


class Node(msgspec.Struct, frozen=True, gc=False):
    """A node of the cluster. `ready` is the Ready condition's status: "True", "False" or "Unknown".

    `kubelet_port` is what the kubelet reports of itself, 0 when it does not.
    """

    name: str
    addresses: tuple[Address, ...] = ()
    ready: str = "Unknown"
    unschedulable: bool = False
    taints: tuple[Taint, ...] = ()
    labels: dict[str, str] = {}
    kubelet_version: str = ""
    operating_system: str = ""
    features: tuple[str, ...] = ()
    kubelet_port: int = 0

    @property
    def host_ips(self) -> tuple[Address, ...]:
        """InternalIPs in order, then ExternalIPs: the order of the kubelet's host IPs (kubernetes-facts.md 3.2)."""
        return tuple(a for kind in IP_TYPES for a in self.addresses if a.type == kind)


def node_from(source: objects.Node) -> Node:
    """Read a Node object; whatever is missing is empty."""
    spec = source.spec or objects.NodeSpec()
    status = source.status or objects.NodeStatus()
    info = status.node_info or objects.NodeSystemInfo()
    kubelet = (status.daemon_endpoints or objects.DaemonEndpoints()).kubelet_endpoint or objects.DaemonEndpoint()
    labels = labels_from(source.metadata.labels)
    return Node(
        name=source.metadata.name,
        addresses=tuple(Address(a.type, a.address, family_of(a.address)) for a in status.addresses or ()),
        ready=next((c.status for c in status.conditions or () if c.type == "Ready"), "Unknown"),
        unschedulable=bool(spec.unschedulable),
        taints=tuple(Taint(t.key, t.value or "", t.effect) for t in spec.taints or ()),
        labels=labels,
        kubelet_version=info.kubelet_version or "",
        operating_system=info.operating_system or labels.get("kubernetes.io/os", ""),
        features=tuple(status.declared_features or ()),
        kubelet_port=kubelet.port,
    )


def labels_from(labels: objects.Labels | None) -> dict[str, str]:
    """Labels or annotations as a plain dict of text."""
    if not labels:
        return {}
    return {key: value if type(value) is str else text_from(value) for key, value in labels.items()}


def text_from(value: objects.Text) -> str:
    """Text as the API server would have it, of what YAML made of an unquoted word: `true`, 8080, null."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
