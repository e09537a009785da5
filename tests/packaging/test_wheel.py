"""What pip installs. packaging/matrix.py builds it, and runs all tests against it (HOSTNET_WHEEL is the wheel's file)."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import kubectl_hostnet

ROOT = Path(__file__).parents[2]
WHEEL = os.environ.get("HOSTNET_WHEEL", "")
pytestmark = pytest.mark.skipif(not WHEEL, reason="tests the wheel: make wheel-test")
BIN = Path(sys.executable).parent


def test_the_tests_run_against_the_wheel_and_not_against_the_checkout() -> None:
    assert ROOT / "kubectl_hostnet" not in Path(kubectl_hostnet.__file__).parents
    assert metadata.version("kubectl-hostnet") == kubectl_hostnet.__version__


def test_every_file_of_the_package_is_in_the_wheel_and_nothing_else() -> None:
    with zipfile.ZipFile(WHEEL) as wheel:
        names = set(wheel.namelist())
    package = {name for name in names if name.startswith("kubectl_hostnet/")}
    sources = {path for path in (ROOT / "kubectl_hostnet").rglob("*.*") if "__pycache__" not in path.parts}
    assert package == {path.relative_to(ROOT).as_posix() for path in sources}
    assert {"kubectl_hostnet/py.typed", "kubectl_hostnet/completion/shells/shim.sh"} <= package
    assert sum(name.startswith("kubectl_hostnet/applications/") for name in package) > 100
    rest = {name.partition("/")[2] for name in names - package}
    assert rest == {
        "METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "data/share/man/man1/kubectl-hostnet.1",
    }  # fmt: skip


def test_the_sdist_holds_what_building_and_testing_need_and_nothing_of_this_machine() -> None:
    with tarfile.open(next(Path(WHEEL).parent.glob("*.tar.gz"))) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    needed = {
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "Makefile",
        "docs/cli.md",
        "packaging/build.py",
        "tests/conftest.py",
    }
    assert needed <= names
    assert not {
        name for name in names if name.split("/")[0] in (".venv", "build", "dist", ".git") or "__pycache__" in name
    }


def test_both_programs_run_outside_of_the_checkout(tmp_path: Path) -> None:
    for words in (["kubectl-hostnet", "explain", "influxdb"], ["kubectl_complete-hostnet", "explain", "influ"]):
        done = subprocess.run(
            [str(BIN / words[0]), *words[1:]], capture_output=True, text=True, cwd=tmp_path, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "influxdb" in done.stdout.lower()
