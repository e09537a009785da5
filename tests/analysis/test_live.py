"""Claims after the sockets were read: confirmed, undeclared, silent - and never more than was seen."""

from __future__ import annotations

from typing import Any

import builders
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.claims import Claim, Evidence
from kubectl_hostnet.analysis.live import (
    KERNELS,
    LOOPBACK_ONLY,
    NOT_LISTENING,
    NOT_OURS,
    NOT_RUNNING,
    OWNER_UNKNOWN,
    SILENT,
    UNDECLARED,
    Seen,
    live,
    live_claims,
    live_targets,
)
from kubectl_hostnet.applications.schema import Application, KnownPort
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod, pod_from
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.sockets.dump import Process
from kubectl_hostnet.source.sockets.reading import ContainerSockets, Reading, Target, unowned
from kubectl_hostnet.source.sockets.table import Socket

HIDDEN = Process(7, "redis", 1, 999, 999, (), frozenset(), listed=True, readable=False)


def pod(name: str = "web", *containers: str, **more: Any) -> Pod:
    listed = [{"name": c, "image": f"img-{c}"} for c in containers or ("main",)]
    source = builders.pod(name, containers=listed, **more)
    for status in source["status"]["containerStatuses"]:
        status.setdefault("containerID", f"containerd://id-{status['name']}")
    return pod_from(msgspec.convert(source, objects.Pod, strict=False))


def sock(port: int, address: str = "0.0.0.0", protocol: Any = "TCP", inode: int = 0, uid: int = 0) -> Socket:
    family: Any = "IPv6" if ":" in address else "IPv4"
    return Socket(port, protocol, family, address, inode or port, uid, "LISTEN" if protocol == "TCP" else "UNCONN")


def claim(port: int, source: Any = "declared", **more: Any) -> Claim:
    fields = {"protocol": "TCP", "bind": "", "container": "main", "name": None, "confidence": "high"} | more
    return Claim(port, evidence=(Evidence(source, "f", f"{source} {port}"),), **fields)


def view(container: str = "main", *sockets: Socket, **more: Any) -> ContainerSockets:
    place = {key: more.pop(key) for key in ("pod", "node", "namespace") if key in more}
    target = Target(**({"namespace": "default", "pod": "web", "node": "node-1", "container": container} | place))
    return ContainerSockets(target, sockets, **more)


def reading(*views: ContainerSockets, others: tuple[Socket, ...] = (), known: bool = True) -> Reading:
    """`others` are sockets of node-1 that nobody was seen to hold."""
    tables = {"node-1": others} if known else {}
    for each in views if known else ():
        tables[each.target.node] = (*tables.get(each.target.node, ()), *each.sockets)
    return Reading({v.target.key: v for v in views}, tables, unowned(views, tables))


def after(claims: list[Claim], read: Reading, of: Pod | None = None) -> list[Claim]:
    return list(live_claims(of or pod(), claims, Seen(read)))


def only(claims: list[Claim], read: Reading, of: Pod | None = None) -> Claim:
    (found,) = after(claims, read, of)
    return found


def test_a_socket_makes_a_declared_port_certain() -> None:
    found = only([claim(80, name="http")], reading(view("main", sock(80))))
    assert (found.confidence, found.name, found.bind, found.remarks) == ("certain", "http", "0.0.0.0", ())
    assert [e.source for e in found.evidence] == ["socket", "declared"]
    assert found.evidence[0].detail == "listens on 0.0.0.0:80"


def test_a_listener_that_nobody_declared() -> None:
    assert only([], reading(view("main", sock(80)))).remarks == (UNDECLARED,)
    known = only([claim(80, "application", application="nginx", purpose="HTTP")], reading(view("main", sock(80))))
    assert (known.remarks, known.application, known.purpose) == ((UNDECLARED,), "nginx", "HTTP")
    assert [e.source for e in known.evidence] == ["socket", "application"]


def test_declared_but_silent_stays_with_less_confidence() -> None:
    _, found = after([claim(80)], reading(view("main", sock(81))))
    assert (found.port, found.confidence, found.remarks) == (80, "low", (SILENT,))
    assert [e.source for e in found.evidence] == ["declared"]


def test_expected_but_not_listening() -> None:
    assert only([claim(80, "application")], reading(view())).remarks == (NOT_LISTENING,)


def test_loopback_only_where_no_other_socket_is_beside_it() -> None:
    alone = only([claim(80)], reading(view("main", sock(80, "127.0.0.1"))))
    assert (alone.bind, alone.loopback, alone.remarks) == ("127.0.0.1", True, (LOOPBACK_ONLY,))
    both = after([claim(80)], reading(view("main", sock(80, "127.0.0.1"), sock(80, "10.0.0.1"))))
    assert [(c.bind, c.remarks) for c in both] == [("127.0.0.1", ()), ("10.0.0.1", ())]
    assert only([claim(80)], reading(view("main", sock(80, "::1")))).remarks == (LOOPBACK_ONLY,)


def test_two_containers_on_one_port_stay_two() -> None:
    read = reading(view("proxy", sock(9100, "10.0.0.1", inode=1)), view("app", sock(9100, "127.0.0.1", inode=2)))
    found = after([claim(9100, container="proxy")], read, pod("web", "proxy", "app"))
    assert [(c.container, c.bind, c.remarks) for c in found] == [
        ("proxy", "10.0.0.1", ()),
        ("app", "127.0.0.1", (UNDECLARED, LOOPBACK_ONLY)),
    ]


def test_a_port_that_another_container_of_the_pod_declares() -> None:
    found = only(
        [claim(80, container="main")], reading(view("main"), view("side", sock(80))), pod("web", "main", "side")
    )
    assert (found.container, found.remarks) == ("side", ())


def test_any_address_of_ipv6_may_be_all_addresses() -> None:
    found = only([claim(80)], reading(view("main", sock(80, "::"))))
    assert found.bind == ""
    assert found.evidence[0].detail == "listens on [::]:80 (IPv6, and IPv4 unless the program refuses it)"


def test_beside_a_socket_for_ipv4_it_is_ipv6() -> None:
    found = after([claim(80)], reading(view("main", sock(80, "0.0.0.0", inode=1), sock(80, "::", inode=2))))
    assert [c.bind for c in found] == ["0.0.0.0", "::"]


def test_an_ipv4_address_in_ipv6_clothes() -> None:
    found = only([], reading(view("main", sock(80, "::ffff:127.0.0.1"))))
    assert (found.bind, found.loopback) == ("127.0.0.1", True)


def test_several_sockets_of_one_address_are_one_claim() -> None:
    found = only([], reading(view("main", *(sock(80, inode=n) for n in (1, 2, 3)))))
    assert found.evidence[0].detail == "3 sockets listen on 0.0.0.0:80"


def test_udp_and_tcp_are_apart() -> None:
    found = after([claim(53, protocol="UDP"), claim(53)], reading(view("main", sock(53, protocol="UDP"))))
    assert [(c.protocol, c.confidence) for c in found] == [("UDP", "certain"), ("TCP", "low")]


def test_a_udp_socket_on_an_ephemeral_port_may_be_a_clients() -> None:
    assert "may be a client's" in str(only([], reading(view("main", sock(40000, protocol="UDP")))).remarks)
    assert "client" not in str(only([], reading(view("main", sock(8472, protocol="UDP")))).remarks)


def test_claims_with_an_address_meet_the_socket_of_that_address() -> None:
    claims = [claim(2379, "argument", bind="127.0.0.1"), claim(2379, "declared", bind="10.0.0.1")]
    read = reading(view("main", sock(2379, "127.0.0.1", inode=1), sock(2379, "10.0.0.1", inode=2)))
    found = {c.bind: [e.source for e in c.evidence] for c in after(claims, read)}
    assert found == {"127.0.0.1": ["socket", "argument"], "10.0.0.1": ["socket", "declared"]}


def test_a_claim_with_another_address_than_the_sockets_still_tells_of_the_port() -> None:
    found = only([claim(80, "argument", bind="10.0.0.1")], reading(view("main", sock(80))))
    assert [e.source for e in found.evidence] == ["socket", "argument"]


# What could not be seen is never disproved.


def test_hidden_processes_leave_the_owner_unknown() -> None:
    read = reading(view("main", hidden=(HIDDEN,)), others=(sock(6379, uid=999),))
    found = only([claim(6379)], read)
    assert (found.confidence, found.remarks) == ("high", (OWNER_UNKNOWN,))


def test_a_container_that_could_not_be_read() -> None:
    listens = reading(view("main", failure="no shell"), others=(sock(80),))
    assert only([claim(80)], listens).remarks == (OWNER_UNKNOWN,)


def test_where_nobody_on_the_node_listens_even_an_unread_container_is_silent() -> None:
    assert only([claim(80)], reading(view("main", failure="no shell"), others=(sock(81),))).remarks == (SILENT,)


def test_a_node_that_was_not_read_tells_nothing() -> None:
    claims = [claim(80)]
    assert after(claims, reading(view("main", failure="forbidden"), known=False)) == claims
    assert after(claims, Reading()) == claims


def test_a_socket_of_the_kernel_is_not_the_containers_but_is_there() -> None:
    vxlan = KnownPort(8472, "VXLAN", "UDP", owner="kernel")
    seen = Seen(
        reading(view(), others=(sock(8472, protocol="UDP"),)), [Application("flannel", "", "", "", ports=(vxlan,))]
    )
    said = claim(8472, "application", protocol="UDP", application="flannel", purpose="VXLAN")
    (found,) = live_claims(pod(), [said], seen)
    assert (found.confidence, found.remarks) == ("high", (KERNELS,))


def test_a_socket_that_somebody_else_must_hold_is_not_the_pods() -> None:
    found = only([claim(80)], reading(view(), others=(sock(80),)))
    assert (found.confidence, found.remarks) == ("low", (NOT_OURS,))
    read = reading(view("main"), view("side", failure="no shell"), others=(sock(80),))
    assert only([claim(80)], read, pod("web", "main", "side")).remarks == (OWNER_UNKNOWN,)


def test_the_loopback_socket_of_one_container_is_not_the_claim_of_another_that_could_not_be_read() -> None:
    """kube-prometheus#1335: kube-rbac-proxy on the node's address, node_exporter on loopback, one port."""
    both = pod("exporter", "proxy", "app")
    views = (view("proxy", failure="no shell", pod="exporter"), view("app", sock(9100, "127.0.0.1"), pod="exporter"))
    found = after([claim(9100, container="proxy")], reading(*views, others=(sock(9100, "10.0.0.1", inode=9),)), both)
    assert [(c.container, c.confidence, c.remarks) for c in found] == [
        ("app", "certain", (UNDECLARED, LOOPBACK_ONLY)),
        ("proxy", "high", (OWNER_UNKNOWN,)),
    ]
    alone = after([claim(9100, container="proxy")], reading(*views), both)
    assert [(c.container, c.remarks) for c in alone] == [("app", (LOOPBACK_ONLY,))]


def test_a_port_that_another_pod_holds_is_named() -> None:
    read = reading(view("main"), view("main", sock(80), pod="other"))
    found = only([claim(80)], read)
    assert (found.confidence, found.remarks) == ("low", (SILENT, "default/other listens on it"))


def test_another_pod_on_another_node_is_no_matter() -> None:
    read = reading(view("main"), view("main", sock(80), pod="other", node="node-2"))
    assert only([claim(80)], read).remarks == (SILENT,)


def test_a_container_that_does_not_run_is_not_silent() -> None:
    waiting = {"containerStatuses": [{"name": "main", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}
    found = only([claim(80)], reading(view("x", pod="other"), others=()), pod(status=waiting))
    assert (found.confidence, found.remarks) == ("high", (NOT_RUNNING,))


def test_a_claim_of_no_container_waits_for_all() -> None:
    read = reading(view("a"), view("b", failure="no shell"), others=(sock(80),))
    assert only([claim(80, "annotation", container=None)], read, pod("web", "a", "b")).remarks == (OWNER_UNKNOWN,)


def test_sctp_and_forwarded_ports_are_not_judged() -> None:
    claims = [claim(80, protocol="SCTP"), claim(8080, forwarded=True)]
    assert after(claims, reading(view())) == claims


@pytest.mark.parametrize("more", [{"host_network": False}, {"node": ""}])
def test_pods_without_the_nodes_network_stay_as_they_are(more: dict[str, Any]) -> None:
    claims = [claim(80)]
    assert after(claims, reading(view("main", sock(80))), pod(**more)) == claims


def test_targets_are_the_running_containers_of_host_networked_pods() -> None:
    statuses = [
        {"name": "main", "state": {"running": {}}, "containerID": "containerd://abc"},
        {"name": "side", "state": {"waiting": {}}},
    ]
    mixed = pod("web", "main", "side", status={"containerStatuses": statuses}, spec={"hostPID": True})
    (target,) = live_targets([mixed, pod(host_network=False), pod(node=""), pod(status={"phase": "Failed"})])
    assert target == Target("default", "web", "main", "node-1", "img-main", "abc", host_pid=True)


def test_targets_know_where_the_kubelet_of_their_node_listens() -> None:
    assert [t.kubelet_port for t in live_targets([pod()], {"node-1": Node("node-1", kubelet_port=10260)})] == [10260]


def test_static_pods_are_marked() -> None:
    mirror = pod(metadata={"annotations": {"kubernetes.io/config.mirror": "x"}})
    assert [t.static for t in live_targets([mirror])] == [True]


def test_the_same_question_with_sockets() -> None:
    claims_of = live(lambda _: [claim(80)], reading(view("main", sock(80))))
    assert [c.confidence for c in claims_of(pod())] == ["certain"]


PORTS = st.integers(1, 4)
ADDRESSES = st.sampled_from(["0.0.0.0", "::", "127.0.0.1", "::1", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1"])
SOCKETS = st.builds(sock, PORTS, ADDRESSES, st.sampled_from(["TCP", "UDP"]), st.integers(1, 50))
CLAIMS = st.builds(
    claim, PORTS, st.sampled_from(["declared", "argument"]), protocol=st.sampled_from(["TCP", "UDP", "SCTP"]),
    bind=st.sampled_from(["", "127.0.0.1"]), container=st.sampled_from([None, "main", "side"]), forwarded=st.booleans(),
)  # fmt: skip


@given(st.lists(CLAIMS), st.lists(SOCKETS), st.lists(SOCKETS), st.lists(SOCKETS), st.booleans())
def test_every_socket_and_every_claim_is_told(
    claims: list[Claim], one: list[Socket], two: list[Socket], others: list[Socket], hidden: bool
) -> None:
    views = (view("main", *one, hidden=(HIDDEN,) if hidden else ()), view("side", *two))
    found = after(claims, reading(*views, others=tuple(others)), pod("web", "main", "side"))
    told = {(c.protocol, c.port) for c in found}
    assert {(s.protocol, s.port) for s in (*one, *two)} | {(c.protocol, c.port) for c in claims} == told
    seen = [c for c in found if c.confidence == "certain"]
    assert len({(c.container, c.protocol, c.port, c.bind) for c in seen}) <= len(seen)
    assert {(c.container, c.protocol, c.port) for c in seen} == {
        (v.target.container, s.protocol, s.port) for v in views for s in v.sockets
    }
    assert [c for c in claims if c.forwarded] == [c for c in found if c.forwarded]
