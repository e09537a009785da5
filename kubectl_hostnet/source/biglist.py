"""Large JSON lists read block by block, so that the file is never in memory as a whole.

A block ends where one item ends and the next begins. That place is guessed from the text and proved by the decoder: a
block that is an array of complete values has no bracket and no string open, so it ended between two items.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import msgspec

BLOCK = 1 << 20  # bytes
ENDS = 1 << 16
GUESSES = 100
NAMED = rb'"(?:kind|apiVersion)"\s*:\s*"[^"\\]*"|"metadata"\s*:\s*\{[^{}]*\}'
HEAD = re.compile(rb"\s*\{\s*(?:(?:" + NAMED + rb')\s*,\s*)*"items"\s*:\s*\[(?=\s*\{\s*("\w+"))')
TAIL = re.compile(rb"\](?:\s*,\s*(?:" + NAMED + rb"))*\s*\}\s*\Z")
KIND = re.compile(rb'"kind"\s*:\s*"([^"\\]*)"')
BETWEEN = re.compile(rb"\}\s*,\s*\{\s*\Z")
_RAWS = msgspec.json.Decoder(list[msgspec.Raw])


class BigList(NamedTuple):
    """Where the items of a list are in a file: from byte `start` to `end`; each begins with the key `first`."""

    path: Path
    kind: str
    start: int
    end: int
    first: bytes


def find(path: Path) -> BigList | None:
    """The list in a file that has the form of an API server's or kubectl's answer, from its two ends; else None."""
    size = path.stat().st_size
    with path.open("rb") as file:
        beginning = file.read(ENDS)
        file.seek(max(0, size - ENDS))
        ending = file.read()
    head, tail = HEAD.match(beginning), TAIL.search(ending)
    if head is None or tail is None:
        return None
    kind = KIND.search(beginning, 0, head.end()) or KIND.search(ending, tail.start())
    return BigList(path, kind[1].decode() if kind else "", head.end(), size - len(ending) + tail.start(), head[1])


def blocks(found: BigList) -> Iterator[list[msgspec.Raw]]:
    """The items, some at a time. Raises msgspec.DecodeError where the file is not JSON."""
    with found.path.open("rb") as file:
        file.seek(found.start)
        left, rest = found.end - found.start, b""
        while left:
            text = rest + _next(file, min(max(BLOCK, len(rest)), left))
            left = max(0, found.end - file.tell())
            items, used = _whole(text, found.first) if left else (_decoded(text), len(text))
            if items:
                yield items
            rest = text[used:].lstrip(b", \t\r\n") if items else text


def _next(file: BinaryIO, size: int) -> bytes:
    text = file.read(size)
    if len(text) < size:
        raise msgspec.DecodeError("Input data was truncated")
    return text


def _whole(text: bytes, first: bytes) -> tuple[list[msgspec.Raw], int]:
    """The complete items at the beginning of a text, and how many bytes they take; none when no end is found."""
    end = len(text)
    for _ in range(GUESSES):
        end = text.rfind(first, 0, end)
        if end < 0:
            break
        between = BETWEEN.search(text, max(0, end - 1000), end)
        if between is None:
            continue
        try:
            return _decoded(memoryview(text)[: between.start() + 1]), between.start() + 1
        except msgspec.DecodeError:
            continue
    return [], 0


def _decoded(items: bytes | memoryview) -> list[msgspec.Raw]:
    return _RAWS.decode(b"".join((b"[", items, b"]")))
