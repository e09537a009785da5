"""Objects that do not fit: what is wrong with one field costs that field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.source import decode
from kubectl_hostnet.source.facts import Gap

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


def template(**spec: Any) -> dict[str, Any]:
    """A DaemonSet with one host-networked container, and what else the Pod's spec holds."""
    containers = [{"name": "c", "image": "thing", "ports": [{"containerPort": 80}]}]
    return {
        "metadata": {"name": "a"},
        "spec": {"template": {"spec": {"hostNetwork": True, "containers": containers, **spec}}},
    }


@pytest.mark.parametrize(
    "spec",
    [
        {"tolerations": "TEMPLATED"},
        {"volumes": [{"name": "v", "configMap": {"items": "TEMPLATED"}}]},
        {"nodeSelector": ["TEMPLATED"]},
        {"nodeSelector": {"role": ["TEMPLATED"]}},
    ],
)
def test_a_field_that_a_template_has_not_filled_in_costs_that_field(spec: dict[str, Any]) -> None:
    gaps: list[Gap] = []
    found = decode.converted({**template(**spec)}, "DaemonSet", gaps)
    assert found.spec.template.spec.containers[0].ports[0].container_port == 80
    assert [(gap.resource, gap.effect) for gap in gaps] == [("DaemonSet a", "that field is left out")]


def test_the_object_is_left_out_where_it_loses_its_name() -> None:
    gaps: list[Gap] = []
    assert decode.converted({"metadata": {"name": 5, "namespace": ["b"]}}, "Pod", gaps) is None
    assert [gap.effect for gap in gaps] == ["it is left out"]


def test_what_is_read_is_left_as_it_was() -> None:
    document = template(tolerations="TEMPLATED")
    decode.converted(document, "DaemonSet", [])
    assert document == template(tolerations="TEMPLATED")


@given(st.sampled_from(sorted(decode.KINDS)), JSON)
def test_no_document_makes_it_raise(kind: str, document: Any) -> None:
    gaps: list[Gap] = []
    assert decode.converted({"metadata": {}, "spec": document, "data": document}, kind, gaps) is not None or gaps
