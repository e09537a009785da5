"""Will it fit: manifests against a cluster, and against themselves."""

from __future__ import annotations

from typing import Any

import pytest
from builders import node, service
from conflict_cases import inventory, known, owned, pending, pod, told, workload

from kubectl_hostnet.analysis.conflict import Conflict
from kubectl_hostnet.analysis.fit import Fit
from kubectl_hostnet.analysis.fit_words import fit_lines
from kubectl_hostnet.analysis.manifests import judged
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.analysis.subject import pod_subject, workload_subject
from kubectl_hostnet.applications.catalog import load

THREE = ("node-1", "node-2", "node-3")
SPREAD = {"strategy": {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}}


def judge(
    *manifest: dict[str, Any], cluster: tuple[dict[str, Any], ...] = (), **more: Any
) -> tuple[list[Fit], list[Conflict]]:
    found, catalog = inventory(*manifest, nodes=()), load()
    subjects = [*map(pod_subject, found.pods), *map(workload_subject, found.workloads)]
    return judged(subjects, found, lambda one: pod_claims(one, found, catalog), known(*cluster, **more))


def certain(found: list[Conflict]) -> list[tuple[str, str | None, int | None, str]]:
    return told([c for c in found if c.severity == "conflict"])


def new(name: str, *ports: int | dict[str, Any], **more: Any) -> dict[str, Any]:
    return {**pending(name, *ports, **more), "status": {}}


def test_a_pod_fits_where_its_ports_are_free() -> None:
    fits, items = judge(new("new", 8086), cluster=(pod("influxdb", 8086),))
    assert [(f.fits, f.at_most, f.nodes) for f in fits] == [(True, 1, ("node-2",))]
    assert [(b.node, b.port, b.protocol, b.holders) for b in fits[0].blocked] == [
        ("node-1", 8086, "TCP", ("default/influxdb",))
    ]
    assert items == []
    assert list(fit_lines(fits[0]))[:2] == [
        "default/new: fits on 1 of 2 nodes (node-2)",
        "  node-1: 8086/TCP is held by default/influxdb",
    ]


def test_a_pod_that_fits_nowhere_is_told_who_blocks_it_where_and_what_else_does() -> None:
    cordoned = node("node-3", unschedulable=True)
    fits, items = judge(
        new("new", 8086), cluster=(pod("a", 8086), pod("b", 8086, node="node-2")), nodes=("node-1", "node-2", cordoned)
    )
    assert not fits[0].fits
    assert told(items) == [("pending", "node-1", 8086, "a>new"), ("pending", "node-2", 8086, "b>new")]
    assert "  node-3: the node is cordoned" in list(fit_lines(fits[0]))
    assert "  not considered: CPU, memory and other resources, volumes" in list(fit_lines(fits[0]))


def test_no_node_at_all_is_not_a_matter_of_ports() -> None:
    fits, items = judge(new("new", 8086, spec={"nodeSelector": {"disk": "ssd"}}))
    assert [f.fits for f in fits] == [False]
    assert told(items) == [("replicas", None, None, ">new")]
    assert "2 nodes: node selector disk=ssd does not match" in items[0].effect


@pytest.mark.parametrize(
    ("replicas", "fits", "kinds"), [(1, True, []), (2, True, ["drain"]), (3, False, ["replicas", "rollout", "pending"])]
)
def test_replicas_need_a_node_each(replicas: int, *, fits: bool, kinds: list[str]) -> None:
    more = {} if replicas == 3 else SPREAD
    answers, items = judge(
        workload("Deployment", "web", 8086, replicas=replicas, **more), cluster=(pod("a", 8086),), nodes=THREE
    )
    assert [(a.fits, a.at_most, a.nodes) for a in answers] == [(fits, 2, ("node-2", "node-3"))]
    assert [c.kind for c in items] == kinds


def test_a_daemon_set_hangs_on_the_nodes_that_are_taken_and_tolerates_what_its_controller_adds() -> None:
    cordoned = node("node-2", unschedulable=True)
    fits, items = judge(
        workload("DaemonSet", "agent", 8086), cluster=(pod("a", 8086),), nodes=("node-1", cordoned, "node-3")
    )
    assert [(f.fits, f.replicas, f.nodes) for f in fits] == [(False, None, ("node-2", "node-3"))]
    assert told(items) == [("pending", "node-1", 8086, "a>agent")]


def test_the_version_that_is_replaced_makes_room() -> None:
    daemon, own = workload("DaemonSet", "agent", 8086), pod("agent-1", 8086, metadata=owned("DaemonSet", "agent"))
    fits, items = judge(daemon, cluster=(daemon, own))
    assert (fits[0].fits, items) == (True, [])
    assert judge(pod("one", 8086), cluster=(pod("one", 8086),))[1] == []


def test_a_port_in_use_that_nobody_declared_is_not_seen_by_the_scheduler() -> None:
    fits, items = judge(new("new", 8086), cluster=(pod("influxdb", image="influxdb:1.8"),))
    assert [(f.fits, f.nodes, [u.node for u in f.unseen]) for f in fits] == [(True, ("node-2",), ["node-1"])]
    assert [(c.kind, c.severity, c.node) for c in items] == [("bind", "risk", "node-1")]
    fits, items = judge(new("new", 8086), cluster=(pod("influxdb", image="influxdb:1.8"),), nodes=("node-1",))
    assert not fits[0].fits
    assert certain(items) == [("bind", "node-1", 8086, "influxdb>new")]
    assert "declare 8086/TCP in ports[] of default/influxdb" in items[0].remedy


def test_an_undeclared_port_of_the_manifest_itself() -> None:
    fits, items = judge(new("new", image="influxdb:1.8"), cluster=(pod("influxdb", 8086),), nodes=("node-1",))
    assert not fits[0].fits
    assert ("bind", "node-1", 8086, "influxdb>new") in certain(items)
    assert "declare 8086/TCP in ports[] of default/new" in items[0].remedy


def test_replicas_with_undeclared_ports_may_meet_and_must_where_nodes_are_few() -> None:
    made = workload("Deployment", "db", replicas=2, pod={"containers": [{"name": "c", "image": "influxdb:1.8"}]})
    assert [(c.kind, c.severity) for c in judge(made)[1]] == [("bind", "risk")]
    assert ("bind", "conflict") in [(c.kind, c.severity) for c in judge(made, nodes=("node-1",))[1]]


def test_two_workloads_of_one_manifest() -> None:
    one, two = workload("DaemonSet", "one", 8086), workload("DaemonSet", "two", 8086)
    assert told(judge(one, two)[1]) == [("manifest", None, 8086, ">one,two")]
    single = [workload("StatefulSet", name, 8086) for name in ("one", "two")]
    assert certain(judge(*single)[1]) == []
    assert certain(judge(*single, nodes=("node-1",))[1]) == [("manifest", "node-1", 8086, ">one,two")]
    apart = workload("DaemonSet", "two", 8086, pod={"nodeSelector": {"kubernetes.io/hostname": "node-1"}})
    elsewhere = workload("DaemonSet", "one", 8086, pod={"nodeSelector": {"kubernetes.io/hostname": "node-2"}})
    assert judge(elsewhere, apart)[1] == []


def test_ports_of_components_and_services() -> None:
    found = judge(workload("DaemonSet", "webhook", 10250), workload("DaemonSet", "other", 10256))[1]
    assert [(c.kind, c.severity, c.holders[0].name) for c in found] == [
        ("component", "conflict", "kubelet"),
        ("component", "risk", "kube-proxy"),
    ]
    taken = service("web", {}, {"port": 80, "nodePort": 31000}, type="NodePort")
    found = judge(new("new", 31000), cluster=(taken,))[1]
    assert [(c.kind, c.severity, c.node) for c in found] == [
        ("node-port", "conflict", None),
        ("node-port-range", "risk", None),
    ]


def test_what_admission_says_is_told_with_the_rest() -> None:
    found = judge(new("new", {"containerPort": 80, "hostPort": 81}))[1]
    assert [c.kind for c in found] == ["refused"]


def test_a_workload_that_uses_no_port_of_a_node_is_said_to() -> None:
    plain = workload("Deployment", "plain", 80, pod={"hostNetwork": False})
    fits, items = judge(plain)
    assert items == []
    assert list(fit_lines(fits[0])) == ["default/Deployment/plain: uses no port of a node"]


def test_a_rollout_that_only_hangs_with_the_same_ports() -> None:
    live = workload("Deployment", "web", 8086)
    running = pod("web-abc-1", 8086, labels={"pod-template-hash": "abc"}, metadata=owned("ReplicaSet", "web-abc"))
    assert [c.kind for c in judge(live, cluster=(live, running), nodes=("node-1",))[1]] == ["rollout"]
    moved = workload("Deployment", "web", 8087)
    assert judge(moved, cluster=(live, running), nodes=("node-1",))[1] == []
