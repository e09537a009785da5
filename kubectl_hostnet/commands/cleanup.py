"""The verb `cleanup`."""

from __future__ import annotations

from typing import Annotated

import typer

from kubectl_hostnet.analysis.report import Item, Report
from kubectl_hostnet.errors import HostnetError, UsageError
from kubectl_hostnet.options import AllNamespaces, Connection, Namespace
from kubectl_hostnet.source.facts import Gap

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list what would be removed.")]


class Leftover(Item, frozen=True):
    """A Job that a probe from a node made."""

    namespace: str
    name: str
    removed: bool


def run(
    connection: Connection, namespace: Namespace = "", all_namespaces: AllNamespaces = False, dry_run: DryRun = False
) -> Report:
    """Removes what killed probes from nodes (--from node/NAME) left behind.

    Probes clean up after themselves, and a deadline ends what a killed probe left; this does it at once. Only Jobs with
    the label app.kubernetes.io/managed-by=kubectl-hostnet are touched, and their Pods go with them.
    """
    if connection.snapshot:
        raise UsageError("cleanup works on a live cluster, not on a snapshot", "leave out --snapshot")
    from kubectl_hostnet.source.live import Cluster
    from kubectl_hostnet.vantage.node import delete_job, leftovers

    cluster = Cluster(connection)
    where = None if all_namespaces else namespace or cluster.default_namespace
    items: list[Leftover] = []
    gaps: list[Gap] = []
    for space, name in leftovers(cluster, where):
        removed = False
        if not dry_run:
            try:
                delete_job(cluster, space, name)
                removed = True
            except HostnetError as error:
                gaps.append(Gap(f"job {space}/{name}", error.message, "it is still there"))
        items.append(Leftover(space, name, removed))
    return Report(kind="LeftoverList", items=items, gaps=tuple(gaps), empty="Nothing left behind")
