from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.evidence.names import name_of

NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("metricsport", ("metrics", "port")),
        ("healthzBindAddress", ("healthz", "bind", "address")),
        ("METALLB_ML_BIND_ADDR", ("metallb", "ml", "bind", "addr")),
        ("ml-bindport", ("ml", "bind", "port")),
        ("web.listen-address", ("web", "listen", "address")),
        ("HTTPPort", ("http", "port")),
        ("transport", ("transport",)),
    ],
)
def test_a_name_is_taken_apart(name: str, words: tuple[str, ...]) -> None:
    assert name_of(name).words == words


@pytest.mark.parametrize(
    "name",
    ["port", "PORT", "http-port", "HTTP_PORT_NUMBER", "listen", "bind-port", "port-http", "server.port", "healthport"],
)
def test_a_number_given_to_it_is_a_port(name: str) -> None:
    assert name_of(name).is_port


@pytest.mark.parametrize(
    "name",
    [
        "support",
        "port-range",
        "min-port",
        "listen-backlog",
        "port-timeout",
        "ports-count",
        "workers",
        "report",
        "port-name",
    ],
)
def test_a_number_given_to_it_is_none(name: str) -> None:
    assert not name_of(name).is_port


@pytest.mark.parametrize(
    "name",
    [
        "etcd-servers",
        "kubelet-port",
        "upstream",
        "DB_PORT",
        "api-server-port",
        "nodePort",
        "KAFKA_ADVERTISED_LISTENERS",
        "remote-write-url",
        "MY_SERVICE_PORT",
        "endpoints",
        "ETCDCTL_ENDPOINTS",
    ],
)
def test_somebody_elses_address_is_recognised(name: str) -> None:
    assert name_of(name).others(NOBODY)


@pytest.mark.parametrize(
    "name", ["listen-peer-urls", "metrics-bind-address", "http-port", "ETCD_LISTEN_CLIENT_URLS", "secure-port"]
)
def test_an_own_listener_is_not_taken_for_somebody_elses(name: str) -> None:
    assert not name_of(name).others(NOBODY)


def test_software_may_be_called_like_what_others_connect_to() -> None:
    assert name_of("REDIS_PORT").others(NOBODY)
    assert not name_of("REDIS_PORT").others(frozenset({"redis"}))


def test_names_tell_protocols() -> None:
    assert name_of("vxlan-port").protocols == ("UDP",)
    assert name_of("memberlist-port").protocols == ("TCP", "UDP")
    assert name_of("http-port").protocols == ()


@given(st.text())
def test_any_text_is_a_name(text: str) -> None:
    name = name_of(text)
    assert name.topic <= set(name.words)
    assert name.is_port in (True, False)
    assert name.others(NOBODY) in (True, False)
