"""The table of `conflicts`."""

from __future__ import annotations

from kubectl_hostnet.analysis.conflict import Conflict, ConflictHolder
from kubectl_hostnet.render.view import Case, Column, Layout, View


def _port(item: Conflict, _view: View) -> str:
    return f"{item.port}/{item.protocol}" if item.port else ""


def _holders(item: Conflict, _view: View) -> str:
    return ", ".join(dict.fromkeys(_side(holder) for holder in item.holders))


def _side(holder: ConflictHolder) -> str:
    return holder.title + (" (wants)" if holder.role == "wants" else "")


def _containers(item: Conflict, _view: View) -> str:
    return ",".join(dict.fromkeys(holder.container for holder in item.holders if holder.container))


def _confidence(item: Conflict, _view: View) -> str:
    return ",".join(holder.confidence for holder in item.holders)


def _evidence(item: Conflict, _view: View) -> str:
    return "; ".join(dict.fromkeys(e.detail for holder in item.holders for e in holder.evidence))


def _name(item: Conflict) -> str:
    holder = item.holders[-1]
    return f"{holder.kind.lower()}/{holder.name}"


def _case(item: Conflict) -> Case:
    """A conflict is a failed test, a risk one that was skipped."""
    place = " on ".join(part for part in (_port(item, View(0)), item.node or "") if part)
    details = (f"holders: {_holders(item, View(0))}", f"remedy: {item.remedy}")
    outcome = "failure" if item.severity == "conflict" else "skipped"
    return Case(item.node or "cluster", f"{item.kind} {place}".strip(), outcome, item.kind, item.effect, details)


CONFLICTS = Layout(
    columns=(
        Column("NODE", lambda item, _: item.node or ""),
        Column("PORT", _port),
        Column("KIND", lambda item, _: item.kind),
        Column("SEVERITY", lambda item, _: item.severity),
        Column("HOLDERS", _holders),
        Column("CONTAINERS", _containers, wide=True),
        Column("CONFIDENCE", _confidence, wide=True),
        Column("EFFECT", lambda item, _: item.effect),
        Column("EVIDENCE", _evidence, wide=True),
        Column("REMEDY", lambda item, _: item.remedy, wide=True),
    ),
    name=_name,
    case=_case,
)
