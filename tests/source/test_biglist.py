"""Large lists, block by block: the same objects as when the file is read as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import builders
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_hostnet.errors import InputError
from kubectl_hostnet.source import biglist, documents
from kubectl_hostnet.source.facts import Gap

STATEFUL = {
    "apiVersion": "apps/v1",
    "kind": "StatefulSet",
    "metadata": {"name": "s"},
    "spec": {
        "volumeClaimTemplates": [
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "a"}},
            {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "b"}},
        ]
    },
}
# Text that looks like the place between two items, but is not.
NOTE = '}, {"apiVersion": "v1", "kind": "Pod"'
ITEMS = [
    builders.node("n"),
    *(builders.pod(f"p{i}", metadata={"annotations": {"note": NOTE}}) for i in range(9)),
    STATEFUL,
]
WRITTEN: dict[str, dict[str, Any]] = {
    "compact": {"separators": (",", ":")},
    "default": {},
    "kubectl": {"indent": 4, "sort_keys": True},
    "tabs": {"indent": "\t"},
}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "BIG", 0)
    monkeypatch.setattr(biglist, "BLOCK", 100)


def objects(path: Path) -> list[tuple[str, Any]]:
    found = []
    gaps: list[Gap] = []
    for document in documents.read(str(path), None, gaps):
        contents = document.content if isinstance(document.content, list) else [document.content]
        found += [(document.kind, json.loads(bytes(raw))) for raw in contents]
    assert not gaps
    return found


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("block", [1, 60, 1000, 3000, 100_000])
def test_every_form_and_every_block_size_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, block: int
) -> None:
    monkeypatch.setattr(biglist, "BLOCK", block)
    path = tmp_path / "list.json"
    path.write_text(json.dumps(builders.listing(*ITEMS), **WRITTEN[form]))
    assert biglist.find(path) is not None
    assert objects(path) == [(item["kind"], item) for item in ITEMS]


@pytest.mark.parametrize("form", WRITTEN)
def test_a_block_is_never_much_more_than_it_should_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(biglist, "BLOCK", 2000)
    path = tmp_path / "list.json"
    path.write_text(json.dumps(builders.listing(*ITEMS * 20), **WRITTEN[form]))
    found = biglist.find(path)
    assert found
    assert max(sum(len(bytes(raw)) for raw in block) for block in biglist.blocks(found)) < 8000


def test_the_kind_of_a_typed_list_is_its_items_kind_wherever_it_stands(tmp_path: Path) -> None:
    bare = [{key: value for key, value in pod.items() if key not in ("kind", "apiVersion")} for pod in ITEMS[1:4]]
    path = tmp_path / "list.json"
    for text in (
        json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": bare}),
        json.dumps({"apiVersion": "v1", "items": bare, "kind": "PodList", "metadata": {}}),
    ):
        path.write_text(text)
        assert biglist.find(path) is not None
        assert objects(path) == [("Pod", pod) for pod in bare]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", '{"items": []}', '{"items": [1, 2]}', '{"kind": "Pod", "spec": {"items": [{"a": 1}]}}', "a: b\n"],
)
def test_what_is_not_such_a_list_is_left_to_others(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other"
    path.write_text(text)
    assert biglist.find(path) is None


@pytest.mark.parametrize("spoil", [lambda t: t.replace('"p5"', '"p5', 1), lambda t: t.replace('"p8"', "nonsense", 1)])
def test_a_broken_middle_is_an_error_that_names_the_file(tmp_path: Path, spoil: Any) -> None:
    path = tmp_path / "list.json"
    path.write_text(spoil(json.dumps(builders.listing(*ITEMS))))
    with pytest.raises(InputError, match=r"list\.json is not complete JSON"):
        objects(path)


def test_a_file_that_was_cut_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    whole = json.dumps(builders.listing(*ITEMS))
    for end in (len(whole) - 1, len(whole) // 2, whole.index("]") + 1):
        path.write_text(whole[:end])
        with pytest.raises(InputError):
            objects(path)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text('}{[],:"\\ apiVersion\n', max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["apiVersion", "kind", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
things = st.fixed_dictionaries({"apiVersion": st.just("v1"), "kind": st.sampled_from(["Pod", "Node"]), "x": values})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(things, min_size=1, max_size=6), st.integers(1, 300), st.sampled_from(list(WRITTEN)))
def test_any_objects_come_back_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, items: list[Any], block: int, form: str
) -> None:
    monkeypatch.setattr(biglist, "BLOCK", block)
    path = tmp_path / "list.json"
    path.write_text(json.dumps(builders.listing(*items), **WRITTEN[form]))
    assert objects(path) == [(item["kind"], item) for item in items]
