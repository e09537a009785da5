from __future__ import annotations

from pathlib import Path

import pytest

from kubectl_hostnet.errors import InputError
from kubectl_hostnet.source import documents
from kubectl_hostnet.source.nesting import DEEPEST, too_deep

HOSTILE = [
    "[" * 50_000,
    "{a: " * 50_000,
    "- " * 50_000,
    "? " * 50_000,
    "a:\n" + "".join(" " * i + "a:\n" for i in range(1, 1500)),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_nesting_is_seen(text: str) -> None:
    assert too_deep(text)
    assert too_deep(text.encode())


@pytest.mark.parametrize(
    "text", ["", "a: {b: [1, 2]}\n" * 5000, "[" * DEEPEST + "]" * DEEPEST, " " * 500 + "a: 1", "]" * 5000]
)
def test_ordinary_texts_pass(text: str) -> None:
    assert not too_deep(text)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_snapshot_is_an_error_and_no_crash(text: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.yaml"
    path.write_text(f"kind: Pod\nx: {text}")
    with pytest.raises(InputError):
        list(documents.read(str(path), None, []))
