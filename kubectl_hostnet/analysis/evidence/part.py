"""A container with all that its own manifest says of its ports, and the hints for one port put together."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.analysis.evidence.hint import Closed, Hint
from kubectl_hostnet.applications.schema import Application
from kubectl_hostnet.inventory.container import Container


class Part(msgspec.Struct, frozen=True, gc=False):
    """What one container says. `idle`: it runs nothing that listens. `moved` and `targets`: see application.Known."""

    container: Container
    hints: tuple[Hint, ...] = ()
    closed: tuple[Closed, ...] = ()
    application: Application | None = None
    idle: str = ""
    moved: tuple[tuple[int, str], ...] = ()
    targets: tuple[tuple[int, str], ...] = ()


class Group(msgspec.Struct, frozen=True, gc=False):
    """All hints that a container ("" unknown) uses one port."""

    container: str
    port: int
    protocol: str
    hints: tuple[Hint, ...]

    @property
    def sources(self) -> frozenset[str]:
        """Where the hints come from."""
        return frozenset(hint.source for hint in self.hints)
