"""Reads one container: every source of evidence in it, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_hostnet.analysis.evidence import arguments, environment
from kubectl_hostnet.analysis.evidence.application import (
    Facts,
    Known,
    as_mapping,
    ignored_names,
    known_ports,
    without_replaced,
)
from kubectl_hostnet.analysis.evidence.commandline import Command, command_lines, idle
from kubectl_hostnet.analysis.evidence.configmaps import read_files
from kubectl_hostnet.analysis.evidence.declared import declared
from kubectl_hostnet.analysis.evidence.handlers import handled
from kubectl_hostnet.analysis.evidence.names import SERVED, name_of
from kubectl_hostnet.analysis.evidence.part import Part
from kubectl_hostnet.analysis.evidence.variables import ConfigData
from kubectl_hostnet.analysis.evidence.variables import environment as environment_of
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.applications.defaults import Settings, settings_of
from kubectl_hostnet.applications.images import image_name
from kubectl_hostnet.applications.schema import Application
from kubectl_hostnet.inventory.container import Container


def read_container(container: Container, catalog: Catalog, config: ConfigData) -> Part:
    """All hints of a host-networked Pod's container, from its manifest and (if `config` is given) its ConfigMaps."""
    variables = environment_of(container, config)
    known_values = {variable.name: variable.value for variable in variables}
    commands = command_lines(container, known_values)
    application = catalog.match(container)
    own, ignored = _own_words(container, commands, application), ignored_names(application)
    files = read_files(container, config, known_values, _words(commands), own)
    said = arguments.verdicts(commands, own, ignored)
    spoken = environment.verdicts(variables, own, ignored)
    facts = Facts(
        container, arguments.given(commands), environment.variable_settings(variables), files.settings,
        Settings(_words(commands), {**settings_of(container).env, **known_values}, as_mapping(files.settings)), (*said, *spoken),
    )  # fmt: skip
    known = known_ports(application, facts) if application else Known()
    if application and files.formats:
        known = without_replaced(known, application, files.hints)
    hints = (
        *declared(container, host_network=True),
        *handled(container, known_values),
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
