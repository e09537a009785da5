"""Where the answer goes, and what is said when it cannot go there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run

PROGRAM = [sys.executable, "-m", "kubectl_hostnet.cli"]
CLUSTER = Path(__file__).parents[1] / "scenarios" / "states" / "cluster.yaml"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("output", ["table", "json", "jsonpath={.items}"])
def test_a_full_disk_is_said_and_not_called_a_defect(output: str) -> None:
    with Path("/dev/full").open("w") as full:
        words = [*PROGRAM, "list", "--snapshot", str(CLUSTER), "-o", output]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert (
        done.stderr == "error: cannot write the answer: No space left on device\nhint: make room, or write elsewhere\n"
    )


def test_text_that_the_locale_cannot_write_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "pods.yaml"
    path.write_text(CLUSTER.read_text().replace("name: running", "name: läuft"), encoding="utf-8")
    words = [*PROGRAM, "list", "--snapshot", str(path), "-o", "name"]
    environment = {"PATH": "", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(words, capture_output=True, env=environment, check=False)
    assert done.returncode == 0
    assert b"pod/l\\xe4uft\n" in done.stdout


def test_version_is_also_a_flag(run: Run) -> None:
    assert run("--version").out.splitlines()[1].startswith("kubectl-hostnet ")
