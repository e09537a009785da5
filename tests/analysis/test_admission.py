"""Admission's words about host ports; that they are the real API server's is tests/cluster/test_admission.py."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import pod

from kubectl_hostnet.analysis.admission import admission_conflicts
from kubectl_hostnet.inventory.pod import pod_from, template_from
from kubectl_hostnet.source import objects

PSA = "pod-security.kubernetes.io/"


def found(document: dict[str, Any], **labels: str) -> list[Any]:
    named = {PSA + key.replace("_", "-"): value for key, value in labels.items()}
    return list(admission_conflicts(pod_from(msgspec.convert(document, objects.Pod)), named))


def port(number: int = 80, **more: Any) -> dict[str, Any]:
    return {"containerPort": number, **more}


def two(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"name": "a", "ports": one}, {"name": "b", "ports": other}]


@pytest.mark.parametrize(
    ("document", "kinds"),
    [
        (pod(ports=[port()]), []),
        (pod(ports=[port(hostPort=8080)]), ["refused"]),
        (pod(host_network=False, ports=[port(hostPort=8080)]), []),
        (pod(containers=two([port()], [port()])), ["refused"]),
        (pod(containers=two([port()], [port(protocol="UDP")])), []),
        (pod(containers=two([port(hostIP="127.0.0.1")], [port()])), ["container"]),
        (pod(containers=two([port(hostIP="127.0.0.1")], [port(hostIP="10.0.0.1")])), []),
        (
            pod(ports=[port()], spec={"initContainers": [{"name": "s", "restartPolicy": "Always", "ports": [port()]}]}),
            ["container"],
        ),
        (pod(ports=[port()], spec={"initContainers": [{"name": "i", "ports": [port()]}]}), []),
        (pod(spec={"initContainers": [{"name": "i", "ports": [port(), port()]}]}), ["refused"]),
    ],
)
def test_ports(document: dict[str, Any], kinds: list[str]) -> None:
    assert [c.kind for c in found(document)] == kinds


def test_a_template_is_refused_only_when_its_pods_are_made() -> None:
    template = {"spec": {"hostNetwork": True, "containers": two([port()], [port()])}}
    workload = msgspec.convert(
        {"kind": "Deployment", "metadata": {"name": "w"}, "spec": {"template": template}}, objects.Workload
    )
    made = template_from(workload)
    assert made
    (conflict,) = admission_conflicts(made, {})
    assert conflict.kind == "refused"
    assert "refuses the Pods that this template makes" in conflict.effect
    assert conflict.holders[0].kind == "Deployment"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, []),
        ({"enforce": "privileged"}, []),
        ({"enforce": "baseline"}, ["conflict"]),
        ({"enforce": "restricted"}, ["conflict"]),
        ({"warn": "baseline"}, ["risk"]),
    ],
)
def test_pod_security(labels: dict[str, str], expected: list[str]) -> None:
    conflicts = found(pod(ports=[port()]), **labels)
    assert [c.severity for c in conflicts if c.kind == "pod-security"] == expected
    if expected == ["conflict"]:
        assert "host namespaces (hostNetwork=true); hostPort (container 'main' uses hostPort 80)" in conflicts[0].effect
