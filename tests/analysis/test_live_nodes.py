"""The ports of a node after its sockets were read."""

from __future__ import annotations

from typing import Any

from kubectl_hostnet.analysis.claims import Evidence
from kubectl_hostnet.analysis.live import NOT_OURS, OWNER_UNKNOWN
from kubectl_hostnet.analysis.live_nodes import OF_THE_NODE, PROCESS, UNKNOWN, seen_on_nodes
from kubectl_hostnet.analysis.port_remarks import PortRemarks
from kubectl_hostnet.analysis.portlist import COMPONENT, POD, SERVICE, Holder, NodePort
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.source.sockets.reading import ContainerSockets, Reading, Target, unowned
from kubectl_hostnet.source.sockets.table import Socket

REMARKS = PortRemarks(Inventory())
WHY = (Evidence("application", "", "by default"),)


def item(port: int, kind: str = COMPONENT, name: str = "kubelet", **more: Any) -> NodePort:
    fields = {"node": "node-1", "protocol": "TCP", "bind": "", "confidence": "medium", "evidence": WHY} | more
    namespace = None if kind == COMPONENT else "ns"
    return NodePort(port=port, holder=Holder(kind, namespace, name), **{"assumed": kind == COMPONENT, **fields})


def sock(port: int, address: str = "0.0.0.0", protocol: Any = "TCP", inode: int = 0) -> Socket:
    return Socket(port, protocol, "IPv6" if ":" in address else "IPv4", address, inode or port, 0, "LISTEN")


def reading(*table: Socket, held: tuple[Socket, ...] = (), failure: str = "") -> Reading:
    view = ContainerSockets(Target("ns", "web", "main", "node-1"), held, failure=failure)
    tables = {"node-1": (*table, *held)}
    return Reading({view.target.key: view}, tables, unowned([view], tables))


def seen(items: list[NodePort], read: Reading) -> list[NodePort]:
    return seen_on_nodes(items, read, REMARKS)


def test_a_component_that_listens_is_certain() -> None:
    (found,) = seen([item(10248)], reading(sock(10248, "127.0.0.1")))
    assert (found.confidence, found.assumed, found.bind, found.loopback) == ("certain", False, "127.0.0.1", True)
    assert (found.holder.name, [e.source for e in found.evidence]) == ("kubelet", ["socket", "application"])


def test_a_component_on_two_addresses_is_there_twice() -> None:
    found = seen([item(10248)], reading(sock(10248, "127.0.0.1", inode=1), sock(10248, "::1", inode=2)))
    assert [f.bind for f in found] == ["127.0.0.1", "::1"]


def test_an_assumption_that_nobody_bears_out_is_left_out() -> None:
    assert seen([item(10249)], reading(sock(22)))[0].holder == Holder(PROCESS, None, OF_THE_NODE)


def test_what_a_pod_holds_is_not_the_components() -> None:
    pod = item(10249, POD, "kube-proxy", confidence="certain")
    assert seen([item(10249), pod], reading(held=(sock(10249),))) == [pod]


def test_what_the_kubelet_reports_of_itself_is_not_an_assumption() -> None:
    reported = item(10250, assumed=False, confidence="high")
    assert seen([reported], reading(sock(22)))[1] == reported


def test_sockets_that_nobody_is_known_for() -> None:
    (found,) = seen([], reading(sock(40000, protocol="UDP")))
    assert (found.holder, found.confidence, found.port) == (Holder(PROCESS, None, OF_THE_NODE), "certain", 40000)
    assert "may be a client's" in found.remarks[0]
    assert any("ephemeral" in remark for remark in found.remarks)


def test_with_unread_containers_on_the_node_it_could_be_theirs() -> None:
    (found,) = seen([], reading(sock(22), failure="no shell"))
    assert found.holder.name == UNKNOWN


def test_a_pods_claim_of_unknown_owner_is_not_doubled() -> None:
    claimed = item(80, POD, "web", remarks=(OWNER_UNKNOWN,))
    table = (sock(80, "0.0.0.0", inode=1), sock(80, "::", inode=2))
    assert seen([claimed], reading(*table, failure="no shell")) == [claimed]
    health = item(30999, SERVICE, "svc")
    assert seen([health], reading(sock(30999))) == [health]


def test_a_socket_of_a_pod_does_not_hide_another_on_its_port() -> None:
    mine = item(9100, POD, "web", confidence="certain", bind="127.0.0.1")
    own, other = sock(9100, "127.0.0.1", inode=1), sock(9100, "10.0.0.1", inode=2)
    found = seen([mine], reading(other, held=(own,)))
    assert [(f.holder.name, f.bind) for f in found] == [(OF_THE_NODE, "10.0.0.1"), ("web", "127.0.0.1")]
    claimed = item(9100, POD, "web", bind="127.0.0.1", remarks=(OWNER_UNKNOWN,))
    assert len(seen([claimed], reading(other, failure="no shell"))) == 2


def test_what_is_not_the_pods_is_told_beside_its_claim() -> None:
    claimed = item(80, POD, "web", confidence="low", remarks=(NOT_OURS,))
    found = seen([claimed], reading(sock(80)))
    assert [(f.holder.kind, f.confidence) for f in found] == [(POD, "low"), (PROCESS, "certain")]


def test_a_forwarded_port_holds_no_socket() -> None:
    forwarded = item(30080, SERVICE, "svc", forwarded=True)
    found = seen([forwarded], reading(sock(30080)))
    assert {f.holder.kind for f in found} == {PROCESS, SERVICE}


def test_nodes_that_were_not_read_stay_as_they_are_in_their_order() -> None:
    items = [item(10248, node="node-9"), item(10250, node="node-9")]
    assert seen(items, reading(sock(22)))[:2] == items
    assert seen(items, Reading()) == items


def test_by_number_on_each_node() -> None:
    found = seen([item(80, POD, "web")], reading(sock(443), sock(22), held=(sock(80),)))
    assert [f.port for f in found] == [22, 80, 443]
