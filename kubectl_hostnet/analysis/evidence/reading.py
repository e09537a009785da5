"""Reads one container: every source of evidence in it, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kubectl_hostnet.analysis.evidence import arguments, environment
from kubectl_hostnet.analysis.evidence.address import PLACEHOLDER
from kubectl_hostnet.analysis.evidence.application import (
    Known,
    as_mapping,
    ignored_names,
    known_ports,
    without_replaced,
)
from kubectl_hostnet.analysis.evidence.commandline import Command, command_lines, idle
from kubectl_hostnet.analysis.evidence.configmaps import Program, Read, read_files
from kubectl_hostnet.analysis.evidence.deciding import Facts
from kubectl_hostnet.analysis.evidence.declared import declared
from kubectl_hostnet.analysis.evidence.handlers import handled
from kubectl_hostnet.analysis.evidence.judgement import Verdict
from kubectl_hostnet.analysis.evidence.names import SERVED, name_of
from kubectl_hostnet.analysis.evidence.part import Part
from kubectl_hostnet.analysis.evidence.variables import ConfigData, Variable
from kubectl_hostnet.analysis.evidence.variables import environment as environment_of
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.applications.defaults import Settings, settings_of
from kubectl_hostnet.applications.images import image_name
from kubectl_hostnet.applications.schema import Application
from kubectl_hostnet.inventory.container import Container


def read_container(container: Container, catalog: Catalog, config: ConfigData) -> Part:
    """All hints of a host-networked Pod's container, from its manifest and (if `config` is given) its ConfigMaps."""
    variables = environment_of(container, config)
    values = {variable.name: variable.value for variable in variables}
    commands = command_lines(container, values)
    application = _application(container, commands, catalog)
    own, ignored = _own_words(container, commands, application), ignored_names(application)
    said, spoken = arguments.verdicts(commands, own, ignored), environment.verdicts(variables, own, ignored)
    files = read_files(container, config, Program(values, _words(commands), own, _keys(application)))
    known = _known(container, application, files, Spoken(commands, variables, (*said, *spoken)))
    hints = (
        *declared(container, host_network=True),
        *handled(container, values),
        *arguments.hints(said, container.name),
        *arguments.bare_hints(commands, container.name),
        *environment.environment_hints(variables, spoken, container.name),
        *files.hints,
        *known.hints,
    )
    closed = (*arguments.closed(said, container.name), *known.closed)
    return Part(
        container, hints, closed, application, _idle(container, commands, application), known.moved, known.targets
    )


def _application(container: Container, commands: Sequence[Command], catalog: Catalog) -> Application | None:
    """By image and program; by what wrappers start; where the image is not filled in (a template), by the container's name."""
    found = catalog.match(container)
    if found is None and container.command:
        candidates = (_alone(container, words) for command in commands for words in _starts(command))
        found = next((known for one in candidates if (known := catalog.match(one))), None)
    if found is None and (not container.image or PLACEHOLDER.search(container.image)):
        name = container.name
        return catalog.match(_alone(container, (), image=name)) or catalog.match(_alone(container, (name,)))
    return found


def _starts(command: Command) -> Iterator[tuple[str, ...]]:
    """A command line, and what it starts after `--` (`watch-termination --log=x -- kube-apiserver ...`)."""
    yield command.program, *command.words
    if "--" in command.words:
        yield command.words[command.words.index("--") + 1 :]


def _alone(container: Container, command: tuple[str, ...], image: str = "") -> Container:
    return Container(container.name, image, container.kind, container.field, command, env=container.env)


class Spoken(NamedTuple):
    """What a container's manifest says, taken apart."""

    commands: tuple[Command, ...]
    variables: tuple[Variable, ...]
    verdicts: tuple[Verdict, ...]


def _known(container: Container, application: Application | None, files: Read, spoken: Spoken) -> Known:
    if application is None:
        return Known()
    values = {**settings_of(container).env, **{variable.name: variable.value for variable in spoken.variables}}
    facts = Facts(
        container,
        arguments.given(spoken.commands),
        environment.variable_settings(spoken.variables),
        files.settings,
        Settings(_words(spoken.commands), values, as_mapping(files.settings)),
        spoken.verdicts,
    )
    known = known_ports(application, facts)
    return without_replaced(known, application, files.hints) if files.formats else known


def _keys(application: Application | None) -> frozenset[str]:
    return frozenset(key for port in application.ports for key in port.config) if application else frozenset()


def _idle(container: Container, commands: tuple[Command, ...], application: Application | None) -> str:
    if application and application.idle and not container.command and not container.args:
        return f"{application.title}: without a command it runs no server"
    return "the container runs no server of its own" if idle(container, commands) else ""


def _words(commands: Sequence[Command]) -> tuple[str, ...]:
    return tuple(word for command in commands for word in (command.program, *command.words))


def _own_words(container: Container, commands: Sequence[Command], application: Application | None) -> frozenset[str]:
    """Words of the software's own names: a variable CHANNELS_PORT in the image channels-dvr is its own port."""
    names = [container.name, *image_name(container.image).path[-1:], *(command.program for command in commands)]
    if application:
        names.append(application.name)
    return frozenset(word for name in names for word in name_of(name).words) - SERVED
