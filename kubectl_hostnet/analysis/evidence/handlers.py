"""Evidence: probes and lifecycle hooks: the kubelet, or a command in the container, connects to a port."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kubectl_hostnet.analysis.evidence import shell, variables
from kubectl_hostnet.analysis.evidence.address import endpoint, port_number, scope_of
from kubectl_hostnet.analysis.evidence.hint import Hint
from kubectl_hostnet.applications.programs import SHELLS
from kubectl_hostnet.inventory.container import Container, Handler

LISTING = {"ss", "netstat", "lsof"}  # they print what listens: `ss -lun | grep :67`
GREPPED = re.compile(r"^\\?[:.\[]*:?(\d{1,5})(?:\\?[$\s]|\\b|\])*$")
PORT_OPTIONS = {"-p", "--port", "-P"}
HOST_OPTIONS = {"-h", "--host", "-H", "--hostname"}


def handled(container: Container, known: Mapping[str, str]) -> Iterator[Hint]:
    """Hints for the ports that the container's handlers connect to on the node itself."""
    for handler in container.handlers:
        if handler.action == "exec":
            yield from _executed(container, handler, known)
        else:
            yield from _connected(container, handler)


def _connected(container: Container, handler: Handler) -> Iterator[Hint]:
    scope = scope_of(handler.host)
    port, protocol = _resolve(container, handler.port)
    if not port or scope == "name":
        return
    bind = "127.0.0.1" if scope == "loopback" else "" if not handler.host else None
    at = f"{handler.host}:" if handler.host else ""
    detail = f"{handler.purpose} asks {at}{port} ({handler.action})"
    yield Hint(port, "probe", handler.field, detail, container.name, (protocol,), bind, "high", weak_bind=True)


def _resolve(container: Container, port: int | str) -> tuple[int, str]:
    """A handler's port by number or by name of a declared port; 0 when the name is not declared."""
    number = port if isinstance(port, int) else port_number(port)
    if number is not None:
        return (number if 0 < number < 65536 else 0), "TCP"
    declared = next((d for d in container.ports if d.name == port), None)
    return (declared.container_port, declared.protocol) if declared else (0, "TCP")


def _executed(container: Container, handler: Handler, known: Mapping[str, str]) -> Iterator[Hint]:
    command = tuple(variables.expand(word, known) for word in handler.command)
    commands = _commands(command, known)
    listing = next((words for words in commands if words[0].rsplit("/", 1)[-1] in LISTING), None)
    for words in commands:
        for port in _asked(words, listing is not None):
            protocol = "UDP" if listing and any("u" in word for word in listing[1:] if word.startswith("-")) else "TCP"
            detail = f"{handler.purpose} runs {' '.join(words)[:100]}"
            yield Hint(port, "probe", handler.field, detail, container.name, (protocol,))


def _commands(command: tuple[str, ...], known: Mapping[str, str]) -> list[tuple[str, ...]]:
    script = next((i for i, word in enumerate(command) if word.startswith("-") and word.endswith("c")), 0)
    if command and command[0].rsplit("/", 1)[-1] in SHELLS and script and script + 1 < len(command):
        found = shell.commands(command[script + 1])
        return [tuple(shell.expand(word, known) for word in words) for words in found]
    return [command] if command else []


def _asked(words: tuple[str, ...], listing: bool) -> Iterator[int]:
    """Ports on this machine in a health command: addresses on loopback, `-p N` without a host, what is grepped for."""
    program = words[0].rsplit("/", 1)[-1]
    elsewhere = any(words[i - 1] in HOST_OPTIONS and scope_of(word) == "name" for i, word in enumerate(words) if i)
    for index, word in enumerate(words[1:], 1):
        value = word.partition("=")[2] if word.startswith("-") else word
        address = endpoint(value)
        if (
            address and address.port and address.scope in ("loopback", "node") and (address.host or address.scheme)
        ) or (address and address.port and address.scope == "all" and ":" in value and word.startswith("-")):
            yield address.port
        elif (
            program in ("nc", "ncat", "netcat")
            and port_number(word)
            and scope_of(words[index - 1]) in ("loopback", "node")
        ) or (words[index - 1] in PORT_OPTIONS and port_number(word) and not elsewhere):
            yield int(word)
        elif listing and program in ("grep", "egrep") and (found := GREPPED.match(word)) and not word.isdigit():
            yield int(found[1])
