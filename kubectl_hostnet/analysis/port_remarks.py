"""What there is to say about a port number alone: the ranges that it lies in."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kubectl_hostnet.inventory.components import PortRange, port_ranges
from kubectl_hostnet.inventory.container import Container
from kubectl_hostnet.inventory.inventory import Inventory

API_SERVER = "kube-apiserver"
FLAG = "--service-node-port-range"
# apimachinery net.PortRange.Set: `30000-32767`, or base and size: `30000+2767`; a single port is a range too.
RANGE = re.compile(r"^(\d{1,5})(?:([-+])(\d{1,5}))?$")


class PortRemarks:
    """Remarks by port number; the NodePort range is read from the API server's flag where its Pod can be seen."""

    def __init__(self, inventory: Inventory) -> None:
        self._told: dict[tuple[int, bool], tuple[str, ...]] = {}
        read = node_port_range(inventory)
        self._ranges = [
            (read, "read from kube-apiserver") if read and r.name == "node-port" else (r, "assumed")
            for r in port_ranges()
        ]

    def of(self, port: int, *, forwarded: bool = False) -> tuple[str, ...]:
        """The remarks on a port; one that is only forwarded needs no privilege."""
        key = (port, forwarded)
        if key not in self._told:
            lies_in = [
                (r, origin) for r, origin in self._ranges if port in r and not (forwarded and r.name == "privileged")
            ]
            self._told[key] = tuple(_text(r, origin) for r, origin in lies_in)
        return self._told[key]


def node_port_range(inventory: Inventory) -> PortRange | None:
    """The range that the kube-apiserver's Pod says it gives NodePorts from, or None when no such flag can be seen."""
    servers = (c for pod in inventory.pods for c in pod.containers if c.name == API_SERVER)
    for container in servers:
        for value in _values(container):
            found = RANGE.match(value)
            if found:
                return _range(*found.groups())
    return None


def _values(container: Container) -> Iterable[str]:
    words = (*container.command, *container.args)
    for index, word in enumerate(words):
        if word.startswith(f"{FLAG}="):
            yield word.partition("=")[2]
        elif word == FLAG and index + 1 < len(words):
            yield words[index + 1]


def _range(first: str, sign: str | None, second: str | None) -> PortRange:
    base = int(first)
    last = base + int(second or 0) if sign == "+" else int(second or first)
    return PortRange(base, last, "node-port", "NodePorts of Services are allocated from it", f"flag {FLAG}")


def _text(reach: PortRange, origin: str) -> str:
    if reach.name == "privileged":
        return "privileged port (below 1024)"
    name = "NodePort" if reach.name == "node-port" else reach.name
    return f"in the {name} range {reach.first}-{reach.last} ({origin})"
