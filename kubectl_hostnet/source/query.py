"""What a verb wants to read: the same question for a cluster and for a snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from kubectl_hostnet.source.facts import Facts

PodFilter = Literal["none", "host-network", "host-ports", "all"]


@dataclass(frozen=True)
class Query:
    """Which objects to read.

    `pods`: only host-networked ones, those that use ports of a node in any way (hostPort too), all, or none beside
    `names`. `names` are Pods that are wanted one by one; a missing one raises NotFoundError. `namespace` None means all
    namespaces; it holds for Services, EndpointSlices, workloads and ConfigMaps too. Selectors are those of kubectl and
    hold for Pods. `active` leaves out Pods that have ended. `version` is the API server's, which a snapshot does not have.
    """

    pods: PodFilter = "host-network"
    names: tuple[str, ...] = ()
    namespace: str | None = None
    selector: str = ""
    field_selector: str = ""
    active: bool = False
    nodes: bool = True
    services: bool = True
    workloads: bool = False
    config_maps: bool = False
    namespaces: bool = False
    events: bool = False
    version: bool = False


class Source(Protocol):
    """Where facts come from: `live.Cluster` or `snapshot.Snapshot`."""

    default_namespace: str

    def read(self, query: Query) -> Facts:
        """Read it all; what cannot be read beside the Pods becomes a gap. Raises HostnetError when the Pods cannot."""
        ...
