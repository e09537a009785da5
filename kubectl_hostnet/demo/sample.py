"""The sample cluster as objects, as an API server would list them now, and what really listens for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import yaml

from kubectl_hostnet.demo import pods
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
        made = pods.made_from(document, addresses)
        objects += (
            [{key: value for key, value in document.items() if key not in OWN}] if document["kind"] != "Pod" else []
        )
        objects += made
        listeners += _listeners(document, made, addresses)
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


def _length(text: str) -> timedelta:
    days = DAYS.match(text)
    rest = DAYS.sub("", text)
    return timedelta(days=int(days[1]) if days else 0, seconds=seconds(rest, "!ago") if rest else 0)


def _listeners(document: dict[str, Any], made: list[dict[str, Any]], addresses: dict[str, str]) -> Iterator[Listener]:
    for listens in document.get("listens", ()):
        for node, firewalled in _places(document, made):
            own = ["::1"] if node == "edge-1" else []
            for address in [addresses[node], *own]:
                yield Listener(
                    node, address, listens["port"], listens.get("protocol", "TCP"), listens["as"], firewalled
                )


def _places(document: dict[str, Any], made: list[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    """The nodes on which something listens: those of running Pods, or the node itself; and whether a firewall is before it."""
    if document["kind"] == "Node":
        yield document["metadata"]["name"], False
        return
    for pod, entry in zip(made, document.get("pods") or [document], strict=True):
        if pod["status"]["phase"] == "Running" and entry.get("state") != "crashing":
            yield pod["spec"]["nodeName"], bool(entry.get("firewalled"))


def _complete(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fill in what every object of a kind has."""
    for item in objects:
        item["metadata"].setdefault(
            "uid", pods.uid(item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"])
        )
        if item["kind"] == "Node":
            item["status"] |= {
                "conditions": [
                    {
                        "type": "Ready",
                        "status": "True",
                        "reason": "KubeletReady",
                        "message": "kubelet is posting ready status",
                    }
                ],
                "nodeInfo": {
                    "kubeletVersion": "v1.33.4",
                    "operatingSystem": "linux",
                    "osImage": "Debian GNU/Linux 12 (bookworm)",
                    "containerRuntimeVersion": "containerd://1.7.27",
                },
            }
    names = {item["metadata"]["namespace"] for item in objects if item["metadata"].get("namespace")}
    namespaces = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in names]
    return sorted([*namespaces, *objects], key=_as_kubectl_lists)


def _as_kubectl_lists(item: dict[str, Any]) -> tuple[int, str, str]:
    kind = KINDS.index(item["kind"]) if item["kind"] in KINDS else len(KINDS)
    return kind, item["metadata"].get("namespace", ""), item["metadata"]["name"]


def utc_now() -> datetime:
    """The time of the sample."""
    return datetime.now(timezone.utc).replace(microsecond=0)
