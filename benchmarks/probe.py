"""`probe` of 5,000 HTTP endpoints against `curl --parallel` with the same list and concurrency, and of 200 silent ones."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import cost, row

PROGRAM = ".venv/bin/kubectl-hostnet"
ENDPOINTS, UNWELL, CLOSED, SILENT = 5000, 100, 100, 200
CONCURRENCY, TIMEOUT = 256, 2
ANSWERS = (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
           b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")  # fmt: skip


def run() -> Iterator[str]:
    """Lines of results. Raises SystemExit where a verdict is wrong."""
    with tempfile.TemporaryDirectory() as folder, servers() as (well, unwell), refusing() as closed:
        ports = [well] * (ENDPOINTS - UNWELL - CLOSED) + [unwell] * UNWELL + [closed] * CLOSED
        snapshot, urls = Path(folder) / "cluster.json", Path(folder) / "urls"
        snapshot.write_text(json.dumps(cluster(ports)))
        urls.write_text(
            "".join(f'url = "http://{address(i)}:{port}/ready"\nhead\n' for i, port in enumerate(ports))
            + 'output = "/dev/null"\nnoproxy = "*"\n'
        )
        ours = [PROGRAM, "probe", "-A", "--snapshot", str(snapshot), "--concurrency", str(CONCURRENCY)]
        curl = ["curl", "--parallel", "--parallel-immediate", "--parallel-max", str(CONCURRENCY), "-s"]
        curl += ["-w", "%{http_code} %{url}\\n", "-K", str(urls)]
        check(ours, {"reachable": ENDPOINTS - UNWELL - CLOSED, "unhealthy": UNWELL, "refused": CLOSED})
        theirs = cost(curl, runs=3, codes=(0, 7))
        yield row(f"probe, {ENDPOINTS} HTTP endpoints", cost(ours, runs=3, codes=(1,)), theirs, "curl --parallel")
    with tempfile.TemporaryDirectory() as folder, silent() as port:
        snapshot = Path(folder) / "cluster.json"
        snapshot.write_text(json.dumps(cluster([port] * SILENT)))
        ours = [PROGRAM, "probe", "-A", "--snapshot", str(snapshot), "--timeout", f"{TIMEOUT}s"]
        check(ours, {"filtered": SILENT})
        yield row(f"probe, {SILENT} silent endpoints, {TIMEOUT} s each", cost(ours, runs=1, codes=(1,)))


def check(command: list[str], expected: dict[str, int]) -> None:
    """All verdicts must be right, or the time says nothing."""
    done = subprocess.run([*command, "-o", "json"], capture_output=True, text=True, check=False)
    found = Counter(item["verdict"] for item in json.loads(done.stdout)["items"])
    if found != expected:
        raise SystemExit(f"probe: verdicts {dict(found)}, expected {expected}")


def address(number: int) -> str:
    """A loopback address of its own for each node."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def cluster(ports: list[int]) -> dict[str, Any]:
    """A node with one host-networked Pod for each port."""
    items = [item for number, port in enumerate(ports) for item in (_node(number), _pod(number, port))]
    return {"apiVersion": "v1", "kind": "List", "items": items}


def _node(number: int) -> dict[str, Any]:
    addresses = [{"type": "InternalIP", "address": address(number)}]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": f"node-{number}"},
        "status": {"addresses": addresses},
    }


def _pod(number: int, port: int) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": "registry.example/team/service:v1",
        "ports": [{"containerPort": port, "name": "http"}],
    }
    status = {
        "phase": "Running",
        "hostIP": address(number),
        "podIP": address(number),
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": f"pod-{number}", "namespace": "default"},
        "spec": {"nodeName": f"node-{number}", "hostNetwork": True, "containers": [container]},
        "status": status,
    }


@contextlib.contextmanager
def servers() -> Iterator[tuple[int, int]]:
    """Two HTTP servers in a process of their own: one is well, one says 503."""
    listeners = [socket.create_server(("0.0.0.0", 0), backlog=4096) for _ in ANSWERS]
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _serve(listeners)
        os._exit(0)
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    try:
        yield ports[0], ports[1]
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def _serve(listeners: list[socket.socket]) -> None:
    """Answer each request as fast as one process can; a connection stays open unless the client asks to close it."""
    poll = select.epoll()
    answers = {listener.fileno(): (listener, answer) for listener, answer in zip(listeners, ANSWERS, strict=True)}
    clients: dict[int, tuple[socket.socket, bytes]] = {}
    for number, (listener, _) in answers.items():
        listener.setblocking(False)
        poll.register(number, select.EPOLLIN)
    while True:
        for number, _event in poll.poll():
            if number in answers:
                _accept(answers[number], clients, poll)
            elif not _answered(*clients[number]):
                poll.unregister(number)
                clients.pop(number)[0].close()


def _accept(
    answer: tuple[socket.socket, bytes], clients: dict[int, tuple[socket.socket, bytes]], poll: select.epoll
) -> None:
    with contextlib.suppress(BlockingIOError):
        while True:
            conn, _ = answer[0].accept()
            clients[conn.fileno()] = conn, answer[1]
            poll.register(conn.fileno(), select.EPOLLIN)


def _answered(conn: socket.socket, answer: bytes) -> bool:
    """One request is answered, and there may be more (RFC 9112, 9.3)."""
    with contextlib.suppress(OSError):
        request = conn.recv(65536)
        if request:
            conn.send(answer)
            return b"Connection: close" not in request
    return False


@contextlib.contextmanager
def refusing() -> Iterator[int]:
    """A port that nobody listens on, and nobody else can take."""
    with socket.socket() as sock:
        sock.bind(("0.0.0.0", 0))
        yield sock.getsockname()[1]


@contextlib.contextmanager
def silent() -> Iterator[int]:
    """A port whose queue is full: the kernel drops every further attempt, as a firewall would."""
    with socket.create_server(("0.0.0.0", 0), backlog=0) as listener, contextlib.ExitStack() as stack:
        port = listener.getsockname()[1]
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        yield port


if __name__ == "__main__":
    for line in run():
        print(line, flush=True)
