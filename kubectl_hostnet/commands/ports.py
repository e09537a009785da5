"""The verb `ports`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated

import typer

from kubectl_hostnet.analysis.portlist import POD, NodePort
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.commands.free_ports import FreeQuestion, free_ports
from kubectl_hostnet.commands.node_reading import NodesAsked, read_nodes
from kubectl_hostnet.commands.port_arguments import port_number
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.options import AllNamespaces, Connection, LiveOptions, ReadConfig

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
    sockets: LiveOptions,
    connection: Connection,
    nodes: NodeNames = [],  # noqa: B006 - typer copies it
    read_config: ReadConfig = False,
) -> Report:
    """Ports of nodes: who holds them, and which are free.

    All namespaces are read, for Pods of all of them share their node's ports; -n shows one namespace's only. Holders
    are Pods, NodePort Services, and components that run outside of Pods (kubelet, sshd): these are assumed from their
    defaults. CONFIDENCE and EVIDENCE say how each port is known; with --live sockets say it.

    --free PORT tells on which nodes nothing known holds the port (exit code 1: on none); --free any --range 20000-20100
    --count 3 proposes ports that all the nodes have free (exit code 1: fewer than that).
    """
    question = FreeQuestion(wish.free, wish.within, wish.count)
    if not wish.free:
        return _held(which, nodes, read_config, sockets, connection)
    if which.port or which.undeclared or which.loopback:
        raise UsageError(
            "--free does not go together with --port, --undeclared or --loopback", "ask one thing at a time"
        )
    asked = NodesAsked(nodes, labels=which.selector, read_config=read_config)
    report = free_ports(question, read_nodes(connection, asked, sockets))
    shared = "-n does not restrict --free: all namespaces share the ports of a node"
    return replace(report, notes=(*report.notes, shared)) if which.namespace else report


def _held(which: Which, nodes: list[str], read_config: bool, sockets: LiveOptions, connection: Connection) -> Report:
    wanted = [port_number(text, "--port") for text in which.port]
    namespace = which.namespace if which.namespace and not which.all_namespaces else None
    asked = NodesAsked(nodes, namespace=namespace, pods=which.selector, read_config=read_config)
    read = read_nodes(connection, asked, sockets)
    return Report(
        kind="PortList",
        items=[item for item in read.held if _shown(item, which, wanted)],
        gaps=read.gaps,
        extra={"nodes": len(read.names)},
        empty=f"No ports found on {len(read.names)} node{'s' * (len(read.names) != 1)}.",
        failure=read.failure,
    )


def _shown(item: NodePort, which: Which, wanted: list[tuple[int, str]]) -> bool:
    return (
        (not wanted or (item.port, item.protocol) in wanted or (item.port, "") in wanted)
        and (not which.undeclared or (item.holder.kind == POD and not item.declared))
        and (not which.loopback or item.loopback)
        and (not which.selector or item.holder.kind == POD)
        and (not which.namespace or which.all_namespaces or item.holder.namespace == which.namespace)
    )
