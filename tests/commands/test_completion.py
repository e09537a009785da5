"""`completion`: scripts, and the program that kubectl asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

from kubectl_hostnet.commands.completion import SHELLS, SHIM

BIN = Path(sys.executable).parent


@pytest.fixture
def krew_bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory as krew leaves it: only kubectl-hostnet in it, and it is on PATH."""
    folder = tmp_path / "krew" / "bin"
    folder.mkdir(parents=True)
    (folder / "kubectl-hostnet").symlink_to(BIN / "kubectl-hostnet")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


@pytest.mark.parametrize("shell", SHELLS)
def test_prints_the_script_and_how_to_load_it(shell: str, run: Run) -> None:
    shown = run("completion", shell)
    assert (shown.code, shown.err) == (0, "")
    assert f"kubectl hostnet completion {shell}" in shown.out
    assert "kubectl hostnet completion --install" in shown.out
    assert json.loads(run("completion", shell, "-o", "json").out)["items"] == [{"shell": shell, "script": shown.out}]


def test_says_what_there_is(run: Run) -> None:
    assert run("completion").code == 2
    shown = run("completion", "tcsh")
    assert (shown.code, shown.out) == (2, "")
    assert "unknown shell 'tcsh'" in shown.err
    assert "bash, zsh, fish, powershell" in shown.err
    assert run("completion", "bash", "--install").code == 2
    assert run("completion", "--remove", "--install").code == 2


def test_installs_a_program_that_kubectl_can_ask_and_removes_it(krew_bin: Path, run: Run) -> None:
    shown = run("completion", "--install", "-o", "json")
    assert json.loads(shown.out)["items"] == [{"path": str(krew_bin / SHIM), "action": "written"}]
    asked = subprocess.run([SHIM, "list", "--no-h"], capture_output=True, text=True, check=False)
    assert (asked.stdout, asked.stderr) == ("--no-headers\tTables without the header line.\n:36\n", "")
    assert "written" in run("completion", "--install").out  # again: a new version may bring a new one
    assert "removed" in run("completion", "--remove").out
    assert list(krew_bin.iterdir()) == [krew_bin / "kubectl-hostnet"]
    assert "not there" in run("completion", "--remove").out


def test_leaves_alone_what_pip_installed(krew_bin: Path, run: Run) -> None:
    (krew_bin / SHIM).write_text("#!/bin/sh\n")
    (krew_bin / SHIM).chmod(0o755)
    assert "already there" in run("completion", "--install").out
    shown = run("completion", "--remove")
    assert shown.code == 2
    assert "was not written by --install" in shown.err
    assert (krew_bin / SHIM).read_text() == "#!/bin/sh\n"


def test_leaves_alone_one_that_comes_first_on_path(
    krew_bin: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    shown = run("completion", "--install", "--directory", str(tmp_path))
    assert f"{BIN / SHIM}" in shown.out
    assert not (tmp_path / SHIM).exists()


def test_says_when_kubectl_would_not_find_it(krew_bin: Path, run: Run, tmp_path: Path) -> None:
    shown = run("completion", "--install", "--directory", str(tmp_path))
    assert shown.code == 0
    assert f"{tmp_path} is not on PATH" in shown.err


def test_says_when_it_cannot_write(krew_bin: Path, run: Run) -> None:
    shown = run("completion", "--install", "--directory", "/nonexistent")
    assert shown.code == 4
    assert shown.err.startswith("error: cannot write /nonexistent/")


def test_needs_to_know_where(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "is not on PATH" in run("completion", "--install").err
