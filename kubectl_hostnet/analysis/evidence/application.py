"""Evidence: what is known of the application, with the flags, variables and keys that move or close its ports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kubectl_hostnet.analysis.evidence.address import endpoints, port_number
from kubectl_hostnet.analysis.evidence.deciding import Facts, Given, binds_of, default_bind, given
from kubectl_hostnet.analysis.evidence.hint import Closed, Hint
from kubectl_hostnet.analysis.evidence.judgement import OFF, Verdict, topic_matches
from kubectl_hostnet.analysis.evidence.names import Name, name_of
from kubectl_hostnet.analysis.evidence.settings import Setting
from kubectl_hostnet.applications.defaults import holds, is_open
from kubectl_hostnet.applications.images import NEWEST, image_name, in_versions
from kubectl_hostnet.applications.schema import Application, KnownPort

ON = {"true", "yes", "on", "enabled", "enable"}
FROM_FILE = re.compile(r"\$\((?:cat\s|<)|`cat\s")  # `etcd $(cat /etc/etcd/args)`
UNREAD = "a default, but arguments are read from a file when it starts"
COVERED = "a default, but its configuration is in a volume that is not read"


class Known(msgspec.Struct, frozen=True, gc=False):
    """What the knowledge of an application comes to: hints, what is closed, defaults that were moved elsewhere.

    `moved` are (number, protocol) of defaults that do not hold any more; `targets` is where settings put them.
    """

    hints: tuple[Hint, ...] = ()
    closed: tuple[Closed, ...] = ()
    moved: tuple[tuple[int, str], ...] = ()
    targets: tuple[tuple[int, str], ...] = ()


class Place(msgspec.Struct, frozen=True, gc=False):
    """A port's number and address; `weak`: the address is only the application's default."""

    number: int
    bind: str | None
    weak: bool


def known_ports(application: Application, facts: Facts) -> Known:
    """Hints for every port that the application is known for: where a setting puts it, or its default."""
    found = [_port(application, port, index, facts) for index, port in enumerate(application.ports)]
    return Known(
        tuple(hint for known in found for hint in known.hints),
        tuple(closed for known in found for closed in known.closed),
        tuple(moved for known in found for moved in known.moved),
        tuple(target for known in found for target in known.targets),
    )


def without_replaced(known: Known, application: Application, written: Sequence[Hint]) -> Known:
    """Drop defaults that only a configuration file could move, when that file was read and says otherwise."""
    said = {(hint.port, protocol) for hint in written for protocol in hint.protocols}
    fixed = {(port.port, port.protocol) for port in application.ports if (port.flags or port.env) and not port.config}
    kept = (
        hint for hint in known.hints if hint.source != "application" or (hint.port, hint.protocols[0]) in fixed | said
    )
    return msgspec.structs.replace(known, hints=tuple(kept))


def ignored_names(application: Application | None) -> frozenset[str]:
    """Flags and variables that are never listeners of this application, and those whose meaning is known better."""
    if application is None:
        return frozenset()
    known = (name for port in application.ports for name in (*port.flags, *port.env))
    return frozenset(name.lstrip("-").removeprefix("config.") for name in (*application.not_listening, *known))


def as_mapping(settings: Sequence[Setting]) -> Mapping[str, str]:
    """Name to value, the last one counting."""
    return {setting.name: setting.value for setting in settings}


def _port(application: Application, port: KnownPort, index: int, facts: Facts) -> Known:
    settings = given(port, facts)
    default = (port.port, port.protocol)
    if not settings:
        if _default_holds(port, index, facts):
            return Known(tuple(_defaults(application, port, index, facts)))
        if _of_another_release(port, facts):
            return Known(tuple(_uncertain(_defaults(application, port, index, facts), f"in releases {port.versions}")))
        return _closed_by_condition(application, port, facts)
    placed = [hint for one in settings for hint in _placed(application, port, one, facts)]
    targets = tuple((hint.port, port.protocol) for hint in placed)
    off = () if placed else tuple(_closed(one.setting, default, facts) for one in settings if _is_off(one.setting))
    return Known(tuple(placed), off, () if default in targets else (default,), targets)


def _closed(setting: Setting, default: tuple[int, str], facts: Facts) -> Closed:
    return Closed(facts.container.name, setting.shown, name_of(setting.name).topic, (default,))


def _placed(application: Application, port: KnownPort, found: Given, facts: Facts) -> Iterator[Hint]:
    """Where a setting puts a port: a number, addresses with ports, or an address for the default number."""
    value = found.setting.value.strip().strip("\"'")
    number = port_number(value)
    if number:
        for place in binds_of(port, facts):
            yield _hint(application, port, found, Place(number, *place), facts)
    elif _is_off(found.setting):
        return
    elif value.lower() in ON:
        yield _hint(application, port, found, Place(port.port, default_bind(port), weak=True), facts)
    else:
        for part in endpoints(value):
            if part.scope != "name" or part.port:
                yield _hint(application, port, found, Place(part.port or port.port, part.bind, weak=False), facts)


def _is_off(setting: Setting) -> bool:
    return setting.value.strip().strip("\"'").lower() in OFF


def _default_holds(port: KnownPort, index: int, facts: Facts) -> bool:
    version = image_name(facts.container.image).version
    if not in_versions(port.versions, version) or not is_open(port, facts.settings):
        return False
    movable = port.flags or port.env or port.config
    return bool(movable) or index > 0 or not _main_port_elsewhere(port, facts.said)


def _of_another_release(port: KnownPort, facts: Facts) -> bool:
    """The image does not tell its release, and the manifest speaks of a port that only some releases have."""
    version, container = image_name(facts.container.image).version, facts.container
    spoken = {handler.port for handler in container.handlers} | {
        declared.container_port for declared in container.ports
    }
    return (
        version == NEWEST
        and port.port in spoken
        and not in_versions(port.versions, version)
        and is_open(port, facts.settings)
    )


def _uncertain(hints: Iterator[Hint], remark: str) -> Iterator[Hint]:
    return (msgspec.structs.replace(hint, confidence="low", remark=remark) for hint in hints)


def _closed_by_condition(application: Application, port: KnownPort, facts: Facts) -> Known:
    """A default that a setting closes (`enable-hubble: "false"`), or that the configuration read does not switch on."""
    closing = [c for c in port.unless if not c[0].isalpha() or c.startswith("config ") or "=" in c]
    reason = next((condition for condition in closing if holds(condition, facts.settings)), "")
    missing = (
        port.needs and all(c.startswith("config ") for c in port.needs) and _configuration_read(application, facts)
    )
    if not reason and not missing:
        return Known()
    shown = reason.removeprefix("config ") if reason else "its configuration does not enable it"
    return Known(closed=(Closed(facts.container.name, shown, frozenset(), ((port.port, port.protocol),)),))


def _configuration_read(application: Application, facts: Facts) -> bool:
    """Some key of the files that were read is one that the application is known for."""
    known = {
        key.removeprefix("config ").split(".")[0] for port in application.ports for key in (*port.config, *port.needs)
    }
    return any(setting.name.split(".")[0] in known for setting in facts.config)


def _main_port_elsewhere(port: KnownPort, said: Sequence[Verdict]) -> bool:
    """A plain `--port` or `PORT` says another number, and the application's file knows no flag for its port."""
    plain = [v.port for v in said if v.answer == "listens" and v.sure and topic_matches(v.name, Name("", ()))]
    return bool(plain) and port.port not in plain


def _defaults(application: Application, port: KnownPort, index: int, facts: Facts) -> Iterator[Hint]:
    """The default port on its addresses; in doubt where what could move it is in a file that is not read."""
    shown = Setting("", "", f"{application.title} listens on {port.port}", f"{facts.container.field}.image")
    places = binds_of(port, facts, first=index == 0)
    found = (_hint(application, port, Given("application", shown), Place(port.port, *place), facts) for place in places)
    doubt = _unread(application, port, facts)
    yield from _uncertain(found, doubt) if doubt else found


def _unread(application: Application, port: KnownPort, facts: Facts) -> str:
    if port.flags and any(FROM_FILE.search(word) for word in facts.settings.words):
        return UNREAD
    hidden = facts.container.hidden
    covered = any(_covers(path, file) for file in application.configuration for path in hidden)
    return COVERED if covered else ""


def _covers(path: str, file: str) -> bool:
    """A mount lies over a file or a folder, or inside of the folder."""
    mount, wanted = path.rstrip("/") + "/", file.rstrip("/") + "/"
    return wanted.startswith(mount) or mount.startswith(wanted)


def _hint(application: Application, port: KnownPort, found: Given, place: Place, facts: Facts) -> Hint:
    return Hint(
        place.number,
        found.source,
        found.setting.field,
        found.setting.shown[:200],
        facts.container.name,
        (port.protocol,),
        place.bind,
        "high" if found.source == "argument" else "medium",
        purpose=port.purpose,
        application=application.name,
        weak_bind=place.weak,
    )
