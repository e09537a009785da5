"""Markdown tables, for tickets and pages; through tabulate."""

from __future__ import annotations

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.render.view import Layout, View, rows


def to_markdown(report: Report, layout: Layout, view: View) -> str:
    """A GitHub-flavoured table, then the summary."""
    from tabulate import tabulate  # 15 ms, for this format only

    headers, cells = rows(report, layout, view)
    escaped = [[_plain(cell) for cell in line] for line in cells]
    table = tabulate(escaped, headers=headers, tablefmt="github", disable_numparse=True)
    return "\n\n".join([table, *report.summary])


def _plain(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
