"""The guided tour: the program's own commands, run for real on the sample cluster."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Container
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[2]
PROGRAM = "kubectl hostnet"


class Step(NamedTuple):
    """A command of the tour, without `kubectl hostnet` and `--snapshot`; what there is to see in it."""

    words: tuple[str, ...]
    says: str


STEPS = (
    Step(
        ("list",),
        "Which Pods share their node's network, and on which ports? Nobody declared a port of influxdb-hostnetwork:\n"
        "EVIDENCE says that it is known from the application.",
    ),
    Step(
        ("probe", "influxdb-hostnetwork"),
        "Can it be reached on the node's address? No Service is involved; there is a real listener behind this one.",
    ),
    Step(
        ("probe", "influxdb-hostnetwork", "--every-node"),
        "It lives on one node only: the others refuse. After a reschedule, that is what its old address would say.",
    ),
    Step(
        ("list", "-A", "--node", "edge-2", "--include-host-ports"),
        "All that shares one node's network, in all namespaces. A Pod keeps its address when that of the node changes: stale.",
    ),
    Step(("ports", "worker-1"), "What is open on a node, and who holds it? Two claim 8086: one of them crashes."),
    Step(
        ("conflicts", "-A"),
        "What collides? The crashing InfluxDB, the Pending ingress controller and the Pod that a kubelet rejected: each has a cause.",
    ),
    Step(("audit", "-A"), "Should they be host-networked at all, and what does it expose?"),
    Step(("explain", "influxdb"), "What does the program know of an application?"),
    Step(
        ("list", "-A", "-o", 'jsonpath={range .items[?(@.status=="CrashLoopBackOff")]}{.name} on {.node}{"\\n"}{end}'),
        "And for scripts: json, yaml, csv, name, jsonpath, custom-columns.",
    ),
)
NEXT = (
    ("list -A -o wide", "everything, with owners and containers"),
    ("probe pod/node-exporter-6cz7p -n monitoring --timeout 1s", "a firewall swallows this one: silence, no refusal"),
    ("probe redis-cache-gwjcw4hgnl-nbj22", "bound to 127.0.0.1, so nobody outside reaches it"),
    ("map", "the whole picture"),
)


def give(verbs: Container[str], snapshot: Path, write: Callable[[str], None], run: Callable[[list[str]], int]) -> None:
    """Show each step whose verb exists: what it is about, the command, and - by `run` - its real output."""
    for number, step in enumerate((step for step in STEPS if step.words[0] in verbs), 1):
        words = [*step.words, *(("--snapshot", snapshot.name) if step.words[0] != "explain" else ())]
        write(f"\n{number}. {step.says}\n\n$ {PROGRAM} {shlex.join(words)}\n")
        code = run(words)
        if code:
            write(f"(exit code {code}{': something to look at' if code == 1 else ''})\n")


def farewell(verbs: Container[str]) -> str:
    """How to go on after the tour."""
    return (
        "\nGo on with your own cluster: the same commands, without --snapshot. Or keep this one, with its listeners:\n\n"
        f"  {PROGRAM} demo --serve --write .\n\nand in another terminal, in the same directory:\n\n{suggestions(verbs, 'demo.json')}"
    )


def suggestions(verbs: Container[str], snapshot: str) -> str:
    """Commands to go on with."""
    known = [(command, why) for command, why in NEXT if command.split()[0] in verbs]
    lines = [f"  {PROGRAM} {command} --snapshot {shlex.quote(snapshot)}\n      {why}" for command, why in known]
    return "\n".join(lines) + "\n"


def program(folder: Path) -> Callable[[list[str]], int]:
    """A function that runs this program in a folder, as a process of its own on the same terminal; the exit code."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "kubectl_hostnet.cli"]
    paths = [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}

    def run(words: list[str]) -> int:
        sys.stdout.flush()
        return subprocess.run([*start, *words], cwd=folder, env=environment, check=False).returncode  # noqa: S603 - itself

    return run
