"""The walk-through of design.md and the states of `list`, on a real cluster, through the real kubectl."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from real_cluster import apply, eventually, execute, hostnet, kubectl, wait_ready

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parents[2]
WALK_THROUGH = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "influxdb-hostnetwork"},
    "spec": {
        "hostNetwork": True,
        "containers": [{"name": "influxdb", "image": "influxdb"}],
        "terminationGracePeriodSeconds": 0,
    },
}


def pinned(manifest: dict[str, Any], node: str) -> dict[str, Any]:
    return {**manifest, "spec": {**manifest["spec"], "nodeName": node}}


def items(*words: str) -> list[dict[str, Any]]:
    done = hostnet("list", *words, "-o", "json")
    assert done.code == 0, done.err
    answer = done.json
    assert answer["complete"], answer["gaps"]
    return list(answer["items"])


def test_the_walk_through_pod_is_shown_with_its_port_from_the_application(
    namespace: str, nodes: dict[str, str]
) -> None:
    for node, address in list(nodes.items())[:2]:
        apply(pinned(WALK_THROUGH, node), namespace=namespace)
        wait_ready("influxdb-hostnetwork", namespace=namespace)
        (item,) = items("-n", namespace)
        assert (item["name"], item["node"], item["hostNetwork"], item["ready"]) == (
            "influxdb-hostnetwork",
            node,
            True,
            True,
        )
        assert {"type": "InternalIP", "address": address, "family": "IPv4"} in item["addresses"]
        assert item["hostIPs"][0] == address
        assert item["stale"] == ""
        ports = {(p["port"], p["protocol"]): p for p in item["ports"]}
        assert ports[(8086, "TCP")]["confidence"] == "medium"
        assert ports[(8086, "TCP")]["evidence"][0]["source"] == "application"
        assert ports[(8086, "TCP")]["evidence"][0]["field"] == "spec.containers[0].image"
        kubectl("delete", "pod", "-n", namespace, "influxdb-hostnetwork", "--grace-period=0", "--force", "--wait=true")


def test_the_default_namespace_comes_from_the_context(namespace: str, tmp_path: Path) -> None:
    config = yaml.safe_load(Path(os.environ["KUBECONFIG"]).read_text())
    config["contexts"][0]["context"]["namespace"] = "kube-flannel"
    (tmp_path / "config").write_text(json.dumps(config))
    found = hostnet("list", "-o", "name", KUBECONFIG=str(tmp_path / "config"))
    assert found.out.startswith("pod/kube-flannel-ds-")
    assert "No resources found in" in hostnet("list", "-n", namespace).err


def test_all_namespaces_shows_flannel_and_the_static_control_plane() -> None:
    found = items("-A")
    flannel = [i for i in found if i["workload"] == {"kind": "DaemonSet", "name": "kube-flannel-ds"}]
    every_node = json.loads(kubectl("get", "nodes", "-o", "json"))["items"]
    assert {i["node"] for i in flannel} == {n["metadata"]["name"] for n in every_node}
    assert all((p["port"], p["protocol"]) == (8472, "UDP") for i in flannel for p in i["ports"])
    static = {i["name"]: i for i in found if i["static"]}
    api = next(i for name, i in static.items() if name.startswith("kube-apiserver-"))
    assert 6443 in {p["port"] for p in api["ports"]}
    assert api["workload"] is None


def test_it_reads_what_kubectl_reads(nodes: dict[str, str]) -> None:
    words = ["get", "pods", "-A", "--field-selector=spec.hostNetwork=true", "-o", "json"]
    truth = {(p["metadata"]["namespace"], p["metadata"]["name"]): p for p in json.loads(kubectl(*words))["items"]}
    found = {(i["namespace"], i["name"]): i for i in items("-A")}
    assert found.keys() == truth.keys()
    for key, pod in truth.items():
        assert found[key]["uid"] == pod["metadata"]["uid"]
        assert found[key]["hostIPs"] == [ip["ip"] for ip in pod["status"].get("hostIPs", [])]
    for node in nodes:
        assert {i["node"] for i in items("-A", "--node", node)} == {node}


def test_status_words_are_kubectls(namespace: str) -> None:
    apply(
        {
            **WALK_THROUGH,
            "metadata": {"name": "no-image"},
            "spec": {"hostNetwork": True, "containers": [{"name": "c", "image": "no/such:1"}]},
        },
        {
            **WALK_THROUGH,
            "metadata": {"name": "no-node"},
            "spec": {**WALK_THROUGH["spec"], "nodeSelector": {"no": "node"}},
        },
        {
            **WALK_THROUGH,
            "metadata": {"name": "fails"},
            "spec": {
                "hostNetwork": True,
                "containers": [{"name": "c", "image": "busybox", "command": ["sh", "-c", "exit 3"]}],
            },
        },
        namespace=namespace,
    )

    def same() -> bool:
        lines = kubectl(
            "get", "pods", "-n", namespace, "--no-headers", "--field-selector=spec.hostNetwork=true"
        ).splitlines()
        theirs = {line.split()[0]: (line.split()[1], line.split()[2]) for line in lines}
        ours = {i["name"]: (i["readyContainers"], i["status"]) for i in items("-n", namespace)}
        settled = {"no-image": "ImagePull", "fails": "CrashLoopBackOff", "no-node": "Pending"}
        return theirs == ours and all(
            any(word in theirs[name][1] for word in (mark, "ErrImagePull")) for name, mark in settled.items()
        )

    eventually(same)
    waiting = next(i for i in items("-n", namespace) if i["name"] == "no-node")
    assert (waiting["node"], waiting["addresses"], waiting["hostIPs"]) == (None, [], [])


def test_a_pod_that_the_kubelet_rejects(namespace: str, nodes: dict[str, str]) -> None:
    node = next(iter(nodes))
    container = {"name": "c", "image": "busybox", "command": ["sleep", "600"], "ports": [{"containerPort": 25001}]}
    body = {"hostNetwork": True, "nodeName": node, "containers": [container], "terminationGracePeriodSeconds": 0}
    holder = {**WALK_THROUGH, "metadata": {"name": "holder"}, "spec": body}
    apply(holder, namespace=namespace)
    wait_ready("holder", namespace=namespace)
    apply({**holder, "metadata": {"name": "rejected"}}, namespace=namespace)
    eventually(lambda: next(i for i in items("-n", namespace) if i["name"] == "rejected")["reason"] == "NodePorts")
    rejected = next(i for i in items("-n", namespace) if i["name"] == "rejected")
    assert (rejected["phase"], rejected["status"], rejected["ready"]) == ("Failed", "NodePorts", False)


def test_host_ports_are_forwarded_not_bound(namespace: str) -> None:
    container = {"name": "c", "image": "nginx", "ports": [{"containerPort": 80, "hostPort": 25002}]}
    apply({**WALK_THROUGH, "metadata": {"name": "mapped"}, "spec": {"containers": [container]}}, namespace=namespace)
    assert "mapped" not in {i["name"] for i in items("-n", namespace)}
    mapped = next(i for i in items("-n", namespace, "--include-host-ports") if i["name"] == "mapped")
    assert mapped["hostNetwork"] is False
    assert [(p["port"], p["forwarded"]) for p in mapped["ports"]] == [(25002, True)]


def test_a_snapshot_of_the_cluster_says_what_the_cluster_says(tmp_path: Path) -> None:
    live = items("-A")
    (tmp_path / "dump.json").write_text(kubectl("get", "pods,nodes,services,endpointslices", "-A", "-o", "json"))
    (tmp_path / "dump.yaml").write_text(kubectl("get", "pods,nodes,services,endpointslices", "-A", "-o", "yaml"))
    kubectl("cluster-info", "dump", "-A", f"--output-directory={tmp_path / 'dump'}")
    strip = lambda found: {
        (i["namespace"], i["name"]): {**i, "labels": 0} for i in found if i["namespace"].startswith("kube-")
    }
    for path in ("dump.json", "dump.yaml", "dump"):
        assert strip(items("-A", "--snapshot", str(tmp_path / path))) == strip(live), path


@pytest.fixture
def reader(namespace: str) -> Any:
    """A service account with just the roles of docs/rbac.yaml; yields a function that grants a role and runs as it."""
    roles = {r["metadata"]["name"]: r for r in yaml.safe_load_all((ROOT / "docs" / "rbac.yaml").read_text())}
    kubectl("create", "serviceaccount", "reader", "-n", namespace)
    token = kubectl("create", "token", "reader", "-n", namespace).strip()
    made: list[str] = []

    def run_as(rules: list[dict[str, Any]], *words: str) -> Any:
        name = f"{namespace}-reader"
        made.append(name)
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": rules,
        }
        binding = {
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": namespace}],
        }  # fmt: skip
        kubectl("apply", "-f", "-", stdin=f"{json.dumps(role)}\n---\n{json.dumps(binding)}")
        config = json.loads(execute("kubectl", "config", "view", "--raw", "-o", "json").out)
        config["users"] = [{"name": u["name"], "user": {"token": token}} for u in config["users"]]
        path = Path(os.environ.get("PYTEST_TMP", "/tmp")) / f"{name}.kubeconfig"
        path.write_text(json.dumps(config))
        try:
            return hostnet(*words, KUBECONFIG=str(path))
        finally:
            path.unlink()

    yield roles, run_as
    kubectl("delete", "serviceaccount", "reader", "-n", namespace)
    for name in set(made):
        kubectl("delete", "clusterrole,clusterrolebinding", name)


def test_the_documented_roles_suffice_and_nothing_in_them_is_unused(reader: Any) -> None:
    roles, run_as = reader
    words = ["list", "-A", "--templates", "--read-config", "-o", "json"]
    rules = [
        rule
        for name in ("kubectl-hostnet", "kubectl-hostnet-workloads", "kubectl-hostnet-config")
        for rule in roles[name]["rules"]
    ]
    whole = eventually(lambda: (done := run_as(rules, *words)).code == 0 and done)
    assert whole.json["gaps"] == []
    resources = {resource for rule in rules for resource in rule["resources"]}
    for left_out in sorted(resources - {"pods"}):
        less = [{**rule, "resources": [r for r in rule["resources"] if r != left_out]} for rule in rules]
        less = [rule for rule in less if rule["resources"]]
        answer = eventually(lambda less=less: (found := run_as(less, *words).json)["gaps"] and found)
        assert [gap["resource"] for gap in answer["gaps"]] == [left_out]
        assert len(answer["items"]) > 0


def test_without_the_right_to_read_pods_it_is_an_error(reader: Any) -> None:
    _, run_as = reader
    done = eventually(lambda: (found := run_as([], "list", "-A", "-o", "json")).code == 3 and found)
    assert "error: pods is forbidden" in done.err
    assert "hint:" in done.err
    assert done.json["error"]["exitCode"] == 3


def test_kubectl_finds_the_plugin() -> None:
    assert "kubectl-hostnet" in execute("kubectl", "plugin", "list", "--name-only").out
