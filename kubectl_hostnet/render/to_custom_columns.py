"""`-o custom-columns=HEADER:PATH,...`: a table of one's own, as in kubectl."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.envelope import plain_items
from kubectl_hostnet.render.jsonpath import value_text
from kubectl_hostnet.render.jsonpath_scan import path_of
from kubectl_hostnet.render.jsonpath_steps import Step, follow
from kubectl_hostnet.render.to_jsonpath import as_the_api
from kubectl_hostnet.render.to_table import aligned
from kubectl_hostnet.render.view import Layout, View
from kubectl_hostnet.text import printable

# kubectl takes `name`, `.name`, `{name}` and `{.name}`.
RELAXED = re.compile(r"^(?:\{\.?(?P<braced>[^{}]+)\}|\.?(?P<bare>[^{}]+))$")
EXAMPLE = "for example -o custom-columns=NAME:.name,NODE:.node,PORTS:.ports[*].port"


class CustomColumn(NamedTuple):
    """A header, and the path of the cells in an item."""

    header: str
    path: tuple[Step, ...]


def to_custom_columns(report: Report, _layout: Layout, view: View) -> str:
    """One line an item; several values are joined with commas, none is `<none>`. Raises UsageError."""
    columns = columns_of(view.argument)
    lines = [[printable(column.header) for column in columns]] if view.headers else []
    try:
        lines += [[_cell(column.path, item) for column in columns] for item in as_the_api(plain_items(report))]
    except UsageError as error:
        raise UsageError(f"-o custom-columns: {error.message}", error.hint) from None
    return "\n".join(aligned(lines)) if lines else ""


def columns_of(argument: str) -> list[CustomColumn]:
    """Check and compile the columns; raises UsageError that names the option."""
    if not argument:
        raise UsageError("-o custom-columns needs columns", EXAMPLE)
    return [_column(part) for part in _parts(argument)]


def _parts(argument: str) -> list[str]:
    """Split at the commas that are not within brackets: kubectl splits there too, and then cannot read `[0,1]`."""
    return re.split(r",(?![^\[\]]*\])", argument)


def _column(part: str) -> CustomColumn:
    header, colon, path = part.partition(":")
    if not colon or not path:
        raise UsageError(f"-o custom-columns: {part!r} is not HEADER:PATH", EXAMPLE)
    relaxed = RELAXED.match(path)
    if relaxed is None:
        raise UsageError(f"-o custom-columns: {path!r} is not a path", "write it as name, .name, {name} or {.name}")
    inner = relaxed["braced"] or relaxed["bare"]
    try:
        return CustomColumn(header, path_of(inner if inner.startswith("[") else "." + inner))
    except UsageError as error:
        raise UsageError(f"-o custom-columns: {error.message}", error.hint) from None


def _cell(path: tuple[Step, ...], item: Any) -> str:
    return ",".join(value_text(value) for value in follow(path, [item])) or "<none>"
