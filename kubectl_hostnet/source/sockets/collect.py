"""The sockets of many containers, read side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.source.parallel import side_by_side
from kubectl_hostnet.source.sockets.debug import DebugImageError, look_from_beside
from kubectl_hostnet.source.sockets.dump import Dump
from kubectl_hostnet.source.sockets.gaps import gaps_of
from kubectl_hostnet.source.sockets.inside import CannotLookError, Container, Inside
from kubectl_hostnet.source.sockets.join import Holding, holdings
from kubectl_hostnet.source.sockets.reading import ContainerSockets, Reading, Target, unowned
from kubectl_hostnet.source.sockets.table import Socket
from kubectl_hostnet.source.sockets.tables import node_tables, related, whole
from kubectl_hostnet.source.transport import Transport

CONCURRENCY = 16
TIMEOUT = 20.0
DEBUG_ADVICE = "--debug-image busybox can look from beside"
STATIC_ADVICE = "static Pods take no ephemeral containers"
ELSEWHERE = "it has left the node's network, and sees the sockets of another"


class Cluster(Container, Protocol):
    """What is needed of live.Cluster."""

    transport: Transport


class _Look(msgspec.Struct, frozen=True):
    """What one look brought. `debug`: from beside; `usable`: the program that looked may work elsewhere.

    `holdings` are by container id ("" is the target), known when all looks are there.
    """

    target: Target
    dump: Dump | None = None
    failure: str = ""
    advice: str = ""
    debug: bool = False
    usable: bool = True
    holdings: Mapping[str, Holding] = {}


def pod_sockets(
    cluster: Cluster,
    targets: Sequence[Target],
    *,
    debug_image: str = "",
    announce: Callable[[str], None] = lambda _: None,
    concurrency: int = CONCURRENCY,
    timeout: float = TIMEOUT,
) -> Reading:
    """Look into every container, `timeout` seconds each; what cannot be read becomes a gap. Never raises HostnetError.

    With `debug_image`, ephemeral containers look where nothing else can; `announce` is told before they are added.
    """
    inside = Inside(cluster, timeout)
    looks = _first_looks(inside, targets, concurrency)
    reading = _reading(looks)
    needy = [i for i, t in enumerate(targets) if not reading.containers[t.key].complete and not t.static]
    if not debug_image or not needy:
        return reading
    announce(_announcement([targets[index] for index in needy], debug_image))

    def again(index: int) -> _Look:
        target = targets[index]
        return _look(lambda: look_from_beside(cluster.transport, target, debug_image), target, debug=True)

    first = again(needy[0])  # a wrong image is tried once, for it stays in the Pod and the kubelet goes on pulling it
    rest = needy[1:] if first.usable else []
    found = [first, *side_by_side(again, rest, concurrency)]
    for index, look in zip((needy[0], *rest), found, strict=True):
        if look.dump or not looks[index].dump:
            looks[index] = look
    return _reading(looks)


def _first_looks(inside: Inside, targets: Sequence[Target], concurrency: int) -> list[_Look]:
    """One container of each image first: the others then know what works there."""
    firsts = {target.image: index for index, target in reversed(list(enumerate(targets)))}
    order = sorted(range(len(targets)), key=lambda index: firsts[targets[index].image] != index)
    found: dict[int, _Look] = {}
    for part in (order[: len(firsts)], order[len(firsts) :]):
        done = side_by_side(lambda i: _look(lambda: inside.look(targets[i]), targets[i]), part, concurrency)
        found.update(zip(part, done, strict=True))
    return [found[index] for index in range(len(targets))]


def _look(look: Callable[[], Dump], target: Target, *, debug: bool = False) -> _Look:
    try:
        dump = look()
    except CannotLookError as error:
        return _Look(target, failure=error.message, advice=_debug_advice(target))
    except HostnetError as error:
        usable = not isinstance(error, DebugImageError)
        return _Look(target, failure=error.message, advice=error.hint, usable=usable)
    return _Look(target, dump, *_trouble(dump, target), debug=debug)


def _trouble(dump: Dump, target: Target) -> tuple[str, str]:
    if dump.unread:
        return f"/proc/net/{', /proc/net/'.join(dump.unread)} may not be read", _debug_advice(target)
    return ("", "") if dump.complete else ("there is too much to read, a part is missing", "")


def _announcement(targets: Sequence[Target], image: str) -> str:
    pods = ", ".join(dict.fromkeys(f"{target.namespace}/{target.pod}" for target in targets))
    if len(targets) == 1:
        what, rest = "an ephemeral container", "it ends at once, but Kubernetes cannot remove it from the Pod"
    else:
        what, rest = f"{len(targets)} ephemeral containers", "they end at once, but Kubernetes cannot remove them"
    return f"adding {what} with image {image} to {pods}: {rest}"


def _reading(looks: Sequence[_Look]) -> Reading:
    found = node_tables((look.target, look.dump) for look in looks if look.dump)
    tables = {node: table.sockets for node, table in found.items()}
    lasting = {node: table.lasting for node, table in found.items()}
    known = _ids_by_pod(look.target for look in looks)
    joined = [_joined(look, tables.get(look.target.node), known[look.target.key[:2]]) for look in looks]
    pods: dict[tuple[str, str], list[_Look]] = {}
    for look in joined:
        pods.setdefault(look.target.key[:2], []).append(look)
    containers = [_container(look, pods[look.target.key[:2]]) for look in joined]
    strangers = {node: {s.uid for s in sockets} for node, sockets in unowned(containers, lasting).items()}
    final = [_suspicious(c, look, strangers) for c, look in zip(containers, joined, strict=True)]
    return Reading({c.target.key: c for c in final}, tables, unowned(final, lasting), gaps_of(final))


def _ids_by_pod(targets: Iterable[Target]) -> dict[tuple[str, str], list[str]]:
    """A container may tell of its Pod's other containers, which it can see at times, but of no other Pod's."""
    known: dict[tuple[str, str], list[str]] = {}
    for target in targets:
        known.setdefault(target.key[:2], []).extend(filter(None, [target.container_id]))
    return known


def _joined(look: _Look, table: tuple[Socket, ...] | None, known: Sequence[str]) -> _Look:
    """The descriptors that a look saw, with the node's table: its own one may be another network's."""
    if look.dump is None:
        return look
    if table is None and whole(look.dump):
        return msgspec.structs.replace(look, dump=None, failure=ELSEWHERE, advice=_debug_advice(look.target))
    sockets = table or look.dump.sockets
    if table and not whole(look.dump) and related(look.dump, table):
        sockets = tuple({*table, *look.dump.sockets})
    return msgspec.structs.replace(look, holdings=holdings(look.dump, sockets, look.target, known, debug=look.debug))


def _container(look: _Look, pod: Iterable[_Look]) -> ContainerSockets:
    """What the container's own look found, and those of its Pod's others in the same PID namespace."""
    mine, identity = _own(look), look.target.container_id
    told = [other.holdings[identity] for other in pod if other is not look and identity and identity in other.holdings]
    sockets = {socket for holding in (mine, *told) for socket in holding.sockets}
    hidden = mine.hidden
    if told and (look.failure or hidden):
        hidden = min((holding.hidden for holding in told), key=len)
    advice = look.advice or (_debug_advice(look.target) if hidden else "")
    return ContainerSockets(look.target, tuple(sorted(sockets)), hidden, "" if told else look.failure, advice)


def _suspicious(container: ContainerSockets, look: _Look, strangers: Mapping[str, Collection[int]]) -> ContainerSockets:
    """Workers count as hidden where sockets of their own user are left that nobody was seen to hold."""
    suspects = tuple(p for p in _own(look).workers if p.uid in strangers.get(look.target.node, ()))
    if not suspects:
        return container
    hidden = (*container.hidden, *suspects)
    return msgspec.structs.replace(container, hidden=hidden, advice=_debug_advice(look.target))


def _debug_advice(target: Target) -> str:
    return STATIC_ADVICE if target.static else DEBUG_ADVICE


def _own(look: _Look) -> Holding:
    return look.holdings.get("", Holding())
