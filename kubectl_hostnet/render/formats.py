"""The table of contents of formats: choices, help and documentation come from here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.layouts import layout_of
from kubectl_hostnet.render.view import Layout, View

Format = Callable[[Report, Layout, View], str]

# Each is a module with a function of the same name, imported when chosen: yaml, csv and tabulate take 10 to 20 ms.
FORMATS: dict[str, str] = {
    "table": "to_table",
    "wide": "to_table",
    "json": "to_json",
    "yaml": "to_yaml",
    "name": "to_name",
    "csv": "to_csv",
    "markdown": "to_markdown",
    "junit": "to_junit",
    "jsonpath": "to_jsonpath",
    "custom-columns": "to_custom_columns",
}
# The formats that take an argument (`-o jsonpath=TEMPLATE`): what it is called, and what checks it.
ARGUMENTS: dict[str, tuple[str, str]] = {
    "jsonpath": ("TEMPLATE", "template_of"),
    "custom-columns": ("HEADER:PATH", "columns_of"),
}


def render(report: Report, name: str, view: View) -> str:
    """The report in the format called `name`; raises UsageError for a format or sort field that does not exist."""
    return "".join(pieces(report, name, view))


def pieces(report: Report, name: str, view: View) -> Iterable[str]:
    """The same text, in pieces where the format has a function `pieces`: a long text then is never there as a whole."""
    ordered = _sorted(report, view.sort_by)
    module = import_module(f"kubectl_hostnet.render.{FORMATS[name]}")
    layout, wishes = layout_of(report.kind), replace(view, wide=view.wide or name == "wide")
    if hasattr(module, "pieces"):
        found: Iterable[str] = module.pieces(ordered, layout, wishes)
        return found
    write: Format = getattr(module, FORMATS[name])
    return [write(ordered, layout, wishes)]


def choices() -> list[str]:
    """The formats as one writes them: `json`, `jsonpath=TEMPLATE`."""
    return [f"{name}={ARGUMENTS[name][0]}" if name in ARGUMENTS else name for name in FORMATS]


def choose(output: str) -> tuple[str, str]:
    """Split `-o` into format and argument: `jsonpath={.items[*].name}`; raises UsageError, before anything is read."""
    name, equals, argument = output.partition("=")
    if name not in FORMATS or (equals and name not in ARGUMENTS):
        raise UsageError(f"unknown output format {output!r}", f"choose one of: {', '.join(choices())}")
    if name in ARGUMENTS:
        _, check = ARGUMENTS[name]
        getattr(import_module(f"kubectl_hostnet.render.{FORMATS[name]}"), check)(argument)
    return name, argument


def _sorted(report: Report, path: str) -> Report:
    if not path:
        return report
    steps = [step for step in path.strip("{}").replace("[", ".").replace("]", "").split(".") if step]
    from kubectl_hostnet.render.envelope import plain_items  # only when sorting was asked for

    keyed = [(_value(plain, steps), item) for plain, item in zip(plain_items(report), report.items, strict=True)]
    if keyed and all(value is None for value, _ in keyed):
        known = ", ".join(f".{key}" for key in plain_items(report)[0])
        raise UsageError(f"--sort-by {path}: no item has this field", f"fields: {known}")
    keyed.sort(key=lambda pair: _order(pair[0]))
    return replace(report, items=[item for _, item in keyed])


def _value(plain: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(plain, Mapping):
            plain = plain.get(step)
        elif isinstance(plain, list | tuple) and step.isdigit() and int(step) < len(plain):
            plain = plain[int(step)]
        else:
            return None
    return plain


def _order(value: Any) -> tuple[int, float, str]:
    """Nothing first, then numbers by size, then text."""
    if value is None:
        return (0, 0, "")
    if isinstance(value, bool | int | float):
        return (1, float(value), "")
    return (2, 0, str(value))
