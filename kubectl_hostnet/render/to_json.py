"""JSON, indented, in UTF-8 with control characters escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.render.envelope import envelope
from kubectl_hostnet.render.view import Layout, View
from kubectl_hostnet.text import UNSAFE

# The encoder escapes what is below a space already; the line ends are its own.
DELETE = "\x7f"
ITEMS, NO_ITEMS = '\n  "items": [', '\n  "items": []'
AT_ONCE = 1000
UNSAFE_IN_JSON = re.compile(UNSAFE.pattern.replace("\x00-\x1f", ""))


def to_json(report: Report, layout: Layout, view: View) -> str:
    """The envelope as JSON."""
    return "".join(pieces(report, layout, view))


def pieces(report: Report, _layout: Layout, _view: View) -> Iterator[str]:
    """The same text, some items at a time: encoded, indented and as text, a long list would be there three times."""
    begin, end = json_text(envelope(replace(report, items=()))).split(NO_ITEMS)
    if not report.items:
        yield begin + NO_ITEMS + end
        return
    yield begin + ITEMS
    for start in range(0, len(report.items), AT_ONCE):
        some = json_text(list(report.items[start : start + AT_ONCE])).removeprefix("[").removesuffix("\n]")
        yield ("," if start else "") + some.replace("\n", "\n  ")
    yield "\n  ]" + end


def json_text(document: Any) -> str:
    r"""Any plain data as indented JSON; what a terminal might obey is written as `\u....`, which parsers read back."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2)
    if text.isascii():  # ten times as fast, for hundreds of megabytes
        return text.decode("ascii").replace(DELETE, "\\u007f")
    return UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text.decode())
