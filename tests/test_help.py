"""What --help says: examples that work, and the options in the order in which one looks for them."""

from __future__ import annotations

import shlex
from importlib import import_module

import pytest
from conftest import Run

from kubectl_hostnet.command_line import command
from kubectl_hostnet.commands import VERBS

EXAMPLES = [
    (verb, line)
    for verb, (module, _) in VERBS.items()
    for line, _ in getattr(import_module(f"kubectl_hostnet.commands.{module}"), "EXAMPLES", ())
]


@pytest.mark.parametrize(("verb", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_every_example_parses_and_is_shown(verb: str, line: str, run: Run) -> None:
    words = shlex.split(line)
    assert words[:3] == ["kubectl", "hostnet", verb]
    command(verb).make_context(verb, words[3:])
    assert f"  {line}\n" in run(verb, "--help").out


@pytest.mark.parametrize("verb", ["list", "probe", "ports"])
def test_the_connection_comes_after_the_options_of_the_verb(verb: str, run: Run) -> None:
    text = run(verb, "--help").out
    options, _, connection = text.partition("\nOptions:\n")[2].partition("\nConnection:\n")
    assert 0 < options.index("--namespace") < options.index("--output") < options.index("--help")
    assert 0 < connection.index("--kubeconfig") < connection.index("--snapshot")


@pytest.mark.parametrize("words", [["list", "-o"], ["list", "-v", "many"], ["list", "--nope"]])
def test_hints_lead_to_the_verbs_own_help(words: list[str], run: Run) -> None:
    outcome = run(*words)
    assert outcome.code == 2
    assert "kubectl hostnet list --help" in outcome.err
    assert " int" not in outcome.err
