"""Comma-separated values with all columns, for spreadsheets."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.render.view import Layout, View, rows

FORMULA = ("=", "+", "-", "@")


def to_csv(report: Report, layout: Layout, view: View) -> str:
    """RFC 4180 with Unix line ends; all columns, wide ones too; a cell without a value is empty."""
    headers, cells = rows(report, layout, replace(view, wide=True), each=True, empty="")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if view.headers:
        writer.writerow(headers)
    writer.writerows([[_plain(cell) for cell in line] for line in cells])
    return text.getvalue().rstrip("\n")


def _plain(cell: str) -> str:
    """A leading `=` would be run as a formula by spreadsheets (CWE-1236): a quote disarms it."""
    return "'" + cell if cell.startswith(FORMULA) else cell
