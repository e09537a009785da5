from __future__ import annotations

from typing import Any

import pytest
from builders import service
from claiming import claims_of, texts

LABELS = {"app": "x"}


def sending(port: int | str | None, protocol: str = "TCP", **more: Any) -> tuple[dict[str, Any], ...]:
    entry: dict[str, Any] = {"port": 80, "protocol": protocol, **({} if port is None else {"targetPort": port})}
    return (service("s", LABELS, entry, **more),)


@pytest.mark.parametrize(
    ("container", "beside", "expected"),
    [
        ({}, sending(9600), ["9600/TCP"]),
        ({}, sending(None), ["80/TCP"]),
        ({}, sending(514, "UDP"), ["514/UDP"]),
        ({}, sending("web"), []),
        ({"ports": [{"containerPort": 8080, "name": "web"}]}, sending("web"), ["8080/TCP"]),
        ({"ports": [{"containerPort": 8080, "name": "web", "protocol": "UDP"}]}, sending("web"), ["8080/UDP"]),
        ({}, sending(9600, namespace="elsewhere"), []),
    ],
)
def test_target_ports(container: dict[str, Any], beside: tuple[dict[str, Any], ...], expected: list[str]) -> None:
    assert texts(container, beside=beside, labels=LABELS) == expected


def test_a_service_that_selects_other_pods_says_nothing() -> None:
    assert texts({}, beside=(service("s", {"app": "x", "tier": "y"}, {"port": 80}),), labels=LABELS) == []
    assert texts({}, beside=(service("s", {}, {"port": 80}),), labels=LABELS) == []


def test_a_service_alone_is_doubted_where_the_pods_ports_are_known() -> None:
    claims = claims_of({"ports": [{"containerPort": 7070}]}, beside=sending(8080), labels=LABELS)
    assert [(c.port, c.confidence) for c in claims] == [(7070, "high"), (8080, "low")]
    assert "only a Service" in claims[1].remarks[0]


def test_endpoint_slices_name_the_pod() -> None:
    endpoints = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "s-1", "namespace": "default", "labels": {"kubernetes.io/service-name": "s"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["10.0.0.1"], "targetRef": {"kind": "Pod", "name": "web", "namespace": "default"}}],
        "ports": [{"name": "m", "port": 9153, "protocol": "TCP"}],
    }
    (claim,) = claims_of({}, beside=(endpoints,))
    assert (claim.port, claim.evidence[0].source) == (9153, "service")
    assert "EndpointSlice of Service s" in claim.evidence[0].detail
