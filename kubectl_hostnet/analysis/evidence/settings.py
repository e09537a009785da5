"""What is set on a command line: flags with their values in all spellings, `name=value` words, and bare words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from kubectl_hostnet.analysis.evidence.commandline import Command

Kind = Literal["flag", "variable", "key"]
ATTACHED = re.compile(r"^(?P<dashes>-{0,2})(?P<name>[A-Za-z][\w.:\[\]-]*?)=(?P<value>.*)$", re.DOTALL)
# -p8080, -l:8080, -b0.0.0.0:80
SHORT = re.compile(r"^-(?P<name>[A-Za-z])(?P<value>\d{2,5}|(?:[\d.]+|\*|\[[^\]]*\])?:\d{1,5})$")
NEGATIVE = re.compile(r"^-\d+$")
JAVA_PROPERTY = re.compile(r"^-D(?P<name>[A-Za-z][\w.-]*)=(?P<value>.*)$", re.DOTALL)
SPACED = re.compile(r"^(?P<name>--?[A-Za-z][\w.-]*)\s+(?P<value>\S+)$")


class Setting(msgspec.Struct, frozen=True, gc=False):
    """A name and the value given to it; `shown` is how it is written, `field` where. Names keep no dashes."""

    name: str
    value: str
    shown: str
    field: str
    kind: Kind = "flag"
    short: bool = False


class Bare(msgspec.Struct, frozen=True, gc=False):
    """A word that belongs to no flag, with the bare word or flag before it."""

    text: str
    before: str
    shown: str
    field: str


def settings(command: Command) -> Iterator[Setting | Bare]:
    """Everything that a command line sets. A flag without `=` may own the word after it: that word is given twice."""
    words = command.words
    for index, word in enumerate(words):
        shown, field = command.shown[index], command.fields[index]
        if found := JAVA_PROPERTY.match(word) or ATTACHED.match(word) or SPACED.match(word):
            yield Setting(found["name"].lstrip("-"), found["value"], shown, field)
        elif found := SHORT.match(word):
            yield Setting(found["name"], found["value"], shown, field, short=True)
        elif word.startswith("-") and len(word) > 1 and not NEGATIVE.match(word):
            yield _with_next(command, index)
        else:
            yield Bare(word, words[index - 1] if index else command.program, shown, field)


def _with_next(command: Command, index: int) -> Setting:
    word, shown = command.words[index], command.shown[index]
    following = command.words[index + 1] if index + 1 < len(command.words) else ""
    if following.startswith("-") and not NEGATIVE.match(following):
        following = ""
    elif following:
        shown = f"{shown} {command.shown[index + 1]}"
    short = len(word) == len("-p") and word[1].isalpha()
    return Setting(word.lstrip("-"), following, shown, command.fields[index], short=short)
