"""The scripts for real: in this machine's shells and Python, against sockets of this very process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kubectl_hostnet.source.sockets.dump import Dump, Process, parse
from kubectl_hostnet.source.sockets.script import AS_USER, OUTPUT_LIMIT, PYTHON, SHELL
from kubectl_hostnet.source.sockets.table import Socket

BUSYBOX = shutil.which("busybox") or str(Path.home() / ".cache/hostnet-cluster/unpacked/busybox/bin/busybox")
SHELLS = [["dash"], ["bash", "--posix"], ["bash"], [BUSYBOX, "sh"]]
SOME_PATH = ':/bin:/usr/bin:/sbin:/usr/sbin:/busybox"'

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs Linux's /proc")


@pytest.fixture
def listeners() -> Iterator[dict[tuple[str, str, int], int]]:
    """Sockets of this process: (protocol, address, port) -> inode."""
    sockets = [
        socket.create_server(("127.0.0.1", 0)),
        socket.create_server(("0.0.0.0", 0)),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    ]
    sockets[2].bind(("127.0.0.1", 0))
    if socket.has_ipv6:
        sockets.append(socket.create_server(("::1", 0), family=socket.AF_INET6))
    protocols = {socket.SOCK_STREAM: "TCP", socket.SOCK_DGRAM: "UDP"}
    yield {(protocols[s.type], *s.getsockname()[:2]): os.fstat(s.fileno()).st_ino for s in sockets}
    for each in sockets:
        each.close()


def output(*command: str, **environment: str) -> Dump:
    done = subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=True, timeout=60)
    found = parse(done.stdout)
    assert found is not None, done.stdout[:200]
    assert found.complete
    return found


def mine(found: Dump) -> Process:
    return next(process for process in found.processes if process.pid == os.getpid())


def check(found: Dump, listeners: dict[tuple[str, str, int], int]) -> None:
    by_inode: dict[int, Socket] = {s.inode: s for s in found.sockets}
    for (protocol, address, port), inode in listeners.items():
        assert (by_inode[inode].protocol, by_inode[inode].address, by_inode[inode].port) == (protocol, address, port)
    assert mine(found).inodes >= set(listeners.values())
    assert mine(found).readable
    assert mine(found).uid == os.getuid()
    assert found.cgroup == tuple(Path("/proc/self/cgroup").read_text().splitlines())


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: " ".join(shell).rpartition("/")[2])
@pytest.mark.parametrize("mode", ["all", "own"])
def test_in_every_shell(shell: list[str], mode: str, listeners: dict[tuple[str, str, int], int]) -> None:
    if not shutil.which(shell[0]):
        pytest.skip(f"no {shell[0]} here")
    check(output(*shell, "-c", SHELL, "sh", "?", mode), listeners)


@pytest.mark.parametrize("shell", SHELLS[:3], ids=" ".join)
@pytest.mark.parametrize("tools", [(), ("ls",), ("grep",), ("head", "uname")], ids=",".join)
def test_without_any_program_but_the_shell(
    shell: list[str], tools: tuple[str, ...], tmp_path: Path, listeners: dict[tuple[str, str, int], int]
) -> None:
    if not shutil.which(shell[0]):
        pytest.skip(f"no {shell[0]} here")
    for tool in tools:
        (tmp_path / tool).symlink_to(str(shutil.which(tool)))
    program = str(shutil.which(shell[0]))
    assert SOME_PATH in SHELL
    alone = SHELL.replace(SOME_PATH, '"')
    check(output(program, *shell[1:], "-c", alone, "sh", "?", "all", PATH=str(tmp_path)), listeners)


FLICKER = "import time\nwhile True: time.sleep(0.0005); sum(range(20000))"


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: " ".join(shell).rpartition("/")[2])
def test_a_status_that_changes_its_length_while_it_is_read(shell: list[str]) -> None:
    """bash seeks back after each line: `State: S (sleeping)` is longer by a letter when it has become R (running)."""
    if not shutil.which(shell[0]):
        pytest.skip(f"no {shell[0]} here")
    with subprocess.Popen([sys.executable, "-c", FLICKER]) as restless:
        try:
            for _ in range(5):
                found = output(*shell, "-c", SHELL, "sh", "?", "all")
                (process,) = [process for process in found.processes if process.pid == restless.pid]
                assert (process.uid, process.parent) == (os.getuid(), os.getpid())
        finally:
            restless.kill()


def test_bash_without_grep_reads_a_table_as_a_whole(tmp_path: Path) -> None:
    """Line by line every line costs all those before it: ten thousand connections took minutes."""
    if not shutil.which("bash"):
        pytest.skip("no bash here")
    (tmp_path / "tcp").write_text("header\n" + " 1: 0 0 0A 0\n 2: 0 1 01 0\n" * 3)
    here = SHELL.replace("/proc/net/$n", f"{tmp_path}/$n").replace(SOME_PATH, '"').replace("/proc/[0-9]*", "/nowhere")
    strict = 'read() { [ "$2" = -d ] || exit 9; builtin read "$@"; }'
    command = [str(shutil.which("bash")), "-c", f"{strict}; {here}", "sh", "?", "all"]
    done = subprocess.run(command, capture_output=True, env={"PATH": ""}, check=True, timeout=60)
    assert done.stdout.count(b" 0A ") == 3


def test_in_python(listeners: dict[tuple[str, str, int], int]) -> None:
    check(output(sys.executable, "-c", PYTHON, "?", "all"), listeners)
    check(output(sys.executable, "-c", PYTHON, "?", "own"), listeners)


def test_it_limits_itself_so_that_nothing_is_left_behind() -> None:
    little = SHELL.replace(str(OUTPUT_LIMIT), "500")
    done = subprocess.run(["sh", "-c", little, "sh", "?", "all"], capture_output=True, check=False, timeout=60)
    assert len(done.stdout) == 500
    found = parse(done.stdout)
    assert found is not None
    assert not found.complete


@pytest.fixture
def open_path() -> Iterator[Path]:
    """A directory that every user may enter; pytest's own are for one."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become someone else")
def test_as_another_user_with_what_there_is(open_path: Path) -> None:
    identity = 'printf "%s\\n" "$1 $2"; while read -r k v x; do case $k in Uid:|Gid:) printf "%s\\n" "$v"; esac; done </proc/$$/status'
    for tool in ("setpriv", "chroot", "python3", "perl"):
        program = sys.executable if tool == "python3" else shutil.which(tool)
        if program is None:
            continue
        place = open_path / tool
        place.mkdir()
        for name in ("sh",):
            (place / name).symlink_to(str(shutil.which(name)))
        (place / tool).symlink_to(program)
        alone = AS_USER.replace(':/bin:/usr/bin:/sbin:/usr/sbin"', '"')
        command = ["sh", "-c", alone, "sh", identity, "ID", "all", "4242", "4243"]
        done = subprocess.run(
            command, capture_output=True, text=True, env={"PATH": str(place)}, check=False, timeout=60
        )
        if tool == "python3" and done.stdout == "":
            continue  # an interpreter that lies where only root may go
        assert done.stdout.split() == ["ID", "all", "4242", "4243"], tool


def test_the_request_stays_below_what_proxies_take() -> None:
    assert len(SHELL) + len(AS_USER) < 6000
