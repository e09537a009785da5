"""The OpenTelemetry Collector's configuration: receivers and extensions in use, and its own metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_hostnet.analysis.evidence.formats.listener import Listener, listener
from kubectl_hostnet.analysis.evidence.structured import documents

# Components that listen, with the default port of each protocol ("" is the component itself); collector(-contrib)
# README.md of each receiver and extension. Since v0.104 an address that is not written is localhost.
SERVERS: dict[str, dict[str, tuple[int, str]]] = {
    "otlp": {"grpc": (4317, "TCP"), "http": (4318, "TCP")},
    "jaeger": {"grpc": (14250, "TCP"), "thrift_http": (14268, "TCP"), "thrift_compact": (6831, "UDP"), "thrift_binary": (6832, "UDP")},
    "zipkin": {"": (9411, "TCP")}, "opencensus": {"": (55678, "TCP")}, "signalfx": {"": (9943, "TCP")}, "sapm": {"": (7276, "TCP")},
    "statsd": {"": (8125, "UDP")}, "fluentforward": {"": (8006, "TCP")}, "carbon": {"": (2003, "TCP")}, "splunk_hec": {"": (8088, "TCP")},
    "awsxray": {"": (2000, "UDP")}, "influxdb": {"": (8086, "TCP")}, "wavefront": {"": (2003, "TCP")}, "collectd": {"": (8081, "TCP")},
    "skywalking": {"grpc": (11800, "TCP"), "http": (12800, "TCP")}, "loki": {"grpc": (3600, "TCP"), "http": (3500, "TCP")},
    "syslog": {"tcp": (0, "TCP"), "udp": (0, "UDP")}, "tcplog": {"": (0, "TCP")}, "udplog": {"": (0, "UDP")}, "webhookevent": {"": (0, "TCP")},
    "datadog": {"": (8126, "TCP")}, "faro": {"": (8080, "TCP")}, "prometheusremotewrite": {"": (9090, "TCP")}, "cloudfoundry": {"": (0, "TCP")},
    "health_check": {"": (13133, "TCP")}, "healthcheckv2": {"": (13133, "TCP")}, "zpages": {"": (55679, "TCP")}, "pprof": {"": (1777, "TCP")},
    "http_forwarder": {"ingress": (6060, "TCP")}, "jaegerremotesampling": {"grpc": (14250, "TCP"), "http": (5778, "TCP")}, "remotetap": {"": (12001, "TCP")},
}  # fmt: skip
PROTOCOL_LISTS = ("otlp", "jaeger", "skywalking", "loki")  # only the protocols that are written are open
ADDRESS_KEYS = ("endpoint", "listen_address", "address", "listen")


def listeners(text: str) -> list[Listener] | None:
    """Only components that a pipeline or `service.extensions` names are started."""
    if "receivers" not in text or "service" not in text:
        return None
    for document in documents(text):
        service = document.get("service") if isinstance(document, dict) else None
        if isinstance(service, dict) and isinstance(document.get("receivers"), dict) and "pipelines" in service:
            return [*_started(document, service), *_telemetry(service)]
    return None


def _started(document: Mapping[str, Any], service: Mapping[str, Any]) -> Iterator[Listener]:
    pipelines = [p for p in _mapping(service.get("pipelines")).values() if isinstance(p, dict)]
    used = {
        "receivers": {name for pipeline in pipelines for name in pipeline.get("receivers") or ()},
        "extensions": set(service.get("extensions") or ()),
        "exporters": {name for pipeline in pipelines for name in pipeline.get("exporters") or ()},
    }
    for kind, names in used.items():
        for name, settings in _mapping(document.get(kind)).items():
            if name in names and (kind != "exporters" or str(name).partition("/")[0] == "prometheus"):
                yield from _component(str(name), _mapping(settings), kind)


def _component(name: str, settings: Mapping[str, Any], kind: str) -> Iterator[Listener]:
    base = name.partition("/")[0]
    known = {"": (0, "TCP")} if kind == "exporters" else SERVERS.get(base, {})
    places = _mapping(settings.get("protocols")) if base in PROTOCOL_LISTS else settings
    for protocol, (port, transport) in known.items():
        if protocol and protocol not in places:
            continue
        inner = _mapping(places.get(protocol)) if protocol else settings
        written = next((str(inner[key]) for key in ADDRESS_KEYS if inner.get(key)), "")
        shown = ".".join(part for part in (kind, name, protocol) if part)
        found = (
            listener(written or f"localhost:{port}", f"{shown}: {written or 'default'}", (transport,), port, base)
            if written or port
            else None
        )
        if found:
            yield found


def _telemetry(service: Mapping[str, Any]) -> Iterator[Listener]:
    """The collector's own metrics: localhost:8888 unless moved or switched off."""
    metrics = _mapping(_mapping(service.get("telemetry")).get("metrics"))
    if str(metrics.get("level", "")).lower() == "none":
        return
    readers = metrics.get("readers")
    if isinstance(readers, list):
        for reader in readers:
            prometheus = _mapping(_mapping(_mapping(_mapping(reader).get("pull")).get("exporter")).get("prometheus"))
            if prometheus:
                host, port = prometheus.get("host", "localhost"), prometheus.get("port", 8888)
                found = listener(f"{host}:{port}", f"service.telemetry.metrics: {host}:{port}", purpose="own metrics")
                if found:
                    yield found
        return
    address = str(metrics.get("address") or "localhost:8888")
    found = listener(address, f"service.telemetry.metrics: {address}", purpose="own metrics")
    if found:
        yield found


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
