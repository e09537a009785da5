"""The tests, against what users install: the wheel that is built from the sdist, with different Pythons and libraries.

    python packaging/matrix.py               every Python that is found, newest libraries; oldest and locked ones too
    python packaging/matrix.py --here        this Python, newest libraries
    python packaging/matrix.py --python 3.12 --libraries lowest

`lowest` are the lower bounds of pyproject.toml, `newest` what pip takes today, `locked` what goes into the archive.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "matrix"
SOURCE = WORK / "source"  # what the sdist holds: the tests that belong to the wheel, whatever happens to the checkout
VERSIONS = ("3.10", "3.11", "3.12", "3.13", "3.14")
TOOLS = ("pytest>=8.3", "hypothesis>=6.100")


class Cell(NamedTuple):
    """One run of the tests."""

    python: str
    libraries: str

    @property
    def name(self) -> str:
        """For people and directories."""
        return f"{self.python}-{self.libraries}"


def main(argv: list[str] | None = None) -> int:
    """Run the cells one after the other; 1 if one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--here", action="store_true", help="only this Python, newest libraries")
    parser.add_argument("--python", help="only this version, such as 3.12")
    parser.add_argument("--libraries", choices=("lowest", "newest", "locked"), help="only these libraries")
    parser.add_argument(
        "--tests", nargs="*", default=["tests", "-m", "not cluster and not checkout"], help="what pytest gets"
    )
    options = parser.parse_args(argv)
    found = interpreters()
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    cells = [Cell(here, "newest")] if options.here else planned(list(found))
    cells = [c for c in cells if options.python in (None, c.python) and options.libraries in (None, c.libraries)]
    if not cells:
        cells = [Cell(options.python or here, options.libraries or "newest")]
    absent = [cell.python for cell in cells if cell.python not in found]
    if absent:
        sys.exit(f"error: no Python {', '.join(absent)} on this machine")
    wheel = built()
    outcomes = {cell: run(cell, found[cell.python], wheel, options.tests) for cell in cells}
    for cell, outcome in outcomes.items():
        print(f"{cell.name:16} {outcome}")
    return int(any(outcome != "passed" for outcome in outcomes.values()))


def planned(versions: Sequence[str]) -> list[Cell]:
    """Newest libraries everywhere; the lowest on the oldest Python, which has wheels for them; locked ones once."""
    cells = [Cell(version, "newest") for version in versions]
    return [*cells, Cell(versions[0], "lowest"), Cell(versions[-1], "locked")] if versions else cells


def interpreters() -> dict[str, str]:
    """The Pythons of this machine, by version: this one, those on PATH, those of pyenv."""
    found: dict[str, str] = {}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in VERSIONS:
        places = sorted(pyenv.glob(f"{version}.*/bin/python3"), key=lambda path: path.parts)
        candidates = [shutil.which(f"python{version}"), *(str(place) for place in reversed(places))]
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            candidates.insert(0, sys.executable)
        working = next((name for name in candidates if name and _answers(name, version)), None)
        if working:
            found[version] = working
    return found


def built() -> Path:
    """Build the sdist, and from it the wheel: what is not in the sdist is not in the wheel."""
    dist = WORK / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    tools = _environment(WORK / "tools", sys.executable)
    _pip(tools, "hatchling")
    subprocess.run(
        [tools, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(dist)], check=True, cwd=ROOT
    )
    sdist = next(dist.glob("*.tar.gz"))
    shutil.rmtree(SOURCE, ignore_errors=True)
    with tarfile.open(sdist) as tar:
        tar.extractall(WORK, filter="data")
    (WORK / sdist.name.removesuffix(".tar.gz")).rename(SOURCE)
    subprocess.run(
        [
            tools,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            str(dist),
            str(sdist),
        ],
        check=True,
    )
    return next(dist.glob("*.whl"))


def run(cell: Cell, interpreter: str, wheel: Path, tests: Sequence[str]) -> str:
    """Install and test in an environment of its own; `passed`, or what failed."""
    started = time.monotonic()
    print(f"== {cell.name}", flush=True)
    python = _environment(WORK / cell.name, interpreter)
    try:
        _pip(python, *TOOLS, str(wheel), *constraints(cell.libraries))
    except subprocess.CalledProcessError:
        return "cannot be installed"
    path = os.pathsep.join([str(Path(python).parent), os.environ["PATH"]])
    environ = {**os.environ, "HOSTNET_WHEEL": str(wheel), "PYTHONPATH": "", "PATH": path}
    # Old libraries meet new ones that deprecate what they use.
    old = ["-W", "ignore::DeprecationWarning"] if cell.libraries == "lowest" else []
    words = [python, "-c", LAUNCH, "-q", "-p", "no:cacheprovider", *old, *tests]
    done = subprocess.run(words, cwd=SOURCE, env=environ, check=False)
    print(f"== {cell.name}: {time.monotonic() - started:.0f} s", flush=True)
    return "passed" if done.returncode == 0 else f"failed (pytest: {done.returncode})"


# The package comes from the wheel; what is only in the checkout (benchmarks) may be found after it.
LAUNCH = "import os, sys; sys.path[:] = [*filter(None, sys.path), os.getcwd()]; import pytest; sys.exit(pytest.main(sys.argv[1:]))"


def constraints(libraries: str) -> list[str]:
    """Arguments for pip that pin the libraries."""
    if libraries == "newest":
        return []
    WORK.mkdir(parents=True, exist_ok=True)
    file = WORK / f"{libraries}.txt"
    file.write_text("\n".join(lowest() if libraries == "lowest" else locked()) + "\n", encoding="utf-8")
    return ["--constraint", str(file)]


def lowest() -> list[str]:
    """The lower bounds of pyproject.toml as pins."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.findall(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)[0]
    return [f"{name}=={version}" for name, version in re.findall(r'"([\w-]+)>=([\d.]+)', block)]


def locked() -> list[str]:
    """The pins of requirements.txt, without hashes: the project's own wheel has none."""
    text = (ROOT / "packaging" / "requirements.txt").read_text(encoding="utf-8")
    return [line.rstrip("\\ ") for line in text.splitlines() if re.match(r"[\w-]+==", line)]


def _answers(name: str, version: str) -> bool:
    try:
        done = subprocess.run(
            [name, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return False
    return done.stdout.strip() == version


def _environment(folder: Path, interpreter: str) -> str:
    subprocess.run([interpreter, "-m", "venv", "--clear", str(folder)], check=True)
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))


def _pip(python: str, *arguments: str) -> None:
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments], check=True)


if __name__ == "__main__":
    sys.exit(main())
