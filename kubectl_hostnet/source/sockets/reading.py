"""What was read of the sockets of many containers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.source.sockets.dump import Process
from kubectl_hostnet.source.sockets.table import Socket


class Target(msgspec.Struct, frozen=True):
    """A running container of a host-networked Pod. `container_id` has no `containerd://` before it.

    `host_pid`: its processes see those of the node; `static`: its Pod belongs to the kubelet, and cannot be changed;
    `kubelet_port` is where the kubelet of its node listens, 0 when that is not known.
    """

    namespace: str
    pod: str
    container: str
    node: str
    image: str = ""
    container_id: str = ""
    host_pid: bool = False
    static: bool = False
    kubelet_port: int = 0

    @property
    def title(self) -> str:
        """`namespace/pod/container`."""
        return f"{self.namespace}/{self.pod}/{self.container}"

    @property
    def key(self) -> tuple[str, str, str]:
        """Namespace, Pod and container."""
        return (self.namespace, self.pod, self.container)


class ContainerSockets(msgspec.Struct, frozen=True):
    """The waiting sockets that a container's processes hold.

    `hidden` are processes whose descriptors may not be read: sockets that nobody else holds may be theirs. `failure`
    says why nothing, or not all, could be read, `advice` what to do about either.
    """

    target: Target
    sockets: tuple[Socket, ...] = ()
    hidden: tuple[Process, ...] = ()
    failure: str = ""
    advice: str = ""

    @property
    def complete(self) -> bool:
        """These are all: a port that is not among them is not this container's."""
        return not (self.failure or self.hidden)


class Reading(msgspec.Struct, frozen=True):
    """What all containers told. `tables` has the waiting sockets of each node, whoever holds them, where all were read.

    `unowned` are those that no container was seen to hold, and that lasted: the node's own, the kernel's, or of a hidden
    process.
    """

    containers: dict[tuple[str, str, str], ContainerSockets] = {}
    tables: dict[str, tuple[Socket, ...]] = {}
    unowned: dict[str, tuple[Socket, ...]] = {}
    gaps: tuple[Gap, ...] = ()


def unowned(
    containers: Iterable[ContainerSockets], tables: Mapping[str, Iterable[Socket]]
) -> dict[str, tuple[Socket, ...]]:
    """The sockets of each node's table that no container holds."""
    owned = {(container.target.node, socket.inode) for container in containers for socket in container.sockets}
    return {node: tuple(s for s in table if (node, s.inode) not in owned) for node, table in tables.items()}
