"""Opens the sockets of the sample cluster on loopback addresses, and says which it could not have."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kubectl_hostnet.demo.sample import HOSTS, Listener

# Linux and Windows take all of 127.0.0.0/8; several, for demos that run at once.
NETWORKS = tuple(f"127.{second}.0" for second in range(80, 90))
ONE_FOR_ALL = "127.0.0.1"


@dataclass
class Opened:
    """Sockets that are bound (and listen, for TCP), and the listeners that could not be had, with the error's number."""

    sockets: list[tuple[Listener, socket.socket]] = field(default_factory=list)
    refused: list[tuple[Listener, int]] = field(default_factory=list)

    def close(self) -> None:
        """Close all sockets."""
        for _, opened in self.sockets:
            opened.close()


def usable_addresses() -> list[dict[str, str]]:
    """Addresses for HOSTS, the best choice first: a network for each demo, or one address for all nodes (macOS)."""
    if not _bindable(f"{NETWORKS[0]}.{min(HOSTS.values())}"):
        return [dict.fromkeys(HOSTS, ONE_FOR_ALL)]
    return [{name: f"{network}.{last}" for name, last in HOSTS.items()} for network in NETWORKS]


def open_first(
    choices: Iterable[dict[str, str]], listeners_for: Callable[[dict[str, str]], list[Listener]]
) -> tuple[dict[str, str], Opened]:
    """Open the listeners on the first addresses where no port is taken; else where the fewest are."""
    best: tuple[dict[str, str], Opened] | None = None
    for addresses in choices:
        opened = _open(listeners_for(addresses))
        if best is None or _taken(opened) < _taken(best[1]):
            if best:
                best[1].close()
            best = addresses, opened
        else:
            opened.close()
        if not _taken(best[1]):
            break
    if best is None:
        raise ValueError("no addresses to choose from")
    return best


def problems(opened: Opened) -> list[str]:
    """What could not be opened, in words: one line for each reason."""
    by_error: dict[int, list[Listener]] = {}
    for listener, error in opened.refused:
        by_error.setdefault(error, []).append(listener)
    return [_problem(error, listeners) for error, listeners in by_error.items()]


def _open(listeners: list[Listener]) -> Opened:
    opened = Opened()
    seen = set()
    for listener in listeners:
        place = (listener.address, listener.port, listener.protocol)
        if place in seen:
            continue  # nodes that share one address
        seen.add(place)
        try:
            opened.sockets.append((listener, _socket(listener)))
        except OSError as error:
            opened.refused.append((listener, error.errno or 0))
    return opened


def _socket(listener: Listener) -> socket.socket:
    family = socket.AF_INET6 if ":" in listener.address else socket.AF_INET
    kind = socket.SOCK_STREAM if listener.protocol == "TCP" else socket.SOCK_DGRAM
    made = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setblocking(False)
        made.bind((listener.address, listener.port))
        if kind == socket.SOCK_STREAM:
            made.listen(0 if listener.firewalled else 64)
    except OSError:
        made.close()
        raise
    return made


def _taken(opened: Opened) -> int:
    return sum(error == errno.EADDRINUSE for _, error in opened.refused)


def _problem(error: int, listeners: list[Listener]) -> str:
    ports = ", ".join(
        sorted({f"{entry.port}/{entry.protocol}" for entry in listeners}, key=lambda text: int(text.split("/")[0]))
    )
    where = ", ".join(sorted({entry.address for entry in listeners}))
    if error == errno.EACCES:
        return f"ports below 1024 need privileges on this machine: nothing listens on {ports} of {where}"
    if error == errno.EADDRINUSE:
        return f"taken by another program on this machine, which will answer in the demo's place: {ports} of {where}"
    if error in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        return f"this machine has no address {where}: nothing listens on {ports} of it"
    return f"cannot listen on {ports} of {where}: {errno.errorcode.get(error, error)}"


def _bindable(address: str) -> bool:
    with socket.socket() as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
    return True
