"""What a container listens on, put together from its sockets: one entry for each port and address."""

from __future__ import annotations

import ipaddress
from collections.abc import Container, Iterable

import msgspec

from kubectl_hostnet.analysis.claims import Evidence
from kubectl_hostnet.inventory.components import port_ranges
from kubectl_hostnet.source.sockets.reading import ContainerSockets
from kubectl_hostnet.source.sockets.table import Socket

ANY4, ANY6 = "0.0.0.0", "::"
# Per socket (IPV6_V6ONLY), which /proc does not tell; net.ipv6.bindv6only is the default only.
MAY_ACCEPT_IPV4 = "IPv6, and IPv4 unless the program refuses it"
MAY_BE_CLIENT = "may be a client's: UDP has no listening state"


class Bound(msgspec.Struct, frozen=True):
    """A port and address that a container listens on; `bind` is as in Claim."""

    container: str
    protocol: str
    port: int
    bind: str
    evidence: Evidence
    remarks: tuple[str, ...] = ()

    @property
    def loopback(self) -> bool:
        """Only the node itself reaches it."""
        return self.bind.startswith("127.") or self.bind == "::1"


def bound_by(view: ContainerSockets) -> list[Bound]:
    """The ports and addresses that a container listens on."""
    return bound_to(view.sockets, view.target.container)


def bound_to(sockets: Iterable[Socket], container: str = "") -> list[Bound]:
    """The ports and addresses of sockets, several of one as one."""
    groups: dict[tuple[int, str, str], list[Socket]] = {}
    for socket in sockets:
        groups.setdefault((socket.port, socket.protocol, socket.address), []).append(socket)
    return [_bound(container, same, groups.keys()) for same in groups.values()]


def _bound(container: str, sockets: list[Socket], every: Container[tuple[int, str, str]]) -> Bound:
    first = sockets[0]
    beside = (first.port, first.protocol, ANY4) in every
    remarks = (MAY_BE_CLIENT,) if first.protocol == "UDP" and _ephemeral(first.port) else ()
    return Bound(container, first.protocol, first.port, _bind(first.address, beside=beside), _seen(sockets), remarks)


def _bind(address: str, *, beside: bool) -> str:
    """`::` may take IPv4 as well, so that it counts as all addresses - unless a socket for IPv4 is beside it."""
    if address == ANY6:
        return ANY6 if beside else ""
    mapped = ipaddress.ip_address(address)
    inner = mapped.ipv4_mapped if isinstance(mapped, ipaddress.IPv6Address) else None
    return str(inner) if inner else address


def _seen(sockets: list[Socket]) -> Evidence:
    first = sockets[0]
    table = f"/proc/net/{first.protocol.lower()}{'6' if first.family == 'IPv6' else ''}"
    where = f"[{first.address}]" if ":" in first.address else first.address
    count = f"{len(sockets)} sockets listen" if len(sockets) > 1 else "listens"
    wide = f" ({MAY_ACCEPT_IPV4})" if first.address == ANY6 else ""
    return Evidence("socket", table, f"{count} on {where}:{first.port}{wide}")


def _ephemeral(port: int) -> bool:
    return any(port in reach for reach in port_ranges() if reach.name == "ephemeral")
