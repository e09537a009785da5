"""The verb `version`."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from kubectl_hostnet import __version__
from kubectl_hostnet.analysis.report import Item, Report
from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source import kubectl
from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.source.kubeconfig import files

LIBRARIES = ("kubernetes", "typer", "urllib3", "websocket-client", "msgspec", "h2", "PyYAML", "tabulate")
PATIENCE = "5s"

ClientOnly = Annotated[bool, typer.Option("--client", help="Only this machine's versions; ask no cluster.")]


class Version(Item, frozen=True):
    """A component, its version, and where it is; "" for what is not known."""

    component: str
    version: str
    path: str = ""


def run(connection: Connection, client: ClientOnly = False) -> Report:
    """Versions of this program, of what it runs on, and of the cluster.

    Also where each is: what a bug report needs. The server's version is left out, with a warning, when no cluster can be
    reached (within 5 seconds, or --request-timeout).
    """
    items = [*_here(), *_kubectl(connection)]
    if client or connection.snapshot:
        return Report(kind="Version", items=items)
    server, gaps = _server(connection)
    return Report(kind="Version", items=[*items, *server], gaps=gaps)


def _here() -> Iterator[Version]:
    yield Version("kubectl-hostnet", __version__, _program())
    yield Version("python", platform.python_version(), sys.executable)
    yield from (Version(name, _installed(name), _folder(name)) for name in LIBRARIES)


def _program() -> str:
    """The file that runs, links followed: krew and pipx put a link on PATH."""
    name = sys.argv[0]
    return os.path.realpath(name if os.sep in name else Path(__file__).parent.parent)


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _folder(name: str) -> str:
    try:
        return os.path.realpath(str(metadata.distribution(name).locate_file("")))
    except metadata.PackageNotFoundError:
        return ""


def _kubectl(connection: Connection) -> Iterator[Version]:
    program = kubectl.path()
    if program:
        yield Version("kubectl", kubectl.version(program), os.path.realpath(program))
    yield Version("kubeconfig", "", os.pathsep.join(files(connection)))


def _server(connection: Connection) -> tuple[list[Version], tuple[Gap, ...]]:
    from kubectl_hostnet.source.live import Cluster  # the other lines need no cluster code

    patient = connection if connection.request_timeout != "0" else replace(connection, request_timeout=PATIENCE)
    try:
        cluster = Cluster(patient)
        return [Version("server", cluster.server_version(), cluster.settings.server)], ()
    except HostnetError as error:
        return [], (Gap("server", error.message, "its version is missing"),)
