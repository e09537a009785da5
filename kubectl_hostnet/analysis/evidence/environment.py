"""Evidence: environment variables that tell a program where to listen (`PORT`, `*_LISTEN_ADDR`, `JAVA_OPTS`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kubectl_hostnet.analysis.evidence.arguments import bare_hints, hints
from kubectl_hostnet.analysis.evidence.commandline import Command
from kubectl_hostnet.analysis.evidence.hint import Hint
from kubectl_hostnet.analysis.evidence.judgement import Verdict, judge
from kubectl_hostnet.analysis.evidence.settings import Setting, settings
from kubectl_hostnet.analysis.evidence.variables import Variable

# Set by the kubelet for each Service (docker links); a manifest that sets them speaks of a Service, too.
SERVICE_LINKS = re.compile(
    r"(?:_SERVICE_(?:HOST|PORT)(?:_\w+)?|_PORT_\d+_(?:TCP|UDP)(?:_\w+)?)$|^KUBERNETES_|_PROXY$|_proxy$|^NO_PROXY$",
    re.ASCII,
)
ARGUMENTS = re.compile(r"(?:^|_)(?:OPTS|OPTIONS|ARGS|FLAGS|ARGUMENTS|PARAMS|EXTRA|CMD|CMDLINE|COMMAND)$", re.IGNORECASE)


def variable_settings(variables: Sequence[Variable]) -> list[Setting]:
    """The variables as settings, without those that speak of Services and proxies."""
    return [
        Setting(v.name, v.value, v.shown, v.field, "variable") for v in variables if not SERVICE_LINKS.search(v.name)
    ]


def verdicts(variables: Sequence[Variable], own: frozenset[str], ignored: frozenset[str]) -> list[Verdict]:
    """What the variables say; one that holds a command line (`JAVA_OPTS=-Dserver.port=80`) is read as such."""
    plain = judge(variable_settings(variables), own, ignored)
    lines = [setting for command in _lines(variables) for setting in settings(command) if isinstance(setting, Setting)]
    return plain + judge(lines, own, ignored)


def environment_hints(variables: Sequence[Variable], said: Sequence[Verdict], container: str) -> Iterator[Hint]:
    """Hints for a container."""
    yield from hints(said, container, "environment")
    for hint in bare_hints(_lines(variables), container):
        yield (
            hint
            if hint.confidence == "low"
            else Hint(hint.port, "environment", hint.field, hint.detail, container, hint.protocols, hint.bind, "medium")
        )


def _lines(variables: Sequence[Variable]) -> list[Command]:
    found = []
    for variable in variables:
        words = tuple(variable.value.split())
        if (
            words
            and (ARGUMENTS.search(variable.name) or variable.value.startswith("-"))
            and any(w.startswith("-") for w in words)
        ):
            found.append(Command(variable.name, words, words, (variable.field,) * len(words)))
    return found
