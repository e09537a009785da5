"""The tables of `ports`: who holds what, and what is free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from kubectl_hostnet.analysis.free import FreePort
from kubectl_hostnet.analysis.portlist import COMPONENT, SERVICE, NodePort
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.render.view import Column, Layout, View


def together(report: Report, view: View) -> Sequence[Any]:
    """One line for what is the same on every node, after the others unless a sort order was asked for."""
    nodes = report.extra.get("nodes", 0)
    if nodes < 2:
        return report.items
    alike = Counter([_key(item) for item in report.items if _may_repeat(item)])
    repeated = {key for key, count in alike.items() if count == nodes}
    if not repeated:
        return report.items
    first: dict[Any, Any] = {}
    lines: list[Any] = []
    for item in report.items:
        if not _may_repeat(item) or (key := _key(item)) not in repeated:
            lines.append(item)
        elif key not in first:
            first[key] = msgspec.structs.replace(item, node=_all(nodes))
            if view.sort_by:
                lines.append(first[key])
    return lines if view.sort_by else [*lines, *sorted(first.values(), key=lambda item: item.order)]


def _may_repeat(item: NodePort | FreePort) -> bool:
    return item.holder is not None and item.holder.kind in (COMPONENT, SERVICE)


def _key(item: NodePort | FreePort) -> tuple[Any, ...]:
    return (item.port, item.protocol, item.bind, item.confidence, item.holder)


def _all(nodes: int) -> str:
    return f"(all {nodes})"


def _node(item: NodePort | FreePort, _view: View) -> str:
    return item.node or _all(item.nodes if isinstance(item, FreePort) else 0)


def _port(item: NodePort | FreePort, _view: View) -> str:
    return f"{item.port}/{item.protocol}"


def _evidence(item: NodePort, _view: View) -> str:
    return ",".join(dict.fromkeys(evidence.source for evidence in item.evidence))


def _details(item: NodePort, _view: View) -> str:
    return "; ".join(dict.fromkeys(evidence.detail for evidence in item.evidence))


def _name(item: NodePort | FreePort) -> str:
    return f"node/{item.node}" if item.node else f"{item.port}/{item.protocol}"


def _held(report: Report, _view: View) -> bool:
    return not (report.items and isinstance(report.items[0], FreePort))


def _has_remarks(report: Report, view: View) -> bool:
    return view.wide or any(item.remarks for item in report.items)


PORTS = Layout(
    columns=(
        Column("NODE", _node),
        Column("PORT", _port),
        Column("BIND", lambda item, _: item.bind or "*", shown=_held),
        Column("HOLDER", lambda item, _: item.held_by, shown=_held),
        Column("CONTAINER", lambda item, _: item.holder.container or "", shown=_held),
        Column("CONFIDENCE", lambda item, _: item.confidence),
        Column("EVIDENCE", _evidence, shown=_held),
        Column("REMARKS", lambda item, _: "; ".join(item.remarks), shown=_has_remarks),
        Column("PURPOSE", lambda item, _: item.purpose, wide=True, shown=_held),
        Column("DETAILS", _details, wide=True, shown=_held),
    ),
    name=_name,
    together=together,
)
