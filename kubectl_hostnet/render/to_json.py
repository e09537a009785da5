"""JSON, indented, in UTF-8 with control characters escaped."""

from __future__ import annotations

from typing import Any

import msgspec

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.render.envelope import envelope
from kubectl_hostnet.render.view import Layout, View
from kubectl_hostnet.text import UNSAFE


def to_json(report: Report, _layout: Layout, _view: View) -> str:
    """The envelope as JSON."""
    return json_text(envelope(report))


def json_text(document: Any) -> str:
    r"""Any plain data as indented JSON; what a terminal might obey is written as `\u....`, which parsers read back."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    return UNSAFE.sub(lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)
