"""The scripts, in the real shells where they are installed, against the real program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "kubectl_hostnet" / "completion" / "shells"
BIN = Path(sys.executable).parent
# In a real interactive zsh, for completion runs nowhere else: type the line and a tabulator, print the screen.
ZSH = """
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PROMPT=""; autoload -U compinit; compinit -u -D; source {script}; bindkey "^I" list-choices; echo READ''Y'
local out
zpty -r z out '*READY*'
zpty -n -w z "$1"$'\\t'
for try in {{1..100}}; do
    sleep 0.1
    while zpty -r -t z out; do screen+=$out; done
    [[ $screen == *$2* ]] && break
done
print -rn -- "$screen"
"""
BASH = """
source {script}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_kubectl_hostnet
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = """
source {script}
complete -C "$argv[1]"
"""


def in_shell(shell: str, script: str, text: str, *words: str) -> list[str]:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    environ = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "TERM": "dumb"}
    code = text.format(script=SCRIPTS / script)
    name = [] if shell == "fish" else [shell]
    done = subprocess.run(
        [shell, "-c", code, *name, *words], capture_output=True, text=True, env=environ, timeout=60, check=False
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["kubectl-hostnet", "vers"], ["version"]),
        (["kubectl-hostnet", "list", "--no-h"], ["--no-headers"]),
        (["kubectl-hostnet", "list", "--output", "=", "ya"], ["yaml"]),
        (["kubectl-hostnet", "list", "--output", "="], ["table", "wide", "json", "yaml"]),
        (["kubectl-hostnet", "list", "-o", "jsonp"], ["jsonpath="]),
        (["kubectl-hostnet", "list", "--kubeconfig", "/etc/hostna"], ["/etc/hostname"]),
        (["kubectl-hostnet", "completion", ""], ["bash", "zsh", "fish", "powershell"]),
    ],
)
def test_bash(words: list[str], expected: list[str]) -> None:
    assert in_shell("bash", "bash.sh", BASH, *words)[: len(expected)] == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kubectl-hostnet vers", "version\tVersions of this program, of what it runs on, and of the cluster."),
        ("kubectl-hostnet list --no-h", "--no-headers\tTables without the header line."),
        ("kubectl-hostnet list --output=ya", "--output=yaml"),
        ("kubectl-hostnet list --kubeconfig /etc/hostna", "/etc/hostname"),
    ],
)
def test_fish(line: str, expected: str) -> None:
    assert in_shell("fish", "fish.fish", FISH, line) == [expected]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kubectl-hostnet vers", "version  -- Versions of this program"),
        ("kubectl-hostnet list --no", "--no-headers  -- Tables without"),
        ("kubectl-hostnet list --output=js", "jsonpath="),
        ("kubectl-hostnet list --kubeconfig /etc/host", "hostname"),
    ],
)
def test_zsh(line: str, expected: str) -> None:
    assert expected in "\n".join(in_shell("zsh", "zsh.zsh", ZSH, line, expected))


def test_scripts_are_understood_without_the_program(tmp_path: Path) -> None:
    for shell, script in (("bash", "bash.sh"), ("zsh", "zsh.zsh"), ("fish", "fish.fish"), ("sh", "shim.sh")):
        if shutil.which(shell):
            done = subprocess.run([shell, "-n", str(SCRIPTS / script)], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), script
