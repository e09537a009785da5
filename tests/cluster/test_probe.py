"""The walk-through of design.md with `probe`, on a real cluster with a real InfluxDB, through the real kubectl."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from typing import Any

import pytest
from real_cluster import SCRIPTS, apply, execute, hostnet, kubectl, wait_ready

pytestmark = pytest.mark.cluster
NAME = "influxdb-hostnetwork"


def influxdb(node: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": NAME},
        "spec": {
            "hostNetwork": True,
            "nodeName": node,
            "containers": [{"name": "influxdb", "image": "influxdb"}],
            "terminationGracePeriodSeconds": 0,
        },
    }


def listening(name: str, node: str, *sockets: str, **spec: Any) -> dict[str, Any]:
    """A Pod that opens the sockets it is told to (shared/cluster/src/listen)."""
    container = {"name": "main", "image": "hostnet/listen", "args": list(sockets), **spec.pop("container", {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "hostNetwork": True,
            "nodeName": node,
            "containers": [container],
            "terminationGracePeriodSeconds": 0,
            **spec,
        },
    }


def remove(name: str, namespace: str) -> None:
    kubectl("delete", "pod", "-n", namespace, name, "--grace-period=0", "--force", "--wait=true")


def items(namespace: str, *words: str, code: int = 0) -> list[dict[str, Any]]:
    done = hostnet("probe", "-n", namespace, *words, "-o", "json")
    assert done.code == code, done.out + done.err
    assert done.json["kind"] == "ProbeReport"
    return list(done.json["items"])


def test_the_walk_through_from_node_to_node(namespace: str, nodes: dict[str, str]) -> None:
    for node, address in list(nodes.items())[:2]:
        apply(influxdb(node), namespace=namespace)
        wait_ready(NAME, namespace=namespace)
        found = items(namespace, NAME)
        own = next(item for item in found if item["address"] == address)
        assert (own["verdict"], own["health"], own["node"], own["port"]) == ("reachable", "healthy", node, 8086)
        assert own["http"]["status"] == 204
        assert own["http"]["method"] == "HEAD"
        assert own["http"]["version"] == own["http"]["headers"]["X-Influxdb-Version"] != ""

        everywhere = items(namespace, NAME, "--every-node", "--family", "IPv4")
        mine = [item for item in everywhere if item["node"] == node]
        assert [item["verdict"] for item in mine] == ["reachable"]
        others = {item["node"]: item["verdict"] for item in everywhere if item["node"] != node}
        assert set(others) >= set(nodes) - {node}
        assert set(others.values()) <= {"refused", "reachable"}, "another test's InfluxDB may answer on its own node"
        assert "refused" in others.values()
        remove(NAME, namespace)


def test_the_table_says_that_nothing_is_in_between(namespace: str, nodes: dict[str, str]) -> None:
    node, address = next(iter(nodes.items()))
    apply(influxdb(node), namespace=namespace)
    wait_ready(NAME, namespace=namespace)
    done = hostnet("probe", f"pod/{NAME}", "-n", namespace)
    assert done.code == 0
    assert f"{NAME}   {node}" in done.out
    assert "HEAD /ping: HTTP/1.1 204 No Content, X-Influxdb-Version: " in done.out
    assert "no Service and no kube-proxy is involved" in done.out
    curl = next(item["verify"] for item in items(namespace, NAME) if item["address"] == address)
    assert execute("sh", "-c", curl).code == 0
    remove(NAME, namespace)


def test_refused_loopback_and_crash_are_told_apart(namespace: str, nodes: dict[str, str]) -> None:
    node, address = list(nodes.items())[-1]
    here = ("--family", "IPv4")
    apply(listening("bound", node, "tcp4://127.0.0.1:21101?do=http"), namespace=namespace)
    apply(listening("crash", node, "tcp4://203.0.113.1:21102"), namespace=namespace)
    wait_ready("bound", namespace=namespace)
    (bound,) = items(namespace, "bound", "--port", "21101", *here, code=1 if not _loopback_known(namespace) else 0)
    assert (bound["address"], bound["verdict"], bound["error"]) == (address, "refused", "Connection refused")
    deadline = time.monotonic() + 60
    while "is down" not in (out := hostnet("probe", "crash", "-n", namespace, "--port", "21102", *here).out):
        assert time.monotonic() < deadline, out
        time.sleep(1)
    assert "the application is down: container main is in" in out
    remove("bound", namespace)
    remove("crash", namespace)


def _loopback_known(namespace: str) -> bool:
    """The claims engine has read the address from the arguments: then the refusal is right."""
    ports = json.loads(execute("kubectl", "hostnet", "list", "-n", namespace, "bound", "-o", "json").out)["items"][0][
        "ports"
    ]
    return any(port["port"] == 21101 and port["bind"] == "127.0.0.1" for port in ports)


def test_watch_tells_of_a_move(namespace: str, nodes: dict[str, str]) -> None:
    first, second = list(nodes)[:2]
    apply(influxdb(first), namespace=namespace)
    wait_ready(NAME, namespace=namespace)
    words = [
        "kubectl",
        "hostnet",
        "probe",
        NAME,
        "-n",
        namespace,
        "--family",
        "IPv4",
        "--watch",
        "--interval",
        "1s",
        "-o",
        "json",
    ]
    env = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    watching = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
    lines: list[dict[str, Any]] = []
    assert watching.stdout
    reader = threading.Thread(
        target=lambda: lines.extend(json.loads(line) for line in watching.stdout or ()), daemon=True
    )
    reader.start()
    try:
        _until(lambda: _reached(lines, first))
        remove(NAME, namespace)
        apply(influxdb(second), namespace=namespace)
        _until(lambda: _reached(lines, second))
        assert any(change == "gone" and node == first for change, node, _ in _said(lines))
    finally:
        watching.terminate()
        watching.wait(10)
        reader.join(10)
        watching.stdout.close()
        remove(NAME, namespace)


def _reached(lines: list[dict[str, Any]], node: str) -> bool:
    """At once, or after a refusal: the Pod is Ready before its process listens, for it has no readiness probe."""
    return {("new", node, "reachable"), ("changed", node, "reachable")} & set(_said(lines)) != set()


def _said(lines: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(line["change"], line["node"], line["verdict"]) for line in lines]


def _until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_wait_for_a_pod_that_starts(namespace: str, nodes: dict[str, str]) -> None:
    node = next(iter(nodes))
    apply(influxdb(node), namespace=namespace)
    done = hostnet("probe", NAME, "-n", namespace, "--wait", "--timeout", "60s")
    assert done.code == 0, done.out + done.err
    remove(NAME, namespace)


def test_own_firewall_rules_of_a_node(namespace: str, nodes: dict[str, str], on_node: Any) -> None:
    """ICMP errors are no refusals: the kernel's error queue tells them apart."""
    node = list(nodes)[-1]
    ports = {
        21111: "reject with icmpx admin-prohibited",
        21112: "reject",
        21113: "reject with tcp reset",
        21114: "drop",
    }
    apply(listening("walled", node, *(f"tcp://:{port}?do=http" for port in ports)), namespace=namespace)
    wait_ready("walled", namespace=namespace)
    on_node(node, "nft", "add", "table", "inet", "t-probe")
    try:
        on_node(node, "nft", "add", "chain", "inet", "t-probe", "in", "{ type filter hook input priority -10; }")
        for port, action in ports.items():
            on_node(node, "nft", "add", "rule", "inet", "t-probe", "in", f"tcp dport {port} {action}")
        words = [word for port in ports for word in ("--port", str(port))]
        found = items(namespace, "walled", *words, "--timeout", "2s", "--scheme", "http", code=1)
    finally:
        on_node(node, "nft", "delete", "table", "inet", "t-probe")
    verdicts = {(item["port"], item["verdict"]) for item in found}
    assert verdicts == {(21111, "rejected"), (21112, "rejected"), (21113, "refused"), (21114, "filtered")}
    assert all("application is down" not in item["cause"] for item in found)
    assert {item["verdict"] for item in items(namespace, "walled", *words, "--scheme", "http")} == {"reachable"}
    remove("walled", namespace)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nobody-here"], 3, '"nobody-here" not found'),
        (["influxdb-hostnetwrk", "-n", "nowhere"], 3, "not found"),
        (["daemonset/kube-proxx", "-n", "kube-system"], 3, "did you mean kube-proxy?"),
    ],
)
def test_what_is_not_there(namespace: str, words: list[str], code: int, message: str) -> None:
    done = hostnet("probe", *(words if "-n" in words else [*words, "-n", namespace]))
    assert done.code == code
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_daemonset_on_all_nodes() -> None:
    found = items("kube-system", "daemonset/kube-proxy", "--port", "10256", "--family", "IPv4")
    assert {item["verdict"] for item in found} == {"reachable"}
    assert len({item["node"] for item in found}) == len(found) > 1
    assert all(item["http"]["path"] == "/healthz" for item in found)
