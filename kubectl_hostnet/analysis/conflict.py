"""The items of `conflicts`: what collides on a node, who is in it, what happens because of it, and what to do."""

from __future__ import annotations

from typing import Literal

from kubectl_hostnet.analysis.claims import Claim, Confidence, Evidence
from kubectl_hostnet.analysis.report import Item
from kubectl_hostnet.inventory.components import NodeComponent
from kubectl_hostnet.inventory.pod import Pod

Role = Literal["holds", "wants"]
Severity = Literal["conflict", "risk"]
# What each kind means is told by `explain conflicts`; kinds are only ever added.
Kind = Literal[
    "pending", "rejected", "declared", "bind", "container", "component", "forwarded", "node-port",
    "node-port-range", "ephemeral-range", "replicas", "rollout", "drain", "manifest", "refused", "pod-security",
]  # fmt: skip


class ConflictHolder(Item, frozen=True, kw_only=True):
    """One side of a conflict: who `holds` the port, or `wants` it and cannot have it.

    `kind` is Pod, Component (of the node), Service, Process (not known), or a workload's kind. `state` is the Pod's
    STATUS word, or Nominated for one that preemption makes room for.
    """

    kind: str
    namespace: str | None
    name: str
    container: str | None = None
    role: Role
    bind: str = ""
    state: str = ""
    confidence: Confidence = "high"
    evidence: tuple[Evidence, ...] = ()

    @property
    def title(self) -> str:
        """`namespace/name`, `namespace/Kind/name` for a workload, or the name of what has no namespace."""
        kind = "" if self.kind in ("Pod", "Component", "Service", "Process") else f"{self.kind}/"
        return f"{self.namespace}/{kind}{self.name}" if self.namespace else f"{kind}{self.name}"


class Conflict(Item, frozen=True, kw_only=True):
    """One conflict on a node; `node` is null where it is about more than one, `port` where it is about no single one.

    `severity` is conflict, or risk for what need not happen. `effect` says what happens, `remedy` what to do.
    """

    node: str | None
    port: int | None
    protocol: str | None
    kind: Kind
    severity: Severity = "conflict"
    holders: tuple[ConflictHolder, ...]
    effect: str
    remedy: str

    @property
    def order(self) -> tuple[bool, str, str, int, str, str, tuple[str, ...]]:
        """Conflicts before risks, node by node, port by port."""
        titles = tuple(holder.title for holder in self.holders)
        return (
            self.severity != "conflict",
            self.node or "",
            self.kind,
            self.port or 0,
            self.protocol or "",
            self.effect,
            titles,
        )


def pod_holder(pod: Pod, claim: Claim, role: Role) -> ConflictHolder:
    """A Pod, or a workload's template, with what says that it uses the port."""
    return ConflictHolder(
        kind=pod.workload.kind if pod.template and pod.workload else "Pod",
        namespace=pod.namespace,
        name=pod.workload.name if pod.template and pod.workload else pod.name,
        container=claim.container,
        role=role,
        bind=claim.bind,
        state=pod.status if pod.phase else "",
        confidence=claim.confidence,
        evidence=claim.evidence,
    )


def component_holder(component: NodeComponent) -> ConflictHolder:
    """A component of the node, known by its default port only."""
    detail = f"{component.component} {component.purpose} listens on {component.port} by default ({component.source})"
    return ConflictHolder(
        kind="Component",
        namespace=None,
        name=component.component,
        role="holds",
        bind=component.bind,
        confidence="high" if component.presence == "always" else "low",
        evidence=(Evidence("application", "", detail),),
    )


def port_text(port: int, protocol: str) -> str:
    """A port in a sentence."""
    return f"{port}/{protocol}"
