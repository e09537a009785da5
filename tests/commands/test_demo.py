"""The demo as a user runs it: in processes of its own, with real sockets."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Run

from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.demo.tour import NEXT, STEPS, suggestions

PROGRAM = [sys.executable, "-m", "kubectl_hostnet.cli"]
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    return tmp_path / "tmp"


@linux
def test_the_tour_runs_by_itself_and_leaves_nothing(temporary: Path) -> None:
    start = time.monotonic()
    done = subprocess.run(
        [*PROGRAM, "demo"], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - start < 20  # two, on an idle machine
    shown = [line.split()[3] for line in done.stdout.splitlines() if line.startswith("$ ")]
    assert shown == [step.words[0] for step in STEPS if step.words[0] in VERBS]
    assert "204 No Content, X-Influxdb-Version: v2.7.11" in done.stdout
    assert done.stdout.count("refused (expected)") >= 4
    assert set(re.findall(r"\(exit code (\d+)", done.stdout)) <= {"1"}, "a step of the tour fails"
    assert "error:" not in done.stderr
    assert list(temporary.iterdir()) == []


@linux
def test_a_reader_that_goes_away_is_no_failure(temporary: Path) -> None:
    with subprocess.Popen([*PROGRAM, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert "Traceback" not in process.stderr.read()
        assert process.wait(60) == 0
    assert list(temporary.iterdir()) == []


@linux
@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_until_it_is_told_to_end(word: signal.Signals, temporary: Path, run: Run) -> None:
    with subprocess.Popen(
        [*PROGRAM, "demo", "--serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        path = process.stdout.readline().partition(" is in ")[2].partition(";")[0]
        process.stderr.readline()  # "(Ctrl-C ends the demo)": it waits from now on
        probe = run("probe", "influxdb-hostnetwork", "--snapshot", path, "-o", "json")
        (item,) = json.loads(probe.out)["items"]
        assert (probe.code, item["verdict"], item["http"]["status"]) == (0, "reachable", 204)
        process.send_signal(word)
        assert process.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((item["address"], 8086), timeout=5).close()
    assert list(temporary.iterdir()) == []


def test_write_leaves_a_snapshot_that_every_verb_reads(tmp_path: Path, run: Run) -> None:
    outcome = run("demo", "--write", str(tmp_path / "new" / "folder"))
    assert (outcome.code, outcome.err) == (0, "")
    path = tmp_path / "new" / "folder" / "demo.json"
    assert str(path) in outcome.out
    assert run("list", "--snapshot", str(path), "-o", "name").out.startswith(
        "pod/debug-proxy\npod/influxdb-hostnetwork\n"
    )


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path, run: Run) -> None:
    (tmp_path / "file").write_text("")
    outcome = run("demo", "--write", str(tmp_path / "file" / "below"))
    assert outcome.code == 4
    assert outcome.err.startswith(f"error: cannot write {tmp_path}/file/below/demo.json: ")
    assert "hint: name another directory with --write DIR" in outcome.err


def test_what_is_suggested_exists(tmp_path: Path, run: Run) -> None:
    run("demo", "--write", str(tmp_path))
    for command, _why in NEXT:
        words = command.split()
        if words[0] in VERBS and words[0] != "probe":
            assert run(*words, "--snapshot", str(tmp_path / "demo.json")).code in (0, 1), command
        for name in (word.removeprefix("pod/") for word in words[1:] if "-" in word and not word.startswith("-")):
            assert name in (tmp_path / "demo.json").read_text(), f"{name} is not in the sample"
    assert "map" in VERBS or "map --snapshot" not in suggestions(VERBS, "x")
