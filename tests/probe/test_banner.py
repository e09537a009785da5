from __future__ import annotations

import socket
import time

import pytest
from misbehave import Handler, Observe, endless, hang_up, serving, silent


def redis(conn: socket.socket) -> None:
    while conn.recv(100):
        conn.sendall(b"+PONG\r\n")


def test_what_was_expected(observe: Observe) -> None:
    with serving(redis) as port:
        seen = observe(port, "banner", send=b"PING\r\n", expect=b"+PONG")
    assert (seen.answer.code, seen.answer.detail) == ("expected", "+PONG")


def test_an_expected_answer_in_pieces(observe: Observe) -> None:
    def handler(conn: socket.socket) -> None:
        conn.recv(100)
        conn.sendall(b"+PO")
        time.sleep(0.05)
        conn.sendall(b"NG\r\n")

    with serving(handler) as port:
        assert observe(port, "banner", send=b"PING\r\n", expect=b"+PONG").answer.code == "expected"


def test_something_else_with_escapes_and_no_utf8(observe: Observe) -> None:
    def handler(conn: socket.socket) -> None:
        conn.sendall(b"\x1b[2J\xff hello\r\nmore")
        conn.recv(1)

    with serving(handler) as port:
        seen = observe(port, "banner", expect=b"+PONG")
    assert seen.answer.code == "other"
    assert seen.answer.detail == "\x1b[2J\\xff hello", "made printable by whoever prints it"


def test_a_banner_without_end_is_cut_off(observe: Observe) -> None:
    with serving(endless(b"", b"x" * 65536)) as port:
        seen = observe(port, "banner", expect=b"+PONG", timeout=10)
    assert seen.answer.code == "other"
    assert len(seen.answer.detail) <= 4096


@pytest.mark.parametrize(("handler", "ends"), [(silent, {"timeout"}), (hang_up, {"closed", "reset"})])
def test_no_banner(observe: Observe, handler: Handler, ends: set[str]) -> None:
    with serving(handler) as port:
        seen = observe(port, "banner", send=b"PING\r\n", timeout=0.3)
    assert seen.end in ends
    assert seen.connected
