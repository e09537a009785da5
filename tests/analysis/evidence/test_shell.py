from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.evidence.shell import commands, expand


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("a -p 80; b && c || d | e & f", [("a", "-p", "80"), ("b",), ("c",), ("d",), ("e",), ("f",)]),
        ("run \"two words\" --x='a b'", [("run", "two words", "--x=a b")]),
        ("run --port 80 \\\n  --debug", [("run", "--port", "80", "--debug")]),
        ("# comment :80\nrun # another\n", [("run",)]),
        ("run > /tmp/out 2>&1 < /dev/null", [("run",)]),
        ("cat <<EOF > f\nlisten 80;\nEOF\nrun", [("cat",), ("run",)]),
        (
            'if [ -n "$(ss -lt \\( sport = 80 \\))" ]; then run; fi',
            [("if", "[", "-n", "$(ss -lt \\( sport = 80 \\))", "]"), ("then", "run"), ("fi",)],
        ),
        ("PORT=80 exec ./server", [("PORT=80", "exec", "./server")]),
        ("(cd /x; run)", [("cd", "/x"), ("run",)]),
    ],
)
def test_a_script_is_its_commands(script: str, expected: list[tuple[str, ...]]) -> None:
    assert list(commands(script)) == expected


def test_variables_are_filled_in_where_known() -> None:
    known = {"A": "1", "EMPTY": ""}
    assert expand("$A ${A} ${B:-8080} $B ${EMPTY:-x} ${A:+y}", known) == "1 1 8080 $B x y"


@given(st.text(alphabet=st.sampled_from("ab $(){}'\"`\\<>&|;#\n=-")))
def test_any_text_is_a_script(script: str) -> None:
    assert all(command for command in commands(script))
    expand(script, {"a": "b"})


def test_hostile_nesting_takes_no_time() -> None:
    assert commands("$(" * 100_000)
    assert commands("<<A\n" * 20_000) is not None
