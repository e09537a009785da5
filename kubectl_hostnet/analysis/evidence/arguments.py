"""Evidence: commands and arguments, in all the forms in which real software is told to listen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kubectl_hostnet.analysis.claims import Confidence, Source
from kubectl_hostnet.analysis.evidence.address import Endpoint, endpoint, port_number
from kubectl_hostnet.analysis.evidence.commandline import Command
from kubectl_hostnet.analysis.evidence.hint import Closed, Hint
from kubectl_hostnet.analysis.evidence.judgement import Verdict, judge, plausible, topic_matches
from kubectl_hostnet.analysis.evidence.settings import Bare, Setting, settings

NETCATS = {"nc", "ncat", "netcat"}
SERVE_WORDS = {"serve", "server", "listen", "runserver", "start", "run"}
NUMBER_AFTER = {"http.server", "SimpleHTTPServer", "listen", "runserver", "serve"}
SOCAT = re.compile(
    r"^(TCP|UDP|SCTP|OPENSSL|DTLS)[46]?(?:-(?:LISTEN|L|RECV|RECVFROM)|LITE-RECV):([^,]*)(.*)$", re.IGNORECASE
)
SOCAT_BIND = re.compile(r",bind=\[?([^,\]]+)")
# Open vSwitch: passive TCP and TLS, ptcp:6640:127.0.0.1
PASSIVE = re.compile(r"^p(?:tcp|ssl|win):(\d{1,5})(?::(\S+))?$")
JAVA_AGENT = re.compile(r"^-javaagent:[^=]*=(?:([\w.\[\]:]*):)?(\d{2,5})(?::.*)?$")
JDWP = re.compile(
    r"^-(?:agentlib:jdwp=|Xrunjdwp:).*server=y.*?address=(?:([^:,]*):)?(\d+)|^-(?:agentlib:jdwp=|Xrunjdwp:).*?address=(?:([^:,]*):)?(\d+).*server=y"
)


def given(commands: Iterable[Command]) -> list[Setting]:
    """Every flag of a container's own programs."""
    return [
        setting
        for command in commands
        if not command.helps
        for setting in settings(command)
        if isinstance(setting, Setting)
    ]


def verdicts(commands: Iterable[Command], own: frozenset[str], ignored: frozenset[str]) -> list[Verdict]:
    """What the flags of each program say."""
    found: list[Verdict] = []
    for command in commands:
        if not command.helps and not _is_client(command):
            found += judge([s for s in settings(command) if isinstance(s, Setting)], own, ignored)
    return found


def hints(said: Sequence[Verdict], container: str, source: Source = "argument") -> Iterator[Hint]:
    """Hints for what listens, with the address that another setting of the same topic gives."""
    places = [verdict for verdict in said if verdict.answer == "binds"]
    for verdict in said:
        if verdict.answer == "listens":
            yield Hint(
                verdict.port, source, verdict.setting.field, verdict.setting.shown[:200], container, verdict.protocols,
                _bind(verdict, places), _confidence(verdict, source), purpose=purpose(verdict), topic=verdict.topic,
            )  # fmt: skip


def closed(said: Sequence[Verdict], container: str) -> list[Closed]:
    """What is switched off: `--healthz-port=0`."""
    return [Closed(container, verdict.setting.shown, verdict.topic) for verdict in said if verdict.answer == "off"]


def bare_hints(commands: Iterable[Command], container: str) -> Iterator[Hint]:
    """Hints for words that belong to no flag: `TCP-LISTEN:80`, `runserver 0.0.0.0:8000`, `nc -lk 8080`, Java agents."""
    for command in commands:
        if not command.helps:
            yield from _special_hints(command, container)
            if not _is_client(command):
                yield from _addresses(command, container)


def _special_hints(command: Command, container: str) -> Iterator[Hint]:
    for index, word in enumerate(command.words):
        found = _special(word) or _special(word.partition("=")[2])
        found = found or (_listening_netcat(command, index) if command.program in NETCATS else None)
        if found:
            port, protocol, bind = found
            yield Hint(
                port,
                "argument",
                command.fields[index],
                command.shown[index][:200],
                container,
                (protocol,),
                bind,
                "high",
            )


def purpose(verdict: Verdict) -> str:
    """The topic as words in their order: `metrics`, `health probe`."""
    return " ".join(dict.fromkeys(word for word in verdict.name.words if word in verdict.topic)) if verdict.sure else ""


def _bind(verdict: Verdict, places: Sequence[Verdict]) -> str | None:
    if verdict.bind is not None:
        return verdict.bind
    return next((place.bind for place in places if topic_matches(verdict.name, place.name)), None)


def _confidence(verdict: Verdict, source: Source) -> Confidence:
    if source == "argument":
        return "high" if verdict.sure and not verdict.setting.short else "medium"
    return "medium" if verdict.sure else "low"


def _special(word: str) -> tuple[int, str, str | None] | None:
    if found := SOCAT.match(word):
        bind = SOCAT_BIND.search(found[3])
        at = endpoint(found[2]) if found[2] else None
        protocol = "UDP" if found[1].upper() == "DTLS" else "TCP" if found[1].upper() == "OPENSSL" else found[1].upper()
        return (at.port, protocol, bind[1] if bind else "") if at and at.port else None
    if found := PASSIVE.match(word):
        return _with_host(found[1], found[2] or "")
    if found := JAVA_AGENT.match(word):
        return _with_host(found[2], found[1] or "")
    if found := JDWP.match(word):
        return _with_host(found[2] or found[4], found[1] or found[3] or "")
    return None


def _with_host(port: str, host: str) -> tuple[int, str, str | None] | None:
    at = endpoint(f"{host}:{port}" if host.count(":") < 2 or host.startswith("[") else f"[{host}]:{port}")
    return (at.port, "TCP", at.bind) if at and at.port else None


def _listening_netcat(command: Command, index: int) -> tuple[int, str, str | None] | None:
    options = [word for word in command.words if word.startswith("-") and not word.startswith("--")]
    if not any("l" in option for option in options) and "--listen" not in command.words:
        return None
    number = port_number(command.words[index])
    before = command.words[index - 1] if index else ""
    if not number or (before.startswith("-") and not before.endswith(("l", "p", "k", "u")) and before != "--listen"):
        return None
    return number, "UDP" if any("u" in option for option in options) else "TCP", None


def _addresses(command: Command, container: str) -> Iterator[Hint]:
    """Bare addresses: `:8080` and `0.0.0.0:80` can only be listened on; loopback ones also be asked, so a verb must say it."""
    for word in settings(command):
        if isinstance(word, Setting) or word.before.startswith("-"):
            continue
        at, number = endpoint(word.text), port_number(word.text)
        if number and word.before in NUMBER_AFTER:
            yield Hint(number, "argument", word.field, f"{word.before} {word.shown}"[:200], container, ("TCP",))
        elif at and not number and plausible(at.port) and (at.scope == "all" or _told_to_serve(at, word)):
            protocols = (at.protocol,) if at.protocol else ()
            yield Hint(at.port, "argument", word.field, word.shown[:200], container, protocols, at.bind)


def _told_to_serve(at: Endpoint, word: Bare) -> bool:
    return at.scope in ("loopback", "node") and word.before in SERVE_WORDS


def _is_client(command: Command) -> bool:
    """Iperf -c connects; netcat's words are looked at one by one."""
    return (command.program.startswith("iperf") and "-c" in command.words) or command.program in NETCATS
