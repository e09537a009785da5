"""What is free: one port on which nodes, any port on all of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.claims import Evidence
from kubectl_hostnet.analysis.free import free_on, known_ports, proposals
from kubectl_hostnet.analysis.port_remarks import PortRemarks
from kubectl_hostnet.analysis.portlist import Holder, NodePort
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.inventory.inventory import Inventory

REMARKS = PortRemarks(Inventory())
NODES = ["node-1", "node-2", "node-3"]


def held(node: str, port: int, protocol: str = "TCP", bind: str = "") -> NodePort:
    return NodePort(node, port, protocol, bind, Holder("Pod", "default", "p"), "high", (Evidence("declared", "", ""),))


def test_free_where_nobody_holds_the_port_with_that_protocol() -> None:
    items = [held("node-1", 9100), held("node-2", 9100, "UDP"), held("node-3", 9101), held("elsewhere", 9100)]
    free, holding = free_on(items, NODES, [(9100, "TCP")], REMARKS)
    assert [(f.node, f.port, f.protocol, f.free) for f in free] == [
        ("node-2", 9100, "TCP", True),
        ("node-3", 9100, "TCP", True),
    ]
    assert holding == items[:1]


def test_a_loopback_listener_keeps_the_port_from_others() -> None:
    free, _ = free_on([held("node-1", 9100, bind="127.0.0.1")], NODES[:1], [(9100, "TCP")], REMARKS)
    assert free == []


def test_several_ports_are_told_one_by_one() -> None:
    free, _ = free_on([held("node-1", 80)], NODES[:2], [(80, "TCP"), (30080, "TCP")], REMARKS)
    assert [(f.port, f.node) for f in free] == [(80, "node-2"), (30080, "node-1"), (30080, "node-2")]
    assert free[1].remarks == ("in the NodePort range 30000-32767 (assumed)",)


def test_proposals_are_free_everywhere_and_those_with_nothing_against_them_come_first() -> None:
    items = [held("node-1", 29998), held("node-2", 29997, "UDP"), held("elsewhere", 29999)]
    found = proposals(items, NODES, range(29996, 30002), "TCP", REMARKS, {29996: "Something"})
    assert [(f.port, f.nodes, f.node) for f in found] == [
        (29997, 3, None),
        (29999, 3, None),
        (29996, 3, None),
        (30000, 3, None),
        (30001, 3, None),
    ]
    assert found[2].remarks == ("default port of Something",)
    assert found[3].remarks == ("in the NodePort range 30000-32767 (assumed)",)


def test_where_all_sockets_were_read_a_free_port_is_more_than_believed() -> None:
    free, _ = free_on([], NODES[:2], [(80, "TCP"), (80, "SCTP")], REMARKS, seen={"node-1"})
    assert [(f.node, f.protocol, f.confidence, len(f.evidence)) for f in free] == [
        ("node-1", "TCP", "high", 1),
        ("node-2", "TCP", "medium", 0),
        ("node-1", "SCTP", "medium", 0),
        ("node-2", "SCTP", "medium", 0),
    ]
    assert [f.confidence for f in proposals([], NODES, range(80, 82), "UDP", REMARKS, {}, seen=True)] == ["high"] * 2


def test_well_known_software_and_components_are_no_good_neighbours() -> None:
    known = known_ports(load())
    assert known[10250] == "kubelet"
    assert "InfluxDB" in known[8086]


taken = st.lists(st.tuples(st.sampled_from(NODES), st.integers(100, 130), st.sampled_from(["TCP", "UDP"])), max_size=40)


@given(taken)
def test_free_and_held_make_up_all_nodes_and_proposals_are_those_that_all_have_free(
    rows: list[tuple[str, int, str]],
) -> None:
    items = [held(*row) for row in rows]
    everywhere = []
    for port in range(100, 131):
        free, holding = free_on(items, NODES, [(port, "TCP")], REMARKS)
        assert {f.node for f in free} | {h.node for h in holding} == set(NODES)
        assert not {f.node for f in free} & {h.node for h in holding}
        everywhere += [port] if len(free) == len(NODES) else []
    found = proposals(items, NODES, range(100, 131), "TCP", REMARKS, {})
    assert sorted(f.port for f in found) == everywhere
