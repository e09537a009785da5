"""Reading what the script prints."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.source.sockets.dump import Dump, parse

from .dumps import Proc, dump, tcp


def parsed(output: bytes) -> Dump:
    found = parse(output)
    assert found is not None
    return found


def test_sockets_and_processes() -> None:
    found = parsed(dump(Proc(7, "web", (11, 12), 999, 1), rows=[tcp(80, 11), tcp(81, 500)]))
    assert [(s.port, s.inode) for s in found.sockets] == [(80, 11), (81, 500)]
    (process,) = found.processes
    assert (process.pid, process.name, process.uid, process.gid, process.parent) == (7, "web", 999, 999, 1)
    assert (process.inodes, process.readable) == (frozenset({11, 12}), True)
    assert found.complete


def test_the_looking_process_and_its_children_do_not_count() -> None:
    found = parsed(dump(Proc(1), uid=1000))
    assert [process.pid for process in found.processes] == [1]
    assert (found.uid, found.cgroup[0][:11]) == (1000, "0::/kubepod")


def test_descriptors_that_may_not_be_read() -> None:
    coreutils, busybox, closed = (
        "ls: cannot read symbolic link '/proc/7/fd/3': Permission denied",
        "ls: /proc/7/fd/3: cannot read link: Permission denied",
        "ls: cannot open directory '/proc/7/fd': Permission denied",
    )
    for line in (coreutils, busybox, closed, "/proc/7/fd denied"):
        output = dump(Proc(7)).replace(b"end\n", f"{line}\nend\n".encode())
        assert not parsed(output).processes[0].readable, line


def test_descriptors_that_went_away_meanwhile_are_no_secret() -> None:
    line = b"ls: cannot read symbolic link '/proc/7/fd/3': No such file or directory\nend\n"
    assert parsed(dump(Proc(7)).replace(b"end\n", line)).processes[0].readable


def test_a_process_that_was_not_looked_into_is_not_readable() -> None:
    process = parsed(dump(Proc(7, inodes=(5,))).replace(b"/proc/7/fd:", b"x")).processes[0]
    assert not process.listed
    assert not process.readable


def test_a_process_that_ended_meanwhile_is_left_out() -> None:
    assert parsed(b"hostnet 1\nT tcp\nS 1\nP 7\nend\n").processes == ()


def test_a_process_of_which_proc_shows_no_more_than_that_it_is_there() -> None:
    (process,) = parsed(b"hostnet 1\nT tcp\nS 1\nP 7\n/proc/7/fd denied\nend\n").processes
    assert (process.uid, process.readable) == (-1, False)


def test_output_that_was_cut() -> None:
    assert not parsed(dump(Proc(7), end=False)).complete


def test_tables_that_could_not_be_read() -> None:
    assert parsed(b"hostnet 1\nT tcp\nE tcp\nT udp\nS 1\nend\n").unread == ("tcp",)
    assert parsed(b"hostnet 1\nS 1\nend\n").unread == ("tcp",)
    assert parsed(dump()).unread == ()


def test_the_byte_order_is_the_machines() -> None:
    output = dump(rows=[tcp(80, 1, address="7F000001")]).replace(b"A x86_64", b"A s390x")
    assert parsed(output).sockets[0].address == "127.0.0.1"
    assert parsed(output.replace(b"s390x", b"ppc64le")).sockets[0].address == "1.0.0.127"


def test_anything_else_is_no_dump() -> None:
    for text in (b"", b"sh: not found", b"\xff\xfe", b"x\nhostnet 1\n"):
        assert parse(text) is None


@given(st.binary())
def test_no_bytes_make_it_raise(noise: bytes) -> None:
    assert parse(b"hostnet 1\n" + noise) is not None


PIECE = st.sampled_from(
    ["T tcp", "T x", "E", "S 1", "S -", "P 1", "P x", "P", "N", "U", "U 0", "G", "F 1", "C", "/proc/1/fd:", "\n", " socket:[1]",
     "/proc/1/fd denied", tcp(80, 1), "A s390x", "end"]
)  # fmt: skip


@given(st.lists(PIECE))
def test_no_lines_make_it_raise(lines: list[str]) -> None:
    assert parse("\n".join(["hostnet 1", *lines]).encode()) is not None
