"""The ports of nodes after their sockets were read: components that are seen or refuted, and who nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from kubectl_hostnet.analysis.binding import binds_meet
from kubectl_hostnet.analysis.live import KERNELS, OWNER_UNKNOWN
from kubectl_hostnet.analysis.port_remarks import PortRemarks
from kubectl_hostnet.analysis.portlist import COMPONENT, PROCESS, SERVICE, Holder, NodePort
from kubectl_hostnet.analysis.sockets import Bound, bound_to
from kubectl_hostnet.source.sockets.reading import Reading

OF_THE_NODE, UNKNOWN = "<process of the node>", "<unknown>"


def seen_on_nodes(items: Sequence[NodePort], reading: Reading, remarks: PortRemarks) -> list[NodePort]:
    """The ports with what sockets tell of those that no container holds; nodes that were not read stay as they are.

    A component's assumed port that nobody listens on is left out. A socket that nobody is known for gets a holder of
    kind Process: when every container of the node was read, it is a process of the node itself, or the kernel.
    """
    nodes = dict.fromkeys(item.node for item in items)
    by_node: dict[str, list[NodePort]] = {node: [] for node in (*nodes, *sorted(reading.tables.keys() - nodes.keys()))}
    for item in items:
        by_node[item.node].append(item)
    unread = {c.target.node for c in reading.containers.values() if not c.complete}
    for node in reading.tables:
        name = UNKNOWN if node in unread else OF_THE_NODE
        by_node[node] = sorted(_seen(node, by_node[node], reading, name, remarks), key=lambda item: item.order)
    return [item for held in by_node.values() for item in held]


def _seen(node: str, items: Iterable[NodePort], reading: Reading, name: str, remarks: PortRemarks) -> list[NodePort]:
    left = bound_to(reading.unowned[node])
    heard = {(bind.protocol, bind.port) for bind in left}
    table = {(socket.protocol, socket.port) for socket in reading.tables[node]}
    kept: list[NodePort] = []
    known: dict[tuple[str, int], list[NodePort]] = {}
    for item in items:
        key = (item.protocol, item.port)
        if item.holder.kind != COMPONENT:
            kept.append(item)
        elif key in heard:
            kept += [_confirmed(item, bind) for bind in left if (bind.protocol, bind.port) == key]
        elif key not in table and not item.assumed:
            kept.append(item)
        if _may_hold_what_is_left(item):
            known.setdefault(key, []).append(item)
    strangers = [b for b in left if not any(binds_meet(i.bind, b.bind) for i in known.get((b.protocol, b.port), ()))]
    return kept + [_stranger(node, bind, name, remarks) for bind in strangers]


def _may_hold_what_is_left(item: NodePort) -> bool:
    """A socket that no container was seen to hold is perhaps this holder's: one that was seen itself has its own."""
    if item.holder.kind == COMPONENT:
        return True
    if item.holder.kind == SERVICE:  # kube-proxy's for health checks; nobody has a socket for what is forwarded
        return not item.forwarded
    return not {KERNELS, OWNER_UNKNOWN}.isdisjoint(item.remarks)


def _confirmed(item: NodePort, bind: Bound) -> NodePort:
    return msgspec.structs.replace(
        item,
        bind=bind.bind,
        loopback=bind.loopback,
        confidence="certain",
        evidence=(bind.evidence, *item.evidence),
        assumed=False,
    )


def _stranger(node: str, bind: Bound, name: str, remarks: PortRemarks) -> NodePort:
    return NodePort(
        node,
        bind.port,
        bind.protocol,
        bind.bind,
        Holder(PROCESS, None, name),
        "certain",
        (bind.evidence,),
        loopback=bind.loopback,
        remarks=(*bind.remarks, *remarks.of(bind.port)),
    )
