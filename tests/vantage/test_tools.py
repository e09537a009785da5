"""The command lines of tools, run for real on this machine against real sockets; those that are not installed are skipped."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kubectl_hostnet.errors import NotFoundError
from kubectl_hostnet.probe.observation import Ask, Observation, Target
from kubectl_hostnet.source.channels import ExecResult
from kubectl_hostnet.vantage.pod import PodVantage
from kubectl_hostnet.vantage.tools import TOOLS, Ran, Tool


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.send_header("X-Influxdb-Version", "1.8.10")
        self.end_headers()

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made.server_address[1]
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture
def closed() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def silent() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield int(sock.getsockname()[1])


def use(tool: Tool, target: Target, timeout: float = 2) -> Observation | None:
    command = tool.command(target, timeout)
    needed = command[0] if command[0] != "timeout" else command[2]
    if not shutil.which(needed):
        pytest.skip(f"{needed} is not installed here")
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=30)
    return tool.read(target, Ran(done.returncode, done.stdout, done.stderr, time.monotonic() - started), "pod/n/p")


HTTP = Ask(scheme="http", path="/ping")


@pytest.mark.parametrize("tool", [t for t in TOOLS if t.http], ids=lambda t: t.name)
def test_http(tool: Tool, server: int, closed: int) -> None:
    seen = use(tool, Target("127.0.0.1", server, ask=HTTP))
    assert seen
    assert seen.http
    assert (seen.end, seen.http.status, seen.http.header("x-influxdb-version"), seen.vantage) == (
        "answered",
        204,
        "1.8.10",
        "pod/n/p",
    )
    assert seen.connected
    refused = use(tool, Target("127.0.0.1", closed, ask=HTTP))
    assert refused
    assert (refused.end, refused.phase, refused.errno) == ("failed", "connect", "ECONNREFUSED")
    assert "refused" in refused.error.lower()


@pytest.mark.parametrize("tool", [t for t in TOOLS if t.name != "wget"], ids=lambda t: t.name)
def test_tcp(tool: Tool, server: int, closed: int) -> None:
    accepted = use(tool, Target("127.0.0.1", server))
    if accepted is None:
        pytest.skip("this build of the tool cannot do it")
    assert accepted.end == "answered"
    assert accepted.connected
    refused = use(tool, Target("127.0.0.1", closed))
    assert refused
    assert refused.errno == "ECONNREFUSED"
    assert not refused.connected


def test_a_server_that_hangs_is_no_refusal(silent: int) -> None:
    curl = TOOLS[0]
    seen = use(curl, Target("127.0.0.1", silent, ask=HTTP), timeout=1)
    assert seen
    assert (seen.end, seen.phase) == ("timeout", "answer")
    assert seen.connected


@pytest.mark.parametrize(
    "ran",
    [
        Ran(139, "", "Segmentation fault", 0.1),
        Ran(1, "", "", 0.1),
        Ran(None, "", "", 9.0),
        Ran(1, "", "Usage: nc [OPTIONS] timeout", 0.1),
    ],
)
@pytest.mark.parametrize("tool", TOOLS, ids=lambda t: t.name)
def test_a_tool_that_crashes_says_nothing_of_the_target(tool: Tool, ran: Ran) -> None:
    assert tool.read(Target("192.0.2.1", 80), ran, "pod/n/p") is None


def test_the_command_lines_pass_no_proxy_and_follow_no_redirect() -> None:
    words = TOOLS[0].command(
        Target("2001:db8::1", 8086, ask=Ask(scheme="http", path="/ping", headers=(("A", "b"),))), 2
    )
    assert words[:2] == ["curl", "-q"]
    assert words[words.index("--noproxy") + 1] == "*"
    assert "-L" not in words
    assert words[-1] == "http://[2001:db8::1]:8086/ping"


class Image:
    """A container that has some programs: what exec answers for the others is the runtime's own sentence."""

    def __init__(self, **answers: ExecResult) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def exec(self, namespace: str, pod: str, container: str, command: list[str], *, timeout: float) -> ExecResult:
        if pod == "gone":
            raise NotFoundError('pods "gone" not found')
        program = command[2] if command[0] == "timeout" else command[0]
        self.asked.append(program)
        missing = (
            f'exec failed: unable to start container process: exec: "{program}": executable file not found in $PATH'
        )
        return self.answers.get(program) or ExecResult(b"", b"", None, missing)


def observe(image: Image, *targets: Target, pod: str = "p") -> list[Observation]:
    return PodVantage(image, "n", pod, "", 2).observe(targets, lambda _o: None)


def test_the_first_tool_that_works_serves_and_missing_ones_are_not_tried_again() -> None:
    image = Image(python3=ExecResult(b"hostnet connected\n", b"", 0))
    first, second = observe(image, Target("192.0.2.1", 80)), observe(image, Target("192.0.2.1", 81))
    assert first[0].end == second[0].end == "answered"
    vantage = PodVantage(image, "n", "p", "", 2)
    image.asked.clear()
    vantage.observe([Target("192.0.2.1", 80)], lambda _o: None)
    vantage.observe([Target("192.0.2.1", 80)], lambda _o: None)
    assert image.asked == ["curl", "nc", "nc", "bash", "python3", "python3"] or image.asked.count("curl") == 1


def test_without_any_tool_nothing_is_claimed() -> None:
    (seen,) = observe(Image(), Target("192.0.2.1", 80))
    assert seen.end == "own"
    assert "none of curl, wget, nc" in seen.error
    (gone,) = observe(Image(), Target("192.0.2.1", 80), pod="gone")
    assert (gone.end, gone.error) == ("own", 'pods "gone" not found')
    (udp,) = observe(Image(), Target("192.0.2.1", 53, protocol="UDP"))
    assert udp.end == "own"
