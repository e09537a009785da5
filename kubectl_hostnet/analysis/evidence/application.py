"""Evidence: what is known of the application, with the flags, variables and keys that move or close its ports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import msgspec

from kubectl_hostnet.analysis.claims import Source
from kubectl_hostnet.analysis.evidence.address import NODE, endpoint, endpoints, port_number
from kubectl_hostnet.analysis.evidence.hint import Closed, Hint
from kubectl_hostnet.analysis.evidence.judgement import OFF, Verdict, topic_matches
from kubectl_hostnet.analysis.evidence.names import Name, name_of
from kubectl_hostnet.analysis.evidence.settings import Setting
from kubectl_hostnet.analysis.evidence.variables import Variable
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.applications.defaults import Settings, holds, is_open
from kubectl_hostnet.applications.images import image_name, in_versions
from kubectl_hostnet.applications.schema import Application, KnownPort
from kubectl_hostnet.inventory.container import Container

ON = {"true", "yes", "on", "enabled", "enable"}


class Known(msgspec.Struct, frozen=True, gc=False):
    """What the knowledge of an application comes to: hints, what is closed, defaults that were moved elsewhere.

    `moved` are (number, protocol) of defaults that do not hold any more; `targets` is where settings put them.
    """

    hints: tuple[Hint, ...] = ()
    closed: tuple[Closed, ...] = ()
    moved: tuple[tuple[int, str], ...] = ()
    targets: tuple[tuple[int, str], ...] = ()


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is set for a container, as the application's knowledge is compared with it."""

    container: Container
    flags: Sequence[Setting]
    env: Sequence[Setting]
    config: Sequence[Setting]
    settings: Settings
    said: Sequence[Verdict]


def known_ports(application: Application, facts: Facts) -> Known:
    """Hints for every port that the application is known for: where a setting puts it, or its default."""
    hints: list[Hint] = []
    closed: list[Closed] = []
    moved: list[tuple[int, str]] = []
    targets: list[tuple[int, str]] = []
    for index, port in enumerate(application.ports):
        given = _given(port, facts)
        if given is None:
            if not _default_holds(port, index, facts):
                continue
            hints.append(_default(application, port, index, facts))
            continue
        source, setting = given
        placed = list(_placed(application, port, source, setting, facts))
        hints += placed
        if not any(hint.port == port.port for hint in placed):
            moved.append((port.port, port.protocol))
        targets += [(hint.port, port.protocol) for hint in placed]
        if not placed and _is_off(setting):
            closed.append(
                Closed(facts.container.name, setting.shown, name_of(setting.name).topic, ((port.port, port.protocol),))
            )
    return Known(tuple(hints), tuple(closed), tuple(moved), tuple(targets))


def by_variables(catalog: Catalog, variables: Sequence[Variable]) -> Application | None:
    """The application that only its own variables give away, when image and program are called otherwise."""
    if not variables:
        return None
    for application in catalog:
        if application.variables and any(
            fnmatchcase(v.name, glob) for v in variables for glob in application.variables
        ):
            return application
    return None


def without_replaced(known: Known, application: Application, written: Sequence[Hint]) -> Known:
    """Drop defaults that only a configuration file could move, when that file was read and says otherwise."""
    said = {(hint.port, protocol) for hint in written for protocol in hint.protocols}
    fixed = {(port.port, port.protocol) for port in application.ports if (port.flags or port.env) and not port.config}
    kept = tuple(
        hint for hint in known.hints
        if hint.source != "application" or (hint.port, hint.protocols[0]) in fixed | said
    )  # fmt: skip
    return msgspec.structs.replace(known, hints=kept)


def ignored_names(application: Application | None) -> frozenset[str]:
    """Flags and variables that are never listeners of this application, and those whose meaning is known better."""
    if application is None:
        return frozenset()
    known = (name for port in application.ports for name in (*port.flags, *port.env))
    return frozenset(name.lstrip("-").removeprefix("config.") for name in (*application.not_listening, *known))


def _given(port: KnownPort, facts: Facts) -> tuple[Source, Setting] | None:
    """The setting that decides on a port: flags win over variables, these over files, as nearly everywhere."""
    found = _setting(port.flags, port.env, port.config, facts)
    return found if found and _enabled(port, found[1], facts.settings) else None


def _setting(
    flags: Sequence[str], env: Sequence[str], config: Sequence[str], facts: Facts
) -> tuple[Source, Setting] | None:
    wanted = {_plain(name) for name in flags}
    for flag in reversed(facts.flags):
        if _plain(flag.name) in wanted:
            return "argument", flag
    for variable in facts.env:
        if variable.name in env:
            return "environment", variable
    return next((("configmap", key) for key in reversed(facts.config) if key.name in config), None)


def _plain(flag: str) -> str:
    """A flag's name: Go programs take one dash or two; the case matters for flags of one letter only."""
    name = flag.lstrip("-")
    return name.lower() if len(name) > 1 else name


def _enabled(port: KnownPort, given: Setting, settings: Settings) -> bool:
    """Does the setting count: nothing but itself closes the default, and what the port needs holds?

    A flag for a port means it; variables and keys are often set for features that are off.
    """
    alone = Settings((f"--{given.name}={given.value}",)) if given.kind == "flag" else Settings()
    closing = any(holds(condition, settings) and not holds(condition, alone) for condition in port.unless)
    return not closing and (
        given.kind == "flag" or not port.needs or any(holds(condition, settings) for condition in port.needs)
    )


def _placed(
    application: Application, port: KnownPort, source: Source, setting: Setting, facts: Facts
) -> Iterator[Hint]:
    """Where a setting puts a port: a number, addresses with ports, or an address for the default number."""
    value = setting.value.strip().strip("\"'")
    number, name = port_number(value), facts.container.name
    if number:
        yield _hint(application, port, source, setting, number, _bind_of(port, facts), name)
    elif _is_off(setting):
        return
    elif value.lower() in ON:
        yield _hint(application, port, source, setting, port.port, _bind(port), name)
    else:
        for part in endpoints(value):
            if part.scope != "name" or part.port:
                yield _hint(application, port, source, setting, part.port or port.port, part.bind, name)


def _is_off(setting: Setting) -> bool:
    return setting.value.strip().strip("\"'").lower() in OFF


def _default_holds(port: KnownPort, index: int, facts: Facts) -> bool:
    version = image_name(facts.container.image).version
    if not in_versions(port.versions, version) or not is_open(port, facts.settings):
        return False
    movable = port.flags or port.env or port.config
    return bool(movable) or index > 0 or not _main_port_elsewhere(port, facts.said)


def _main_port_elsewhere(port: KnownPort, said: Sequence[Verdict]) -> bool:
    """A plain `--port` or `PORT` says another number, and the application's file knows no flag for its port."""
    plain = [v.port for v in said if v.answer == "listens" and v.sure and topic_matches(v.name, Name("", ()))]
    return bool(plain) and port.port not in plain


def _default(application: Application, port: KnownPort, index: int, facts: Facts) -> Hint:
    field = f"{facts.container.field}.image"
    detail = f"{application.title} listens on {port.port}"
    bind = _bind_of(port, facts, first=index == 0)
    return Hint(
        port.port, "application", field, detail, facts.container.name, (port.protocol,), bind, "medium",
        purpose=port.purpose, application=application.name, weak_bind=bind == _bind(port),
    )  # fmt: skip


def _hint(
    application: Application,
    port: KnownPort,
    source: Source,
    setting: Setting,
    number: int,
    bind: str | None,
    container: str,
) -> Hint:
    confidence = "high" if source == "argument" else "medium"
    return Hint(
        number, source, setting.field, setting.shown[:200], container, (port.protocol,), bind, confidence,  # type: ignore[arg-type]
        purpose=port.purpose, application=application.name,
    )  # fmt: skip


def _bind_of(port: KnownPort, facts: Facts, *, first: bool = False) -> str | None:
    """The address of a port: what `bind_by` sets, or a setting of the same topic, else the application's default."""
    given = _setting(port.bind_by, port.bind_by, [name.removeprefix("config ") for name in port.bind_by], facts)
    if given and (place := endpoint(given[1].value)) and place.bind is not None:
        return place.bind
    names = [name_of(name) for name in (*port.flags, *port.env)]
    for verdict in (verdict for verdict in facts.said if verdict.answer == "binds" and not given):
        if any(topic_matches(name, verdict.name) for name in names) or (first and not names and not verdict.topic):
            return verdict.bind
    return _bind(port)


def _bind(port: KnownPort) -> str:
    return NODE if port.bind == "node" else port.bind


def as_mapping(settings: Sequence[Setting]) -> Mapping[str, str]:
    """Name to value, the last one counting."""
    return {setting.name: setting.value for setting in settings}
