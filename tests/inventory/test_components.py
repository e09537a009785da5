from __future__ import annotations

import pytest

from kubectl_hostnet.inventory.components import port_ranges, well_known
from kubectl_hostnet.inventory.node import Node


def test_the_kubelet_is_on_every_node_and_nothing_else_is_certain() -> None:
    certain = {(c.port, c.protocol, c.component, c.bind) for c in well_known() if c.presence == "always"}
    assert certain == {(10250, "TCP", "kubelet", ""), (10248, "TCP", "kubelet", "127.0.0.1")}


@pytest.mark.parametrize("label", ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"])
def test_control_plane_components_are_expected_on_control_plane_nodes_only(label: str) -> None:
    apiserver = next(c for c in well_known() if c.component == "kube-apiserver")
    kubelet = well_known()[0]
    assert apiserver.expected_on(Node("a", labels={label: ""}))
    assert not apiserver.expected_on(Node("b"))
    assert kubelet.expected_on(Node("b"))


def test_every_fact_has_a_source_and_ports_are_listed_once() -> None:
    assert all(c.source and c.purpose for c in well_known())
    assert len({(c.port, c.protocol) for c in well_known()}) == len(well_known())


def test_ranges_include_both_ends() -> None:
    node_ports = next(r for r in port_ranges() if r.name == "node-port")
    assert [p in node_ports for p in (29999, 30000, 32767, 32768)] == [False, True, True, False]
