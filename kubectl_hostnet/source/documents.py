"""Documents in files: JSON or YAML, one or many, lists taken apart, each with its kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from kubectl_hostnet.errors import HostnetError, InputError
from kubectl_hostnet.source import biglist, yaml_text
from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.source.nesting import too_deep
from kubectl_hostnet.text import printable

SUFFIXES = (".json", ".yaml", ".yml")
HOW = "make one with kubectl get pods,nodes,services -A -o json"
LOGS_BEGIN = b"==== START logs for "
LOGS = re.compile(b"^" + LOGS_BEGIN + b".*?^==== END logs for [^\n]*$", re.DOTALL | re.MULTILINE)
BIG = 16 << 20  # bytes, from which on a file is read in blocks
# What an object begins with when its keys are sorted, as kubectl prints them: no need to look further for its kind.
SORTED = re.compile(rb'\s*\{\s*"apiVersion"\s*:\s*"[^"\\]*"\s*,\s*"kind"\s*:\s*"(\w+)"')
YAML_MARK = re.compile(rb"^(---|%YAML)", re.MULTILINE)


class Document(NamedTuple):
    """Objects of one kind: their JSON (a list of msgspec.Raw), or one object's parsed content (from YAML)."""

    kind: str
    content: Any


class _Head(msgspec.Struct):
    kind: str = ""
    items: list[msgspec.Raw] | None = None


class _Kind(msgspec.Struct):
    kind: str = ""


_HEAD, _KIND = msgspec.json.Decoder(_Head), msgspec.json.Decoder(_Kind)


def read(path: str, stdin: bytes | None, gaps: list[Gap]) -> Iterator[Document]:
    """Every object in a file, in the files of a directory tree, or on standard input. Raises InputError.

    In a directory a broken file is a gap, for the others still count; alone it is an error.
    """
    if path == "-":
        yield from parse(stdin or b"", "standard input")
        return
    place = Path(path)
    if not place.is_dir():
        yield from _file(place)
        return
    files = sorted(p for p in place.rglob("*") if p.suffix in SUFFIXES and p.is_file())
    if not files:
        raise InputError(f"{path} holds no .json, .yaml or .yml files", HOW)
    for file in files:
        try:
            yield from _file(file)
        except HostnetError as error:
            reason = error.message.removeprefix(f"{file} ")
            gaps.append(Gap(f"file {printable(str(file))}", reason, "its objects are missing"))


def parse(text: bytes, name: str) -> Iterator[Document]:
    """Every object in a text, JSON or YAML by its look. Raises InputError that names the place."""
    stripped = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not stripped:
        raise InputError(f"{name} is empty", HOW)
    if stripped[:1] in b"{[":
        yield from _json(stripped, name)
    else:
        yield from _yaml(text, name)


def _file(path: Path) -> Iterator[Document]:
    try:
        big = biglist.find(path) if path.stat().st_size >= BIG else None
        text = b"" if big else path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}", "check the path and its permissions") from None
    yield from _big(big) if big else parse(text, str(path))


def _big(found: biglist.BigList) -> Iterator[Document]:
    try:
        for raws in biglist.blocks(found):
            yield from _by_kind(found.kind, raws)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _incomplete(str(found.path), 0, error) from None


def _json(text: bytes, name: str) -> Iterator[Document]:
    try:
        head = _HEAD.decode(text)
    except msgspec.ValidationError:
        raise InputError(f"{name} is JSON, but not a Kubernetes object", HOW) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        yield from _json_sequence(text, name, error)
        return
    yield from _taken_apart(head, text)


def _taken_apart(head: _Head, text: bytes) -> Iterator[Document]:
    if head.items is None:
        yield Document(head.kind, [msgspec.Raw(text)])
        return
    yield from _by_kind(head.kind, head.items)


def _by_kind(kind: str, raws: list[msgspec.Raw]) -> Iterator[Document]:
    """A list's items, those of one kind that follow each other together; `List` says nothing of its items."""
    implied = kind.removesuffix("List")
    if implied or not raws:
        yield Document(implied or kind, raws)
        return
    for name, group in groupby(raws, _kind):
        yield Document(name, list(group))


def _kind(raw: msgspec.Raw) -> str:
    found = SORTED.match(raw)
    if found:
        return found[1].decode("ascii", "replace")
    try:
        return _KIND.decode(raw).kind
    except msgspec.ValidationError:
        return ""  # null or a number among the items: nothing of ours


def _json_sequence(text: bytes, name: str, first_error: Exception) -> Iterator[Document]:
    """Several JSON documents after each other, with logs between them: what `kubectl cluster-info dump` prints."""
    import json  # only here: the standard parser knows where a document ends

    rest = LOGS.sub(b"", text).decode("utf-8", "replace").lstrip()
    decoder = json.JSONDecoder()
    count = 0
    while rest:
        if rest.startswith("---"):
            rest = rest[3:].lstrip()
            continue
        try:
            _, end = decoder.raw_decode(rest)
            head = _HEAD.decode(rest[:end])
        except (ValueError, RecursionError):  # msgspec's errors are ValueErrors too
            yield from _broken_json(text, name, count, first_error)
            return
        yield from _taken_apart(head, rest[:end].encode())
        count += 1
        rest = rest[end:].lstrip()


def _broken_json(text: bytes, name: str, count: int, error: Exception) -> Iterator[Document]:
    if count == 0 and YAML_MARK.search(text):
        yield from _yaml(text, name)  # YAML in flow style begins like JSON
        return
    raise _incomplete(name, count, error)


def _incomplete(name: str, count: int, error: Exception) -> InputError:
    after = f" after {count} documents" if count else ""
    reason = "it ends in the middle" if "truncated" in str(error) else printable(str(error))
    return InputError(f"{name} is not complete JSON{after}: {reason}", "was it written to the end? make it again")


def _yaml(text: bytes, name: str) -> Iterator[Document]:
    if LOGS_BEGIN in text:
        text = LOGS.sub(b"", text)
    if too_deep(text):
        raise InputError(f"{name} is nested too deeply to be read", "repair the file, or make it again")
    try:
        for content in yaml.load_all(text, Loader=yaml_text.Loader):
            yield from _yaml_objects(content, name)
    except (*yaml_text.ERRORS, ValueError) as error:
        message = f"{name} is neither JSON nor YAML{printable(yaml_text.problem(error))}"
        raise InputError(message, "repair the file, or make it again") from None


def _yaml_objects(content: Any, name: str) -> Iterator[Document]:
    if isinstance(content, list):
        for item in content:
            yield from _yaml_objects(item, name)
        return
    if not isinstance(content, dict):
        return
    kind, items = str(content.get("kind") or ""), content.get("items")
    if not kind and "apiVersion" in content and "items" in content:  # kubectl writes a list's kind after its items
        raise InputError(f"{name} is not complete: it ends within a list", "was it written to the end? make it again")
    if kind.endswith("List") and isinstance(items, list):
        if not items:
            yield Document(kind, [])
        for item in items:
            if isinstance(item, dict):
                yield Document(kind.removesuffix("List") or str(item.get("kind") or ""), item)
    elif kind:
        yield Document(kind, content)
