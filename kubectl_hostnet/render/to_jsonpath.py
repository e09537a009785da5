"""`-o jsonpath=TEMPLATE`, with kubectl's templates over the JSON envelope."""

from __future__ import annotations

from typing import Any

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.envelope import envelope
from kubectl_hostnet.render.jsonpath import Piece, compiled, filled
from kubectl_hostnet.render.view import Layout, View


def to_jsonpath(report: Report, _layout: Layout, view: View) -> str:
    """The template filled in with the whole answer; nothing is added, not even a line end. Raises UsageError."""
    template = template_of(view.argument)
    try:
        whole = envelope(report)
        return filled(template, {**whole, "items": as_the_api(whole["items"])})
    except UsageError as error:
        raise _named(error) from None


def template_of(argument: str) -> list[Piece]:
    """Check and compile the template; raises UsageError that names the option."""
    if not argument:
        raise UsageError("-o jsonpath needs a template", "for example -o jsonpath='{.items[*].name}'")
    try:
        return compiled(argument)
    except UsageError as error:
        raise _named(error) from None


def as_the_api(data: Any) -> Any:
    """The items as the Kubernetes API would send them, without what is null or an empty list (omitempty in Go).

    So `{.addresses[0].address}` of a Pending Pod is nothing, as in kubectl, and not an index out of bounds.
    """
    if isinstance(data, dict):
        return {key: as_the_api(value) for key, value in data.items() if value is not None and value not in ([], ())}
    return [as_the_api(value) for value in data] if isinstance(data, list | tuple) else data


def _named(error: UsageError) -> UsageError:
    return UsageError(f"-o jsonpath: {error.message}", error.hint)
