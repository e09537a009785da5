"""Text that came from a cluster or a network, made harmless for a terminal."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL, surrogates, and the Unicode characters that reorder or hide text (Trojan Source).
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]")


def printable(text: str) -> str:
    r"""The text on one line, with every control character shown as its escape (`\x1b`), so that none takes effect."""
    # Everything in UNSAFE is not printable for Python either, whose own look at a text takes a fifth of the time.
    return text if text.isprintable() else UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    named = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    return named or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
