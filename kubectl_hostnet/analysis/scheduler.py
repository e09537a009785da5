"""The scheduler's NodePorts filter: which declared host ports of Pods exclude each other on a node.

Follows kube-scheduler framework/types.go (HostPortInfo), pkg/scheduler/util/utils.go (GetHostPorts) and the order of
RunFilterPluginsWithNominatedPods; compared with a real kube-scheduler in tests/cluster/test_scheduler_lab.py.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from kubectl_hostnet.inventory.pod import Pod

ANY = "0.0.0.0"
NO_FREE_PORTS = "node(s) didn't have free ports for the requested pod ports"
VERSION = re.compile(r"^v?(\d+)\.(\d+)(?:\.(\d+))?")
SIDECARS_SINCE = ((1, 34, 0), (1, 33, 6))


class WantedPort(msgspec.Struct, frozen=True, gc=False):
    """A declared host port as the scheduler compares it: `ip` is text, `0.0.0.0` for none, and `::` is no wildcard."""

    protocol: str
    port: int
    ip: str
    container: str
    field: str


class Blocker(msgspec.Struct, frozen=True, gc=False):
    """`holder` has `held` on a node, which excludes `wanted` there; `nominated` means that it is only about to."""

    wanted: WantedPort
    holder: Pod
    held: WantedPort
    nominated: bool = False


def sidecars_count(server_version: str) -> bool:
    """Does this release's scheduler look at ports of restartable init containers? Yes since 1.33.6 and 1.34.0.

    An unknown version counts as new (kubernetes/kubernetes #132040, #133390).
    """
    numbers = version_numbers(server_version)
    current, backport = SIDECARS_SINCE
    return not numbers or numbers >= current or (numbers[:2] == backport[:2] and numbers >= backport)


def version_numbers(version: str) -> tuple[int, ...]:
    """`v1.33.6+k3s1` -> (1, 33, 6); () for what is no version."""
    found = VERSION.match(version)
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def wanted_ports(pod: Pod, *, sidecars: bool = True) -> tuple[WantedPort, ...]:
    """The host ports of a Pod that the scheduler counts: regular containers and, with `sidecars`, restartable init ones.

    Init and ephemeral containers' ports never count, nor does anything that is not declared.
    """
    kinds = ("regular", "sidecar") if sidecars else ("regular",)
    return tuple(
        WantedPort(port.protocol or "TCP", number, port.host_ip or ANY, container.name, port.field)
        for container in pod.containers
        if container.kind in kinds and container.ports
        for port in container.ports
        if (number := pod.host_port(port)) > 0
    )


def clash(one: WantedPort, other: WantedPort) -> bool:
    """Do two ports exclude each other on one node?"""
    return (one.protocol, one.port) == (other.protocol, other.port) and ips_clash(one.ip, other.ip)


def ips_clash(one: str, other: str) -> bool:
    """Equal text, or one of them `0.0.0.0`: `::` and other spellings of an address are just text to the scheduler."""
    return ANY in (one, other) or one == other


class HeldPorts:
    """Who holds which host port on which node, in the eyes of the scheduler.

    Pods that are bound to a node and have not ended count, also Terminating ones and those of other schedulers; Pods
    that the same scheduler has nominated for a node count for Pods of at most their priority. One thing is beyond
    prediction: the scheduler keeps a set, not a count, so where two Pods hold the very same port on a node (bound past
    the scheduler), the end of one frees it in its memory until it restarts (HostPortInfo.Remove).
    """

    def __init__(self, pods: Iterable[Pod], *, sidecars: bool = True) -> None:
        self.sidecars = sidecars
        self._held: dict[tuple[str, str, int], list[tuple[Pod, WantedPort]]] = defaultdict(list)
        self._nominated: dict[tuple[str, str, int], list[tuple[Pod, WantedPort]]] = defaultdict(list)
        for pod in pods:
            place = pod.node or pod.nominated_node
            if place and not pod.terminal and not pod.template:
                table = self._held if pod.node else self._nominated
                for port in wanted_ports(pod, sidecars=sidecars):
                    table[(place, port.protocol, port.port)].append((pod, port))

    def wanted(self, pod: Pod) -> tuple[WantedPort, ...]:
        """The ports of a Pod that count, by this scheduler's version."""
        return wanted_ports(pod, sidecars=self.sidecars)

    def blockers(self, pod: Pod, node: str) -> Iterator[Blocker]:
        """Everything on a node that keeps the Pod away, port by port; nothing means that its ports are free there."""
        for port in self.wanted(pod):
            place = (node, port.protocol, port.port)
            for holder, held in self._held.get(place, ()):
                if not same(holder, pod) and ips_clash(port.ip, held.ip):
                    yield Blocker(port, holder, held)
            for holder, held in self._nominated.get(place, ()):
                if _outranks(holder, pod) and not same(holder, pod) and ips_clash(port.ip, held.ip):
                    yield Blocker(port, holder, held, nominated=True)


def same(one: Pod, other: Pod) -> bool:
    """The same Pod, not only the same name: a Pod of a manifest has no uid yet and replaces its namesake."""
    if one.template or other.template:
        return False
    return one.key == other.key and (not one.uid or not other.uid or one.uid == other.uid)


def _outranks(nominated: Pod, pod: Pod) -> bool:
    """The scheduler keeps the place of a nominated Pod free for it, but only from Pods that are not more important."""
    mine, theirs = pod.placement, nominated.placement
    return theirs.scheduler_name == mine.scheduler_name and theirs.priority >= mine.priority
