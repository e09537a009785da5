"""The words that are offered, without a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_api import kubeconfig
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.completion.cursor import Cursor
from kubectl_hostnet.completion.grammar import Argument, Grammar, Option, grammar
from kubectl_hostnet.completion.offer import FILES_TOO, KEEP_ORDER, NO_FILES, NO_SPACE, offer, values
from kubectl_hostnet.completion.values import FILES, METAVARS, PROVIDERS, is_file, of_argument, of_option
from kubectl_hostnet.render.formats import FORMATS

PLAIN = NO_FILES | KEEP_ORDER
# Values that only the user knows.
FREE = {
    "TIME", "N", "PORT", "SELECTOR", "FIELD", "URL", "TOKEN", "USER", "GROUP", "UID", "IMAGE", "NAME:VALUE", "HOST",
    "LIST", "PORT[/PROTOCOL]", "FIRST-LAST",
}  # fmt: skip


def words(*line: str) -> list[str]:
    return [word for word, _ in offer(list(line)).words]


def test_verbs_with_what_they_do() -> None:
    assert offer(["lis"]).words == (("list", VERBS["list"][1]),)
    assert words("") == list(VERBS)
    assert words("help", "ver") == ["version"]
    assert words("-") == ["--help", "-h"]
    assert words("no-such-verb", "") == []


def test_options_with_what_they_do() -> None:
    found = offer(["list", "--no"])
    assert found.words[0] == ("--node", "Only Pods on this node.")
    assert [word for word, _ in found.words] == ["--node", "--no-headers"]
    assert found.directive == PLAIN
    assert {"-n", "--namespace", "-h", "--help"} <= set(words("list", "-"))


def test_an_option_is_not_offered_twice_unless_it_may_be_given_twice() -> None:
    assert "--node" not in words("list", "--node", "x", "--no")
    assert "--as-group" in words("list", "--as-group", "x", "--as-g")


def test_formats_and_those_that_go_on() -> None:
    assert [word.rstrip("=") for word in words("list", "-o", "")] == list(FORMATS)
    assert offer(["list", "-o", "jsonp"]) == offer(["list", "--output=jsonp"])
    assert offer(["list", "-o", "jsonp"]).directive == PLAIN | NO_SPACE
    assert words("list", "-o", "custom-columns=A:.b,") == []


def test_contexts_clusters_and_users_of_the_named_kubeconfig(tmp_path: Path) -> None:
    path = str(kubeconfig(tmp_path / "config", "http://127.0.0.1:9"))
    for option in ("--context", "--cluster", "--user"):
        assert words("list", "--kubeconfig", path, option, "f") == ["fake"]
    (tmp_path / "broken").write_text(": [")
    assert words("list", "--kubeconfig", str(tmp_path / "broken"), "--context", "") == []
    assert words("list", "--context", "") == []  # none at all


def test_files_are_the_shells_own_affair() -> None:
    for option in ("--kubeconfig", "--snapshot", "--client-key", "--certificate-authority"):
        assert offer(["list", option, ""]).directive == FILES_TOO


def test_subjects_and_shells() -> None:
    assert "influxdb" in words("explain", "influx")
    assert "verdicts" in words("explain", "verd")
    assert words("completion", "") == ["bash", "zsh", "fish", "powershell"]
    assert words("completion", "bash", "") == []


def test_lists_keep_what_is_before_the_comma() -> None:
    option = Option(("--codes",), "codes", metavar="x1|x2,...")
    cursor = Cursor(prefix="x1,x", option=option)
    known = Grammar((option,))
    assert [word for word, _ in of_option(option, cursor, known)] == ["x1", "x2"]
    assert [word for word, _ in values(known, cursor).words] == ["x1,x1", "x1,x2"]


def test_arguments_that_are_there_are_not_offered_again() -> None:
    known = Grammar((), (Argument("[PATH]"),))
    assert of_argument(known, Cursor(prefix="")) is FILES
    assert of_argument(known, Cursor(prefix="", arguments=["x"])) == []
    assert of_argument(Grammar(()), Cursor(prefix="")) == []


@pytest.mark.parametrize("verb", VERBS)
def test_for_every_value_somebody_has_decided_what_to_offer(verb: str) -> None:
    known = grammar(verb)
    for option in known.options:
        if option.takes_value:
            listed = "|" in option.metavar
            decided = (
                option.name in {*PROVIDERS, "--tls-server-name", "--path"}
                or option.metavar in METAVARS
                or is_file(option)
                or listed
            )
            assert decided or option.metavar in FREE, (
                f"{verb} {option.name} {option.metavar}: say in completion/values.py what fits, or here that nothing does"
            )


@given(st.lists(st.text(), min_size=1, max_size=4).filter(lambda line: line[0] not in VERBS))
def test_no_first_word_makes_it_fail(line: list[str]) -> None:
    offer(line)


@given(st.sampled_from(list(VERBS)), st.lists(st.text(alphabet="-=,ahnop/|é\t\n"), min_size=1, max_size=4))
def test_no_words_after_a_verb_make_it_fail(verb: str, line: list[str]) -> None:
    offer([verb, *line])
