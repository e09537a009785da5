from __future__ import annotations

from typing import Any

import pytest
from claiming import claims_of, config_map, mounted, texts
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.applications.schema import Application, KnownPort


def of(files: dict[str, str], **container: Any) -> list[str]:
    arguments = mounted(container, files)
    return texts(arguments["container"], beside=arguments["beside"], spec=arguments["spec"])


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"config.yaml": "server:\n  listen_address: ':9000'\n"}, ["9000/TCP"]),
        ({"config.yaml": "listen:\n  host: 127.0.0.1\n  port: 4242\n"}, ["127.0.0.1:4242/TCP"]),
        ({"c.yaml": "metrics: {bindAddress: '127.0.0.1:8080'}\nhealth: {healthProbeBindAddress: ':8081'}\nwebhook: {port: 9443}\n"},
         ["127.0.0.1:8080/TCP", "8081/TCP", "9443/TCP"]),
        ({"a.toml": '[[outputs.prometheus_client]]\n  listen = ":9273"\n'}, []),
        ({"m.conf": "persistence true\nlistener 1883\n"}, ["1883/TCP"]),
        ({"c.yaml": "upstream: {address: '10.0.0.1:80'}\ndatabase: {host: pg, port: 5432}\nother: 1\n"}, []),
        ({"c.yaml": "debug:\n  enabled: false\n  listen: '127.0.0.1:6061'\n"}, []),
        ({"c.yaml": "firewall:\n  inbound:\n  - port: 22\n    proto: tcp\n"}, []),
        ({"metrics-bind": "0"}, []),
        ({"prometheus.yml": "scrape_configs:\n- static_configs: [{targets: [':9100']}]\n"}, []),
        ({"pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers: [{ports: [{containerPort: 80}], listen: ':80'}]\n"}, []),
        ({"kubeconfig": "clusters: [{cluster: {server: 'https://localhost:6443'}}]\ncontexts: []\nusers: []\n"}, []),
    ],
)  # fmt: skip
def test_keys_of_unknown_files(files: dict[str, str], expected: list[str]) -> None:
    assert [text for text in of(files) if not text.endswith("?")] == expected


def test_a_file_that_the_command_line_does_not_name_is_somebody_elses() -> None:
    files = {"agent.yaml": "listen: ':9000'\nx: 1\n", "other.yaml": "listen: ':9001'\nx: 1\n"}
    assert of(files, args=["--config=/etc/thing/agent.yaml"]) == ["9000/TCP"]
    assert of(files) == ["9000/TCP", "9001/TCP"]


def test_only_the_keys_that_are_mounted_count() -> None:
    volume = {"name": "v", "configMap": {"name": "files", "items": [{"key": "a", "path": "a.yaml"}]}}
    container = {"volumeMounts": [{"name": "v", "mountPath": "/etc/a.yaml", "subPath": "a.yaml"}]}
    beside = (config_map("files", a="listen: ':9000'\nx: 1\n", b="listen: ':9001'\nx: 1\n"),)
    assert texts(container, beside=beside, spec={"volumes": [volume]}) == ["9000/TCP"]


def test_config_maps_are_read_only_when_asked_for() -> None:
    arguments = mounted({}, {"c.yaml": "listen: ':9000'\nx: 1\n"})
    assert texts(arguments["container"], beside=arguments["beside"], spec=arguments["spec"], read_config=False) == []


def test_a_format_takes_the_place_of_defaults_that_only_a_file_moves() -> None:
    web = Application(
        "web",
        "Web",
        "https://example.test",
        "manual",
        images=("thing",),
        ports=(KnownPort(80, "HTTP"), KnownPort(9113, "metrics", flags=("--m",))),
    )
    arguments = mounted({}, {"nginx.conf": "http { server { listen 127.0.0.1:8080; location / {} } }"})
    claims = claims_of(arguments["container"], beside=arguments["beside"], spec=arguments["spec"], known=(web,))
    assert [(c.port, c.bind) for c in claims] == [(8080, "127.0.0.1"), (9113, "")]
    assert claims[0].evidence[0].field == "ConfigMap files nginx.conf"
    assert claims[0].evidence[0].detail == "nginx: listen 127.0.0.1:8080"


def test_a_file_that_names_a_declared_port_supports_it() -> None:
    arguments = mounted(
        {"ports": [{"containerPort": 8582}]},
        {"config.json": '{"platforms": [{"callbackServerPort": "8582", "x": 1}]}\n\n'},
    )
    (claim,) = claims_of(arguments["container"], beside=arguments["beside"], spec=arguments["spec"])
    assert [e.source for e in claim.evidence] == ["declared", "configmap"]


def test_variables_in_files_are_filled_in() -> None:
    env = [{"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]
    assert of({"c.yaml": "listen: '${env:IP}:4317'\nx: 1\n"}, env=env) == ["10.0.0.1:4317/TCP"]


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(), max_size=3))
def test_no_config_map_raises(files: dict[str, str]) -> None:
    for text in of(files, args=["--config=/etc/thing"]):
        assert text
