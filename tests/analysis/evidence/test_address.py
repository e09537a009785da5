from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.evidence.address import NODE, endpoint, endpoints, port_number


@pytest.mark.parametrize(
    ("text", "port", "bind"),
    [
        (":9100", 9100, ""),
        ("0.0.0.0:80", 80, ""),
        ("[::]:53", 53, ""),
        ("*:8080", 8080, ""),
        ("9100", 9100, ""),
        ("127.0.0.1:2379", 2379, "127.0.0.1"),
        ("localhost:2379", 2379, "127.0.0.1"),
        ("[::1]:80", 80, "::1"),
        ("http://10.0.0.1:2379", 2379, "10.0.0.1"),
        ("http://+:5000/path?x=1", 5000, ""),
        ("https://*", 443, ""),
        ("tcp://user@127.0.0.1:1/x", 1, "127.0.0.1"),
        (f"[{NODE}]:9100", 9100, NODE),
        ("$(POD_IP):9100", 9100, None),
        ("${POD_IP}:9100", 9100, None),
        ("${LOCALHOST_IP}:9977", 9977, "127.0.0.1"),
        ("http://$(LOOPBACK):2381", 2381, "127.0.0.1"),
        ("{{ .Values.host }}:9100", 9100, None),
        ("example.test:443", 443, None),
    ],
)
def test_an_address_tells_port_and_bind(text: str, port: int, bind: str | None) -> None:
    found = endpoint(text)
    assert found is not None
    assert (found.port, found.bind) == (port, bind)


@pytest.mark.parametrize(
    "text", ["", "/run/x.sock", "unix:///run/x.sock", "unix:/x", "fd://", "@abstract", "1:2:3", "host:99999", "a b:c d"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert endpoint(text) is None


@pytest.mark.parametrize(
    ("text", "protocol"),
    [(":80/tcp", "TCP"), (":53/udp", "UDP"), ("udp://:514", "UDP"), ("tcp://:1", "TCP"), (":80", "")],
)
def test_an_address_may_tell_the_protocol(text: str, protocol: str) -> None:
    found = endpoint(text)
    assert found is not None
    assert found.protocol == protocol


def test_a_list_is_taken_apart() -> None:
    found = endpoints("https://127.0.0.1:2379,https://10.0.0.1:2379, unix:///x")
    assert [(e.port, e.bind) for e in found] == [(2379, "127.0.0.1"), (2379, "10.0.0.1")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("80", 80),
        (' "80" ', 80),
        ("9100/udp", 9100),
        ("0", 0),
        ("65536", None),
        ("8.0", None),
        ("-1", None),
        ("", None),
    ],
)
def test_a_port_number_is_nothing_else(text: str, number: int | None) -> None:
    assert port_number(text) == number


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for found in (endpoint(text), *endpoints(text)):
        assert found is None or 0 <= found.port <= 65535
