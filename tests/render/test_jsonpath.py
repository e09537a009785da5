"""`-o jsonpath`: the meaning of kubectl's templates, and what is said about wrong ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonpath_cases import CASES, DOCUMENT, UNORDERED

from kubectl_hostnet.analysis.hostpods import HostPod
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.inventory.address import Address
from kubectl_hostnet.render.formats import choose, render
from kubectl_hostnet.render.jsonpath import compiled, filled
from kubectl_hostnet.render.view import View


def text(template: str, data: Any) -> str | None:
    try:
        return filled(compiled(template), data)
    except UsageError:
        return None


@pytest.mark.parametrize(("template", "expected"), [*CASES, *UNORDERED])
def test_templates_mean_what_they_mean_to_kubectl(template: str, expected: str | None) -> None:
    assert text(template, DOCUMENT) == expected


def test_an_empty_list_does_not_end_the_search_as_it_does_in_kubectl() -> None:
    assert (
        text("{.entries[*].e[*]}", DOCUMENT) == "4 5"
    )  # kubectl 1.35 prints nothing: it stops at the first empty list


def test_whole_and_broken_numbers_compare() -> None:
    assert text("{.entries[?(@.f>1)].name}", DOCUMENT) == "a"  # kubectl: incompatible types for comparison


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.5, "0.5"), (0.0001, "0.0001"), (0.00001, "1e-05"), (100000.0, "100000"), (1234567.5, "1.2345675e+06"), (0.0, "0"), (-2.0, "-2")],
)  # fmt: skip
def test_floats_are_written_as_go_writes_them(value: float, shown: str) -> None:
    assert text("{.x}", {"x": value}) == shown


@pytest.mark.parametrize(
    ("output", "message", "hint"),
    [
        ("jsonpath", "-o jsonpath needs a template", "{.items[*].name}"),
        ("jsonpath=", "-o jsonpath needs a template", "{.items[*].name}"),
        ("jsonpath={.items[*", "-o jsonpath: unterminated array", "pairs"),
        ("jsonpath={.items", "-o jsonpath: unclosed action", "pairs"),
        ("jsonpath={name}", "-o jsonpath: unrecognized identifier name", "{.name}"),
        ("jsonpath={end}", "-o jsonpath: not in range, nothing to end", "{range ...}"),
        ('jsonpath={.items["x"]}', '-o jsonpath: invalid array index "x"', "['key']"),
        ("jsonpath={.items[?(@.x==1]}", "-o jsonpath: unterminated filter", "[?(@.name"),
        ("jsonpath={.items....name}", "-o jsonpath: invalid multiple recursive descent", ""),
        ("jsonpath-file=x", "unknown output format 'jsonpath-file=x'", "jsonpath=TEMPLATE, custom-columns=HEADER:PATH"),
        ("go-template={{.}}", "unknown output format 'go-template={{.}}'", "choose one of: table, wide, json"),
        ("json=x", "unknown output format 'json=x'", "choose one of"),
    ],
)
def test_wrong_templates_are_told_before_anything_is_read(output: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose(output)
    assert caught.value.message == message
    assert hint in caught.value.hint


def test_an_index_out_of_range_is_an_error_as_in_kubectl() -> None:
    report = Report(kind="HostPodList", items=[{"name": "a"}])
    with pytest.raises(UsageError) as caught:
        render(report, "jsonpath", View(0, argument="{.items[3].name}"))
    assert caught.value.message == "-o jsonpath: array index out of bounds: index 3, length 1"
    assert "[1:]" in caught.value.hint


def test_the_envelope_is_what_the_template_sees_and_nulls_are_absent_as_in_the_api() -> None:
    report = Report(kind="HostPodList", items=[{"name": "a", "owner": None}, {"name": "b", "owner": {"kind": "Job"}}])
    view = View(0, argument='{.kind} {.complete} {.items[?(@.owner)].name} {.items[*].owner}{"\\n"}')
    assert render(report, "jsonpath", view) == 'HostPodList true b {"kind":"Job"}\n'


def test_lists_of_typed_items_are_lists() -> None:
    pod = HostPod(namespace="n", name="a", uid=None, node=None, addresses=(Address("InternalIP", "10.0.0.1", "IPv4"),))
    template = "{.items[0].addresses[0].address} {.items[*].addresses} {.items[0].ports[0].port}"
    shown = render(Report(kind="HostPodList", items=[pod]), "jsonpath", View(0, argument=template))
    assert shown == '10.0.0.1 [{"address":"10.0.0.1","family":"IPv4","type":"InternalIP"}] '


def test_sorting_comes_before_the_template() -> None:
    report = Report(kind="HostPodList", items=[{"name": "b"}, {"name": "a"}])
    assert render(report, "jsonpath", View(0, argument="{.items[*].name}", sort_by=".name")) == "a b"


def test_text_of_the_data_cannot_command_the_terminal_but_that_of_the_template_can() -> None:
    data = {"s": "a\x1b[31m\nb", "o": {"k": "\x9b\u202e"}}
    assert text('{.s}{"\\n\\t"}{.o}', data) == 'a\\x1b[31m\\nb\n\t{"k":"\\u009b\\u202e"}'


@given(st.text(alphabet="{}[]().@$*?:,'\"\\ =<!andrge019~-\n", max_size=40))
def test_no_template_makes_it_fail_in_another_way(template: str) -> None:
    text(template, DOCUMENT)
