"""A time limit that does not blame the peer for time in which this process itself could not run."""

from __future__ import annotations

import asyncio
from types import TracebackType

BEAT = 0.05  # seconds between heartbeats
TOLERANCE = 0.1  # seconds of lag that say nothing
EXTENSIONS = 3


class Lag:
    """Adds up the seconds in which the event loop was late: a stopped process, a machine without a free processor."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.total = 0.0
        self._loop = loop
        self._expected = loop.time() + BEAT
        self._timer = loop.call_at(self._expected, self._beat)

    def now(self) -> float:
        """Seconds of lag so far, with the one that is just going on."""
        return self.total + max(0.0, self._loop.time() - self._expected)

    def stop(self) -> None:
        """No more heartbeats."""
        self._timer.cancel()

    def _beat(self) -> None:
        self.total = self.now()
        self._expected = self._loop.time() + BEAT
        self._timer = self._loop.call_at(self._expected, self._beat)


class Deadline:
    """`async with Deadline(seconds)`: raises TimeoutError in the block when its time is up.

    Unlike asyncio.timeout (3.11) it gives back, up to three times, what the loop's lag has taken.
    """

    def __init__(self, seconds: float, lag: Lag | None = None) -> None:
        self._seconds = seconds
        self._lag = lag
        self._expired = False
        self._extensions = 0

    async def __aenter__(self) -> None:
        """Start the clock."""
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._counted = self._lag.now() if self._lag else 0.0
        self._timer = self._loop.call_later(self._seconds, self._up)

    async def __aexit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stop the clock; a cancellation that the clock asked for is a TimeoutError."""
        self._timer.cancel()
        if not self._expired:
            return
        uncancel = getattr(self._task, "uncancel", None)  # 3.11
        if uncancel:
            uncancel()
        if kind is None or kind is asyncio.CancelledError:
            raise TimeoutError

    def _up(self) -> None:
        lost = self._lag.now() - self._counted if self._lag else 0.0
        if self._lag and lost > TOLERANCE and self._extensions < EXTENSIONS:
            self._extensions += 1
            self._counted += lost
            self._timer = self._loop.call_later(lost, self._up)
            return
        self._expired = True
        if self._task:
            self._task.cancel()
