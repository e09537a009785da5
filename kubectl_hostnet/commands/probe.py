"""The verb `probe`."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Annotated

import msgspec
import typer

from kubectl_hostnet.analysis.asking import Wishes
from kubectl_hostnet.analysis.endpoints import Choice, Endpoint, endpoints_of
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.analysis.probing import probe_report
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.applications.catalog import Catalog, load
from kubectl_hostnet.commands.probe_options import Pace, What, Where
from kubectl_hostnet.commands.probing import conclusions, observe, proxies
from kubectl_hostnet.commands.reading import nothing_found
from kubectl_hostnet.commands.sockets import ClaimsOf, unread, with_sockets
from kubectl_hostnet.commands.targets import Selected, Selection, select
from kubectl_hostnet.commands.vantages import Ground, Places, Vantages
from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.options import Connection, LiveOptions, Output, ReadConfig, Scope
from kubectl_hostnet.probe.limits import Limits
from kubectl_hostnet.render.progress import Progress
from kubectl_hostnet.source.query import Source
from kubectl_hostnet.source.reading import open_source

EXAMPLES = (
    ("kubectl hostnet probe influxdb", "a Pod, on the ports that are known of it, at its node's addresses"),
    ("kubectl hostnet probe influxdb --every-node", "does it answer on its own node only?"),
    ("kubectl hostnet probe web --port 8443 --scheme https --path /healthz --expect-status 2xx", "what to ask"),
    ("kubectl hostnet probe ds/node-exporter -n monitoring --from apiserver", "all Pods of a workload, from elsewhere"),
    ("kubectl hostnet probe deploy/web --wait --timeout 2m", "until it can be reached"),
)
Targets = Annotated[
    list[str],
    typer.Argument(
        metavar="[TARGET...]",
        help="Pods, or KIND/NAME: deployment, daemonset, statefulset, service ...",
        show_default=False,
    ),
]
All = Annotated[bool, typer.Option("--all", help="All host-networked Pods of the namespace.")]


def run(
    connection: Connection,
    scope: Scope,
    where: Where,
    what: What,
    pace: Pace,
    places: Places,
    sockets: LiveOptions,
    form: Output,
    targets: Targets = [],  # noqa: B006 - typer copies it
    everything: All = False,
    read_config: ReadConfig = False,
) -> Report | int:
    """Connect to host-networked Pods at their nodes' addresses, and say what answers, or most likely why nothing does.

    Each endpoint is a node address times a port that the Pod is known to use. What is asked comes from the options, else
    from what is known of the application (InfluxDB: HEAD /ping), else from the Pod's own readiness or liveness probe,
    else it is a TCP connection. Connections go straight to the node: no Service and no kube-proxy is involved. Redirects
    are not followed, and no credentials are sent. Where a verdict depends on it, a port that nobody holds (1, 49151) and
    the kubelet's (10250) are tried too, to recognise a proxy that accepts everything, and a node that is silent altogether.

    Exit code 1: an endpoint of a Pod's own is not reachable, or not healthy. Not so: other nodes (--every-node), ports
    bound to 127.0.0.1, ports that are only guessed, UDP silence, and a family for which this machine has no route.

    --live reads the sockets of the Pods first, by exec: then it is certain which ports there are, and where they are bound.
    """
    plan = Plan(
        where.choice(),
        what.wishes(),
        pace.limits(),
        load(),
        places,
        sockets,
        read_config=read_config,
        use_proxy=pace.use_proxy,
    )
    source = open_source(connection)
    if pace.watch or pace.wait:
        from kubectl_hostnet.commands.watching import repeat  # only for those who repeat

        return repeat(lambda left: probe(source, scope, targets, plan.within(left), everything=everything), pace, form)
    return probe(source, scope, targets, plan, everything=everything)


@dataclass(frozen=True)
class Plan:
    """What does not change from one repetition to the next."""

    choice: Choice
    wishes: Wishes
    limits: Limits
    catalog: Catalog
    places: Places
    sockets: LiveOptions
    read_config: bool = False
    use_proxy: bool = False

    def within(self, seconds: float) -> Plan:
        """The same, in no more than so many seconds."""
        timeout = min(self.limits.timeout, max(seconds, 0.1))
        return replace(self, limits=msgspec.structs.replace(self.limits, timeout=timeout))


def probe(source: Source, scope: Scope, targets: list[str], plan: Plan, *, everything: bool = False) -> Report:
    """Read the cluster, probe once, and conclude."""
    selection = select(source, scope, targets, everything=everything, config_maps=plan.read_config)
    pods = [selected.pod for selected in selection.pods]
    claims_of, reading = with_sockets(
        lambda pod: pod_claims(pod, selection.inventory, plan.catalog, read_config=plan.read_config),
        source,
        pods,
        plan.sockets,
        selection.inventory.node_by_name,
    )
    endpoints, troubles = _endpoints(selection, plan, claims_of)
    limits = plan.limits
    if plan.use_proxy:
        limits = msgspec.structs.replace(limits, proxies=proxies(endpoint.target for endpoint in endpoints))
    count = len({endpoint.target for endpoint in endpoints})
    namespace = scope.namespace or source.default_namespace
    ground = Ground(source, namespace, pods, selection.inventory.nodes, limits, count)
    with Vantages(plan.places, ground) as vantages, Progress(count * len(vantages), clock=time.monotonic) as progress:
        found = observe(endpoints, vantages, limits, progress.seen)
    report = probe_report(
        found.results,
        conclusions(source, selection.inventory, found, plan.catalog),
        (*selection.inventory.gaps, *unread(reading)),
        [f"{trouble.message}: not probed" for trouble in troubles] if not selection.named else [],
        across=scope.all_namespaces,
        empty=nothing_found(None if scope.all_namespaces else namespace),
    )
    trouble = selection.failure or (troubles[0] if troubles and selection.named else None)
    return replace(report, failure=report.failure or trouble)


def _endpoints(selection: Selection, plan: Plan, claims_of: ClaimsOf) -> tuple[list[Endpoint], list[HostnetError]]:
    """The endpoints of all Pods, and why others have none. Raises when a Pod that was named alone has none."""
    endpoints: list[Endpoint] = []
    troubles: list[HostnetError] = []
    for selected in selection.pods:
        try:
            endpoints += _of_pod(selected, selection, plan, claims_of)
        except HostnetError as error:
            troubles.append(error)
    if troubles and selection.named and not endpoints:
        raise troubles[0]
    return endpoints, troubles


def _of_pod(selected: Selected, selection: Selection, plan: Plan, claims_of: ClaimsOf) -> list[Endpoint]:
    pod, inventory, choice = selected.pod, selection.inventory, plan.choice
    if selected.ports and not choice.ports:
        choice = replace(choice, ports=selected.ports)
    return endpoints_of(
        pod,
        inventory.node_by_name,
        tuple(claims_of(pod)),
        plan.catalog,
        choice=choice,
        wishes=plan.wishes,
    )
