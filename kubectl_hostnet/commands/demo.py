"""The verb `demo`."""

from __future__ import annotations

import contextlib
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.demo import tour
from kubectl_hostnet.demo.sample import sample, utc_now
from kubectl_hostnet.demo.sockets import usable_addresses
from kubectl_hostnet.demo.stage import FILE, staged, write_snapshot
from kubectl_hostnet.render.output import say, write

Serve = Annotated[
    bool, typer.Option("--serve", help="Keep the listeners until Ctrl-C, to try commands in another terminal.")
]
Directory = Annotated[str, typer.Option("--write", metavar="DIR", help=f"Write the sample cluster to DIR/{FILE}.")]


def run(serve: Serve = False, directory: Directory = "") -> int:
    """A tour of this program on a sample cluster; no cluster needed.

    The sample's nodes have addresses such as 127.80.0.12, on which real sockets listen while the demo runs; nothing
    leaves this machine. Without options it shows the main commands in a few seconds.
    """
    if directory and not serve:
        path = write_snapshot(sample(utc_now(), usable_addresses()[0]), Path(directory))
        write(f"A sample cluster is in {path}; nothing listens for it without {tour.PROGRAM} demo --serve.\n\n")
        write(tour.suggestions(VERBS, str(path)))
        return 0
    with _folder(directory) as folder, staged(folder) as (path, remarks):
        for remark in remarks:
            say(f"note: {remark}")
        if serve:
            _serve(path)
        else:
            write(f"A sample cluster of five nodes is in {path}, and the commands run in its folder.\n")
            tour.give(VERBS, path, write, tour.program(folder))
            write(tour.farewell(VERBS))
    return 0


def _serve(path: Path) -> None:
    write(f"A sample cluster is in {path}; its listeners answer until Ctrl-C. In another terminal:\n\n")
    write(tour.suggestions(VERBS, str(path)))
    say("(Ctrl-C ends the demo)")
    ended = threading.Event()
    previous = {word: signal.signal(word, lambda *_: ended.set()) for word in (signal.SIGINT, signal.SIGTERM)}
    try:
        ended.wait()
    finally:
        for word, handler in previous.items():
            signal.signal(word, handler)
    say("the demo has ended")


@contextlib.contextmanager
def _folder(directory: str) -> Iterator[Path]:
    if directory:
        yield Path(directory)
        return
    with tempfile.TemporaryDirectory(prefix="hostnet-demo-") as folder:
        yield Path(folder)
