"""`probe --watch` and `--wait`: the same again and again, each time with a fresh look at the cluster."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone

import msgspec

from kubectl_hostnet.analysis.probing import ProbeItem
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.commands.probe_options import Pace
from kubectl_hostnet.errors import HostnetError, UsageError
from kubectl_hostnet.options import Output
from kubectl_hostnet.render.output import say, write
from kubectl_hostnet.text import printable

Once = Callable[[float], Report]  # told how many seconds there are left
Key = tuple[str, str, str, int, str, str]
FOREVER = float("inf")


def repeat(once: Once, pace: Pace, output: Output) -> Report | int:
    """With --wait the last report, with --watch the exit code of what was printed. Raises the last round's error."""
    if pace.watch and output.output not in ("table", "wide", "json"):
        raise UsageError(
            f"-o {output.output} does not go with --watch", "--watch prints lines of text, or with -o json JSON lines"
        )
    until = time.monotonic() + _duration(pace)
    stream = Stream(output) if pace.watch else None
    while True:
        report, error = _attempt(once, until - time.monotonic())
        if stream:
            stream.show(report, error)
        good = report is not None and not report.found and report.failure is None and bool(report.items)
        if (pace.wait and good) or time.monotonic() + pace.pause() >= until:
            break
        time.sleep(pace.pause())
    if error:
        raise error
    if stream is None and report:
        return report
    return 0 if good else 1


def _duration(pace: Pace) -> float:
    if pace.wait:
        return pace.wait_seconds()
    return pace.limits().deadline or FOREVER


def _attempt(once: Once, left: float) -> tuple[Report | None, HostnetError | None]:
    """A round that failed is no end: the Pod may be on its way to another node."""
    try:
        return once(left), None
    except UsageError:
        raise
    except HostnetError as error:
        return None, error


class Stream:
    """Prints what is new since the last round: endpoints with another verdict, new ones, and those that are gone."""

    def __init__(self, output: Output, clock: Callable[[], float] = time.time) -> None:
        self._json = output.output == "json"
        self._clock = clock
        self._known: dict[Key, ProbeItem] = {}
        self._error = ""

    def show(self, report: Report | None, error: HostnetError | None) -> None:
        """Print one round's changes."""
        message = error.message if error else ""
        if message and message != self._error:
            say(f"error: {message}")
        self._error = message
        if report is None:
            return
        now = datetime.fromtimestamp(self._clock(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        items = {_key(item): item for item in report.items}
        for item, before, change in changes(self._known, items):
            write((_json(item, before, change, now) if self._json else _text(item, before, change, now)) + "\n")
        write("")
        self._known = items
        _flush()


def changes(
    before: dict[Key, ProbeItem], after: dict[Key, ProbeItem]
) -> Iterator[tuple[ProbeItem, ProbeItem | None, str]]:
    """Each change as (item, what it was, new | changed | gone)."""
    for key, item in before.items():
        if key not in after:
            yield item, item, "gone"
    for key, item in after.items():
        known = before.get(key)
        if known is None:
            yield item, None, "new"
        elif (known.verdict, known.health, known.node) != (item.verdict, item.health, item.node):
            yield item, known, "changed"


def _key(item: ProbeItem) -> Key:
    return (item.namespace, item.pod, item.address, item.port, item.protocol, item.vantage)


def _json(item: ProbeItem, before: ProbeItem | None, change: str, now: str) -> str:
    previous = before.verdict if before and change != "gone" else None
    return json.dumps({"time": now, "change": change, "previous": previous, **msgspec.to_builtins(item)})


def _text(item: ProbeItem, before: ProbeItem | None, change: str, now: str) -> str:
    host = f"[{item.address}]" if ":" in item.address else item.address
    was = "gone" if change == "gone" else item.verdict + (f" (was {before.verdict})" if before else "")
    where = f"{item.namespace}/{item.pod}   {item.node}   {host}:{item.port}/{item.protocol}"
    return printable(f"{now}   {where}   {was}   {item.answer if change != 'gone' else ''}".rstrip())


def _flush() -> None:
    import sys

    sys.stdout.flush()
