from __future__ import annotations

import socket
import threading
import time

import pytest
from misbehave import OK, Observe, read_request, replying, reset, serving, silent

from kubectl_hostnet.probe.limits import Limits, Proxy
from kubectl_hostnet.probe.observation import Ask, Target
from kubectl_hostnet.probe.runner import Here

HTTP = Ask("http")


def ignore(_: object) -> None:
    pass


def test_answers_come_in_the_order_of_the_targets_and_each_is_told() -> None:
    told = []
    with serving(replying(OK)) as port:
        targets = [Target(f"127.0.0.{i}", port, "TCP", HTTP) for i in range(1, 100)]
        with socket.create_server(("127.0.0.7", 0)):
            seen = Here(Limits(concurrency=7)).observe(targets, told.append)
    assert [o.target for o in seen] == targets
    assert sorted(map(id, told)) == sorted(map(id, seen))


def test_never_more_at_once_than_allowed() -> None:
    now, most, lock = [0], [0], threading.Lock()

    def handler(conn: socket.socket) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        with lock:
            now[0] -= 1  # before the answer: the prober may go on as soon as it has it
        conn.sendall(OK)

    with serving(handler) as port:
        Here(Limits(concurrency=5)).observe([Target("127.0.0.1", port, "TCP", HTTP)] * 60, ignore)
    assert 2 <= most[0] <= 5


def test_200_silent_endpoints_take_about_one_time_limit() -> None:
    with serving(silent) as port:
        started = time.monotonic()
        seen = Here(Limits(timeout=1.0)).observe([Target("127.0.0.1", port, "TCP", HTTP)] * 200, ignore)
    assert {o.end for o in seen} == {"timeout"}
    assert time.monotonic() - started < 2.0


def test_a_repeated_attempt_does_not_hide_the_failed_one(observe: Observe) -> None:
    left = [reset, replying(OK)]

    def handler(conn: socket.socket) -> None:
        left.pop(0)(conn)

    with serving(handler) as port:
        seen = observe(port, retries=2)
    assert seen.end == "answered"
    assert len(seen.earlier) == 1
    assert "reset" in seen.earlier[0].lower()


def test_nothing_is_repeated_unless_asked(observe: Observe) -> None:
    with serving(reset) as port:
        assert observe(port).earlier == ()


def test_the_time_for_all_is_not_the_targets_fault() -> None:
    with serving(silent) as port:
        started = time.monotonic()
        limits = Limits(timeout=5, deadline=0.5, concurrency=2)
        seen = Here(limits).observe([Target("127.0.0.1", port, "TCP", HTTP)] * 6, ignore)
    assert time.monotonic() - started < 1.5
    assert {o.end for o in seen} == {"own"}
    assert sum(o.error.startswith("cut short") for o in seen) == 2
    assert sum(o.error.startswith("not tried") for o in seen) == 4


def test_environment_proxies_are_not_used(observe: Observe, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serving(replying(OK)) as port:
        assert observe(port).http.status == 200


def test_a_proxy_that_was_asked_for_makes_the_connection_and_alone_sees_its_credentials() -> None:
    heads = []

    def proxy(conn: socket.socket) -> None:
        heads.append(read_request(conn))
        host, _, port = heads[0].split()[1].decode().partition(":")
        conn.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection((host, int(port))) as onward:
            heads.append(read_request(conn))
            onward.sendall(heads[1])
            conn.sendall(onward.recv(65536))

    with serving(replying(OK)) as port, serving(proxy) as proxy_port:
        limits = Limits(timeout=2, proxies={"127.0.0.1": Proxy("127.0.0.1", proxy_port, "Basic c2VjcmV0")})
        seen = Here(limits).observe([Target("127.0.0.1", port, "TCP", HTTP)], ignore)[0]
    assert (seen.http.status, seen.proxy) == (200, f"127.0.0.1:{proxy_port}")
    assert b"Proxy-Authorization: Basic c2VjcmV0" in heads[0]
    assert b"c2VjcmV0" not in heads[1]


def test_a_proxy_that_refuses_says_nothing_about_the_target() -> None:
    with serving(replying(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")) as proxy_port:
        limits = Limits(timeout=2, proxies={"192.0.2.1": Proxy("127.0.0.1", proxy_port)})
        seen = Here(limits).observe([Target("192.0.2.1", 80, "TCP", HTTP)], ignore)[0]
    assert (seen.end, seen.connected) == ("proxy", False)
    assert "502 Bad Gateway" in seen.error
