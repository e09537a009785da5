"""What `conflicts` says against what the real scheduler, controllers, kubelets and kernel then do."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from real_cluster import apply, eventually, execute, hostnet, kubectl, wait_ready

pytestmark = pytest.mark.cluster
Json = dict[str, Any]


def pod(name: str, *ports: int | Json, node: str = "", args: list[str] | None = None, **spec: Any) -> Json:
    """A host-networked Pod that listens, pinned by a selector so that the scheduler places it."""
    container: Json = {"name": "main", "image": "hostnet/listen", "args": args or [f"tcp://:{p}" for p in ports]}
    container["ports"] = [{"containerPort": p} if isinstance(p, int) else p for p in ports]
    where = {"nodeSelector": {"kubernetes.io/hostname": node}} if node else {}
    body = {"hostNetwork": True, "terminationGracePeriodSeconds": 0, "containers": [container], **where, **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": body}


def influxdb(name: str, node: str, *ports: int) -> Json:
    made = pod(name, *ports, node=node)
    made["spec"]["containers"][0] |= {"image": "influxdb", "args": []}
    return made


def workload(kind: str, name: str, port: int, **spec: Any) -> Json:
    template = {"metadata": {"labels": {"app": name}}, "spec": pod("x", port)["spec"]}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template, **spec},
    }


def ask(*words: str, namespace: str) -> Json:
    done = hostnet("conflicts", *words, "-n", namespace, "-o", "json")
    answer: Json = done.json
    assert answer["complete"], answer["gaps"]
    assert done.code == (1 if any(item["severity"] == "conflict" for item in answer["items"]) else 0)
    return answer


def items(*words: str, namespace: str) -> list[Json]:
    return list(ask(*words, namespace=namespace)["items"])


def sides(item: Json, role: str) -> set[str]:
    return {h["name"] for h in item["holders"] if h["role"] == role}


def found(kind: str, port: int, *words: str, namespace: str) -> Json:
    """Wait until the conflict is told: the cluster needs a moment to get into it."""

    def look() -> Json | None:
        return next((i for i in items(*words, namespace=namespace) if (i["kind"], i["port"]) == (kind, port)), None)

    item: Json = eventually(look)
    return item


def get(what: str, namespace: str) -> Json:
    answer: Json = json.loads(kubectl("get", "-n", namespace, *what.split(), "-o", "json"))
    return answer


def pods_of(app: str, namespace: str) -> list[Json]:
    return list(get(f"pods -l app={app}", namespace)["items"])


def is_pending(name: str, namespace: str) -> bool:
    conditions = get(f"pod {name}", namespace)["status"].get("conditions", ())
    return any((c["type"], c["status"]) == ("PodScheduled", "False") for c in conditions)


def manifest(tmp_path: Path, *objects: Json) -> str:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))
    return str(path)


@pytest.fixture
def space(namespace: str) -> Any:
    yield namespace
    kubectl("delete", "-n", namespace, "deployments,daemonsets,services", "--all", "--wait=false", "--ignore-not-found")
    kubectl("delete", "-n", namespace, "pods", "--all", "--grace-period=0", "--force", "--ignore-not-found")
    eventually(lambda: not get("pods", namespace)["items"])


@pytest.mark.parametrize("system", ["kube-system", "kube-flannel"])
def test_the_cluster_itself_is_quiet(system: str) -> None:
    done = hostnet("conflicts", "-n", system)
    assert (done.code, done.out, done.err) == (0, "", "No conflicts found\n")


def test_who_blocks_the_pending_pod_and_that_it_fits_afterwards(space: str, tmp_path: Path) -> None:
    first, second = influxdb("influxdb-hostnetwork", "node-2", 8086), influxdb("second", "node-2", 8086)
    path = manifest(tmp_path, second)
    apply(first, namespace=space)
    wait_ready("influxdb-hostnetwork", namespace=space)
    planned = ask("-f", path, namespace=space)
    assert [(f["name"], f["fits"], f["nodes"]) for f in planned["fits"]] == [("second", False, [])]
    apply(second, namespace=space)
    eventually(lambda: is_pending("second", space))
    item = found("pending", 8086, "second", namespace=space)
    assert (item["node"], sides(item, "holds"), sides(item, "wants")) == (
        "node-2",
        {"influxdb-hostnetwork"},
        {"second"},
    )
    told = hostnet("conflicts", "second", "-n", space)
    assert f"node-2: 8086/TCP is held by {space}/influxdb-hostnetwork" in told.out
    kubectl("delete", "-n", space, "pod", "second", "--grace-period=0", "--force")
    kubectl("delete", "-n", space, "pod", "influxdb-hostnetwork")
    planned = ask("-f", path, namespace=space)
    assert [(f["fits"], f["nodes"]) for f in planned["fits"]] == [(True, ["node-2"])]
    apply(second, namespace=space)
    wait_ready("second", namespace=space)
    assert (
        "second is Running on node-2; nothing that is known collides with it"
        in hostnet("conflicts", "second", "-n", space).out
    )


def test_two_that_declare_nothing_and_the_words_of_the_one_that_crashes(space: str) -> None:
    apply(pod("one", node="node-3", args=["tcp://:22200"]), namespace=space)
    wait_ready("one", namespace=space)
    apply(pod("two", node="node-3", args=["tcp://:22200"]), namespace=space)
    item = found("bind", 22200, namespace=space)
    assert (item["node"], sides(item, "holds"), sides(item, "wants")) == ("node-3", {"one"}, {"two"})
    eventually(lambda: "bind: address already in use" in found("bind", 22200, namespace=space)["effect"])


def test_what_runs_side_by_side_does_not_collide(space: str, nodes: dict[str, str]) -> None:
    shared, own = "tcp://:22210?reuseport=1", nodes["node-1"]
    apply(
        *(pod(f"shares-{i}", node="node-1", args=[shared]) for i in (1, 2)),
        pod("loopback", node="node-1", args=["tcp4://127.0.0.1:22211"]),
        pod("outside", node="node-1", args=[f"tcp4://{own}:22211"]),
        pod("udp", node="node-1", args=["udp://:22212"]),
        pod("tcp", node="node-1", args=["tcp://:22212"]),
        namespace=space,
    )
    wait_ready("shares-1", "shares-2", "loopback", "outside", "udp", "tcp", namespace=space)
    assert items(namespace=space) == []


def test_the_kubelets_port(space: str) -> None:
    apply(pod("webhook", 10250, node="node-1"), namespace=space)
    item = found("component", 10250, namespace=space)
    assert (sides(item, "holds"), sides(item, "wants"), item["node"]) == ({"kubelet"}, {"webhook"}, "node-1")


def test_a_pod_that_the_kubelet_rejects(space: str) -> None:
    apply(pod("holder", 22220, node="node-1"), namespace=space)
    wait_ready("holder", namespace=space)
    apply(pod("late", 22220, args=["tcp://:22220"], nodeName="node-1"), namespace=space)
    item = found("rejected", 22220, "late", namespace=space)
    assert (sides(item, "holds"), sides(item, "wants")) == ({"holder"}, {"late"})


def test_a_forwarded_port_takes_the_traffic(space: str, nodes: dict[str, str]) -> None:
    forwarded = pod(
        "forwarded", {"containerPort": 80, "hostPort": 22230}, node="node-1", args=["tcp://:80?do=http&status=201"]
    )
    forwarded["spec"]["hostNetwork"] = False
    bound = pod("bound", node="node-1", args=["tcp://:22230?do=http&status=202"])
    apply(forwarded, bound, namespace=space)
    wait_ready("forwarded", "bound", namespace=space)
    item = found("forwarded", 22230, namespace=space)
    assert f"goes to {space}/forwarded" in item["effect"]
    assert status_of(f"http://{nodes['node-1']}:22230/") == "201"


def test_a_node_port_takes_the_traffic(space: str, nodes: dict[str, str]) -> None:
    ports = [{"port": 80, "targetPort": 80, "nodePort": 32229}]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"type": "NodePort", "selector": {"app": "web"}, "ports": ports},
    }
    behind = pod("behind", args=["tcp://:80?do=http&status=201"], node="node-2")
    behind["spec"]["hostNetwork"] = False
    behind["metadata"]["labels"] = {"app": "web"}
    apply(
        service, behind, pod("bound", 32229, node="node-1", args=["tcp://:32229?do=http&status=202"]), namespace=space
    )
    wait_ready("behind", "bound", namespace=space)
    item = found("node-port", 32229, namespace=space)
    assert (item["node"], sides(item, "holds"), sides(item, "wants")) == ("node-1", {"web"}, {"bound"})
    eventually(lambda: status_of(f"http://{nodes['node-1']}:32229/") == "201")


def test_a_rollout_that_hangs_was_predicted_and_the_printed_fix_unblocks_it(
    space: str, nodes: dict[str, str], tmp_path: Path
) -> None:
    rolling = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    web = workload("Deployment", "web", 22240, replicas=len(nodes), strategy=rolling)
    before = ask("-f", manifest(tmp_path, web), namespace=space)
    assert [i["kind"] for i in before["items"]] == ["rollout"]
    assert [(f["fits"], f["atMost"]) for f in before["fits"]] == [(True, len(nodes))]
    apply(web, namespace=space)
    kubectl("rollout", "status", "-n", space, "deployment/web", "--timeout=60s")
    assert [i["kind"] for i in items("deployment/web", namespace=space) if i["severity"] == "conflict"] == ["rollout"]
    kubectl("set", "env", "-n", space, "deployment/web", "CHANGED=yes")
    assert execute("kubectl", "rollout", "status", "-n", space, "deployment/web", "--timeout=10s").code != 0
    stuck = [i for i in items("deployment/web", namespace=space) if i["kind"] == "pending"]
    assert {i["node"] for i in stuck} == set(nodes)
    assert {i["remedy"] for i in stuck} == {before["items"][0]["remedy"]}
    subprocess.run(stuck[0]["remedy"], shell=True, check=True)  # noqa: S602 - as a user would paste it
    kubectl("rollout", "status", "-n", space, "deployment/web", "--timeout=90s")


def test_a_daemon_set_with_surge_hangs_as_predicted_and_the_fix_unblocks_it(space: str) -> None:
    surging = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    apply(workload("DaemonSet", "agent", 22250, updateStrategy=surging), namespace=space)
    kubectl("rollout", "status", "-n", space, "daemonset/agent", "--timeout=60s")
    remedy = found("rollout", 22250, "daemonset/agent", namespace=space)["remedy"]
    kubectl("set", "env", "-n", space, "daemonset/agent", "CHANGED=yes")
    assert execute("kubectl", "rollout", "status", "-n", space, "daemonset/agent", "--timeout=10s").code != 0
    subprocess.run(remedy, shell=True, check=True)  # noqa: S602
    kubectl("rollout", "status", "-n", space, "daemonset/agent", "--timeout=90s")


def test_how_many_replicas_and_which_nodes_are_as_predicted(space: str, nodes: dict[str, str], tmp_path: Path) -> None:
    apply(pod("holder", 22260, node="node-2"), namespace=space)
    wait_ready("holder", namespace=space)
    web = workload("Deployment", "web", 22260, replicas=len(nodes) + 1, strategy={"type": "Recreate"})
    agent = workload("DaemonSet", "agent", 22261)
    agent["spec"]["template"]["spec"]["containers"][0]["ports"].append({"containerPort": 22260})
    fits = {f["name"]: f for f in ask("-f", manifest(tmp_path, web, agent), namespace=space)["fits"]}
    assert not fits["web"]["fits"]
    apply(web, namespace=space)
    eventually(lambda: len(pods_of("web", space)) == len(nodes) + 1 and settled(pods_of("web", space)))
    assert (
        sorted(p["spec"]["nodeName"] for p in pods_of("web", space) if p["spec"].get("nodeName"))
        == fits["web"]["nodes"]
    )
    assert fits["web"]["atMost"] == len(fits["web"]["nodes"]) == len(nodes) - 1
    kubectl("delete", "-n", space, "deployment", "web", "--wait=true")
    eventually(lambda: not pods_of("web", space))
    apply(agent, namespace=space)
    eventually(lambda: len(pods_of("agent", space)) == len(nodes) and settled(pods_of("agent", space)))
    placed = sorted(p["spec"]["nodeName"] for p in pods_of("agent", space) if p["spec"].get("nodeName"))
    assert placed == fits["agent"]["nodes"]
    assert [b["node"] for b in fits["agent"]["blocked"]] == ["node-2"]


def test_a_snapshot_says_the_same(space: str, tmp_path: Path) -> None:
    apply(pod("holder", 22270, node="node-2"), namespace=space)
    wait_ready("holder", namespace=space)
    apply(pod("waiting", 22270, node="node-2"), namespace=space)
    eventually(lambda: is_pending("waiting", space))
    live = items("waiting", namespace=space)
    path = tmp_path / "snapshot.json"
    path.write_text(kubectl("get", "-A", "pods,nodes,services,deployments,daemonsets", "-o", "json"))
    assert [i["kind"] for i in live] == ["pending"]
    assert items("waiting", "--snapshot", str(path), namespace=space) == live


def settled(pods: list[Json]) -> bool:
    """Each is placed, or the scheduler has said that it cannot be."""
    return all(any(c["type"] == "PodScheduled" for c in p["status"].get("conditions", ())) for p in pods)


def status_of(url: str) -> str:
    return execute("curl", "-s", "-m", "3", "-o", "/dev/null", "-w", "%{http_code}", url).out


@pytest.fixture
def reader(space: str) -> Any:
    """A user who has exactly these rules; yields a function that grants them and asks."""
    name = f"{space}-reader"
    api = "rbac.authorization.k8s.io"

    def ask_as(rules: list[Json], *words: str) -> Json:
        role = {"apiVersion": f"{api}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
        binding = {"apiVersion": f"{api}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name}}
        binding["roleRef"] = {"apiGroup": api, "kind": "ClusterRole", "name": name}  # type: ignore[assignment]
        binding["subjects"] = [{"kind": "User", "name": name, "apiGroup": api}]  # type: ignore[assignment]
        kubectl("apply", "-f", "-", stdin=f"{json.dumps(role)}\n---\n{json.dumps(binding)}")
        answer: Json = hostnet("conflicts", *words, "-n", space, "-o", "json", "--as", name).json
        return answer

    yield ask_as
    kubectl("delete", "clusterrole,clusterrolebinding", name)


def test_the_documented_roles_suffice_and_what_they_lack_is_said(space: str, reader: Any, tmp_path: Path) -> None:
    documents = yaml.safe_load_all((Path(__file__).parents[2] / "docs" / "rbac.yaml").read_text())
    wanted = ("kubectl-hostnet", "kubectl-hostnet-workloads", "kubectl-hostnet-conflicts")
    rules = [rule for role in documents if role["metadata"]["name"] in wanted for rule in role["rules"]]
    apply(pod("one", node="node-3", args=["tcp://:22280"]), namespace=space)
    wait_ready("one", namespace=space)
    apply(pod("two", node="node-3", args=["tcp://:22280"]), namespace=space)
    found("bind", 22280, namespace=space)
    words = ("-f", manifest(tmp_path, pod("new", 22281)))
    eventually(lambda: reader(rules, *words).get("gaps") == [])
    for left_out in ("nodes", "namespaces", "pods/log", "deployments"):
        less = [{**rule, "resources": [r for r in rule["resources"] if r != left_out]} for rule in rules]
        less = [rule for rule in less if rule["resources"]]
        eventually(lambda less=less, what=left_out: [g["resource"] for g in reader(less, *words)["gaps"]] == [what])
