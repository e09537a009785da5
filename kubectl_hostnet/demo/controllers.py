"""What controllers, the scheduler and kubelets would have written about the sample cluster's workloads and Pods."""

from __future__ import annotations

from typing import Any

from kubectl_hostnet.demo.identity import uid

Object = dict[str, Any]


def node_status(node: Object) -> Object:
    """The status of a node that is well."""
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "kubelet is posting ready status"}
    info = {
        "kubeletVersion": "v1.33.4",
        "operatingSystem": "linux",
        "osImage": "Debian GNU/Linux 12 (bookworm)",
        "containerRuntimeVersion": "containerd://1.7.27",
    }
    return {**node["status"], "conditions": [ready], "nodeInfo": info}


def status_of(workload: Object, pods: list[Object]) -> Object:
    """The status of a workload, from its Pods. `updated` Pods are those of the template as it is."""
    ready = sum(_ready(pod) for pod in pods)
    image = workload["spec"]["template"]["spec"]["containers"][0]["image"]
    updated = sum(pod["spec"]["containers"][0]["image"] == image for pod in pods)
    if workload["kind"] == "DaemonSet":
        return {
            "desiredNumberScheduled": len(pods),
            "currentNumberScheduled": len(pods),
            "updatedNumberScheduled": updated,
            "numberReady": ready,
            "numberAvailable": ready,
            "observedGeneration": 1,
        }
    status = {"replicas": len(pods), "readyReplicas": ready, "availableReplicas": ready, "updatedReplicas": updated}
    return {**status, "unavailableReplicas": len(pods) - ready, "observedGeneration": 1}


def events_of(pod: Object, entry: Object) -> list[Object]:
    """The event that says why a Pod does not run, if it does not."""
    state = entry.get("state")
    if state == "pending":
        return [_event(pod, "FailedScheduling", entry["says"], "default-scheduler")]
    if state == "rejected":
        why = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"
        return [_event(pod, "NodePorts", why, "kubelet")]
    if state == "crashing":
        metadata, container = pod["metadata"], pod["spec"]["containers"][0]["name"]
        where = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
        return [_event(pod, "BackOff", f"Back-off restarting failed container {container} in pod {where}", "kubelet")]
    return []


def _event(pod: Object, reason: str, message: str, source: str) -> Object:
    metadata = pod["metadata"]
    name = f"{metadata['name']}.{uid('Event', metadata['name'], reason)[:8]}"
    involved = {"apiVersion": "v1", "kind": "Pod", **{key: metadata[key] for key in ("name", "namespace", "uid")}}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "creationTimestamp": metadata["creationTimestamp"],
        },
        "involvedObject": involved,
        "type": "Warning",
        "reason": reason,
        "message": message,
        "source": {"component": source},
        "firstTimestamp": metadata["creationTimestamp"],
        "lastTimestamp": metadata["creationTimestamp"],
        "count": 1,
    }


def _ready(pod: Object) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", ()))
