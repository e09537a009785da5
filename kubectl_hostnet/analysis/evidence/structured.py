"""Configuration files as keys and values: JSON, YAML, TOML, INI and properties, whatever the text turns out to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
import yaml

from kubectl_hostnet.source.nesting import too_deep

BIGGEST = 400_000  # characters of a file that is read
DEEPEST = 60  # levels that are looked at
MOST = 20_000  # values; YAML aliases can multiply a small file
SECTION = re.compile(r"^\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}\s*(?:[#;].*)?$")
ASSIGNED = re.compile(r"^\s*([A-Za-z][\w.\-/]*)\s*[=:]\s*(.*?)\s*$")
DIRECTIVE = re.compile(r"^\s*([A-Za-z][\w.-]*)[ \t]+(\S.*?)\s*;?$")
COMMENT = re.compile(r"\s+[#;].*$")
SWITCHES = {"enable", "enabled", "Enable", "Enabled"}
FALSE = {"false", "no", "off", "0"}


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A value of a file; `path` has no list positions. `off`: a switch beside or above it says that it is not in use."""

    path: str
    value: str
    off: bool = False


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that leaves every scalar as text: `on`, `0660` and `80:80` stay what they look like."""


_Loader.yaml_implicit_resolvers = {"<": [("tag:yaml.org,2002:merge", re.compile(r"^<<$"))]}


@lru_cache(maxsize=512)
def documents(text: str) -> tuple[Any, ...]:
    """The mappings and lists of a YAML or JSON text; empty for anything else, and for what is too big or too deep."""
    if len(text) > BIGGEST or too_deep(text):
        return ()
    try:
        found = [msgspec.json.decode(text)]
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            found = list(yaml.load_all(text, _Loader))
        except (yaml.YAMLError, ValueError, RecursionError, TypeError):
            return ()
    return tuple(document for document in found if isinstance(document, (dict, list)))


@lru_cache(maxsize=512)
def entries(text: str) -> tuple[Entry, ...]:
    """All values of a file, whatever its format. Never raises."""
    found = documents(text)
    if found:
        return tuple(entry for document in found for entry in flat(document))
    return tuple(_lines(text)) if len(text) <= BIGGEST else ()


def flat(document: Any) -> list[Entry]:
    """The scalars of a document by dotted path, at most MOST of them."""
    found: list[Entry] = []
    _collect(document, "", False, found, 0)
    return found


def _collect(value: Any, path: str, off: bool, found: list[Entry], depth: int) -> None:
    if len(found) >= MOST or depth > DEEPEST:
        return
    if isinstance(value, dict):
        off = off or any(str(value.get(switch)).lower() in FALSE for switch in SWITCHES if switch in value)
        off = off or str(value.get("disabled", "")).lower() == "true"
        for key, inner in value.items():
            _collect(inner, f"{path}.{key}" if path else str(key), off, found, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, path, off, found, depth + 1)
    else:
        found.append(Entry(path, _text(value), off))


def _text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _lines(text: str) -> Iterator[Entry]:
    """INI, TOML, properties: `[section]` and `key = value`; and directives without a sign, `listener 1883`."""
    section = ""
    for line in () if text.startswith("#!") else text.splitlines()[:MOST]:
        if line.lstrip().startswith(("#", ";", "//", "!")):
            continue
        if found := SECTION.match(line):
            section = found[1].strip("\"' ") + "."
        elif found := ASSIGNED.match(line):
            value = COMMENT.sub("", found[2]).strip().strip("\"'").strip("[]").strip("\"'")
            yield Entry(section + found[1], value)
        elif found := DIRECTIVE.match(line):
            first = found[2].partition(" ")[0]
            yield Entry(section + found[1], first if first.isdecimal() else found[2])
