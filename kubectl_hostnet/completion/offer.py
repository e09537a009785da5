"""The words that fit at the cursor."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.completion.cursor import Cursor, locate
from kubectl_hostnet.completion.grammar import HELP, Grammar, grammar
from kubectl_hostnet.completion.values import FILES, of_argument, of_option

# Cobra's ShellCompDirective: bits.
FILES_TOO, NO_SPACE, NO_FILES, KEEP_ORDER = 0, 2, 4, 32


class Offer(msgspec.Struct, frozen=True):
    """Words with what they mean, and what else the shell may do."""

    words: tuple[tuple[str, str], ...]
    directive: int


def offer(words: list[str]) -> Offer:
    """What fits after these words of `kubectl hostnet ...`, the last of which is being completed."""
    verb = words[0]
    if len(words) == 1:
        verbs = [(name, about) for name, (_, about) in VERBS.items()]
        return _fitting(verb, verbs if not verb.startswith("-") else [(name, HELP.about) for name in HELP.names])
    if verb == "help" and len(words) == 2:
        return _fitting(words[1], [(name, about) for name, (_, about) in VERBS.items()])
    if verb not in VERBS:
        return Offer((), NO_FILES)
    known = grammar(verb)
    cursor = locate(words[1:], known)
    if cursor.names_options:
        return _fitting(cursor.prefix, _option_names(known, cursor))
    return values(known, cursor)


def values(known: Grammar, cursor: Cursor) -> Offer:
    """What fits as an option's value or as an argument."""
    found = of_option(cursor.option, cursor, known) if cursor.option else of_argument(known, cursor)
    if found is FILES:
        return Offer((), FILES_TOO)
    if not cursor.option or "," not in cursor.option.metavar:
        return _fitting(cursor.prefix, found)
    before, comma, last = cursor.prefix.rpartition(",")  # a list: what is before the last comma stays
    fitting = _fitting(last, found)
    return Offer(tuple((before + comma + word, about) for word, about in fitting.words), fitting.directive)


def _option_names(known: Grammar, cursor: Cursor) -> Iterable[tuple[str, str]]:
    """Names of the options that can still be given; an option that is there needs no second time."""
    for option in known.options:
        if option.repeatable or option.field not in cursor.values:
            yield from ((name, option.about) for name in option.names)


def _fitting(prefix: str, words: Iterable[tuple[str, str]]) -> Offer:
    fitting = tuple(dict.fromkeys((word, about) for word, about in words if word.startswith(prefix)))
    open_ended = bool(fitting) and all(word.endswith(("=", "/")) for word, _ in fitting)
    return Offer(fitting, NO_FILES | KEEP_ORDER | (NO_SPACE if open_ended else 0))
