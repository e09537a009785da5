"""Where the cursor is: at an option's name, at an option's value, or at an argument; and what the line says so far."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kubectl_hostnet.completion.grammar import Grammar, Option


class Cursor(msgspec.Struct):
    """The word being completed, and the options and arguments before it (and, for options, its own)."""

    prefix: str
    option: Option | None = None
    names_options: bool = False
    values: dict[str, list[str]] = {}
    arguments: list[str] = []

    def value(self, name: str) -> str:
        """The last value given to a field, "" for none."""
        return (self.values.get(name) or [""])[-1]


def locate(words: Sequence[str], grammar: Grammar) -> Cursor:
    """Read a verb's words as the parser will; the last one is being completed."""
    cursor = Cursor(prefix=words[-1])
    waiting: Option | None = None
    only_arguments = False
    for word in words[:-1]:
        if waiting:
            _record(cursor, waiting, word)
            waiting = None
        elif only_arguments or not word.startswith("-") or word == "-":
            cursor.arguments.append(word)
        elif word == "--":
            only_arguments = True
        else:
            waiting = _read(cursor, grammar, word)
    if waiting:
        cursor.option = waiting
    elif not only_arguments and cursor.prefix.startswith("-"):
        _at_option(cursor, grammar)
    return cursor


def _read(cursor: Cursor, grammar: Grammar, word: str) -> Option | None:
    """Note the options in a word such as `-A`, `--node=x` or `-An`; the one whose value is the next word, if any."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        option = grammar.option(name)
        if option and option.takes_value and not equals:
            return option
        if option:
            _record(cursor, option, value)
        return None
    for index, letter in enumerate(word[1:], 2):
        option = grammar.option(f"-{letter}")
        if option is None:
            return None
        if option.takes_value:
            rest = word[index:].removeprefix("=")
            if not rest:
                return option
            _record(cursor, option, rest)
            return None
        _record(cursor, option, "")
    return None


def _record(cursor: Cursor, option: Option, value: str) -> None:
    cursor.values.setdefault(option.field, []).append(value)


def _at_option(cursor: Cursor, grammar: Grammar) -> None:
    """The cursor's own word begins with a dash: `--na`, `--namespace=ku` or `-n=ku`."""
    name, equals, value = cursor.prefix.partition("=")
    option = grammar.option(name) if equals else None
    if option and option.takes_value:
        cursor.option, cursor.prefix = option, value  # answers are values: shells put `--name=` before them
    else:
        cursor.names_options = not equals
