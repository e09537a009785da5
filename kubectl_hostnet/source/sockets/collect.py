"""The sockets of many containers, read side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.source.parallel import side_by_side
from kubectl_hostnet.source.sockets.debug import look_from_beside
from kubectl_hostnet.source.sockets.dump import Dump
from kubectl_hostnet.source.sockets.gaps import gaps_of
from kubectl_hostnet.source.sockets.inside import CannotLookError, Container, Inside
from kubectl_hostnet.source.sockets.join import Holding, holdings
from kubectl_hostnet.source.sockets.reading import ContainerSockets, Reading, Target, united
from kubectl_hostnet.source.transport import Transport

CONCURRENCY = 16
TIMEOUT = 20.0
DEBUG_ADVICE = "--debug-image busybox can look from beside"


class Cluster(Container, Protocol):
    """What is needed of live.Cluster."""

    transport: Transport


class _Look(msgspec.Struct, frozen=True):
    """What one look brought: the node's table in `dump`, and holdings by container id ("" is the target)."""

    target: Target
    dump: Dump | None = None
    holdings: Mapping[str, Holding] = {}
    failure: str = ""
    advice: str = ""


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
    known = _ids_by_pod(targets)
    inside = Inside(cluster, timeout)
    looks = _first_looks(inside, targets, known, concurrency)
    if debug_image:
        looks = _look_again(cluster.transport, looks, debug_image, announce, known, concurrency)
    return _reading(looks)


def _first_looks(
    inside: Inside, targets: Sequence[Target], known: Mapping[tuple[str, str], Sequence[str]], concurrency: int
) -> list[_Look]:
    """One container of each image first: the others then know what works there."""
    firsts = {target.image: index for index, target in reversed(list(enumerate(targets)))}
    order = sorted(range(len(targets)), key=lambda index: firsts[targets[index].image] != index)
    found: dict[int, _Look] = {}
    for part in (order[: len(firsts)], order[len(firsts) :]):
        done = side_by_side(lambda i: _look(lambda: inside.look(targets[i]), targets[i], known), part, concurrency)
        found.update(zip(part, done, strict=True))
    return [found[index] for index in range(len(targets))]


def _ids_by_pod(targets: Iterable[Target]) -> dict[tuple[str, str], list[str]]:
    """A container may tell of its Pod's other containers, which it can see at times, but of no other Pod's."""
    known: dict[tuple[str, str], list[str]] = {}
    for target in targets:
        known.setdefault(target.key[:2], []).extend(filter(None, [target.container_id]))
    return known


def _look(
    look: Callable[[], Dump], target: Target, known: Mapping[tuple[str, str], Sequence[str]], *, debug: bool = False
) -> _Look:
    try:
        dump = look()
    except CannotLookError as error:
        return _Look(target, failure=error.message, advice=DEBUG_ADVICE)
    except HostnetError as error:
        return _Look(target, failure=error.message, advice=error.hint)
    return _Look(target, dump, holdings(dump, target, known[target.key[:2]], debug=debug), *_trouble(dump))


def _trouble(dump: Dump) -> tuple[str, str]:
    if dump.unread:
        return f"/proc/net/{', /proc/net/'.join(dump.unread)} may not be read", DEBUG_ADVICE
    return ("", "") if dump.complete else ("there is too much to read, a part is missing", "")


def _look_again(
    transport: Transport,
    looks: list[_Look],
    image: str,
    announce: Callable[[str], None],
    known: Mapping[tuple[str, str], Sequence[str]],
    concurrency: int,
) -> list[_Look]:
    """By ephemeral containers, where a look failed or processes were hidden."""
    needy = [index for index, look in enumerate(looks) if look.failure or _own(look).hidden]
    if not needy:
        return looks
    pods = ", ".join(dict.fromkeys(f"{looks[i].target.namespace}/{looks[i].target.pod}" for i in needy))
    plural = "s" if len(needy) > 1 else ""
    announce(
        f"adding {len(needy)} ephemeral container{plural} with image {image} to {pods}: "
        "they end at once, but Kubernetes cannot remove them from the Pod"
    )

    def again(index: int) -> _Look:
        target = looks[index].target
        return _look(lambda: look_from_beside(transport, target, image), target, known, debug=True)

    for index, look in zip(needy, side_by_side(again, needy, concurrency), strict=True):
        if look.dump or not looks[index].dump:
            looks[index] = look
    return looks


def _reading(looks: Sequence[_Look]) -> Reading:
    nodes: dict[str, list[Dump]] = {}
    for look in looks:
        if look.dump:
            nodes.setdefault(look.target.node, []).append(look.dump)
    tables = {node: united(dump.sockets for dump in dumps) for node, dumps in nodes.items()}
    containers = {look.target.key: _container(look, looks) for look in looks}
    draft = Reading(containers, tables)
    strangers = {node: {socket.uid for socket in draft.unowned(node)} for node in tables}
    for look in looks:
        suspects = tuple(p for p in _own(look).workers if p.uid in strangers[look.target.node])
        if suspects:
            known = containers[look.target.key]
            hidden = (*known.hidden, *suspects)
            containers[look.target.key] = msgspec.structs.replace(known, hidden=hidden, advice=DEBUG_ADVICE)
    return msgspec.structs.replace(draft, gaps=gaps_of(containers.values()))


def _container(look: _Look, looks: Iterable[_Look]) -> ContainerSockets:
    """What the container's own look found, and those of its Pod's others in the same PID namespace."""
    mine, identity = _own(look), look.target.container_id
    told = [
        other.holdings[identity] for other in looks if other is not look and identity and identity in other.holdings
    ]
    sockets = {socket for holding in (mine, *told) for socket in holding.sockets}
    hidden = mine.hidden
    if told and (look.failure or hidden):
        hidden = min((holding.hidden for holding in told), key=len)
    failure = "" if told else look.failure
    advice = look.advice or (DEBUG_ADVICE if hidden else "")
    return ContainerSockets(look.target, tuple(sorted(sockets)), hidden, failure, advice)


def _own(look: _Look) -> Holding:
    return look.holdings.get("", Holding())
