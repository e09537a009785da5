"""The questions about one Pod or one workload: who blocks it, and will its next rollout get stuck."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kubectl_hostnet.analysis.conflict import Conflict
from kubectl_hostnet.analysis.conflicts import Ground, cluster_conflicts
from kubectl_hostnet.analysis.fit import Fit, fit, look
from kubectl_hostnet.analysis.fit_words import fit_lines, pod_lines
from kubectl_hostnet.analysis.rollout import rollout_conflicts
from kubectl_hostnet.analysis.subject import Subject
from kubectl_hostnet.analysis.survey import nodes_of
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.inventory.workload import Workload
from kubectl_hostnet.text import printable


class Inquiry(msgspec.Struct, frozen=True):
    """The conflicts that a subject is in, the answer node by node where it has no place yet, and both in sentences."""

    items: tuple[Conflict, ...]
    lines: tuple[str, ...]
    fit: Fit | None = None


def inquire(subject: Subject, known: Ground) -> Inquiry:
    """All that is known of one subject's conflicts."""
    everything = cluster_conflicts(known)
    found = look(subject, known.inventory, known.held)
    answer = fit(subject, found, known.held)
    if subject.workload is None:
        mine = [c for c in everything if _in(c, subject.pod)]
        lines = tuple(pod_lines(subject.pod, answer, collides=bool(mine)))
        placed = subject.pod.node or subject.pod.terminal
        return Inquiry(tuple(mine), lines, None if placed else answer)
    pods = [pod for pod in known.inventory.pods if subject.owns(pod)]
    keys = {pod.key for pod in pods}
    mine = [
        c
        for c in everything
        if _names(c, subject) or any((h.namespace, h.name) in keys and h.kind == "Pod" for h in c.holders)
    ]
    mine += _drains(subject.workload, known)
    return Inquiry(tuple(mine), tuple(_workload_lines(answer, pods)), answer)


def _drains(workload: Workload, known: Ground) -> list[Conflict]:
    nodes = nodes_of(known.inventory)
    return [c for c in rollout_conflicts(workload, nodes, known.held) if c.severity == "risk"]


def _workload_lines(answer: Fit, pods: list[Pod]) -> Iterator[str]:
    yield from fit_lines(answer)
    for pod in pods:
        if not pod.node and not pod.terminal and pod.scheduler_message:
            yield printable(f"  {pod.title} is Pending, the scheduler says: {pod.scheduler_message}")


def _in(conflict: Conflict, pod: Pod) -> bool:
    return any(h.kind == "Pod" and (h.namespace, h.name) == pod.key for h in conflict.holders)


def _names(conflict: Conflict, subject: Subject) -> bool:
    mine = (subject.kind, subject.namespace, subject.name)
    return any((h.kind, h.namespace, h.name) == mine for h in conflict.holders)
