from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import node as node_object
from builders import pod as pod_object

from kubectl_hostnet.analysis.eligibility import obstacle
from kubectl_hostnet.inventory.node import Node, node_from
from kubectl_hostnet.inventory.pod import pod_from
from kubectl_hostnet.source import objects


def node(name: str = "node-1", **more: Any) -> Node:
    return node_from(msgspec.convert(node_object(name, **more), objects.Node))


def kind(spec: dict[str, Any], place: Node) -> str:
    pod = pod_from(msgspec.convert(pod_object(node="", spec=spec), objects.Pod))
    found = obstacle(pod, place)
    return found.kind if found else ""


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    return {"affinity": {"nodeAffinity": required}}


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


GPU = {"key": "gpu", "value": "a", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("toleration", "blocked"),
    [
        ({}, True),
        ({"operator": "Exists"}, False),
        ({"key": "gpu", "operator": "Exists"}, False),
        ({"key": "gpu", "operator": "Exists", "effect": "NoExecute"}, True),
        ({"key": "gpu", "value": "a"}, False),
        ({"key": "gpu", "operator": "Equal", "value": "b"}, True),
        ({"key": "team", "operator": "Exists"}, True),
        ({"key": "gpu", "operator": "Gt", "value": "0"}, True),
    ],
)
def test_tolerations(toleration: dict[str, Any], *, blocked: bool) -> None:
    spec = {"tolerations": [toleration] if toleration else []}
    assert kind(spec, node(taints=[GPU])) == ("taint" if blocked else "")


def test_a_soft_taint_keeps_nobody_away() -> None:
    assert kind({}, node(taints=[{**GPU, "effect": "PreferNoSchedule"}])) == ""
    assert kind({}, node(taints=[{**GPU, "effect": "NoExecute"}])) == "taint"


def test_a_cordoned_node_refuses_all_but_those_who_tolerate_it() -> None:
    assert kind({}, node(unschedulable=True)) == "unschedulable"
    assert (
        kind(
            {"tolerations": [{"key": "node.kubernetes.io/unschedulable", "operator": "Exists"}]},
            node(unschedulable=True),
        )
        == ""
    )


def test_the_first_filter_that_refuses_is_told() -> None:
    assert kind({"nodeSelector": {"a": "b"}}, node(unschedulable=True, taints=[GPU])) == "unschedulable"
    assert kind({"nodeSelector": {"a": "b"}}, node(taints=[GPU])) == "taint"
    assert kind({"nodeSelector": {"a": "b"}}, node()) == "affinity"
    assert kind({"nodeName": "node-2"}, node()) == "name"


@pytest.mark.parametrize(
    ("term", "fits"),
    [
        (expression("zone", "In", "a", "b"), True),
        (expression("zone", "In", "b"), False),
        (expression("zone", "NotIn", "b"), True),
        (expression("absent", "NotIn", "b"), True),
        (expression("zone", "Exists"), True),
        (expression("absent", "Exists"), False),
        (expression("zone", "DoesNotExist"), False),
        (expression("cores", "Gt", "7"), True),
        (expression("cores", "Gt", "8"), False),
        (expression("cores", "Lt", "9"), True),
        (expression("zone", "Gt", "1"), False),
        (expression("cores", "Gt", "x"), False),
        (expression("huge", "Gt", "1"), False),
        (expression("absent", "Lt", "9"), False),
        ({}, False),
        ({"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["node-1"]}]}, True),
        ({"matchFields": [{"key": "metadata.name", "operator": "NotIn", "values": ["node-1"]}]}, False),
        (
            {
                **expression("zone", "In", "a"),
                "matchFields": [{"key": "metadata.name", "operator": "In", "values": ["x"]}],
            },
            False,
        ),
    ],
)
def test_required_node_affinity(term: dict[str, Any], *, fits: bool) -> None:
    place = node(labels={"zone": "a", "cores": "8", "huge": "9223372036854775808"})
    assert kind(affinity(term), place) == ("" if fits else "affinity")


def test_terms_are_alternatives_and_the_node_selector_is_one_more_condition() -> None:
    place = node(labels={"zone": "a"})
    terms = affinity(expression("zone", "In", "b"), expression("zone", "In", "a"))
    assert kind(terms, place) == ""
    assert kind({**terms, "nodeSelector": {"disk": "ssd"}}, place) == "affinity"
    assert kind(affinity(), place) == "affinity"
