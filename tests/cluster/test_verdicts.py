"""The fault matrix (tests/verdict_cases.py) on real nodes, with real nftables rules and real servers."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from real_cluster import Done, apply, eventually, execute, hostnet, kubectl, wait_ready
from verdict_cases import CASES, Case, port

pytestmark = pytest.mark.cluster
NODE = "node-3"
TABLE = "hostnet_faults"


@pytest.fixture(scope="module")
def faults(namespace: str, on_node: Callable[..., str]) -> Iterator[str]:
    """A host-networked Pod that opens every case's server, and declares every case's port."""
    serves = [case.serves.format(port=port(case)) for case in CASES if case.serves]
    ports = [{"containerPort": port(case), "name": f"p{port(case)}"} for case in CASES]
    container = {"name": "listen", "image": "hostnet/listen", "args": serves, "ports": ports}
    spec = {"hostNetwork": True, "nodeName": NODE, "terminationGracePeriodSeconds": 0, "containers": [container]}
    apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "faults"}, "spec": spec}, namespace=namespace)
    wait_ready("faults", namespace=namespace)
    yield "faults"
    execute_quietly(on_node, "nft", "delete", "table", "inet", TABLE)


def execute_quietly(on_node: Callable[..., str], *words: str) -> None:
    with suppress(AssertionError):
        on_node(NODE, *words)


@contextmanager
def firewall(on_node: Callable[..., str], number: int, statement: str) -> Iterator[None]:
    execute_quietly(on_node, "nft", "delete", "table", "inet", TABLE)
    if statement:
        on_node(NODE, "nft", "add", "table", "inet", TABLE)
        on_node(NODE, "nft", "add", "chain", "inet", TABLE, "in", "{ type filter hook input priority -10; }")
        on_node(NODE, "nft", "add", "rule", "inet", TABLE, "in", "tcp", "dport", str(number), *statement.split())
    try:
        yield
    finally:
        execute_quietly(on_node, "nft", "delete", "table", "inet", TABLE)


def probe(pod: str, namespace: str, case: Case, *more: str) -> Done:
    words = case.words if "--port" in case.words else (*case.words, "--port", str(port(case)))
    words = words if "--timeout" in words else (*words, "--timeout", "2s")
    return hostnet("probe", pod, "-n", namespace, "--family", "IPv4", "-o", "json", *words, *more)


def check(case: Case, done: Done) -> dict[str, Any]:
    answer = done.json
    assert answer["kind"] == "ProbeReport", done.out
    (item,) = answer["items"]
    assert item["verdict"] in case.verdicts, item
    said = json.dumps([item["cause"], item["assumes"], answer["conclusions"]])
    if case.says:
        assert re.search(case.says, said), said
    if case.never:
        claimed = json.dumps(answer["conclusions"])  # a cause lists possibilities, the conclusion claims
        assert not re.search(case.never, claimed), claimed
    good = item["verdict"] == "reachable"
    assert done.code == (0 if good else 1), done.err
    assert "password" not in done.out
    return dict(item)


@pytest.mark.parametrize("case", [c for c in CASES if not c.setup], ids=lambda c: c.name)
def test_fault(case: Case, faults: str, namespace: str, on_node: Callable[..., str]) -> None:
    with firewall(on_node, port(case), case.rule):
        item = check(case, probe(faults, namespace, case))
    if case.name == "slow":
        assert item["timings"]["firstByte"] >= 1400
    if case.name == "garbage":
        assert "\x1b" not in json.dumps(item, ensure_ascii=False)


def case_named(name: str) -> Case:
    return next(case for case in CASES if case.name == name)


@contextmanager
def snapshot_with_address(namespace: str, address: str, tmp_path: Path) -> Iterator[str]:
    """The cluster as it is, but with another address for the node: what a client with old facts would use."""
    text = kubectl("get", "pods,nodes", "-A", "-o", "json")
    document = json.loads(text)
    for item in document["items"]:
        if item["kind"] == "Node" and item["metadata"]["name"] == NODE:
            item["status"]["addresses"] = [{"type": "InternalIP", "address": address}]
        if item["kind"] == "Pod" and item["spec"].get("nodeName") == NODE:
            item["status"]["hostIPs"] = [{"ip": address}]
    (tmp_path / "snapshot.json").write_text(json.dumps(document))
    yield str(tmp_path / "snapshot.json")


def test_no_route(faults: str, namespace: str, tmp_path: Path) -> None:
    subprocess.run(["ip", "route", "add", "unreachable", "203.0.113.77/32"], check=True)
    try:
        with snapshot_with_address(namespace, "203.0.113.77", tmp_path) as path:
            case = case_named("no-route")
            answer = probe(faults, namespace, case, "--snapshot", path)
            (item,) = answer.json["items"]
            assert item["verdict"] in case.verdicts
            assert not re.search(case.never, json.dumps(answer.json["conclusions"]))
    finally:
        subprocess.run(["ip", "route", "delete", "unreachable", "203.0.113.77/32"], check=True)


def test_an_address_that_nobody_has(faults: str, namespace: str, tmp_path: Path) -> None:
    case = case_named("wrong-address")
    with snapshot_with_address(namespace, "198.51.100.250", tmp_path) as path:
        done = probe(faults, namespace, case, "--snapshot", path, "--timeout", "6s")
        (item,) = done.json["items"]
        assert item["verdict"] in case.verdicts
        assert not re.search(case.never, json.dumps(done.json["conclusions"]))


def test_another_application_on_influxdbs_port(faults: str, namespace: str) -> None:
    case = case_named("wrong-application")
    taken = port(case)
    spec = {"hostNetwork": True, "nodeName": NODE, "terminationGracePeriodSeconds": 0}
    squatter = {"name": "c", "image": "hostnet/listen", "args": [f"tcp://:{taken}?do=http"]}
    bind = {"name": "INFLUXDB_HTTP_BIND_ADDRESS", "value": f":{taken}"}
    influxdb = {"name": "influxdb", "image": "influxdb", "env": [bind]}
    pod = {"apiVersion": "v1", "kind": "Pod"}
    apply({**pod, "metadata": {"name": "squatter"}, "spec": {**spec, "containers": [squatter]}}, namespace=namespace)
    wait_ready("squatter", namespace=namespace)
    apply({**pod, "metadata": {"name": "victim"}, "spec": {**spec, "containers": [influxdb]}}, namespace=namespace)
    try:
        eventually(lambda: "CrashLoopBackOff" in kubectl("get", "pods", "-n", namespace, "victim"))
        done = probe("victim", namespace, case)
        check(case, done)
        assert f"{namespace}/squatter" in json.dumps(done.json["conclusions"])
    finally:
        kubectl("delete", "pod", "-n", namespace, "squatter", "victim", "--grace-period=0", "--force")


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An expired self-signed certificate, as `openssl ca` makes it (`req -x509` knows no dates before 3.4)."""
    place = tmp_path_factory.mktemp("expired")
    (place / "ca.cnf").write_text(
        "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n"
        "[p]\ncommonName=supplied\n"
    )
    (place / "index.txt").write_text("")
    (place / "serial").write_text("01\n")
    run = lambda *words: subprocess.run(["openssl", *words], cwd=place, check=True, capture_output=True)
    run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=old.example", "-keyout", "key", "-out", "csr")
    dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
    run("ca", "-config", "ca.cnf", "-selfsign", "-batch", "-keyfile", "key", "-in", "csr", "-out", "old", *dates)
    return place


@pytest.mark.parametrize("name", ["expired", "expired-unasked"])
def test_expired_certificate(
    name: str, faults: str, namespace: str, expired: Path, on_node: Callable[..., str]
) -> None:
    import os

    case = case_named(name)
    command = [os.environ["HOSTNET_CLUSTER"], "exec", NODE, "openssl", "s_server", "-quiet", "-accept", str(port(case))]
    server = subprocess.Popen(
        [*command, "-cert", str(expired / "old"), "-key", str(expired / "key")], stdin=subprocess.PIPE
    )
    try:
        eventually(lambda: str(port(case)) in on_node(NODE, "ss", "-lntH"), 10)
        item = check(case, probe(faults, namespace, case))
        if name == "expired-unasked":
            assert item["tls"]["certificate"]["subject"].endswith("old.example")
            assert item["tls"]["certificate"]["notAfter"].startswith("2020-02-01")
    finally:
        execute_quietly(on_node, "pkill", "-f", f"s_server -quiet -accept {port(case)}")
        server.kill()
        server.wait()
        if server.stdin:
            server.stdin.close()


class AcceptsAll:
    """A transparent proxy: accepts whatever is redirected to it, and says nothing."""

    def __enter__(self) -> int:
        self._listener = socket.create_server(("0.0.0.0", 0), backlog=128)
        self._held: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def _serve(self) -> None:
        try:
            while True:
                self._held.append(self._listener.accept()[0])
        except OSError:
            pass

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._held:
            sock.close()


def test_a_proxy_that_accepts_everything(faults: str, namespace: str) -> None:
    case = case_named("accepts-all")
    address = json.loads(kubectl("get", "node", NODE, "-o", "json"))["status"]["addresses"][0]["address"]
    nft = lambda text: subprocess.run(["nft", "-f", "-"], input=text, text=True, check=True)
    with AcceptsAll() as local:
        nft(
            f"table ip {TABLE} {{ chain out {{ type nat hook output priority -100; ip daddr {address} meta l4proto tcp redirect to :{local}; }}; }}\n"
        )
        try:
            done = probe(faults, namespace, case)
            (item,) = done.json["items"]
            assert (item["verdict"], done.code) == ("wrong-answer", 1)
            assert re.search(case.says, json.dumps(done.json))
            assert not re.search(case.never, json.dumps(done.json["conclusions"]))
        finally:
            nft(f"delete table ip {TABLE}")


def test_the_table_is_documented() -> None:
    from verdict_cases import page

    assert (Path(__file__).parents[2] / "docs" / "verdicts.md").read_text() == page()


def test_execute_is_the_real_kubectl() -> None:
    assert "Client Version" in execute("kubectl", "version", "--client").out
