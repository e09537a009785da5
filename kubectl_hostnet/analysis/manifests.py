"""Will a manifest fit: its Pods and workloads against the cluster, and against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import msgspec

from kubectl_hostnet.analysis.admission import admission_conflicts
from kubectl_hostnet.analysis.binding import binds_meet
from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.conflict import (
    Conflict,
    ConflictHolder,
    Severity,
    component_holder,
    pod_holder,
    port_text,
)
from kubectl_hostnet.analysis.conflicts import Ground
from kubectl_hostnet.analysis.fit import Fit, fit, look, misfits, wanting
from kubectl_hostnet.analysis.port_uses import ClaimsOf, PortUse, lasting_claims
from kubectl_hostnet.analysis.ranges import in_ranges, with_services
from kubectl_hostnet.analysis.remedies import FIND_FREE
from kubectl_hostnet.analysis.rollout import rollout_conflicts
from kubectl_hostnet.analysis.scheduler import clash
from kubectl_hostnet.analysis.subject import Subject, workload_subject
from kubectl_hostnet.analysis.survey import Survey, nodes_of
from kubectl_hostnet.analysis.unseen import Hidden, blind, claims_meet, spoilt_nodes, unseen
from kubectl_hostnet.inventory.components import well_known
from kubectl_hostnet.inventory.inventory import Inventory

MAY: Severity = "risk"
WILL: Severity = "conflict"
PAIR = 2
HOPELESS = ("refused", "pod-security", "container")


class Planned(msgspec.Struct, frozen=True):
    """A subject of a manifest with its claims, the nodes for it, and the answer."""

    subject: Subject
    claims: tuple[Claim, ...]
    found: Survey
    answer: Fit
    hidden: tuple[Hidden, ...] = ()

    @property
    def demand(self) -> int:
        """How many Pods it will be."""
        return len(self.found.free) if self.subject.replicas is None else self.subject.replicas


def judged(
    subjects: Sequence[Subject], manifest: Inventory, claims_of: ClaimsOf, known: Ground
) -> tuple[list[Fit], list[Conflict]]:
    """The answers for all subjects of a manifest, and everything that is wrong with it, conflicts first."""
    namespaces = dict([*known.inventory.namespaces, *manifest.namespaces])
    running = {(w.kind, w.namespace, w.name): workload_subject(w) for w in known.inventory.workloads}
    plans = [plan(subject, claims_of(subject.pod), known) for subject in subjects]
    found: list[Conflict] = []
    answers: list[Fit] = []
    for planned in plans:
        mine = list(alone(planned, known, running.get(planned.subject.key), namespaces))
        hopeless = any(c.severity == WILL and c.kind in HOPELESS for c in mine)
        answers.append(
            msgspec.structs.replace(planned.answer, fits=False, admitted=False) if hopeless else planned.answer
        )
        found += mine
    found += together(plans, known)
    return answers, sorted(found, key=lambda conflict: conflict.order)


def plan(subject: Subject, claims: Iterable[Claim], known: Ground) -> Planned:
    """Look at the cluster for one subject; its own Pods that are there already will make room."""
    found = look(subject, known.inventory, known.held)
    lasting = tuple(lasting_claims(subject.pod, claims))
    hidden = unseen(subject, lasting, found.free, known.uses)
    return Planned(subject, lasting, found, fit(subject, found, known.held, tuple(spoilt_nodes(hidden))), hidden)


def alone(
    planned: Planned, known: Ground, live: Subject | None, namespaces: Mapping[str, Mapping[str, str]]
) -> Iterator[Conflict]:
    """What is wrong with one subject, were the others of the manifest not there; `live` is what it replaces."""
    subject = planned.subject
    yield from admission_conflicts(subject.pod, namespaces.get(subject.namespace, {}))
    yield from misfits(subject, planned.found, planned.answer)
    if subject.workload:
        old = live.workload if live else None
        yield from rollout_conflicts(subject.workload, nodes_of(known.inventory), known.held, old=old)
    certain = subject.replicas is None or len(planned.answer.nodes) < planned.demand
    yield from (blind(subject, hidden, certain=certain) for hidden in planned.hidden)
    yield from _stacked(planned, known)
    yield from _components(planned)
    uses = {("", c.protocol, c.port): [PortUse(subject.pod, c)] for c in planned.claims}
    for conflict in (*with_services(uses, known.inventory.services), *in_ranges(uses, known.inventory)):
        yield msgspec.structs.replace(conflict, node=None)


def together(plans: Sequence[Planned], known: Ground) -> Iterator[Conflict]:
    """What is wrong only because the subjects of a manifest come together."""
    for one, other in combinations(plans, 2):
        wanted, others = known.held.wanted(one.subject.pod), known.held.wanted(other.subject.pod)
        port = next((a for a in wanted for b in others if clash(a, b)), None)
        if port is not None:
            if _crowded(one, other):
                yield _rivals(one, other, port.port, port.protocol)
            continue
        claim = next((a for a in one.claims for b in other.claims if claims_meet(a, b)), None)
        if claim is not None and set(one.found.free) & set(other.found.free):
            yield _strangers(one, other, claim)


def _stacked(planned: Planned, known: Ground) -> Iterator[Conflict]:
    """Replicas of one workload that the scheduler may put on one node, for it does not know their port."""
    subject = planned.subject
    wanted = {(port.port, port.protocol) for port in known.held.wanted(subject.pod)}
    hidden = [
        c for c in planned.claims if c.confidence != "low" and not c.forwarded and (c.port, c.protocol) not in wanted
    ]
    if wanted or not hidden or (subject.replicas or 0) < PAIR:
        return
    port = port_text(hidden[0].port, hidden[0].protocol)
    certain = planned.demand > len(planned.answer.nodes)
    yield Conflict(
        node=None,
        port=hidden[0].port,
        protocol=hidden[0].protocol,
        kind="bind",
        severity=WILL if certain else MAY,
        holders=(pod_holder(subject.pod, hidden[0], "wants"),),
        effect=f"{subject.title}: {'two' if certain else 'several'} of its {subject.replicas} replicas {'must' if certain else 'may'} "
        f"run on one node, where only one of them can bind {port}",
        remedy=f"declare {port} in ports[]: the scheduler then puts each on a node of its own",
    )


def _components(planned: Planned) -> Iterator[Conflict]:
    """Default ports of what runs on every node."""
    subject, places = planned.subject, {(c.protocol, c.port): c for c in well_known() if c.where == "every node"}
    for claim in planned.claims:
        component = places.get((claim.protocol, claim.port))
        if component is None or component.presence not in ("always", "usual") or claim.confidence == "low":
            continue
        itself = component.component in (claim.application, claim.container)
        if not itself and binds_meet(claim.bind, component.bind):
            sure = component.presence == "always"
            yield Conflict(
                node=None,
                port=claim.port,
                protocol=claim.protocol,
                kind="component",
                severity=WILL if sure else MAY,
                holders=(component_holder(component), pod_holder(subject.pod, claim, "wants")),
                effect=f"{subject.title} cannot have {port_text(claim.port, claim.protocol)}"
                + (": every node's " if sure else " where there is a ")
                + f"{component.component} ({component.purpose}) listens on it",
                remedy=f"use another port ({FIND_FREE})",
            )


def _crowded(one: Planned, other: Planned) -> bool:
    """Both fit alone, and there are not nodes enough for both, one Pod each (Hall's condition for two)."""
    if not (one.answer.fits and other.answer.fits):
        return False
    return one.demand + other.demand > len(set(one.found.free) | set(other.found.free))


def _rivals(one: Planned, other: Planned, port: int, protocol: str) -> Conflict:
    shared = sorted(set(one.found.free) & set(other.found.free))
    either = set(one.found.free) | set(other.found.free)
    return Conflict(
        node=shared[0] if len(shared) == 1 else None,
        port=port,
        protocol=protocol,
        kind="manifest",
        holders=(wanting(one.subject), wanting(other.subject)),
        effect=f"{one.subject.title} and {other.subject.title} need {port_text(port, protocol)} on {one.demand} and {other.demand} "
        f"nodes, and {len(either)} can take one of them: some Pods stay Pending",
        remedy=f"give one of them another port ({FIND_FREE}), or other nodes",
    )


def _strangers(one: Planned, other: Planned, claim: Claim) -> Conflict:
    """Neither is seen by the scheduler in full: they may meet on a node, or must."""
    certain = _crowded(one, other)
    port = port_text(claim.port, claim.protocol)
    return Conflict(
        node=None,
        port=claim.port,
        protocol=claim.protocol,
        kind="bind",
        severity=WILL if certain else MAY,
        holders=tuple(_claiming(planned, claim) for planned in (one, other)),
        effect=f"{one.subject.title} and {other.subject.title} both use {port}: {'they meet' if certain else 'where they meet'} on a "
        "node, the second cannot bind it",
        remedy=f"declare {port} in ports[] of both: the scheduler then keeps them apart; or use another port ({FIND_FREE})",
    )


def _claiming(planned: Planned, claim: Claim) -> ConflictHolder:
    mine = next(c for c in planned.claims if claims_meet(c, claim))
    return pod_holder(planned.subject.pod, mine, "wants")
