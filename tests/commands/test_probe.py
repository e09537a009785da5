"""The verb probe, end to end: a snapshot whose nodes have loopback addresses, and real servers there."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from builders import listing, node, pod, service
from conftest import Run
from misbehave import Handler, replying, serving, silent

INFLUX = b"HTTP/1.1 204 No Content\r\nX-Influxdb-Version: 1.6.7\r\n\r\n"
HERE, THERE = "127.0.0.11", "127.0.0.12"


@contextlib.contextmanager
def answering(handler: Handler, *addresses: str) -> Iterator[int]:
    """The same port at several loopback addresses."""
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(serving(handler, address=addresses[0]))
        for address in addresses[1:]:
            listener = socket.create_server((address, port))
            stack.callback(listener.close)
            threading.Thread(target=_accept, args=(listener, handler), daemon=True).start()
        yield port


def _accept(listener: socket.socket, handler: Handler) -> None:
    with contextlib.suppress(OSError):
        while True:
            conn, _ = listener.accept()
            with conn:
                handler(conn)


def at(address: str) -> dict[str, Any]:
    return {"podIP": address, "podIPs": [{"ip": address}], "hostIP": address, "hostIPs": [{"ip": address}]}


def snapshot(folder: Path, *objects: dict[str, Any]) -> str:
    path = folder / "cluster.json"
    path.write_text(json.dumps(listing(*objects)))
    return str(path)


def influx(port: int, name: str = "influxdb-hostnetwork", address: str = HERE, **more: Any) -> dict[str, Any]:
    """InfluxDB, moved to a port of its own."""
    env = [{"name": "INFLUXD_HTTP_BIND_ADDRESS", "value": f":{port}"}]
    containers = [{"name": "influxdb", "image": "influxdb", "env": env}]
    return pod(name, containers=containers, status=at(address), **more)


NODES = (node("node-1", HERE), node("node-2", THERE))


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A snapshot with InfluxDB on node-1, which answers."""
    with answering(replying(INFLUX), HERE) as port:
        yield snapshot(tmp_path, *NODES, influx(port)), port


def test_the_walk_through(run: Run, cluster: tuple[str, int]) -> None:
    path, port = cluster
    done = run("probe", "influxdb-hostnetwork", "--snapshot", path)
    assert (done.code, done.err) == (0, "")
    header, line, *rest = done.out.splitlines()
    assert header.split() == ["POD", "NODE", "ADDRESS", "PORT", "VERDICT", "HEALTH", "TIME", "ANSWER"]
    assert line.split()[:6] == ["influxdb-hostnetwork", "node-1", HERE, f"{port}/TCP", "reachable", "healthy"]
    assert "HEAD /ping: HTTP/1.1 204 No Content, X-Influxdb-Version: 1.6.7" in line
    assert f"  {port}/TCP: reachable at {HERE}:{port} (influxdb 1.6.7, healthy)" in rest
    assert "no Service and no kube-proxy is involved" in done.out


def test_every_node_refuses_but_the_pods_own(run: Run, cluster: tuple[str, int]) -> None:
    path, port = cluster
    done = run("probe", "pod/influxdb-hostnetwork", "--every-node", "--snapshot", path, "-o", "json")
    assert done.code == 0
    items = json.loads(done.out)["items"]
    assert [(i["node"], i["verdict"], i["expected"]) for i in items] == [
        ("node-1", "reachable", True),
        ("node-2", "refused", True),
    ]
    (conclusion,) = json.loads(done.out)["conclusions"]
    assert conclusion["reasons"][0].startswith(f"node-2: refused on {port}/TCP, as they should")


def test_the_json_contract(run: Run, cluster: tuple[str, int]) -> None:
    path, port = cluster
    document = json.loads(run("probe", "influxdb-hostnetwork", "--snapshot", path, "-o", "json").out)
    assert (document["apiVersion"], document["kind"], document["complete"], document["gaps"]) == (
        "hostnet.kubectl.dev/v1",
        "ProbeReport",
        True,
        [],
    )
    (item,) = document["items"]
    assert (item["pod"], item["node"], item["address"], item["port"], item["protocol"], item["vantage"]) == (
        "influxdb-hostnetwork",
        "node-1",
        HERE,
        port,
        "TCP",
        "here",
    )
    assert item["verdict"] == "reachable"
    assert item["cause"].startswith("answers 204, as InfluxDB")
    assert item["http"]["status"] == 204
    assert item["http"]["headers"] == {"X-Influxdb-Version": "1.6.7"}
    assert (item["http"]["application"], item["http"]["version"]) == ("influxdb", "1.6.7")
    assert set(item["timings"]) == {"resolve", "connect", "tls", "firstByte", "total"}
    assert item["verify"] == f"curl -sv -o /dev/null --noproxy '*' --max-time 5 -I http://{HERE}:{port}/ping"


def test_refused_is_a_finding_with_the_systems_words_and_the_likely_cause(run: Run, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind((HERE, 0))
        path = snapshot(tmp_path, *NODES, influx(free.getsockname()[1]))
        done = run("probe", "influxdb-hostnetwork", "--snapshot", path)
    assert done.code == 1
    assert "refused" in done.out
    assert "Connection refused" in done.out
    assert "most likely it is bound to 127.0.0.1 or to another address" in done.out


def test_tls_is_tried_where_the_port_turns_out_to_speak_it(run: Run, tmp_path: Path) -> None:
    from misbehave import certificate, over_tls

    secured = over_tls(certificate(tmp_path), replying(INFLUX))

    def handler(conn: socket.socket) -> None:
        first = conn.recv(1, socket.MSG_PEEK)
        if first == b"\x16":
            secured(conn)
        else:
            replying(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")(conn)

    with answering(handler, HERE) as port:
        path = snapshot(tmp_path, *NODES, influx(port))
        (item,) = json.loads(run("probe", "influxdb-hostnetwork", "--snapshot", path, "-o", "json").out)["items"]
        assert (item["verdict"], item["scheme"], item["http"]["version"]) == ("reachable", "https", "1.6.7")
        assert item["tls"]["certificate"]["subject"] == "CN=web.example"
        fixed = run("probe", "influxdb-hostnetwork", "--scheme", "http", "--snapshot", path, "-o", "json")
    (item,) = json.loads(fixed.out)["items"]
    assert (fixed.code, item["verdict"]) == (1, "wrong-answer")
    assert "--scheme https" in item["cause"]


def test_a_proxy_that_accepts_everything_gets_no_verdict_about_the_application(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kubectl_hostnet.analysis import followups

    with answering(silent, HERE) as unheld, answering(silent, HERE) as port:
        monkeypatch.setattr(followups, "UNHELD_PORTS", (unheld,))
        done = run(
            "probe", "web", "-p", str(port), "--timeout", "500ms", "--snapshot",
            snapshot(tmp_path, *NODES, pod(image="me/mine", status=at(HERE))), "-o", "json",
        )  # fmt: skip
    document = json.loads(done.out)
    assert (done.code, document["items"][0]["verdict"]) == (1, "wrong-answer")
    assert document["conclusions"][0]["conclusion"].startswith("nothing can be said from here")


def test_escapes_from_the_network_do_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    evil = b"HTTP/1.1 200 \x1b[2J\r\nServer: \x1b]0;x\x07\r\nX-Influxdb-Version: 1\x1b[31m\r\n\r\n"
    with answering(replying(evil), HERE) as port:
        path = snapshot(tmp_path, *NODES, influx(port))
        for form in ("table", "wide", "yaml", "csv", "markdown"):
            done = run("probe", "influxdb-hostnetwork", "--snapshot", path, "-o", form)
            assert "\x1b" not in done.out + done.err
            assert "\x07" not in done.out + done.err


OTHERS = (
    pod("plain", host_network=False, status={"podIP": "198.18.0.7"}),
    pod("gone", status={"phase": "Failed", "reason": "NodePorts"}),
    pod("waiting", node="", status={"phase": "Pending", "podIP": None, "podIPs": None, "hostIP": None, "hostIPs": None}),
    pod("unknown", image="me/mine", status=at(HERE)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "message", "hint"),
    [
        (["plain"], 2, "pod default/plain is not host-networked", "kubectl hostnet list"),
        (["gone"], 3, "has ended: Failed (NodePorts)", "successor"),
        (["waiting"], 3, "has no address yet", "kubectl describe pod"),
        (["unknown"], 2, "has no known TCP port", "--port N"),
        (["plian"], 3, '"plian" not found', "plain"),
        (["plain", "-n", "shop"], 3, '"plain" not found', "-n default"),
        (["deployment/nothing"], 3, 'deployment "nothing"', ""),
        (["service/nothing"], 3, 'service "nothing" not found', ""),
        (["house/plain"], 2, "unknown kind 'house'", "deployment"),
        ([], 2, "say what to probe", "--all"),
        (["plain", "-A"], 2, "-A", "-n"),
        (["plain", "-p", "0"], 2, "invalid port '0'", "8086"),
        (["plain", "-p", "70000"], 2, "invalid port", "8086"),
        (["plain", "-p", "1-20000"], 2, "too many", "no scanner"),
        (["plain", "--family", "ipx"], 2, "address family 'ipx'", "IPv4 or IPv6"),
        (["plain", "--scheme", "gopher"], 2, "unknown scheme 'gopher'", "http"),
        (["plain", "--path", "x"], 2, "invalid path", "/"),
        (["plain", "--method", "G T"], 2, "invalid HTTP method", "GET"),
        (["plain", "--header", "no colon"], 2, "invalid header", "Name: value"),
        (["plain", "--header", "A: b\r\nC: d"], 2, "invalid header", "Name: value"),
        (["plain", "--expect-status", "ok"], 2, "invalid --expect-status", "2xx"),
        (["plain", "--timeout", "0"], 2, "--timeout", "more than nothing"),
        (["plain", "--timeout", "soon"], 2, "--timeout", "2s"),
        (["plain", "--from", "moon"], 2, "unknown vantage point", "apiserver"),
    ],
)
def test_what_goes_wrong_is_told_once_with_what_to_do(
    run: Run, tmp_path: Path, words: list[str], code: int, message: str, hint: str
) -> None:
    done = run("probe", *words, "--snapshot", snapshot(tmp_path, *NODES, *OTHERS))
    if words == ["plain", "--from", "moon"]:
        done = run("probe", "unknown", "-p", "1", "--from", "moon", "--snapshot", snapshot(tmp_path, *NODES, *OTHERS))
    assert done.code == code, done.err
    assert done.out == ""
    assert message in done.err
    assert hint in done.err
    assert "Traceback" not in done.err


def test_all_pods_with_notes_about_those_that_cannot_be_probed(run: Run, tmp_path: Path) -> None:
    with answering(replying(INFLUX), HERE) as port:
        path = snapshot(tmp_path, *NODES, *OTHERS, influx(port))
        done = run("probe", "--all", "--snapshot", path, "-o", "json")
    assert [item["pod"] for item in json.loads(done.out)["items"]] == ["influxdb-hostnetwork"]
    notes = json.loads(done.out)["notes"]
    assert [note for note in notes if "gone has ended" in note]
    assert [note for note in notes if "waiting has no address yet" in note]
    assert [note for note in notes if "unknown has no known TCP port" in note]
    assert done.code == 0


def test_workloads_services_and_selectors(run: Run, tmp_path: Path) -> None:
    owner = {"metadata": {"ownerReferences": [{"kind": "ReplicaSet", "name": "db-5d4", "controller": True}],
                          "labels": {"app": "db", "pod-template-hash": "5d4"}}}  # fmt: skip
    with answering(replying(INFLUX), HERE) as port:
        objects = (
            *NODES,
            influx(port, "db-5d4-x", **owner),
            pod("other", image="me/mine", status=at(HERE)),
            service("db", {"app": "db"}, {"port": 80, "targetPort": port}),
        )
        path = snapshot(tmp_path, *objects)
        ways = (
            ["deployment/db"],
            ["deploy/db"],
            ["deployment.apps/db"],
            ["rs/db-5d4"],
            ["service/db"],
            ["svc/db"],
            ["-l", "app=db"],
        )
        for words in ways:
            done = run("probe", *words, "--snapshot", path, "-o", "json")
            if words == ["rs/db-5d4"]:
                assert done.code == 3, "its Deployment is the workload that a user knows"
                continue
            assert [i["pod"] for i in json.loads(done.out)["items"]] == ["db-5d4-x"], words
            assert done.code == 0


def test_a_pod_of_two_that_does_not_exist_is_told_after_the_answer(run: Run, cluster: tuple[str, int]) -> None:
    path, _port = cluster
    done = run("probe", "influxdb-hostnetwork", "nobody", "--snapshot", path)
    assert done.code == 3
    assert "reachable" in done.out
    assert '"nobody" not found' in done.err


def test_watch_prints_changes_only_and_ends_with_the_last_state(run: Run, tmp_path: Path) -> None:
    answers = [INFLUX, INFLUX, b"HTTP/1.1 503 x\r\nX-Influxdb-Version: 1.6.7\r\n\r\n"]
    with answering(replying(*answers), HERE) as port:
        path = snapshot(tmp_path, *NODES, influx(port))
        words = ("--watch", "--interval", "100ms", "--deadline", "1s", "--snapshot", path)
        done = run("probe", "influxdb-hostnetwork", *words, "-o", "json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [(line["change"], line["previous"], line["verdict"]) for line in lines] == [
        ("new", None, "reachable"),
        ("changed", "reachable", "unhealthy"),
    ]
    assert done.code == 1


def test_watch_as_text(run: Run, cluster: tuple[str, int]) -> None:
    path, port = cluster
    done = run("probe", "influxdb-hostnetwork", "-w", "--interval", "100ms", "--deadline", "500ms", "--snapshot", path)
    (line,) = done.out.splitlines()
    assert f"default/influxdb-hostnetwork   node-1   {HERE}:{port}/TCP   reachable   HTTP/1.1 204 No Content" in line
    assert done.code == 0
    assert run("probe", "influxdb-hostnetwork", "-w", "-o", "csv", "--snapshot", path).code == 2


def test_wait_ends_when_it_is_reachable(run: Run, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind((HERE, 0))
        port = free.getsockname()[1]

    def open_later() -> None:
        time.sleep(0.6)
        listener = socket.create_server((HERE, port))
        for _ in range(3):
            conn, _ = listener.accept()
            with conn:
                replying(INFLUX)(conn)

    threading.Thread(target=open_later, daemon=True).start()
    path = snapshot(tmp_path, *NODES, influx(port))
    done = run("probe", "influxdb-hostnetwork", "--wait", "--interval", "100ms", "--timeout", "10s", "--snapshot", path)
    assert done.code == 0
    assert "reachable" in done.out


def test_wait_gives_up_after_its_time(run: Run, tmp_path: Path) -> None:
    with answering(silent, HERE) as port:
        path = snapshot(tmp_path, *NODES, influx(port))
        started = time.monotonic()
        done = run(
            "probe", "influxdb-hostnetwork", "--wait", "--interval", "100ms", "--timeout", "1s", "--snapshot", path
        )
    assert time.monotonic() - started < 4
    assert done.code == 1
    assert "unhealthy" in done.out


def test_environment_proxies_only_on_request(
    run: Run, cluster: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, _port = cluster
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret@127.0.0.1:1")
    assert run("probe", "influxdb-hostnetwork", "--snapshot", path).code == 0
    # kubectl's rules: loopback is never proxied, so that --use-proxy changes nothing here.
    assert run("probe", "influxdb-hostnetwork", "--use-proxy", "--snapshot", path).code == 0


def test_a_proxy_that_fails_is_a_failure_and_no_verdict(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret@127.0.0.1:1")
    path = snapshot(tmp_path, node("node-1", "192.0.2.1"), influx(8086, address="192.0.2.1"))
    done = run("probe", "influxdb-hostnetwork", "--use-proxy", "--snapshot", path, "-o", "json")
    assert (done.code, json.loads(done.out)["items"]) == (3, [])
    assert "proxy 127.0.0.1:1: Connection refused" in done.err
    assert "secret" not in done.out + done.err


def test_junit_for_ci(run: Run, tmp_path: Path) -> None:
    evil = b"HTTP/1.1 503 \x1b[2J]]>\r\nX-Influxdb-Version: 1.6.7\r\n\r\n"
    with answering(replying(evil), HERE) as port:
        path = snapshot(tmp_path, *NODES, influx(port))
        done = run("probe", "influxdb-hostnetwork", "--every-node", "--snapshot", path, "-o", "junit")
    assert done.code == 1
    suite = ET.fromstring(done.out)  # noqa: S314 - our own output
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    own, other = suite.findall("testcase")
    assert own.get("classname") == "default.influxdb-hostnetwork"
    assert own.get("name") == f"{HERE}:{port}/TCP on node-1 from here"
    (failure,) = own
    assert failure.get("type") == "unhealthy"
    assert "curl" in str(failure.text)
    assert other.find("failure") is None
    assert run("list", "--snapshot", path, "-o", "junit").code == 2
