"""The sample cluster: a real-looking one, in every state, of which nothing leads out of this machine."""

from __future__ import annotations

import ipaddress
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

from kubectl_hostnet.demo.answers import ANSWERS
from kubectl_hostnet.demo.sample import HOSTS, sample
from kubectl_hostnet.demo.sockets import NETWORKS
from kubectl_hostnet.demo.stage import write_snapshot
from kubectl_hostnet.source.query import Query
from kubectl_hostnet.source.snapshot import Snapshot

NOW = datetime(2026, 1, 2, 12, 0, tzinfo=timezone.utc)
ADDRESSES = {name: f"127.80.0.{last}" for name, last in HOSTS.items()}


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    return str(write_snapshot(sample(NOW, ADDRESSES), tmp_path))


def items(run: Run, snapshot: str, *words: str) -> list[dict[str, Any]]:
    outcome = run("list", "-A", "--snapshot", snapshot, "-o", "json", *words)
    assert (outcome.code, outcome.err) == (0, "")
    return list(json.loads(outcome.out)["items"])


def test_it_reads_as_a_whole(snapshot: str) -> None:
    facts = Snapshot(snapshot).read(Query(pods="all", workloads=True, config_maps=True, namespaces=True, events=True))
    assert facts.gaps == []
    assert (len(facts.nodes), len(facts.pods), len(facts.events)) == (5, 39, 3)
    assert {workload.kind for workload in facts.workloads} == {"DaemonSet", "Deployment", "StatefulSet"}


def test_every_state_that_matters_is_in_it(run: Run, snapshot: str) -> None:
    pods = items(run, snapshot, "--include-host-ports")
    words = {pod["status"] for pod in pods}
    assert words == {"Running", "Pending", "CrashLoopBackOff", "Terminating", "NodePorts"}
    assert [pod["name"] for pod in pods if pod["stale"]] == ["haproxy-modbus-gs2n842ppz-fr87h"]
    assert sum(pod["static"] for pod in pods) == 4
    assert [pod["name"].rsplit("-", 2)[0] for pod in pods if not pod["hostNetwork"]] == ["mosquitto"]
    assert any(len(pod["podIPs"]) == 2 for pod in pods)
    influxdb = next(pod for pod in pods if pod["name"] == "influxdb-hostnetwork")
    assert [(p["port"], p["evidence"][0]["source"]) for p in influxdb["ports"]] == [(8086, "application")]
    redis = next(pod for pod in pods if pod["name"].startswith("redis-cache"))
    assert [p["bind"] for p in redis["ports"]] == ["127.0.0.1"]


def test_no_address_in_it_leads_out_of_this_machine(run: Run, snapshot: str) -> None:
    known = [a["address"] for pod in items(run, snapshot) for a in pod["addresses"] if a["family"]]
    bound = [p["bind"] for pod in items(run, snapshot, "--read-config") for p in pod["ports"] if p["bind"]]
    assert known
    assert bound
    assert all(ipaddress.ip_address(a).is_loopback or a == "0.0.0.0" for a in (*known, *bound)), (known, bound)


def test_ages_are_relative_to_the_moment_of_the_demo() -> None:
    one, other = sample(NOW, ADDRESSES), sample(NOW + timedelta(days=3), ADDRESSES)
    born = [
        datetime.fromisoformat(pod["metadata"]["creationTimestamp"].replace("Z", "+00:00"))
        for cluster in (one, other)
        for pod in cluster.objects
        if pod["metadata"]["name"] == "influxdb-hostnetwork"
    ]
    assert NOW - born[0] == timedelta(days=3, hours=4)
    assert born[1] - born[0] == timedelta(days=3)


def test_it_is_the_same_in_every_run() -> None:
    assert sample(NOW, ADDRESSES) == sample(NOW, ADDRESSES)


def test_what_listens_is_what_the_pods_claim_or_the_nodes_run(run: Run, snapshot: str) -> None:
    claimed = {
        (pod["node"], port["port"], port["protocol"])
        for pod in items(run, snapshot, "--include-host-ports", "--read-config")
        for port in pod["ports"]
    }
    kubelets = {(node, 10250, "TCP") for node in ("cp-1", "worker-1", "worker-2", "edge-1", "edge-2")}
    listening = {(entry.node, entry.port, entry.protocol) for entry in sample(NOW, ADDRESSES).listeners}
    assert listening <= claimed | kubelets
    assert ("worker-1", 8086, "TCP") in listening
    assert {entry.answers for entry in sample(NOW, ADDRESSES).listeners} <= set(ANSWERS)


def test_what_running_pods_claim_listens_or_is_bound_to_loopback(run: Run, snapshot: str) -> None:
    listening = {(entry.node, entry.port, entry.protocol) for entry in sample(NOW, ADDRESSES).listeners}
    for pod in items(run, snapshot):
        if pod["status"] not in ("Running", "Terminating"):
            continue
        for port in pod["ports"]:
            bound_apart = port["bind"] and ipaddress.ip_address(port["bind"]).is_loopback
            assert bound_apart or (pod["node"], port["port"], port["protocol"]) in listening, (pod["name"], port)


def test_objects_of_kinds_that_kubectl_lists_carry_nothing_of_the_demos_own() -> None:
    for item in sample(NOW, ADDRESSES).objects:
        assert set(item) <= {
            "apiVersion", "kind", "metadata", "spec", "status", "data", "involvedObject", "type", "reason", "message",
            "source", "firstTimestamp", "lastTimestamp", "count",
        }  # fmt: skip
        assert "@" not in json.dumps(item)


def test_uids_and_names_are_unique() -> None:
    objects = sample(NOW, ADDRESSES).objects
    uids = [item["metadata"]["uid"] for item in objects if item["kind"] != "Namespace"]
    assert len(uids) == len(set(uids))
    names = [(i["kind"], i["metadata"].get("namespace"), i["metadata"]["name"]) for i in objects]
    assert len(names) == len(set(names))


def test_all_networks_are_loopback() -> None:
    assert all(ipaddress.ip_address(f"{network}.11").is_loopback for network in NETWORKS)
