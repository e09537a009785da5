"""Does a setting say that its own software listens somewhere? One answer for flags, variables and configuration keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from kubectl_hostnet.analysis.evidence.address import Endpoint, endpoint, port_number, scope_of
from kubectl_hostnet.analysis.evidence.names import SERVED, Name, name_of
from kubectl_hostnet.analysis.evidence.settings import Setting

OFF = {
    "",
    "0",
    "-1",
    "off",
    "none",
    "disabled",
    "disable",
    "false",
    "no",
    "null",
    "nil",
    '""',
    ":0",
    "0.0.0.0:0",
    "[::]:0",
    "127.0.0.1:0",
    "localhost:0",
}
Answer = Literal["listens", "binds", "off"]
SHORT_NAMES = {"p": Name("p", ("port",)), "b": Name("b", ("bind",)), "l": Name("l", ("listen",))}
LOWEST_SHORT = 20  # below it, `-p N` counts processes or lines
LOWEST_USUAL = 1000
USUAL = {
    22,
    25,
    53,
    67,
    69,
    80,
    88,
    111,
    123,
    161,
    162,
    179,
    389,
    443,
    445,
    500,
    514,
    546,
    547,
    587,
    631,
    636,
    853,
    873,
    989,
    990,
    993,
}
ADDRESSES = {"address", "addr", "addresses", "addrs", "bind", "listen", "on"}
# Topics under which software is asked, never asks itself: an address that is not known is its own.
INWARD = {
    "metrics",
    "metric",
    "health",
    "healthz",
    "liveness",
    "readiness",
    "probe",
    "pprof",
    "profiling",
    "debug",
    "stats",
    "status",
    "admin",
    "webhook",
}
PLAIN_HOSTS = {"host", "address", "addr", "bind", "listen", "hostname", "ip"}


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What a setting says. `listens` has a port; `binds` only an address, for the port of the same topic; `off` closes it.

    `sure` is False where the name alone does not prove that the software itself listens.
    """

    answer: Answer
    setting: Setting
    name: Name
    port: int = 0
    bind: str | None = None
    protocols: tuple[str, ...] = ()
    sure: bool = True

    @property
    def topic(self) -> frozenset[str]:
        """What the port is for, in the words of the setting's name."""
        return self.name.topic


def judge(settings: Sequence[Setting], own: frozenset[str], ignored: frozenset[str] = frozenset()) -> list[Verdict]:
    """What the settings of one program say together. `own` are words of its own name, `ignored` names that are no listeners."""
    kept = [setting for setting in settings if setting.name not in ignored]
    foreign = {topic for setting in kept for topic in _foreign_topics(setting)}
    found: list[Verdict] = []
    for setting in kept:
        name = SHORT_NAMES.get(setting.name, name_of(setting.name)) if setting.short else name_of(setting.name)
        if not name.others(own):
            found += _verdicts(setting, name, own, foreign)
    return found


def plausible(port: int) -> bool:
    """A number behind a colon that no name calls a port: small ones are displays (`:99`), times and the like."""
    return port >= LOWEST_USUAL or port in USUAL


def topic_matches(port: Name, place: Name) -> bool:
    """Does an address setting (`--metrics-bind-address`) belong to a port setting (`--metrics-port`)?"""
    wanted, given = port.topic, place.topic
    return wanted == given or (
        not given and wanted <= {"http", "https", "server", "secure", "main", "web", "api", "rest", "app", "grpc"}
    )


def _foreign_topics(setting: Setting) -> Iterable[frozenset[str]]:
    """Topics whose host is another machine's: `--db-host=pg --db-port=5432` is a client."""
    name = name_of(setting.name)
    if (
        not setting.value
        or name.listens
        or name.last not in ("host", "hostname", "server", "addr", "address", "ip", "endpoint", "url")
    ):
        return
    found = endpoint(setting.value)
    scope = found.scope if found else scope_of(setting.value)
    topic = name.topic - ({"server"} if name.last == "server" and len(name.words) > 1 else frozenset())
    if scope == "name" or (scope in ("ip", "unknown") and (topic - SERVED or name.words == ("ip",))):
        yield topic


def _verdicts(setting: Setting, name: Name, own: frozenset[str], foreign: set[frozenset[str]]) -> list[Verdict]:
    value = setting.value.strip().strip("\"'")
    number = port_number(value)
    if (name.is_port or (name.is_place and not number)) and value.lower() in OFF:
        return [Verdict("off", setting, name)]
    found: list[Verdict | None] = []
    for part in re.split(r"[,;\s]+", value):
        number = port_number(part)
        found.append(
            _of_number(setting, name, own, foreign, number, part)
            if number
            else _of_endpoint(setting, name, own, endpoint(part))
        )
    return [verdict for verdict in found if verdict]


def _of_number(
    setting: Setting, name: Name, own: frozenset[str], foreign: set[frozenset[str]], number: int, part: str
) -> Verdict | None:
    place = name.is_place and not name.last.endswith(("s", "l", "ip")) and name.last != "host"
    if not (name.is_port or (place and setting.kind != "key")):
        return None
    if setting.short and (setting.name != "p" or number < LOWEST_SHORT):
        return None
    if not name.listens and any(topic == name.topic or (topic and topic < name.topic) for topic in foreign):
        return None
    sure = name.listens or not name.topic - SERVED - own or name.about in SERVED
    suffix = part.lower()
    protocols = ("UDP",) if suffix.endswith("/udp") else ("TCP",) if suffix.endswith("/tcp") else name.protocols
    return Verdict("listens", setting, name, number, None, protocols, sure)


def _of_endpoint(setting: Setting, name: Name, own: frozenset[str], part: Endpoint | None) -> Verdict | None:
    if part is None:
        return None
    if not part.port:
        return _of_host(setting, name, part)
    served = bool(name.topic) and not name.topic - SERVED - own
    plain = name.is_place and not name.topic
    # `API_URL=http://localhost:4000` is where to ask, `--metrics-addr=http://127.0.0.1:9979` where to listen.
    asked = part.scheme.startswith("http") and (name.last not in ADDRESSES or part.scope == "name")
    near = name.listens or ((served or plain) and not asked)
    accepted = {
        "all": name.listens or served or name.is_place or plausible(part.port),
        "loopback": near,
        "node": near,
        "ip": name.listens or plain,
        "unknown": name.listens or plain or (not asked and bool(name.topic & INWARD)),
        "name": name.listens and not asked,
    }
    if not accepted.get(part.scope):
        return None
    protocols = (part.protocol,) if part.protocol and not (part.scheme == "tcp" and name.protocols) else name.protocols
    sure = name.listens or served or plain or name.is_place
    return Verdict("listens", setting, name, part.port, part.bind, protocols, sure)


def _of_host(setting: Setting, name: Name, part: Endpoint) -> Verdict | None:
    """An address without a port: it narrows the port of the same topic."""
    says = (
        name.listens
        or (setting.kind == "flag" and name.is_place and name.last != "ip")
        or "".join(name.words) in PLAIN_HOSTS
    )
    if not says or part.scope in ("name", "unknown", "") or not (name.is_place or name.listens) or part.scheme:
        return None
    return Verdict("binds", setting, name, 0, part.bind)
