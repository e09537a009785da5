"""What kubectl sees: lines, a directive, silence, and nothing heavy loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kubectl_hostnet.completion.protocol import answer

PROGRAM = Path(sys.executable).parent / "kubectl_complete-hostnet"


def test_lines_with_descriptions_and_a_directive() -> None:
    assert answer(["vers"]) == "version\tVersions of this program, of what it runs on, and of the cluster.\n:36\n"
    assert answer(["list", "-o", "ya"]) == "yaml\n:36\n"
    assert answer(["list", "--kubeconfig", ""]) == ":0\n"
    assert answer([]) == ":4\n"


@pytest.mark.parametrize(
    "program", [[sys.executable, "-m", "kubectl_hostnet", "__complete"], [str(PROGRAM)]], ids=["own", "kubectl's"]
)
def test_both_programs_answer(program: list[str]) -> None:
    done = subprocess.run([*program, "list", "--no-h"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "--no-headers\tTables without the header line.\n:36\n"


@pytest.mark.parametrize(
    "line", [["li"], ["list", "--na"], ["probe", "-"], ["version", "--kubeconfig", ""]], ids=" ".join
)
def test_a_key_press_loads_neither_parser_nor_cluster_code(line: list[str]) -> None:
    script = (
        "import sys; from kubectl_hostnet.completion.protocol import answer; answer(sys.argv[1:]);"
        "heavy = {'kubernetes', 'urllib3', 'ssl', 'yaml', 'typer', 'kubectl_hostnet.cli'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script, *line], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_defect_is_shown_only_to_those_who_look_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "import kubectl_hostnet.completion.protocol as p; p.offer = lambda words: 1 / 0; p.answer_and_exit(['x'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    monkeypatch.setenv("HOSTNET_DEBUG", "1")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ZeroDivisionError" in done.stderr
