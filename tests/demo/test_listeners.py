"""The listeners of the sample: real sockets, that answer as the real programs would, and end."""

from __future__ import annotations

import contextlib
import errno
import http.client
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubectl_hostnet.demo import sockets
from kubectl_hostnet.demo.certificate import tls_contexts
from kubectl_hostnet.demo.listeners import answering
from kubectl_hostnet.demo.sample import HOSTS, Listener
from kubectl_hostnet.demo.sockets import Opened, open_first, problems, usable_addresses
from kubectl_hostnet.demo.stage import staged

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8")


Choose = Callable[[dict[str, str]], list[Listener]]


@pytest.fixture
def port() -> int:
    """A port that is free on all addresses, so that two test runs at once do not meet."""
    with socket.socket() as trial:
        trial.bind(("0.0.0.0", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def influxdb(port: int) -> Choose:
    """One listener, on a node of whatever addresses there are."""
    return lambda addresses: [Listener("worker-1", addresses["worker-1"], port, "TCP", "influxdb")]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole sample; the network of its nodes' addresses."""
    with staged(tmp_path_factory.mktemp("demo")) as (path, _remarks):
        yield path.read_text().partition('"address": "')[2].partition('"')[0].rpartition(".")[0]


def ask(
    host: str, port: int, method: str, path: str, context: ssl.SSLContext | None = None
) -> http.client.HTTPResponse:
    made = (
        http.client.HTTPSConnection(host, port, timeout=5, context=context)
        if context
        else http.client.HTTPConnection(host, port, timeout=5)
    )
    made.request(method, path)
    response = made.getresponse()
    response.read()
    made.close()
    return response


@linux
@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_influxdb_answers_ping_as_version_2_does(cluster: str, method: str) -> None:
    response = ask(f"{cluster}.12", 8086, method, "/ping")
    assert (response.status, response.headers["X-Influxdb-Version"]) == (204, "v2.7.11")


@linux
@pytest.mark.parametrize("last", [11, 13, 14, 15])
def test_the_other_nodes_refuse(cluster: str, last: int) -> None:
    with pytest.raises(ConnectionRefusedError):
        ask(f"{cluster}.{last}", 8086, "HEAD", "/ping")


@linux
def test_tls_speaks_with_a_certificate_of_its_own(cluster: str) -> None:
    if not tls_contexts():
        pytest.skip("no openssl program")
    anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyone.check_hostname, anyone.verify_mode = False, ssl.CERT_NONE
    assert ask(f"{cluster}.11", 6443, "GET", "/livez", anyone).status == 200
    assert ask(f"{cluster}.11", 6443, "GET", "/api", anyone).status == 403
    assert ask(f"{cluster}.12", 10250, "GET", "/pods", anyone).status == 401
    with pytest.raises((ssl.SSLError, ConnectionResetError, BrokenPipeError, http.client.RemoteDisconnected)):
        ask(f"{cluster}.11", 2379, "GET", "/health", anyone)


@linux
def test_a_firewalled_listener_drops_what_comes(cluster: str) -> None:
    with pytest.raises(TimeoutError), socket.create_connection((f"{cluster}.15", 9100), timeout=0.5):
        pass


@linux
def test_datagrams_are_lost_in_silence(cluster: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((f"{cluster}.12", 8472))
        client.settimeout(0.2)
        client.send(b"x")
        with pytest.raises(TimeoutError):
            client.recv(10)


@linux
@pytest.mark.parametrize("nonsense", [b"\r\n\r\n", b"\x16\x03\x01\x02\x00\r\n\r\n", b"GET\r\n\r\n", b"x" * 100_000])
def test_nonsense_does_no_harm(cluster: str, nonsense: bytes) -> None:
    with socket.create_connection((f"{cluster}.12", 8086), timeout=5) as client:
        client.sendall(nonsense)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(12) in (b"HTTP/1.1 400", b"")
    assert ask(f"{cluster}.12", 8086, "HEAD", "/ping").status == 204


@linux
def test_afterwards_nothing_is_left(influxdb: Choose, port: int) -> None:
    before = set(threading.enumerate())
    addresses, opened = open_first(usable_addresses(), influxdb)
    with answering(opened, {}):
        assert ask(addresses["worker-1"], port, "GET", "/health").status == 200
        held = socket.create_connection((addresses["worker-1"], port))  # a client that never leaves
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        ask(addresses["worker-1"], port, "GET", "/health")
    held.close()


@linux
def test_a_second_demo_at_once_takes_the_next_network(influxdb: Choose) -> None:
    first, one_opened = open_first(usable_addresses(), influxdb)
    second, other_opened = open_first(usable_addresses(), influxdb)
    assert first["worker-1"] != second["worker-1"]
    assert not problems(one_opened)
    assert not problems(other_opened)
    one_opened.close()
    other_opened.close()


@linux
def test_a_port_that_is_taken_on_all_addresses_is_told(influxdb: Choose, port: int) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("0.0.0.0", port))
        other.listen()
        _, opened = open_first(usable_addresses(), influxdb)
    assert problems(opened) == [
        f"taken by another program on this machine, which will answer in the demo's place: {port}/TCP of 127.80.0.12"
    ]
    assert opened.sockets == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            errno.EACCES,
            "ports below 1024 need privileges on this machine: nothing listens on 80/TCP, 443/TCP of 127.80.0.14",
        ),
        (errno.EADDRNOTAVAIL, "this machine has no address 127.80.0.14: nothing listens on 80/TCP, 443/TCP of it"),
        (errno.EMFILE, "cannot listen on 80/TCP, 443/TCP of 127.80.0.14: EMFILE"),
    ],
)
def test_what_cannot_be_had_is_said_once_for_each_reason(error: int, words: str) -> None:
    refused = [(Listener("edge-1", "127.80.0.14", port, "TCP", "nginx"), error) for port in (443, 80)]
    assert problems(Opened(refused=refused)) == [words]  # type: ignore[arg-type]


def test_with_one_loopback_address_all_nodes_share_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sockets, "_bindable", lambda _address: False)
    assert usable_addresses() == [dict.fromkeys(HOSTS, "127.0.0.1")]
    with staged(tmp_path) as (path, remarks):
        assert '"address": "127.0.0.1"' in path.read_text()
        assert "127.80.0" not in path.read_text()
    assert any("all nodes share it" in remark and "sudo ifconfig lo0 alias" in remark for remark in remarks)


def test_without_openssl_the_ports_that_speak_tls_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with staged(tmp_path) as (_path, remarks):
        assert any("without the openssl program" in remark for remark in remarks)
