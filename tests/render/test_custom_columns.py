"""`-o custom-columns`: tables of one's own."""

from __future__ import annotations

import pytest

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.formats import choose, render
from kubectl_hostnet.render.view import View

REPORT = Report(
    kind="HostPodList",
    items=[
        {
            "name": "influxdb",
            "node": "node-2",
            "owner": None,
            "ports": [{"port": 8086}, {"port": 8088}],
            "labels": {"a.b/c": "x"},
        },
        {"name": "web", "node": None, "owner": {"kind": "Job"}, "ports": [], "labels": {}},
    ],
)


def table(columns: str, *, headers: bool = True, report: Report = REPORT) -> str:
    return render(report, "custom-columns", View(0, argument=columns, headers=headers))


def test_the_columns_of_the_documentation() -> None:
    assert table("NAME:.name,NODE:.node,PORTS:.ports[*].port") == (
        "NAME       NODE     PORTS\n"
        "influxdb   node-2   8086,8088\n"
        "web        <none>   <none>"
    )  # fmt: skip


@pytest.mark.parametrize("path", ["name", ".name", "{name}", "{.name}", "['name']"])
def test_all_spellings_of_a_path_that_kubectl_takes(path: str) -> None:
    assert table(f"N:{path}", headers=False) == "influxdb\nweb"


def test_objects_slices_filters_unions_and_escaped_dots() -> None:
    columns = r"L:.labels.a\.b/c,O:.owner,P:.ports[?(@.port>8086)].port,U:['name','node']"
    assert table(columns, headers=False) == (
        'x        <none>           8088     influxdb,node-2\n'
        '<none>   {"kind":"Job"}   <none>   web'
    )  # fmt: skip


def test_without_items_the_headers_stand_alone_as_in_kubectl() -> None:
    empty = Report(kind="HostPodList", items=[])
    assert table("NAME:.name,NODE:.node", report=empty) == "NAME   NODE"
    assert table("NAME:.name", headers=False, report=empty) == ""


def test_an_unknown_field_is_none_everywhere() -> None:
    assert table("X:.nope", headers=False) == "<none>\n<none>"


def test_text_of_the_data_keeps_its_line() -> None:
    assert table("N:.name", headers=False, report=Report(kind="X", items=[{"name": "a\nb\x1b[1m"}])) == "a\\nb\\x1b[1m"


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("custom-columns", "-o custom-columns needs columns"),
        ("custom-columns=NAME", "-o custom-columns: 'NAME' is not HEADER:PATH"),
        ("custom-columns=NAME:.name,", "-o custom-columns: '' is not HEADER:PATH"),
        ("custom-columns=NAME:", "-o custom-columns: 'NAME:' is not HEADER:PATH"),
        ("custom-columns=NAME:{.name", "-o custom-columns: '{.name' is not a path"),
        ("custom-columns=NAME:.ports[x]", "-o custom-columns: invalid array index x"),
        ("custom-columns=NAME:.ports[", "-o custom-columns: unterminated array"),
    ],
)
def test_wrong_columns_are_told_before_anything_is_read(output: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose(output)
    assert caught.value.message == message
    assert caught.value.hint


def test_the_first_of_an_empty_list_is_nothing_for_the_api_has_no_empty_lists() -> None:
    assert table("P:.ports[0].port", headers=False) == "8086\n<none>"


def test_an_index_out_of_range_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"^-o custom-columns: array index out of bounds: index 2, length 2$"):
        table("P:.ports[2].port")
