"""What a port number alone says."""

from __future__ import annotations

from typing import Any

import builders
import msgspec
import pytest

from kubectl_hostnet.analysis.port_remarks import PortRemarks, node_port_range
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.facts import Facts


def with_api_server(*words: str, **where: Any) -> Inventory:
    container = {
        "name": "kube-apiserver",
        "image": "kube-apiserver",
        **(where or {"command": ["kube-apiserver", *words]}),
    }
    pod = builders.pod("kube-apiserver-cp", "kube-system", containers=[container])
    return inventory_from(Facts(pods=[msgspec.convert(pod, objects.Pod)]))


@pytest.mark.parametrize(
    ("port", "remarks"),
    [
        (1, ("privileged port (below 1024)",)),
        (1023, ("privileged port (below 1024)",)),
        (1024, ()),
        (29999, ()),
        (30000, ("in the NodePort range 30000-32767 (assumed)",)),
        (32767, ("in the NodePort range 30000-32767 (assumed)",)),
        (32768, ("in the ephemeral range 32768-60999 (assumed)",)),
        (60999, ("in the ephemeral range 32768-60999 (assumed)",)),
        (61000, ()),
    ],
)
def test_ranges_by_their_edges(port: int, remarks: tuple[str, ...]) -> None:
    assert PortRemarks(Inventory()).of(port) == remarks


def test_a_forwarded_port_needs_no_privilege() -> None:
    assert PortRemarks(Inventory()).of(443, forwarded=True) == ()
    assert PortRemarks(Inventory()).of(443) == ("privileged port (below 1024)",)


@pytest.mark.parametrize(
    "words",
    [
        ("--service-node-port-range=20000-22767",),
        ("--service-node-port-range", "20000-22767"),
        ("--service-node-port-range=20000+2767",),
    ],
)
def test_the_api_servers_flag_moves_the_range(words: tuple[str, ...]) -> None:
    for known in (with_api_server(*words), with_api_server(args=list(words))):
        remarks = PortRemarks(known)
        assert remarks.of(22767) == ("in the NodePort range 20000-22767 (read from kube-apiserver)",)
        assert remarks.of(30000) == ()


@pytest.mark.parametrize("words", [(), ("--service-node-port-range=",), ("--service-node-port-range=a-b",), ("--x",)])
def test_a_flag_that_is_absent_or_makes_no_sense_leaves_the_default(words: tuple[str, ...]) -> None:
    assert node_port_range(with_api_server(*words)) is None
