from __future__ import annotations

import pytest

from kubectl_hostnet.analysis.evidence.commandline import command_lines, idle
from kubectl_hostnet.inventory.container import Container


def container(
    command: tuple[str, ...] = (), args: tuple[str, ...] = (), image: str = "registry.test/acme/thing:v1"
) -> Container:
    return Container("main", image, "regular", "spec.containers[0]", command=command, args=args)


def started(command: tuple[str, ...] = (), args: tuple[str, ...] = (), **known: str) -> list[tuple[str, ...]]:
    return [(c.program, *c.words) for c in command_lines(container(command, args), known)]


@pytest.mark.parametrize(
    ("command", "args", "expected"),
    [
        ((), ("--port=80",), [("thing", "--port=80")]),
        (("/bin/run",), ("--port=80",), [("run", "--port=80")]),
        (("sh", "-c", "run --port 80"), (), [("run", "--port", "80")]),
        (("/bin/bash", "-euxo", "pipefail", "-c"), ("exec run -p 80",), [("run", "-p", "80")]),
        (("sh", "-c", "--"), ("run -p 80",), [("run", "-p", "80")]),
        (("tini", "--", "run", "--x"), (), [("run", "--x")]),
        (("timeout", "30", "/bin/bash", "-c", "run -p 1"), (), [("run", "-p", "1")]),
        (("nsenter", "-t", "1", "-m", "--", "run", "-p", "2"), (), [("run", "-p", "2")]),
        (("/bin/sh", "/entry.sh", "--port=1"), (), [("entry.sh", "--port=1")]),
        ((), ("/bin/sh", "-c", "run -p 80"), [("run", "-p", "80")]),
        (("env", "A=b", "run"), (), [("run",)]),
    ],
)
def test_wrappers_and_shells_are_looked_through(
    command: tuple[str, ...], args: tuple[str, ...], expected: list[tuple[str, ...]]
) -> None:
    assert started(command, args) == expected


def test_variables_of_the_manifest_and_of_the_script_are_filled_in() -> None:
    assert started(("run", "--port=$(PORT)", "$$(PORT)", "$(NONE)"), PORT="80") == [
        ("run", "--port=80", "$(PORT)", "$(NONE)")
    ]
    assert started(("sh", "-c", 'export P=81; run -p $P -q "${Q:-82}"')) == [("run", "-p", "81", "-q", "82")]
    assert started(("sh", "-c", 'OPTS="--port 80 --debug"; run $OPTS')) == [("run", "--port", "80", "--debug")]


def test_each_word_knows_where_it_is_written() -> None:
    (found,) = command_lines(container(("run",), ("--a", "--b=$(X)")), {"X": "1"})
    assert found.fields == ("spec.containers[0].args[0]", "spec.containers[0].args[1]")
    assert found.shown == ("--a", "--b=$(X)")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("sleep", "infinity"), True),
        (("sh", "-c", "tail -f /dev/null"), True),
        (("sh", "-c", "sysctl -w x=1; /server"), False),
        ((), False),
        (("sh", "/x.sh"), False),
    ],
)
def test_helpers_alone_listen_nowhere(command: tuple[str, ...], expected: bool) -> None:
    one = container(command)
    assert idle(one, command_lines(one, {})) is expected
