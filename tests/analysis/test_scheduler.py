from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import pod as pod_object
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.scheduler import HeldPorts, WantedPort, clash, sidecars_count, wanted_ports
from kubectl_hostnet.inventory.pod import Pod, pod_from
from kubectl_hostnet.source import objects


def pod(name: str = "web", *ports: dict[str, Any], node: str = "node-1", **more: Any) -> Pod:
    containers = more.pop("containers", [{"name": "main", "image": "x", "ports": list(ports)}])
    return pod_from(msgspec.convert(pod_object(name, node=node, containers=containers, **more), objects.Pod))


def port(number: int = 80, ip: str = "", protocol: str | None = None, **more: Any) -> dict[str, Any]:
    return {"containerPort": number, "hostIP": ip, "protocol": protocol, **more}


def blockers(newcomer: Pod, *others: Pod, node: str = "node-1", **options: Any) -> list[str]:
    return [b.holder.name for b in HeldPorts(others, **options).blockers(newcomer, node)]


WANTED = st.builds(
    WantedPort,
    st.sampled_from(["TCP", "UDP", "SCTP"]),
    st.integers(1, 3),
    st.sampled_from(["0.0.0.0", "10.0.0.1", "10.0.0.2", "::", "fd00::1", "fd00:0::1"]),
    st.just("c"),
    st.just("f"),
)


@given(WANTED, WANTED)
def test_a_clash_is_symmetric_and_everything_clashes_with_itself(one: WantedPort, other: WantedPort) -> None:
    assert clash(one, other) == clash(other, one)
    assert clash(one, one)


@pytest.mark.parametrize(
    ("one", "other", "clashes"),
    [
        ("", "", True),
        ("", "10.0.0.1", True),
        ("0.0.0.0", "fd00::1", True),
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("::", "10.0.0.1", False),
        ("::", "fd00::1", False),
        ("::", "", True),
        ("fd00::1", "fd00:0::1", False),
    ],
)
def test_addresses_are_text_and_only_the_empty_and_the_ipv4_one_are_wildcards(
    one: str, other: str, *, clashes: bool
) -> None:
    assert blockers(pod("new", port(80, one)), pod("old", port(80, other))) == (["old"] if clashes else [])


def test_protocols_and_ports_do_not_meet() -> None:
    new = pod("new", port(80), port(53, protocol="UDP"))
    assert blockers(new, pod("old", port(80, protocol="UDP"), port(53), port(80, protocol="SCTP"))) == []
    assert blockers(new, pod("old", port(53, protocol="UDP"))) == ["old"]


def test_a_host_networked_pods_container_port_is_its_host_port_and_others_need_a_host_port() -> None:
    assert [w.port for w in wanted_ports(pod("a", port(80), port(81, hostPort=81)))] == [80, 81]
    assert [w.port for w in wanted_ports(pod("a", port(80), port(81, hostPort=8081), host_network=False))] == [8081]


def test_which_containers_count_depends_on_the_release() -> None:
    containers = [{"name": "main", "image": "x"}]
    spec = {
        "initContainers": [
            {"name": "init", "image": "x", "ports": [port(1)]},
            {"name": "sidecar", "image": "x", "ports": [port(2)], "restartPolicy": "Always"},
        ],
        "ephemeralContainers": [{"name": "debug", "image": "x", "ports": [port(3)]}],
    }
    one = pod("one", containers=containers, spec=spec)
    assert [w.port for w in wanted_ports(one)] == [2]
    assert wanted_ports(one, sidecars=False) == ()
    assert blockers(pod("new", port(2)), one) == ["one"]
    assert blockers(pod("new", port(2)), one, sidecars=False) == []


@pytest.mark.parametrize(
    ("version", "count"),
    [
        ("v1.34.0", True),
        ("v1.35.4+k3s1", True),
        ("v1.33.6", True),
        ("v1.33.5-eks-3025e55", False),
        ("v1.33.10", True),
        ("v1.32.11", False),
        ("1.34", True),
        ("", True),
    ],
)
def test_releases(version: str, *, count: bool) -> None:
    assert sidecars_count(version) is count


def test_pods_that_ended_hold_nothing_and_terminating_ones_do() -> None:
    new = pod("new", port(80))
    assert blockers(new, pod("old", port(80), status={"phase": "Succeeded"})) == []
    assert blockers(new, pod("old", port(80), status={"phase": "Failed"})) == []
    assert blockers(new, pod("old", port(80), metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"})) == ["old"]
    assert blockers(new, pod("old", port(80), status={"phase": "Pending"})) == ["old"]


def test_pods_of_other_nodes_and_unbound_ones_hold_nothing() -> None:
    new = pod("new", port(80))
    assert blockers(new, pod("old", port(80), node="node-2"), pod("pending", port(80), node="")) == []


def test_a_pod_does_not_block_itself_but_its_namesake_with_another_uid_does() -> None:
    one = pod("one", port(80))
    other = pod("one", port(80), metadata={"uid": "another"})
    assert blockers(one, one) == []
    assert blockers(one, other) == ["one"]
    assert blockers(msgspec.structs.replace(one, uid=""), other) == []


@pytest.mark.parametrize(("priority", "blocked"), [(0, True), (1000, True), (1001, False)])
def test_a_nominated_pod_counts_for_pods_of_at_most_its_priority(priority: int, *, blocked: bool) -> None:
    nominated = pod("nominated", port(80), node="", spec={"priority": 1000}, status={"nominatedNodeName": "node-1"})
    new = pod("new", port(80), spec={"priority": priority})
    found = list(HeldPorts([nominated]).blockers(new, "node-1"))
    assert [b.nominated for b in found] == ([True] if blocked else [])


def test_a_nominated_pod_of_another_scheduler_is_not_seen() -> None:
    nominated = pod("nominated", port(80), node="", spec={"schedulerName": "x"}, status={"nominatedNodeName": "node-1"})
    assert blockers(pod("new", port(80)), nominated) == []
