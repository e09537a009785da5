"""How far a long run is, on a terminal's stderr; nothing where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Self

QUIET_SECONDS = 2.0  # a run that is over by then needs no progress
STEP_SECONDS = 0.5


class Progress:
    """`with Progress(total, clock=...) as progress: ... progress.seen(anything)`; counts what was seen."""

    def __init__(self, total: int, *, clock: Callable[[], float]) -> None:
        self._total = total
        self._clock = clock
        self._done = 0
        self._shown = False
        self._next = clock() + QUIET_SECONDS
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Leave a clean line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def seen(self, _what: object) -> None:
        """One more is done."""
        self._done += 1
        if self._terminal and self._clock() >= self._next:
            self._next = self._clock() + STEP_SECONDS
            self._shown = True
            sys.stderr.write(f"\rprobed {self._done} of {self._total} endpoints\x1b[K")
            sys.stderr.flush()
