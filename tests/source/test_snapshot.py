"""Snapshots: whatever kubectl writes is read, and what is broken says so."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import listing, node, pod, service
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_hostnet.errors import HostnetError, InputError, NotFoundError, UsageError
from kubectl_hostnet.source.query import Query
from kubectl_hostnet.source.selectors import field_matcher, label_matcher
from kubectl_hostnet.source.snapshot import Snapshot

EVERYTHING = Query(namespace=None, pods="all", workloads=True, config_maps=True, namespaces=True)
OBJECTS = (
    pod("a"),
    pod("b", namespace="other", node="node-2"),
    node(),
    node("node-2", "10.0.0.2"),
    service("s", {"app": "x"}, {"port": 1}),
)


def facts(path: Path, query: Query = EVERYTHING) -> Any:
    return Snapshot(str(path)).read(query)


def names(path: Path, query: Query = EVERYTHING) -> list[str]:
    return [p.metadata.name for p in facts(path, query).pods]


FORMS = {
    "list.json": json.dumps(listing(*OBJECTS)),
    "pretty.json": json.dumps(listing(*OBJECTS), indent=4),
    "list.yaml": yaml.safe_dump(listing(*OBJECTS)),
    "documents.yaml": "---\n" + "\n---\n".join(yaml.safe_dump(o) for o in OBJECTS) + "\n---\n",
    "sequence.json": "\n".join(json.dumps(o) for o in OBJECTS),
    "bom.json": "\ufeff" + json.dumps(listing(*OBJECTS)),
    "dump.yaml": yaml.safe_dump(listing(*OBJECTS[2:4], kind="NodeList"))
    + "---\n"
    + yaml.safe_dump(listing(*OBJECTS[:2], kind="PodList"))
    + "==== START logs for container c of pod d/a ====\n{[ not yaml: at: all\n---\n==== END logs for container c of pod d/a ====\n"
    + "---\n"
    + yaml.safe_dump(listing(OBJECTS[4], kind="ServiceList")),
    "dump.txt": json.dumps(listing(*OBJECTS[2:4], kind="NodeList"))
    + "\n"
    + json.dumps(listing(*OBJECTS[:2], kind="PodList"))
    + "\n==== START logs for container main of pod default/a ====\n{ not json\n==== END logs for container main of pod default/a ====\n"
    + json.dumps(listing(OBJECTS[4], kind="ServiceList")),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_brings_the_same_objects(tmp_path: Path, form: str) -> None:
    (tmp_path / form).write_text(FORMS[form])
    found = facts(tmp_path / form)
    assert [p.metadata.name for p in found.pods] == ["a", "b"]
    assert [n.metadata.name for n in found.nodes] == ["node-1", "node-2"]
    assert [s.metadata.name for s in found.services] == ["s"]
    assert found.gaps == []


def test_a_directory_as_cluster_info_dump_writes_it(tmp_path: Path) -> None:
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / "pods.json").write_text(json.dumps(listing(OBJECTS[0], kind="PodList")))
    (tmp_path / "default" / "logs.txt").write_text("not to be read")
    (tmp_path / "nodes.json").write_text(json.dumps(listing(OBJECTS[2], kind="NodeList")))
    assert names(tmp_path) == ["a"]


def test_one_broken_file_of_a_directory_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(OBJECTS[0]))
    (tmp_path / "half.json").write_text('{"kind": "List", "items": [')
    found = facts(tmp_path)
    assert [p.metadata.name for p in found.pods] == ["a"]
    assert any("half.json" in gap.resource and "not complete JSON" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        (json.dumps(listing(*OBJECTS))[:-40], "not complete JSON"),
        (json.dumps(OBJECTS[0]) + "\n{", "after 1 documents"),
        (yaml.safe_dump(listing(*OBJECTS)).partition("kind: List")[0], "is not complete: it ends within a list"),
        ("kind: [unclosed\nx: {", "line 2"),
        ("\tkind: Pod", "neither JSON nor YAML"),
        ("[1, 2]", "not a Kubernetes object"),
        ("just some words", "holds no Kubernetes objects"),
        ("kind: Secret\nmetadata: {name: x}", "holds no Kubernetes objects"),
        ("\x00\x01\x02", "neither JSON nor YAML"),
    ],
)
def test_broken_input_says_what_is_wrong(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "file").write_text(content)
    with pytest.raises(InputError) as caught:
        facts(tmp_path / "file")
    assert says in caught.value.message
    assert caught.value.hint


def test_a_missing_file_and_an_empty_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        facts(tmp_path / "missing")
    with pytest.raises(InputError, match=r"holds no \.json"):
        facts(tmp_path)


def test_yaml_that_is_typed_carelessly(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: x, creationTimestamp: 2026-01-01T00:00:00Z, labels: {v: 1, on: true}}\n"
        'spec: {hostNetwork: "true", containers: [{name: c, image: i, args: [8080, true], env: [{name: A, value: 1}],'
        ' ports: [{containerPort: "80"}]}]}\n'
    )
    found = facts(tmp_path / "pod.yaml")
    assert found.gaps == []
    assert found.pods[0].metadata.creation_timestamp == "2026-01-01T00:00:00Z"
    assert found.pods[0].spec.containers[0].ports[0].container_port == 80


def test_queries_select_as_a_server_would(tmp_path: Path) -> None:
    objects = (
        pod("host", labels={"app": "x"}),
        pod("plain", host_network=False),
        pod("mapped", host_network=False, ports=[{"containerPort": 80, "hostPort": 8080}]),
        pod("done", status={"phase": "Succeeded"}),
        pod("far", namespace="other"),
    )
    (tmp_path / "f").write_text(json.dumps(listing(*objects, node())))
    path = tmp_path / "f"
    assert names(path, Query(namespace=None)) == ["host", "done", "far"]
    assert names(path, Query(namespace="default", pods="host-ports", active=True)) == ["host", "mapped"]
    assert names(path, Query(namespace=None, selector="app in (x, y)")) == ["host"]
    assert names(path, Query(namespace=None, field_selector="status.phase!=Running")) == ["done"]
    assert names(path, Query(namespace="default", pods="none", names=("plain",))) == ["plain"]
    with pytest.raises(NotFoundError):
        names(path, Query(namespace="default", pods="none", names=("far",)))


def test_pods_on_nodes_that_the_snapshot_lacks_are_a_gap(tmp_path: Path) -> None:
    (tmp_path / "f").write_text(json.dumps(listing(pod())))
    assert [gap.resource for gap in facts(tmp_path / "f").gaps] == ["nodes"]


LABELS = {"app": "web", "tier": "front"}


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("", True), ("app=web", True), ("app==web,tier=front", True), ("app!=web", False), ("x!=1", True), ("app", True),
        ("!app", False), ("!x", True), ("app in (web, db)", True), ("app notin (web)", False), ("x notin (1)", True), ("app=", False),
    ],
)  # fmt: skip
def test_label_selectors(selector: str, holds: bool) -> None:
    assert label_matcher(selector)(LABELS) is holds


@pytest.mark.parametrize("selector", ["app web", "a=b=c", "app in web", "(", "a in (b"])
def test_bad_label_selectors(selector: str) -> None:
    with pytest.raises(UsageError, match="invalid label selector"):
        label_matcher(selector)


def test_unknown_fields_are_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        field_matcher("spec.nodename=x")
    assert "spec.nodeName" in caught.value.hint


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(str.encode),
        st.text("{}[]:,\"'-kind items\n", max_size=200).map(str.encode),
    )
)
def test_no_input_makes_it_raise_anything_but_an_expected_error(data: bytes) -> None:
    with suppress(HostnetError):
        Snapshot("-", data).read(EVERYTHING)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["metadata", "name", "namespace", "labels", "spec", "status", "containers", "ports", "containerPort", "hostNetwork", "env",
         "template", "items", "kind", "addresses", "conditions", "containerStatuses", "state", "nodeName", "phase"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["Pod", "Node", "Service", "Deployment", "ConfigMap", "EndpointSlice", "List"]),
    st.dictionaries(st.sampled_from(["metadata", "spec", "status", "items", "data"]), JSON),
)
def test_no_object_makes_it_raise_anything_but_an_expected_error(kind: str, body: dict[str, Any]) -> None:
    from kubectl_hostnet.inventory.inventory import inventory_from

    try:
        inventory_from(Snapshot("-", json.dumps({**body, "kind": kind}).encode()).read(EVERYTHING))
        inventory_from(Snapshot("-", yaml.safe_dump({**body, "kind": kind}).encode()).read(EVERYTHING))
    except HostnetError:
        pass
