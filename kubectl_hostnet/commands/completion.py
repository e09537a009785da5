"""The verb `completion`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from kubectl_hostnet.analysis.report import Item, Report
from kubectl_hostnet.errors import InputError, UsageError
from kubectl_hostnet.options import Output
from kubectl_hostnet.render.output import STRUCTURED, write

SHELLS = {"bash": "bash.sh", "zsh": "zsh.zsh", "fish": "fish.fish", "powershell": "powershell.ps1"}
SCRIPTS = Path(__file__).parent.parent / "completion" / "shells"
PROGRAM, SHIM = "kubectl-hostnet", "kubectl_complete-hostnet"

Shell = Annotated[
    str,
    typer.Argument(metavar="[bash|zsh|fish|powershell]", help="Print this shell's script.", show_default=False),
]
Install = Annotated[
    bool, typer.Option("--install", help="Write the program that kubectl asks, beside kubectl-hostnet.")
]
Remove = Annotated[bool, typer.Option("--remove", help="Remove the program that --install wrote.")]
Directory = Annotated[str, typer.Option("--directory", metavar="DIRECTORY", help="Where --install writes; on PATH.")]


class Script(Item, frozen=True):
    """A shell's completion script."""

    shell: str
    script: str


class Shim(Item, frozen=True):
    """The program that kubectl asks, and what was done with it."""

    path: str
    action: str


def run(
    printing: Output, shell: Shell = "", install: Install = False, remove: Remove = False, directory: Directory = ""
) -> Report | int:
    """Completion with the TAB key: for kubectl, or a script for a shell.

    kubectl (1.26 or newer) completes `kubectl hostnet` by asking the program kubectl_complete-hostnet. pip and pipx
    install it. krew installs one program only: `--install` writes it, three lines of shell, beside kubectl-hostnet, and
    changes nothing else. kubectl's own completion must be loaded: see kubectl completion --help.

    The scripts of bash, zsh, fish and powershell complete the program's other name, kubectl-hostnet.
    """
    if install or remove:
        if shell or (install and remove):
            raise UsageError("choose one of a shell, --install and --remove", "see kubectl hostnet completion --help")
        return _install(_place(directory)) if install else _remove(_place(directory))
    if shell not in SHELLS:
        what = f"unknown shell {shell!r}" if shell else "no shell was named"
        raise UsageError(what, f"choose one of {', '.join(SHELLS)}; for `kubectl hostnet` use --install")
    script = (SCRIPTS / SHELLS[shell]).read_text(encoding="utf-8")
    if printing.output in STRUCTURED:
        return Report("CompletionScript", [Script(shell, script)])
    write(script)
    return 0


def _place(directory: str) -> Path:
    """Where the program goes: the named directory, or that of the kubectl-hostnet which kubectl would run."""
    if not directory:
        found = shutil.which(PROGRAM)
        if not found:
            raise UsageError(f"{PROGRAM} is not on PATH", "name a directory of PATH with --directory")
        directory = str(Path(found).parent)
    return Path(directory) / (f"{SHIM}.cmd" if os.name == "nt" else SHIM)


def _install(path: Path) -> Report:
    there = shutil.which(SHIM)
    if there and Path(there) != path:
        return _report(Path(there), "already there")
    content = _content()
    if path.exists() and path.read_bytes() != content:
        return _report(path, "already there")  # what pip wrote
    try:
        path.write_bytes(content)
        path.chmod(0o755)
    except OSError as error:
        hint = "name another directory of PATH with --directory"
        raise InputError(f"cannot write {path}: {error.strerror}", hint) from None
    notes = () if shutil.which(SHIM) else (f"{path.parent} is not on PATH: kubectl will not find it there",)
    return _report(path, "written", *notes)


def _remove(path: Path) -> Report:
    if not path.exists():
        return _report(path, "not there")
    if path.read_bytes() != _content():
        raise UsageError(f"{path} was not written by --install", "pip uninstall removes what pip installed")
    try:
        path.unlink()
    except OSError as error:
        raise InputError(f"cannot remove {path}: {error.strerror}", "remove it by hand") from None
    return _report(path, "removed")


def _content() -> bytes:
    return (SCRIPTS / ("shim.cmd" if os.name == "nt" else "shim.sh")).read_bytes()


def _report(path: Path, action: str, *notes: str) -> Report:
    return Report("CompletionShim", [Shim(str(path), action)], notes=notes)
