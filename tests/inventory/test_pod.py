"""Pods as kubectl shows them, and what the domain derives from them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import node, pod

from kubectl_hostnet.analysis.hostpods import host_pod, reachable_addresses, stale
from kubectl_hostnet.inventory.node import node_from
from kubectl_hostnet.inventory.pod import Owner, pod_from, template_from, workload_of
from kubectl_hostnet.source import objects


def read(document: dict[str, Any]) -> Any:
    return pod_from(msgspec.convert(document, objects.Pod))


def state(name: str = "main", **kind: Any) -> dict[str, Any]:
    ready = "running" in kind
    return {"name": name, "ready": ready, "restartCount": 0, "state": kind}


# Words as printPod of kubernetes pkg/printers/internalversion/printers.go makes them
@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "Running"),
        ({"status": {"phase": "Pending", "containerStatuses": []}}, "Pending"),
        ({"status": {"containerStatuses": [state(waiting={"reason": "CrashLoopBackOff"})]}}, "CrashLoopBackOff"),
        ({"status": {"containerStatuses": [state(terminated={"exitCode": 3})]}}, "ExitCode:3"),
        ({"status": {"containerStatuses": [state(terminated={"exitCode": 137, "signal": 9})]}}, "Signal:9"),
        ({"status": {"phase": "Failed", "reason": "NodePorts", "containerStatuses": []}}, "NodePorts"),
        ({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}, "Terminating"),
        ({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}, "status": {"reason": "NodeLost"}}, "Unknown"),
        ({"status": {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}], "containerStatuses": []}}, "SchedulingGated"),
        ({"status": {"containerStatuses": [state(terminated={"exitCode": 0, "reason": "Completed"}), state("b", running={})]}}, "Running"),
    ],
)  # fmt: skip
def test_status_words(more: dict[str, Any], word: str) -> None:
    assert read(pod(**more)).status == word


@pytest.mark.parametrize(
    ("states", "word"),
    [
        ([state("a", waiting={"reason": "PodInitializing"})], "Init:0/2"),
        ([state("a", terminated={"exitCode": 0}), state("b", running={})], "Init:1/2"),
        ([state("a", terminated={"exitCode": 1, "reason": "Error"})], "Init:Error"),
        ([state("a", waiting={"reason": "CrashLoopBackOff"})], "Init:CrashLoopBackOff"),
    ],
)
def test_init_status_words(states: list[dict[str, Any]], word: str) -> None:
    document = pod(
        spec={"initContainers": [{"name": "a"}, {"name": "b"}]},
        status={
            "phase": "Pending",
            "conditions": [],
            "initContainerStatuses": states,
            "containerStatuses": [state(waiting={"reason": "PodInitializing"})],
        },
    )
    assert read(document).status == word


def test_a_started_sidecar_does_not_hide_the_containers() -> None:
    sidecar = {**state("side", running={}), "started": True}
    document = pod(
        spec={"initContainers": [{"name": "side", "restartPolicy": "Always"}]},
        status={"initContainerStatuses": [sidecar]},
    )
    found = read(document)
    assert (found.status, found.ready_containers) == ("Running", 2)
    assert [c.kind for c in found.containers] == ["sidecar", "regular"]
    assert host_pod(found, None, ()).ready_containers == "2/2"


@pytest.mark.parametrize(
    ("owner", "labels", "expected"),
    [
        (("ReplicaSet", "web-5d4f"), {"pod-template-hash": "5d4f"}, ("Deployment", "web")),
        (("ReplicaSet", "bare"), {}, ("ReplicaSet", "bare")),
        (("ReplicaSet", "web-5d4f"), {"pod-template-hash": "other"}, ("ReplicaSet", "web-5d4f")),
        (("Job", "nightly-29384756"), {}, ("CronJob", "nightly")),
        (("Job", "once"), {}, ("Job", "once")),
        (("DaemonSet", "agent"), {}, ("DaemonSet", "agent")),
        (("Node", "node-1"), {}, None),
        (None, {}, None),
    ],
)
def test_the_workload_behind_a_pod(owner: Any, labels: dict[str, str], expected: Any) -> None:
    assert workload_of(Owner(*owner) if owner else None, labels) == (Owner(*expected) if expected else None)


def test_a_stale_address_is_seen_against_the_node_or_the_pods_own_host_ips() -> None:
    current = node_from(msgspec.convert(node("node-1", "10.0.0.9", "2001:db8::9"), objects.Node))
    assert "podIP 10.0.0.1 is not an address of node node-1" in stale(read(pod()), current)
    same = pod(status={"podIPs": [{"ip": "10.0.0.9"}, {"ip": "2001:db8:0::9"}]})
    assert stale(read(same), current) == ""
    moved = pod(status={"hostIP": "10.0.0.7", "hostIPs": [{"ip": "10.0.0.7"}]})
    assert "is not an address of the node" in stale(read(moved), None)
    assert stale(read(pod(host_network=False)), current) == ""
    assert stale(read(pod(status={"podIP": "", "podIPs": []})), current) == ""


def test_addresses_prefer_internal_ones_and_take_one_of_each_family() -> None:
    document = node("n", "10.0.0.1", "10.0.0.2", "2001:db8::1")
    document["status"]["addresses"].insert(0, {"type": "ExternalIP", "address": "203.0.113.1"})
    item = host_pod(read(pod()), node_from(msgspec.convert(document, objects.Node)), ())
    assert reachable_addresses(item) == ("10.0.0.1", "2001:db8::1")
    assert [a.type for a in item.addresses] == ["ExternalIP", "InternalIP", "InternalIP", "InternalIP", "Hostname"]
    assert reachable_addresses(host_pod(read(pod()), None, ())) == ("10.0.0.1",)


def test_a_template_is_the_pod_that_it_would_make() -> None:
    template = {
        "metadata": {"labels": {"a": "b"}},
        "spec": {"hostNetwork": True, "containers": [{"name": "c", "ports": [{"containerPort": 80}]}]},
    }
    for kind, spec in (
        ("DaemonSet", {"template": template}),
        ("CronJob", {"jobTemplate": {"spec": {"template": template}}}),
    ):
        workload = msgspec.convert({"kind": kind, "metadata": {"name": "w"}, "spec": spec}, objects.Workload)
        made = template_from(workload)
        assert made is not None
        assert (made.template, made.workload, made.labels, made.host_network) == (
            True,
            Owner(kind, "w"),
            {"a": "b"},
            True,
        )
        assert made.host_port(made.containers[0].ports[0]) == 80
    bare = msgspec.convert({"kind": "PodTemplate", "metadata": {"name": "w"}, "template": template}, objects.Workload)
    assert template_from(bare) is not None
