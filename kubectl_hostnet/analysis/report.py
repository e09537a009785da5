"""What a verb found out: items for JSON and tables alike, what is missing, and what it means for the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.source.facts import Gap


class Item(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Base of report items: the struct is the JSON contract (docs/output.md), snake_case here, camelCase there."""


@dataclass(frozen=True)
class Report:
    """The outcome of a verb.

    `kind` names the envelope (`HostPodList`, ...) and the table layout. `items` are msgspec structs or plain dicts.
    `notes` are sentences for people, said on stderr; `summary` is printed under a table on stdout. `found` makes the
    exit code 1. `extra` holds envelope keys beside `items` (such as `fits`). `empty` is what to say without items.
    `across_namespaces` adds the NAMESPACE column, `live` (sockets were read) what they say of each Pod. `failure` is an expected failure beside a useful answer (one Pod of
    three not found): it is said after the answer, and its exit code counts.
    """

    kind: str
    items: Sequence[Any]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    found: bool = False
    empty: str = "No resources found"
    extra: dict[str, Any] = field(default_factory=dict)
    across_namespaces: bool = False
    live: bool = False
    failure: HostnetError | None = None

    @property
    def complete(self) -> bool:
        """Nothing that the answer needed was unreadable."""
        return not self.gaps
