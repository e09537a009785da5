"""The waiting sockets of each node, from the tables that looks into its containers brought.

A container's first process may have left the node's network (`unshare -n`, `ip netns exec`). An exec follows it there
(runc joins the namespaces of that process), and the table that it reads is another network's. Inodes are unique on a
node: looks at one network have sockets in common, looks at different ones none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from kubectl_hostnet.source.sockets.dump import Dump
from kubectl_hostnet.source.sockets.reading import Target
from kubectl_hostnet.source.sockets.table import Socket


class Table(msgspec.Struct, frozen=True):
    """The waiting sockets of a node. `lasting` are those that at least half of the looks saw.

    Looks come one after the other. What few of them saw is a client's that waited for an answer (UDP), or gone.
    """

    sockets: tuple[Socket, ...]
    lasting: tuple[Socket, ...]


class Network(msgspec.Struct):
    """How often each socket was seen by looks from within one network namespace."""

    sockets: Counter[Socket]
    looks: int = 1


def node_tables(looks: Iterable[tuple[Target, Dump]]) -> dict[str, Table]:
    """The table of each node that was read as a whole by someone in the node's own network."""
    by_node: dict[str, list[tuple[Target, Dump]]] = {}
    for target, dump in looks:
        if whole(dump):
            by_node.setdefault(target.node, []).append((target, dump))
    found = {node: _own(_networks(d for _, d in seen), seen[0][0].kubelet_port) for node, seen in by_node.items()}
    return {node: _table(network) for node, network in found.items() if network}


def whole(dump: Dump) -> bool:
    """All waiting sockets of its network are in it."""
    return dump.complete and not dump.unread


def related(dump: Dump, table: Iterable[Socket]) -> bool:
    """A table of the same network."""
    return not {socket.inode for socket in table}.isdisjoint(socket.inode for socket in dump.sockets)


def _table(network: Network) -> Table:
    every = sorted(network.sockets)
    return Table(tuple(every), tuple(socket for socket in every if 2 * network.sockets[socket] >= network.looks))


def _networks(dumps: Iterable[Dump]) -> list[Network]:
    """Tables with a socket in common are one network's."""
    networks: list[Network] = []
    for dump in dumps:
        new = Network(Counter(set(dump.sockets)))
        same = [network for network in networks if not network.sockets.keys().isdisjoint(new.sockets)]
        for network in same:
            new.sockets.update(network.sockets)
            new.looks += network.looks
        networks = [*(network for network in networks if network not in same), new]
    return networks


def _own(networks: Sequence[Network], kubelet_port: int) -> Network | None:
    """The node's own network: where the kubelet listens, which has just passed the exec on; else what most looks saw."""
    if kubelet_port:
        networks = [n for n in networks if any((s.port, s.protocol) == (kubelet_port, "TCP") for s in n.sockets)]
    return max(networks, key=lambda network: (network.looks, len(network.sockets)), default=None)
