from __future__ import annotations

import socket
import subprocess
import sys

import pytest
from misbehave import Handler, Observe, hang_up, reset, serving, silent

from kubectl_hostnet.probe import tcp
from kubectl_hostnet.probe.kernel import name_of


@pytest.fixture
def closed_port() -> None:
    """A port that nobody holds: bound once, never listened on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def test_a_silent_server_is_connected(observe: Observe) -> None:
    with serving(silent) as port:
        seen = observe(port, "tcp")
    assert (seen.end, seen.connected, seen.data) == ("answered", True, b"")


def test_a_greeting_is_kept(observe: Observe) -> None:
    def greet(conn: socket.socket) -> None:
        conn.sendall(b"SSH-2.0-OpenSSH_9\r\n")
        conn.recv(1)

    with serving(greet) as port:
        seen = observe(port, "tcp")
    assert seen.data == b"SSH-2.0-OpenSSH_9\r\n"
    assert seen.timings.first_byte is not None


def test_ipv6(observe: Observe) -> None:
    with serving(silent, family=socket.AF_INET6, address="::1") as port:
        assert observe(port, "tcp", address="::1").connected


def test_a_port_without_a_listener_is_refused_by_reset(observe: Observe, closed_port: int) -> None:
    seen = observe(closed_port, "tcp")
    assert (seen.end, seen.phase, seen.errno, seen.error) == ("failed", "connect", "ECONNREFUSED", "Connection refused")
    assert seen.icmp is None
    assert not seen.local
    assert not seen.connected


@pytest.mark.parametrize(("handler", "end"), [(hang_up, "closed"), (reset, "reset")])
def test_a_connection_that_is_taken_and_thrown_away(observe: Observe, handler: Handler, end: str) -> None:
    with serving(handler) as port:
        seen = observe(port, "tcp")
    assert (seen.end, seen.connected) == (end, True)


def test_a_full_backlog_is_a_timeout(observe: Observe) -> None:
    """What a firewall's DROP looks like: no answer to the SYN."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        seen = observe(port, "tcp", timeout=0.3)
        for filler in fillers:
            filler.close()
    assert (seen.end, seen.phase, seen.connected) == ("timeout", "connect", False)


def test_a_name_that_does_not_exist(observe: Observe) -> None:
    seen = observe(1, "tcp", address="nowhere.invalid", timeout=5)
    assert (seen.end, seen.phase) in {("unresolved", "resolve"), ("timeout", "resolve")}


def test_a_name_is_resolved_and_the_address_told(observe: Observe) -> None:
    with serving(silent) as port:
        seen = observe(port, "tcp", address="localhost")
    if seen.resolved == "127.0.0.1":  # else localhost is ::1 first, and nobody listens there
        assert seen.connected
    assert seen.timings.resolve is not None


@pytest.mark.parametrize("address", ["", "a" * 300, "bad name\n", "1.2.3.4.5.6", "xn--\udcff"])
def test_what_is_no_address_is_unresolved(observe: Observe, address: str) -> None:
    assert observe(1, "tcp", address=address).end in ("unresolved", "timeout")


def test_an_attempt_does_not_meet_itself(observe: Observe, monkeypatch: pytest.MonkeyPatch) -> None:
    """On loopback a port of the range of outgoing connections can be connected to itself (simultaneous open)."""

    def from_the_same_port(family: int) -> socket.socket:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.bind(("127.0.0.1", free))  # what the kernel does by chance
        sock.setblocking(False)
        return sock

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    monkeypatch.setattr(tcp, "_socket", from_the_same_port)
    seen = observe(free, "tcp")
    assert (seen.end, seen.errno, seen.connected) == ("failed", "ECONNREFUSED", False)


CROWDED = """
import resource, sys
from pathlib import Path
from kubectl_hostnet.probe import room
from kubectl_hostnet.probe.limits import Limits
from kubectl_hostnet.probe.observation import Target
from kubectl_hostnet.probe.runner import Here, _module
_module("tcp")
opened = len(list(Path("/proc/self/fd").iterdir()))
limit = opened + int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
room.RESERVED = int(sys.argv[3])
seen = Here(Limits(timeout=1)).observe([Target("127.0.0.1", int(sys.argv[1]))] * 30, lambda _: None)
for o in seen:
    print(o.end, o.errno)
"""


def crowded(port: int, room: int, reserved: int) -> list[str]:
    """What 30 attempts end with in a process that may open only so many more files."""
    words = [sys.executable, "-c", CROWDED, str(port), str(room), str(reserved)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_number_of_sockets_fits_the_limit_of_this_process() -> None:
    with serving(silent) as port:
        assert crowded(port, room=20, reserved=10) == ["answered "] * 30


def test_without_file_descriptors_it_is_this_machine_and_not_the_target() -> None:
    with serving(silent) as port:
        ends = crowded(port, room=6, reserved=-30)  # as if others had taken them meanwhile
    assert set(ends) <= {"answered ", "own EMFILE"}
    assert ends.count("answered ") >= 3


NO_NETWORK = """
import sys
from pathlib import Path
from kubectl_hostnet.probe.runner import Here
from kubectl_hostnet.probe.observation import Target
for o in Here().observe([Target("192.0.2.1", 80), Target("2001:db8::1", 80)], lambda _: None):
    print(o.end, o.errno, o.local)
"""


def test_without_a_route_it_is_this_machine_that_says_so() -> None:
    command = ["unshare", "--net", "--user", "--map-root-user", sys.executable, "-c", NO_NETWORK]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "unshare" in done.stderr:
        pytest.skip("no user namespaces here")
    assert done.stdout.split("\n")[:2] == [
        "failed ENETUNREACH True",
        "failed EADDRNOTAVAIL True",
    ]  # no IPv6 address at all


def test_error_names_are_posix() -> None:
    assert name_of(111) == "ECONNREFUSED"
    assert name_of(99999) == "99999"
