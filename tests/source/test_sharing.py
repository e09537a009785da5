"""Pods that share equal parts are still the Pods that they were."""

from __future__ import annotations

import json
import sys
from typing import Any

import builders
import msgspec
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.synthetic import Shape, pods
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.sharing import Sharing


def decoded(text: str | bytes) -> objects.Pod:
    return msgspec.json.decode(text, type=objects.Pod)


def test_pods_stay_equal_and_those_of_one_workload_share_what_is_alike() -> None:
    texts = list(pods(Shape(nodes=3, host_pods=48)))
    sharing = Sharing()
    shared = [decoded(text) for text in texts]
    for pod in shared:
        sharing.pod(pod)
    assert shared == [decoded(text) for text in texts]
    one, other = shared[0], shared[1]
    assert one.spec
    assert one.spec.containers
    assert other.spec
    assert other.spec.containers
    assert one.spec.tolerations is other.spec.tolerations
    assert one.metadata.labels is other.metadata.labels
    assert one.spec.containers[0].command is other.spec.containers[0].command
    assert one.spec.containers[0].volume_mounts != other.spec.containers[0].volume_mounts
    assert one.spec.node_name != other.spec.node_name


def test_sharing_halves_what_pods_take() -> None:
    texts = list(pods(Shape(nodes=100, host_pods=800)))
    alone, together = [decoded(t) for t in texts], [decoded(t) for t in texts]
    sharing = Sharing()
    for pod in together:
        sharing.pod(pod)
    assert size(together, set()) < 0.6 * size(alone, set())


parts = st.sampled_from(["a", "b"])


@given(st.lists(st.tuples(parts, parts, parts, parts, parts, st.booleans()), max_size=8))
def test_no_pod_changes_whatever_came_before(rows: list[tuple[Any, ...]]) -> None:
    texts = [json.dumps(varied(*row)) for row in rows]
    sharing = Sharing()
    for text in texts:
        pod = decoded(text)
        sharing.pod(pod)
        assert pod == decoded(text)


def varied(name: str, image: str, argument: str, mount: str, label: str, projected: bool) -> dict[str, Any]:
    source = (
        {"projected": {"sources": [{"configMap": {"name": label}}]}} if projected else {"configMap": {"name": label}}
    )
    container = {
        "name": name,
        "image": image,
        "args": [argument],
        "volumeMounts": [{"name": mount, "mountPath": label}],
    }
    return builders.pod(
        containers=[container, {"name": "other", "image": argument}],
        labels={"app": label},
        spec={
            "volumes": [{"name": mount, **source}],
            "tolerations": [{"key": argument}],
            "initContainers": [container],
        },
    )


def size(value: Any, seen: set[int]) -> int:
    if value is None or id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, list):
        return sys.getsizeof(value) + sum(size(item, seen) for item in value)
    if isinstance(value, dict):
        return sys.getsizeof(value) + sum(size(item, seen) for item in value.values())
    if isinstance(value, msgspec.Struct):
        return sys.getsizeof(value) + sum(size(getattr(value, name), seen) for name in value.__struct_fields__)
    return sys.getsizeof(value)
