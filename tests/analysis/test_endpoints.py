"""Addresses times claims."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_hostnet.analysis.asking import Wishes
from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.endpoints import Choice, endpoints_of
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.errors import ClusterError, HostnetError, UsageError
from kubectl_hostnet.inventory.address import Address, family_of
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod

V4, V6, SECOND, PUBLIC = "198.51.100.11", "2001:db8::11", "198.51.100.111", "203.0.113.11"


def node(name: str, *addresses: str, **more: str) -> Node:
    internal = [Address("InternalIP", a, family_of(a)) for a in addresses]
    others = [Address(kind, a, family_of(a)) for kind, a in more.items()]
    return Node(name, (*internal, *others))


def by_name(*nodes: Node) -> dict[str, Node]:
    return {node.name: node for node in nodes}


NODES = by_name(
    node("node-1", V4, SECOND, V6, ExternalIP=PUBLIC, Hostname="node-1"),
    node("node-2", "198.51.100.12", "2001:db8::12"),
)


def pod(**more: Any) -> Pod:
    fields = {
        "node": "node-1",
        "phase": "Running",
        "host_network": True,
        "host_ips": (V4, V6),
        "pod_ips": (V4, V6),
        **more,
    }
    return Pod("default", "web", **fields)


def claim(port: int = 8086, protocol: str = "TCP", bind: str = "", **more: Any) -> Claim:
    return Claim(port, protocol, bind, "main", None, "high", (), **more)


def places(*claims: Claim, of: Pod | None = None, nodes: dict[str, Node] | None = None, **choice: Any) -> list[str]:
    found = endpoints_of(
        of or pod(), NODES if nodes is None else nodes, claims, load(), choice=Choice(**choice), wishes=Wishes()
    )
    return [f"{e.address.address} {e.claim.port}/{e.claim.protocol}" for e in found]


def test_the_first_address_of_each_family_times_all_tcp_claims() -> None:
    assert places(claim(), claim(53, "UDP"), claim(80)) == [
        f"{V4} 8086/TCP",
        f"{V6} 8086/TCP",
        f"{V4} 80/TCP",
        f"{V6} 80/TCP",
    ]


def test_address_types_and_families_on_request() -> None:
    assert places(claim(), address_types=("externalip",)) == [f"{PUBLIC} 8086/TCP"]
    assert places(claim(), address_types=("Hostname",)) == ["node-1 8086/TCP"]
    assert places(claim(), family="IPv6") == [f"{V6} 8086/TCP"]
    assert places(claim(), address_types=("InternalIP",), family="IPv4") == [f"{V4} 8086/TCP", f"{SECOND} 8086/TCP"]


def test_a_port_may_be_one_that_nobody_knows() -> None:
    assert places(ports=((9999, "TCP"),), family="IPv4") == [f"{V4} 9999/TCP"]
    assert places(claim(), ports=((53, "UDP"),), family="IPv4") == [f"{V4} 53/UDP"]


def test_udp_on_request_and_forwarded_ports_never() -> None:
    both = (claim(), claim(53, "UDP"), claim(80, forwarded=True))
    assert places(*both, udp=True, family="IPv4") == [f"{V4} 8086/TCP", f"{V4} 53/UDP"]


def test_a_bound_listener_answers_at_its_address_alone() -> None:
    assert places(claim(bind=SECOND)) == [f"{SECOND} 8086/TCP"]
    assert places(claim(bind="2001:0db8::11")) == [f"{V6} 8086/TCP"]
    assert places(claim(bind="0.0.0.0")) == [f"{V4} 8086/TCP"]
    assert places(claim(bind="::")) == [f"{V4} 8086/TCP", f"{V6} 8086/TCP"]
    assert places(claim(bind="127.0.0.1")) == [f"{V4} 8086/TCP"], "to show that it is refused"


def test_a_loopback_listener_beside_another_one_hides_neither() -> None:
    proxy, exporter = claim(9100, bind=V4), claim(9100, bind="127.0.0.1")
    for claims in ((proxy, exporter), (exporter, proxy)):
        found = endpoints_of(pod(), NODES, claims, load(), choice=Choice(), wishes=Wishes())
        assert [(e.address.address, e.unexpected) for e in found] == [(V4, False)]


def test_every_node_with_the_same_families_and_no_loopback_listeners() -> None:
    found = endpoints_of(
        pod(), NODES, (claim(), claim(1, bind="::1")), load(), choice=Choice(every_node=True), wishes=Wishes()
    )
    assert [(e.node, e.address.address, e.claim.port, e.unexpected) for e in found] == [
        ("node-1", V4, 8086, False),
        ("node-1", V6, 8086, False),
        ("node-1", V4, 1, True),
        ("node-2", "198.51.100.12", 8086, True),
        ("node-2", "2001:db8::12", 8086, True),
    ]


def test_without_the_right_to_read_nodes_the_pods_own_addresses_serve() -> None:
    assert places(claim(), nodes={}) == [f"{V4} 8086/TCP", f"{V6} 8086/TCP"]


@pytest.mark.parametrize(
    ("of", "claims", "choice", "kind", "message", "hint"),
    [
        (pod(host_network=False, pod_ips=("198.18.0.7",)), (claim(),), {}, UsageError, "not host-networked; its own address is 198.18.0.7", "kubectl hostnet list"),
        (pod(phase="Failed", reason="NodePorts"), (claim(),), {}, ClusterError, "has ended: Failed (NodePorts)", "successor"),
        (pod(node="", status="Pending"), (claim(),), {}, ClusterError, "has no address yet", "kubectl describe pod -n default web"),
        (pod(node="node-9", host_ips=(), pod_ips=()), (claim(),), {}, ClusterError, "has no address yet", "kubectl describe"),
        (pod(), (), {}, UsageError, "has no known TCP port", "--port N"),
        (pod(), (claim(53, "UDP"),), {}, UsageError, "has no known TCP port", "53/UDP"),
        (pod(), (claim(),), {"address_types": ("InternalDNS",)}, UsageError, "no address for --address-type InternalDNS", f"InternalIP {V4}"),
        (pod(), (claim(),), {"address_types": ("ExternalIP",), "family": "IPv6"}, UsageError, "no address for", PUBLIC),
    ],
)  # fmt: skip
def test_what_cannot_be_probed_is_told_with_what_to_do(
    of: Pod, claims: tuple[Claim, ...], choice: dict[str, Any], kind: type[HostnetError], message: str, hint: str
) -> None:
    with pytest.raises(kind) as raised:
        places(*claims, of=of, **choice)
    assert message in raised.value.message
    assert hint in raised.value.hint
