"""Golden scenarios: command lines on clusters in files, and everything they print (tests/scenarios/README.md)."""

from __future__ import annotations

import difflib
import io
import os
import shlex
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import Outcome, Run

SCENARIOS = Path(__file__).with_name("scenarios")
NOW = datetime(2026, 1, 2, 12, 0, tzinfo=timezone.utc)
PROGRAM = ["kubectl", "hostnet"]
COMMANDS = sorted(SCENARIOS.glob("*/*.cmd"))


class CommandLine(NamedTuple):
    """A command line: what follows `kubectl hostnet`, and the file that is its standard input, or ""."""

    words: list[str]
    stdin: str


def parsed(text: str) -> CommandLine:
    """The command line of a .cmd file: the line that is not a comment."""
    (line,) = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    words = shlex.split(line)
    assert words[:2] == PROGRAM, f"a command line begins with {' '.join(PROGRAM)}: {line}"
    if "<" in words:
        at = words.index("<")
        return CommandLine(words[2:at], words[at + 1])
    return CommandLine(words[2:], "")


def transcript(text: str, outcome: Outcome) -> str:
    """The .out file: the command line, standard output, standard error, the exit code."""
    parts = ["$ " + next(line for line in text.splitlines() if not line.startswith("#")) + "\n", _whole(outcome.out)]
    parts += ["[stderr]\n", _whole(outcome.err)] if outcome.err else []
    return "".join([*parts, f"[exit {outcome.code}]\n"])


def _whole(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "[no line end]\n"


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_scenario(path: Path, run: Run, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text()
    words, stdin = parsed(text)
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr(time, "time", NOW.timestamp)
    monkeypatch.setenv("COLUMNS", "100")
    if stdin:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(stdin).read_bytes())))
    if Path("cluster.yaml").exists() and not any(word.startswith("--snapshot") for word in words):
        words = [*words[:1], "--snapshot", "cluster.yaml", *words[1:]]
    found = transcript(text, run(*words)).replace(os.environ["HOME"], "$HOME")
    golden = path.with_suffix(".out")
    if request.config.getoption("--update-golden"):
        golden.write_text(found)
        return
    assert golden.exists(), f"{golden} is missing: pytest --update-golden writes it; read what it wrote"
    expected = golden.read_text()
    difference = "".join(difflib.unified_diff(expected.splitlines(True), found.splitlines(True), "golden", "now"))
    assert found == expected, f"\n{difference}\nif this is as it should be: pytest --update-golden"


def test_every_expected_output_has_its_command_line() -> None:
    assert {path.with_suffix(".out") for path in COMMANDS} == set(SCENARIOS.glob("*/*.out"))
