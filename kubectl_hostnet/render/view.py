"""What a format needs to know beside the report, and what a table layout is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.text import printable


@dataclass(frozen=True)
class View:
    """The reader's wishes. `now` is seconds since 1970, `argument` what follows `=` in `-o jsonpath=...`."""

    now: float
    argument: str = ""
    wide: bool = False
    headers: bool = True
    sort_by: str = ""
    show_labels: bool = False
    colour: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, the cell of an item, and whether only `-o wide` shows it."""

    header: str
    cell: Callable[[Any, View], str]
    wide: bool = False
    shown: Callable[[Report, View], bool] = lambda _report, _view: True


@dataclass(frozen=True)
class Case:
    """An item as a test case (JUnit). `outcome` is failure, skipped, or "" for passed; `details` explain it in lines."""

    group: str
    name: str
    outcome: str = ""
    kind: str = ""
    message: str = ""
    details: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Layout:
    """How items of one report kind look as a table, and what `-o name` calls one ("" when it has no name).

    `case` is an item as a test case, None for reports whose items do not pass or fail. `together` makes the lines of a table for people from the items, where several say the same.
    """

    columns: tuple[Column, ...]
    name: Callable[[Any], str] = lambda _item: ""
    case: Callable[[Any], Case] | None = None
    together: Callable[[Report, View], Sequence[Any]] = lambda report, _view: report.items


def rows(
    report: Report, layout: Layout, view: View, *, each: bool = False, empty: str = "<none>"
) -> tuple[list[str], list[list[str]]]:
    """Headers and rows, all text made printable, empty cells as kubectl's `<none>`; `each` item has its own row."""
    columns = [c for c in layout.columns if (view.wide or not c.wide) and c.shown(report, view)]
    items = report.items if each else layout.together(report, view)
    cells = [[c.cell(item, view) or empty for c in columns] for item in items]
    for line in cells:
        if not "".join(line).isprintable():  # one look at a line: few have anything to be made harmless
            line[:] = [printable(cell) for cell in line]
    return [c.header for c in columns], cells
