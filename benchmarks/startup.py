"""Start-up: the self-contained program that krew installs against the virtualenv's, and a press of the TAB key."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import Cost, cost, row

PROGRAM = ".venv/bin/kubectl-hostnet"
BUILD = [sys.executable, "packaging/build.py"]
RUNS = 15
MOST_RATIO, MOST_SECONDS = 1.3, 0.150  # what issue 7 asks for
KEYS = {
    "TAB: verbs": ["l"],
    "TAB: options": ["probe", "--n"],
    "TAB: formats": ["list", "-o", ""],
    "TAB: contexts": ["list", "--context", ""],
    "TAB: applications": ["explain", "in"],
}


def run() -> Iterator[str]:
    """Lines of results."""
    with tempfile.TemporaryDirectory() as folder:
        installed, size = _installed(Path(folder))
        yield size
        snapshot = _snapshot(Path(folder))
        for words in (["--help"], ["list", "--help"], ["explain", "influxdb"], ["list", "-A", "--snapshot", snapshot]):
            ours, theirs = _both([installed, *words], [PROGRAM, *words])
            name = " ".join(word for word in words if word != snapshot)
            yield row(name, ours, theirs, "virtualenv") + _verdict(ours.wall / theirs.wall, MOST_RATIO, "")
        for name, words in KEYS.items():
            ours, theirs = _both([installed, "__complete", *words], [".venv/bin/kubectl_complete-hostnet", *words])
            yield row(name, ours, theirs, "virtualenv") + _verdict(max(ours.wall, theirs.wall), MOST_SECONDS, " s")


def _installed(folder: Path) -> tuple[str, str]:
    """The archive, built if need be and unpacked as krew does; the program, and a line about its size."""
    done = subprocess.run(BUILD, capture_output=True, text=True, check=True)
    archive = Path(done.stdout.splitlines()[0].split("  ")[0])
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "store", filter="data")
    unpacked = sum(path.stat().st_size for path in (folder / "store").rglob("*") if path.is_file())
    line = f"{'archive':<44} {archive.stat().st_size / 1e6:>8.1f} MB {unpacked / 1e6:>6.0f} MB unpacked"
    return str(folder / "store" / "kubectl-hostnet"), line


def _snapshot(folder: Path) -> str:
    """A small cluster: what is measured is the start."""
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "influxdb", "namespace": "default"},
        "spec": {"nodeName": "n", "hostNetwork": True, "containers": [{"name": "c", "image": "influxdb"}]},
        "status": {"phase": "Running", "hostIP": "192.0.2.1"},
    }
    (folder / "pods.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [pod]}))
    return str(folder / "pods.json")


def _both(ours: list[str], theirs: list[str]) -> tuple[Cost, Cost]:
    """The least of each, taken in turns: other work on the machine slows both."""
    pairs = [(cost(ours, runs=1), cost(theirs, runs=1)) for _ in range(RUNS)]
    return _least([pair[0] for pair in pairs]), _least([pair[1] for pair in pairs])


def _least(costs: list[Cost]) -> Cost:
    return Cost(min(c.wall for c in costs), min(c.cpu for c in costs), min(c.memory for c in costs))


def _verdict(value: float, limit: float, unit: str) -> str:
    return "" if value <= limit else f"   ABOVE {limit}{unit}"
