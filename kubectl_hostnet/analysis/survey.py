"""Node by node: where a Pod can be placed, who blocks it elsewhere, and which nodes are out of the question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import msgspec

from kubectl_hostnet.analysis.eligibility import Obstacle, obstacle
from kubectl_hostnet.analysis.scheduler import Blocker, HeldPorts
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod


class Survey(msgspec.Struct, frozen=True):
    """The nodes for one Pod: `free` ones, `blocked` ones with what blocks, `refused` ones with why."""

    free: tuple[str, ...]
    blocked: tuple[tuple[str, tuple[Blocker, ...]], ...]
    refused: tuple[tuple[str, Obstacle], ...]

    @property
    def reasons(self) -> dict[str, int]:
        """How many nodes are refused for each reason, most first."""
        return dict(Counter(found.detail for _, found in self.refused).most_common())


def survey(
    pod: Pod, nodes: Iterable[Node], held: HeldPorts, *, ignored: Callable[[Pod], bool] = lambda _pod: False
) -> Survey:
    """Look at every node; the ports of `ignored` Pods (those that a new version replaces) count as free."""
    free: list[str] = []
    blocked: list[tuple[str, tuple[Blocker, ...]]] = []
    refused: list[tuple[str, Obstacle]] = []
    for node in nodes:
        found = obstacle(pod, node)
        if found:
            refused.append((node.name, found))
            continue
        blockers = tuple(b for b in held.blockers(pod, node.name) if not ignored(b.holder))
        if blockers:
            blocked.append((node.name, blockers))
        else:
            free.append(node.name)
    return Survey(tuple(free), tuple(blocked), tuple(refused))


def nodes_of(inventory: Inventory) -> Sequence[Node]:
    """The cluster's nodes; those that Pods name, with nothing known of them, when nodes could not be read."""
    if inventory.nodes:
        return inventory.nodes
    return [Node(name) for name in dict.fromkeys(pod.node for pod in inventory.pods if pod.node)]


def candidates(pod: Pod, inventory: Inventory) -> Sequence[Node]:
    """The nodes worth a look: a DaemonSet's Pod names its only one (metadata.name), which spares the others."""
    named = [
        {value for field in term.fields if field.operator == "In" for value in field.values}
        for term in pod.placement.affinity or ()
    ]
    if not named or not all(named) or not inventory.nodes:
        return nodes_of(inventory)
    return [node for name in sorted(set().union(*named)) if (node := inventory.node_by_name.get(name))]
