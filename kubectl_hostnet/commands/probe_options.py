"""The options of `probe`, and what they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, get_args

import typer

from kubectl_hostnet.analysis.asking import Wishes
from kubectl_hostnet.analysis.endpoints import Choice
from kubectl_hostnet.duration import seconds
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.inventory.address import Family
from kubectl_hostnet.probe.limits import Limits
from kubectl_hostnet.probe.observation import Scheme

DEFAULT_TIMEOUT, DEFAULT_WAIT = 5.0, 60.0
SCHEMES = tuple(s for s in get_args(Scheme) if s not in ("banner", "udp"))
FAMILIES: dict[str, Family] = {
    "ipv4": "IPv4",
    "4": "IPv4",
    "inet": "IPv4",
    "ipv6": "IPv6",
    "6": "IPv6",
    "inet6": "IPv6",
}
PORT = re.compile(r"(?P<first>\d+)(-(?P<last>\d+))?(/(?P<protocol>tcp|udp))?", re.IGNORECASE)
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2
LAST_PORT = 65535
MOST_PORTS = 10_000

Ports = Annotated[
    list[str],
    typer.Option(
        "--port", "-p", metavar="PORT", help="Port, range, or PORT/udp (repeatable); default: all known TCP ports."
    ),
]
Udp = Annotated[bool, typer.Option("--udp", help="Also probe the known UDP ports.")]
AddressType = Annotated[
    list[str],
    typer.Option(
        "--address-type",
        metavar="TYPE",
        help="Node addresses to use: InternalIP, ExternalIP, Hostname ... (repeatable).",
    ),
]
FamilyOption = Annotated[str, typer.Option("--family", metavar="FAMILY", help="IPv4 or IPv6; default: both.")]
EveryNode = Annotated[
    bool,
    typer.Option(
        "--every-node", help="Probe the same ports on all nodes; that others refuse is right, and no finding."
    ),
]
SchemeOption = Annotated[str, typer.Option("--scheme", metavar="SCHEME", help=f"What to speak: {', '.join(SCHEMES)}.")]
Path = Annotated[str, typer.Option("--path", metavar="PATH", help="Path of the HTTP request.")]
Method = Annotated[str, typer.Option("--method", metavar="METHOD", help="HTTP method; default: HEAD, then GET.")]
Header = Annotated[
    list[str], typer.Option("--header", "-H", metavar="NAME:VALUE", help="HTTP header to send (repeatable).")
]
HostHeader = Annotated[str, typer.Option("--host-header", metavar="HOST", help="Host header and TLS server name.")]
ExpectStatus = Annotated[
    str,
    typer.Option(
        "--expect-status", metavar="LIST", help="HTTP statuses that are right: 200,204 or 2xx; others are unhealthy."
    ),
]
VerifyTls = Annotated[
    bool, typer.Option("--verify-tls", help="Check certificates with this machine's certificate authorities.")
]
Timeout = Annotated[
    str,
    typer.Option("--timeout", metavar="TIME", help="Time for one connection (5s); with --wait for all of them (60s)."),
]
Deadline = Annotated[
    str, typer.Option("--deadline", metavar="TIME", help="Time for all probes together; default: none.")
]
Concurrency = Annotated[
    int, typer.Option("--concurrency", min=1, max=4096, metavar="N", help="Connections at the same time.")
]
Retries = Annotated[
    int,
    typer.Option("--retries", min=0, max=100, metavar="N", help="Repeat a failed attempt up to N times, and say so."),
]
UseProxy = Annotated[
    bool,
    typer.Option("--use-proxy", help="Connect through HTTP_PROXY, HTTPS_PROXY, NO_PROXY; without it they are ignored."),
]
Watch = Annotated[
    bool, typer.Option("--watch", "-w", help="Repeat, and print what changes; with -o json as JSON lines.")
]
Wait = Annotated[bool, typer.Option("--wait", help="Repeat until all is reachable, or the time of --timeout is up.")]
Interval = Annotated[str, typer.Option("--interval", metavar="TIME", help="Time between repetitions.")]


@dataclass(frozen=True)
class Where:
    """Which endpoints."""

    port: Ports = field(default_factory=list)
    udp: Udp = False
    address_type: AddressType = field(default_factory=list)
    family: FamilyOption = ""
    every_node: EveryNode = False

    def choice(self) -> Choice:
        """Raises UsageError."""
        family = FAMILIES.get(self.family.lower(), "")
        if self.family and not family:
            raise UsageError(f"unknown address family {self.family!r}", "choose IPv4 or IPv6")
        return Choice(_ports(self.port), tuple(self.address_type), family, self.every_node, self.udp)


@dataclass(frozen=True)
class What:
    """What to ask there."""

    scheme: SchemeOption = ""
    path: Path = ""
    method: Method = ""
    header: Header = field(default_factory=list)
    host_header: HostHeader = ""
    expect_status: ExpectStatus = ""
    verify_tls: VerifyTls = False

    def wishes(self) -> Wishes:
        """Raises UsageError."""
        if self.scheme and self.scheme not in SCHEMES:
            raise UsageError(f"unknown scheme {self.scheme!r}", f"choose one of: {', '.join(SCHEMES)}")
        if self.method and not TOKEN.fullmatch(self.method):
            raise UsageError(f"invalid HTTP method {self.method!r}", "write it as GET, HEAD, POST ...")
        if self.path and not self.path.startswith("/"):
            raise UsageError(f"invalid path {self.path!r}", "a path begins with /")
        return Wishes(
            scheme=self.scheme,  # type: ignore[arg-type]  # checked above
            method=self.method.upper(),
            path=self.path,
            headers=tuple(_header(text) for text in self.header),
            host=self.host_header,
            expect_status=_statuses(self.expect_status),
            verify=self.verify_tls,
        )


@dataclass(frozen=True)
class Pace:
    """How long, how many at once, how often."""

    timeout: Timeout = ""
    deadline: Deadline = ""
    concurrency: Concurrency = 256
    retries: Retries = 0
    use_proxy: UseProxy = False
    watch: Watch = False
    wait: Wait = False
    interval: Interval = ""

    def limits(self) -> Limits:
        """Raises UsageError."""
        timeout = self._seconds("--timeout", self.timeout, DEFAULT_TIMEOUT)
        return Limits(
            timeout=min(timeout, DEFAULT_TIMEOUT) if self.wait else timeout,
            deadline=self._seconds("--deadline", self.deadline, 0.0) if self.deadline else 0.0,
            concurrency=self.concurrency,
            retries=self.retries,
        )

    def pause(self) -> float:
        """Seconds between repetitions."""
        return self._seconds("--interval", self.interval, 1.0 if self.wait else 5.0)

    def wait_seconds(self) -> float:
        """How long --wait repeats."""
        return self._seconds("--timeout", self.timeout, DEFAULT_WAIT)

    @staticmethod
    def _seconds(option: str, text: str, default: float) -> float:
        value = seconds(text, option) if text else default
        if value <= 0:
            raise UsageError(
                f"invalid duration {text!r} for {option}", "it must be more than nothing, such as 2s or 500ms"
            )
        return value


def _ports(words: list[str]) -> tuple[tuple[int, str], ...]:
    """`8086`, `8086/udp`, `8000-8010`, `80,443` -> numbers with protocols, each once."""
    found: dict[tuple[int, str], None] = {}
    for word in (part.strip() for text in words for part in text.split(",")):
        match = PORT.fullmatch(word)
        first = int(match["first"]) if match else 0
        last = int(match["last"] or first) if match else 0
        if not match or not 1 <= first <= last <= LAST_PORT:
            raise UsageError(f"invalid port {word!r}", "write it as 8086, 53/udp, 8000-8010 or 80,443")
        found.update(dict.fromkeys((port, (match["protocol"] or "tcp").upper()) for port in range(first, last + 1)))
    if len(found) > MOST_PORTS:
        raise UsageError(
            f"{len(found)} ports are too many", f"at most {MOST_PORTS}: this program asks known ports, it is no scanner"
        )
    return tuple(found)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not TOKEN.fullmatch(name.strip()) or re.search(r"[\r\n\0]", value):
        raise UsageError(f"invalid header {text!r}", "write it as 'Name: value'")
    return name.strip(), value.strip()


def _statuses(text: str) -> tuple[int, ...]:
    """`200,204`, `2xx`, `200-299` -> statuses."""
    found: list[int] = []
    for part in filter(None, (p.strip().lower() for p in text.split(","))):
        first, dash, last = part.partition("-")
        if re.fullmatch(r"[1-5]xx", part):
            first, last = f"{part[0]}00", f"{part[0]}99"
        elif not dash:
            last = first
        if not (re.fullmatch(r"\d{3}", first) and re.fullmatch(r"\d{3}", last)) or int(first) > int(last):
            raise UsageError(f"invalid --expect-status {text!r}", "write it as 200,204 or 2xx or 200-299")
        found += range(int(first), int(last) + 1)
    return tuple(dict.fromkeys(found))
