"""What could not be read of the sockets, said once for all containers with the same trouble."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.source.sockets.dump import Process
from kubectl_hostnet.source.sockets.reading import ContainerSockets

NAMED = 3
SUBJECT = re.compile(r'^pods "[^"]*" is forbidden: ')  # the API server names each Pod
UNREAD = "their ports are not confirmed"
HIDDEN = "who holds which of the other ports is not known for certain"


def gaps_of(containers: Iterable[ContainerSockets]) -> tuple[Gap, ...]:
    """One gap for each kind of trouble, the most frequent first."""
    groups: dict[tuple[str, str], list[str]] = {}
    for container in containers:
        if not container.complete:
            groups.setdefault(_trouble(container), []).append(container.target.title)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return tuple(Gap(f"sockets of {_titles(titles)}", reason, effect) for (reason, effect), titles in ordered)


def _trouble(container: ContainerSockets) -> tuple[str, str]:
    effect = UNREAD if container.failure else HIDDEN
    reason = SUBJECT.sub("", container.failure) or _hidden(container.hidden)
    return reason, f"{effect}; {container.advice}" if container.advice else effect


def _hidden(processes: Iterable[Process]) -> str:
    """A number would split groups: what matters is that there are such processes, and whose."""
    seen = [process for process in processes if process.uid >= 0]
    names = sorted({f"{process.name} (uid {process.uid})" for process in seen})[:NAMED]
    return f"may not read the file descriptors of {', '.join(names) or 'processes that its /proc hides (hidepid)'}"


def _titles(titles: list[str]) -> str:
    if len(titles) == 1:
        return titles[0]
    shown = ", ".join(titles[:NAMED])
    return f"{len(titles)} containers ({shown}{', ...' if len(titles) > NAMED else ''})"
