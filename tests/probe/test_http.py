from __future__ import annotations

import gzip
import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from misbehave import OK, Handler, Observe, endless, hang_up, read_request, replying, reset, serving, silent

from kubectl_hostnet.probe.attempt import EndedError
from kubectl_hostnet.probe.http import parse, request
from kubectl_hostnet.probe.limits import BODY, EXCERPT, HEAD
from kubectl_hostnet.probe.observation import Ask, Target


def test_an_answer_with_its_timings(observe: Observe) -> None:
    with serving(replying(OK)) as port:
        seen = observe(port, path="/ping")
    assert (seen.end, seen.phase, seen.http.status, seen.http.reason, seen.http.method) == (
        "answered",
        "done",
        200,
        "OK",
        "HEAD",
    )
    assert seen.http.header("x-listen") == "1"
    assert seen.timings.connect > 0
    assert seen.timings.first_byte > 0
    assert seen.timings.total >= seen.timings.connect
    assert seen.timings.tls is None
    assert seen.timings.resolve is None


def test_a_server_that_knows_no_head_is_asked_with_get_and_keeps_the_headers_of_both(observe: Observe) -> None:
    answers = (
        b"HTTP/1.1 404 Not Found\r\nX-Influxdb-Version: 3.1.0\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"version": "3.1.0"}',
    )
    with serving(replying(*answers)) as port:
        seen = observe(port, path="/ping")
    assert (seen.http.method, seen.http.status, seen.http.statuses) == ("GET", 200, (404, 200))
    assert seen.http.header("X-Influxdb-Version") == "3.1.0"
    assert b"3.1.0" in seen.http.body


def test_a_chosen_method_is_the_only_one(observe: Observe) -> None:
    seen_requests = []

    def handler(conn: socket.socket) -> None:
        seen_requests.append(read_request(conn))
        conn.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")

    with serving(handler) as port:
        seen = observe(
            port,
            methods=("OPTIONS",),
            path="/x?y=1",
            host="web.example",
            headers=(("X-A", "b"), ("accept", "text/html")),
        )
    assert len(seen_requests) == 1
    head = seen_requests[0].decode().split("\r\n")
    assert head[0] == "OPTIONS /x?y=1 HTTP/1.1"
    assert "Host: web.example" in head
    assert "X-A: b" in head
    assert [line for line in head if line.lower().startswith("accept:")] == ["accept: text/html"]
    assert seen.http.status == 404


def test_no_credential_and_no_cookie_is_sent_and_no_redirect_is_followed(
    observe: Observe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:secret@127.0.0.1:1")
    seen_requests = []

    def handler(conn: socket.socket) -> None:
        seen_requests.append(read_request(conn))
        conn.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nSet-Cookie: a=b\r\n\r\n")

    with serving(handler) as port:
        seen = observe(port)
    assert seen.http.status == 302
    assert len(seen_requests) == 1
    words = seen_requests[0].lower()
    assert b"authorization" not in words
    assert b"cookie" not in words
    assert b"secret" not in words


def test_silence_after_accepting_is_a_timeout_in_the_answer(observe: Observe) -> None:
    with serving(silent) as port:
        seen = observe(port, timeout=0.3)
    assert (seen.end, seen.phase, seen.connected) == ("timeout", "answer", True)
    assert seen.timings.first_byte is None
    assert seen.timings.total == pytest.approx(300, abs=150)


def test_one_byte_after_the_other_costs_the_time_limit_and_no_more(observe: Observe) -> None:
    with serving(endless(b"HTTP/1.1 200 OK\r\nX: ", b"a", pause=0.05)) as port:
        started = time.monotonic()
        seen = observe(port, timeout=0.5)
    assert time.monotonic() - started < 2
    assert (seen.end, seen.phase) == ("timeout", "answer")
    assert seen.data.startswith(b"HTTP/1.1 200 OK")


def test_an_endless_head_is_cut_off(observe: Observe) -> None:
    with serving(endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 1000 + b"\r\n")) as port:
        seen = observe(port, timeout=10)
    assert seen.end == "garbage"
    assert f"{HEAD // 1024} kB" in seen.error
    assert len(seen.data) <= EXCERPT


def test_a_header_line_of_a_megabyte_is_cut_off(observe: Observe) -> None:
    with serving(endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"b" * 65536)) as port:
        assert observe(port, timeout=10).end == "garbage"


def test_thousands_of_header_lines_are_garbage(observe: Observe) -> None:
    with serving(replying(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 5000 + b"\r\n")) as port:
        assert observe(port).end == "garbage"


def test_an_endless_body_is_looked_at_no_further_than_the_limit(observe: Observe) -> None:
    with serving(endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)) as port:
        started = time.monotonic()
        seen = observe(port, methods=("GET",), timeout=10)
    assert time.monotonic() - started < 3
    assert (seen.end, seen.http.status) == ("answered", 200)
    assert len(seen.http.body) == BODY


def test_a_gzip_bomb_stays_packed(observe: Observe) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with serving(replying(head + bomb)) as port:
        seen = observe(port, methods=("GET",))
    assert seen.http.body.startswith(b"\x1f\x8b")
    assert len(seen.http.body) <= BODY


def test_invalid_utf8_and_escapes_in_the_head_are_kept_apart_from_text(observe: Observe) -> None:
    with serving(replying(b"HTTP/1.1 200 \xff\x1b[2J\r\nX-A: \xfe\xff\r\n\r\n")) as port:
        seen = observe(port)
    assert seen.http.header("X-A") == "\\xfe\\xff"
    assert "\\xff" in seen.http.reason


@pytest.mark.parametrize(
    "answer", [b"<html>HTTP/0.9</html>", b"\x1b[2Jnot a protocol", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc\r\n\r\n"]
)
def test_what_is_not_http_is_garbage_with_an_excerpt(observe: Observe, answer: bytes) -> None:
    with serving(replying(answer)) as port:
        seen = observe(port)
    assert (seen.end, seen.connected) == ("garbage", True)
    assert answer.startswith(seen.data.rstrip(b"\r\n"))


@pytest.mark.parametrize(
    ("handler", "ends"), [(hang_up, {"closed", "reset"}), (reset, {"reset"}), (replying(b""), {"closed"})]
)
def test_a_connection_that_ends_without_a_word(observe: Observe, handler: Handler, ends: set[str]) -> None:
    with serving(handler) as port:
        seen = observe(port)
    assert seen.end in ends
    assert seen.connected


def test_informational_answers_are_passed_over(observe: Observe) -> None:
    with serving(replying(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK)) as port:
        assert observe(port).http.status == 200


def test_line_feeds_alone_end_lines_too(observe: Observe) -> None:
    with serving(replying(b"HTTP/1.0 200 OK\nServer: old\n\n")) as port:
        assert observe(port).http.header("server") == "old"


@pytest.mark.parametrize(
    ("address", "port", "host"),
    [("192.0.2.1", 80, "192.0.2.1"), ("192.0.2.1", 8086, "192.0.2.1:8086"), ("fe80::1%eth0", 8086, "[fe80::1]:8086")],
)
def test_the_host_header_names_the_address(address: str, port: int, host: str) -> None:
    assert f"\r\nHost: {host}\r\n".encode() in request(Target(address, port, "TCP", Ask("http")), "GET")


def test_nothing_in_a_path_or_a_header_makes_a_second_request() -> None:
    ask = Ask("http", path="/a b\r\nX: y\r\n\r\nGET /é", headers=(("X-A", "b\r\n\r\nDELETE / HTTP/1.1"),), host="a\nb")
    head = request(Target("192.0.2.1", 80, "TCP", ask), "GET")
    assert head.startswith(b"GET /a%20b%0D%0AX:%20y%0D%0A%0D%0AGET%20/%C3%A9 HTTP/1.1\r\n")
    assert head.count(b"\r\n\r\n") == 1
    assert head.endswith(b"X-A: b DELETE / HTTP/1.1\r\n\r\n")


@given(st.binary(max_size=300))
def test_no_head_is_anything_but_an_answer_or_garbage(head: bytes) -> None:
    try:
        status = parse(head, "GET").status
    except EndedError:
        return
    assert 0 <= status <= 999
