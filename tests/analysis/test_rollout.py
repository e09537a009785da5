"""Rollouts, replicas and drains: the arithmetic of the controllers, and what comes of it on few nodes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import node, pod

from kubectl_hostnet.analysis.rollout import fenceposts, rollout_conflicts, room_for
from kubectl_hostnet.analysis.scheduler import HeldPorts
from kubectl_hostnet.inventory.node import node_from
from kubectl_hostnet.inventory.pod import pod_from
from kubectl_hostnet.inventory.workload import Workload, workload_from
from kubectl_hostnet.source import objects

NODES = [node_from(msgspec.convert(node(f"node-{i}"), objects.Node)) for i in (1, 2, 3)]


def workload(
    kind: str = "Deployment",
    replicas: int = 3,
    ports: tuple[int, ...] = (8086,),
    *,
    host_network: bool = True,
    **spec: Any,
) -> Workload:
    container = {
        "name": "c",
        "ports": [{"containerPort": p, **({} if host_network else {"hostPort": p})} for p in ports],
    }
    template = {
        "metadata": {"labels": {"app": "w"}},
        "spec": {"hostNetwork": host_network, "containers": [container], **spec.pop("pod", {})},
    }
    body = {
        "kind": kind,
        "metadata": {"name": "w", "namespace": "default"},
        "spec": {"replicas": replicas, "template": template, **spec},
    }
    made = workload_from(msgspec.convert(body, objects.Workload))
    assert made
    return made


def kinds(made: Workload, *pods: dict[str, Any]) -> list[str]:
    held = HeldPorts([pod_from(msgspec.convert(p, objects.Pod)) for p in pods])
    return [conflict.kind for conflict in rollout_conflicts(made, NODES, held)]


def rolling(surge: Any, unavailable: Any, field: str = "strategy") -> dict[str, Any]:
    return {field: {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}


# deploymentutil.ResolveFenceposts: surge up, unavailable down, never both 0
@pytest.mark.parametrize(
    ("replicas", "surge", "unavailable", "expected"),
    [
        (3, None, None, (1, 0)), (4, None, None, (1, 1)), (10, "25%", "25%", (3, 2)), (1, "25%", "25%", (1, 0)),
        (3, 0, 0, (0, 1)), (3, "0%", "0%", (0, 1)), (3, 1, 0, (1, 0)), (3, 0, "10%", (0, 1)), (0, "25%", "25%", (0, 1)),
    ],
)  # fmt: skip
def test_fenceposts(replicas: int, surge: Any, unavailable: Any, expected: tuple[int, int]) -> None:
    strategy = {} if surge is None else rolling(surge, unavailable)
    assert fenceposts(workload(replicas=replicas, **strategy)) == expected


def test_a_default_deployment_on_as_many_nodes_as_replicas_hangs_and_the_fix_is_printed() -> None:
    (found,) = rollout_conflicts(workload(replicas=3), NODES, HeldPorts([]))
    assert (found.kind, found.port, found.protocol, found.severity) == ("rollout", 8086, "TCP", "conflict")
    assert "kubectl patch -n default deployment/w" in found.remedy
    assert '"maxSurge":0,"maxUnavailable":1' in found.remedy


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (workload(replicas=2), []),
        (workload(replicas=3), ["rollout"]),
        (workload(replicas=4, **rolling(1, 0)), ["replicas", "rollout"]),
        (
            workload(replicas=4),
            ["replicas", "rollout"],
        ),  # seen to hang on the real cluster: 3 of 4 are available, 3 must stay
        (workload(replicas=4, **rolling("25%", "50%")), ["replicas"]),
        (workload(replicas=3, **rolling(0, 1)), ["drain"]),
        (workload(replicas=3, strategy={"type": "Recreate"}), ["drain"]),
        (workload(replicas=3, ports=()), []),
        (workload(replicas=3, host_network=False), ["rollout"]),
        (workload("StatefulSet", replicas=4), ["replicas"]),
        (workload("DaemonSet"), []),
        (workload("DaemonSet", **rolling(1, 0, "updateStrategy")), ["rollout"]),
        (workload("DaemonSet", ports=(), **rolling(1, 0, "updateStrategy")), []),
        (workload("Job", replicas=9), []),
        (workload(replicas=0), []),
        (workload(replicas=1, pod={"nodeSelector": {"kubernetes.io/hostname": "node-2"}}), ["rollout"]),
        (workload(replicas=1, pod={"nodeSelector": {"no": "node"}}), ["replicas"]),
    ],
)
def test_what_will_not_come_to_an_end(made: Workload, expected: list[str]) -> None:
    assert kinds(made) == expected


def test_own_pods_make_room_others_do_not() -> None:
    ports = [{"containerPort": 8086}]
    own = {
        "metadata": {"ownerReferences": [{"kind": "ReplicaSet", "name": "w-1", "controller": True}]},
        "labels": {"pod-template-hash": "1"},
    }
    mine = pod("w-1-x", ports=ports, node="node-1", **own)
    other = pod("influxdb-hostnetwork", ports=ports, node="node-2")
    assert kinds(workload(replicas=2), mine) == []
    assert kinds(workload(replicas=2), mine, other) == ["rollout"]
    assert kinds(workload(replicas=3), other) == ["replicas", "rollout"]
    held = HeldPorts([pod_from(msgspec.convert(p, objects.Pod)) for p in (mine, other)])
    assert room_for(workload(), NODES, held).usable == ("node-1", "node-3")
    effect = next(c.effect for c in rollout_conflicts(workload(), NODES, held) if c.kind == "replicas")
    assert "default/influxdb-hostnetwork" in effect


def test_an_update_that_changes_the_port_can_run_beside_the_old_pods() -> None:
    held = HeldPorts([])
    old, new = workload(ports=(8086,)), workload(ports=(8087,))
    assert [c.kind for c in rollout_conflicts(new, NODES, held, old=old)] == ["drain"]
    assert [c.kind for c in rollout_conflicts(old, NODES, held, old=old)] == ["rollout"]


def test_who_has_more_replicas_than_nodes_has_to_scale_before_the_patch_can_help() -> None:
    found = [c for c in rollout_conflicts(workload(replicas=4), NODES, HeldPorts([])) if c.kind == "rollout"]
    assert "--replicas=3, then kubectl patch" in found[0].remedy
