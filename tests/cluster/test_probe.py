"""The walk-through's probe on a real cluster: 204 from the Pod's node, refusals elsewhere, and the same after it moves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from real_cluster import apply, eventually, execute, hostnet, kubectl, wait_ready

pytestmark = pytest.mark.cluster
POD = "influxdb-hostnetwork"


def influxdb(node: str, namespace: str) -> None:
    container = {"name": "influxdb", "image": "influxdb"}
    spec = {"hostNetwork": True, "nodeName": node, "terminationGracePeriodSeconds": 0, "containers": [container]}
    apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": POD}, "spec": spec}, namespace=namespace)
    wait_ready(POD, namespace=namespace)


def by_node(answer: dict[str, Any]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in answer["items"]:
        found.setdefault(item["node"], set()).add(item["verdict"])
    return found


def test_the_walk_through(namespace: str, nodes: dict[str, str]) -> None:
    for node, address in list(nodes.items())[:2]:
        influxdb(node, namespace)
        done = hostnet("probe", POD, "-n", namespace, "-o", "json")
        assert done.code == 0, done.err
        items = {(i["address"], i["port"]): i for i in done.json["items"]}
        item = items[(address, 8086)]
        assert (item["verdict"], item["health"], item["pod"], item["node"]) == ("reachable", "healthy", POD, node)
        assert (item["http"]["status"], item["http"]["application"]) == (204, "influxdb")
        headers = {name.lower(): value for name, value in item["http"]["headers"].items()}
        assert item["http"]["version"] == headers["x-influxdb-version"] != ""
        truth = execute("curl", "-sI", "--noproxy", "*", f"http://{address}:8086/ping").out
        assert f"X-Influxdb-Version: {item['http']['version']}" in truth

        everywhere = hostnet("probe", f"pod/{POD}", "-n", namespace, "--every-node", "-o", "json")
        assert everywhere.code == 0, everywhere.err
        seen = by_node(everywhere.json)
        every_node = {n["metadata"]["name"] for n in json.loads(kubectl("get", "nodes", "-o", "json"))["items"]}
        assert seen.keys() == every_node
        assert {name for name, verdicts in seen.items() if "reachable" in verdicts} == {node}
        assert all(verdicts == {"refused"} for name, verdicts in seen.items() if name != node)

        shown = hostnet("probe", POD, "-n", namespace, "--every-node")
        assert "HTTP/1.1 204" in shown.out
        assert "no Service" in shown.out
        kubectl("delete", "pod", "-n", namespace, POD, "--grace-period=0", "--force", "--wait=true")
        eventually(
            lambda address=address: execute("curl", "-sI", "--max-time", "2", f"http://{address}:8086/ping").code == 7
        )


def test_what_cannot_be_probed_says_why(namespace: str) -> None:
    container = {"name": "c", "image": "busybox", "command": ["sleep", "600"]}
    pod = {"apiVersion": "v1", "kind": "Pod"}
    apply(
        {**pod, "metadata": {"name": "plain"}, "spec": {"containers": [container], "terminationGracePeriodSeconds": 0}},
        {
            **pod,
            "metadata": {"name": "waiting"},
            "spec": {"hostNetwork": True, "nodeSelector": {"no": "node"}, "containers": [container]},
        },
        {
            **pod,
            "metadata": {"name": "portless"},
            "spec": {"hostNetwork": True, "containers": [container], "terminationGracePeriodSeconds": 0},
        },
        namespace=namespace,
    )
    wait_ready("plain", "portless", namespace=namespace)
    for name, code, words in (
        ("plain", 2, "not host-networked"),
        ("waiting", 3, "no address yet"),
        ("portless", 2, "no known TCP port"),
        ("wating", 3, "did you mean waiting?"),
        ("kube-proxy", 3, "-n kube-system"),
    ):
        done = hostnet("probe", name, "-n", namespace)
        assert (done.code, words in done.err, done.out) == (code, True, ""), (name, done)
        assert len(done.err.splitlines()) == 2
    assert hostnet("probe", "portless", "-n", namespace, "--port", "10250", "--scheme", "https").code == 0


def test_a_deployment_and_a_selector_are_targets_too(namespace: str) -> None:
    done = hostnet(
        "probe", "daemonset/kube-proxy", "-n", "kube-system", "--port", "10256", "--path", "/healthz", "-o", "json"
    )
    assert done.code == 0, done.err
    pods = json.loads(kubectl("get", "pods", "-n", "kube-system", "-l", "k8s-app=kube-proxy", "-o", "json"))["items"]
    assert {i["pod"] for i in done.json["items"]} == {p["metadata"]["name"] for p in pods}
    same = hostnet(
        "probe", "-l", "k8s-app=kube-proxy", "-n", "kube-system", "--port", "10256", "--path", "/healthz", "-o", "json"
    )
    key = lambda answer: {(i["pod"], i["address"], i["verdict"]) for i in answer["items"]}
    assert key(same.json) == key(done.json)


def test_wait_returns_when_it_is_reachable(namespace: str, nodes: dict[str, str]) -> None:
    node = list(nodes)[-1]
    container = {
        "name": "l",
        "image": "hostnet/listen",
        "args": ["tcp://:26900?do=http&after=3"],
        "ports": [{"containerPort": 26900}],
    }
    spec = {"hostNetwork": True, "nodeName": node, "terminationGracePeriodSeconds": 0, "containers": [container]}
    apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "late"}, "spec": spec}, namespace=namespace)
    wait_ready("late", namespace=namespace)
    assert hostnet("probe", "late", "-n", namespace, "--wait", "--timeout", "30s").code == 0
    kubectl("delete", "pod", "-n", namespace, "late", "--grace-period=0", "--force")
