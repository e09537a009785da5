"""The API server's proxy: its own words about the way are told from the Pod's answers (kubernetes-facts.md 5.1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from builders import status
from fake_api import FakeApi, Reply, Request, kubeconfig

from kubectl_hostnet.options import Connection
from kubectl_hostnet.probe.observation import Ask, Observation, Target
from kubectl_hostnet.source.live import Cluster
from kubectl_hostnet.vantage.apiserver import ApiServer

HTTP = Ask(scheme="http", path="/ping")
REACH = "error trying to reach service: "


def observe(tmp_path: Path, answer: Any, target: Target | None = None) -> tuple[Observation, list[Request]]:
    with FakeApi(lambda _request: answer) as api:
        cluster = Cluster(Connection(kubeconfig=str(kubeconfig(tmp_path / "c", api.url))))
        vantage = ApiServer(cluster, {"10.0.0.1": ("default", "web")}, 2)
        (seen,) = vantage.observe([target or Target("10.0.0.1", 8086, ask=HTTP)], lambda _o: None)
        return seen, api.requests


def unreached(words: str) -> Reply:
    return Reply(status(503, "ServiceUnavailable", REACH + words), 503)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("dial tcp 10.0.0.1:8086: connect: connection refused", ("failed", "connect", "ECONNREFUSED")),
        ("dial tcp 10.0.0.1:8086: i/o timeout", ("timeout", "connect", "")),
        ("dial tcp 10.0.0.1:8086: connect: no route to host", ("failed", "connect", "EHOSTUNREACH")),
        ('net/http: HTTP/1.x transport connection broken: malformed HTTP response "x"', ("garbage", "answer", "")),
        ("EOF", ("closed", "answer", "")),
        ("something new", ("failed", "connect", "")),
    ],
)
def test_its_own_words_are_about_the_way(tmp_path: Path, words: str, expected: tuple[str, str, str]) -> None:
    seen, _ = observe(tmp_path, unreached(words))
    assert (seen.end, seen.phase, seen.errno) == expected
    assert seen.http is None
    assert seen.vantage == "apiserver"


@pytest.mark.parametrize("code", [200, 204, 401, 404, 500, 503])
def test_the_pods_own_status_passes_through(tmp_path: Path, code: int) -> None:
    seen, requests = observe(tmp_path, Reply(b"" if code == 204 else b"words", code, {"X-Influxdb-Version": "1.8"}))
    assert seen.http
    assert (seen.end, seen.http.status, seen.http.header("x-influxdb-version")) == ("answered", code, "1.8")
    assert requests[0].path == "/api/v1/namespaces/default/pods/web:8086/proxy/ping"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            Reply(status(403, "Forbidden", 'pods "web" is forbidden: cannot get resource "pods/proxy"'), 403),
            "get on pods/proxy",
        ),
        (Reply(status(400, "BadRequest", "address not allowed"), 400), "address not allowed"),
        (Reply(status(404, "NotFound", 'pods "web" not found'), 404), "not found"),
    ],
)
def test_what_the_api_server_will_not_try_says_nothing_of_the_pod(tmp_path: Path, answer: Reply, says: str) -> None:
    seen, _ = observe(tmp_path, answer)
    assert seen.end == "own"
    assert says in seen.error


def test_other_addresses_and_protocols_are_out_of_its_reach(tmp_path: Path) -> None:
    for target in (
        Target("10.0.0.2", 80, ask=HTTP),
        Target("10.0.0.1", 53, protocol="UDP"),
        Target("10.0.0.1", 1, ask=Ask(scheme="grpc")),
    ):
        seen, requests = observe(tmp_path, Reply(b""), target)
        assert (seen.end, requests) == ("own", [])
