"""`ports` on a snapshot of 5,000 nodes and 40,000 host-networked Pods, against json.load of the same file.

The limits are those of the project: 3 seconds and 500 MB, start-up and output included.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import Cost, cost, row
from benchmarks.synthetic import Shape, write

PROGRAM = ".venv/bin/kubectl-hostnet"
SHAPE = Shape(nodes=5000, host_pods=40_000, indent=None)
SECONDS, MEGABYTES = 3.0, 500.0
PARSE = "import json, sys; json.load(open(sys.argv[1]))"
FREE = ["--free", "any", "--range", "20000-20100", "--count", "3"]
QUESTIONS = {"table": [], "json": ["-o", "json"], "one port": ["--port", "9100"], "free any": FREE}


def run() -> Iterator[str]:
    """Lines of results."""
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "snapshot.json", SHAPE)
        size = path.stat().st_size / 1e6
        theirs = cost([sys.executable, "-c", PARSE, str(path)], runs=2)
        for name, words in QUESTIONS.items():
            ours = cost([PROGRAM, "ports", *words, "--snapshot", str(path)], runs=3)
            yield row(f"ports, {size:.0f} MB, {name}", ours, theirs, "json.load") + _judged(ours)
        path.unlink()
        indented = write(Path(folder) / "kubectl.json", Shape(nodes=5000, host_pods=40_000))
        ours = cost([PROGRAM, "ports", "--snapshot", str(indented)], runs=2)
        yield row(f"ports, {indented.stat().st_size / 1e6:.0f} MB as kubectl indents it", ours)


def _judged(ours: Cost) -> str:
    over = [f"{ours.wall:.1f} s"] if ours.wall > SECONDS else []
    over += [f"{ours.memory:.0f} MB"] if ours.memory > MEGABYTES else []
    cpu = f"   {ours.cpu:.1f} s CPU,"
    return (
        f"{cpu} OVER the limit: {', '.join(over)}" if over else f"{cpu} within {SECONDS:.0f} s and {MEGABYTES:.0f} MB"
    )
