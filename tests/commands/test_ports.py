"""What `ports` asks an API server for, and what it makes of one that refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import builders
import pytest
from conftest import Run
from fake_api import FakeApi, Reply, Request, kubeconfig

NODES = [builders.node("node-1"), builders.node("node-2", "10.0.0.2", labels={"pool": "web"})]
PODS = [
    builders.pod("influxdb", "default", image="influxdb:1.8"),
    builders.pod("agent", "team", node="node-2", image="x", ports=[{"containerPort": 9100}]),
]


class Cluster:
    """Answers with the objects above; `forbidden` paths are refused."""

    def __init__(self, tmp_path: Path) -> None:
        self.forbidden: set[str] = set()
        self.api = FakeApi(self.answer)
        self.words = ("--kubeconfig", str(kubeconfig(tmp_path / "config", self.api.url, namespace="team")))

    def answer(self, request: Request) -> Reply:
        if request.path in self.forbidden:
            return Reply(builders.status(403, "Forbidden", f"{request.path} is forbidden"), 403)
        if request.path.endswith("/pods"):
            parts = request.path.split("/")
            namespace = parts[parts.index("namespaces") + 1] if "namespaces" in parts else None
            found = [p for p in PODS if namespace in (None, p["metadata"]["namespace"])]
            return Reply(builders.listing(*found, kind="PodList"))
        return Reply(builders.listing(*(NODES if request.path.endswith("/nodes") else ()), kind="List"))

    def asked(self, ending: str) -> list[Request]:
        return [request for request in self.api.requests if request.path.endswith(ending)]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    with made.api:
        yield made


def items(out: str) -> list[tuple[str, int, str]]:
    return [(i["node"], i["port"], i["holder"]["name"]) for i in json.loads(out)["items"]]


def test_all_namespaces_are_read_whatever_the_context_says_and_ended_pods_are_not(cluster: Cluster, run: Run) -> None:
    done = run("ports", "--port", "8086", "--port", "9100", "-o", "json", *cluster.words)
    assert items(done.out) == [("node-1", 8086, "influxdb"), ("node-2", 9100, "agent")]
    (request,) = cluster.asked("/pods")
    assert request.path == "/api/v1/pods"
    assert request.query["fieldSelector"] == "status.phase!=Succeeded,status.phase!=Failed"


def test_one_nodes_pods_are_selected_by_the_server(cluster: Cluster, run: Run) -> None:
    run("ports", "node/node-2", *cluster.words)
    assert "spec.nodeName=node-2" in cluster.asked("/pods")[0].query["fieldSelector"]


def test_selector_and_namespace_go_to_the_server_and_leave_no_components(cluster: Cluster, run: Run) -> None:
    done = run("ports", "-n", "team", "-l", "app=x", "-o", "json", *cluster.words)
    (request,) = cluster.asked("/pods")
    assert (request.path, request.query["labelSelector"]) == ("/api/v1/namespaces/team/pods", "app=x")
    assert items(done.out) == [("node-2", 9100, "agent")]


def test_who_may_not_list_all_namespaces_gets_his_own_and_is_told(cluster: Cluster, run: Run) -> None:
    cluster.forbidden = {"/api/v1/pods"}
    done = run("ports", "-o", "json", *cluster.words)
    answer = json.loads(done.out)
    assert done.code == 0
    assert not answer["complete"]
    assert {i["holder"]["name"] for i in answer["items"]} >= {"agent", "kubelet"}
    assert [gap["resource"] for gap in answer["gaps"]] == ["pods"]
    assert "other namespaces than team" in done.err


def test_who_may_not_list_his_own_either_fails(cluster: Cluster, run: Run) -> None:
    cluster.forbidden = {"/api/v1/pods", "/api/v1/namespaces/team/pods"}
    assert run("ports", *cluster.words).code == 3


def test_a_namespace_that_was_named_is_not_replaced_by_another(cluster: Cluster, run: Run) -> None:
    cluster.forbidden = {"/api/v1/namespaces/other/pods"}
    done = run("ports", "-n", "other", *cluster.words)
    assert (done.code, done.out) == (3, "")


def test_without_nodes_the_pods_tell_of_theirs(cluster: Cluster, run: Run) -> None:
    cluster.forbidden = {"/api/v1/nodes"}
    done = run("ports", "--free", "9100", "-o", "name", *cluster.words)
    assert (done.code, done.out) == (0, "node/node-1\n")
    assert "nodes" in done.err
    assert run("ports", "node-9", "--port", "1", *cluster.words).code == 0
    refused = run("ports", "--free", "9100", "-l", "pool=web", *cluster.words)
    assert (refused.code, refused.out) == (3, "")


def test_free_reads_all_namespaces_and_selects_nodes(cluster: Cluster, run: Run) -> None:
    done = run("ports", "--free", "8086", "-l", "pool=web", "-o", "json", *cluster.words)
    (request,) = cluster.asked("/pods")
    assert "labelSelector" not in request.query
    answer = json.loads(done.out)
    assert [(i["node"], i["free"], i["holder"]) for i in answer["items"]] == [("node-2", True, None)]
    assert answer["nodes"] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--free", "9100"), 0),
        (("--free", "10250"), 1),
        (("--free", "9100", "--free", "10250"), 1),
        (("--free", "any", "--count", "3"), 0),
        (("--free", "any", "--range", "9100-9100"), 1),
        (("--port", "4711"), 0),
    ],
)
def test_exit_codes(cluster: Cluster, run: Run, words: tuple[str, ...], code: int) -> None:
    assert run("ports", *words, *cluster.words).code == code


def test_what_is_the_same_on_every_node_is_one_line_and_every_item_stays(cluster: Cluster, run: Run) -> None:
    table = run("ports", *cluster.words).out
    assert len([line for line in table.splitlines() if "10250/TCP" in line]) == 1
    assert "(all 2)" in table
    found: list[Any] = items(run("ports", "-o", "json", *cluster.words).out)
    assert [node for node, port, _ in found if port == 10250] == ["node-1", "node-2"]
