"""The verb `conflicts`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from kubectl_hostnet.analysis.conflict import Conflict
from kubectl_hostnet.analysis.conflict_words import remedies
from kubectl_hostnet.analysis.conflicts import Ground, cluster_conflicts, ground
from kubectl_hostnet.analysis.fit import Fit
from kubectl_hostnet.analysis.fit_words import fit_lines
from kubectl_hostnet.analysis.inquiry import inquire
from kubectl_hostnet.analysis.manifests import judged
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.analysis.port_uses import ClaimsOf
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.commands.conflict_reading import read_cluster, read_manifests, subjects_in, subjects_named
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.options import AllNamespaces, Connection, ReadConfig
from kubectl_hostnet.source.query import Source
from kubectl_hostnet.source.reading import open_source

Names = Annotated[
    list[str],
    typer.Argument(
        metavar="[POD|KIND/NAME...]",
        help="Pods (POD) or workloads (deployment/NAME) to explain; default: the whole cluster.",
        show_default=False,
    ),
]
Files = Annotated[
    list[str],
    typer.Option(
        "--filename",
        "-f",
        metavar="FILE|DIR|-",
        help="Manifests: will their Pods and workloads fit into the cluster? (repeatable)",
    ),
]
Namespace = Annotated[
    str,
    typer.Option(
        "--namespace",
        "-n",
        metavar="NAME",
        help="Only conflicts that Pods of this namespace are in; of names and -f: theirs.",
    ),
]
Node = Annotated[str, typer.Option("--node", metavar="NODE", help="Only conflicts on this node.")]


def run(
    connection: Connection,
    names: Names = [],  # noqa: B006 - typer copies it
    filename: Files = [],  # noqa: B006
    namespace: Namespace = "",
    all_namespaces: AllNamespaces = False,
    node: Node = "",
    read_config: ReadConfig = False,
) -> Report:
    """What collides on nodes, who blocks a Pod, whether a manifest fits, and whether a rollout will get stuck.

    Without arguments: everything in the cluster that collides now, in all namespaces. With a Pod's or a workload's name:
    node by node, who blocks it, or what else does. With -f: where the Pods of manifests will fit.

    Declared ports are compared as the scheduler does it; ports that are not declared, as the kernel does.
    Exit code 1: something collides or will not fit. Risks (SEVERITY) alone leave it 0.
    """
    if names and (filename or all_namespaces):
        raise UsageError("names go neither with -f nor with -A", "ask one thing at a time")
    if "-" in filename and connection.snapshot == "-":
        raise UsageError("-f - and --snapshot - both are standard input", "write one of them to a file")
    source = open_source(connection)
    inventory = read_cluster(source, namespaces=bool(filename), read_config=read_config)
    known = ground(inventory, _claims(inventory, read_config))
    where = namespace or source.default_namespace
    if filename:
        return _manifest(read_manifests(filename, where), known, read_config)
    if names:
        return _explained(names, source, known, where)
    kept = None if all_namespaces else namespace
    return _report([c for c in cluster_conflicts(known) if _shown(c, kept or "", node)], inventory, fits=None, lines=())


def _manifest(manifest: Inventory, known: Ground, read_config: bool) -> Report:
    fits, items = judged(subjects_in(manifest), manifest, _claims(manifest, read_config), known)
    lines = [line for answer in fits for line in fit_lines(answer)]
    return _report(items, known.inventory, fits=fits, lines=lines, also=manifest)


def _explained(names: list[str], source: Source, known: Ground, namespace: str) -> Report:
    subjects = subjects_named(names, source, known.inventory, namespace)
    answers = [inquire(subject, known) for subject in subjects]
    items = {id(item): item for answer in answers for item in answer.items}
    lines = [line for answer in answers for line in answer.lines]
    fits = [answer.fit for answer in answers if answer.fit]
    return _report(list(items.values()), known.inventory, fits=fits, lines=lines)


def _report(
    items: list[Conflict],
    inventory: Inventory,
    *,
    fits: list[Fit] | None,
    lines: Iterable[str],
    also: Inventory | None = None,
) -> Report:
    return Report(
        kind="ConflictReport",
        items=items,
        gaps=(*inventory.gaps, *(also.gaps if also else ())),
        summary=(*lines, *remedies(items)),
        found=any(item.severity == "conflict" for item in items),
        extra={} if fits is None else {"fits": fits},
        empty="No conflicts found",
    )


def _claims(inventory: Inventory, read_config: bool) -> ClaimsOf:
    catalog = load()
    return lambda pod: pod_claims(pod, inventory, catalog, read_config=read_config)


def _shown(conflict: Conflict, namespace: str, node: str) -> bool:
    inside = not namespace or any(holder.namespace == namespace for holder in conflict.holders)
    return inside and (not node or conflict.node == node)
