"""What stands under a table of conflicts: the remedies, each once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_hostnet.analysis.conflict import Conflict, port_text
from kubectl_hostnet.text import printable

MOST = 20


def remedies(items: Sequence[Conflict]) -> Iterator[str]:
    """`Remedy for 8086/TCP on node-2: ...`, for the first kinds of conflicts; what is the same is said once."""
    places: dict[str, list[str]] = {}
    for item in items:
        places.setdefault(item.remedy, []).append(_place(item))
    for remedy, where in list(places.items())[:MOST]:
        more = f" and {len(where) - 1} more" if len(where) > 1 else ""
        yield printable(f"Remedy ({where[0]}{more}): {remedy}")
    if len(places) > MOST:
        yield f"{len(places) - MOST} more remedies: see -o wide"


def _place(item: Conflict) -> str:
    subject = port_text(item.port, item.protocol) if item.port and item.protocol else item.holders[-1].title
    return f"{subject} on {item.node}" if item.node else subject
