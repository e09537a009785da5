"""kubectl's JSONPath templates, filled in with plain data."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.jsonpath_scan import Expression, scan
from kubectl_hostnet.render.jsonpath_steps import Constant, Step, follow
from kubectl_hostnet.text import UNSAFE, printable

# What Go's encoding/json writes as escapes in text, so that JSON may stand in HTML.
HTML = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}
SHORTEST = 6


class Loop(NamedTuple):
    """`{range PATH}BODY{end}`. One without an end goes on to the template's, and once more for the outer value."""

    path: tuple[Step, ...]
    body: list[Any]
    closed: bool


Piece = str | Expression | Loop


def compiled(template: str) -> list[Piece]:
    """A template ready to be filled in; raises UsageError."""
    pieces = iter(scan(template))
    block, ended = _block(pieces)
    if ended:
        raise UsageError("not in range, nothing to end", "{end} closes a {range ...}")
    return block


def filled(template: list[Piece], data: Any) -> str:
    """The template's text with the values of plain data (dicts, lists, text, numbers) in it; raises UsageError."""
    return "".join(text for piece in template for text in _texts(piece, data))


def value_text(value: Any) -> str:
    """A value as kubectl prints it, on one line: text as it is, objects and lists as JSON with sorted keys."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, float):
        return _float_text(value)
    encoded = msgspec.json.encode(_whole(value), order="sorted").decode().translate(HTML)
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded)


def _block(pieces: Iterator[str | Expression]) -> tuple[list[Piece], bool]:
    block: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) or not piece.word:
            block.append(piece)
        elif piece.word == "end":
            return block, True
        else:
            body, closed = _block(pieces)
            block.append(Loop(piece.path, body, closed))
    return block, False


def _texts(piece: Piece, data: Any) -> Iterator[str]:
    if isinstance(piece, str):
        yield piece
    elif isinstance(piece, Loop):
        for value in [*follow(piece.path, [data]), *([] if piece.closed else [data])]:
            yield filled(piece.body, value)
    elif piece.path and isinstance(piece.path[-1], Constant) and isinstance(piece.path[-1].value, str):
        yield piece.path[-1].value  # the template's own text: its line ends are meant
    else:
        yield " ".join(value_text(value) for value in follow(piece.path, [data]))


def _whole(value: Any) -> Any:
    """2.0 is 2 in Go's JSON."""
    if isinstance(value, dict):
        return {key: _whole(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_whole(child) for child in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _float_text(value: float) -> str:
    """As Go's %v: the fewest digits, with an exponent from a million on and below 0.0001."""
    number = Decimal(repr(value)).normalize()
    exponent = number.adjusted()
    if -4 <= exponent < SHORTEST or not number:
        return f"{number:f}"
    mantissa = f"{number.scaleb(-exponent):f}"
    return f"{mantissa}e{exponent:+03d}"
