"""What listens on nodes without being a Pod, or as a Pod that declares nothing: the cluster's own components.

The facts are in components.json, each with its source; nothing here was read from the cluster.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from kubectl_hostnet.inventory.node import Node

CONTROL_PLANE_LABELS = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")
DATA = Path(__file__).with_name("components.json")


class NodeComponent(msgspec.Struct, frozen=True, gc=False):
    """A port that a component of Kubernetes listens on by default.

    `bind` is "" for all addresses. `presence` says how sure it is that the component is there: `always` (a node
    without a kubelet is no node), `usual` (most distributions; often as a Pod, which is then the holder), `some`
    (clouds), `disabled` (off by default). `source` says where the number was read.
    """

    port: int
    protocol: str
    component: str
    purpose: str
    bind: str
    where: Literal["every node", "control plane"]
    presence: Literal["always", "usual", "some", "disabled"]
    source: str

    def expected_on(self, node: Node) -> bool:
        """The component belongs on nodes of this role."""
        return self.where == "every node" or any(label in node.labels for label in CONTROL_PLANE_LABELS)


class PortRange(msgspec.Struct, frozen=True, gc=False):
    """Ports, both ends included, that something else may take or that need a privilege, at its default."""

    first: int
    last: int
    name: Literal["privileged", "node-port", "ephemeral"]
    what: str
    source: str

    def __contains__(self, port: int) -> bool:
        """Is the port in the range?"""
        return self.first <= port <= self.last


class _Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    components: tuple[NodeComponent, ...]
    ranges: tuple[PortRange, ...]


def well_known() -> tuple[NodeComponent, ...]:
    """The ports of the cluster's own components, kubelet first."""
    return _facts().components


def port_ranges() -> tuple[PortRange, ...]:
    """The ranges of ports with a meaning of their own."""
    return _facts().ranges


@lru_cache(maxsize=1)
def _facts() -> _Facts:
    return msgspec.json.decode(DATA.read_bytes(), type=_Facts)
