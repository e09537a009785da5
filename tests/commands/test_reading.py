"""Names on the command line: Pods that do not exist, and what may be read to suggest others."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import listing, pod
from fake_api import FakeApi, Reply, Request, kubeconfig

from kubectl_hostnet.commands.reading import read_named
from kubectl_hostnet.errors import NotFoundError, UsageError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source.live import Cluster
from kubectl_hostnet.source.query import Query

TEAM = Query(namespace="team", nodes=False, services=False)


def status(code: int, reason: str) -> Reply:
    return Reply({"kind": "Status", "code": code, "reason": reason, "message": f"{reason} indeed"}, code)


def api(allowed_everywhere: bool):  # noqa: ANN201 - a stand-in for the API server
    def answer(request: Request) -> Reply:
        if request.path == "/api/v1/pods" and not allowed_everywhere:
            return status(403, "Forbidden")
        if request.path == "/api/v1/pods":
            wanted = request.query.get("fieldSelector", "").partition("metadata.name=")[2]
            return Reply(listing(*([pod("far", namespace="other")] if wanted in ("", "far") else []), kind="PodList"))
        if request.path == "/api/v1/namespaces/team/pods":
            return Reply(listing(pod("influxdb", namespace="team"), kind="PodList"))
        if request.path.endswith("/influxdb"):
            return Reply(pod("influxdb", namespace="team"))
        return status(404, "NotFound")

    return FakeApi(answer)


@pytest.mark.parametrize("everywhere", [True, False])
def test_close_names_are_suggested_also_without_the_right_to_all_namespaces(tmp_path: Path, everywhere: bool) -> None:
    with api(everywhere) as server, pytest.raises(NotFoundError) as caught:
        cluster = Cluster(Connection(kubeconfig=str(kubeconfig(tmp_path / "c", server.url))))
        read_named(cluster, TEAM, ["inflxdb"])
    assert caught.value.message == 'pod "inflxdb" not found in namespace team'
    assert caught.value.hint == "did you mean influxdb?"


@pytest.mark.parametrize(
    ("everywhere", "hint"), [(True, "far is in namespace other (-n other)"), (False, "check the name and -n")]
)
def test_a_namesake_elsewhere_is_told_where_it_may_be_seen(tmp_path: Path, everywhere: bool, hint: str) -> None:
    with api(everywhere) as server:
        cluster = Cluster(Connection(kubeconfig=str(kubeconfig(tmp_path / "c", server.url))))
        facts, failure = read_named(cluster, TEAM, ["influxdb", "far", "influxdb"])
    assert [found.metadata.name for found in facts.pods] == ["influxdb"]
    assert failure is not None
    assert hint in failure.hint


def test_a_misspelt_name_does_not_fetch_every_pod_of_the_cluster(tmp_path: Path) -> None:
    with api(allowed_everywhere=True) as server, pytest.raises(NotFoundError):
        cluster = Cluster(Connection(kubeconfig=str(kubeconfig(tmp_path / "c", server.url))))
        read_named(cluster, TEAM, ["nope"])
    selectors = [r.query.get("fieldSelector") for r in server.requests if r.path == "/api/v1/pods"]
    assert sorted(filter(None, selectors)) == ["metadata.name=nope", "spec.hostNetwork=true"]


@pytest.mark.parametrize("wish", [{"selector": "a=b"}, {"field_selector": "spec.nodeName=x"}, {"namespace": None}])
def test_names_and_selectors_do_not_go_together(tmp_path: Path, wish: dict[str, str]) -> None:
    with api(allowed_everywhere=True) as server, pytest.raises(UsageError, match="names cannot be combined"):
        cluster = Cluster(Connection(kubeconfig=str(kubeconfig(tmp_path / "c", server.url))))
        read_named(cluster, Query(**{"namespace": "team", **wish}), ["influxdb"])
