from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.evidence.structured import MOST, documents, entries


def read(text: str) -> dict[str, str]:
    return {entry.path: entry.value for entry in entries(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": {"b": 80, "c": true, "d": null}}', {"a.b": "80", "a.c": "true", "a.d": ""}),
        ("a:\n  b: 80\n  c: on\n  t: 80:80\n", {"a.b": "80", "a.c": "on", "a.t": "80:80"}),
        ("a:\n- b: 1\n---\nc: 2\n", {"a.b": "1", "c": "2"}),
        (
            '[server]\nport = 80 ; comment\n# x = 1\n[[inputs.statsd]]\naddress = ":8125"\n',
            {"server.port": "80", "inputs.statsd.address": ":8125"},
        ),
        ("listener 1883 0.0.0.0\npersistence true\n", {"listener": "1883", "persistence": "true"}),
        ("a.b=c\n", {"a.b": "c"}),
        ("#!/bin/sh\nport=80\n", {}),
    ],
)
def test_every_format_comes_out_as_keys_and_values(text: str, expected: dict[str, str]) -> None:
    assert read(text) == expected


def test_switches_beside_and_above_a_value_are_seen() -> None:
    found = {
        entry.path: entry.off
        for entry in entries(
            "a: {enable: false, b: {port: 1}}\nc: {enabled: true, port: 2}\nd: {disabled: true, port: 3}\n"
        )
    }
    assert (found["a.b.port"], found["c.port"], found["d.port"]) == (True, False, True)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 300_000,
        "{a: " * 200_000,
        "- " * 200_000,
        "? " * 100_000,
        "a:\n" + "".join(" " * i + "a:\n" for i in range(1, 2000)),
    ],
)
def test_hostile_nesting_is_not_handed_to_the_parser(text: str) -> None:
    assert documents(text) == ()
    assert isinstance(entries(text), tuple)


def test_aliases_cannot_multiply_a_small_file() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)
    )
    assert len(entries(bomb)) <= MOST


@given(st.text(), st.text(alphabet=st.sampled_from("a:-[]{}&*!|>'\"\n =#%@0")))
def test_any_text_is_read(text: str, markup: str) -> None:
    assert isinstance(entries(text), tuple)
    assert isinstance(entries(markup), tuple)
