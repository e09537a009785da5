"""Contradictions are shown, not hidden: a doubtful claim keeps its evidence, with a low confidence and a remark."""

from __future__ import annotations

from typing import Any

import pytest
from claiming import claims_of, mounted

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.applications.schema import Application, KnownPort


def app(*ports: KnownPort, **more: Any) -> Application:
    return Application("thing", "Thing", "https://example.test", "its manual", images=("thing",), ports=ports, **more)


def doubtful(claims: tuple[Claim, ...]) -> dict[int, str]:
    return {claim.port: claim.remarks[0] for claim in claims if claim.confidence == "low"}


def declared(*ports: int, name: str = "") -> list[dict[str, Any]]:
    return [{"containerPort": port, **({"name": name} if name else {})} for port in ports]


def test_declared_in_an_image_that_runs_nothing() -> None:
    bare = app(idle=True)
    assert doubtful(claims_of({"ports": declared(22)}, known=(bare,))) == {
        22: "Thing: without a command it runs no server"
    }
    assert doubtful(claims_of({"readinessProbe": {"httpGet": {"port": 10001, "host": "127.0.0.1"}}}, known=(bare,)))
    assert not doubtful(claims_of({"ports": declared(22), "command": ["/usr/sbin/sshd", "-D"]}, known=(bare,)))


def test_declared_in_a_container_that_only_sleeps() -> None:
    assert doubtful(claims_of({"ports": declared(80), "command": ["sleep", "infinity"]})) == {
        80: "the container runs no server of its own"
    }


def test_declared_but_switched_off() -> None:
    container = {"ports": declared(8090, name="serverport"), "args": ["--server-port=0"]}
    assert doubtful(claims_of(container)) == {8090: "declared, but switched off: --server-port=0"}


def test_declared_but_closed_by_a_setting_that_the_application_is_known_for() -> None:
    known = (app(KnownPort(9890, "gops", unless=("--enable-gops=false",))),)
    assert 9890 in doubtful(claims_of({"ports": declared(9890), "args": ["--enable-gops=false"]}, known=known))
    quic = (app(KnownPort(10001, "QUIC", protocol="UDP", unless=("--quic=false",))),)
    assert 10001 in doubtful(claims_of({"ports": declared(10001), "args": ["--quic=false"]}, known=quic))


def test_declared_but_not_enabled_in_the_configuration_that_was_read() -> None:
    known = (
        app(
            KnownPort(80, "main", config=("main.port",)),
            KnownPort(10003, "stream", when="if on", needs=("config stream.enable=true",)),
        ),
    )
    arguments = mounted({"ports": declared(80, 10003)}, {"f.yaml": "main: {port: 80}\n"})
    claims = claims_of(arguments["container"], known=known, beside=arguments["beside"], spec=arguments["spec"])
    assert doubtful(claims) == {10003: "declared, but switched off: its configuration does not enable it"}
    unread = claims_of(
        arguments["container"], known=known, beside=arguments["beside"], spec=arguments["spec"], read_config=False
    )
    assert not doubtful(unread)


def test_udp_beside_tcp_where_the_application_uses_only_tcp() -> None:
    known = (app(KnownPort(32400, "web")),)
    ports = [{"containerPort": 32400}, {"containerPort": 32400, "protocol": "UDP"}]
    (claim,) = [c for c in claims_of({"ports": ports}, known=known) if c.confidence == "low"]
    assert (claim.protocol, claim.remarks) == ("UDP", ("Thing is known to use TCP only on 32400",))


def test_a_declared_port_that_the_settings_have_moved_away() -> None:
    known = (app(KnownPort(51826, "bridge", config=("bridge.port",))),)
    arguments = mounted({"ports": declared(51221)}, {"config.json": '{"bridge": {"port": 51450}}'})
    claims = claims_of(arguments["container"], known=known, beside=arguments["beside"], spec=arguments["spec"])
    assert doubtful(claims) == {51221: "declared, but the settings say 51450/TCP"}


def test_a_second_metrics_port_beside_the_one_that_a_flag_names() -> None:
    ports = [*declared(9141, name="frrmetrics"), *declared(7573, name="frr-metrics")]
    assert doubtful(claims_of({"ports": ports, "args": ["--metrics-port=9141"]})) == {
        7573: "declared, but --metrics-port=9141"
    }


def test_a_default_beside_another_port_that_is_declared_and_asked() -> None:
    known = (app(KnownPort(80, "HTTP")),)
    claims = claims_of({"ports": declared(8080), "livenessProbe": {"httpGet": {"port": 8080}}}, known=known)
    assert doubtful(claims) == {80: "a default, but the container is declared or asked on 8080"}
    assert not doubtful(claims_of({"ports": declared(9113, name="metrics")}, known=known))


def test_a_health_command_of_software_that_listens_nowhere_asks_somebody_else() -> None:
    command = {"livenessProbe": {"exec": {"command": ["curl", "https://localhost:6443/healthz"]}}}
    assert doubtful(claims_of(command, known=(app(),))) == {6443: "Thing is known to listen on nothing"}
    assert not doubtful(claims_of(command))


@pytest.mark.parametrize(("kind", "expected"), [("init", "low"), ("sidecar", "high")])
def test_an_init_container_listens_for_a_moment_only(kind: str, expected: str) -> None:
    init = {
        "name": "i",
        "image": "example.test/i",
        "args": ["--port=80"],
        **({"restartPolicy": "Always"} if kind == "sidecar" else {}),
    }
    claims = claims_of({}, spec={"initContainers": [init]})
    assert [claim.confidence for claim in claims] == [expected]


def test_what_an_init_container_declares_counts_and_is_remarked() -> None:
    init = {"name": "i", "image": "example.test/i", "ports": declared(80)}
    (claim,) = claims_of({}, spec={"initContainers": [init]})
    assert (claim.confidence, claim.remarks) == ("high", ("an init container: only while the Pod starts",))


def test_a_host_ip_that_is_not_what_the_settings_bind() -> None:
    ports = [{"containerPort": 80, "hostPort": 80, "hostIP": "10.0.0.5"}]
    (claim,) = claims_of({"ports": ports, "args": ["--listen=:80"]})
    assert (claim.bind, claim.remarks) == ("", ("hostIP is 10.0.0.5, but --listen=:80",))
    (claim,) = claims_of({"ports": ports, "args": ["--port=80"]})
    assert (claim.bind, claim.remarks) == ("10.0.0.5", ())


def test_an_annotation_alone_is_doubted_where_the_metrics_are_known() -> None:
    annotations = {"annotations": {"prometheus.io/port": "9999"}}
    assert doubtful(claims_of({"args": ["--metrics-port=9100"]}, metadata=annotations)) == {
        9999: "only an annotation speaks of it, while the metrics are known to be on 9100"
    }
    assert not doubtful(claims_of({"args": ["--port=80"]}, metadata=annotations))


def test_an_annotation_counts_where_software_of_the_pod_can_serve_on_its_port() -> None:
    annotations = {"annotations": {"prometheus.io/port": "9999"}}
    known = Application(
        "thing", "Thing", "https://example.test", "there", images=("thing",), ports=(KnownPort(9999, "", when="if on"),)
    )
    assert not doubtful(claims_of({"args": ["--metrics-port=9100"]}, metadata=annotations, known=(known,)))
