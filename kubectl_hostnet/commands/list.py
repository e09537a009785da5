"""The verb `list`."""

from __future__ import annotations

from typing import Annotated

import typer

from kubectl_hostnet.analysis.hostpods import host_pod
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.commands.reading import field_selector, namespace_of, nothing_found, read_named
from kubectl_hostnet.commands.sockets import unread, with_sockets
from kubectl_hostnet.inventory.inventory import inventory_from
from kubectl_hostnet.options import Connection, EvidenceOptions, LiveOptions, Scope
from kubectl_hostnet.source.query import Query
from kubectl_hostnet.source.reading import open_source

EXAMPLES = (
    ("kubectl hostnet list -A", "all of the cluster"),
    ("kubectl hostnet list -n monitoring --node node-2 -o wide", "one namespace's Pods on one node, with all there is"),
    ("kubectl hostnet list influxdb -o json", "one Pod, with the evidence of each port"),
    ("kubectl hostnet list -A --include-host-ports --sort-by .node", "hostPorts too, node by node"),
    ("kubectl hostnet list --snapshot app.yaml --templates", "a manifest that is not applied yet"),
)
PodNames = Annotated[
    list[str], typer.Argument(metavar="[POD...]", help="Names of Pods; default: all.", show_default=False)
]
HostPorts = Annotated[
    bool,
    typer.Option("--include-host-ports", help="Also Pods that only use hostPort (forwarded by the CNI, not bound)."),
]


def run(
    connection: Connection,
    scope: Scope,
    evidence: EvidenceOptions,
    sockets: LiveOptions,
    pods: PodNames = [],  # noqa: B006 - typer copies it
    include_host_ports: HostPorts = False,
) -> Report:
    """Host-networked Pods with their nodes, node addresses and ports.

    PORTS are claims, EVIDENCE says where each comes from: declared, probe, service, argument, environment, annotation,
    configmap, or application (what well-known software listens on by default). A `?` marks a guess of low confidence.

    --live reads the sockets of the running containers, by exec (rights: get and create on pods/exec): what listens is
    certain then, undeclared listeners appear, and a claim that nobody listens on says so.
    """
    source = open_source(connection)
    namespace = namespace_of(source, scope)
    query = Query(
        pods="host-ports" if include_host_ports else "host-network",
        namespace=namespace,
        selector=scope.selector,
        field_selector=field_selector(scope),
        workloads=evidence.templates,
        config_maps=evidence.read_config,
    )
    facts, failure = read_named(source, query, pods)
    inventory = inventory_from(facts)
    catalog = load()
    templates = [t for t in inventory.templates if t.host_network or (include_host_ports and t.uses_host_ports)]
    chosen = [*inventory.pods, *(templates if not pods else ())]
    claims_of, reading = with_sockets(
        lambda pod: pod_claims(pod, inventory, catalog, read_config=evidence.read_config),
        source,
        chosen,
        sockets,
        inventory.node_by_name,
    )
    items = [host_pod(pod, inventory.node_by_name.get(pod.node), claims_of(pod)) for pod in chosen]
    return Report(
        kind="HostPodList",
        items=items,
        gaps=(*inventory.gaps, *unread(reading)),
        notes=tuple(
            f"pod {pod.title} is not host-networked" for pod in inventory.pods if pods and not pod.host_network
        ),
        across_namespaces=namespace is None,
        live=reading is not None,
        empty=nothing_found(namespace),
        failure=failure,
    )
