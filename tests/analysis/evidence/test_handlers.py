from __future__ import annotations

from typing import Any

import pytest
from claiming import claims_of, texts
from hypothesis import given
from hypothesis import strategies as st


def asked(**handler: Any) -> dict[str, Any]:
    return {"livenessProbe": handler}


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ({"httpGet": {"port": 8080}}, ["8080/TCP"]),
        ({"httpGet": {"port": 8080, "host": "127.0.0.1"}}, ["127.0.0.1:8080/TCP"]),
        ({"httpGet": {"port": 8080, "host": "localhost"}}, ["127.0.0.1:8080/TCP"]),
        ({"tcpSocket": {"port": "5555"}}, ["5555/TCP"]),
        ({"grpc": {"port": 50051}}, ["50051/TCP"]),
        ({"httpGet": {"port": 443, "host": "example.test"}}, []),
        ({"httpGet": {"port": 443, "host": "TEMPLATED"}}, ["443/TCP"]),
        ({"httpGet": {"port": "nameless"}}, []),
        ({"exec": {"command": ["curl", "-f", "localhost:41000"]}}, ["41000/TCP"]),
        ({"exec": {"command": ["sh", "-c", "curl -sk https://127.0.0.1:6180/images"]}}, ["6180/TCP"]),
        ({"exec": {"command": ["sh", "-c", "ss -lun | grep :67 && ss -lun | grep :69"]}}, ["67/UDP", "69/UDP"]),
        ({"exec": {"command": ["/bin/grpc_health_probe", "-addr=:8083"]}}, ["8083/TCP"]),
        ({"exec": {"command": ["sh", "-c", "gobgp -p 50051 global"]}}, ["50051/TCP"]),
        ({"exec": {"command": ["nc", "-z", "127.0.0.1", "1883"]}}, ["1883/TCP"]),
        ({"exec": {"command": ["redis-cli", "-h", "other", "-p", "6379", "ping"]}}, []),
        ({"exec": {"command": ["cat", "/tmp/healthy"]}}, []),
        ({"exec": {"command": ["grpc-health-probe", "-addr=unix:///listen.sock"]}}, []),
    ],
)
def test_where_a_probe_connects(handler: dict[str, Any], expected: list[str]) -> None:
    assert texts(asked(**handler)) == expected


def test_a_named_port_is_looked_up_among_the_declared_ones() -> None:
    container = {
        "ports": [{"containerPort": 9808, "name": "healthz"}],
        **asked(httpGet={"port": "healthz", "host": "127.0.0.1"}),
    }
    (claim,) = claims_of(container)
    assert [e.source for e in claim.evidence] == ["declared", "probe"]
    assert claim.bind == "127.0.0.1"


def test_lifecycle_hooks_count_and_say_so() -> None:
    (claim,) = claims_of({"lifecycle": {"preStop": {"httpGet": {"port": 8090, "path": "/shutdown"}}}})
    assert (claim.port, claim.evidence[0].field) == (8090, "spec.containers[0].lifecycle.preStop")


def test_an_address_that_is_set_beats_the_one_that_is_asked() -> None:
    assert texts({"args": ["--http-endpoint=127.0.0.1:29643"], **asked(httpGet={"port": 29643})}) == [
        "127.0.0.1:29643/TCP"
    ]


def test_a_probe_on_another_port_than_the_flag_says_is_shown() -> None:
    claims = claims_of({"args": ["--health-port=9090"], **asked(httpGet={"port": 8080})})
    assert {c.port: c.remarks for c in claims} == {8080: ("the probe asks 8080, but --health-port=9090",), 9090: ()}


@given(st.lists(st.text(alphabet=st.sampled_from("ss grep:127.0.0.1-paddr=0689\\[]$")), max_size=6), st.text())
def test_no_command_raises(command: list[str], host: str) -> None:
    claims_of(asked(exec={"command": command}))
    claims_of(asked(httpGet={"port": 80, "host": host}))


def test_a_probe_on_loopback_narrows_what_nothing_else_speaks_of() -> None:
    loopback = asked(httpGet={"port": 8092, "host": "127.0.0.1"})
    assert texts({"ports": [{"containerPort": 8092}], **loopback}) == ["127.0.0.1:8092/TCP"]
    assert texts({"args": ["--health-port=8092"], **loopback}) == ["8092/TCP"]
