"""The verb `version`."""

from __future__ import annotations

import platform
import sys
from importlib import metadata

from kubectl_hostnet import __version__
from kubectl_hostnet.analysis.report import Item, Report
from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source.facts import Gap

LIBRARIES = ("kubernetes", "typer", "urllib3", "msgspec", "PyYAML", "tabulate")


class Version(Item, frozen=True):
    """A component, its version, and where it is."""

    component: str
    version: str
    path: str = ""


def run(connection: Connection) -> Report:
    """Versions of this program, of what it runs on, and of the cluster.

    The server's version is left out, with a note, when no cluster can be reached.
    """
    items = [
        Version("kubectl-hostnet", __version__, str(sys.argv[0])),
        Version("python", platform.python_version(), sys.executable),
        *(Version(name, _installed(name)) for name in LIBRARIES),
    ]
    server, gaps = _server(connection)
    return Report(kind="Version", items=[*items, *server], gaps=gaps)


def _installed(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _server(connection: Connection) -> tuple[list[Version], tuple[Gap, ...]]:
    from kubectl_hostnet.source.live import Cluster  # the other lines need no cluster code

    try:
        cluster = Cluster(connection)
        return [Version("server", cluster.server_version(), cluster.settings.server)], ()
    except HostnetError as error:
        return [], (Gap("server", error.message, "its version is missing"),)
