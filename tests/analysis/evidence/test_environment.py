from __future__ import annotations

from typing import Any

import pytest
from claiming import claims_of, config_map, texts
from hypothesis import given
from hypothesis import strategies as st


def variables(**values: str) -> dict[str, Any]:
    return {"env": [{"name": name, "value": value} for name, value in values.items()]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"PORT": "3000", "HOST": "0.0.0.0"}, ["3000/TCP"]),
        ({"PORT": "3000", "HOST": "10.0.0.2"}, ["10.0.0.2:3000/TCP"]),
        ({"METRICS_PORT": "9090"}, ["9090/TCP"]),
        ({"LISTEN_ADDR": "0.0.0.0:7000"}, ["7000/TCP"]),
        ({"APP_BIND_ADDRESS": "127.0.0.1:3000"}, ["127.0.0.1:3000/TCP"]),
        ({"INFLUXDB_HTTP_BIND_ADDRESS": ":8086"}, ["8086/TCP"]),
        ({"NSM_PPROF_LISTEN_ON": "localhost:6060"}, ["127.0.0.1:6060/TCP"]),
        ({"prometheus_server": ":2112"}, ["2112/TCP"]),
        ({"ASPNETCORE_URLS": "http://+:5000"}, ["5000/TCP"]),
        ({"KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093"}, ["9092/TCP", "9093/TCP"]),
        ({"JAVA_OPTS": "-Xmx1g -Dserver.port=8081 -javaagent:/j.jar=9404:/c"}, ["8081/TCP", "9404/TCP"]),
        ({"THING_PORT": "8089"}, ["8089/TCP"]),
        ({"SHOP_HTTP_PORT": "8089"}, ["8089/TCP"]),
    ],
)
def test_a_listener(values: dict[str, str], expected: list[str]) -> None:
    assert texts(variables(**values)) == expected


@pytest.mark.parametrize(
    "values",
    [
        {
            "KUBERNETES_SERVICE_PORT": "443",
            "MY_SERVICE_PORT": "80",
            "MY_PORT_80_TCP_PORT": "80",
            "MY_PORT": "tcp://10.0.0.1:80",
        },
        {"HTTP_PROXY": "http://127.0.0.1:3128", "no_proxy": "127.0.0.1"},
        {"DB_HOST": "pg", "DB_PORT": "5432", "REDIS_PORT": "6379", "SMTP_PORT": "587"},
        {"INTAKE_HOST": "reducer", "INTAKE_PORT": "7000"},
        {"IP": "10.9.8.7", "PORT": "2379"},
        {"AUTH_HOST": "auth.example", "AUTH_GRPC_PORT": "50051"},
        {"API_URL": "http://localhost:4000", "PUBLIC_URL": "https://example.test:8443"},
        {"KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://host:19092"},
        {"DISPLAY": ":20", "VIDEO_PORT": "DFP", "PUID": "1000", "TIMEOUT": "3000", "BITRATE": "8000"},
        {"FIREWALL_INPUT_PORTS": "9091,8080", "METRICS_PORT": "", "PORT": "0"},
    ],
)
def test_no_listener(values: dict[str, str]) -> None:
    assert [text for text in texts(variables(**values)) if not text.endswith("?")] == []


def test_a_port_variable_of_unknown_meaning_is_a_guess() -> None:
    (claim,) = claims_of(variables(FOO_PORT="3999"))
    assert claim.confidence == "low"


def test_variables_come_from_config_maps_when_they_may_be_read() -> None:
    container = {"envFrom": [{"configMapRef": {"name": "settings"}, "prefix": "APP_"}]}
    beside = (config_map("settings", HTTP_PORT="8088"),)
    assert texts(container, beside=beside) == ["8088/TCP"]
    assert texts(container, beside=beside, read_config=False) == []


def test_a_variable_may_refer_to_one_before_it() -> None:
    env = [{"name": "P", "value": "9"}, {"name": "LISTEN", "value": "0.0.0.0:$(P)999"}]
    assert texts({"env": env}) == ["9999/TCP"]


@given(
    st.dictionaries(st.text(min_size=1), st.text(), max_size=5),
    st.dictionaries(st.sampled_from(["PORT", "X_ADDR", "JAVA_OPTS", "LISTEN"]), st.text()),
)
def test_no_environment_raises(values: dict[str, str], more: dict[str, str]) -> None:
    for claim in claims_of(variables(**values, **{k: v for k, v in more.items() if k not in values})):
        assert 0 < claim.port < 65536
