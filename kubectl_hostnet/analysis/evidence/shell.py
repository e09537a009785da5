"""Shell scripts in `command` and `args`, taken apart into simple commands: enough of sh to find who listens where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from functools import lru_cache

OPERATORS = ";&|\n(){}"
HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_][\w.-]*)\1[^\n]*\n.*?\n[\t ]*\2[ \t]*(?=\n|\Z)", re.DOTALL)
REDIRECTION = re.compile(r"\d*(?:>>|>\||>&|<&|<<<|<>|>|<)&?")
ASSIGNMENT = re.compile(r"^([A-Za-z_]\w*)\+?=(.*)$", re.DOTALL)
VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?([-=+?])((?:[^{}]|\{[^{}]*\})*))?\})")
LONGEST = 200_000  # characters of a script that are looked at


@lru_cache(maxsize=4096)
def commands(script: str) -> tuple[tuple[str, ...], ...]:
    """The simple commands of a script, each as its words; quotes taken off, redirections and comments left out.

    Control words (`if`, `do`, ...) stay in front of their commands. Never raises: what is not shell comes out as words.
    """
    found: list[tuple[str, ...]] = []
    words: list[str] = []
    for word in _words(_without_heredocs(script[:LONGEST])):
        if word is None:
            found.append(tuple(words))
            words = []
        else:
            words.append(word)
    return tuple(command for command in (*found, tuple(words)) if command)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-default}` with what is known; what is not known stays as it is."""

    def value(match: re.Match[str]) -> str:
        name, sign, default = match[1] or match[2], match[3], match[4]
        if sign == "+":
            return default if variables.get(name) else ""
        if variables.get(name):
            return variables[name]
        return default if sign in ("-", "=") else variables.get(name, match[0])

    return VARIABLE.sub(value, text) if "$" in text else text


def assign(word: str, variables: MutableMapping[str, str]) -> bool:
    """Take in `NAME=value`; False if the word is no assignment."""
    found = ASSIGNMENT.match(word)
    if found:
        variables[found[1]] = expand(found[2], variables)
    return bool(found)


def _without_heredocs(script: str) -> str:
    return (
        HEREDOC.sub("", script.replace("\\\r\n", " ").replace("\\\n", " "))
        if "<<" in script or "\\" in script
        else script
    )


def _words(script: str) -> Iterator[str | None]:
    """Words, and None between commands."""
    position, length = 0, len(script)
    while position < length:
        sign = script[position]
        if sign in " \t\r":
            position += 1
        elif sign == "#":
            end = script.find("\n", position)
            position = length if end < 0 else end
        elif sign in OPERATORS:
            yield None
            position += 1
        elif redirection := REDIRECTION.match(script, position):
            _, position = _word(script, redirection.end() + _blank(script, redirection.end()))
        else:
            word, position = _word(script, position)
            yield word


def _blank(script: str, start: int) -> int:
    return len(script[start : start + 64]) - len(script[start : start + 64].lstrip(" \t"))


def _word(script: str, position: int) -> tuple[str, int]:
    """One word from `position` on, and where it ends; `$(...)`, `${...}` and backquotes stay in it as they are."""
    parts: list[str] = []
    while position < len(script):
        sign = script[position]
        if sign in " \t\r\n;&|()<>":
            break
        if sign == "\\":
            parts.append(script[position + 1 : position + 2])
            position += 2
        elif sign in "'\"`":
            text, position = _quoted(script, position)
            parts.append(text)
        elif script.startswith(("$(", "${"), position):
            end = _closing(script, position + 1)
            parts.append(script[position:end])
            position = end
        else:
            parts.append(sign)
            position += 1
    return "".join(parts), position


def _quoted(script: str, position: int) -> tuple[str, int]:
    quote, start = script[position], position + 1
    position = start
    while position < len(script) and script[position] != quote:
        position += 2 if script[position] == "\\" and quote != "'" else 1
    text = script[start:position]
    if quote == '"':
        text = re.sub(r'\\(["\\$`])', r"\1", text)
    return (f"`{text}`" if quote == "`" else text), min(position + 1, len(script))


def _closing(script: str, start: int) -> int:
    """The end of what opens at `start` with ( or {, nesting counted; the end of the script if it never closes."""
    opening, closing = script[start], {"(": ")", "{": "}"}[script[start]]
    depth = 0
    for position in range(start, len(script)):
        depth += (script[position] == opening) - (script[position] == closing)
        if depth == 0:
            return position + 1
    return len(script)
