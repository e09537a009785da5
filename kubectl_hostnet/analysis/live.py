"""Claims and sockets together: what a Pod is said to listen on, and what its processes do listen on.

`live_claims` keeps each claim that nobody could disprove. A socket makes a claim certain; a running container that was
read completely and does not listen makes its claims doubtful, never silently gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from kubectl_hostnet.analysis.claims import CONFIDENCES, Claim
from kubectl_hostnet.analysis.sockets import Bound, bound_by
from kubectl_hostnet.applications.schema import Application
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.source.sockets.reading import ContainerSockets, Reading, Target
from kubectl_hostnet.source.sockets.table import READ_PROTOCOLS

ClaimsOf = Callable[[Pod], Iterable[Claim]]
UNDECLARED = "undeclared"
LOOPBACK_ONLY = "loopback only"
SILENT = "declared, but silent"
NOT_LISTENING = "not listening"
NOT_RUNNING = "container is not running"
OWNER_UNKNOWN = "listening, owner unknown"
KERNELS = "listening, as a socket of the kernel"
NOT_OURS = "listening, but no process of the Pod holds it"


class Seen:
    """A reading, by node and port; `catalog` are the applications that may have sockets without a process."""

    def __init__(self, reading: Reading, catalog: Iterable[Application] = ()) -> None:
        self._reading = reading
        self._kernels = {
            (application.name, port.protocol, port.purpose)
            for application in catalog
            for port in application.ports
            if port.owner == "kernel"
        }
        self._holders: dict[tuple[str, str, int], list[Target]] = {}
        for container in reading.containers.values():
            for socket in container.sockets:
                key = (container.target.node, socket.protocol, socket.port)
                self._holders.setdefault(key, []).append(container.target)
        self._unowned = {(n, s.protocol, s.port) for n, sockets in reading.unowned.items() for s in sockets}

    def knows(self, node: str) -> bool:
        """All waiting sockets of the node are known."""
        return node in self._reading.tables

    def container(self, pod: Pod, name: str) -> ContainerSockets | None:
        """What was read of a container, None when nobody tried."""
        return self._reading.containers.get((*pod.key, name))

    def holders(self, node: str, protocol: str, port: int) -> list[Target]:
        """The containers that were seen to hold a port of a node."""
        return self._holders.get((node, protocol, port), [])

    def unowned(self, node: str, protocol: str, port: int) -> bool:
        """Somebody listens on the port who could not be seen."""
        return (node, protocol, port) in self._unowned

    def kernels(self, claim: Claim) -> bool:
        """The application has the kernel listen (VXLAN, WireGuard): no process will be seen to hold it."""
        return (claim.application, claim.protocol, claim.purpose) in self._kernels


def live_targets(pods: Iterable[Pod], nodes: Mapping[str, Node] | None = None) -> list[Target]:
    """The running containers of host-networked Pods: where sockets can be read. `nodes` by name, as far as known."""
    return [
        target
        for pod in pods
        if pod.host_network and pod.node and not pod.terminal
        for target in _targets_of(pod, (nodes or {}).get(pod.node))
    ]


def live(claims_of: ClaimsOf, reading: Reading, catalog: Iterable[Application] = ()) -> ClaimsOf:
    """The same question with sockets as evidence."""
    seen = Seen(reading, catalog)
    return lambda pod: live_claims(pod, claims_of(pod), seen)


def live_claims(pod: Pod, claims: Iterable[Claim], seen: Seen) -> tuple[Claim, ...]:
    """The claims of a Pod after its sockets were read: confirmed, undeclared, or doubted with a remark.

    Pods that are not host-networked, or not on a node, have no sockets to be seen there: their claims stay.
    """
    offline = list(claims)
    if not pod.host_network or not pod.node or pod.template:
        return tuple(offline)
    views = [view for c in pod.containers if (view := seen.container(pod, c.name))]
    bound = [bind for view in views for bind in bound_by(view)]
    heard = [claim for claim in offline if _heard(claim, pod, bound, seen)]
    confirmed = [_confirmed(bind, _said_of(bind, heard, bound), bound) for bind in bound]
    return (*confirmed, *(_unheard(claim, pod, seen) for claim in offline if claim not in heard))


def _targets_of(pod: Pod, node: Node | None) -> list[Target]:
    images = {container.name: container.image for container in pod.containers}
    return [
        Target(
            pod.namespace,
            pod.name,
            state.name,
            pod.node,
            images.get(state.name, ""),
            state.container_id.rpartition("/")[2],  # containerd://ID
            pod.host_pid,
            pod.mirror,
            node.kubelet_port if node else 0,
        )
        for state in pod.container_states
        if state.state == "running"
    ]


def _heard(claim: Claim, pod: Pod, bound: Iterable[Bound], seen: Seen) -> bool:
    """A socket of the Pod is the claim's: of its container, or of another, unless its own may hold one that is left."""
    containers = {b.container for b in bound if (b.protocol, b.port) == (claim.protocol, claim.port)}
    if claim.forwarded or not containers:
        return False
    if claim.container is None or claim.container in containers:
        return True
    view = seen.container(pod, claim.container)
    may_hold_another = view is not None and not view.complete
    return not (may_hold_another and seen.unowned(pod.node, claim.protocol, claim.port))


def _said_of(bind: Bound, heard: Sequence[Claim], bound: Sequence[Bound]) -> list[Claim]:
    """The claims that a socket confirms: of its container and address, if there are such, else of the Pod's."""
    said = [c for c in heard if (c.protocol, c.port) == (bind.protocol, bind.port)]
    holders = {other.container for other in bound if (other.protocol, other.port) == (bind.protocol, bind.port)}
    said = [c for c in said if c.container == bind.container or c.container not in holders]
    binds = {other.bind for other in bound if (other.protocol, other.port) == (bind.protocol, bind.port)}
    return [c for c in said if c.bind == bind.bind or c.bind not in binds]


def _confirmed(bind: Bound, said: Sequence[Claim], bound: Sequence[Bound]) -> Claim:
    declared = any(evidence.source == "declared" for claim in said for evidence in claim.evidence)
    everywhere = [b for b in bound if (b.protocol, b.port, b.container) == (bind.protocol, bind.port, bind.container)]
    remarks = [
        *(() if declared else (UNDECLARED,)),
        *((LOOPBACK_ONLY,) if all(b.loopback for b in everywhere) else ()),
        *bind.remarks,
        *(remark for claim in said for remark in claim.remarks),
    ]
    return Claim(
        bind.port,
        bind.protocol,
        bind.bind,
        bind.container,
        next((claim.name for claim in said if claim.name), None),
        "certain",
        (bind.evidence, *dict.fromkeys(evidence for claim in said for evidence in claim.evidence)),
        application=next((claim.application for claim in said if claim.application), ""),
        purpose=next((claim.purpose for claim in said if claim.purpose), ""),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _unheard(claim: Claim, pod: Pod, seen: Seen) -> Claim:
    """A claim that no socket of the Pod confirms: doubted as far as the sockets could be read, and no further."""
    if claim.forwarded or claim.protocol not in READ_PROTOCOLS or not seen.knows(pod.node):
        return claim
    running = [state.name for state in pod.container_states if state.state == "running"]
    concerned = [name for name in running if claim.container in (None, name)]
    if not concerned:
        return _with_remark(claim, NOT_RUNNING)
    left = seen.unowned(pod.node, claim.protocol, claim.port)
    if left and not all((view := seen.container(pod, name)) and view.complete for name in running):
        return _with_remark(claim, OWNER_UNKNOWN)
    if left and seen.kernels(claim):
        return _with_remark(claim, KERNELS)
    holders = seen.holders(pod.node, claim.protocol, claim.port)
    if holders:
        return _doubted(claim, *(f"{holder.namespace}/{holder.pod} listens on it" for holder in holders[:1]))
    if left:
        return msgspec.structs.replace(_with_remark(claim, NOT_OURS), confidence=CONFIDENCES[-1])
    return _doubted(claim)


def _doubted(claim: Claim, *remarks: str) -> Claim:
    declared = any(evidence.source == "declared" for evidence in claim.evidence)
    doubt = SILENT if declared else NOT_LISTENING
    return msgspec.structs.replace(_with_remark(claim, doubt, *remarks), confidence=CONFIDENCES[-1])


def _with_remark(claim: Claim, *remarks: str) -> Claim:
    return msgspec.structs.replace(claim, remarks=tuple(dict.fromkeys((*claim.remarks, *remarks))))
