"""What collides on nodes, and what does not: every case of a false alarm that is known."""

from __future__ import annotations

from typing import Any

import pytest
from builders import node, service
from conflict_cases import IN_USE, conflicts, inventory, owned, pending, pod, told, workload
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.conflict import Conflict
from kubectl_hostnet.analysis.conflicts import cluster_conflicts, ground

LISTEN_ANY, LISTEN_LOOPBACK = ["--listen-address=:9000"], ["--listen-address=127.0.0.1:9000"]


def test_a_quiet_cluster_has_no_conflicts() -> None:
    daemons = [
        pod(f"exporter-{n}", 9100, node=n, metadata=owned("DaemonSet", "exporter")) for n in ("node-1", "node-2")
    ]
    assert conflicts(*daemons, pod("influxdb", image="influxdb:1.8"), workload("DaemonSet", "exporter", 9100)) == []


def test_two_undeclared_ports_on_a_node_and_one_that_crashes() -> None:
    found = conflicts(pod("one", args=LISTEN_ANY), pod("two", args=LISTEN_ANY, crash=IN_USE))
    assert told(found) == [("bind", "node-1", 9000, "one>two")]
    assert IN_USE in found[0].effect
    assert "declare 9000/TCP" in found[0].remedy
    assert [h.confidence for h in found[0].holders] == ["high", "high"]


def test_an_application_that_declares_nothing_is_known_by_its_image() -> None:
    found = conflicts(pod("one", image="influxdb:1.8"), pod("two", image="influxdb:1.8", crash="exit"))
    assert ("bind", "node-1", 8086, "one>two") in told(found)


def test_who_says_a_port_is_in_use_is_believed_without_any_claim_of_its_own() -> None:
    assert told(conflicts(pod("one", args=LISTEN_ANY), pod("two", crash=IN_USE))) == [
        ("bind", "node-1", 9000, "one>two")
    ]
    found = conflicts(pod("two", crash=IN_USE))
    assert told(found) == [("bind", "node-1", 9000, "unknown>two")]
    assert "kubectl hostnet ports node-1" in found[0].remedy


@pytest.mark.parametrize(
    "others",
    [
        (pod("two", args=LISTEN_ANY),),  # both run: SO_REUSEPORT, the kernel has decided
        (pod("two", args=LISTEN_ANY, node="node-2", crash=IN_USE), pod("free", node="node-2", args=LISTEN_LOOPBACK, status={"phase": "Succeeded"}))[1:],
        (pod("two", {"containerPort": 9000, "protocol": "UDP"}, crash="exit"),),
        (pod("two", args=["--listen-address=10.0.0.2:9000"], crash="exit"), )[:0],
        (pod("two", args=LISTEN_ANY, node="node-2", crash="exit"),),
    ],
)  # fmt: skip
def test_no_alarm(others: tuple[dict[str, Any], ...]) -> None:
    assert conflicts(pod("one", args=LISTEN_ANY), *others) == []


def test_different_addresses_share_a_port() -> None:
    one, two = pod("one", args=LISTEN_LOOPBACK), pod("two", args=["--listen-address=10.0.0.1:9000"], crash="exit")
    assert conflicts(one, two) == []
    assert len(conflicts(one, pod("two", args=LISTEN_ANY, crash="exit"))) == 1


def test_guesses_of_low_confidence_do_not_shout() -> None:
    def guessing(*made: dict[str, Any]) -> list[Conflict]:
        found = inventory(*made)
        guess = Claim(9000, "TCP", "", "main", None, "low", ())
        return cluster_conflicts(ground(found, lambda _pod: [guess]))

    assert guessing(pod("one"), pod("two", crash="panic")) == []
    assert told(guessing(pod("one"), pod("two", crash=IN_USE))) == [("bind", "node-1", 9000, "one>two")]
    assert guessing(pod("one", status={"phase": "Pending", "containerStatuses": []}), pod("two", crash="panic")) == []


def test_who_crashes_for_another_reason_is_a_risk_only() -> None:
    found = conflicts(pod("one", args=LISTEN_ANY), pod("two", args=LISTEN_ANY, crash="panic: no such table"))
    assert [(c.kind, c.severity) for c in found] == [("bind", "risk")]
    found = conflicts(pod("one", args=LISTEN_ANY), pod("two", args=LISTEN_ANY, crash=""))
    assert [(c.kind, c.severity) for c in found] == [("bind", "conflict")]


def test_a_replacement_in_progress_is_no_conflict() -> None:
    leaving = pod("old", args=LISTEN_ANY, metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"})
    coming = pod("new", args=LISTEN_ANY, status={"phase": "Pending", "containerStatuses": []})
    assert conflicts(leaving, coming) == []
    stuck = conflicts(leaving, pod("new", args=LISTEN_ANY, crash=IN_USE))
    assert told(stuck) == [("bind", "node-1", 9000, "old>new")]
    assert stuck[0].remedy.startswith("wait until default/old has ended")


def test_a_pod_that_has_not_started_yet_will_collide() -> None:
    coming = pod("new", args=LISTEN_ANY, status={"phase": "Pending", "containerStatuses": []})
    assert told(conflicts(pod("one", args=LISTEN_ANY), coming)) == [("bind", "node-1", 9000, "one>new")]


def test_who_runs_and_is_not_ready_may_lack_the_port() -> None:
    waiting = pod("two", args=LISTEN_ANY)
    waiting["status"]["containerStatuses"][0]["ready"] = False
    found = conflicts(pod("one", args=LISTEN_ANY), waiting)
    assert [(c.kind, c.severity) for c in found] == [("bind", "risk")]


def test_what_an_earlier_run_said_is_history_once_it_is_ready() -> None:
    again = pod("two", args=LISTEN_ANY)
    again["status"]["containerStatuses"][0] |= {
        "restartCount": 1,
        "lastState": {"terminated": {"exitCode": 1, "message": IN_USE}},
    }
    assert conflicts(pod("one", args=LISTEN_ANY), again) == []


def test_declared_ports_on_one_node_got_there_past_the_scheduler() -> None:
    assert told(conflicts(pod("one", 9000), pod("two", 9000))) == [("declared", "node-1", 9000, "one,two>")]


def test_the_ipv6_wildcard_is_the_kernels_business_alone() -> None:
    colon = {"containerPort": 9000, "hostIP": "::"}
    four = {"containerPort": 9000, "hostIP": "10.0.0.1"}
    assert conflicts(pod("one", colon), pod("two", four)) == []
    assert told(conflicts(pod("one", colon), pod("two", four, crash=IN_USE))) == [("bind", "node-1", 9000, "one>two")]


def test_two_containers_of_one_pod() -> None:
    containers = [{"name": n, "image": "x", "args": LISTEN_ANY} for n in ("a", "b")]
    states = [
        {"name": "a", "ready": True, "state": {"running": {}}},
        {"name": "b", "state": {"waiting": {}}, "lastState": {"terminated": {"exitCode": 1}}, "restartCount": 2},
    ]
    found = conflicts(pod("one", containers=containers, status={"containerStatuses": states}))
    assert [(c.kind, [h.container for h in c.holders]) for c in found] == [("container", ["a", "b"])]
    assert conflicts(pod("one", containers=containers)) == []


def test_init_containers_have_ended_when_the_others_start() -> None:
    init = {"initContainers": [{"name": "i", "image": "x", "args": LISTEN_ANY}]}
    assert conflicts(pod("one", args=LISTEN_ANY), pod("two", spec=init, crash="exit")) == []


def test_the_kubelets_port_and_a_pod() -> None:
    found = conflicts(pod("webhook", 10250, crash="exit"))
    assert told(found) == [("component", "node-1", 10250, "kubelet>webhook")]
    assert conflicts(pod("webhook", 10250)) == []
    moved = node("node-1")
    moved["status"]["daemonEndpoints"] = {"kubeletEndpoint": {"Port": 10999}}
    assert conflicts(pod("webhook", 10250, crash="exit"), nodes=(moved,)) == []


def test_a_forwarded_port_takes_the_traffic_of_a_process_though_both_run() -> None:
    forwarded = pod("forwarded", {"containerPort": 80, "hostPort": 9000}, host_network=False)
    assert told(conflicts(forwarded, pod("bound", args=LISTEN_ANY))) == [
        ("forwarded", "node-1", 9000, "bound,forwarded>")
    ]
    assert conflicts(forwarded, pod("local", args=LISTEN_LOOPBACK)) == []


def test_a_node_port_takes_the_traffic_too_unless_it_serves_this_very_pod() -> None:
    taken = {"port": 80, "nodePort": 31000, "targetPort": 8080}
    web = service("web", {"app": "web"}, taken, type="NodePort")
    local = pod("local", args=["--listen-address=127.0.0.1:31000"])
    assert "node-port" not in [c.kind for c in conflicts(local, web)]
    found = conflicts(pod("one", 31000), web)
    assert ("node-port", "node-1", 31000, "web>one") in told(found)
    own = service("web", {"app": "web"}, {**taken, "targetPort": 31000}, type="NodePort")
    assert "node-port" not in [c.kind for c in conflicts(pod("one", 31000, labels={"app": "web"}), own)]


def test_ports_in_ranges_of_others_are_risks_told_once_a_workload() -> None:
    daemons = [pod(f"d-{n}", 40000, node=n, metadata=owned("DaemonSet", "d")) for n in ("node-1", "node-2")]
    found = conflicts(*daemons, pod("one", 30080))
    assert [(c.kind, c.severity, c.node) for c in found] == [
        ("ephemeral-range", "risk", None),
        ("node-port-range", "risk", "node-1"),
    ]


def test_a_pending_pod_and_who_blocks_it() -> None:
    found = conflicts(pod("influxdb", 8086), pod("other", 8086, node="node-2"), pending("second", 8086))
    assert told(found) == [("pending", "node-1", 8086, "influxdb>second"), ("pending", "node-2", 8086, "other>second")]
    assert conflicts(pod("influxdb", 8086), pending("second", 8086)) == []  # node-2 is free: not a matter of ports


def test_only_nodes_that_would_do_otherwise_are_told() -> None:
    tainted = node("node-2", taints=[{"key": "a", "effect": "NoSchedule"}])
    found = conflicts(
        pod("one", 8086), pod("two", 8086, node="node-2"), pending("new", 8086), nodes=("node-1", tainted)
    )
    assert told(found) == [("pending", "node-1", 8086, "one>new")]


def test_pending_pods_of_one_workload_are_told_together() -> None:
    waiting = [pending(f"web-{i}", 8086, metadata=owned("StatefulSet", "web")) for i in range(3)]
    found = conflicts(pod("one", 8086), *waiting, nodes=("node-1",))
    assert told(found) == [("pending", "node-1", 8086, "one>web-0")]
    assert "web-0 and 2 more of StatefulSet web stay Pending" in found[0].effect


def test_terminating_and_nominated_holders_are_named_as_such() -> None:
    leaving = pod("old", 8086, metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"})
    found = conflicts(leaving, pending("new", 8086), nodes=("node-1",))
    assert "default/old, which is Terminating" in found[0].effect
    assert found[0].remedy.startswith("wait until default/old has ended")
    coming = pending("important", 8086, spec={"priority": 10})
    coming["status"]["nominatedNodeName"] = "node-1"
    found = conflicts(coming, pending("new", 8086), nodes=("node-1",))
    assert [c.effect for c in found if c.holders[-1].name == "new"] == [
        "default/new stays Pending: 8086/TCP is kept free for default/important, for which preemption makes room"
    ]


def test_a_gated_pod_waits_for_something_else() -> None:
    gated = pending("new", 8086, spec={"schedulingGates": [{"name": "x"}]})
    assert conflicts(pod("one", 8086), gated, nodes=("node-1",)) == []


def test_a_pod_that_the_kubelet_rejected() -> None:
    refused = pod("late", 8086, status={"phase": "Failed", "reason": "NodePorts", "containerStatuses": []})
    assert told(conflicts(pod("one", 8086), refused)) == [("rejected", "node-1", 8086, "one>late")]
    assert conflicts(refused) == []


def test_sidecars_count_since_the_release_that_counts_them() -> None:
    side = {
        "initContainers": [{"name": "s", "image": "x", "restartPolicy": "Always", "ports": [{"containerPort": 8086}]}]
    }
    case = (pod("one", spec=side), pending("new", 8086))
    assert len(conflicts(*case, nodes=("node-1",), version="v1.34.0")) == 1
    assert conflicts(*case, nodes=("node-1",), version="v1.33.5") == []


def test_a_rollout_that_will_hang_and_the_pending_pods_of_one_that_does() -> None:
    stuck = workload("Deployment", "web", 8086)
    hashed = {"labels": {"pod-template-hash": "abc"}, "metadata": owned("ReplicaSet", "web-abc")}
    old = pod("web-abc-1", 8086, **hashed)
    assert [c.kind for c in conflicts(stuck, old, nodes=("node-1",))] == ["rollout"]
    new = pending("web-def-1", 8086, labels={"pod-template-hash": "def"}, metadata=owned("ReplicaSet", "web-def"))
    found = conflicts(stuck, old, new, nodes=("node-1",))
    assert [c.kind for c in found] == ["rollout", "pending"]
    assert found[0].remedy == found[1].remedy
    assert "maxUnavailable" in found[1].remedy


def test_more_replicas_than_nodes_is_told_once() -> None:
    made = workload("StatefulSet", "web", 8086, replicas=2)
    running, waiting = (
        maker(f"web-{i}", 8086, metadata=owned("StatefulSet", "web")) for i, maker in enumerate((pod, pending))
    )
    assert [c.kind for c in conflicts(made, nodes=("node-1",))] == ["replicas"]
    assert [c.kind for c in conflicts(made, running, waiting, nodes=("node-1",))] == ["pending"]


PORTS = st.sampled_from(
    [80, 81, 30000, 10250, {"containerPort": 80, "hostIP": "10.0.0.1"}, {"containerPort": 80, "hostIP": "::"}]
)
HEALTH = st.sampled_from([{}, {"crash": "exit"}, {"crash": IN_USE}, {"crash": "bind: address already in use :80"}, {"status": {"phase": "Pending", "containerStatuses": []}}])  # fmt: skip
SHAPES = st.tuples(
    st.lists(PORTS, max_size=2, unique_by=str), st.sampled_from(["node-1", "node-2", ""]), HEALTH,
    st.sampled_from([[], ["--listen-address=:80"], ["--listen-address=127.0.0.1:80"]]), st.booleans(),
    st.sampled_from(["", "2026-01-01T00:00:00Z"]),
)  # fmt: skip


def drawn(index: int, shape: Any) -> dict[str, Any]:
    ports, place, state, args, host_network, deleted = shape
    made = pod(f"p{index}", *ports, node=place, args=args, host_network=host_network, **state)
    if deleted:
        made["metadata"]["deletionTimestamp"] = deleted
    return made


@given(st.lists(SHAPES, max_size=6), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_order_of_reading_does_not_matter(shapes: list[Any], random: Any) -> None:
    pods = [drawn(index, shape) for index, shape in enumerate(shapes)]
    mixed = random.sample(pods, len(pods))
    assert conflicts(*pods) == conflicts(*mixed)


@given(st.lists(SHAPES, max_size=5), SHAPES)
@settings(max_examples=200, deadline=None)
def test_one_pod_more_never_removes_a_conflict(shapes: list[Any], shape: Any) -> None:
    pods = [drawn(index, each) for index, each in enumerate(shapes)]
    places = lambda found: {(c.node, c.port, c.protocol) for c in found if c.severity == "conflict"}
    assert places(conflicts(*pods)) <= places(conflicts(*pods, drawn(99, shape)))


@given(SHAPES, SHAPES)
@settings(max_examples=200, deadline=None)
def test_a_conflict_has_no_direction(one: Any, other: Any) -> None:
    names = [{(h.namespace, h.name, h.role) for h in c.holders} for c in conflicts(drawn(0, one), drawn(1, other))]
    turned = [{(h.namespace, h.name, h.role) for h in c.holders} for c in conflicts(drawn(1, other), drawn(0, one))]
    assert names == turned
