"""What a Pod asks of the node that it is to run on, as the scheduler reads it."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.inventory.node import labels_from
from kubectl_hostnet.source import objects


class Toleration(msgspec.Struct, frozen=True, gc=False):
    """A toleration; an empty key with operator Exists tolerates everything, an empty effect every effect."""

    key: str
    operator: str
    value: str
    effect: str


class Requirement(msgspec.Struct, frozen=True, gc=False):
    """One expression of a node selector: operators In, NotIn, Exists, DoesNotExist, Gt, Lt."""

    key: str
    operator: str
    values: tuple[str, ...]


class Term(msgspec.Struct, frozen=True, gc=False):
    """One alternative of required node affinity: all expressions (labels) and all fields (metadata.name) must hold."""

    expressions: tuple[Requirement, ...]
    fields: tuple[Requirement, ...]


class Placement(msgspec.Struct, frozen=True, gc=False):
    """Everything in a Pod's spec that restricts its nodes.

    `affinity` is None without required node affinity; an empty tuple of terms matches no node.
    `not_modelled` names what this program does not compute: pod affinity, topology spread, scheduling gates.
    """

    node_selector: tuple[tuple[str, str], ...] = ()
    affinity: tuple[Term, ...] | None = None
    tolerations: tuple[Toleration, ...] = ()
    scheduler_name: str = "default-scheduler"
    priority: int = 0
    preemption_policy: str = "PreemptLowerPriority"
    not_modelled: tuple[str, ...] = ()


def placement_from(spec: objects.PodSpec) -> Placement:
    """Read the scheduling part of a Pod's spec."""
    return Placement(
        node_selector=tuple(sorted(labels_from(spec.node_selector).items())) if spec.node_selector else (),
        affinity=_terms(spec.affinity),
        tolerations=_tolerations(spec.tolerations or []),
        scheduler_name=spec.scheduler_name or "default-scheduler",
        priority=spec.priority or 0,
        preemption_policy=spec.preemption_policy or "PreemptLowerPriority",
        not_modelled=tuple(_not_modelled(spec)),
    )


# The tolerations last read, by their number: nearly all Pods of a cluster have one of a few lists.
_LAST: dict[int, tuple[list[objects.Toleration], tuple[Toleration, ...]]] = {}


def _tolerations(sources: list[objects.Toleration]) -> tuple[Toleration, ...]:
    last = _LAST.get(len(sources))
    if last is not None and last[0] == sources:
        return last[1]
    made = tuple(Toleration(t.key or "", t.operator or "Equal", t.value or "", t.effect or "") for t in sources)
    _LAST[len(sources)] = (sources, made)
    return made


def _terms(affinity: objects.Affinity | None) -> tuple[Term, ...] | None:
    required = affinity.node_affinity.required if affinity and affinity.node_affinity else None
    if required is None:
        return None
    return tuple(
        [
            Term(_requirements(term.match_expressions), _requirements(term.match_fields))
            for term in required.node_selector_terms or ()
        ]
    )


def _requirements(sources: list[objects.NodeSelectorRequirement] | None) -> tuple[Requirement, ...]:
    return tuple([Requirement(r.key, r.operator, tuple(r.values or ())) for r in sources]) if sources else ()


def _not_modelled(spec: objects.PodSpec) -> list[str]:
    affinity = spec.affinity
    present = (
        ("pod affinity", affinity and affinity.pod_affinity and affinity.pod_affinity.required),
        ("pod anti-affinity", affinity and affinity.pod_anti_affinity and affinity.pod_anti_affinity.required),
        ("topology spread constraints", spec.topology_spread_constraints),
        ("scheduling gates", spec.scheduling_gates),
    )
    return [name for name, value in present if value]
