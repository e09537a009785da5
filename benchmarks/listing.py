"""`list` against `kubectl get pods -A -o wide`: a small cluster, and 30,000 Pods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.lab import create, lab
from benchmarks.measure import cost, row

PROGRAM = ".venv/bin/kubectl-hostnet"
KUBECTL = ["kubectl", "get", "pods", "-A", "-o", "wide"]
OURS = [PROGRAM, "list", "-A"]
NODES, PODS, EVERY = 300, 30_000, 10


def run() -> Iterator[str]:
    """Lines of results."""
    with lab() as environment:
        create(environment, "/api/v1/nodes", [node(i) for i in range(4)])
        create(environment, "/api/v1/namespaces/{namespace}/pods", [pod(i, host_network=True) for i in range(12)])
        theirs = cost(KUBECTL, environment, 10)
        yield row("list, 4 nodes, 12 Pods", cost(OURS, environment, 10), theirs, "kubectl get pods -A -o wide")
        create(environment, "/api/v1/nodes", [node(i) for i in range(4, NODES)])
        create(
            environment,
            "/api/v1/namespaces/{namespace}/pods",
            [pod(i, host_network=i % EVERY == 0) for i in range(12, PODS)],
        )
        theirs = cost(KUBECTL, environment, 3)
        name = f"list, {PODS} Pods, 1 in {EVERY} host-networked"
        yield row(name, cost(OURS, environment, 3), theirs, "kubectl get pods -A -o wide")


def node(number: int) -> dict[str, Any]:
    """A node object with what a kubelet of a mid-sized cluster writes into it."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": f"node-{number}",
            "labels": {"kubernetes.io/hostname": f"node-{number}", "kubernetes.io/os": "linux"},
        },
        "status": {
            "addresses": [{"type": "InternalIP", "address": f"198.51.{number // 250}.{number % 250 + 1}"}],
            "images": [
                {"names": [f"registry.example/team/image-{i}@sha256:{i:064x}"], "sizeBytes": 10**8} for i in range(30)
            ],
        },
    }


def pod(number: int, *, host_network: bool) -> dict[str, Any]:
    """A Pod as long as real ones are: two containers, environment, probes, mounts."""
    port = 20_000 + number % 10_000
    container = {
        "name": "main",
        "image": "registry.example/team/service:v1.2.3",
        "args": [f"--listen-address=:{port}", "--log-level=info", "--config=/etc/service/config.yaml"],
        "env": [{"name": f"SETTING_{i}", "value": f"value-{i}"} for i in range(10)],
        "ports": [{"containerPort": port, "name": "http"}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
        "resources": {"requests": {"cpu": "10m", "memory": "20Mi"}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/service"}],
    }
    sidecar = {"name": "sidecar", "image": "registry.example/team/sidecar:v4", "args": ["--quiet"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"pod-{number}",
            "namespace": "default",
            "labels": {"app": f"app-{number % 200}", "tier": "backend"},
        },
        "spec": {
            "nodeName": f"node-{number % NODES}",
            "hostNetwork": host_network,
            "containers": [container, sidecar],
            "volumes": [{"name": "config", "configMap": {"name": "service"}}],
        },
    }
