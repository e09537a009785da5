"""The sample cluster as objects, as an API server would list them now, and what really listens for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import yaml

from kubectl_hostnet.demo.controllers import events_of, node_status, status_of
from kubectl_hostnet.demo.identity import uid
from kubectl_hostnet.demo.pods import CONTROLLERS, DUAL_STACK, made_from
from kubectl_hostnet.duration import seconds

FILE = Path(__file__).with_name("cluster.yaml")
HOSTS = {"cp-1": 11, "worker-1": 12, "worker-2": 13, "edge-1": 14, "edge-2": 15, "before": 25, "dns": 53}
DAYS = re.compile(r"^(\d+)d")
KINDS = ("Namespace", "Node", "Pod", "Service", "ConfigMap", "DaemonSet", "Deployment", "StatefulSet", "Event")
# The keys of cluster.yaml that no API server knows.
OWN = ("pods", "listens", "node", "state", "since", "says")


@dataclass(frozen=True)
class Listener:
    """A socket of the sample: what answers on it is one of answers.ANSWERS; `firewalled` ones drop what comes."""

    node: str
    address: str
    port: int
    protocol: Literal["TCP", "UDP"]
    answers: str
    firewalled: bool = False


@dataclass(frozen=True)
class Sample:
    """Kubernetes objects, and the listeners that make them real."""

    objects: list[dict[str, Any]]
    listeners: list[Listener]


def sample(now: datetime, addresses: dict[str, str]) -> Sample:
    """The sample cluster. `now` has a time zone; `addresses` gives each of HOSTS its IP address."""
    objects: list[dict[str, Any]] = []
    listeners: list[Listener] = []
    for document in _documents(now, addresses):
        pods = made_from(document, addresses)
        objects += [*_itself(document, pods), *pods, *_events(document, pods)]
        listeners += _listeners(document, pods, addresses)
    return Sample(_complete(objects), listeners)


def _documents(now: datetime, addresses: dict[str, str]) -> Iterator[dict[str, Any]]:
    class Loader(yaml.SafeLoader):
        """Knows `!ago 3d4h`."""

    def ago(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
        return (now - _length(str(loader.construct_scalar(node)))).strftime("%Y-%m-%dT%H:%M:%SZ")

    Loader.add_constructor("!ago", ago)
    text = FILE.read_text(encoding="utf-8")
    for name, address in addresses.items():
        text = text.replace(f"@{name}@", address)
    yield from yaml.load_all(text, Loader=Loader)


def _itself(document: dict[str, Any], pods: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if document["kind"] == "Pod":
        return []
    plain = {key: value for key, value in document.items() if key not in OWN}
    if plain["kind"] in CONTROLLERS:
        return [{**plain, "status": status_of(plain, pods)}]
    return [{**plain, "status": node_status(plain)} if plain["kind"] == "Node" else plain]


def _events(document: dict[str, Any], pods: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for pod, entry in _entries(document, pods):
        yield from events_of(pod, entry)


def _entries(document: dict[str, Any], pods: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pods, with what cluster.yaml says of each."""
    return zip(pods, document.get("pods") or [document] * len(pods), strict=True)


def _length(text: str) -> timedelta:
    days = DAYS.match(text)
    rest = DAYS.sub("", text)
    return timedelta(days=int(days[1]) if days else 0, seconds=seconds(rest, "!ago") if rest else 0)


def _listeners(document: dict[str, Any], pods: list[dict[str, Any]], addresses: dict[str, str]) -> Iterator[Listener]:
    for listens in document.get("listens", ()):
        for node, firewalled in _places(document, pods):
            for address in [addresses[node], *(["::1"] if node == DUAL_STACK else [])]:
                yield Listener(
                    node, address, listens["port"], listens.get("protocol", "TCP"), listens["as"], firewalled
                )


def _places(document: dict[str, Any], pods: list[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    """The nodes on which something listens: those of running Pods, or the node itself; and whether a firewall is before it."""
    if document["kind"] == "Node":
        yield document["metadata"]["name"], False
    for pod, entry in _entries(document, pods):
        if pod["status"]["phase"] == "Running" and entry.get("state") != "crashing":
            yield pod["spec"]["nodeName"], bool(entry.get("firewalled"))


def _complete(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Uids and namespaces, and all in the order of kubectl."""
    for item in objects:
        metadata = item["metadata"]
        metadata.setdefault("uid", uid(item["kind"], metadata.get("namespace", ""), metadata["name"]))
    names = {item["metadata"]["namespace"] for item in objects if "namespace" in item["metadata"]}
    namespaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names]
    return sorted([*namespaces, *objects], key=_as_kubectl_lists)


def _as_kubectl_lists(item: dict[str, Any]) -> tuple[int, str, str]:
    kind = KINDS.index(item["kind"]) if item["kind"] in KINDS else len(KINDS)
    return kind, item["metadata"].get("namespace", ""), item["metadata"]["name"]


def utc_now() -> datetime:
    """The time of the sample."""
    return datetime.now(timezone.utc).replace(microsecond=0)
