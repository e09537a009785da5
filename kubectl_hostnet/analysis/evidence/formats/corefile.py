"""CoreDNS' Corefile: server blocks, and the plugins that listen on their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_hostnet.analysis.evidence.address import scope_of
from kubectl_hostnet.analysis.evidence.formats.listener import Listener, listener

BLOCK = re.compile(r"(?m)^[ \t]*((?:[^\s{}#]+[ \t,]+)*[^\s{}#]+)[ \t]*\{[ \t]*(?:#.*)?$")
PLUGINS = (
    "errors",
    "cache",
    "forward",
    "kubernetes",
    "loop",
    "reload",
    "prometheus",
    "health",
    "ready",
    "log",
    "hosts",
    "file",
    "loadbalance",
    "bind",
    "proxy",
)
# Defaults of coredns/plugin/{health,ready,metrics,pprof}.
OWN = {
    "health": (":8080", "health"),
    "ready": (":8181", "ready"),
    "prometheus": ("localhost:9153", "metrics"),
    "pprof": ("localhost:6053", "pprof"),
}
SCHEMES = {
    "tls": (853, ("TCP",)),
    "grpc": (443, ("TCP",)),
    "https": (443, ("TCP",)),
    "quic": (853, ("UDP",)),
    "dns": (53, ("UDP", "TCP")),
}
ZONE = re.compile(r"^(?:(\w+)://)?([^:]*|\[[^\]]*\])(?::(\d{1,5}))?$")


def listeners(text: str) -> list[Listener] | None:
    """Zones listen on 53 unless they say a port; `bind` narrows the addresses of its server block."""
    blocks = list(_blocks(text))
    lines = {line.split()[0] for _, body in blocks for line in body if line.split()}
    if not blocks or len(lines & set(PLUGINS)) < 2:
        return None
    return [found for zones, body in blocks for found in _block(zones, body)]


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each server block: its zones and the lines directly in it."""
    depth, zones, body = 0, "", list[str]()
    for line in text.splitlines():
        bare = line.partition("#")[0].strip()
        if depth == 0 and bare.endswith("{"):
            zones, body, depth = bare[:-1].strip(), [], 1
            continue
        if depth == 1 and bare not in ("", "}"):
            body.append(bare)
        depth += bare.count("{") - bare.count("}")
        if depth <= 0 and zones:
            yield zones, body
            depth, zones = 0, ""


def _block(zones: str, body: list[str]) -> Iterator[Listener]:
    hosts = [host for line in body if line.split()[0] == "bind" for host in line.rstrip("{ ").split()[1:]]
    addresses = [host for host in hosts if scope_of(host) not in ("name", "")]
    for zone in re.split(r"[\s,]+", zones):
        if found := ZONE.match(zone):
            port, protocols = SCHEMES.get(found[1] or "dns", SCHEMES["dns"])
            number = int(found[3] or port)
            for host in addresses or [""]:
                at = listener(
                    f"[{host}]:{number}" if ":" in host else f"{host}:{number}",
                    f"server block {zones}",
                    protocols,
                    purpose="DNS",
                )
                if at:
                    yield at
    for line in body:
        words = line.rstrip("{ ").split()
        if words and words[0] in OWN:
            default, purpose = OWN[words[0]]
            at = listener(words[1] if len(words) > 1 else default, line, purpose=purpose)
            if at:
                yield at
