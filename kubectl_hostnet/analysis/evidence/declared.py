"""Evidence: `ports[]` of a container (kubernetes-facts.md 1.1)."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_hostnet.analysis.evidence.address import scope_of
from kubectl_hostnet.analysis.evidence.hint import Hint
from kubectl_hostnet.inventory.container import Container, DeclaredPort


def declared(container: Container, *, host_network: bool) -> Iterator[Hint]:
    """A hint for each declared port that is a port of the node: containerPort if host-networked, else hostPort.

    On the node's network the API accepts a hostPort only if it is equal to containerPort; where a template has another,
    nothing forwards it: the process listens where it would in any Pod.
    """
    for port in container.ports:
        number = port.container_port if host_network else port.host_port
        if number:
            yield Hint(
                number, "declared", port.field, _detail(port, number), container.name, (port.protocol,),
                _bind(port.host_ip), "high", name=port.name,
            )  # fmt: skip


def _detail(port: DeclaredPort, number: int) -> str:
    name = f" ({port.name})" if port.name else ""
    what = "hostPort" if port.host_port == number else "containerPort"
    return f"{what} {number}/{port.protocol}{name}"


def _bind(host_ip: str) -> str | None:
    return None if not host_ip or scope_of(host_ip) in ("all", "unknown") else host_ip
