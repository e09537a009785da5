"""Clusters in a few words, for the tests of conflicts."""

from __future__ import annotations

from typing import Any

import msgspec
from builders import node as node_object
from builders import pod as pod_object

from kubectl_hostnet.analysis.conflict import Conflict
from kubectl_hostnet.analysis.conflicts import Ground, cluster_conflicts, ground
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.facts import Facts

IN_USE = "listen tcp :9000: bind: address already in use"
CRASHING = {
    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": {"terminated": {"exitCode": 1}},
    "restartCount": 5,
}


def pod(name: str, *ports: int | dict[str, Any], node: str = "node-1", **more: Any) -> dict[str, Any]:
    """A Pod that declares these ports; `crash` makes its container crash, with these last words."""
    crash = more.pop("crash", None)
    container = {"name": "main", "image": more.pop("image", "x"), "args": more.pop("args", [])}
    container["ports"] = [{"containerPort": p} if isinstance(p, int) else p for p in ports]
    made = pod_object(name, node=node, containers=more.pop("containers", [container]), **more)
    if crash is not None:
        last = {"terminated": {"exitCode": 1, "message": crash}}
        made["status"]["containerStatuses"] = [{"name": "main", "ready": False, **CRASHING, "lastState": last}]
    return made


def pending(name: str, *ports: int | dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Pod that the scheduler has found no node for."""
    said = [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/2 nodes are available"}
    ]
    return pod(name, *ports, node="", status={"phase": "Pending", "conditions": said, "containerStatuses": []}, **more)


def owned(kind: str, name: str) -> dict[str, Any]:
    """Metadata of a Pod that a workload controls."""
    return {"ownerReferences": [{"kind": kind, "name": name, "controller": True}]}


def workload(
    kind: str, name: str, *ports: int, replicas: int = 1, pod: dict[str, Any] | None = None, **spec: Any
) -> dict[str, Any]:
    """A workload whose host-networked template declares these ports."""
    containers = [{"name": "main", "image": "x", "ports": [{"containerPort": p} for p in ports]}]
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"hostNetwork": True, "containers": containers, **(pod or {})},
    }
    return {
        "kind": kind,
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"replicas": replicas, "template": template, **spec},
    }


def inventory(*made: dict[str, Any], nodes: tuple[Any, ...] = ("node-1", "node-2"), version: str = "") -> Inventory:
    """Everything as it would be after reading; nodes by name or as objects."""
    facts = Facts(server_version=version)
    facts.nodes = [msgspec.convert(node_object(n) if isinstance(n, str) else n, objects.Node) for n in nodes]
    for item in made:
        if item["kind"] == "Pod":
            facts.pods.append(msgspec.convert(item, objects.Pod))
        elif item["kind"] == "Service":
            facts.services.append(msgspec.convert(item, objects.Service))
        else:
            facts.workloads.append(msgspec.convert(item, objects.Workload))
    return inventory_from(facts)


def known(*made: dict[str, Any], **more: Any) -> Ground:
    """What all questions are answered from."""
    found = inventory(*made, **more)
    catalog = load()
    return ground(found, lambda one: pod_claims(one, found, catalog))


def conflicts(*made: dict[str, Any], **more: Any) -> list[Conflict]:
    """All conflicts of a cluster."""
    return cluster_conflicts(known(*made, **more))


def told(found: list[Conflict]) -> list[tuple[str, str | None, int | None, str]]:
    """Kind, node, port and who is in it: holders first, then `>` and those that want."""
    return [(c.kind, c.node, c.port, _sides(c)) for c in found]


def _sides(conflict: Conflict) -> str:
    holds = ",".join(h.name for h in conflict.holders if h.role == "holds")
    return f"{holds}>{','.join(h.name for h in conflict.holders if h.role == 'wants')}"
