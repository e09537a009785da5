"""`ports` on a real cluster: who holds what, what is free, and what is believed without rights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from real_cluster import apply, eventually, hostnet, kubectl, wait_ready

pytestmark = pytest.mark.cluster


def pod(name: str, node: str, *sockets: str, host_network: bool = True, **container: Any) -> dict[str, Any]:
    main = {"name": "main", "image": "hostnet/listen", "args": list(sockets), **container}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "hostNetwork": host_network,
            "nodeName": node,
            "containers": [main],
            "terminationGracePeriodSeconds": 0,
        },
    }


@pytest.fixture(scope="module")
def workers(namespace: str, nodes: dict[str, str]) -> list[str]:
    """Two nodes; on the first one Pod of each kind, and a NodePort Service on all."""
    first, second = list(nodes)[:2]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"type": "NodePort", "selector": {"app": "declared"}, "ports": [{"port": 80, "targetPort": 24001}]},
    }
    apply(
        pod("declared", first, "tcp://:24001?do=http", ports=[{"containerPort": 24001, "name": "http"}]),
        pod("undeclared", first, "tcp4://127.0.0.1:24002", "udp://:24003"),
        pod(
            "forwarded",
            first,
            "tcp://:8080?do=http",
            host_network=False,
            ports=[{"containerPort": 8080, "hostPort": 24004}],
        ),
        service,
        namespace=namespace,
    )
    wait_ready("declared", "undeclared", "forwarded", namespace=namespace)
    return [first, second]


def items(*words: str, code: int = 0) -> list[dict[str, Any]]:
    done = hostnet("ports", *words, "-o", "json")
    assert done.code == code, done.err
    return list(done.json["items"])


def test_pods_services_and_components_hold_ports_of_a_node(namespace: str, workers: list[str]) -> None:
    node_port = int(kubectl("get", "-n", namespace, "service", "web", "-o", "jsonpath={.spec.ports[0].nodePort}"))
    found = {(i["port"], i["protocol"]): i for i in items(workers[0])}
    assert {i["node"] for i in found.values()} == {workers[0]}
    declared = found[24001, "TCP"]
    assert declared["holder"] == {"kind": "Pod", "namespace": namespace, "name": "declared", "container": "main"}
    assert (declared["declared"], declared["confidence"], declared["forwarded"]) == (True, "high", False)
    assert found[24004, "TCP"]["forwarded"]
    assert found[node_port, "TCP"]["holder"]["kind"] == "Service"
    assert (found[10250, "TCP"]["holder"]["name"], found[10250, "TCP"]["assumed"]) == ("kubelet", False)
    assert found[10256, "TCP"]["holder"]["kind"] == "Pod"


def test_static_pods_hold_the_control_planes_ports_and_nobody_is_assumed_beside_them() -> None:
    found = items("control-plane")
    for port, name in ((2379, "etcd"), (6443, "kube-apiserver"), (10257, "kube-controller-manager")):
        holders = [i["holder"] for i in found if i["port"] == port]
        assert holders
        assert {(h["kind"], h["name"]) for h in holders} == {("Pod", f"{name}-control-plane")}


def test_who_holds_a_port_and_where(namespace: str, workers: list[str]) -> None:
    assert [(i["node"], i["holder"]["name"]) for i in items("--port", "24004")] == [(workers[0], "forwarded")]
    table = hostnet("ports", "--port", "24004").out
    assert f"{namespace}/forwarded (hostPort)" in table
    assert items("-n", namespace, "--port", "10250") == []


def test_free_tells_the_other_nodes_and_agrees_with_bind(workers: list[str], on_node: Any) -> None:
    every = [line.removeprefix("node/") for line in kubectl("get", "nodes", "-o", "name").split()]
    assert [i["node"] for i in items("--free", "24001")] == [n for n in every if n != workers[0]]
    (proposed, other) = items(*workers, "--free", "any", "--range", "24000-24010", "--count", "2")
    for item in (proposed, other):
        for node in workers:
            listening = on_node(node, "ss", "-Hltn", f"sport = :{item['port']}")
            assert listening == "", f"{item['port']} is not free on {node}"
    assert hostnet("ports", "--free", "10250").code == 1


def test_sockets_show_what_nobody_declared(namespace: str, workers: list[str]) -> None:
    done = hostnet("ports", workers[0], "-n", namespace, "--live", "--undeclared", "-o", "json")
    # hostnet/listen has no shell: without --debug-image its sockets cannot be read, and that is told, not guessed.
    assert any("undeclared" in gap["resource"] or "container" in gap["resource"] for gap in done.json["gaps"])
    assert all(i["confidence"] != "certain" for i in done.json["items"])


def test_rights_in_one_namespace_only_give_a_partial_answer(namespace: str, workers: list[str], tmp_path: Path) -> None:
    kubectl("create", "-n", namespace, "serviceaccount", "reader")
    kubectl("create", "-n", namespace, "role", "pods", "--verb=get,list", "--resource=pods")
    kubectl("create", "-n", namespace, "rolebinding", "pods", "--role=pods", f"--serviceaccount={namespace}:reader")
    token = kubectl("create", "-n", namespace, "token", "reader").strip()
    server = kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")
    authority = kubectl(
        "config", "view", "--raw", "--minify", "-o", "jsonpath={.clusters[0].cluster.certificate-authority-data}"
    )
    config = f"""
apiVersion: v1
kind: Config
current-context: c
clusters: [{{name: c, cluster: {{server: "{server}", certificate-authority-data: {authority}}}}}]
users: [{{name: u, user: {{token: {token}}}}}]
contexts: [{{name: c, context: {{cluster: c, user: u, namespace: {namespace}}}}}]
"""
    path = tmp_path / "config"
    path.write_text(config)
    done = eventually(
        lambda: (d := hostnet("ports", "--port", "24001", "-o", "json", KUBECONFIG=str(path))).code == 0 and d
    )
    assert [i["node"] for i in done.json["items"]] == [workers[0]]
    assert not done.json["complete"]
    assert {"pods", "nodes", "services"} <= {gap["resource"] for gap in done.json["gaps"]}
