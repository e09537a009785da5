from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from misbehave import Handler, Observe, hang_up, serving, silent

from kubectl_hostnet.probe.dns import HEADER, answers, query

Reply = Callable[[bytes], bytes | None]


@contextlib.contextmanager
def answering(answer: Reply) -> Iterator[int]:
    """A UDP server on loopback; `answer` makes the reply from the question, None is silence."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_loop, args=(sock, answer), daemon=True)
        thread.start()
        port = sock.getsockname()[1]
        yield port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
            stop.sendto(b"stop", ("127.0.0.1", port))
        thread.join(1)


def _loop(sock: socket.socket, answer: Reply) -> None:
    while True:
        data, peer = sock.recvfrom(65536)
        if data == b"stop":
            return
        reply = answer(data)
        if reply is not None:
            sock.sendto(reply, peer)


def dns_reply(code: int = 0, count: int = 1) -> Reply:
    return lambda question: question[:2] + HEADER.pack(0, 0x8180 | code, 1, count, 0, 0)[2:] + question[12:]


def test_an_answer_proves_a_listener(observe: Observe) -> None:
    with answering(lambda _: b"pong") as port:
        seen = observe(port, "udp", protocol="UDP", send=b"ping")
    assert (seen.end, seen.answer.code, seen.data) == ("answered", "answered", b"pong")
    assert not seen.connected


def test_an_empty_datagram_is_an_answer_too(observe: Observe) -> None:
    with answering(lambda data: data) as port:
        assert observe(port, "udp", protocol="UDP").end == "answered"


def test_a_lost_datagram_is_sent_again(observe: Observe) -> None:
    left = [None, b"second"]
    with answering(lambda _: left.pop(0)) as port:
        assert observe(port, "udp", protocol="UDP").data == b"second"


def test_silence_is_a_timeout_and_not_an_error(observe: Observe) -> None:
    with answering(lambda _: None) as port:
        seen = observe(port, "udp", protocol="UDP", timeout=0.4)
    assert (seen.end, seen.phase) == ("timeout", "answer")


def test_a_closed_port_says_so_by_icmp(observe: Observe) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    seen = observe(port, "udp", protocol="UDP")
    assert (seen.end, seen.errno) == ("failed", "ECONNREFUSED")
    assert (seen.icmp.words, seen.icmp.sender) == ("port unreachable", "127.0.0.1")


@pytest.mark.parametrize(("code", "word"), [(0, "NOERROR"), (3, "NXDOMAIN"), (5, "REFUSED"), (11, "RCODE11")])
def test_dns_over_udp(observe: Observe, code: int, word: str) -> None:
    with answering(dns_reply(code)) as port:
        seen = observe(port, "dns", protocol="UDP", name="kubernetes.default.svc.cluster.local")
    assert (seen.end, seen.answer.code) == ("answered", word)


def test_a_datagram_that_is_no_dns_is_silence_for_dns(observe: Observe) -> None:
    with answering(lambda _: b"\x1b[2J") as port:
        assert observe(port, "dns", protocol="UDP", timeout=0.4).end == "timeout"


def test_dns_over_tcp_in_pieces(observe: Observe) -> None:
    def handler(conn: socket.socket) -> None:
        question = conn.recv(65536)[2:]
        reply = dns_reply()(question)
        conn.sendall(len(reply).to_bytes(2, "big") + reply[:4])
        conn.sendall(reply[4:])

    with serving(handler) as port:
        seen = observe(port, "dns")
    assert (seen.end, seen.answer.code, seen.answer.detail) == ("answered", "NOERROR", "1 answers for .")


@pytest.mark.parametrize(("handler", "ends"), [(silent, {"timeout"}), (hang_up, {"closed", "reset"})])
def test_dns_over_tcp_without_an_answer(observe: Observe, handler: Handler, ends: set[str]) -> None:
    with serving(handler) as port:
        assert observe(port, "dns", timeout=0.3).end in ends


def test_something_else_on_the_dns_port(observe: Observe) -> None:
    def handler(conn: socket.socket) -> None:
        conn.recv(1000)
        conn.sendall(b"SSH-2.0-OpenSSH_9.6 hello\r\n")

    with serving(handler) as port:
        assert observe(port, "dns").end == "garbage"


@pytest.mark.parametrize("name", ["a" * 64, "a." * 200, "ü" * 70])
def test_a_name_that_dns_cannot_carry(observe: Observe, name: str) -> None:
    assert observe(1, "dns", protocol="UDP", name=name).end == "own"


def test_questions() -> None:
    assert query("", 1)[12:] == b"\0\0\2\0\1"
    assert query("a.example.", 1)[12:] == b"\1a\7example\0\0\1\0\1"
    assert not answers(query("", 7), query("", 7)), "a question is no answer to itself"
