"""Reads kubectl's JSONPath templates: text with expressions in braces."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.jsonpath_steps import Constant, Descent, Field, Filter, Slice, Step, Union, Wildcard


class Expression(NamedTuple):
    """What stands in one pair of braces. `word` is `range` or `end`, else ""."""

    path: tuple[Step, ...]
    word: str = ""


FIELD = r"(?:\\.|[^\s.,\[\]$@{}\\])*"
TOKEN = re.compile(
    rf"""
      (?P<nothing>[ @$])
    | (?P<filter>\[\?\()
    | (?P<array>\[(?P<inside>[^\]\n]*)\])
    | (?P<descent>\.\.(?P<below>(?=\w){FIELD})?)
    | (?P<field>\.(?P<name>{FIELD}))
    | (?P<quoted>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    | (?P<number>[+-]?[\d.]+|[+-])
    | (?P<word>\w{FIELD})
    """,
    re.VERBOSE,
)
# Up to the closing bracket: quotes hide one.
CONDITION = re.compile(r"""((?:"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[^"')\n])*)\)""")
COMPARISON = re.compile(r"^([^!<>=]+)([!<>=]+)(.+?)$")
KEY = re.compile(r"^'([^']*)'$")
SLICE = re.compile(r"^(-?\d*)(:-?\d*)?(:-?\d*)?$")
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\"}
LARGEST_INDEX = 2**63 - 1
HOW = "write it as {.items[*].name}; braces, brackets and quotes go in pairs"


def scan(template: str) -> list[str | Expression]:
    """The template as pieces of text and expressions; raises UsageError for what kubectl does not take."""
    pieces: list[str | Expression] = []
    position = 0
    while (opening := template.find("{", position)) >= 0:
        if opening > position:
            pieces.append(template[position:opening])
        expression, position = _expression(template, opening + 1)
        pieces.append(expression)
    if position < len(template):
        pieces.append(template[position:])
    return pieces


def path_of(expression: str) -> tuple[Step, ...]:
    """The steps of one expression that stands without its braces."""
    found, end = _expression(expression + "}", 0)
    if end <= len(expression) or found.word:
        raise UsageError(f"invalid path {expression!r}", "write it as .name or .ports[*].port")
    return found.path


def _expression(text: str, position: int) -> tuple[Expression, int]:
    steps: list[Step] = []
    word = ""
    while not text.startswith("}", position):
        token = TOKEN.match(text, position)
        if token is None:
            raise UsageError(_complaint(text[position : position + 1]), HOW)
        position = token.end()
        if token["filter"]:
            condition, position = _condition(text, position)
            steps.append(condition)
        elif token["word"] in ("range", "end"):
            word = token["word"]
        else:
            steps += _steps(token, steps)
    return Expression(tuple(steps), word), position + 1


def _complaint(character: str) -> str:
    if character in ("", "\n", "\r"):
        return "unclosed action"
    special = {"[": "unterminated array", '"': "unterminated quoted string", "'": "unterminated quoted string"}
    return special.get(character, f"unrecognized character in action: {character!r}")


def _steps(token: re.Match[str], before: list[Step]) -> list[Step]:
    kind = token.lastgroup or ""
    if kind == "descent" and before and isinstance(before[-1], Descent):
        raise UsageError("invalid multiple recursive descent", HOW)
    return MAKERS[kind](token) if kind in MAKERS else []


def _field(name: str) -> Step:
    return Wildcard() if name == "*" else Field(name.replace("\\", ""))


def _number(text: str) -> int | float:
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        raise UsageError(f"cannot parse number {text}", HOW) from None


def _truth(word: str) -> bool:
    if word not in ("true", "false"):
        raise UsageError(f"unrecognized identifier {word}", f"a field's name begins with a dot: {{.{word}}}")
    return word == "true"


def _array(inside: str) -> list[Step]:
    parts = inside.split(",")
    if len(parts) > 1:
        return [Union(tuple(path_of(f"[{part.strip(' ')}]") for part in parts))]
    if key := KEY.match(inside):
        return list(path_of("." + key[1]))
    found = SLICE.match(":" if inside == "*" else inside)
    if found is None:
        raise UsageError(f"invalid array index {inside}", "write [0], [1:3], [*], ['key'] or [?(@.name==\"x\")]")
    return [_slice(*found.groups())]


def _slice(start: str, end: str | None, step: str | None) -> Slice:
    first = _index(start) or 0
    if end is None:
        return Slice(first, first + 1, 1, single=True)
    return Slice(first, _index(end[1:]), 1 if step in (None, ":") else _index(step[1:]) or 0)


def _index(text: str) -> int | None:
    if text == "-" or len(text) > len(str(LARGEST_INDEX)):
        raise UsageError(f"array index {text} is not a number", HOW)
    return int(text) if text else None


def _condition(text: str, position: int) -> tuple[Filter, int]:
    found = CONDITION.match(text, position)
    if found is None:
        raise UsageError("unterminated filter", 'write it as [?(@.name=="x")]')
    if not text.startswith("]", found.end()):
        raise UsageError("unclosed array expect ]", 'write it as [?(@.name=="x")]')
    sides = COMPARISON.match(found[1])
    if sides is None:
        return Filter(path_of(found[1])), found.end() + 1
    return Filter(path_of(sides[1]), sides[2], path_of(sides[3])), found.end() + 1


def _unquoted(text: str) -> str:
    quote = text[0]

    def plain(match: re.Match[str]) -> str:
        word = match[1]
        if word == quote or word in ESCAPES:
            return ESCAPES.get(word, word)
        if len(word) == 1:
            raise UsageError(f"unquote string {text} error invalid syntax", 'known escapes: \\n \\t \\" \\\\ \\u00e9')
        code = int(word, 8) if word[0] in "01234567" else int(word[1:], 16)
        return chr(code) if code < 0x110000 else "\ufffd"

    return ESCAPE.sub(plain, text[1:-1])


MAKERS: dict[str, Callable[[re.Match[str]], list[Step]]] = {
    "array": lambda token: _array(token["inside"]),
    "descent": lambda token: [Descent(), *([_field(token["below"])] if token["below"] else ())],
    "field": lambda token: [_field(token["name"])],
    "quoted": lambda token: [Constant(_unquoted(token["quoted"]))],
    "number": lambda token: [Constant(_number(token["number"]))],
    "word": lambda token: [Constant(_truth(token["word"]))],
}
