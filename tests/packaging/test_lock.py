"""The archive's libraries: all of pyproject.toml's, within its bounds, pinned by hash."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import matrix
from packaging.requirements import Requirement

from kubectl_hostnet.commands.version import LIBRARIES

LOCK = (Path(__file__).parents[2] / "packaging" / "requirements.txt").read_text()


def pins() -> dict[str, str]:
    return {name.lower(): version for name, version in re.findall(r"^([\w-]+)==([\w.]+)", LOCK, re.MULTILINE)}


def declared() -> list[Requirement]:
    text = (matrix.ROOT / "pyproject.toml").read_text()
    block = re.findall(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)[0]
    return [Requirement(line) for line in re.findall(r'^  "(.+)"', block, re.MULTILINE)]


def test_every_dependency_is_locked_within_its_bounds() -> None:
    for requirement in declared():
        assert requirement.specifier.contains(pins()[requirement.name.lower()]), f"{requirement}: make lock"


def test_every_pin_has_a_hash() -> None:
    blocks = re.split(r"^(?=[\w-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) > 20
    assert all("--hash=sha256:" in block for block in blocks)


def test_version_shows_every_dependency() -> None:
    assert {name.lower() for name in LIBRARIES} == {requirement.name.lower() for requirement in declared()}


def test_the_lowest_versions_are_the_lower_bounds() -> None:
    lowest = dict(pin.split("==") for pin in matrix.lowest())
    assert set(lowest) == {requirement.name for requirement in declared()}
    assert all(requirement.specifier.contains(lowest[requirement.name]) for requirement in declared())


def test_locked_constraints_are_the_pins_without_hashes() -> None:
    assert {line.split("==")[0] for line in matrix.locked()} == set(pins())
    assert not any("hash" in line or line.endswith("\\") for line in matrix.locked())


def test_this_environment_is_within_the_bounds_too() -> None:
    for requirement in declared():
        assert requirement.specifier.contains(metadata.version(requirement.name))
