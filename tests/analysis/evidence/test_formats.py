"""Configuration formats: what their programs listen on, and what they only connect to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.evidence.formats import FORMATS
from kubectl_hostnet.analysis.evidence.formats.listener import Listener

NGINX = """
events {}
stream {
  upstream api { server 10.0.0.1:6443; }
  server { listen 8443; proxy_pass api; }
}
http {
  server {
    listen 80 default_server;
    listen [::]:80; # listen 81;
    listen 127.0.0.1:9000 ssl;
    listen 443 quic reuseport;
    listen unix:/run/x.sock;
    location / { proxy_pass http://up:3000; }
  }
}
"""
HAPROXY = """
global
    stats socket /run/haproxy.sock
defaults
    timeout connect 10s
frontend api
    bind *:8443,127.0.0.1:9443 ssl crt /x.pem
    bind :::443 v4v6
    bind quic4@:443
    bind unix@/run/x
    default_backend api
backend api
    server m1 10.0.0.1:6443 check
listen stats :1936
    stats enable
"""
COREFILE = """
cluster.local:53 {
    errors
    cache {
        success 9984 30
    }
    bind 169.254.20.10
    forward . 10.0.0.10
    prometheus :9253
    health 169.254.20.10:8080
}
tls://.:853 {
    errors
    forward . 1.1.1.1:53
    ready
}
"""
ENVOY = """
admin:
  address: {socket_address: {address: 127.0.0.1, port_value: 9901}}
static_resources:
  listeners:
  - name: web
    address: {socket_address: {address: "::", port_value: 10000}}
  - name: dns
    address: {socket_address: {protocol: UDP, address: 0.0.0.0, port_value: 5353}}
  - name: pipe
    address: {pipe: {path: /x.sock}}
  clusters:
  - load_assignment: {endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: up, port_value: 80}}}}]}]}
"""
OTELCOL = """
receivers:
  otlp: {protocols: {grpc: {endpoint: 0.0.0.0:4317}, http: }}
  jaeger: {protocols: {thrift_compact: {endpoint: 0.0.0.0:6831}}}
  zipkin: {endpoint: 0.0.0.0:9411}
  kubeletstats: {endpoint: 0.0.0.0:10250}
exporters:
  otlp: {endpoint: backend:4317}
  prometheus: {endpoint: 0.0.0.0:8889}
extensions:
  health_check: {endpoint: 0.0.0.0:13133}
  zpages:
  pprof:
service:
  extensions: [health_check, zpages]
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8887}}}}]}}
  pipelines:
    traces: {receivers: [otlp, jaeger, kubeletstats], exporters: [otlp]}
    metrics: {receivers: [otlp], exporters: [prometheus]}
"""
FLUENTBIT = """
[SERVICE]
    HTTP_Server  On
    HTTP_Port    2021
[INPUT]
    Name   tail
    Path   /var/log/*.log
[INPUT]
    Name   forward
    Listen 127.0.0.1
[INPUT]
    Name   syslog
    Mode   udp
    Port   5141
[OUTPUT]
    Name   es
    Port   9200
"""


def shown(listener: Listener) -> str:
    host = f"{listener.bind}:" if listener.bind else ""
    return f"{host}{listener.port}/{'+'.join(listener.protocols)}"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("nginx", NGINX, ["8443/TCP", "80/TCP", "80/TCP", "127.0.0.1:9000/TCP", "443/UDP"]),
        ("nginx", "http { server { location / { root /x; } } }", ["80/TCP"]),
        ("haproxy", HAPROXY, ["8443/TCP", "127.0.0.1:9443/TCP", "443/TCP", "443/UDP", "1936/TCP"]),
        (
            "Corefile",
            COREFILE,
            ["169.254.20.10:53/UDP+TCP", "9253/TCP", "169.254.20.10:8080/TCP", "853/TCP", "8181/TCP"],
        ),
        ("Envoy", ENVOY, ["10000/TCP", "5353/UDP", "127.0.0.1:9901/TCP"]),
        (
            "OpenTelemetry Collector",
            OTELCOL,
            [
                "4317/TCP",
                "127.0.0.1:4318/TCP",
                "6831/UDP",
                "13133/TCP",
                "127.0.0.1:55679/TCP",
                "8889/TCP",
                "127.0.0.1:8887/TCP",
            ],
        ),
        ("Fluent Bit", FLUENTBIT, ["2021/TCP", "127.0.0.1:24224/TCP", "5141/UDP"]),
    ],
)
def test_what_a_file_listens_on(name: str, text: str, expected: list[str]) -> None:
    found = FORMATS[name](text)
    assert found is not None
    assert [shown(listener) for listener in found] == expected


def test_the_collectors_own_metrics_can_be_off() -> None:
    off = OTELCOL.replace(
        "metrics: {readers: [{pull: {exporter: {prometheus: {host: localhost, port: 8887}}}}]}",
        "metrics: {level: none}",
    )
    assert all(listener.port != 8887 for listener in FORMATS["OpenTelemetry Collector"](off) or ())


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize(
    "text", ["", "hello: world\n", "server:\n  listen: :80\n", "#!/bin/sh\necho listen 80\n", "[INPUTS]\n"]
)
def test_other_files_are_not_taken_for_it(name: str, text: str) -> None:
    assert FORMATS[name](text) is None


def test_each_format_is_recognised_by_itself_only() -> None:
    texts = {
        "nginx": NGINX,
        "haproxy": HAPROXY,
        "Corefile": COREFILE,
        "Envoy": ENVOY,
        "OpenTelemetry Collector": OTELCOL,
        "Fluent Bit": FLUENTBIT,
    }
    assert {
        (name, kind) for name, text in texts.items() for kind, read in FORMATS.items() if read(text) is not None
    } == {(n, n) for n in FORMATS}


@pytest.mark.parametrize("name", list(FORMATS))
@given(st.data())
def test_any_text_is_looked_at(name: str, data: st.DataObject) -> None:
    words = [
        "server",
        "{",
        "}",
        "listen",
        ";",
        "\n",
        "bind",
        "frontend",
        "listen x",
        "[INPUT]",
        "Name",
        " ",
        ":80",
        "admin:",
        "static_resources:",
        "errors",
        "cache",
        "receivers:",
        "service:",
        "pipelines:",
        "{}",
        "health",
    ]
    text = "".join(data.draw(st.lists(st.one_of(st.sampled_from(words), st.text(max_size=4)))))
    found = FORMATS[name](text)
    assert found is None or all(0 < listener.port < 65536 for listener in found)
