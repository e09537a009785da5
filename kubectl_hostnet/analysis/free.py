"""Which ports are free: one port on which nodes, or any port that all nodes have free."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from kubectl_hostnet.analysis.claims import Confidence, Evidence
from kubectl_hostnet.analysis.port_remarks import PortRemarks
from kubectl_hostnet.analysis.portlist import Holder, NodePort
from kubectl_hostnet.analysis.report import Item
from kubectl_hostnet.applications.schema import Application
from kubectl_hostnet.inventory.components import well_known
from kubectl_hostnet.source.sockets.table import READ_PROTOCOLS


class FreePort(Item, frozen=True, kw_only=True):
    """A port that nothing known holds on `node`, or on all of `nodes` nodes (`node` is null then).

    `confidence` is medium: a process that is no Pod cannot be seen through the API; high where all sockets were read.
    """

    node: str | None
    port: int
    protocol: str
    bind: str = ""
    holder: Holder | None = None
    confidence: Confidence = "medium"
    evidence: tuple[Evidence, ...] = ()
    free: bool = True
    nodes: int = 1
    remarks: tuple[str, ...] = ()


def free_on(
    held: Iterable[NodePort],
    nodes: Sequence[str],
    ports: Sequence[tuple[int, str]],
    remarks: PortRemarks,
    seen: Collection[str] = (),
) -> tuple[list[FreePort], list[NodePort]]:
    """On which of the nodes each (port, protocol) is free, and who holds it on the others.

    All sockets of the `seen` nodes are among those that `held` tells of.

    Every bind counts: a loopback listener keeps others from binding all addresses of the node (bind(2), EADDRINUSE).
    """
    places, wanted = set(nodes), set(ports)
    holding = [item for item in held if (item.port, item.protocol) in wanted and item.node in places]
    taken = {(item.node, item.port, item.protocol) for item in holding}
    free = [
        _free(port, protocol, remarks.of(port), node=node, seen=node in seen)
        for port, protocol in ports
        for node in nodes
        if (node, port, protocol) not in taken
    ]
    return free, holding


def proposals(
    held: Iterable[NodePort],
    nodes: Collection[str],
    choices: Sequence[int],
    protocol: str,
    remarks: PortRemarks,
    known: Mapping[int, str],
    *,
    seen: bool = False,
) -> list[FreePort]:
    """Ports that are free on all of the nodes: those that nothing speaks against first, then by number."""
    places = set(nodes)
    taken = {item.port for item in held if item.protocol == protocol and item.node in places}
    free = [
        _free(
            port,
            protocol,
            (*remarks.of(port), *((f"default port of {known[port]}",) if port in known else ())),
            nodes=len(places),
            seen=seen,
        )
        for port in choices
        if port not in taken
    ]
    return sorted(free, key=lambda item: (bool(item.remarks), item.port))


def _free(
    port: int, protocol: str, remarks: tuple[str, ...], *, node: str | None = None, nodes: int = 1, seen: bool = False
) -> FreePort:
    free = FreePort(node=node, port=port, protocol=protocol, nodes=nodes, remarks=remarks)
    if not seen or protocol not in READ_PROTOCOLS:
        return free
    silence = Evidence("socket", f"/proc/net/{protocol.lower()}", "nothing listens on it")
    return msgspec.structs.replace(free, confidence="high", evidence=(silence,))


def known_ports(catalog: Iterable[Application]) -> dict[int, str]:
    """Ports that well-known software takes by default, with its name: no good choice for something else."""
    applications = {known.port: application.title for application in catalog for known in application.ports}
    return {**applications, **{component.port: component.component for component in well_known()}}
