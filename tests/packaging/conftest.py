"""The scripts of packaging/, which is no package (its name is that of a library)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "packaging"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They are not in the wheel, except for tests of the wheel itself."""
    for item in items:
        if item.path.parent == Path(__file__).parent and item.path.name != "test_wheel.py":
            item.add_marker(pytest.mark.checkout)
