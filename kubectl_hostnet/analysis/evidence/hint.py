"""One source's word that a container listens somewhere, before all sources are put together."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.analysis.claims import Confidence, Source


class Hint(msgspec.Struct, frozen=True, gc=False):
    """`protocols` empty: not said. `bind` None: not said; "" all addresses; NODE the node's own; else an address.

    `container` is "" where a source speaks of the whole Pod. `weak_bind`: the bind is only what a client uses.
    """

    port: int
    source: Source
    field: str
    detail: str
    container: str = ""
    protocols: tuple[str, ...] = ()
    bind: str | None = None
    confidence: Confidence = "medium"
    name: str = ""
    purpose: str = ""
    application: str = ""
    topic: frozenset[str] = frozenset()
    weak_bind: bool = False
    remark: str = ""


class Closed(msgspec.Struct, frozen=True, gc=False):
    """A setting that switches a port off: known by its number (an application's default) or by its topic."""

    container: str
    shown: str
    topic: frozenset[str] = frozenset()
    ports: tuple[tuple[int, str], ...] = ()
