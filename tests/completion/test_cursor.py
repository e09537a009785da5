"""Where the cursor is, for all the ways in which options can be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.completion.cursor import locate
from kubectl_hostnet.completion.grammar import Argument, Grammar, Option

GRAMMAR = Grammar(
    (
        Option(("--namespace", "-n"), "namespace", metavar="NAME"),
        Option(("--all-namespaces", "-A"), "all_namespaces", takes_value=False),
        Option(("--port", "-p"), "port", repeatable=True),
        Option(("--node",), "node", metavar="NODE"),
    ),
    (Argument("[POD...]", many=True),),
)


@pytest.mark.parametrize(
    ("words", "option", "prefix"),
    [
        (["-n", ""], "namespace", ""),
        (["-n", "ku"], "namespace", "ku"),
        (["--namespace", "ku"], "namespace", "ku"),
        (["--namespace=ku"], "namespace", "ku"),
        (["-n=ku"], "namespace", "ku"),
        (["-An", "ku"], "namespace", "ku"),
        (["-n", "x", "--node", "n"], "node", "n"),
        (["-nx", "--node="], "node", ""),
    ],
)
def test_at_a_value(words: list[str], option: str, prefix: str) -> None:
    cursor = locate(words, GRAMMAR)
    assert cursor.option
    assert (cursor.option.field, cursor.prefix, cursor.names_options) == (option, prefix, False)


@pytest.mark.parametrize("words", [["-"], ["--"], ["--na"], ["pod", "--na"], ["-n", "x", "-"], ["-A", "--node"]])
def test_at_a_name(words: list[str]) -> None:
    cursor = locate(words, GRAMMAR)
    assert (cursor.names_options, cursor.option) == (True, None)


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ([""], []),
        (["a", ""], ["a"]),
        (["-n", "x", "a", "b"], ["a"]),
        (["-nx", "a", ""], ["a"]),
        (["-n=x", "a", ""], ["a"]),
        (["-A", "a", ""], ["a"]),
        (["--", "--node", "-x"], ["--node"]),
        (["-", ""], ["-"]),
        (["--unknown", ""], []),
        (["--unknown=x", "-z", ""], []),
    ],
)
def test_at_an_argument(words: list[str], arguments: list[str]) -> None:
    cursor = locate(words, GRAMMAR)
    assert (cursor.option, cursor.names_options, cursor.arguments) == (None, False, arguments)


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["-n", "x", ""], {"namespace": ["x"]}),
        (["-An=x", ""], {"all_namespaces": [""], "namespace": ["x"]}),
        (["-p1", "-p", "2", "--port=3", ""], {"port": ["1", "2", "3"]}),
        (["--all-namespaces=true", ""], {"all_namespaces": ["true"]}),
    ],
)
def test_what_the_line_says_so_far(words: list[str], values: dict[str, list[str]]) -> None:
    assert locate(words, GRAMMAR).values == values


@given(st.lists(st.one_of(st.text(), st.sampled_from(["-n", "--node=", "-A", "--", "=", "-p="])), min_size=1))
def test_no_words_make_it_fail(words: list[str]) -> None:
    locate(words, GRAMMAR)
