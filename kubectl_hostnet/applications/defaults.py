"""Which of an application's known ports are open, given what is set for a container.

A condition in `needs` or `unless` is one of

- `--flag`          the flag is there, and not switched off by =false, =0 or =;
- `--flag=value`    the flag has this value (a glob), written as one word or two; the name may be a glob too;
- `NAME=value`      an environment variable (capitals) has this value; `NAME` alone: it is set and not empty;
- `config KEY=value` the application's configuration says so; `config KEY` alone: the key is there, even if empty, or
                    keys below it are (`receivers.otlp` for `receivers.otlp.protocols.grpc`);
- `word`            a word of the command line, such as a subcommand.

A leading `!` turns a condition round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

import msgspec

from kubectl_hostnet.applications.images import image_name, in_versions
from kubectl_hostnet.applications.programs import words
from kubectl_hostnet.applications.schema import Application, KnownPort
from kubectl_hostnet.inventory.container import Container, EnvVar

OFF = {"", "0", "false", "off", "no", "disabled", "none"}
ENVIRONMENT = re.compile(r"^[A-Z][A-Z0-9_]*(?:=|$)")


class Settings(msgspec.Struct, frozen=True):
    """What is set for a container: the words of its command line, its environment, its configuration's keys."""

    words: tuple[str, ...] = ()
    env: Mapping[str, str] = {}
    config: Mapping[str, str] = {}


def settings_of(container: Container, config: Mapping[str, str] | None = None) -> Settings:
    """The settings that are in the manifest itself; what ConfigMaps add is passed in by who has read them."""
    return Settings(words(container), {variable.name: _value(variable) for variable in container.env}, config or {})


def _value(variable: EnvVar) -> str:
    """The value, or a stand-in for one that only the cluster knows: the variable is set, whatever it is set to."""
    return variable.value or (f"$({variable.field_path or variable.config_map[1]})" if _refers(variable) else "")


def _refers(variable: EnvVar) -> bool:
    return bool(variable.field_path or variable.config_map[1])


def default_ports(application: Application, container: Container, settings: Settings | None = None) -> list[KnownPort]:
    """The ports to claim for a container of this application, before flags that move them are looked at."""
    known = settings or settings_of(container)
    version = image_name(container.image).version
    return [port for port in application.ports if in_versions(port.versions, version) and is_open(port, known)]


def is_open(port: KnownPort, settings: Settings) -> bool:
    """Is a port open by default, or because a condition of its `needs` holds; and does no `unless` close it?"""
    if any(holds(condition, settings) for condition in port.unless):
        return False
    return not (port.when or port.needs) or any(holds(condition, settings) for condition in port.needs)


def holds(condition: str, settings: Settings) -> bool:
    """Does one condition hold? See the module's text for the forms."""
    if condition.startswith("!"):
        return not holds(condition[1:], settings)
    if condition.startswith("-"):
        return _flag_holds(condition, settings.words)
    if condition.startswith("config "):
        return _config_holds(condition.removeprefix("config "), settings.config)
    if ENVIRONMENT.match(condition):
        return _key_holds(condition, settings.env)
    return any(fnmatchcase(word, condition) or word.endswith("/" + condition) for word in settings.words)


def _key_holds(condition: str, values: Mapping[str, str]) -> bool:
    name, sign, wanted = condition.partition("=")
    value = values.get(name, "")
    return fnmatchcase(value.lower(), wanted.lower()) if sign and name in values else bool(value) and not sign


def _config_holds(condition: str, values: Mapping[str, str]) -> bool:
    if "=" in condition:
        return _key_holds(condition, values)
    return condition in values or any(key.startswith(condition + ".") for key in values)


def _flag_holds(condition: str, words: tuple[str, ...]) -> bool:
    flag, sign, wanted = condition.partition("=")
    for index, word in enumerate(words):
        name, attached, value = word.partition("=")
        if not name.startswith("-") or not fnmatchcase(_plain(name), _plain(flag)):
            continue
        following = words[index + 1] if index + 1 < len(words) else ""
        if not sign:
            return not (attached and value.strip("\"'").lower() in OFF)
        return fnmatchcase((value if attached else following).strip("\"'").lower(), wanted.lower())
    return False


def _plain(flag: str) -> str:
    """A flag's name: Go programs take one dash or two; the case matters for flags of one letter only."""
    name = flag.lstrip("-")
    return name.lower() if len(name) > 1 else name
