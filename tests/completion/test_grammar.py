"""The index of options says what the command line parser accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_hostnet.command_line import command
from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.completion import generate, grammar
from kubectl_hostnet.completion.signature import read


@pytest.mark.parametrize("verb", VERBS)
def test_options_are_those_of_the_parser(verb: str) -> None:
    parser = {
        tuple(sorted(p.opts)): (not getattr(p, "is_flag", False), bool(p.multiple))
        for p in command(verb).params
        if p.param_type_name == "option"
    }
    own = {tuple(sorted(o.names)): (o.takes_value, o.repeatable) for o in read(verb).options if o != grammar.HELP}
    assert own == parser


@pytest.mark.parametrize("verb", VERBS)
def test_arguments_are_those_of_the_parser(verb: str) -> None:
    parser = [(p.metavar, p.nargs == -1) for p in command(verb).params if p.param_type_name == "argument"]
    assert [(a.metavar, a.many) for a in read(verb).arguments] == parser


@pytest.mark.checkout
def test_the_committed_index_is_current() -> None:
    assert grammar.INDEX.read_bytes() == generate.index(), "run python -m kubectl_hostnet.completion.generate"


def test_a_verb_that_the_index_does_not_know_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(grammar, "INDEX", tmp_path / "index.json")
    for content in (b"", b"[]", b"{}"):
        grammar.INDEX.write_bytes(content)
        assert grammar.grammar("version") == read("version")
    grammar.INDEX.unlink()
    assert grammar.grammar("version") == read("version")


def test_generate_says_what_is_stale(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "INDEX", tmp_path / "index.json")
    assert generate.main(["--check"]) == 1
    assert "index.json is stale" in capsys.readouterr().err
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
