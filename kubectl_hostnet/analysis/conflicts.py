"""Everything that collides in a cluster now, and what its next rollouts will run into."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kubectl_hostnet.analysis.collisions import collisions
from kubectl_hostnet.analysis.conflict import Conflict
from kubectl_hostnet.analysis.pending import blocked_pods, rejected_pods
from kubectl_hostnet.analysis.port_uses import ClaimsOf, Place, PortUse, port_uses
from kubectl_hostnet.analysis.ranges import in_ranges, with_services
from kubectl_hostnet.analysis.rollout import rollout_conflicts
from kubectl_hostnet.analysis.scheduler import HeldPorts, sidecars_count, version_numbers
from kubectl_hostnet.analysis.survey import nodes_of
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Owner


class Ground(msgspec.Struct, frozen=True):
    """What all questions of a cluster are answered from: who holds which port, by declaration and by any evidence."""

    inventory: Inventory
    held: HeldPorts
    uses: dict[Place, list[PortUse]]


def ground(inventory: Inventory, claims_of: ClaimsOf) -> Ground:
    """Go once through all Pods."""
    held = HeldPorts(inventory.pods, sidecars=sidecars_count(scheduler_version(inventory)))
    return Ground(inventory, held, port_uses(inventory.pods, claims_of))


def scheduler_version(inventory: Inventory) -> str:
    """The API server's version; without it the newest kubelet's, which is never newer (version skew policy)."""
    kubelets = (node.kubelet_version for node in inventory.nodes)
    return inventory.server_version or max(kubelets, key=version_numbers, default="")


def cluster_conflicts(known: Ground) -> list[Conflict]:
    """All conflicts and risks of a cluster, conflicts first, node by node."""
    inventory, held, uses = known.inventory, known.held, known.uses
    hanging = list(_hanging(inventory, held))
    fixes = {key: conflict.remedy for key, conflict in hanging if conflict.kind == "rollout"}
    pending = list(blocked_pods(inventory, held, fixes))
    told = {(h.namespace, h.name) for c in pending for h in c.holders if h.role == "wants"}
    lacking = {(p.namespace, p.workload) for p in inventory.pods if p.workload and (p.namespace, p.name) in told}
    found = [
        *collisions(uses, inventory.node_by_name),
        *with_services(uses, inventory.services),
        *pending,
        *rejected_pods(inventory, held),
        *(conflict for key, conflict in hanging if conflict.kind == "rollout" or key not in lacking),
        *in_ranges(uses, inventory),
    ]
    return sorted(found, key=lambda conflict: conflict.order)


def _hanging(inventory: Inventory, held: HeldPorts) -> Iterator[tuple[tuple[str, Owner], Conflict]]:
    """Rollouts that will hang, and workloads that want more Pods than there are nodes for them."""
    nodes = nodes_of(inventory)
    for workload in inventory.workloads:
        for conflict in rollout_conflicts(workload, nodes, held):
            if conflict.severity == "conflict":  # a drain without a place is told to who asks about the workload
                yield (workload.namespace, Owner(workload.kind, workload.name)), conflict
