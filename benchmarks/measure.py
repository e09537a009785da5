"""Run a command several times: the best wall time, CPU time, and peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds of wall time and CPU, and peak resident memory in MB."""

    wall: float
    cpu: float
    memory: float


RUNNER = """
import os, resource, subprocess, sys, time
started = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
wall = time.perf_counter() - started
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, code)
"""


def cost(
    command: list[str], environment: dict[str, str] | None = None, runs: int = 5, codes: tuple[int, ...] = (0,)
) -> Cost:
    """The least cost of several runs (the others measure the neighbours); raises SystemExit when the command fails."""
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, "-c", RUNNER, *command],
            env=environment or dict(os.environ),
            capture_output=True,
            text=True,
            check=True,
        )
        wall, cpu, memory, code = done.stdout.split()
        if int(code) not in codes:
            raise SystemExit(f"{' '.join(command)} exits with {code}")
        found.append(Cost(float(wall), float(cpu), float(memory)))
    return Cost(min(c.wall for c in found), min(c.cpu for c in found), min(c.memory for c in found))


def row(name: str, ours: Cost, theirs: Cost | None = None, versus: str = "") -> str:
    """One line of the table of results."""
    line = f"{name:<44} {ours.wall * 1000:>8.0f} ms {ours.memory:>6.0f} MB"
    if theirs is None:
        return line
    return f"{line}   {versus}: {theirs.wall * 1000:.0f} ms {theirs.memory:.0f} MB   ratio {ours.wall / theirs.wall:.2f} time, {ours.memory / theirs.memory:.2f} memory"
