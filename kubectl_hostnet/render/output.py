"""Where answers leave the program: data to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from typing import Any

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.options import Output
from kubectl_hostnet.render.envelope import failure_envelope
from kubectl_hostnet.render.formats import pieces
from kubectl_hostnet.render.view import View
from kubectl_hostnet.text import printable

STRUCTURED = ("json", "yaml")
PIECE = 1 << 20  # characters
# As in kubectl: what a script reads is not accompanied by "No resources found".
SILENT = (*STRUCTURED, "jsonpath", "custom-columns")


def show(report: Report, name: str, argument: str, output: Output, *, now: float) -> int:
    """Print a report, its notes and its gaps; the exit code."""
    view = View(
        now=now,
        argument=argument,
        headers=not output.no_headers,
        sort_by=output.sort_by,
        show_labels=output.show_labels,
        colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR"),
    )
    text = ""
    for text in pieces(report, name, view):
        write(text)
    if text and name != "jsonpath":
        write("\n")
    sys.stdout.flush()
    if not report.items and name not in SILENT and report.failure is None:
        say(report.empty)
    for note in report.notes:
        say(f"note: {note}")
    for gap in report.gaps:
        say(f"warning: {gap}")
    if report.failure is not None:
        _explain(report.failure)
        return report.failure.exit_code
    return 1 if report.found else 0


def show_failure(error: HostnetError, arguments: list[str]) -> int:
    """Say what failed on stderr, and in the envelope on stdout when JSON or YAML was asked for; the exit code."""
    chosen = structured(arguments)
    if chosen:
        write(_document(failure_envelope(error), chosen) + "\n")
        sys.stdout.flush()
    _explain(error)
    return error.exit_code


def structured(arguments: list[str]) -> str:
    """`json` or `yaml` when the words of the command line ask for it, whatever else is wrong with them."""
    for index, word in enumerate(arguments):
        value = arguments[index + 1] if word in ("-o", "--output") and index + 1 < len(arguments) else word
        for prefix in ("--output=", "-o=", "-o", ""):
            if value.startswith(prefix) and value[len(prefix) :] in STRUCTURED and (prefix or value is not word):
                return value[len(prefix) :]
    return ""


def write(text: str) -> None:
    """Text to stdout, in UTF-8 where the locale has no word for a character; in pieces, for each is copied twice."""
    for start in range(0, len(text), PIECE):
        piece = text[start : start + PIECE]
        try:
            sys.stdout.write(piece)
        except UnicodeEncodeError:
            sys.stdout.write(piece.encode("ascii", "backslashreplace").decode())


def say(line: str) -> None:
    """One line to stderr."""
    sys.stdout.flush()
    sys.stderr.write(printable(line) + "\n")


def _explain(error: HostnetError) -> None:
    say(f"error: {error.message}")
    if error.hint:
        say(f"hint: {error.hint}")


def _document(document: dict[str, Any], name: str) -> str:
    if name == "yaml":
        from kubectl_hostnet.render.to_yaml import yaml_text

        return yaml_text(document)
    from kubectl_hostnet.render.to_json import json_text

    return json_text(document)
