"""Clusters of any size that never were: objects such as a real API server sends them, made fast and always alike.

    write(path, Shape(nodes=5000, host_pods=40_000))       # a file as `kubectl get -o json` writes it
    for pod in pods(Shape(nodes=5000, host_pods=0, plain_pods=150_000)): ...

Objects are text made from a few templates, so that 150,000 Pods take seconds to make, not minutes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN = "@{}@"  # noqa: S105 - a mark in a template, filled in later
CREATED = "2026-01-01T00:00:00Z"
TAINTS = (
    "not-ready",
    "unreachable",
    "disk-pressure",
    "memory-pressure",
    "pid-pressure",
    "unschedulable",
    "network-unavailable",
)


@dataclass(frozen=True)
class Shape:
    """How large a cluster is.

    `host_pods` and `plain_pods` are spread evenly over the nodes; every node is in one of `pools` pools (label `pool`:
    pool-0 and so on). `indent` 4 is what kubectl prints, None what an API server sends.
    """

    nodes: int = 5000
    host_pods: int = 40_000
    plain_pods: int = 0
    node_port_services: int = 0
    pools: int = 10
    indent: int | None = 4


def write(path: Path, shape: Shape) -> Path:
    """Write a snapshot as `kubectl get nodes,services,pods -A -o json` would."""
    with path.open("w") as file:
        file.write('{\n    "apiVersion": "v1",\n    "items": [\n' if shape.indent else '{"apiVersion":"v1","items":[')
        for index, item in enumerate(items(shape)):
            file.write((",\n" if index else "") + item)
        ending = '\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n'
        file.write(ending if shape.indent else '],"kind":"List","metadata":{"resourceVersion":""}}')
    return path


def items(shape: Shape) -> Iterator[str]:
    """Every object as JSON text: nodes, Services, Pods."""
    yield from nodes(shape)
    yield from services(shape)
    yield from pods(shape)


def nodes(shape: Shape) -> Iterator[str]:
    """Node objects: node-0 and so on, with two InternalIPs each."""
    template = _text(_node(), shape.indent)
    for index in range(shape.nodes):
        yield _filled(
            template,
            node=node_name(index),
            ip=ip(index),
            ip6=ip6(index),
            pool=index % shape.pools,
            uid=_uid(1, index),
        )


def services(shape: Shape) -> Iterator[str]:
    """Services of type NodePort, with node ports from 30000 on."""
    template = _text(_service(), shape.indent)
    for index in range(shape.node_port_services):
        yield _filled(template, name=f"service-{index}", uid=_uid(2, index)).replace(
            '"@node-port@"', str(30000 + index)
        )


def pods(shape: Shape) -> Iterator[str]:
    """Pod objects: host-networked ones of eight DaemonSets, then plain ones."""
    templates = [_text(_pod(*workload, host_network=True), shape.indent) for workload in HOST_WORKLOADS]
    yield from _spread(templates, [w[0] for w in HOST_WORKLOADS], shape.host_pods, shape, serial=3)
    plain = [_text(_pod(*workload, host_network=False), shape.indent) for workload in PLAIN_WORKLOADS]
    yield from _spread(plain, [w[0] for w in PLAIN_WORKLOADS], shape.plain_pods, shape, serial=4)


def node_name(index: int) -> str:
    """The name of a node."""
    return f"node-{index}"


def ip(index: int) -> str:
    """The InternalIP of a node, from 10.0.0.0/8."""
    return f"10.{index >> 16 & 255}.{index >> 8 & 255}.{index & 255}"


def ip6(index: int) -> str:
    """The second InternalIP of a node."""
    return f"2001:db8::{index + 16:x}"


def _spread(templates: list[str], names: list[str], count: int, shape: Shape, serial: int) -> Iterator[str]:
    for index in range(count):
        node, kind = index % shape.nodes, index // shape.nodes % len(templates)
        name = f"{names[kind]}-{index:06d}"
        yield _filled(
            templates[kind],
            name=name,
            node=node_name(node),
            ip=ip(node),
            ip6=ip6(node),
            token=f"{index:05x}",
            uid=_uid(serial, index),
        )


def _filled(template: str, **values: Any) -> str:
    for key, value in values.items():
        template = template.replace(TOKEN.format(key), str(value))
    return template


def _uid(serial: int, index: int) -> str:
    return f"{serial:08x}-0000-4000-8000-{index:012x}"


def _text(document: dict[str, Any], indent: int | None) -> str:
    if indent is None:
        return json.dumps(document, separators=(",", ":"), sort_keys=True)
    lines = json.dumps(document, indent=indent, sort_keys=True).splitlines()
    return "\n".join(" " * 2 * indent + line for line in lines)


def _container(name: str, image: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "resources": {"limits": {"memory": "200Mi"}, "requests": {"cpu": "10m", "memory": "50Mi"}},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "volumeMounts": [
            {"mountPath": "/etc/config", "name": "config", "readOnly": True},
            {
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                "name": "kube-api-access-@token@",
                "readOnly": True,
            },
        ],
        **more,
    }


def _port(number: int, name: str) -> dict[str, Any]:
    return {"containerPort": number, "hostPort": number, "name": name, "protocol": "TCP"}


def _http(port: int | str, path: str) -> dict[str, Any]:
    return {
        "failureThreshold": 3,
        "httpGet": {"path": path, "port": port, "scheme": "HTTP"},
        "periodSeconds": 10,
        "timeoutSeconds": 1,
    }


FROM_NODE = {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}}
HOST_IP = {"name": "HOST_IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.hostIP"}}}
# Name, namespace, containers: declared, probed, argued, in the environment, known by image, and a plain sidecar.
HOST_WORKLOADS: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    ("kube-proxy", "kube-system", [
        _container("kube-proxy", "registry.k8s.io/kube-proxy:v1.35.4", env=[FROM_NODE],
                   command=["/usr/local/bin/kube-proxy", "--config=/var/lib/kube-proxy/config.conf", "--hostname-override=$(NODE_NAME)"]),
    ]),
    ("node-exporter", "monitoring", [
        _container("node-exporter", "quay.io/prometheus/node-exporter:v1.8.2",
                   args=["--web.listen-address=127.0.0.1:9101", "--path.procfs=/host/proc", "--path.rootfs=/host/root"]),
        _container("kube-rbac-proxy", "quay.io/brancz/kube-rbac-proxy:v0.18.1", env=[HOST_IP], ports=[_port(9100, "https")],
                   args=["--secure-listen-address=[$(HOST_IP)]:9100", "--upstream=http://127.0.0.1:9101/"]),
    ]),
    ("influxdb", "telemetry", [_container("influxdb", "influxdb:1.8.10")]),
    ("fluent-bit", "logging", [
        _container("fluent-bit", "cr.fluentbit.io/fluent/fluent-bit:3.1.9", ports=[_port(2020, "http")],
                   livenessProbe=_http("http", "/"), readinessProbe=_http("http", "/api/v1/health")),
    ]),
    ("csi-node", "kube-system", [
        _container("driver", "registry.example.com/csi/driver:v2.4.0", args=["--endpoint=unix:///csi/csi.sock", "--v=2"],
                   ports=[_port(9808, "healthz")], livenessProbe=_http("healthz", "/healthz")),
        _container("registrar", "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.11.1", args=["--csi-address=/csi/csi.sock"]),
        _container("liveness-probe", "registry.k8s.io/sig-storage/livenessprobe:v2.13.1", args=["--csi-address=/csi/csi.sock", "--health-port=9808"]),
    ]),
    ("flannel", "kube-flannel", [
        _container("flannel", "ghcr.io/flannel-io/flannel:v0.26.7", command=["/opt/bin/flanneld"], args=["--ip-masq", "--kube-subnet-mgr"]),
    ]),
    ("agent", "tools", [
        _container("agent", "registry.example.com/team/agent:7.2", env=[{"name": "AGENT_PORT", "value": "18080"}],
                   args=["serve", "--metrics-bind-address=:18081"]),
    ]),
    ("ingress", "edge", [
        _container("controller", "registry.k8s.io/ingress-nginx/controller:v1.11.2", ports=[_port(80, "http"), _port(443, "https")],
                   args=["/nginx-ingress-controller", "--healthz-port=10254"], livenessProbe=_http(10254, "/healthz")),
    ]),
)  # fmt: skip
PLAIN_WORKLOADS: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    ("web", "shop", [_container("web", "nginx:1.27", ports=[{"containerPort": 80, "name": "http", "protocol": "TCP"}])]),
    ("api", "shop", [
        _container("api", "registry.example.com/shop/api:3", env=[{"name": "PORT", "value": "8080"}],
                   ports=[{"containerPort": 8080, "protocol": "TCP"}], readinessProbe=_http(8080, "/ready")),
        _container("envoy", "envoyproxy/envoy:v1.31.0", ports=[{"containerPort": 9901, "protocol": "TCP"}]),
    ]),
)  # fmt: skip


def _pod(name: str, namespace: str, containers: list[dict[str, Any]], *, host_network: bool) -> dict[str, Any]:
    kind, owner = ("DaemonSet", name) if host_network else ("ReplicaSet", f"{name}-5d8f7c9b6d")
    addresses = {
        "hostIP": "@ip@",
        "hostIPs": [{"ip": "@ip@"}],
        "podIP": "@ip@",
        "podIPs": [{"ip": "@ip@"}, {"ip": "@ip6@"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "creationTimestamp": CREATED,
            "generateName": f"{name}-",
            "labels": {
                "app.kubernetes.io/name": name,
                "controller-revision-hash": "5f8d6c9b7",
                "pod-template-generation": "3",
            },
            "name": "@name@",
            "namespace": namespace,
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "blockOwnerDeletion": True,
                    "controller": True,
                    "kind": kind,
                    "name": owner,
                    "uid": _uid(9, len(name)),
                }
            ],
            "resourceVersion": "123456789",
            "uid": "@uid@",
        },
        "spec": {**_spec(name, containers), **({"hostNetwork": True} if host_network else {})},
        "status": {
            "conditions": _conditions(
                "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"
            ),
            "containerStatuses": [_status(container) for container in containers],
            "phase": "Running",
            "qosClass": "Burstable",
            "startTime": CREATED,
            **addresses,
        },
    }


def _spec(name: str, containers: list[dict[str, Any]]) -> dict[str, Any]:
    fields = [{"key": "metadata.name", "operator": "In", "values": ["@node@"]}]
    terms = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": fields}]}}
    return {
        "affinity": {"nodeAffinity": terms},
        "containers": containers,
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "nodeName": "@node@",
        "preemptionPolicy": "PreemptLowerPriority",
        "priority": 2000001000,
        "priorityClassName": "system-node-critical",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccount": name,
        "serviceAccountName": name,
        "terminationGracePeriodSeconds": 30,
        "tolerations": [
            {"effect": "NoSchedule", "key": f"node.kubernetes.io/{taint}", "operator": "Exists"} for taint in TAINTS
        ],
        "volumes": [{"configMap": {"defaultMode": 420, "name": f"{name}-config"}, "name": "config"}, _token_volume()],
    }


def _token_volume() -> dict[str, Any]:
    field = {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}
    sources = [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
        {"downwardAPI": {"items": [field]}},
    ]
    return {"name": "kube-api-access-@token@", "projected": {"defaultMode": 420, "sources": sources}}


def _status(container: dict[str, Any]) -> dict[str, Any]:
    digest = "5e0bd4383029afd94321f01e0b4d109469ad60792011063ce976a52802f1c01e"
    mounts = [{**mount, "recursiveReadOnly": "Disabled"} for mount in container["volumeMounts"]]
    return {
        "allocatedResources": container["resources"]["requests"],
        "containerID": f"containerd://{digest}",
        "image": container["image"],
        "imageID": f"{container['image'].partition(':')[0]}@sha256:{digest}",
        "lastState": {},
        "name": container["name"],
        "ready": True,
        "resources": container["resources"],
        "restartCount": 0,
        "started": True,
        "state": {"running": {"startedAt": CREATED}},
        "user": {"linux": {"gid": 0, "supplementalGroups": [0], "uid": 0}},
        "volumeMounts": mounts,
    }


def _conditions(*types: str) -> list[dict[str, Any]]:
    common = {"lastProbeTime": None, "lastTransitionTime": CREATED, "observedGeneration": 1, "status": "True"}
    return [{**common, "type": kind} for kind in types]


def _service() -> dict[str, Any]:
    port = {"name": "http", "nodePort": "@node-port@", "port": 80, "protocol": "TCP", "targetPort": 8080}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"creationTimestamp": CREATED, "name": "@name@", "namespace": "shop", "uid": "@uid@"},
        "spec": {
            "clusterIP": "10.96.0.1",
            "ports": [port],
            "selector": {"app.kubernetes.io/name": "web"},
            "type": "NodePort",
        },
        "status": {"loadBalancer": {}},
    }


def _node() -> dict[str, Any]:
    quantities = {
        "cpu": "16",
        "ephemeral-storage": "264212084Ki",
        "hugepages-1Gi": "0",
        "memory": "65683656Ki",
        "pods": "110",
    }
    labels = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": "@node@",
        "kubernetes.io/os": "linux",
        "pool": "pool-@pool@",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "annotations": {
                "node.alpha.kubernetes.io/ttl": "0",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
            "creationTimestamp": CREATED,
            "labels": labels,
            "name": "@node@",
            "resourceVersion": "123456789",
            "uid": "@uid@",
        },
        "spec": {"podCIDR": "198.18.1.0/24", "providerID": "example:///zone-1/@uid@"},
        "status": {
            "addresses": [
                {"address": "@ip@", "type": "InternalIP"},
                {"address": "@ip6@", "type": "InternalIP"},
                {"address": "@node@", "type": "Hostname"},
            ],
            "allocatable": quantities,
            "capacity": quantities,
            "conditions": _conditions("Ready"),
            "images": [
                {"names": [f"{image}@sha256:{'0' * 64}", f"{image}:v1.{number}"], "sizeBytes": 158649109}
                for number, image in enumerate(_images() * 2)
            ],
            "nodeInfo": {
                "architecture": "amd64",
                "bootID": "@uid@",
                "containerRuntimeVersion": "containerd://2.1.1",
                "kernelVersion": "6.12.0",
                "kubeletVersion": "v1.35.4",
                "machineID": "@uid@",
                "operatingSystem": "linux",
                "osImage": "Debian GNU/Linux 12 (bookworm)",
            },
        },
    }


def _images() -> list[str]:
    return [container["image"].partition(":")[0] for _, _, containers in HOST_WORKLOADS for container in containers]


def made(objects: Iterable[str]) -> list[dict[str, Any]]:
    """Objects as dicts, for those who send them to an API server one by one."""
    return [json.loads(text) for text in objects]
