"""One look into a container by exec, with whatever its image has to look with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from kubectl_hostnet.errors import ClusterError
from kubectl_hostnet.source.channels import ExecResult
from kubectl_hostnet.source.sockets.dump import Dump, parse
from kubectl_hostnet.source.sockets.join import holdings, merged
from kubectl_hostnet.source.sockets.reading import Target
from kubectl_hostnet.source.sockets.script import AS_USER, PYTHON, SHELL

WAYS = (("sh",), ("python3",), ("busybox", "sh"), ("/bin/sh",), ("/busybox/sh",), ("bash",), ("python",))
NO_ID = "?"  # in no path
MOST_USERS = 3
NO_SHELL = "the image has no shell (sh, bash, busybox) and no python"
START_FAILED = "unable to start container process: "


class CannotLookError(ClusterError):
    """Nothing in the container's image can look at its processes."""


class Container(Protocol):
    """What is needed of a cluster: live.Cluster.exec."""

    def exec(
        self, namespace: str, pod: str, container: str, command: Sequence[str], *, stdin: bytes = b"", timeout: float
    ) -> ExecResult:
        """Run a command in a container."""
        ...


class Inside:
    """Looks into containers, and remembers for each image what worked there."""

    def __init__(self, cluster: Container, timeout: float) -> None:
        self._cluster = cluster
        self._timeout = timeout
        self._worked: dict[str, tuple[str, ...] | None] = {}

    def look(self, target: Target) -> Dump:
        """The container's sockets and processes. Raises CannotLookError without any program for it, or HostnetError."""
        reason = ""
        for way in self._ways(target.image):
            result = self._run(target, _command(way, target))
            dump = parse(result.stdout)
            if dump:
                self._worked[target.image] = way
                return dump if _python(way) else self._as_users(dump, target, way)
            reason = reason or result.message
        self._worked.setdefault(target.image, None)
        raise CannotLookError(_why(reason))

    def _ways(self, image: str) -> Iterator[tuple[str, ...]]:
        """Programs to try: what worked for the image first; where nothing did, only the likeliest once more."""
        if image not in self._worked:
            yield from WAYS
        elif worked := self._worked[image]:
            yield from (worked, *(way for way in WAYS if way != worked))
        else:
            yield WAYS[0]

    def _as_users(self, dump: Dump, target: Target, shell: tuple[str, ...]) -> Dump:
        """Root without SYS_PTRACE, as in most containers, reads only root's descriptors: look as the others, too."""
        if dump.uid != 0:
            return dump
        hidden = holdings(dump, dump.sockets, target, ()).get("")
        users = dict.fromkeys((p.uid, p.gid) for p in (hidden.hidden if hidden else ()) if p.uid > 0)
        for uid, gid in list(users)[:MOST_USERS]:
            words = ("-c", AS_USER, "sh", SHELL, *arguments(target), str(uid), str(gid))
            result = self._run(target, (*shell, *words))
            seen = parse(result.stdout)
            dump = merged(dump, seen) if seen else dump
        return dump

    def _run(self, target: Target, command: Sequence[str]) -> ExecResult:
        return self._cluster.exec(target.namespace, target.pod, target.container, command, timeout=self._timeout)


def _command(way: tuple[str, ...], target: Target) -> tuple[str, ...]:
    if _python(way):
        return (*way, "-c", PYTHON, *arguments(target))
    return (*way, "-c", SHELL, "sh", *arguments(target))


def _python(way: tuple[str, ...]) -> bool:
    return way[0].startswith("python")


def arguments(target: Target) -> tuple[str, str]:
    """What the script wants to know."""
    return (target.container_id or NO_ID, "own" if target.host_pid else "all")


def _why(reason: str) -> str:
    """The runtime's words, when it is not just that there is no such program."""
    if not reason or "not found" in reason or "no such file" in reason:
        return NO_SHELL
    return reason.rpartition(START_FAILED)[2]
