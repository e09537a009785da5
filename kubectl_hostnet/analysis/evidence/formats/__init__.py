"""Configuration formats that say where their program listens: one module a format, all in FORMATS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kubectl_hostnet.analysis.evidence.formats import corefile, envoy, fluentbit, haproxy, nginx, otelcol
from kubectl_hostnet.analysis.evidence.formats.listener import Listener

# None: not this format. A list, even an empty one: everything that the file makes its program listen on.
Format = Callable[[str], Sequence[Listener] | None]
FORMATS: dict[str, Format] = {
    "nginx": nginx.listeners,
    "haproxy": haproxy.listeners,
    "Corefile": corefile.listeners,
    "Envoy": envoy.listeners,
    "OpenTelemetry Collector": otelcol.listeners,
    "Fluent Bit": fluentbit.listeners,
}
