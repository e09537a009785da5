"""How deep a YAML text nests, before a parser is let loose on it.

libyaml's loader recurses in C: a file of 50,000 opening brackets overflows the stack and kills the process (PyYAML 6.0.3).
"""

from __future__ import annotations

import re

DEEPEST = 1000  # no Kubernetes object comes near; the parser stands twenty times as much
BRACKETS = re.compile(r"[\[{\]}]")
BRACKET_BYTES = re.compile(rb"[\[{\]}]")
INDENTED = re.compile(r"(?m)^[ \t?:-]{1000}")
INDENTED_BYTES = re.compile(rb"(?m)^[ \t?:-]{1000}")


def too_deep(text: str | bytes) -> bool:
    """An upper bound of the nesting is above DEEPEST: brackets that are open at once, or columns of indentation."""
    if isinstance(text, bytes):
        return bool(INDENTED_BYTES.search(text)) or _open(BRACKET_BYTES.findall(text), b"[{")
    return bool(INDENTED.search(text)) or _open(BRACKETS.findall(text), "[{")


def _open(brackets: list[str] | list[bytes], opening: str | bytes) -> bool:
    level = 0
    if len(brackets) <= DEEPEST:
        return False
    for bracket in brackets:
        level = level + 1 if bracket in opening else max(0, level - 1)  # type: ignore[operator]
        if level > DEEPEST:
            return True
    return False
