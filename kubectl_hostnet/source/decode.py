"""JSON and YAML into the structs of objects.py: an odd field costs that field, an odd object itself, never the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from kubectl_hostnet.source import objects
from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.source.query import PodFilter
from kubectl_hostnet.source.sharing import Sharing
from kubectl_hostnet.text import printable

T = TypeVar("T", bound=objects.Fields)
WORKLOAD_KINDS = (
    "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Job", "CronJob", "PodTemplate",
)  # fmt: skip
KINDS: dict[str, type[objects.Fields]] = {
    "Pod": objects.Pod,
    "Node": objects.Node,
    "Service": objects.Service,
    "EndpointSlice": objects.EndpointSlice,
    "ConfigMap": objects.ConfigMap,
    "Namespace": objects.Namespace,
    "Event": objects.Event,
    **dict.fromkeys(WORKLOAD_KINDS, objects.Workload),
}
MOST_ODD_FIELDS = 50  # of an object; one with more is of another kind
IDENTITY: tuple[list[str | int], ...] = ([], ["kind"], ["metadata"], ["metadata", "name"], ["metadata", "namespace"])
# Where msgspec saw something wrong; values of a mapping are `[...]` there, which stands for the mapping.
PLACE = re.compile(r"`\$([^`]*?)(?:\[\.\.\.\][^`]*)?`$")
STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_PAGE = msgspec.json.Decoder(objects.Page)
_SHARING = Sharing()
# Made on import, before there are threads: msgspec (seen with 0.22) remembers what it knows of a type before that is whole,
# and two threads that meet a type for the first time crash the process. The same goes for every decoder in source/.
_DECODERS: dict[type[objects.Fields], msgspec.json.Decoder[Any]] = {
    target: msgspec.json.Decoder(target) for target in dict.fromkeys(KINDS.values())
}


def page(body: bytes) -> objects.Page:
    """Decode a list answer, its items untouched; raises msgspec.DecodeError (a cut or foreign answer)."""
    return _PAGE.decode(body)


def each(
    raws: Iterable[msgspec.Raw], kind: str, gaps: list[Gap], wanted: Callable[[bytes], bool] | None = None
) -> list[Any]:
    """Decode items of one kind; `wanted` looks at the raw JSON first, so that what nobody needs is never built."""
    decoder = _DECODERS[KINDS[kind]]
    found = []
    for raw in raws:
        if wanted is not None and not wanted(bytes(raw)):
            continue
        try:
            item = decoder.decode(raw)
        except msgspec.ValidationError:
            item = converted(msgspec.json.decode(raw), kind, gaps)
            if item is None:
                continue
        if kind == "Pod":
            _SHARING.pod(item)
        found.append(item)
    return found


def converted(document: Any, kind: str, gaps: list[Gap]) -> Any | None:
    """A parsed document as a struct, forgiving `"80"` for 80.

    A field of a wrong type costs that field (`replicas: TEMPLATED` in a template), and becomes a gap; what stays wrong
    then costs the object.
    """
    mended = _with_text_keys(document)
    errors: list[str] = []
    while len(errors) < MOST_ODD_FIELDS:
        try:
            found = msgspec.convert(mended, KINDS[kind], strict=False)
        except msgspec.ValidationError as failure:
            errors.append(str(failure))
            if not _take_out(mended, errors[-1]):
                break
        else:
            gaps += [_gap(document, kind, error, "that field is left out") for error in errors]
            return found
    gaps.append(_gap(document, kind, errors[-1], "it is left out"))
    return None


def _gap(document: Any, kind: str, error: str, effect: str) -> Gap:
    metadata = document.get("metadata") if isinstance(document, dict) else None
    name = metadata.get("name", "") if isinstance(metadata, dict) else ""
    return Gap(f"{kind} {printable(str(name))}", f"cannot be read: {printable(error)}", effect)


def _take_out(document: Any, error: str) -> bool:
    """Remove what msgspec's message points at (`... - at `$.spec.ports[0].port``); False if that is what names the object."""
    place = PLACE.search(error)
    steps = [int(index) if index else key for key, index in STEP.findall(place[1])] if place else []
    if steps in IDENTITY:
        return False
    inner = document
    try:
        for step in steps[:-1]:
            inner = inner[step]
        del inner[steps[-1]]
    except (LookupError, TypeError):
        return False
    return True


def _with_text_keys(document: Any) -> Any:
    """YAML 1.1 reads the keys `on` and `1` as a boolean and a number; the API has text only."""
    if isinstance(document, dict):
        return {
            str(key).lower() if isinstance(key, bool) else str(key): _with_text_keys(v) for key, v in document.items()
        }
    return [_with_text_keys(item) for item in document] if isinstance(document, list) else document


def pod_wanted(which: PodFilter) -> Callable[[bytes], bool] | None:
    """A quick look at a Pod's JSON: False is sure, True still has to be checked with `uses_host`."""
    if which == "host-network":
        return lambda raw: b'"hostNetwork"' in raw
    if which == "host-ports":
        return lambda raw: b'"hostNetwork"' in raw or b'"hostPort"' in raw
    return None


def uses_host(pod: objects.Pod, which: PodFilter) -> bool:
    """The Pod belongs to the filter's set."""
    spec = pod.spec or objects.PodSpec()
    if which == "all" or spec.host_network:
        return True
    containers = (*(spec.containers or ()), *(spec.init_containers or ()))
    return which == "host-ports" and any(port.host_port for c in containers for port in c.ports or ())
