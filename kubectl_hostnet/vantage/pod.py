"""A Pod as a vantage point: what its image has (curl, wget, nc, bash, python), run through pods/exec."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.probe.observation import Observation, Target
from kubectl_hostnet.source.channels import ExecResult
from kubectl_hostnet.text import printable
from kubectl_hostnet.vantage.side_by_side import Seen, observe_each
from kubectl_hostnet.vantage.tools import TOOLS, Ran, Tool

NOT_THERE = (
    "executable file not found",
    "no such file or directory",
    "not found in $path",
    "permission denied: unknown",
)


class Execs(Protocol):
    """The part of source/live.py's Cluster that is needed here."""

    def exec(self, namespace: str, pod: str, container: str, command: Sequence[str], *, timeout: float) -> ExecResult:
        """Run a command in a container. Raises HostnetError."""


class PodVantage:
    """Observes from inside a container. The first tool that the image has, and that works, serves all targets."""

    def __init__(
        self, cluster: Execs, namespace: str, pod: str, container: str, timeout: float, name: str = ""
    ) -> None:
        self.name = name or f"pod/{namespace}/{pod}"
        self._cluster = cluster
        self._where = (namespace, pod, container)
        self._timeout = timeout
        self._missing: set[str] = set()

    def observe(self, targets: Sequence[Target], seen: Seen) -> list[Observation]:
        """One observation for each target, in the same order."""
        return observe_each(targets, self._observe, seen)

    def _observe(self, target: Target) -> Observation:
        if target.protocol != "TCP":
            return self._own(target, "probes from a Pod speak TCP and HTTP only")
        wanted = target.ask.scheme in ("http", "https")
        tools = [tool for tool in TOOLS if tool.http or not wanted] if wanted else list(TOOLS)
        tools += [tool for tool in TOOLS if tool not in tools]  # without an HTTP client a connection is still an answer
        for tool in tools:
            if tool.name in self._missing:
                continue
            try:
                observation = self._run(tool, target)
            except HostnetError as error:
                return self._own(target, error.message)
            if observation:
                return observation
        return self._own(target, "the image has none of curl, wget, nc, bash and python that works")

    def _run(self, tool: Tool, target: Target) -> Observation | None:
        namespace, pod, container = self._where
        started = time.monotonic()
        command = tool.command(target, self._timeout)
        done = self._cluster.exec(namespace, pod, container, command, timeout=self._timeout + 10)
        ran = Ran(done.exit_code, _text(done.stdout), _text(done.stderr), time.monotonic() - started)
        words = f"{done.message} {ran.err[:300]} {ran.out[:300]}".lower()
        if ran.exit_code in (126, 127) or any(mark in words for mark in NOT_THERE):
            self._missing.add(tool.name)
            return None
        return tool.read(target, ran, self.name)

    def _own(self, target: Target, why: str) -> Observation:
        return Observation(target, "own", vantage=self.name, error=printable(why))


def _text(data: bytes) -> str:
    return data[:65536].decode("utf-8", "replace")
