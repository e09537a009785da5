"""The licences of what the archive contains beside our own code."""

from __future__ import annotations

import sys
import sysconfig
from importlib.metadata import Distribution, distributions
from pathlib import Path

OURS = "kubectl-hostnet"
BUILDERS = frozenset({
    "altgraph", "hatchling", "macholib", "packaging", "pathspec", "pefile", "pip", "pluggy", "pyinstaller-hooks-contrib",
    "pywin32-ctypes", "setuptools", "tomli", "tomlkit", "trove-classifiers", "wheel",
})  # fmt: skip
NAMES = ("licen", "copying", "notice", "authors")


def third_party(packages: Path) -> str:
    """One text: Python's licence, and that of each library in a folder of packages, sorted by name."""
    found = {_name(entry): entry for entry in distributions(path=[str(packages)])}
    names = sorted(found.keys() - BUILDERS - {OURS})
    libraries = [_part(f"{name} {found[name].version}", _texts(found[name])) for name in names]
    return "".join([_part(f"Python {sys.version.split()[0]}", [_python()]), *libraries])


def _name(entry: Distribution) -> str:
    return entry.metadata["Name"].lower().replace("_", "-")


def _part(title: str, texts: list[str]) -> str:
    line = "=" * len(title)
    return f"{line}\n{title}\n{line}\n\n" + "\n\n".join(text.strip() for text in texts) + "\n\n\n"


def _texts(entry: Distribution) -> list[str]:
    inside = [file for file in entry.files or () if ".dist-info" in file.parts[0]]
    files = sorted(file for file in inside if file.name.lower().startswith(NAMES))
    texts = [Path(str(file.locate())).read_text(encoding="utf-8", errors="replace") for file in files]
    named = [value for key in ("License-Expression", "License") for value in entry.metadata.get_all(key) or ()]
    return texts or [f"License: {', '.join(named) or 'see its home page'}"]


def _python() -> str:
    for folder in (sysconfig.get_path("stdlib"), sys.base_prefix, f"{sys.base_prefix}/share/doc/python"):
        for name in ("LICENSE.txt", "LICENSE"):
            if Path(folder, name).is_file():
                return Path(folder, name).read_text(encoding="utf-8", errors="replace")
    return "Python Software Foundation License: https://docs.python.org/3/license.html"
