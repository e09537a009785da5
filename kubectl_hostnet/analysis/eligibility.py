"""Which nodes a Pod may run on, as far as node and Pod say it: the scheduler's filters before NodePorts.

Filters and their order are those of pkg/scheduler/apis/config/v1/default_plugins.go; meaning of selectors and
tolerations is that of component-helpers scheduling/corev1. Resources, volumes, topology spread and Pod (anti-)affinity
are not modelled: NOT_CONSIDERED names them for reports.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from kubectl_hostnet.inventory.node import Node, Taint
from kubectl_hostnet.inventory.placement import Requirement, Term, Toleration
from kubectl_hostnet.inventory.pod import Pod

ObstacleKind = Literal["unschedulable", "name", "taint", "affinity"]
NOT_CONSIDERED = ("CPU, memory and other resources", "volumes")
CORDONED = Taint("node.kubernetes.io/unschedulable", "", "NoSchedule")
HARD_EFFECTS = ("NoSchedule", "NoExecute")
INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
LONGEST = 64  # a label's value cannot be longer


class Obstacle(msgspec.Struct, frozen=True, gc=False):
    """Why a node is out of the question for a Pod. `detail` says which taint or label, for people."""

    kind: ObstacleKind
    detail: str


def obstacle(pod: Pod, node: Node) -> Obstacle | None:
    """The first of the scheduler's filters that refuses the node, or None when it is eligible."""
    if node.unschedulable and not tolerates(pod, CORDONED):
        return Obstacle("unschedulable", "the node is cordoned")
    if pod.node and pod.node != node.name:
        return Obstacle("name", f"spec.nodeName is {pod.node}")
    taint = untolerated(pod, node)
    if taint:
        return Obstacle("taint", f"untolerated taint {taint_text(taint)}")
    return _selection(pod, node)


def tolerates(pod: Pod, taint: Taint) -> bool:
    """Some toleration of the Pod covers the taint."""
    return any(_covers(toleration, taint) for toleration in pod.placement.tolerations)


def untolerated(pod: Pod, node: Node) -> Taint | None:
    """The node's first taint that keeps the Pod away; PreferNoSchedule never does."""
    return next((t for t in node.taints if t.effect in HARD_EFFECTS and not tolerates(pod, t)), None)


def taint_text(taint: Taint) -> str:
    """A taint as `kubectl taint` writes it: `key=value:effect`, `key:effect`."""
    return f"{taint.key}{'=' if taint.value else ''}{taint.value}:{taint.effect}"


def _covers(toleration: Toleration, taint: Taint) -> bool:
    """Follows Toleration.ToleratesTaint: an empty key or effect covers all, only Equal looks at the value."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    return toleration.operator == "Exists" or (toleration.operator == "Equal" and toleration.value == taint.value)


def _selection(pod: Pod, node: Node) -> Obstacle | None:
    """The NodeAffinity filter: nodeSelector and required node affinity must both hold."""
    missing = [f"{k}={v}" for k, v in pod.placement.node_selector if node.labels.get(k) != v]
    if missing:
        return Obstacle("affinity", f"node selector {','.join(missing)} does not match")
    terms = pod.placement.affinity
    if terms is not None and not any(_term_holds(term, node) for term in terms):
        return Obstacle("affinity", "required node affinity does not match")
    return None


def _term_holds(term: Term, node: Node) -> bool:
    """All of a term must hold; a term without any requirement matches nothing."""
    if not term.expressions and not term.fields:
        return False
    fields = {"metadata.name": node.name}
    return all(_holds(r, node.labels) for r in term.expressions) and all(_holds(r, fields) for r in term.fields)


def _holds(requirement: Requirement, values: dict[str, str]) -> bool:
    key, operator = requirement.key, requirement.operator
    if operator in ("In", "NotIn"):
        return (key in values and values[key] in requirement.values) is (operator == "In")
    if operator in ("Exists", "DoesNotExist"):
        return (key in values) is (operator == "Exists")
    return operator in ("Gt", "Lt") and key in values and _compares(requirement, values[key])


def _compares(requirement: Requirement, value: str) -> bool:
    """Gt and Lt compare 64-bit integers; a label or bound that is none never matches."""
    actual, bounds = _integer(value), [_integer(bound) for bound in requirement.values]
    if actual is None or len(bounds) != 1 or bounds[0] is None:
        return False
    return actual > bounds[0] if requirement.operator == "Gt" else actual < bounds[0]


def _integer(text: str) -> int | None:
    """A 64-bit integer as Go's strconv.ParseInt reads it, or None."""
    if not INTEGER.fullmatch(text) or len(text) > LONGEST:
        return None
    return number if -(2**63) <= (number := int(text)) < 2**63 else None
