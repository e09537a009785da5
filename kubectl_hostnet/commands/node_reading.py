"""What `ports` reads: the nodes that are meant, and every port of them that is held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.nodeports import node_ports
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.analysis.port_remarks import PortRemarks
from kubectl_hostnet.analysis.portlist import NodePort
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.commands.nodes import chosen_nodes, node_name
from kubectl_hostnet.commands.sockets import unread, with_sockets
from kubectl_hostnet.errors import ForbiddenError, HostnetError
from kubectl_hostnet.inventory.inventory import inventory_from
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.options import Connection, LiveOptions
from kubectl_hostnet.source.facts import Facts, Gap
from kubectl_hostnet.source.query import Query, Source
from kubectl_hostnet.source.reading import open_source


@dataclass(frozen=True)
class NodesAsked:
    """Which nodes are meant, by name or by label, and what of them is read."""

    names: list[str]
    labels: str = ""
    namespace: str | None = None
    pods: str = ""
    read_config: bool = False


@dataclass(frozen=True)
class NodesRead:
    """The nodes that were found, the held ports of all of them, and what could not be read.

    `seen` are the nodes all of whose sockets were read.
    """

    names: list[str]
    held: list[NodePort]
    remarks: PortRemarks
    seen: frozenset[str] = frozenset()
    gaps: tuple[Gap, ...] = ()
    failure: HostnetError | None = None


def read_nodes(connection: Connection, asked: NodesAsked, sockets: LiveOptions) -> NodesRead:
    """Read the nodes' Pods and Services, and with --live the Pods' sockets. Raises HostnetError."""
    source = open_source(connection)
    inventory = inventory_from(_read(source, _query(asked)), consume=True)
    names, failure = chosen_nodes(inventory, asked.names, asked.labels)
    places, catalog = set(names), load()

    def said(pod: Pod) -> Iterable[Claim]:
        return pod_claims(pod, inventory, catalog, read_config=asked.read_config)

    here = (pod for pod in inventory.pods if pod.node in places)
    claims_of, reading = with_sockets(said, source, here, sockets, inventory.node_by_name)
    remarks = PortRemarks(inventory)
    held = node_ports(inventory, claims_of, remarks, components=asked.namespace is None and not asked.pods)
    if reading is not None and asked.namespace is None and not asked.pods:  # else others' sockets would be strangers
        from kubectl_hostnet.analysis.live_nodes import seen_on_nodes  # for --live only

        held = seen_on_nodes(held, reading, remarks)
    mine = [item for item in held if item.node in places]
    seen = frozenset(reading.tables if reading else ())
    return NodesRead(names, mine, remarks, seen, (*inventory.gaps, *unread(reading)), failure)


def _query(asked: NodesAsked) -> Query:
    """One node's Pods can be selected by the server; of several, all Pods are read."""
    return Query(
        pods="host-ports",
        namespace=asked.namespace,
        selector=asked.pods,
        field_selector=f"spec.nodeName={node_name(asked.names[0])}" if len(asked.names) == 1 else "",
        active=True,
        config_maps=asked.read_config,
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
