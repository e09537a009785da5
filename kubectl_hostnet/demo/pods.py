"""Pods of the sample cluster, as controllers, the scheduler and kubelets would have made them of cluster.yaml."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from typing import Any

from kubectl_hostnet.demo.identity import suffix, uid

REJECTED = "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
DUAL_STACK = "edge-1"
CONTROLLERS = ("DaemonSet", "Deployment", "StatefulSet")

Object = dict[str, Any]


def made_from(document: Object, addresses: dict[str, str]) -> list[Object]:
    """The Pods of a workload (its `pods`), or the one Pod that the document is; none for other kinds."""
    if document["kind"] in CONTROLLERS:
        return [_of_workload(document, index, entry, addresses) for index, entry in enumerate(document["pods"])]
    if document["kind"] == "Pod":
        return [_alone(document, addresses)]
    return []


def _of_workload(workload: Object, index: int, entry: Object, addresses: dict[str, str]) -> Object:
    kind, name = workload["kind"], workload["metadata"]["name"]
    template = copy.deepcopy(workload["spec"]["template"])
    labels = template["metadata"]["labels"]
    owner, owner_kind, own_name = name, kind, f"{name}-{suffix(f'{name} {index}', 5)}"
    if kind == "Deployment":
        revision = suffix(f"{name} revision {entry.get('revision', 1)}", 10)
        labels["pod-template-hash"] = revision
        owner, owner_kind, own_name = (
            f"{name}-{revision}",
            "ReplicaSet",
            f"{name}-{revision}-{suffix(f'{name} {index}', 5)}",
        )
    elif kind == "StatefulSet":
        own_name = f"{name}-{index}"
        labels |= {"statefulset.kubernetes.io/pod-name": own_name, "apps.kubernetes.io/pod-index": str(index)}
    spec = template["spec"]
    if "image" in entry:
        spec["containers"][0]["image"] = entry["image"]
    namespace = workload["metadata"]["namespace"]
    metadata = {
        "name": own_name,
        "generateName": own_name[: own_name.rindex("-") + 1],
        "namespace": namespace,
        "uid": uid("Pod", namespace, own_name),
        "creationTimestamp": entry["created"],
        "labels": labels,
        "ownerReferences": [_owner("apps/v1", owner_kind, owner, uid(owner_kind, namespace, owner))],
    }
    return _pod(metadata, spec, entry, addresses)


def _alone(document: Object, addresses: dict[str, str]) -> Object:
    metadata, spec = copy.deepcopy(document["metadata"]), copy.deepcopy(document["spec"])
    if document.get("state") == "static":
        node = document["node"]
        metadata["name"] += f"-{node}"
        metadata["annotations"] = {
            "kubernetes.io/config.hash": hashlib.md5(metadata["name"].encode(), usedforsecurity=False).hexdigest(),
            "kubernetes.io/config.mirror": "true",
            "kubernetes.io/config.source": "file",
        }
        metadata["ownerReferences"] = [_owner("v1", "Node", node, uid("Node", "", node))]
    metadata["uid"] = uid("Pod", metadata["namespace"], metadata["name"])
    return _pod(metadata, spec, document, addresses)


def _owner(version: str, kind: str, name: str, identifier: str) -> Object:
    return {"apiVersion": version, "kind": kind, "name": name, "uid": identifier, "controller": True}


def _pod(metadata: Object, spec: Object, entry: Object, addresses: dict[str, str]) -> Object:
    _defaults(spec)
    if "node" in entry:
        spec["nodeName"] = entry["node"]
    state = entry.get("state", "running")
    if state == "terminating":
        metadata |= {
            "deletionTimestamp": entry["since"],
            "deletionGracePeriodSeconds": spec["terminationGracePeriodSeconds"],
        }
    status = STATES[state](metadata, spec, entry)
    if state not in ("pending", "rejected"):
        status |= _ips(spec, entry, addresses)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": status}


def _defaults(spec: Object) -> None:
    """What the API server fills in; for ports see kubernetes pkg/apis/core/v1/defaults.go."""
    spec.setdefault("dnsPolicy", "ClusterFirst")
    spec.setdefault("restartPolicy", "Always")
    spec.setdefault("schedulerName", "default-scheduler")
    spec.setdefault("serviceAccountName", "default")
    spec.setdefault("terminationGracePeriodSeconds", 30)
    for container in spec["containers"]:
        for port in container.get("ports", ()):
            port.setdefault("protocol", "TCP")
            if spec.get("hostNetwork"):
                port.setdefault("hostPort", port["containerPort"])


def _ips(spec: Object, entry: Object, addresses: dict[str, str]) -> Object:
    host = [addresses[spec["nodeName"]], *(["::1"] if spec["nodeName"] == DUAL_STACK else [])]
    own = [entry["ip"]] if "ip" in entry else host
    return {
        "hostIP": host[0],
        "hostIPs": [{"ip": ip} for ip in host],
        "podIP": own[0],
        "podIPs": [{"ip": ip} for ip in own],
        "startTime": entry.get("created") or entry["metadata"]["creationTimestamp"],
    }


def _running(metadata: Object, spec: Object, entry: Object) -> Object:
    restarts = entry.get("restarts", 0)
    states = [
        _container(c, ready=True, restarts=restarts, state={"running": {"startedAt": metadata["creationTimestamp"]}})
        for c in spec["containers"]
    ]
    done = {"terminated": {"exitCode": 0, "reason": "Completed"}}
    started = [_container(c, ready=True, restarts=0, state=done) for c in spec.get("initContainers", ())]
    return {
        "phase": "Running",
        "conditions": _conditions(ready=True),
        "containerStatuses": states,
        **({"initContainerStatuses": started} if started else {}),
    }


def _crashing(metadata: Object, spec: Object, entry: Object) -> Object:
    container = spec["containers"][0]
    pod = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
    back_off = f"back-off 5m0s restarting failed container={container['name']} pod={pod}"
    state = {"waiting": {"reason": "CrashLoopBackOff", "message": back_off}}
    last = {"terminated": {"exitCode": 1, "reason": "Error", "message": entry["says"]}}
    status = _container(container, ready=False, restarts=entry["restarts"], state=state)
    return {
        "phase": "Running",
        "conditions": _conditions(ready=False),
        "containerStatuses": [status | {"lastState": last}],
    }


def _pending(_metadata: Object, _spec: Object, entry: Object) -> Object:
    scheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": entry["says"]}
    return {"phase": "Pending", "conditions": [scheduled]}


def _rejected(metadata: Object, _spec: Object, _entry: Object) -> Object:
    return {"phase": "Failed", "reason": "NodePorts", "message": REJECTED, "startTime": metadata["creationTimestamp"]}


def _container(container: Object, *, ready: bool, restarts: int, state: Object) -> Object:
    return {
        "name": container["name"],
        "image": container["image"],
        "ready": ready,
        "started": ready,
        "restartCount": restarts,
        "state": state,
    }


def _conditions(*, ready: bool) -> list[Object]:
    word = "True" if ready else "False"
    held = [{"type": kind, "status": "True"} for kind in ("PodReadyToStartContainers", "Initialized", "PodScheduled")]
    return [*held, {"type": "Ready", "status": word}, {"type": "ContainersReady", "status": word}]


STATES: dict[str, Callable[[Object, Object, Object], Object]] = {
    "running": _running,
    "static": _running,
    "terminating": _running,
    "crashing": _crashing,
    "pending": _pending,
    "rejected": _rejected,
}
