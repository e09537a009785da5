"""What is asked at an endpoint: options, then the application, then the Pod's probe, then the port's name, then TCP."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_hostnet.analysis.asking import Question, Wishes, over_tls, question_for
from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.applications.catalog import Catalog, load
from kubectl_hostnet.applications.schema import Application, Health, KnownPort
from kubectl_hostnet.inventory.container import Container, DeclaredPort, Handler
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.probe.observation import Ask

INFLUX = Container("main", "influxdb", "regular", "spec.containers[0]")


def claim(port: int, protocol: str = "TCP", **more: Any) -> Claim:
    return Claim(port, protocol, "", "main", more.pop("name", None), "medium", (), **more)


def probe(purpose: str = "readiness", **more: Any) -> Handler:
    fields: dict[str, Any] = {
        "action": "http", "port": 8080, "host": "", "scheme": "HTTP", "path": "/ready", "command": (), "headers": (),
        "field": f"spec.containers[0].{purpose}Probe", **more,
    }  # fmt: skip
    return Handler(purpose=purpose, **fields)  # type: ignore[arg-type]


def pod(*handlers: Handler, container: Container | None = None, **more: Any) -> Pod:
    own = container or Container("main", "me/mine", "regular", "spec.containers[0]", handlers=handlers, **more)
    return Pod("default", "web", host_network=True, containers=(own,), pod_ips=("198.51.100.11",))


def ask(of: Claim, at: Pod, wishes: Wishes | None = None, catalog: Catalog | None = None) -> Question:
    return question_for(of, at, catalog or load(), wishes or Wishes())


def test_influxdb_is_asked_with_head_ping_then_get() -> None:
    found = ask(claim(8086, application="influxdb"), pod(container=INFLUX))
    assert (found.ask.scheme, found.ask.methods, found.ask.path) == ("http", ("HEAD", "GET"), "/ping")
    assert (found.origin, found.application, found.identify) == ("application", "influxdb", "X-Influxdb-Version")
    assert found.statuses == (204,)
    assert not found.fixed


def test_a_declared_port_of_a_known_image_is_asked_in_the_same_way() -> None:
    assert ask(claim(8086), pod(container=INFLUX)).ask.path == "/ping"


def test_other_ports_of_the_application_are_not() -> None:
    assert ask(claim(9999, application="influxdb"), pod(container=INFLUX)).ask == Ask("tcp")


def test_a_moved_port_is_known_by_its_purpose() -> None:
    purpose = "HTTP API and UI"
    assert ask(claim(9999, application="influxdb", purpose=purpose), pod(container=INFLUX)).ask.path == "/ping"


def test_options_override_and_take_their_own_answers_for_good() -> None:
    found = ask(
        claim(8086, application="influxdb"), pod(container=INFLUX), Wishes(path="/health", expect_status=(200,))
    )
    assert (found.ask.path, found.statuses, found.strict, found.origin) == ("/health", (200,), True, "option")
    assert found.identify == "X-Influxdb-Version", "whatever the path, this header proves it"
    same = ask(claim(8086, application="influxdb"), pod(container=INFLUX), Wishes(path="/ping"))
    assert (same.origin, same.statuses) == ("application", (204,))


def test_a_path_or_a_header_makes_it_http_and_a_scheme_is_fixed() -> None:
    assert ask(claim(9), pod(), Wishes(path="/x")).ask.scheme == "http"
    assert ask(claim(9), pod(), Wishes(headers=(("A", "b"),))).ask.headers == (("A", "b"),)
    assert ask(claim(9), pod(), Wishes(method="POST")).ask.methods == ("POST",)
    https = ask(claim(8086, application="influxdb"), pod(container=INFLUX), Wishes(scheme="https"))
    assert (https.ask.scheme, https.ask.path, https.fixed) == ("https", "/ping", True)


def test_the_pods_readiness_probe_is_repeated() -> None:
    headers = (("Host", "web.example"), ("X-A", "b"), ("Authorization", "Bearer secret"), ("Cookie", "a=b"))
    found = ask(claim(8080), pod(probe("liveness", path="/alive"), probe(headers=headers, scheme="HTTPS")))
    assert (found.ask.scheme, found.ask.methods, found.ask.path, found.ask.host) == (
        "https",
        ("GET",),
        "/ready",
        "web.example",
    )
    assert found.ask.headers == (("X-A", "b"),), "nobody's credentials are sent"
    assert (found.origin, found.strict) == ("probe", True)
    assert 302 in found.statuses
    assert 404 not in found.statuses


def test_a_probe_by_port_name_of_another_kind_or_for_another_host() -> None:
    ports = (DeclaredPort(8080, 0, "TCP", "", "web", "spec.containers[0].ports[0]"),)
    assert ask(claim(8080), pod(probe(port="web"), ports=ports)).ask.path == "/ready"
    assert ask(claim(8080), pod(probe(action="grpc"))).ask.scheme == "grpc"
    assert ask(claim(8080), pod(probe(action="tcp"))).origin == "probe"
    assert ask(claim(8080), pod(probe(host="127.0.0.1"))).ask == Ask("tcp"), "the kubelet asks elsewhere"
    assert ask(claim(8080), pod(probe(action="exec", command=("true",)))).ask == Ask("tcp")
    assert ask(claim(8081), pod(probe())).ask == Ask("tcp")


@pytest.mark.parametrize(
    ("of", "scheme"),
    [
        (claim(1, name="https-web"), "https"),
        (claim(1, name="http"), "http"),
        (claim(1, name="grpc-api"), "grpc"),
        (claim(1, name="metrics"), "tcp"),
        (claim(1, "UDP", name="http3"), "udp"),
        (claim(53, "UDP"), "dns"),
        (claim(53), "dns"),
        (claim(8472, "UDP"), "udp"),
    ],
)
def test_a_ports_name_and_number(of: Claim, scheme: str) -> None:
    assert ask(of, pod()).ask.scheme == scheme


def test_banners_are_data() -> None:
    health = Health(scheme="banner", send=r"PING\r\n", expect="+PONG")
    redis = Application(
        "redis", "Redis", "", "", images=("me/redis",), ports=(KnownPort(6379, "clients"),), health=health
    )
    container = Container("main", "me/redis", "regular", "spec.containers[0]")
    found = ask(claim(6379, application="redis"), pod(container=container), catalog=Catalog([redis]))
    assert (found.ask.scheme, found.ask.send, found.ask.expect) == ("banner", b"PING\r\n", b"+PONG")


def test_the_same_under_tls() -> None:
    plain = ask(claim(8086, application="influxdb"), pod(container=INFLUX))
    assert over_tls(plain).ask.scheme == "https"
    assert over_tls(plain).identify == plain.identify


def test_every_known_application_can_be_asked() -> None:
    for application in load():
        for port in application.ports:
            found = ask(claim(port.port, port.protocol, application=application.name), pod())
            assert found.ask.scheme
            assert (found.ask.scheme == "udp") <= (port.protocol == "UDP")
