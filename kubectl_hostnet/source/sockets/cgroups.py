"""Which container a process belongs to, by its control groups: for processes that share a PID namespace.

Formats seen: cgroup v1 (`4:memory:/PATH`, one line a hierarchy) and v2 (`0::/PATH`); drivers cgroupfs
(.../podUID/ID), systemd (.../cri-containerd-ID.scope, crio-ID.scope, docker-ID.scope), containerd as a service
(SLICE:cri-containerd:ID); paths of the node, or relative to a cgroup namespace (`/`, `/../ID`); nested ones of kind
(/docker/OUTER/kubelet/kubepods/.../ID) and of Docker inside a Pod (.../ID/docker/INNER).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

# crio-conmon-ID.scope holds CRI-O's watcher of container ID, not the container's own processes.
CONTAINER_ID = re.compile(r"(?<!conmon-)(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", re.ASCII)
OUTSIDE = "/.."  # above the root of our cgroup namespace


def container_ids(cgroup: Iterable[str]) -> tuple[str, ...]:
    """The container ids in the lines of /proc/PID/cgroup, from the outermost to the innermost."""
    return tuple(dict.fromkeys(found for line in cgroup for found in CONTAINER_ID.findall(_path(line))))


def owner(cgroup: Collection[str], own: Collection[str], known: Collection[str]) -> str | None:
    """The one of the `known` container ids that a process belongs to; "" for the container of whoever looks; else None.

    `own` are the lines of the looking process. None: another container, or a process of the node.
    """
    ids = container_ids(cgroup)
    for candidate in ids:
        if candidate in known:
            return candidate
    if elsewhere(cgroup, own):
        return None
    # In a cgroup namespace the looking process may sit in /init.scope, beside the container's others.
    namespaced = not container_ids(own)
    return "" if _inside(_paths(cgroup), _paths(own), namespaced=namespaced) else None


def elsewhere(cgroup: Iterable[str], own: Iterable[str]) -> bool:
    """In a container that is not the looking process' own."""
    return bool(set(container_ids(cgroup)) - set(container_ids(own)))


def _inside(paths: dict[str, str], own: dict[str, str], *, namespaced: bool) -> bool:
    """In each hierarchy at the looking process' place, or beneath it."""
    common = paths.keys() & own.keys()
    if not common or any(path.startswith(OUTSIDE) for path in paths.values()):
        return False
    return namespaced or all(_beneath(paths[key], own[key]) for key in common)


def _beneath(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")


def _paths(cgroup: Iterable[str]) -> dict[str, str]:
    """Path by hierarchy; numbers of hierarchies differ from boot to boot, controllers do not."""
    split = (line.split(":", 2) for line in cgroup)
    return {parts[1]: parts[2] for parts in split if len(parts) == 3}


def _path(line: str) -> str:
    return line.split(":", 2)[-1]
