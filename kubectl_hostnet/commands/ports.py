"""The verb `ports`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated

import typer

from kubectl_hostnet.analysis.free import free_on, known_ports, proposals
from kubectl_hostnet.analysis.nodeports import node_ports
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.analysis.port_remarks import PortRemarks
from kubectl_hostnet.analysis.portlist import POD, NodePort
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.commands.nodes import chosen_nodes, node_name
from kubectl_hostnet.commands.port_arguments import port_number, port_range, protocol_name
from kubectl_hostnet.errors import ForbiddenError, UsageError
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.options import AllNamespaces, Connection, ReadConfig
from kubectl_hostnet.source.facts import Facts, Gap
from kubectl_hostnet.source.query import Query, Source
from kubectl_hostnet.source.reading import open_source
from kubectl_hostnet.text import printable

NodeNames = Annotated[
    list[str], typer.Argument(metavar="[NODE...]", help="Names of nodes; default: all.", show_default=False)
]
Namespace = Annotated[
    str, typer.Option("--namespace", "-n", metavar="NAME", help="Only what this namespace holds; default: all.")
]
Selector = Annotated[
    str,
    typer.Option("--selector", "-l", metavar="SELECTOR", help="Label selector of the Pods; with --free, of the nodes."),
]
Ports = Annotated[
    list[str],
    typer.Option("--port", metavar="PORT[/PROTOCOL]", help="Only this port: who holds it, where (repeatable)."),
]
Undeclared = Annotated[bool, typer.Option("--undeclared", help="Only ports that Pods use but do not declare.")]
Loopback = Annotated[bool, typer.Option("--loopback", help="Only ports that are bound to the node's loopback.")]
Free = Annotated[
    list[str],
    typer.Option(
        "--free",
        metavar="PORT[/PROTOCOL]|any",
        help="On which nodes the port is free (repeatable); any: ports that are free on all of the nodes.",
    ),
]
Within = Annotated[
    str, typer.Option("--range", metavar="FIRST-LAST", help="With --free any: where to look; default: 20000-29999.")
]
Count = Annotated[
    int | None, typer.Option("--count", min=1, metavar="N", help="With --free any: how many ports; default: 1.")
]
ANY, SOMEWHERE = "any", "20000-29999"


@dataclass(frozen=True)
class Which:
    """Which of the held ports are shown."""

    namespace: Namespace = ""
    all_namespaces: AllNamespaces = False
    selector: Selector = ""
    port: Ports = field(default_factory=list)
    undeclared: Undeclared = False
    loopback: Loopback = False


@dataclass(frozen=True)
class Wish:
    """Which free ports are wanted."""

    free: Free = field(default_factory=list)
    within: Within = ""
    count: Count = None


def run(
    which: Which,
    wish: Wish,
    connection: Connection,
    nodes: NodeNames = [],  # noqa: B006 - typer copies it
    read_config: ReadConfig = False,
) -> Report:
    """Ports of nodes: who holds them, and which are free.

    All namespaces are read, for Pods of all of them share their node's ports; -n shows one namespace's only. Holders
    are Pods, NodePort Services, and components that run outside of Pods (kubelet, sshd): these are assumed from their
    defaults. CONFIDENCE and EVIDENCE say how each port is known.

    --free PORT tells on which nodes nothing known holds the port (exit code 1: on none); --free any --range 20000-20100
    --count 3 proposes ports that all the nodes have free (exit code 1: fewer than that). What listens outside of Pods
    and is not in the API cannot be seen.
    """
    if not wish.free:
        return _held(connection, which, wish, nodes, read_config)
    return _free(connection, which, wish, nodes, read_config)


def _held(connection: Connection, which: Which, wish: Wish, nodes: list[str], read_config: bool) -> Report:
    wanted = [port_number(text, "--port") for text in which.port]
    if wish.within or wish.count:
        raise UsageError("--range and --count need --free any", "kubectl hostnet ports --free any --range 20000-20100")
    namespace = which.namespace if which.namespace and not which.all_namespaces else None
    query = _query(nodes, read_config, namespace=namespace, selector=which.selector)
    inventory = inventory_from(_read(open_source(connection), query), consume=True)
    names, failure = chosen_nodes(inventory, nodes)
    items = _node_ports(inventory, read_config, components=namespace is None)
    places = set(names)
    shown = [item for item in items if item.node in places and _shown(item, which, wanted)]
    return Report(
        kind="PortList",
        items=shown,
        gaps=inventory.gaps,
        extra={"nodes": len(names)},
        empty=f"No ports found on {len(names)} node{'s' * (len(names) != 1)}.",
        failure=failure,
    )


def _shown(item: NodePort, which: Which, wanted: list[tuple[int, str]]) -> bool:
    return (
        (not wanted or (item.port, item.protocol) in wanted or (item.port, "") in wanted)
        and (not which.undeclared or (item.holder.kind == POD and not item.declared))
        and (not which.loopback or item.loopback)
        and (not which.selector or item.holder.kind == POD)
    )


def _free(connection: Connection, which: Which, wish: Wish, nodes: list[str], read_config: bool) -> Report:
    if which.port or which.undeclared or which.loopback:
        raise UsageError(
            "--free does not go together with --port, --undeclared or --loopback", "ask one thing at a time"
        )
    proposing = [text for text in wish.free if text.partition("/")[0].lower() == ANY]
    if proposing and len(wish.free) > 1:
        raise UsageError("--free any stands alone", "kubectl hostnet ports --free any --count 3")
    if not proposing and (wish.within or wish.count):
        raise UsageError("--range and --count need --free any", "kubectl hostnet ports --free any --range 20000-20100")
    choices = port_range(wish.within or SOMEWHERE, "--range")
    ports = [] if proposing else [port_number(text, "--free") for text in wish.free]
    protocol = protocol_name(wish.free[0].partition("/")[2], "--free") or "TCP" if proposing else ""
    inventory = inventory_from(_read(open_source(connection), _query(nodes, read_config)), consume=True)
    names, failure = chosen_nodes(inventory, nodes, which.selector)
    report = Report(
        kind="PortList",
        items=(),
        gaps=inventory.gaps,
        notes=("-n does not restrict --free: all namespaces share the ports of a node",) if which.namespace else (),
        extra={"nodes": len(names)},
        failure=failure,
    )
    held = _node_ports(inventory, read_config)
    if proposing:
        return _proposed(report, inventory, held, names, choices, protocol, wish)
    return _told(report, inventory, held, names, [(port, said or "TCP") for port, said in ports])


def _told(
    report: Report, inventory: Inventory, held: list[NodePort], names: list[str], ports: list[tuple[int, str]]
) -> Report:
    free, holding = free_on(held, names, ports, PortRemarks(inventory))
    lines = [_sentence(port, protocol, len(names), holding) for port, protocol in dict.fromkeys(ports)]
    somewhere = {(item.port, item.protocol) for item in free}
    return replace(
        report,
        items=free,
        summary=tuple(lines) if free else (),
        empty="; ".join(lines),
        found=any(port not in somewhere for port in ports),
        extra={**report.extra, "held": holding},
    )


def _sentence(port: int, protocol: str, nodes: int, holding: list[NodePort]) -> str:
    """How many nodes have a port free, and who holds it on the first of the others."""
    mine = [item for item in holding if (item.port, item.protocol) == (port, protocol)]
    places = list(dict.fromkeys(item.node for item in mine))
    first = [f"{_by(item)} on {item.node}" for item in mine[:3]] + ([f"{len(mine) - 3} more"] if len(mine) > 3 else [])
    held = f"; held by {', '.join(first)}" if mine else ""
    return printable(f"{port}/{protocol} is free on {nodes - len(places)} of {nodes} nodes{held}")


def _by(item: NodePort) -> str:
    return f"{item.holder.namespace}/{item.holder.name}" if item.holder.namespace else item.holder.name


def _proposed(
    report: Report,
    inventory: Inventory,
    held: list[NodePort],
    names: list[str],
    choices: range,
    protocol: str,
    wish: Wish,
) -> Report:
    count = wish.count or 1
    free = proposals(held, names, choices, protocol, PortRemarks(inventory), known_ports(load()))
    place = f"{protocol} ports from {choices.start} to {choices.stop - 1} are free on all {len(names)} nodes"
    return replace(
        report,
        items=free[:count],
        found=len(free) < count,
        notes=(*report.notes, f"only {len(free)} {place}") if 0 < len(free) < count else report.notes,
        empty=f"No {place}.",
    )


def _query(nodes: list[str], read_config: bool, namespace: str | None = None, selector: str = "") -> Query:
    """One node's Pods can be selected by the server; of several, all Pods are read."""
    here = f"spec.nodeName={node_name(nodes[0])}" if len(nodes) == 1 else ""
    return Query(
        pods="host-ports",
        namespace=namespace,
        selector=selector,
        field_selector=here,
        active=True,
        config_maps=read_config,
    )


def _read(source: Source, query: Query) -> Facts:
    """Read it; who may not list Pods of all namespaces gets those of his own, and a gap."""
    try:
        return source.read(query)
    except ForbiddenError as error:
        if query.namespace is not None:
            raise
        namespace = source.default_namespace
        facts = source.read(replace(query, namespace=namespace))
        effect = f"ports that Pods of other namespaces than {namespace} hold are missing"
        facts.gaps.insert(0, Gap("pods", error.message, effect))
        return facts


def _node_ports(inventory: Inventory, read_config: bool, *, components: bool = True) -> list[NodePort]:
    catalog = load()
    return node_ports(
        inventory, lambda pod: pod_claims(pod, inventory, catalog, read_config=read_config), components=components
    )
