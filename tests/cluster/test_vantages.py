"""Every vantage point on the real cluster, made to disagree by a real firewall; nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from real_cluster import SCRIPTS, apply, eventually, hostnet, kubectl, wait_ready

pytestmark = pytest.mark.cluster
PORT = 26800
TABLE = "hostnet_vantage"
OURS = "app.kubernetes.io/managed-by=kubectl-hostnet"


@pytest.fixture(scope="module")
def place(namespace: str, nodes: dict[str, str]) -> dict[str, str]:
    """A host-networked server on the last worker, and Pods with several tools on the first."""
    last, first = list(nodes)[-1], next(iter(nodes))
    pod = {"apiVersion": "v1", "kind": "Pod"}
    server = {
        "name": "l",
        "image": "hostnet/listen",
        "args": [f"tcp://:{PORT}?do=http"],
        "ports": [{"containerPort": PORT}],
    }
    base = {"terminationGracePeriodSeconds": 0}
    apply(
        {
            **pod,
            "metadata": {"name": "server"},
            "spec": {**base, "hostNetwork": True, "nodeName": last, "containers": [server]},
        },
        *(
            {
                **pod,
                "metadata": {"name": name},
                "spec": {**base, "nodeName": first, "containers": [{"name": "c", "image": image, "args": words}]},
            }
            for name, image, words in (
                ("with-curl", "curlimages/curl", ["sleep", "3600"]),
                ("with-busybox", "busybox", ["sleep", "3600"]),
                ("with-nothing", "hostnet/listen", ["tcp://:1234"]),
            )
        ),
        namespace=namespace,
    )
    wait_ready("server", "with-curl", "with-busybox", "with-nothing", namespace=namespace)
    return {"node": last, "address": nodes[last], "first": first}


@pytest.fixture
def firewall(on_node: Callable[..., str], place: dict[str, str]) -> Iterator[Callable[[str], None]]:
    def rule(statement: str) -> None:
        on_node(place["node"], "nft", "add", "table", "inet", TABLE)
        on_node(place["node"], "nft", "add", "chain", "inet", TABLE, "in", "{ type filter hook input priority -10; }")
        on_node(place["node"], "nft", "add", "rule", "inet", TABLE, "in", *statement.split())

    yield rule
    on_node(place["node"], "nft", "delete", "table", "inet", TABLE)


def verdicts(answer: dict[str, Any]) -> dict[str, str]:
    return {item["vantage"]: item["verdict"] for item in answer["items"]}


def probe(namespace: str, *words: str) -> Any:
    return hostnet("probe", "server", "-n", namespace, "--family", "IPv4", "--timeout", "2s", "-o", "json", *words)


def places(namespace: str, first: str) -> list[str]:
    names = ["here", "apiserver", f"pod/{namespace}/with-curl", f"pod/{namespace}/with-busybox", f"node/{first}"]
    return [word for name in names for word in ("--from", name)]


def test_all_vantage_points_agree_on_an_open_port(namespace: str, place: dict[str, str]) -> None:
    done = probe(namespace, *places(namespace, place["first"]))
    assert verdicts(done.json) == dict.fromkeys(places(namespace, place["first"])[1::2], "reachable"), done.out
    assert done.code == 0, done.err
    assert "removed afterwards" in done.err
    eventually(lambda: kubectl("get", "jobs,pods", "-A", "-l", OURS, "-o", "name") == "", 15)


def test_a_firewall_for_this_machine_only_is_told_from_a_dead_application(
    namespace: str, place: dict[str, str], firewall: Callable[[str], None]
) -> None:
    firewall(f"ip saddr 198.51.100.1 tcp dport {PORT} drop")
    done = probe(namespace, "--from", "here", "--from", "apiserver", "--from", f"pod/{namespace}/with-curl")
    seen = verdicts(done.json)
    assert seen == {"here": "filtered", "apiserver": "reachable", f"pod/{namespace}/with-curl": "reachable"}
    assert done.code == 1
    said = json.dumps(done.json["conclusions"])
    assert "between here and the node" in said
    assert "application is down" not in said


def test_each_vantage_point_tells_refused_from_filtered(
    namespace: str, place: dict[str, str], firewall: Callable[[str], None]
) -> None:
    firewall(f"tcp dport {PORT + 1} drop")
    for port, verdict in ((PORT + 1, "filtered"), (PORT + 2, "refused")):
        done = probe(namespace, "--port", str(port), "--scheme", "http", *places(namespace, place["first"]))
        assert set(verdicts(done.json).values()) == {verdict}, done.out
        assert done.code == 1


def test_an_image_without_tools_says_so(namespace: str, place: dict[str, str]) -> None:
    done = probe(namespace, "--from", f"pod/{namespace}/with-nothing")
    assert "none of curl, wget, nc" in done.err + done.out
    assert done.code != 0


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("pod/nobody", "not found"),
        ("node/nowhere", "does not exist"),
        ("moon", "unknown vantage point"),
        ("pod/a/b/c", "unknown vantage point"),
    ],
)
def test_places_that_do_not_exist(namespace: str, place: dict[str, str], name: str, says: str) -> None:
    done = probe(namespace, "--from", name)
    assert says in done.err
    assert done.code in (2, 3)


def test_pod_security_refuses_in_words(namespace: str, place: dict[str, str]) -> None:
    kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=baseline", "--overwrite")
    try:
        done = probe(namespace, "--from", f"node/{place['first']}")
        assert done.code == 3
        assert "hostNetwork" in done.err
    finally:
        kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce-")
    assert kubectl("get", "jobs", "-n", namespace, "-l", OURS, "-o", "name") == ""


def started(namespace: str, first: str) -> subprocess.Popen[bytes]:
    """A probe from a node that takes long: many silent ports."""
    environment = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    words = [
        "probe",
        "server",
        "-n",
        namespace,
        "--family",
        "IPv4",
        "--from",
        f"node/{first}",
        "--timeout",
        "5s",
        "--port",
        "26801",
    ]
    process = subprocess.Popen(
        [SCRIPTS / "kubectl-hostnet", *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    eventually(lambda: "Running" in kubectl("get", "pods", "-n", namespace, "-l", OURS), 60)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_probe_removes_its_pod_at_once(
    namespace: str, place: dict[str, str], firewall: Callable[[str], None], number: signal.Signals
) -> None:
    firewall("tcp dport 26801 drop")
    process = started(namespace, place["first"])
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    eventually(lambda: kubectl("get", "jobs,pods", "-n", namespace, "-l", OURS, "-o", "name") == "", 15)


def test_a_killed_probe_is_removed_by_its_deadline_or_by_cleanup(
    namespace: str, place: dict[str, str], firewall: Callable[[str], None]
) -> None:
    firewall("tcp dport 26801 drop")
    process = started(namespace, place["first"])
    process.kill()
    process.communicate()
    born = time.monotonic()
    listed = hostnet("cleanup", "-n", namespace, "--dry-run", "-o", "json").json["items"]
    assert [item["removed"] for item in listed] == [False]
    assert kubectl("get", "jobs", "-n", namespace, "-l", OURS, "-o", "name") != ""
    eventually(lambda: kubectl("get", "jobs,pods", "-n", namespace, "-l", OURS, "-o", "name") == "", 90)
    assert time.monotonic() - born > 5, "gone by its deadline, not by the kill"
    process = started(namespace, place["first"])
    process.kill()
    process.communicate()
    assert [i["removed"] for i in hostnet("cleanup", "-n", namespace, "-o", "json").json["items"]] == [True]
    eventually(lambda: kubectl("get", "jobs,pods", "-n", namespace, "-l", OURS, "-o", "name") == "", 15)
    assert "Nothing left behind" in hostnet("cleanup", "-n", namespace).err
