"""What `conflicts` asks an API server for, what it does with refusals, and the words of crashing containers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import builders
import pytest
from conflict_cases import pod, workload
from conftest import Run
from fake_api import FakeApi, Reply, Request, kubeconfig

from kubectl_hostnet.analysis.conflict import Kind
from kubectl_hostnet.analysis.topics import TOPICS

NODES = [builders.node("node-1"), builders.node("node-2", "10.0.0.2")]
SILENT = {
    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": {"terminated": {"exitCode": 1}},
    "restartCount": 3,
}
WORDS = b"starting\nlisten tcp :9000: bind: address already in use\n"


class Cluster:
    """Answers with these Pods; `forbidden` paths are refused."""

    def __init__(self, tmp_path: Path) -> None:
        self.pods: list[dict[str, Any]] = []
        self.version = "v1.35.4"
        self.forbidden: set[str] = set()
        self.log = Reply(WORDS)
        self.api = FakeApi(self.answer)
        self.words = ("--kubeconfig", str(kubeconfig(tmp_path / "config", self.api.url, namespace="default")))

    def answer(self, request: Request) -> Reply:
        path = request.path
        if path in self.forbidden:
            return Reply(builders.status(403, "Forbidden", f"{path} is forbidden"), 403)
        if path.endswith("/log"):
            return self.log
        if path == "/version":
            return Reply({"gitVersion": self.version})
        if path.endswith("/pods"):
            return Reply(builders.listing(*self.pods, kind="PodList"))
        if "/pods/" in path:
            return Reply(builders.status(404, "NotFound", "no such Pod"), 404)
        return Reply(builders.listing(*(NODES if path.endswith("/nodes") else ()), kind="List"))

    def asked(self, ending: str) -> list[Request]:
        return [request for request in self.api.requests if request.path.endswith(ending)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    with made.api:
        yield made


def crashing(name: str) -> dict[str, Any]:
    made = pod(name, crash="")
    made["status"]["containerStatuses"] = [{"name": "main", "ready": False, **SILENT}]
    return made


def test_pods_of_all_namespaces_are_read_and_rejected_ones_with_them(cluster: Cluster, run: Run) -> None:
    done = run("conflicts", "-n", "team", *cluster.words)
    assert (done.code, done.err) == (0, "No conflicts found\n")
    (request,) = cluster.asked("/pods")
    assert (request.path, request.query["fieldSelector"]) == ("/api/v1/pods", "status.phase!=Succeeded")
    assert not cluster.asked("/log")
    assert not cluster.asked("/namespaces")


def test_the_log_of_a_crashing_container_says_which_port_it_could_not_have(cluster: Cluster, run: Run) -> None:
    cluster.pods = [pod("one", args=["--listen-address=:9000"]), crashing("two")]
    done = run("conflicts", "-o", "json", *cluster.words)
    (item,) = json.loads(done.out)["items"]
    assert (done.code, item["kind"], item["port"]) == (1, "bind", 9000)
    assert "bind: address already in use" in item["effect"]
    (request,) = cluster.asked("/log")
    assert request.path == "/api/v1/namespaces/default/pods/two/log"
    assert (request.query["container"], request.query["previous"]) == ("main", "false")


@pytest.mark.parametrize("status", [400, 404])
def test_a_log_that_is_not_there_is_no_failure(cluster: Cluster, run: Run, status: int) -> None:
    cluster.pods, cluster.log = [crashing("two")], Reply(builders.status(status, "BadRequest", "no log"), status)
    done = run("conflicts", *cluster.words)
    assert (done.code, done.err) == (0, "No conflicts found\n")


def test_a_log_that_may_not_be_read_is_a_gap(cluster: Cluster, run: Run) -> None:
    cluster.pods = [crashing("two"), crashing("three")]
    cluster.forbidden = {"/api/v1/namespaces/default/pods/two/log"}
    answer = json.loads(run("conflicts", "-o", "json", *cluster.words).out)
    assert (answer["complete"], [gap["resource"] for gap in answer["gaps"]]) == (False, ["pods/log"])
    assert len(cluster.asked("/log")) == 1


def test_hostile_last_words_reach_no_terminal(cluster: Cluster, run: Run) -> None:
    cluster.pods, cluster.log = [crashing("two")], Reply(b"\x1b[2J:9000 address already in use\x9b31m\xff")
    done = run("conflicts", *cluster.words)
    assert done.code == 1
    assert "\x1b" not in done.out
    assert "\\x1b[2J" in done.out


def test_the_servers_version_decides_whether_sidecars_count(cluster: Cluster, run: Run) -> None:
    side = {"name": "s", "image": "x", "restartPolicy": "Always", "ports": [{"containerPort": 9000}]}
    waiting = pod(
        "new", 9000, node="", spec={"nodeSelector": {"kubernetes.io/hostname": "node-1"}}, status={"phase": "Pending"}
    )
    cluster.pods = [pod("one", spec={"initContainers": [side]}), waiting]
    assert run("conflicts", *cluster.words).code == 1
    cluster.version = "v1.33.5"
    assert run("conflicts", *cluster.words).code == 0
    cluster.forbidden = {"/version"}
    done = run("conflicts", *cluster.words)
    assert (done.code, "a current scheduler is assumed" in done.err) == (1, True)


def test_who_may_not_list_all_namespaces_gets_his_own_and_is_told(cluster: Cluster, run: Run) -> None:
    cluster.forbidden = {"/api/v1/pods"}
    cluster.pods = [pod("one", 9000), pod("two", 9000)]
    done = run("conflicts", *cluster.words)
    assert (done.code, "other namespaces than default" in done.err) == (1, True)
    cluster.forbidden |= {"/api/v1/namespaces/default/pods"}
    assert run("conflicts", *cluster.words).code == 3


def test_without_nodes_those_of_the_pods_are_taken(cluster: Cluster, run: Run) -> None:
    cluster.forbidden = {"/api/v1/nodes"}
    cluster.pods = [pod("one", 9000), pod("new", 9000, node="", status={"phase": "Pending"})]
    done = run("conflicts", "new", *cluster.words)
    assert (done.code, "nodes" in done.err) == (1, True)
    assert "node-1: 9000/TCP is held by default/one" in done.out


def test_a_manifest_needs_the_namespaces_levels(cluster: Cluster, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(workload("Deployment", "web", 9000)))
    done = run("conflicts", "-f", str(path), "-o", "json", *cluster.words)
    assert done.code == 0
    assert cluster.asked("/namespaces")
    (answer,) = json.loads(done.out)["fits"]
    assert (answer["name"], answer["atMost"], answer["nodes"]) == ("web", 2, ["node-1", "node-2"])


def test_a_pod_without_any_port_of_a_node_is_looked_up_on_its_own(cluster: Cluster, run: Run) -> None:
    done = run("conflicts", "gone", *cluster.words)
    assert (done.code, done.out) == (3, "")
    assert 'error: pod "gone" not found in namespace default' in done.err
    assert cluster.asked("/pods/gone")


def test_standard_input_cannot_be_two_things(cluster: Cluster, run: Run) -> None:
    done = run("conflicts", "-f", "-", "--snapshot", "-", *cluster.words)
    assert (done.code, "both are standard input" in done.err) == (2, True)


def test_every_kind_of_conflict_is_explained() -> None:
    assert tuple(TOPICS["conflicts"][1]) == get_args(Kind)
