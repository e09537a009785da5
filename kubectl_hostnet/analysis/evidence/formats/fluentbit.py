"""Fluent Bit's classic configuration: its HTTP server, and inputs that listen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_hostnet.analysis.evidence.formats.listener import Listener, listener

SECTION = re.compile(r"^\s*\[(SERVICE|INPUT|OUTPUT|FILTER|PARSER|MULTILINE_PARSER|PLUGINS|CUSTOM)\]\s*$", re.IGNORECASE)
# Defaults of plugins/in_*: port and protocol. Other inputs read files or ask others.
INPUTS = {
    "forward": (24224, "TCP"), "http": (9880, "TCP"), "tcp": (5170, "TCP"), "udp": (5170, "UDP"), "syslog": (5140, "TCP"), "mqtt": (1883, "TCP"),
    "statsd": (8125, "UDP"), "opentelemetry": (4318, "TCP"), "splunk": (8088, "TCP"), "elasticsearch": (9200, "TCP"), "collectd": (25826, "UDP"),
    "prometheus_remote_write": (8080, "TCP"),
}  # fmt: skip


def listeners(text: str) -> list[Listener] | None:
    """`[SERVICE]` with HTTP_Server On listens on 0.0.0.0:2020; the exporter output `prometheus_exporter` on 2021."""
    sections = list(_sections(text))
    if not sections:
        return None
    return [found for name, keys in sections if (found := _section(name, keys))]


def _sections(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    name, keys = "", dict[str, str]()
    for line in text.splitlines():
        if found := SECTION.match(line):
            if name:
                yield name, keys
            name, keys = found[1].lower(), {}
        elif line.strip() and not line.lstrip().startswith("#"):
            key, _, value = line.strip().partition(" ")
            keys[key.lower()] = value.strip()
    if name:
        yield name, keys


def _section(name: str, keys: dict[str, str]) -> Listener | None:
    kind = keys.get("name", "").lower()
    if name == "service" and keys.get("http_server", "off").lower() in ("on", "true", "yes"):
        return _at(
            keys.get("http_listen", "0.0.0.0"), keys.get("http_port", "2020"), "HTTP_Server On", "TCP", "monitoring"
        )
    if name == "input" and kind in INPUTS:
        port, protocol = INPUTS[kind]
        protocol = "UDP" if keys.get("mode", "").lower() == "udp" else protocol
        if (
            keys.get("mode", "").lower().startswith("unix")
            or "unix_path" in keys
            or (kind == "syslog" and "mode" not in keys)
        ):
            return None
        return _at(keys.get("listen", "0.0.0.0"), keys.get("port", str(port)), f"[INPUT] {kind}", protocol)
    if name == "output" and kind == "prometheus_exporter":
        return _at(keys.get("host", "0.0.0.0"), keys.get("port", "2021"), f"[OUTPUT] {kind}", "TCP", "metrics")
    return None


def _at(host: str, port: str, shown: str, protocol: str, purpose: str = "") -> Listener | None:
    return listener(
        f"[{host}]:{port}" if ":" in host else f"{host}:{port}", f"{shown}, port {port}", (protocol,), purpose=purpose
    )
