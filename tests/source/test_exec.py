"""Commands in containers, over a real WebSocket."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import status
from exec_server import SUCCESS, Asked, Refusal, Script, Talk, exec_server
from fake_api import kubeconfig
from misbehave import serving

from kubectl_hostnet.errors import ClusterError, ForbiddenError, NotFoundError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source.channels import ExecResult
from kubectl_hostnet.source.exec import Executor
from kubectl_hostnet.source.live import Cluster


def cluster(tmp_path: Path, url: str, user: dict[str, Any] | None = None, **options: Any) -> Cluster:
    extra = {"cluster": options.pop("cluster")} if "cluster" in options else {}
    file = kubeconfig(tmp_path / "config", url, user=user, **extra)
    return Cluster(Connection(kubeconfig=str(file), **options))


def says(*messages: tuple[int, Any], end: dict[str, Any] | None = SUCCESS) -> Script:
    def script(talk: Talk) -> None:
        for channel, data in messages:
            talk.send(channel, data)
        talk.end(end)

    return script


def run(tmp_path: Path, script: Script, **options: Any) -> ExecResult:
    with exec_server(lambda _: script, protocols=options.pop("protocols", ("v5.channel.k8s.io",))) as (url, _):
        return cluster(tmp_path, url).exec("ns", "web", "main", ["x"], **options)


def test_output_of_both_streams_byte_for_byte(tmp_path: Path) -> None:
    result = run(tmp_path, says((1, b"\x00\xff"), (2, b"\xfe"), (1, b"\xc3")))
    assert (result.stdout, result.stderr, result.exit_code, result.message) == (b"\x00\xff\xc3", b"\xfe", 0, "")


def test_what_is_asked_for(tmp_path: Path) -> None:
    with exec_server(lambda _: says()) as (url, every):
        there = cluster(tmp_path, f"{url}/k8s/clusters/c-1", {"token": "secret", "as": "jane", "as-groups": ["a", "b"]})
        there.exec("team a", "web", "main", ["sh", "-c", 'echo "$1" & x'])
    (asked,) = every
    assert asked.path == "/k8s/clusters/c-1/api/v1/namespaces/team%20a/pods/web/exec"
    assert asked.command == ["sh", "-c", 'echo "$1" & x']
    assert dict(asked.query) | {"command": ""} == {
        "container": "main",
        "stdout": "true",
        "stderr": "true",
        "command": "",
    }
    assert asked.headers["authorization"] == "Bearer secret"
    assert asked.headers["impersonate-user"] == "jane"
    assert asked.headers["sec-websocket-protocol"] == "v5.channel.k8s.io,v4.channel.k8s.io"


def test_the_exit_code_is_in_the_status(tmp_path: Path) -> None:
    failure = status(
        500, "NonZeroExitCode", "exit code 3", details={"causes": [{"reason": "ExitCode", "message": "3"}]}
    )
    result = run(tmp_path, says((2, "no"), end=failure))
    assert (result.exit_code, result.message) == (3, "exit code 3")


def test_a_program_that_is_not_there_is_a_result(tmp_path: Path) -> None:
    result = run(tmp_path, says(end=status(500, "InternalError", 'exec: "sh": executable file not found in $PATH')))
    assert (result.exit_code, result.stdout) == (None, b"")
    assert "executable file not found" in result.message


def test_stdin_is_sent_and_ended_where_the_server_can(tmp_path: Path) -> None:
    received: list[bytes] = []

    def script(talk: Talk) -> None:
        received.extend(talk.receive() for _ in range(2))
        says()(talk)

    assert run(tmp_path, script, stdin=b"a\x00b").exit_code == 0
    assert received == [b"\x00a\x00b", b"\xff\x00"]


def test_old_servers_cannot_end_stdin(tmp_path: Path) -> None:
    received: list[bytes] = []

    def script(talk: Talk) -> None:
        assert talk.protocol == "v4.channel.k8s.io"
        received.append(talk.receive())
        says()(talk)

    assert run(tmp_path, script, stdin=b"ab", protocols=("v4.channel.k8s.io",)).exit_code == 0
    assert received == [b"\x00ab"]


def test_messages_in_fragments_pings_and_odd_channels(tmp_path: Path) -> None:
    def script(talk: Talk) -> None:
        talk.frame(b"\x01ab", final=False)
        talk.frame(b"cd", opcode=0)
        talk.frame(b"hello", opcode=9)
        assert talk.receive() == b"hello"
        talk.frame(b"")
        talk.frame(b"\x09x")
        talk.frame(b"\xff\x01")
        talk.end(SUCCESS)

    assert run(tmp_path, script).stdout == b"abcd"


def test_output_has_a_limit(tmp_path: Path) -> None:
    def script(talk: Talk) -> None:
        while True:
            talk.send(1, b"x" * 50_000)

    with exec_server(lambda _: script) as (url, _):
        result = Executor(cluster(tmp_path, url).transport).run("ns", "web", "main", ["x"], limit=300_000)
    assert result.truncated
    assert result.exit_code is None
    assert 300_000 < len(result.stdout) < 400_000


def test_a_command_that_does_not_end_is_given_up(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(ClusterError, match="did not end in time"):
        run(tmp_path, lambda talk: talk.receive() and None, timeout=0.3)
    assert time.monotonic() - started < 3


def test_a_drip_of_output_does_not_prolong_it(tmp_path: Path) -> None:
    def script(talk: Talk) -> None:
        while True:
            talk.send(1, "x")
            time.sleep(0.05)

    with pytest.raises(ClusterError, match="did not end in time"):
        run(tmp_path, script, timeout=0.4)


def test_a_connection_that_breaks_off_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match="cut"):
        run(tmp_path, lambda talk: talk.send(1, "half"))


def test_a_server_that_does_not_say_goodbye(tmp_path: Path) -> None:
    result = run(tmp_path, lambda talk: talk.send(3, SUCCESS))
    assert result.exit_code == 0


def test_an_end_without_a_status_is_no_success(tmp_path: Path) -> None:
    result = run(tmp_path, says((1, "x"), end=None))
    assert (result.exit_code, result.stdout) == (None, b"x")
    assert "without the command's status" in result.message


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"status": 3}', '{"details": {"causes": null}}', "\x1b[2J"])
def test_no_status_makes_it_raise(tmp_path: Path, text: str) -> None:
    result = run(tmp_path, says((3, text), end=None))
    assert result.exit_code is None
    assert "\x1b" not in result.message


FORBIDDEN = (
    'pods "web" is forbidden: User "jane" cannot create resource "pods/exec" in API group "" in the namespace "ns"'
)


@pytest.mark.parametrize(
    ("refusal", "kind", "message", "hint"),
    [
        (Refusal(403, status(403, "Forbidden", FORBIDDEN)), ForbiddenError, 'cannot create resource "pods/exec"', "get AND create"),
        (Refusal(403, status(403, "Forbidden", 'pods "web" is forbidden: ')), ForbiddenError, "no right to create pods/exec", "get AND create"),
        (Refusal(404, status(404, "NotFound", 'pods "web" not found')), NotFoundError, "not found", "replaced"),
        (Refusal(400, status(400, "BadRequest", "container main is not valid for pod web")), ClusterError, "not valid", "node"),
        (Refusal(400, status(400, "BadRequest", "pod web does not have a host assigned")), ClusterError, "host assigned", "node"),
        (Refusal(500, status(500, "InternalError", 'container not found ("main")')), ClusterError, "is not running", "describe"),
        (Refusal(502, b"<html>\x1b[31mbad"), ClusterError, "answer 502: <html>", "node"),
        (Refusal(503, b""), ClusterError, "answer 503", "node"),
        (Refusal(429, b"Too many"), ClusterError, "overloaded", "later"),
        (Refusal(302, b""), ClusterError, "WebSocket", "proxy"),
        (Refusal(200, b"hello"), ClusterError, "answer 200: hello", "node"),
    ],
)  # fmt: skip
def test_what_the_server_says_instead(tmp_path: Path, refusal: Refusal, kind: type, message: str, hint: str) -> None:
    with exec_server(lambda _: refusal) as (url, _), pytest.raises(kind) as caught:
        cluster(tmp_path, url).exec("ns", "web", "main", ["x"])
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('Internal error occurred: unable to upgrade connection: container not found ("main")', "is not running"),
        ("error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused", "connection refused"),
    ],
)
def test_a_kubelet_that_starts_nothing_is_no_result_either(tmp_path: Path, words: str, expected: str) -> None:
    with pytest.raises(ClusterError, match=expected):
        run(tmp_path, says(end=status(500, "InternalError", words)))


def test_no_server_and_no_websocket(tmp_path: Path) -> None:
    with serving(lambda conn: conn.close()) as port, pytest.raises(ClusterError, match=r"cut|closed|WebSocket"):
        cluster(tmp_path, f"http://127.0.0.1:{port}").exec("ns", "web", "main", ["x"])
    with pytest.raises(ClusterError, match="refuses connections"):
        cluster(tmp_path, f"http://127.0.0.1:{port}").exec("ns", "web", "main", ["x"])


def test_a_server_that_accepts_and_stays_silent(tmp_path: Path) -> None:
    with serving(lambda conn: conn.recv(1) and time.sleep(5)) as port, pytest.raises(ClusterError, match="in time"):
        cluster(tmp_path, f"http://127.0.0.1:{port}").exec("ns", "web", "main", ["x"], timeout=0.3)


def test_credentials_that_expired_are_renewed_once(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old")

    def answer(asked: Asked) -> Script | Refusal:
        if asked.headers.get("authorization") == "Bearer new":
            return Refusal(200, {}) if asked.path == "/version" else says((1, "in"))
        token.write_text("new")
        return Refusal(401, status(401, "Unauthorized", "Unauthorized"))

    with exec_server(answer) as (url, _):
        assert cluster(tmp_path, url, {"tokenFile": str(token)}).exec("ns", "web", "main", ["x"]).stdout == b"in"


def test_credentials_that_stay_wrong(tmp_path: Path) -> None:
    with exec_server(lambda _: Refusal(401, {})) as (url, _), pytest.raises(ClusterError, match="credentials"):
        cluster(tmp_path, url, {"token": "x"}).exec("ns", "web", "main", ["x"])


def test_requests_are_logged_without_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with exec_server(lambda _: says()) as (url, _):
        cluster(tmp_path, url, {"token": "hush"}, verbosity=6).exec("ns", "web", "main", ["x"])
    log = capsys.readouterr().err
    assert "/pods/web/exec?container=main" in log
    assert "101 Switching Protocols" in log
    assert "hush" not in log


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
               "-subj", "/CN=x", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", f"{path}.crt"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def test_over_tls_that_is_checked(tmp_path: Path, certificate: Path) -> None:
    with exec_server(lambda _: says((1, b"x" * 100_000)), certificate=certificate) as (url, _):
        trusted = {"certificate-authority": f"{certificate}.crt"}
        assert len(cluster(tmp_path, url, cluster=trusted).exec("ns", "web", "main", ["x"]).stdout) == 100_000
        with pytest.raises(ClusterError, match="certificate"):
            cluster(tmp_path, url).exec("ns", "web", "main", ["x"])
        other = trusted | {"tls-server-name": "api.example"}
        with pytest.raises(ClusterError, match="certificate"):
            cluster(tmp_path, url, cluster=other).exec("ns", "web", "main", ["x"])


@contextlib.contextmanager
def proxy(seen: list[bytes], answer: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Iterator[str]:
    """A proxy that serves CONNECT."""

    def handle(conn: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += conn.recv(1)
        seen.append(head)
        conn.sendall(answer)
        if b" 200 " not in answer:
            return
        host, _, port = head.split()[1].decode().rpartition(":")
        with socket.create_connection((host, int(port))) as target:
            threading.Thread(target=pump, args=(target, conn), daemon=True).start()
            pump(conn, target)

    with serving(handle) as port:
        yield f"http://jane:s%40crt@127.0.0.1:{port}"


def pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def test_through_a_proxy(tmp_path: Path, certificate: Path) -> None:
    seen: list[bytes] = []
    with exec_server(lambda _: says((1, "in")), certificate=certificate) as (url, every), proxy(seen) as address:
        settings = {"certificate-authority": f"{certificate}.crt", "proxy-url": address}
        user = {"token": "secret"}
        assert cluster(tmp_path, url, user, cluster=settings).exec("ns", "web", "main", ["x"]).stdout == b"in"
    assert seen[0].startswith(b"CONNECT 127.0.0.1:")
    assert b"Proxy-Authorization: Basic amFuZTpzQGNydA==" in seen[0]
    assert b"secret" not in seen[0]
    assert every[0].headers["authorization"] == "Bearer secret"


def test_a_proxy_that_refuses(tmp_path: Path) -> None:
    with proxy([], b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n") as address:
        there = cluster(tmp_path, "http://127.0.0.1:1", cluster={"proxy-url": address})
        with pytest.raises(ClusterError, match="407"):
            there.exec("ns", "web", "main", ["x"])


def test_many_at_once(tmp_path: Path) -> None:
    def answer(asked: Asked) -> Script:
        return says((1, json.dumps(asked.command)))

    with exec_server(answer) as (url, _):
        there = cluster(tmp_path, url)
        results: dict[int, bytes] = {}

        def one(number: int) -> Callable[[], None]:
            return lambda: results.update({number: there.exec("ns", "web", "main", [str(number)]).stdout})

        threads = [threading.Thread(target=one(number)) for number in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == {number: json.dumps([str(number)]).encode() for number in range(30)}
