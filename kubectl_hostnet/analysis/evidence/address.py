"""Listen addresses as software writes them: `:9100`, `0.0.0.0:80/tcp`, `[::]:53`, `http://127.0.0.1:2379`, `*:8080`."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import Literal

import msgspec

Scope = Literal["all", "loopback", "node", "ip", "name", "unknown", ""]
# Stands for the node's own address where it is not known yet (a template's status.hostIP); never shown to users.
NODE = "node-address.invalid"
ALL = {"", "*", "+", "any", "all", "0", "0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0"}
SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):/+")
SOCKETS = {
    "unix",
    "unixs",
    "unixgram",
    "unixpacket",
    "file",
    "fd",
    "npipe",
    "vsock",
    "systemd",
    "abstract",
    "sd",
    "none",
}
UDP_SCHEMES = {"udp", "udp4", "udp6", "dtls", "quic", "statsd", "coap", "stun"}
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
ENDPOINT = re.compile(r"^(?:\[(?P<v6>[^\]\s]*)\]|(?P<host>[^\s:\[\]/]*))(?::(?P<port>[0-9]{1,5}))?$")
SUFFIX = re.compile(r"/(tcp|udp|sctp)$", re.IGNORECASE)
PLACEHOLDER = re.compile(
    r"\$\([^)]*\)|\$\{[^}]*\}|\$[A-Za-z_]\w*|%[A-Za-z_]+%|%%\w+%%|\{\{.*?\}\}|<[^<>]*>|TEMPLATED|__\w+__"
)
# What a variable is called says of its value: ${LOCALHOST_IP}:9977.
LOOPBACK_NAME = re.compile(r"localhost|loopback", re.IGNORECASE)
HIGHEST = 65535


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """An address to listen on. `port` 0 is none written; `protocol` "" is not said; `scheme` as written."""

    host: str
    port: int
    protocol: str
    scope: Scope
    scheme: str = ""

    @property
    def bind(self) -> str | None:
        """The claim's bind: "" for all addresses, NODE, an address; None when the text does not tell."""
        if self.scope in ("ip", "loopback"):
            return "127.0.0.1" if self.host == "localhost" else self.host
        return {"all": "", "node": NODE}.get(self.scope)


@lru_cache(maxsize=65536)
def endpoints(text: str) -> tuple[Endpoint, ...]:
    """The addresses in a value, which may be a list; parts that are no address are left out. Never raises."""
    parts = (endpoint(part) for part in re.split(r"[,;\s]+", text.strip().strip("\"'")))
    return tuple(part for part in parts if part)


@lru_cache(maxsize=65536)
def endpoint(text: str) -> Endpoint | None:
    """One address with or without port, or None: a path, a Unix socket, a plain word with a slash."""
    text = text.strip().strip("\"'")
    scheme = SCHEME.match(text)
    name = scheme[1].lower() if scheme else ""
    if name in SOCKETS or text.startswith(("/", "@", "./")) or not text:
        return None
    rest = text[scheme.end() :] if scheme else text
    suffix = SUFFIX.search(rest)
    rest = rest[: suffix.start()] if suffix else re.split(r"[/?#]", rest, maxsplit=1)[0] if scheme else rest
    rest = PLACEHOLDER.sub(_stand_in, rest.rpartition("@")[2])
    found = ENDPOINT.match(rest)
    if not found:
        return _bare_ipv6(rest, name)
    host = found["v6"] if found["v6"] is not None else found["host"]
    port = int(found["port"]) if found["port"] else DEFAULT_PORTS.get(name, 0)
    if not found["port"] and not scheme and host.isdecimal() and host.isascii():
        host, port = "", int(host)
    if port > HIGHEST or (scheme is None and found["v6"] is None and ":" not in rest and not port and not host):
        return None
    return Endpoint(host, port, _protocol(name, suffix[1] if suffix else ""), scope_of(host), name)


def scope_of(host: str) -> Scope:
    """What a host part stands for: all addresses, loopback, the node's own, another IP, a name, or unknown."""
    written, host = host, host.strip("[]").lower()
    if host in ALL:
        return "all"
    if host == NODE:
        return "node"
    if "unknown.invalid" in host or PLACEHOLDER.search(written):
        return "unknown"
    if host in ("localhost", "localhost.localdomain", "ip6-localhost"):
        return "loopback"
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "name"
    return "all" if address.is_unspecified else "loopback" if address.is_loopback else "ip"


def port_number(text: str) -> int | None:
    """The port in a value that is nothing but one (`9100`, `"9100"`, `9100/udp`), 0 included; else None."""
    bare = SUFFIX.sub("", text.strip().strip("\"'"))
    return (
        int(bare)
        if bare.isdecimal() and bare.isascii() and len(bare) <= len("65535") and int(bare) <= HIGHEST
        else None
    )


def _stand_in(placeholder: re.Match[str]) -> str:
    return "localhost" if LOOPBACK_NAME.search(placeholder[0]) else "unknown.invalid"


def _bare_ipv6(text: str, scheme: str) -> Endpoint | None:
    return (
        Endpoint(text, DEFAULT_PORTS.get(scheme, 0), "", scope_of(text), scheme)
        if scope_of(text) in ("ip", "all", "loopback")
        else None
    )


def _protocol(scheme: str, suffix: str) -> str:
    if suffix:
        return suffix.upper()
    if scheme in UDP_SCHEMES:
        return "UDP"
    return "TCP" if scheme else ""
