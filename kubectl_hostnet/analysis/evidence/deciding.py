"""Which setting of a container decides on a port that its application is known for, and on that port's address."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kubectl_hostnet.analysis.claims import Source
from kubectl_hostnet.analysis.evidence.address import NODE, endpoints
from kubectl_hostnet.analysis.evidence.judgement import Verdict, topic_matches
from kubectl_hostnet.analysis.evidence.names import name_of
from kubectl_hostnet.analysis.evidence.settings import Setting
from kubectl_hostnet.applications.defaults import Settings, holds
from kubectl_hostnet.applications.schema import KnownPort
from kubectl_hostnet.inventory.container import Container

UNSET = {"", "null", "~"}  # in a file: the default


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is set for a container, as the application's knowledge is compared with it."""

    container: Container
    flags: Sequence[Setting]
    env: Sequence[Setting]
    config: Sequence[Setting]
    settings: Settings
    said: Sequence[Verdict]


class Given(msgspec.Struct, frozen=True, gc=False):
    """A setting that decides on a port, and where it stands."""

    source: Source
    setting: Setting


def given(port: KnownPort, facts: Facts) -> list[Given]:
    """The settings that decide on a port: flags win over variables, these over files, as nearly everywhere."""
    found = _settings(port.flags, port.env, port.config, facts)
    return found if found and _enabled(port, found[-1].setting, facts.settings) else []


def binds_of(port: KnownPort, facts: Facts, *, first: bool = False) -> list[tuple[str | None, bool]]:
    """A port's addresses, each with whether it is but the application's default: `bind_by`, or a setting of its topic.

    `-localip 169.254.20.10,10.96.0.10` are two addresses.
    """
    found = _settings(port.bind_by, port.bind_by, [name.removeprefix("config ") for name in port.bind_by], facts)
    if found and (places := [place.bind for place in endpoints(found[-1].setting.value) if place.bind is not None]):
        return [(bind, False) for bind in dict.fromkeys(places)]
    names = [name_of(name) for name in (*port.flags, *port.env)]
    for verdict in (verdict for verdict in facts.said if verdict.answer == "binds" and not port.bind_by):
        if any(topic_matches(name, verdict.name) for name in names) or (first and not names and not verdict.topic):
            return [(verdict.bind, False)]
    return [(default_bind(port), True)]


def default_bind(port: KnownPort) -> str:
    """The address that the application binds by itself; NODE for the node's own."""
    return NODE if port.bind == "node" else port.bind


def _settings(flags: Sequence[str], env: Sequence[str], config: Sequence[str], facts: Facts) -> list[Given]:
    """Addresses that are given several times all count (`--host=tcp://... --host=unix://...`), of other values the last."""
    wanted = {_plain(name) for name in flags}
    if found := [flag for flag in facts.flags if _plain(flag.name) in wanted]:
        several = len(found) > 1 and all(":" in flag.value for flag in found)
        return [Given("argument", flag) for flag in (found if several else found[-1:])]
    if found := [variable for variable in facts.env if variable.name in env and variable.value]:
        return [Given("environment", found[-1])]
    return [Given("configmap", key) for key in facts.config if key.name in config and key.value not in UNSET]


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
