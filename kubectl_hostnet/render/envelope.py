"""The JSON contract around every answer (docs/output.md), as plain data."""

from __future__ import annotations

from typing import Any

import msgspec

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import HostnetError

API_VERSION = "hostnet.kubectl.dev/v1"


def envelope(report: Report, *, plain: bool = True) -> dict[str, Any]:
    """The whole answer: apiVersion, kind, complete, gaps, items, and what the verb adds.

    Items become plain data, or stay as they are for an encoder that knows them (half the memory of a long list).
    """
    return {
        "apiVersion": API_VERSION,
        "kind": report.kind,
        "complete": report.complete,
        "gaps": [{"resource": gap.resource, "reason": gap.reason, "effect": gap.effect} for gap in report.gaps],
        **msgspec.to_builtins(report.extra),
        **({"notes": list(report.notes)} if report.notes else {}),
        "items": plain_items(report) if plain else list(report.items),
    }


def plain_items(report: Report) -> list[Any]:
    """The items as dicts, lists, text and numbers."""
    return [msgspec.to_builtins(item) for item in report.items]


def failure_envelope(error: HostnetError) -> dict[str, Any]:
    """A failure in the same envelope, for those who asked for JSON."""
    return {
        "apiVersion": API_VERSION,
        "kind": "Error",
        "complete": False,
        "gaps": [],
        "items": [],
        "error": {"message": error.message, "hint": error.hint, "exitCode": error.exit_code},
    }
