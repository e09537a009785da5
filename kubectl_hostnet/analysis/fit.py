"""Will it fit? Where a Pod, or each Pod of a workload, finds its ports free, and how many can be placed."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_hostnet.analysis.conflict import Conflict, ConflictHolder
from kubectl_hostnet.analysis.eligibility import NOT_CONSIDERED
from kubectl_hostnet.analysis.pending import blocked_on
from kubectl_hostnet.analysis.report import Item
from kubectl_hostnet.analysis.rollout import SPREADING
from kubectl_hostnet.analysis.scheduler import HeldPorts
from kubectl_hostnet.analysis.subject import Subject
from kubectl_hostnet.analysis.survey import Survey, nodes_of, survey
from kubectl_hostnet.inventory.inventory import Inventory


class BlockedNode(Item, frozen=True):
    """A node that would do but for a port, and who holds that."""

    node: str
    port: int
    protocol: str
    holders: tuple[str, ...]


class RefusedNode(Item, frozen=True):
    """A node that is out of the question, and why."""

    node: str
    reason: str


class Fit(Item, frozen=True, kw_only=True):
    """The answer for one subject, as far as ports and the node's own conditions go.

    `replicas` is null for a DaemonSet. `at_most` is how many can be placed and bind their ports, null where host ports
    set no limit. `nodes` are those where the ports are free; `unseen` those where the scheduler believes so, but a port
    is used that is not declared; `blocked` and `refused` all others. `not_considered` is what else the scheduler looks
    at. Not `admitted` means that the API server refuses it, or that its containers are in each other's way.
    """

    kind: str
    namespace: str
    name: str
    replicas: int | None
    fits: bool
    at_most: int | None
    nodes: tuple[str, ...]
    unseen: tuple[BlockedNode, ...]
    blocked: tuple[BlockedNode, ...]
    refused: tuple[RefusedNode, ...]
    not_considered: tuple[str, ...] = ()
    host_ports: bool = True
    admitted: bool = True

    @property
    def title(self) -> str:
        """`namespace/name`, or `namespace/Kind/name`."""
        return f"{self.namespace}/{self.name}" if self.kind == "Pod" else f"{self.namespace}/{self.kind}/{self.name}"


def look(subject: Subject, inventory: Inventory, held: HeldPorts) -> Survey:
    """All nodes for a subject; its own Pods make room for their successors."""
    return survey(subject.pod, nodes_of(inventory), held, ignored=subject.owns)


def fit(subject: Subject, found: Survey, held: HeldPorts, unseen: tuple[BlockedNode, ...] = ()) -> Fit:
    """Put a survey into words for one subject; `unseen` are ports in use that the scheduler does not know of."""
    spoilt = {place.node for place in unseen}
    nodes = tuple(node for node in found.free if node not in spoilt)
    at_most = len(nodes) if held.wanted(subject.pod) or not nodes else None
    return Fit(
        kind=subject.kind,
        namespace=subject.namespace,
        name=subject.name,
        replicas=subject.replicas,
        fits=not (found.blocked or unseen)
        if subject.replicas is None
        else at_most is None or at_most >= subject.replicas,
        at_most=at_most,
        nodes=nodes,
        unseen=unseen,
        blocked=tuple(_blocked(found)),
        refused=tuple(RefusedNode(node, reason.detail) for node, reason in found.refused),
        not_considered=(*NOT_CONSIDERED, *subject.pod.placement.not_modelled),
        host_ports=subject.pod.host_network or subject.pod.uses_host_ports,
    )


def misfits(subject: Subject, found: Survey, answer: Fit) -> Iterator[Conflict]:
    """What keeps a subject from being placed as often as wanted: who blocks it where, or that no node would take it."""
    if answer.fits:
        return
    for node, blockers in found.blocked:
        yield from blocked_on([subject.pod], node, blockers, {})
    told = subject.kind in SPREADING and subject.pod.uses_host_ports  # by rollout_conflicts
    if not (found.free or found.blocked or told):
        yield _nowhere(subject, found)


def _nowhere(subject: Subject, found: Survey) -> Conflict:
    """No node is eligible, whatever its ports."""
    reasons = [f"{count} node{'s' * (count != 1)}: {reason}" for reason, count in found.reasons.items()]
    return Conflict(
        node=None,
        port=None,
        protocol=None,
        kind="replicas",
        holders=(wanting(subject),),
        effect=f"{subject.title} stays Pending: no node would take it ({'; '.join(reasons[:3]) or 'there is none'})",
        remedy="let a node take it: its labels, taints, or the node selector",
    )


def wanting(subject: Subject) -> ConflictHolder:
    """The subject as a side of a conflict."""
    return ConflictHolder(
        kind=subject.kind, namespace=subject.namespace, name=subject.name, role="wants", state=subject.pod.status
    )


def _blocked(found: Survey) -> Iterator[BlockedNode]:
    for node, blockers in found.blocked:
        ports = dict.fromkeys((blocker.wanted.port, blocker.wanted.protocol) for blocker in blockers)
        for number, protocol in ports:
            mine = [b.holder.title for b in blockers if (b.wanted.port, b.wanted.protocol) == (number, protocol)]
            yield BlockedNode(node, number, protocol, tuple(dict.fromkeys(mine)))
