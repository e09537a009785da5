"""Reading from an API server that misbehaves as kubernetes-facts.md 4.2 to 4.8 say that it may."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from builders import listing, node, pod, status
from fake_api import FakeApi, Reply, Request, kubeconfig

from kubectl_hostnet.errors import ClusterError, ForbiddenError, UsageError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source import transport
from kubectl_hostnet.source.live import Cluster
from kubectl_hostnet.source.query import Query

PODS = Query(namespace=None, nodes=False, services=False)


def cluster(api: FakeApi, tmp_path: Path, **options: Any) -> Cluster:
    user = options.pop("user", None)
    made = Cluster(Connection(kubeconfig=str(kubeconfig(tmp_path / "config", api.url, user=user)), **options))
    made.transport._sleep = waits.append
    waits.clear()
    return made


waits: list[float] = []


def names(facts: Any) -> list[str]:
    return [p.metadata.name for p in facts.pods]


def paged(request: Request, total: int = 5) -> Reply:
    """Pages of `limit` Pods named p0, p1, ...; the continue token is the next number."""
    start, limit = int(request.query.get("continue", 0)), int(request.query.get("limit", total))
    end = min(start + limit, total)
    token = str(end) if end < total else ""
    return Reply(
        listing(*(pod(f"p{i}") for i in range(start, end)), kind="PodList", **({"continue": token} if token else {}))
    )


def test_reads_page_after_page_and_asks_for_gzip(tmp_path: Path) -> None:
    with FakeApi(paged) as api:
        facts = cluster(api, tmp_path, chunk_size=2).read(PODS)
    assert names(facts) == ["p0", "p1", "p2", "p3", "p4"]
    assert [r.query.get("continue") for r in api.requests] == [None, "2", "4"]
    assert {r.query["fieldSelector"] for r in api.requests} == {"spec.hostNetwork=true"}
    assert "gzip" in api.requests[0].headers["accept-encoding"]


def test_large_answers_arrive_compressed_and_whole(tmp_path: Path) -> None:
    with FakeApi(lambda r: paged(r, total=600)) as api:
        assert len(cluster(api, tmp_path, chunk_size=0).read(PODS).pods) == 600


def test_an_older_server_without_the_field_selector_is_read_in_full(tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        if "hostNetwork" in request.query.get("fieldSelector", ""):
            return Reply(status(400, "BadRequest", "field label not supported: spec.hostNetwork"), 400)
        return Reply(listing(pod("host"), pod("plain", host_network=False), kind="PodList"))

    with FakeApi(answer) as api:
        facts = cluster(api, tmp_path).read(
            Query(namespace=None, nodes=False, services=False, field_selector="spec.nodeName=node-1")
        )
    assert names(facts) == ["host"]
    assert api.requests[-1].query["fieldSelector"] == "spec.nodeName=node-1"


def test_a_selector_that_the_server_refuses_is_the_users_error(tmp_path: Path) -> None:
    with (
        FakeApi(lambda _: Reply(status(400, "BadRequest", "unable to parse requirement"), 400)) as api,
        pytest.raises(UsageError, match="unable to parse requirement"),
    ):
        cluster(api, tmp_path).read(Query(namespace=None, nodes=False, services=False, selector="a=="))


class Expiring:
    """Answers 410 to a continue token, `times` times."""

    def __init__(self, times: int) -> None:
        self.left = times

    def __call__(self, request: Request) -> Reply:
        if request.query.get("continue") == "2" and self.left:
            self.left -= 1
            return Reply(status(410, "Expired", "too old", metadata={"continue": "3"}), 410)
        return paged(request)


def test_a_list_that_expires_is_begun_anew_once(tmp_path: Path) -> None:
    with FakeApi(Expiring(1)) as api:
        facts = cluster(api, tmp_path, chunk_size=2).read(PODS)
    assert names(facts) == ["p0", "p1", "p2", "p3", "p4"]
    assert facts.gaps == []


def test_a_list_that_expires_twice_is_called_inconsistent(tmp_path: Path) -> None:
    with FakeApi(Expiring(2)) as api:
        facts = cluster(api, tmp_path, chunk_size=2).read(PODS)
    assert names(facts) == ["p0", "p1", "p3", "p4"]
    assert [gap.resource for gap in facts.gaps] == ["pods"]
    assert "inconsistent" in facts.gaps[0].reason


@pytest.mark.parametrize(
    ("first", "wait"),
    [
        (Reply(b"Too many requests, please try again later.", 429, {"Retry-After": "7"}), 7.0),
        (Reply(status(429, "TooManyRequests", "initializing", details={"retryAfterSeconds": 3}), 429), 3.0),
        (Reply(b"Too many requests", 429, {"Retry-After": "600"}), transport.LONGEST_WAIT),
        (Reply(b"internal", 500), 0.4),
        (Reply(status(503, "ServiceUnavailable", "later"), 503), 0.4),
        (Reply(listing(pod(), kind="PodList"), cut=True), 0.4),
    ],
    ids=["429 text", "429 status", "429 for too long", "500", "503", "cut connection"],
)
def test_what_may_pass_is_tried_again(tmp_path: Path, first: Reply, wait: float) -> None:
    replies = iter([first])
    with FakeApi(lambda r: next(replies, None) or paged(r)) as api:
        facts = cluster(api, tmp_path).read(PODS)
    assert len(facts.pods) == 5
    assert waits == [wait]


def test_a_server_that_stays_overloaded_is_reported_so(tmp_path: Path) -> None:
    with (
        FakeApi(lambda _: Reply(b"Too many requests", 429, {"Retry-After": "1"})) as api,
        pytest.raises(ClusterError, match="overloaded"),
    ):
        cluster(api, tmp_path).read(PODS)
    assert len(api.requests) == transport.ATTEMPTS


def test_forbidden_nodes_cost_columns_not_the_answer(tmp_path: Path) -> None:
    def answer(request: Request) -> Reply:
        if request.path == "/api/v1/nodes":
            return Reply(status(403, "Forbidden", 'nodes is forbidden: User "eve" cannot list resource "nodes"'), 403)
        return Reply(listing(*([pod()] if request.path.endswith("/pods") else []), kind="PodList"))

    with FakeApi(answer) as api:
        facts = cluster(api, tmp_path).read(Query(namespace=None))
    assert names(facts) == ["web"]
    assert [(gap.resource, "cannot list" in gap.reason) for gap in facts.gaps] == [("nodes", True)]


def test_forbidden_pods_are_an_error(tmp_path: Path) -> None:
    with (
        FakeApi(lambda _: Reply(status(403, "Forbidden", "pods is forbidden"), 403)) as api,
        pytest.raises(ForbiddenError, match="pods is forbidden"),
    ):
        cluster(api, tmp_path).read(PODS)


def test_one_odd_pod_costs_that_pod_and_one_odd_field_that_field(tmp_path: Path) -> None:
    odd = {"metadata": {"name": ["odd"]}, "spec": {"hostNetwork": True}}
    partly = pod("partly", spec={"containers": {"not": "a list"}, "hostNetwork": True})
    forgiving = pod("text-port", ports=[{"containerPort": "8086"}])
    with FakeApi(lambda _: Reply(listing(pod("good"), odd, partly, forgiving, kind="PodList"))) as api:
        facts = cluster(api, tmp_path).read(PODS)
    assert names(facts) == ["good", "partly", "text-port"]
    assert facts.pods[2].spec.containers[0].ports[0].container_port == 8086
    assert [(gap.resource, gap.effect) for gap in facts.gaps] == [
        ("Pod ['odd']", "it is left out"),
        ("Pod partly", "that field is left out"),
    ]


def test_an_answer_that_is_not_json_is_told_so(tmp_path: Path) -> None:
    with (
        FakeApi(lambda _: Reply(b"<html>login</html>")) as api,
        pytest.raises(ClusterError, match="not a list in JSON"),
    ):
        cluster(api, tmp_path).read(PODS)


def test_impersonation_is_sent_from_kubeconfig_and_options(tmp_path: Path) -> None:
    user = {"token": "secret", "as": "jane", "as-groups": ["a", "b"], "as-uid": "7", "as-user-extra": {"x/y": ["z"]}}
    with FakeApi(paged) as api:
        cluster(api, tmp_path, user=user).read(PODS)
        cluster(api, tmp_path, user=user, as_user="joe", as_group=["c"]).read(PODS)
    first, second = (sorted(h for h in r.every_header if h[0].lower().startswith("impersonate")) for r in api.requests)
    assert first == [
        ("Impersonate-Extra-x%2Fy", "z"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-User", "jane"),
    ]
    assert second == [  # each option replaces its own part, as in kubectl
        ("Impersonate-Extra-x%2Fy", "z"),
        ("Impersonate-Group", "c"),
        ("Impersonate-Uid", "7"),
        ("Impersonate-User", "joe"),
    ]
    assert api.requests[0].headers["authorization"] == "Bearer secret"


def test_token_file_is_read_again_after_401(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old\n")

    def answer(request: Request) -> Reply:
        if request.headers["authorization"] == "Bearer old":
            token.write_text("new\n")
            return Reply(status(401, "Unauthorized", "Unauthorized"), 401)
        return paged(request)

    with FakeApi(answer) as api:
        assert len(cluster(api, tmp_path, user={"tokenFile": "token"}).read(PODS).pods) == 5
    assert [r.headers["authorization"] for r in api.requests] == ["Bearer old", "Bearer new"]


def test_an_expired_token_says_what_to_do(tmp_path: Path) -> None:
    with (
        FakeApi(lambda _: Reply(status(401, "Unauthorized", "Unauthorized"), 401)) as api,
        pytest.raises(ClusterError, match="401 Unauthorized") as caught,
    ):
        cluster(api, tmp_path, user={"token": "x"}).read(PODS)
    assert "log in again" in caught.value.hint


PLUGIN = """#!/bin/sh
echo "$KUBERNETES_EXEC_INFO" > "$OUT"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-%s"}}' "$1"
"""


def test_exec_credential_plugin(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text(PLUGIN)
    plugin.chmod(plugin.stat().st_mode | stat.S_IXUSR)
    spec = {
        "apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin), "args": ["plugin"],
        "env": [{"name": "OUT", "value": str(tmp_path / "info")}], "interactiveMode": "Never", "provideClusterInfo": True,
    }  # fmt: skip
    with FakeApi(paged) as api:
        cluster(api, tmp_path, user={"exec": spec}).read(PODS)
    assert api.requests[0].headers["authorization"] == "Bearer from-plugin"
    assert api.url in (tmp_path / "info").read_text()


def test_a_plugin_whose_tokens_are_refused_is_asked_twice_not_once_for_each_request(tmp_path: Path) -> None:
    """It may open a browser. Each time it gives another token, so that nothing but the count ends the asking."""
    plugin, log = tmp_path / "plugin", tmp_path / "log"
    answer = '{"status":{"token":"\'$(wc -l < "$LOG")\'"}}'
    plugin.write_text(f"#!/bin/sh\necho >> \"$LOG\"\nprintf '{answer}'\n")
    plugin.chmod(0o700)
    spec = {"command": "./plugin", "env": [{"name": "LOG", "value": str(log)}]}  # relative to the kubeconfig
    with (
        FakeApi(lambda _: Reply(status(401, "Unauthorized", "Unauthorized"), 401)) as api,
        pytest.raises(ClusterError, match="401 Unauthorized"),
    ):
        cluster(api, tmp_path, user={"exec": spec}).read(Query(namespace=None))
    assert log.read_text() == "\n\n"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit 3", "failed with exit code 3"),
        ("echo nonsense", "did not print an ExecCredential"),
        ("echo '{\"status\":{}}'", "neither a token"),
        ('echo \'{"status":{"token":5}}\'', "did not print an ExecCredential"),
        ("echo '{\"status\":null}'", "did not print an ExecCredential"),
    ],
)
def test_exec_plugins_that_fail(tmp_path: Path, script: str, says: str) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text(f"#!/bin/sh\n{script}\n")
    plugin.chmod(0o700)
    with FakeApi(paged) as api, pytest.raises(ClusterError, match=says):
        cluster(api, tmp_path, user={"exec": {"command": str(plugin)}})


def test_a_plugin_that_no_process_can_be(tmp_path: Path) -> None:
    spec = {"command": "sh", "env": [{"name": "A=B", "value": ""}]}
    with FakeApi(paged) as api, pytest.raises(ClusterError, match="could not be started: illegal environment variable"):
        cluster(api, tmp_path, user={"exec": spec})


def test_a_name_beyond_ascii_is_sent_in_utf_8(tmp_path: Path) -> None:
    with FakeApi(paged) as api:
        cluster(api, tmp_path, as_user="müller日").read(PODS)
    assert api.requests[0].headers["impersonate-user"].encode("latin-1").decode() == "müller日"


def test_plain_http_to_an_https_server_is_no_mistake_in_the_selectors(tmp_path: Path) -> None:
    body = b"Client sent an HTTP request to an HTTPS server.\n"  # net/http of Go
    with (
        FakeApi(lambda _: Reply(body, 400)) as api,
        pytest.raises(ClusterError, match=r"answered 400: Client") as caught,
    ):
        cluster(api, tmp_path).read(PODS)
    assert "https" in caught.value.hint


def test_a_missing_plugin_shows_its_install_hint(tmp_path: Path) -> None:
    with FakeApi(paged) as api, pytest.raises(ClusterError, match="not found") as caught:
        cluster(api, tmp_path, user={"exec": {"command": "no-such-plugin", "installHint": "get it\nfrom there"}})
    assert caught.value.hint == "get it from there"


def test_requests_are_logged_without_credentials(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with FakeApi(paged) as api:
        cluster(api, tmp_path, user={"token": "very-secret"}, verbosity=9).read(PODS)
    logged = capfd.readouterr().err
    assert f"GET {api.url}/api/v1/pods?" in logged
    assert " 200 in " in logged
    assert "very-secret" not in logged


def test_named_pods_are_read_one_by_one(tmp_path: Path) -> None:
    with FakeApi(lambda r: Reply(pod("b") if r.path.endswith("/b") else listing(node(), kind="NodeList"))) as api:
        facts = cluster(api, tmp_path).read(Query(pods="none", names=("b",), namespace="x", services=False))
    assert names(facts) == ["b"]
    assert {r.path for r in api.requests} == {"/api/v1/namespaces/x/pods/b", "/api/v1/nodes"}
