"""Many attempts side by side, never more than so many at once; and the vantage point `here`."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

import msgspec

from kubectl_hostnet.probe.attempt import Attempt, EndedError
from kubectl_hostnet.probe.kernel import OVERLOAD, name_of, words_of
from kubectl_hostnet.probe.limits import Limits
from kubectl_hostnet.probe.loop import Loop
from kubectl_hostnet.probe.observation import End, Observation, Target
from kubectl_hostnet.probe.room import room_for

Seen = Callable[[Observation], None]

# Which module of this package speaks a scheme; each has `async def observe(attempt)`.
PROTOCOLS = {
    "tcp": "tcp", "tls": "tls", "http": "http", "https": "http", "grpc": "grpc", "grpcs": "grpc",
    "dns": "dns", "banner": "banner", "udp": "udp",
}  # fmt: skip
PAUSES = (0.05, 0.2, 1.0)  # seconds to wait until this machine has a file descriptor or a port again
TIME_UP = "the time for all probes was up"
REPEATED = frozenset({"timeout", "closed", "reset", "failed"})
RESETS = frozenset({"ECONNRESET", "EPIPE", "ECONNABORTED", "ENOTCONN"})


class Vantage(Protocol):
    """A place from which targets are observed. `seen` is told each observation as it is made; the list keeps the order."""

    name: str

    def observe(self, targets: Sequence[Target], seen: Seen) -> list[Observation]:
        """One observation for each target, in the same order."""


class Here:
    """This machine."""

    name = "here"

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()

    def observe(self, targets: Sequence[Target], seen: Seen) -> list[Observation]:
        """One observation for each target, in the same order."""
        for scheme in {target.ask.scheme for target in targets}:
            _module(scheme)  # before the clock runs
        collecting = gc.isenabled()
        gc.disable()  # a collection in the middle of it takes 10 ms, which would be measured as the target's
        try:
            return observe_all(targets, self.limits, seen)
        finally:
            if collecting:
                gc.enable()


@lru_cache(maxsize=len(PROTOCOLS))
def _module(scheme: str) -> Any:
    return import_module(f"kubectl_hostnet.probe.{PROTOCOLS[scheme]}")


def observe_all(targets: Sequence[Target], limits: Limits, seen: Seen) -> list[Observation]:
    """Observe all targets with bounded concurrency."""
    run = _Run(limits, Loop())
    found: list[Observation | None] = [None] * len(targets)
    work = enumerate(targets)

    async def worker() -> None:
        for index, target in work:
            found[index] = observation = await run.observe(target)
            seen(observation)

    run.loop.run([worker() for _ in range(room_for(min(limits.concurrency, len(targets))))])
    return [observation for observation in found if observation]


class _Run:
    """What the attempts of one run share: limits, the loop, the time at which all must be over."""

    def __init__(self, limits: Limits, loop: Loop) -> None:
        self.limits = limits
        self.loop = loop
        self.until = loop.time() + limits.deadline if limits.deadline else None

    async def observe(self, target: Target) -> Observation:
        """The first attempt that is answered, else the last one; earlier errors are kept, so that no flap is hidden."""
        observation = await self._attempt(target)
        if observation.end == "answered":
            return observation
        earlier: list[str] = []
        while True:
            observation = await self._patient(target, observation)
            if observation.end not in REPEATED or len(earlier) >= self.limits.retries:
                return msgspec.structs.replace(observation, earlier=tuple(earlier)) if earlier else observation
            earlier.append(f"{observation.phase}: {observation.error or observation.end}")
            observation = await self._attempt(target)

    async def _patient(self, target: Target, observation: Observation) -> Observation:
        """An attempt for which this machine had what it takes; without that it is no attempt."""
        for pause in PAUSES:
            if observation.errno not in OVERLOAD or observation.end != "own":
                break
            await self.loop.sleep(pause)
            observation = await self._attempt(target)
        return observation

    async def _attempt(self, target: Target) -> Observation:
        left = self.until - self.loop.time() if self.until else self.limits.timeout
        attempt = Attempt(target, self.limits, self.loop)
        if left <= 0:
            return attempt.observation("own", EndedError("own", f"not tried: {TIME_UP}"))
        try:
            with self.loop.deadline(min(self.limits.timeout, left)):
                await _module(target.ask.scheme).observe(attempt)
            return attempt.observation("answered")
        except TimeoutError:
            if left < self.limits.timeout:
                return attempt.observation("own", EndedError("own", f"cut short: {TIME_UP}"))
            return attempt.observation("timeout")
        except EndedError as ended:
            return attempt.observation(ended.end, ended)
        except OSError as error:  # a connection that was made has ended
            return attempt.observation(*_ended(error))
        finally:
            attempt.close()


def _ended(error: OSError) -> tuple[End, EndedError]:
    code = name_of(error.errno or 0)
    end: End = "reset" if code in RESETS else "timeout" if code == "ETIMEDOUT" else "failed"
    return end, EndedError(end, words_of(error.errno or 0), code=code)
