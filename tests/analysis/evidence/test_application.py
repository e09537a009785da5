"""What is known of an application, and what moves, narrows or closes its ports. Applications here are made up."""

from __future__ import annotations

from typing import Any

import pytest
from claiming import claims_of, mounted, text, texts

from kubectl_hostnet.applications.schema import Application, KnownPort

MAIN = KnownPort(8086, "API", flags=("--http-port", "--http-address"), env=("THING_PORT",), config=("http.port",))
HEALTH = KnownPort(8081, "health", flags=("--healthz-port",), when="only with --healthz-port")
LOOPBACK = KnownPort(9890, "gops", bind="127.0.0.1", flags=("--gops-port",), unless=("--enable-gops=false",))
METRICS = KnownPort(9962, "metrics", env=("METRICS_LISTEN_PORT",), when="if enabled", needs=("METRICS_ENABLED=true",))


def thing(*ports: KnownPort, **more: Any) -> Application:
    return Application("thing", "Thing", "https://example.test", "its manual", images=("thing",), ports=ports, **more)


def variables(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({}, ["8086/TCP", "127.0.0.1:9890/TCP"]),
        ({"args": ["--http-port=9000"]}, ["9000/TCP", "127.0.0.1:9890/TCP"]),
        ({"args": ["--http-address", "127.0.0.1:9000"]}, ["127.0.0.1:9000/TCP", "127.0.0.1:9890/TCP"]),
        ({"args": ["--http-address=10.0.0.7"]}, ["10.0.0.7:8086/TCP", "127.0.0.1:9890/TCP"]),
        ({"args": ["--http-port=0", "--gops-port=0"]}, []),
        ({"args": ["--http-port="]}, ["127.0.0.1:9890/TCP"]),
        ({"args": ["--healthz-port=8081", "--enable-gops=false"]}, ["8081/TCP", "8086/TCP"]),
        ({"env": variables(THING_PORT="9001")}, ["9001/TCP", "127.0.0.1:9890/TCP"]),
        ({"env": variables(THING_PORT="9001"), "args": ["--http-port=9000"]}, ["9000/TCP", "127.0.0.1:9890/TCP"]),
        ({"env": variables(THING_PORT="")}, ["8086/TCP", "127.0.0.1:9890/TCP"]),
        ({"env": variables(METRICS_LISTEN_PORT="9963")}, ["8086/TCP", "127.0.0.1:9890/TCP"]),
        (
            {"env": variables(METRICS_LISTEN_PORT="9963", METRICS_ENABLED="true")},
            ["8086/TCP", "127.0.0.1:9890/TCP", "9963/TCP"],
        ),
    ],
)
def test_settings_move_narrow_and_close_default_ports(container: dict[str, Any], expected: list[str]) -> None:
    assert texts(container, known=(thing(MAIN, HEALTH, LOOPBACK, METRICS),)) == expected


def test_a_default_says_that_it_is_one() -> None:
    (claim,) = claims_of({}, known=(thing(MAIN),))
    assert (claim.confidence, claim.application, claim.purpose) == ("medium", "thing", "API")
    (evidence,) = claim.evidence
    assert (evidence.source, evidence.field, evidence.detail) == (
        "application",
        "spec.containers[0].image",
        "Thing listens on 8086",
    )


def test_a_plain_flag_moves_a_port_whose_flag_is_not_known() -> None:
    assert texts({"args": ["--port=9000"]}, known=(thing(KnownPort(8086, "API")),)) == ["9000/TCP"]


def test_a_flag_that_is_no_listener_of_the_application_is_none() -> None:
    known = (thing(not_listening=("--api-port", "PORT")),)
    assert texts({"args": ["--api-port=80"], "env": variables(PORT="81")}, known=known) == []


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({"args": ["--bind-address=127.0.0.1"]}, ["127.0.0.1:10259/TCP"]),
        ({"args": ["--metrics-bind-address=127.0.0.1"]}, ["10259/TCP"]),
        ({"args": ["--secure-port=443", "--bind-address=127.0.0.1"]}, ["127.0.0.1:443/TCP"]),
    ],
)
def test_an_address_belongs_to_the_port_of_its_topic(container: dict[str, Any], expected: list[str]) -> None:
    assert texts(container, known=(thing(KnownPort(10259, "API", flags=("--secure-port",))),)) == expected


def test_what_holds_the_address_is_known_then_no_other_setting_narrows_it() -> None:
    secure = KnownPort(10258, "API", flags=("--secure-port",), bind_by=("--bind-address",))
    assert texts({"args": ["--address=127.0.0.1"]}, known=(thing(secure),)) == ["10258/TCP"]
    assert texts({"args": ["--bind-address=127.0.0.1"]}, known=(thing(secure),)) == ["127.0.0.1:10258/TCP"]


def test_bind_by_names_what_holds_only_the_address() -> None:
    known = (thing(KnownPort(7472, "metrics", flags=("--port",), bind_by=("THING_HOST",))),)
    container = {"args": ["--port=7473"], "env": variables(THING_HOST="10.0.0.9")}
    assert texts(container, known=known) == ["10.0.0.9:7473/TCP"]


def test_repeated_addresses_all_count() -> None:
    known = (thing(KnownPort(2376, "API", flags=("--host",))),)
    assert texts({"args": ["--host=tcp://0.0.0.0:2375", "--host=unix:///x.sock"]}, known=known) == ["2375/TCP"]


def test_its_file_decides_where_nothing_else_does_and_empty_values_are_defaults() -> None:
    def of(text: str, **container: Any) -> list[str]:
        arguments = mounted(container, {"thing.yaml": text})
        return texts(arguments["container"], known=(thing(MAIN),), beside=arguments["beside"], spec=arguments["spec"])

    assert of("http: {port: 9002}") == ["9002/TCP"]
    assert of("http: {port: ''}") == ["8086/TCP"]
    assert of("http: {port: 9002}", args=["--http-port=9000"]) == ["9000/TCP"]


def test_the_kubelets_probe_shows_that_a_loopback_default_is_wider_here() -> None:
    known = (thing(KnownPort(8126, "traces", bind="127.0.0.1")),)
    assert texts({"livenessProbe": {"tcpSocket": {"port": 8126}}}, known=known) == ["8126/TCP"]
    assert texts({"livenessProbe": {"httpGet": {"port": 8126, "host": "127.0.0.1"}}}, known=known) == [
        "127.0.0.1:8126/TCP"
    ]


def test_a_probe_on_loopback_does_not_narrow_what_is_known_to_listen_everywhere() -> None:
    assert texts({"livenessProbe": {"httpGet": {"port": 8086, "host": "127.0.0.1"}}}, known=(thing(MAIN),)) == [
        "8086/TCP"
    ]


def test_a_port_of_some_releases_is_known_where_the_image_does_not_tell_its_release() -> None:
    probe = {"livenessProbe": {"httpGet": {"port": 10252, "host": "127.0.0.1"}}}
    known = (thing(KnownPort(10252, "health", versions="<1.23")),)
    assert texts({**probe, "image": "registry.test/thing:TEMPLATED"}, known=known) == ["10252/TCP"]
    assert texts({**probe, "image": "thing:1.30"}, known=known) == ["127.0.0.1:10252/TCP"]
    assert texts({"image": "thing:TEMPLATED"}, known=known) == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/etc/thing", ["8086/TCP?"]),
        ("/etc/thing/thing.conf", ["8086/TCP?"]),
        ("/etc/thing/conf.d/mine", ["8086/TCP?"]),
        ("/", ["8086/TCP?"]),
        ("/etc/thing/certs", ["8086/TCP"]),
        ("/etc/things", ["8086/TCP"]),
    ],
)
def test_defaults_are_doubtful_where_the_configuration_is_in_a_volume_that_is_not_read(
    path: str, expected: list[str]
) -> None:
    known = (thing(KnownPort(8086, "API"), configuration=("/etc/thing/thing.conf", "/etc/thing/conf.d/")),)
    mount = {"volumeMounts": [{"name": "v", "mountPath": path}]}
    of_the_node = {"volumes": [{"name": "v", "hostPath": {"path": "/etc/thing"}}]}
    (claim,) = claims_of(mount, known=known, spec=of_the_node)
    assert [text(claim)] == expected
    assert claim.remarks == (
        ("a default, but its configuration is in a volume that is not read",) if claim.confidence == "low" else ()
    )


def test_a_config_map_over_the_configuration_leaves_the_default_as_it_is() -> None:
    known = (thing(KnownPort(8086, "API"), configuration=("/etc/thing",)),)
    arguments = mounted({}, {"other.txt": "nothing"})
    assert texts(arguments["container"], known=known, beside=arguments["beside"], spec=arguments["spec"]) == [
        "8086/TCP"
    ]


def test_where_the_image_is_not_filled_in_the_containers_name_tells() -> None:
    known = (thing(MAIN),)
    for image in ("{{ .Values.image }}", "TEMPLATED", "${IMAGE}:v1"):
        assert texts({"name": "thing", "image": image}, known=known) == ["8086/TCP"]
    assert texts({"name": "thing", "image": "other:v1"}, known=known) == []


def test_where_the_image_is_not_filled_in_the_container_may_be_named_after_the_program() -> None:
    known = (Application("thing", "T", "https://t.example", "", commands=("thingd",), ports=(KnownPort(8086, "API"),)),)
    script = {"command": ["bash", "-c", ". /lib.sh; start-thing"]}
    assert texts({"name": "thingd", "image": "TEMPLATED", **script}, known=known) == ["8086/TCP"]
    assert texts({"name": "thingd", "image": "other:1", **script}, known=known) == []


def test_a_program_behind_wrappers_gives_the_application_away() -> None:
    known = (Application("thing", "Thing", "https://example.test", "its manual", commands=("thingd",), ports=(MAIN,)),)
    for script in ("exec nice -n -19 ionice -c2 thingd --x", "exec watch-termination --log=/x -- thingd --x"):
        assert texts({"image": "other", "command": ["sh", "-c", script]}, known=known) == ["8086/TCP"]


def test_an_address_setting_with_several_addresses_binds_them_all() -> None:
    dns = KnownPort(53, "DNS", bind="169.254.20.10", bind_by=("-localip",))
    both = ["10.96.0.10:53/TCP", "169.254.20.10:53/TCP"]
    assert texts({"args": ["-localip", "169.254.20.10,10.96.0.10"]}, known=(thing(dns),)) == both
    assert texts({"args": ["-localip", "169.254.20.10"]}, known=(thing(dns),)) == both[1:]


@pytest.mark.parametrize("script", ["thing $(cat $ARGS_FILE)", "thing `cat /args`", "exec thing $(</args)"])
def test_defaults_are_doubtful_where_the_arguments_are_in_a_file(script: str) -> None:
    fixed = KnownPort(7000, "gossip")
    known = (thing(MAIN, fixed, commands=("thing",)),)
    assert texts({"command": ["sh", "-c", script]}, known=known) == ["7000/TCP", "8086/TCP?"]
    assert texts({"command": ["sh", "-c", "thing --debug"]}, known=known) == ["7000/TCP", "8086/TCP"]
