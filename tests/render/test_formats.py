"""Laws of all formats: nothing is lost, nothing from the data takes effect, nothing breaks without items."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from kubectl_hostnet.analysis.claims import Claim, Evidence
from kubectl_hostnet.analysis.hostpods import HostPod
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.inventory.address import Address
from kubectl_hostnet.inventory.pod import Owner
from kubectl_hostnet.render.envelope import envelope
from kubectl_hostnet.render.formats import FORMATS, render
from kubectl_hostnet.render.layouts import LAYOUTS, layout_of
from kubectl_hostnet.render.view import View
from kubectl_hostnet.source.facts import Gap

ARGUMENTS = {"jsonpath": '{range .items[*]}{.name}{"\\n"}{end}{@}', "custom-columns": "NAME:.name,ALL:.ports"}
# What a terminal obeys or hides: written out here, not taken from the program. A line end is structure.
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
NASTY = ["\x1b[2J", "\x07", "\x9b31m", "a\nb", "a\r\nb", "\t", "\x00", "\u202egpj.exe", "\u2028", "\ufeff", "\x7f", "\x85", "😀", "日本", "é", "",
         " lead", "trail ", "- x", "? y", ": z", "#c", "null", "~", "yes", "1e3", "0x1F", "0o7", "1_000", "2026-01-01", "12:30:45", "=1+1",
         "|", "\\", "`", "<script>", "&amp;", "'", '"', "{{x}}", "%s", "*a", "&b", "!c", "@d", "---", "..."]  # fmt: skip
words = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map("".join),
)
claims = st.builds(
    Claim,
    port=st.integers(1, 65535),
    protocol=st.sampled_from(["TCP", "UDP", "SCTP"]),
    bind=words,
    container=st.none() | words,
    name=st.none() | words,
    confidence=st.sampled_from(["certain", "high", "medium", "low"]),
    evidence=st.lists(st.builds(Evidence, st.just("argument"), words, words), max_size=2).map(tuple),
    purpose=words,
    remarks=st.lists(words, max_size=2).map(tuple),
)
host_pods = st.builds(
    HostPod,
    namespace=words,
    name=st.none() | words,
    uid=st.none() | words,
    node=st.none() | words,
    addresses=st.lists(st.builds(Address, words, words, st.sampled_from(["IPv4", "IPv6", ""])), max_size=2).map(tuple),
    phase=words,
    status=words,
    stale=words,
    ready_containers=words,
    owner=st.none() | st.builds(Owner, words, words),
    workload=st.none() | st.builds(Owner, words, words),
    created=st.none() | words,
    labels=st.dictionaries(words, words, max_size=3),
    ports=st.lists(claims, max_size=2).map(tuple),
)
reports = st.builds(
    Report,
    kind=st.just("HostPodList"),
    items=st.lists(host_pods, max_size=4),
    gaps=st.lists(st.builds(Gap, words, words, words), max_size=2).map(tuple),
    notes=st.lists(words, max_size=2).map(tuple),
    across_namespaces=st.booleans(),
)


few = settings(max_examples=40, deadline=None)  # each example is a whole report: 40 take a second


def plain(report: Report) -> Any:
    """The envelope with tuples as lists, as JSON and YAML have them."""
    return json.loads(msgspec.json.encode(envelope(report)))


def written(report: Report, name: str, **wishes: Any) -> str:
    return render(report, name, View(1_800_000_000, argument=ARGUMENTS.get(name, ""), show_labels=True, **wishes))


@few
@given(reports)
def test_json_loads_back_to_the_same_data(report: Report) -> None:
    assert json.loads(written(report, "json")) == plain(report)


@few
@given(reports)
def test_yaml_loads_back_to_the_same_data(report: Report) -> None:
    assert yaml.safe_load(written(report, "yaml")) == plain(report)


@few
@given(reports, st.sampled_from([name for name in FORMATS if name not in ("name", "junit")]), st.booleans())
def test_nothing_in_the_data_commands_the_terminal(report: Report, name: str, headers: bool) -> None:
    text = written(report, name, headers=headers)
    assert not CONTROL.search(text), ascii(CONTROL.search(text))


@few
@given(reports)
def test_names_are_one_a_line_and_harmless(report: Report) -> None:
    if any(not item.name and item.workload is None for item in report.items):
        with pytest.raises(UsageError, match="-o name has no meaning"):
            written(report, "name")
        return
    text = written(report, "name")
    assert not CONTROL.search(text)
    assert len(text.splitlines()) <= len(report.items)


@few
@given(reports, st.sampled_from(["table", "wide", "custom-columns"]))
def test_a_line_end_in_the_data_makes_no_line(report: Report, name: str) -> None:
    if report.items:
        assert len(written(report, name).split("\n")) == len(report.items) + 1


@few
@given(reports)
def test_csv_has_as_many_cells_in_each_row_as_in_its_header(report: Report) -> None:
    rows = list(csv.reader(io.StringIO(written(report, "csv"))))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == len(report.items) + 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@few
@given(reports)
def test_a_cell_makes_no_column_in_markdown(report: Report) -> None:
    lines = written(report, "markdown").split("\n")
    bars = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines if line}
    assert len(bars) <= 1


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", [*LAYOUTS, "NoSuchKind"])
@pytest.mark.parametrize("headers", [True, False])
def test_every_format_renders_an_empty_report(name: str, kind: str, headers: bool) -> None:
    if name == "junit" and (kind not in LAYOUTS or layout_of(kind).case is None):
        with pytest.raises(UsageError, match="-o junit is not for this verb"):
            written(Report(kind=kind, items=[]), name)
        return
    text = written(Report(kind=kind, items=[]), name, headers=headers)
    if name == "json":
        assert json.loads(text)["items"] == []
    elif name == "yaml":
        assert yaml.safe_load(text)["items"] == []
    elif name in ("table", "wide", "name"):
        assert text == ""
