"""Claims of whole Pods: the walk-through, containers side by side, templates, Pods that are not host-networked."""

from __future__ import annotations

from typing import Any

import msgspec
from builders import pod
from claiming import claims_of, inventory_of, text, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.applications.catalog import Catalog, load
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Pod


def test_the_walk_through_influxdb_without_declared_ports() -> None:
    inventory = inventory_of(pod("influxdb-hostnetwork", image="influxdb:1.8"))
    claims = pod_claims(inventory.pods[0], inventory, load())
    api = next(claim for claim in claims if claim.port == 8086)
    assert (api.protocol, api.bind, api.container, api.name, api.confidence) == ("TCP", "", "main", None, "medium")
    assert [msgspec.to_builtins(e) for e in api.evidence] == [
        {"source": "application", "field": "spec.containers[0].image", "detail": "InfluxDB 1 listens on 8086"}
    ]


def test_several_sources_of_one_claim_merge_with_all_their_evidence() -> None:
    container = {
        "ports": [{"containerPort": 9100, "name": "metrics"}],
        "args": ["--web.listen-address=127.0.0.1:9100"],
        "livenessProbe": {"httpGet": {"port": "metrics", "host": "127.0.0.1"}},
    }
    (claim,) = claims_of(container, metadata={"annotations": {"prometheus.io/port": "9100"}})
    assert [e.source for e in claim.evidence] == ["declared", "probe", "argument", "annotation"]
    assert (claim.bind, claim.name, claim.confidence) == ("127.0.0.1", "metrics", "high")


def test_the_container_that_listens_owns_the_port_that_its_neighbour_declares_and_is_asked_on() -> None:
    plugin = {
        "name": "plugin",
        "ports": [{"containerPort": 29603, "name": "healthz"}],
        "livenessProbe": {"httpGet": {"port": "healthz", "host": "localhost"}},
    }
    prober = {"name": "prober", "args": ["--http-endpoint=localhost:29603"]}
    (claim,) = claims_of(plugin, prober)
    assert (claim.container, claim.bind) == ("prober", "127.0.0.1")
    assert {e.source for e in claim.evidence} == {"declared", "probe", "argument"}


def test_two_containers_that_want_one_port_are_two_claims() -> None:
    claims = claims_of({"args": ["--port=80"]}, {"args": ["--port=80"]})
    assert [(c.port, c.container) for c in claims] == [(80, "c0"), (80, "c1")]
    declared = {"ports": [{"containerPort": 81}]}
    assert [c.container for c in claims_of(declared, declared)] == ["c0", "c1"]


def test_what_others_can_reach_comes_before_loopback() -> None:
    assert texts({"args": ["--listen-urls=http://127.0.0.1:80,http://10.0.0.7:80"]}) == [
        "10.0.0.7:80/TCP",
        "127.0.0.1:80/TCP",
    ]


def test_a_pod_that_is_not_host_networked_has_forwarded_host_ports_only() -> None:
    container = {
        "ports": [{"containerPort": 8080, "hostPort": 80, "hostIP": "10.0.0.5"}, {"containerPort": 9090}],
        "args": ["--port=8080"],
    }
    (claim,) = claims_of(container, host_network=False)
    assert (claim.port, claim.bind, claim.forwarded) == (80, "10.0.0.5", True)
    assert [e.source for e in claim.evidence] == ["declared"]


def test_templates_need_no_host_port() -> None:
    (template,) = inventory_of(pod(ports=[{"containerPort": 9100, "protocol": "UDP"}])).pods
    template = msgspec.structs.replace(template, template=True, name="", host_ips=(), pod_ips=())
    assert [text(claim) for claim in pod_claims(template, Inventory(), Catalog([]))] == ["9100/UDP"]


def test_pods_of_one_daemonset_differ_in_their_nodes_address_only() -> None:
    container = {
        "name": "a",
        "image": "x",
        "args": ["--listen=$(IP):80"],
        "env": [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.hostIP"}}}],
    }
    inventory = inventory_of(pod(containers=[container]))
    first = inventory.pods[0]
    second = msgspec.structs.replace(first, name="other", host_ips=("10.0.0.2",))
    assert [pod_claims(p, inventory, Catalog([]))[0].bind for p in (first, second, first)] == [
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.1",
    ]


def test_the_order_of_services_and_containers_does_not_change_the_ports() -> None:
    first, second = (
        {"name": "a", "args": ["--port=80"]},
        {"name": "b", "args": ["--port=81"], "livenessProbe": {"tcpSocket": {"port": 80}}},
    )
    assert texts(first, second) == texts(second, first) == ["80/TCP", "81/TCP"]


WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["--port", "--listen=:80", "sh", "-c", "run -p 80", "$(A)", "localhost:80", "8080", "-p", "nc", "-l"]
    ),
)
PORT = st.fixed_dictionaries(
    {"containerPort": st.integers(0, 70000)},
    optional={
        "hostPort": st.integers(0, 70000),
        "name": st.text(max_size=9),
        "protocol": st.sampled_from(["TCP", "UDP", "SCTP"]),
        "hostIP": st.text(max_size=9),
    },
)
PROBE = st.one_of(
    st.fixed_dictionaries({"httpGet": st.fixed_dictionaries({"port": st.one_of(st.integers(), st.text(max_size=5))}, optional={"host": st.text(max_size=9)})}),
    st.fixed_dictionaries({"exec": st.fixed_dictionaries({"command": st.lists(WORDS, max_size=4)})}),
)  # fmt: skip
CONTAINER = st.fixed_dictionaries(
    {},
    optional={
        "image": st.one_of(st.text(max_size=20), st.sampled_from(["influxdb", "quay.io/cilium/cilium:v1.16", "redis", "alpine", "traefik", "etcd", "k8s.gcr.io/pause:3.1"])),
        "command": st.lists(WORDS, max_size=5),
        "args": st.lists(WORDS, max_size=5),
        "env": st.lists(st.fixed_dictionaries({"name": st.sampled_from(["A", "PORT", "HOST", "X_LISTEN_ADDR", "JAVA_OPTS"]), "value": WORDS}), max_size=3),
        "ports": st.lists(PORT, max_size=3),
        "livenessProbe": PROBE,
    },
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.lists(CONTAINER, min_size=1, max_size=3),
    st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=2),
    st.booleans(),
)
def test_no_manifest_raises_and_every_claim_has_evidence(
    containers: list[dict[str, Any]], annotations: dict[str, str], host_network: bool
) -> None:
    named = [{"image": "x", **container, "name": f"c{index}"} for index, container in enumerate(containers)]
    inventory = inventory_of(pod(containers=named, metadata={"annotations": annotations}, host_network=host_network))
    one: Pod = inventory.pods[0]
    for claim in pod_claims(one, inventory, load(), read_config=True):
        assert claim.evidence
        assert claim.port > 0
        assert claim.protocol in ("TCP", "UDP", "SCTP")
        assert claim.forwarded is not host_network
        assert "invalid" not in claim.bind
