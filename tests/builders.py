"""Kubernetes objects for tests, as JSON-like dicts: what an API server would send."""

from __future__ import annotations

from typing import Any


def pod(
    name: str = "web", namespace: str = "default", *, host_network: bool = True, node: str = "node-1", **more: Any
) -> dict[str, Any]:
    """A running Pod. `containers`, `labels`, `status`, `metadata`, `spec` in `more` override."""
    containers = more.get("containers") or [
        {
            "name": "main",
            "image": more.get("image", "influxdb"),
            **({"ports": more["ports"]} if "ports" in more else {}),
        }
    ]
    status = {
        "phase": "Running",
        "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}], "hostIP": "10.0.0.1", "hostIPs": [{"ip": "10.0.0.1"}],
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "Initialized", "status": "True"}],
        "containerStatuses": [{"name": c["name"], "ready": True, "restartCount": 0, "state": {"running": {}}} for c in containers],
    }  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{namespace}-{name}",
            "labels": more.get("labels", {}),
            "creationTimestamp": "2026-01-01T00:00:00Z",
            **more.get("metadata", {}),
        },
        "spec": {"nodeName": node, "hostNetwork": host_network, "containers": containers, **more.get("spec", {})},
        "status": {**status, **more.get("status", {})},
    }


def node(name: str = "node-1", *addresses: str, **more: Any) -> dict[str, Any]:
    """A ready node with InternalIPs; `taints`, `labels`, `unschedulable` in `more`."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, **more.get("labels", {})}},
        "spec": {key: more[key] for key in ("taints", "unschedulable") if key in more},
        "status": {
            "addresses": [
                *({"type": "InternalIP", "address": a} for a in addresses or ("10.0.0.1",)),
                {"type": "Hostname", "address": name},
            ],
            "conditions": [{"type": "Ready", "status": "True"}],
            "nodeInfo": {"kubeletVersion": "v1.35.4", "operatingSystem": "linux"},
        },
    }


def service(
    name: str, selector: dict[str, str], *ports: dict[str, Any], namespace: str = "default", **spec: Any
) -> dict[str, Any]:
    """A Service."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"selector": selector, "ports": list(ports), **spec},
    }


def listing(*items: dict[str, Any], kind: str = "List", **metadata: Any) -> dict[str, Any]:
    """A List of objects, as `kubectl get -o json` prints it."""
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "items": list(items)}


def status(code: int, reason: str, message: str, **more: Any) -> dict[str, Any]:
    """An API error body."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "reason": reason,
        "message": message,
        **more,
    }
