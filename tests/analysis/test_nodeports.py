"""Who holds which port of a node, from manifests."""

from __future__ import annotations

from typing import Any

import builders
import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.claims import Claim, Evidence
from kubectl_hostnet.analysis.nodeports import node_names, node_ports
from kubectl_hostnet.analysis.port_remarks import PortRemarks
from kubectl_hostnet.analysis.portlist import NodePort
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.facts import Facts


def inventory(*items: dict[str, Any]) -> Inventory:
    def some(kind: str, target: type[Any]) -> list[Any]:
        return [msgspec.convert(item, target) for item in items if item["kind"] == kind]

    return inventory_from(
        Facts(
            pods=some("Pod", objects.Pod), nodes=some("Node", objects.Node), services=some("Service", objects.Service)
        )
    )


def declared(pod: Pod) -> tuple[Claim, ...]:
    """Only what `ports[]` say: the claims engine has its own tests."""
    return tuple(
        Claim(
            pod.host_port(port), port.protocol, port.host_ip, container.name, port.name or None, "high",
            (Evidence("declared", port.field, ""),), forwarded=not pod.host_network,
        )
        for container in pod.containers
        for port in container.ports
        if pod.host_port(port)
    )  # fmt: skip


def held(*items: dict[str, Any], **wishes: Any) -> list[NodePort]:
    known = inventory(*items)
    return node_ports(known, declared, PortRemarks(known), **wishes)


def lines(*items: dict[str, Any], **wishes: Any) -> list[str]:
    return [f"{i.node} {i.port}/{i.protocol} {i.holder.kind} {i.holder.title}" for i in held(*items, **wishes)]


def ports(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [{"containerPort": number, **more} for number in numbers]


def test_each_node_has_its_pods_by_number_and_its_components() -> None:
    assert lines(
        builders.node("node-1"),
        builders.node("node-2"),
        builders.pod("b", ports=ports(9100, 80)),
        builders.pod("a", node="node-2", ports=ports(53, protocol="UDP")),
        builders.pod("forwarded", host_network=False, ports=ports(8080, hostPort=8081)),
        builders.pod("inside", host_network=False, ports=ports(8082)),
    ) == [
        "node-1 22/TCP Component sshd",
        "node-1 80/TCP Pod default/b",
        "node-1 8081/TCP Pod default/forwarded",
        "node-1 9100/TCP Pod default/b",
        "node-1 10248/TCP Component kubelet",
        "node-1 10249/TCP Component kube-proxy",
        "node-1 10250/TCP Component kubelet",
        "node-1 10256/TCP Component kube-proxy",
        "node-2 22/TCP Component sshd",
        "node-2 53/UDP Pod default/a",
        "node-2 10248/TCP Component kubelet",
        "node-2 10249/TCP Component kube-proxy",
        "node-2 10250/TCP Component kubelet",
        "node-2 10256/TCP Component kube-proxy",
    ]


def test_a_forwarded_host_port_says_so_and_needs_no_privilege() -> None:
    items = {i.holder.name: i for i in held(
        builders.pod("bound", ports=ports(80)),
        builders.pod("forwarded", host_network=False, ports=ports(8080, hostPort=443)),
    )}  # fmt: skip
    assert (items["bound"].forwarded, items["bound"].remarks) == (False, ("privileged port (below 1024)",))
    assert (items["forwarded"].forwarded, items["forwarded"].remarks) == (True, ())
    assert items["forwarded"].declared


def test_pods_that_have_ended_hold_nothing_and_terminating_or_pending_ones_do() -> None:
    found = lines(
        builders.pod("done", ports=ports(1001), status={"phase": "Succeeded"}),
        builders.pod("rejected", ports=ports(1002), status={"phase": "Failed"}),
        builders.pod("going", ports=ports(1003), metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"}),
        builders.pod("coming", ports=ports(1004), status={"phase": "Pending"}),
        components=False,
    )
    assert found == ["node-1 1003/TCP Pod default/going", "node-1 1004/TCP Pod default/coming"]


def test_a_nominated_pod_is_about_to_hold_its_port_and_an_unscheduled_one_is_nowhere() -> None:
    nominated = builders.pod(
        "next", node="", ports=ports(7004), status={"phase": "Pending", "nominatedNodeName": "node-7"}
    )
    (item,) = held(nominated, builders.pod("waiting", node="", ports=ports(7005)), components=False)
    assert (item.node, item.holder.name) == ("node-7", "next")
    assert item.remarks == ("nominated for this node, not there yet",)


def test_an_init_container_holds_its_port_until_it_is_done() -> None:
    containers = [{"name": "main", "image": "x"}]
    init = [{"name": "wait", "image": "x", "ports": ports(7000)}]

    def with_state(state: dict[str, Any]) -> dict[str, Any]:
        statuses = [{"name": "wait", "restartCount": 0, "ready": False, "state": state}]
        status = {"initContainerStatuses": statuses}
        return builders.pod("p", containers=containers, spec={"initContainers": init}, status=status)

    assert lines(with_state({"running": {}}), components=False) == ["node-1 7000/TCP Pod default/p"]
    assert lines(with_state({"terminated": {"exitCode": 0}}), components=False) == []


def test_a_service_holds_its_node_ports_on_every_node() -> None:
    web = builders.service("web", {}, {"port": 80, "nodePort": 30080}, type="NodePort")
    balanced = builders.service(
        "lb", {}, {"port": 80, "nodePort": 31080}, type="LoadBalancer", healthCheckNodePort=31999
    )
    inside = builders.service("inside", {}, {"port": 80})
    items = held(builders.node("node-1"), builders.node("node-2"), web, balanced, inside, components=False)
    assert [(i.node, i.port, i.holder.name, i.forwarded) for i in items] == [
        ("node-1", 30080, "web", True),
        ("node-1", 31080, "lb", True),
        ("node-1", 31999, "lb", False),
        ("node-2", 30080, "web", True),
        ("node-2", 31080, "lb", True),
        ("node-2", 31999, "lb", False),
    ]
    assert items[0].evidence[0].field == "spec.ports[0].nodePort"
    assert {i.confidence for i in items} == {"high"}


def test_a_component_that_is_a_pod_is_not_assumed_beside_it() -> None:
    control = builders.node("cp", labels={"node-role.kubernetes.io/control-plane": ""})
    etcd = builders.pod(
        "etcd-cp", "kube-system", node="cp", containers=[{"name": "etcd", "image": "etcd", "ports": ports(2379)}]
    )
    proxy = builders.pod(
        "kube-proxy-x",
        "kube-system",
        containers=[{"name": "kube-proxy", "image": "kube-proxy", "ports": ports(10256)}],
    )
    found = lines(control, builders.node("node-1"), etcd, proxy)
    assert [line for line in found if line.startswith("cp ")] == [
        "cp 22/TCP Component sshd",
        "cp 2379/TCP Pod kube-system/etcd-cp",
        "cp 6443/TCP Component kube-apiserver",
        "cp 10248/TCP Component kubelet",
        "cp 10250/TCP Component kubelet",
        "cp 10257/TCP Component kube-controller-manager",
        "cp 10259/TCP Component kube-scheduler",
    ]
    assert [line for line in found if "kube-proxy" in line] == ["node-1 10256/TCP Pod kube-system/kube-proxy-x"]


def test_a_forwarded_port_of_a_container_with_a_components_name_is_not_the_component() -> None:
    control = builders.node("cp", labels={"node-role.kubernetes.io/control-plane": ""})
    containers = [{"name": "etcd", "image": "etcd", "ports": ports(2379, hostPort=12379)}]
    found = lines(control, builders.pod("own-etcd", node="cp", host_network=False, containers=containers))
    assert "cp 2379/TCP Component etcd" in found
    assert "cp 12379/TCP Pod default/own-etcd" in found


def test_somebody_else_on_a_components_port_stands_beside_it() -> None:
    found = lines(builders.node("node-1"), builders.pod("webhook", ports=ports(10250)))
    assert [line for line in found if "10250" in line] == [
        "node-1 10250/TCP Component kubelet",
        "node-1 10250/TCP Pod default/webhook",
    ]


def test_the_kubelets_own_word_on_its_port_is_better_than_the_default() -> None:
    node = builders.node("node-1")
    node["status"]["daemonEndpoints"] = {"kubeletEndpoint": {"Port": 10350}}
    reported, assumed = (next(i for i in held(n) if i.purpose == "API") for n in (node, builders.node("node-1")))
    assert (reported.port, reported.confidence, reported.assumed) == (10350, "high", False)
    assert reported.evidence[0].field == "status.daemonEndpoints.kubeletEndpoint.Port"
    assert (assumed.port, assumed.confidence, assumed.assumed) == (10250, "medium", True)


def test_nodes_that_only_pods_tell_of_come_last() -> None:
    known = inventory(
        builders.node("z"), builders.pod(node="m"), builders.pod("q", node="b"), builders.pod("r", node="z")
    )
    assert node_names(known) == ["z", "b", "m"]


numbers = st.integers(1, 65535)


@given(st.lists(st.tuples(st.sampled_from(["node-1", "node-2"]), numbers, st.booleans()), max_size=12))
def test_no_port_is_lost_and_order_of_the_input_does_not_matter(wanted: list[tuple[str, int, bool]]) -> None:
    pods = [
        builders.pod(f"p{i}", node=node, host_network=host, ports=ports(number, hostPort=number))
        for i, (node, number, host) in enumerate(wanted)
    ]
    nodes = [builders.node("node-1"), builders.node("node-2")]
    there = held(*nodes, *pods, components=False)
    assert sorted((i.node, i.port) for i in there) == sorted((node, number) for node, number, _ in wanted)
    assert there == held(*nodes, *reversed(pods), components=False)
