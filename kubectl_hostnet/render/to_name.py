"""Names for scripts: `pod/influxdb`, one a line."""

from __future__ import annotations

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.view import Layout, View
from kubectl_hostnet.text import printable


def to_name(report: Report, layout: Layout, _view: View) -> str:
    """Each item's name once, in order; raises UsageError for items that have none."""
    names = dict.fromkeys(printable(layout.name(item)) for item in report.items)
    if "" in names:
        raise UsageError(f"-o name has no meaning for {report.kind}", "use -o json or -o csv")
    return "\n".join(names)
