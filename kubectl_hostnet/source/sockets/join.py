"""Which container holds which socket: the inodes of file descriptors and of the kernel's table, joined."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from kubectl_hostnet.source.sockets.cgroups import elsewhere, owner
from kubectl_hostnet.source.sockets.dump import Dump, Process
from kubectl_hostnet.source.sockets.reading import Target
from kubectl_hostnet.source.sockets.table import Socket


class Holding(msgspec.Struct, frozen=True):
    """What the processes of one container hold, and those of them that may hold more.

    `workers` may not be read either, but share the listeners of their parent, which was (nginx, httpd).
    """

    sockets: tuple[Socket, ...] = ()
    hidden: tuple[Process, ...] = ()
    workers: tuple[Process, ...] = ()


def holdings(
    dump: Dump, table: Collection[Socket], target: Target, known: Collection[str], *, debug: bool = False
) -> dict[str, Holding]:
    """Holdings by container id, out of the `known` ids; "" stands for the container that was looked into.

    `table` are the waiting sockets that count. With `debug` an ephemeral container was looking from beside the target:
    what is not its own is the target's.
    """
    processes: dict[str, list[Process]] = {"": _invisible(dump, target)}
    for process in dump.processes:
        if process.listed and (found := _owner(process, dump, target, known, debug=debug)) is not None:
            processes.setdefault("" if found == target.container_id else found, []).append(process)
    return {who: _holding(theirs, table) for who, theirs in processes.items()}


def _invisible(dump: Dump, target: Target) -> list[Process]:
    """Every PID namespace has a first process: where it is not in /proc (hidepid=2), others may be missing as well."""
    if target.host_pid or not dump.complete or any(process.pid == 1 for process in dump.processes):
        return []
    return [Process(1, "", 0, -1, -1, (), frozenset(), listed=True, readable=False)]


def merged(first: Dump, second: Dump) -> Dump:
    """Two looks at the same processes, as different users: what either could read."""
    better = {process.pid: process for process in second.processes if process.readable}
    seen = {process.pid for process in first.processes}
    processes = [better.get(p.pid, p) if not p.readable else p for p in first.processes]
    processes += [p for pid, p in better.items() if pid not in seen]
    return msgspec.structs.replace(first, processes=tuple(processes))


def _owner(process: Process, dump: Dump, target: Target, known: Collection[str], *, debug: bool) -> str | None:
    found = owner(process.cgroup, dump.cgroup, known)
    if debug:
        found = None if found == "" else found or _other(process, dump, target)
    elif found is None:
        found = _other(process, dump, target)
    return found


def _other(process: Process, dump: Dump, target: Target) -> str | None:
    """A process of no known container: of the target all the same, in a PID namespace of its own."""
    return None if target.host_pid or elsewhere(process.cgroup, dump.cgroup) else ""


def _holding(processes: Collection[Process], table: Iterable[Socket]) -> Holding:
    inodes = frozenset().union(*(process.inodes for process in processes))
    owned = tuple(sorted(socket for socket in table if socket.inode in inodes))
    by_pid = {process.pid: process for process in processes}
    listeners = {socket.inode for socket in owned}
    unread = [p for p in processes if not p.readable]
    workers = tuple(p for p in unread if _forked(p, by_pid, listeners))
    return Holding(owned, tuple(p for p in unread if p not in workers), workers)


def _forked(process: Process, by_pid: Mapping[int, Process], listeners: Collection[int]) -> bool:
    parent = by_pid.get(process.parent)
    return parent is not None and parent.name == process.name and not parent.inodes.isdisjoint(listeners)
