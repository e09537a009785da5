"""The kernel's tables of sockets."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.source.sockets.table import TABLES, Socket, listening

HEADER = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def row(local: str, state: str = "0A", *, uid: int = 0, inode: int = 123, peer: str = "00000000:0000") -> str:
    return (
        f"   0: {local} {peer} {state} 00000000:00000000 00:00000000 00000000 {uid:>5}        0 {inode} 1 0000 100 0\n"
    )


def one(table: str, text: str, byteorder: str = "little") -> Socket:
    (found,) = listening(table, HEADER + text, byteorder)  # type: ignore[arg-type]
    return found


def test_a_listener_on_loopback() -> None:
    found = one("tcp", row("0100007F:1F98", uid=999, inode=4711))
    assert found == Socket(8088, "TCP", "IPv4", "127.0.0.1", 4711, 999, "LISTEN")


@pytest.mark.parametrize(
    ("digits", "address"),
    [
        ("00000000000000000000000000000000", "::"),
        ("00000000000000000000000001000000", "::1"),
        ("0000000000000000FFFF00000100007F", "::ffff:127.0.0.1"),
        ("B80D0120000000000000000012000000", "2001:db8::12"),
    ],
)
def test_addresses_of_ipv6_are_four_little_words(digits: str, address: str) -> None:
    assert one("tcp6", row(f"{digits}:2382", peer=f"{'0' * 32}:0000")).address == address


def test_a_big_machine_writes_the_words_the_other_way() -> None:
    assert one("tcp", row("7F000001:0050"), "big").address == "127.0.0.1"


def test_udp_waits_in_state_07_and_only_there() -> None:
    assert one("udp", row("00000000:2118", "07") + row("00000000:2119", "01")).port == 8472
    assert one("udp", row("00000000:2118", "07")).state == "UNCONN"


def test_only_listeners_of_tcp() -> None:
    states = ("01", "02", "06", "07", "08", "0B")
    assert listening("tcp", HEADER + "".join(row("00000000:0050", state) for state in states)) == []


def test_several_sockets_of_one_port_are_all_there() -> None:
    found = listening("tcp", "".join(row("00000000:0050", inode=inode) for inode in (1, 2, 3)))
    assert [s.inode for s in found] == [1, 2, 3]


@given(st.sampled_from(sorted(TABLES)), st.text())
def test_no_text_makes_it_raise(table: str, text: str) -> None:
    assert isinstance(listening(table, text), list)


PIECE = st.sampled_from(
    [" ", "0:", "0100007F", "FFFFFFFF", ":", "0A", "07", "00000000", "-1", "9" * 30, "٣", "\n", "x"]
)


@given(st.lists(PIECE).map("".join), st.sampled_from(["little", "big"]))
def test_nothing_that_looks_like_a_row_makes_it_raise(text: str, byteorder: str) -> None:
    for found in (*listening("tcp6", text, byteorder), *listening("udp", text, byteorder)):  # type: ignore[arg-type]
        assert 0 <= found.port < 65536


def test_this_machine_as_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = [s for s in listening("tcp", Path("/proc/net/tcp").read_text()) if s.port == port]
    assert [(s.address, s.state) for s in found] == [("127.0.0.1", "LISTEN")]
