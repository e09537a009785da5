"""The steps of a kubectl JSONPath: each takes the values found so far to the values it finds in them.

The meaning is that of kubectl (client-go util/jsonpath), held by a test that runs both. No library serves: jsonpath-ng,
python-jsonpath and jsonpath-rfc9535 differ from kubectl in escaped dots (labels), in unions and in an index out of range.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

from kubectl_hostnet.errors import UsageError

Values = list[Any]


class Step(Protocol):
    """One step; raises UsageError where kubectl stops with an error."""

    def __call__(self, values: Values) -> Values:
        """The values that the step finds in each of the values, in order."""
        ...


class Field(NamedTuple):
    """`.name`, `['name']`: the value under a key; what has no such key is left out."""

    name: str

    def __call__(self, values: Values) -> Values:  # noqa: D102 - Step's
        return [value[self.name] for value in values if isinstance(value, dict) and self.name in value]


class Wildcard(NamedTuple):
    """`.*`: every value of an object, every element of a list."""

    def __call__(self, values: Values) -> Values:  # noqa: D102
        return [child for value in values for child in children(value)]


class Descent(NamedTuple):
    """`..`: each value that has anything in it, then those inside."""

    def __call__(self, values: Values) -> Values:  # noqa: D102
        return [found for value in values for found in _inside(value)]


class Slice(NamedTuple):
    """`[2]`, `[-1]`, `[0:2]`, `[::2]`, `[*]`. `single` is an index: its end is the element after it."""

    start: int
    end: int | None
    step: int
    single: bool = False

    def __call__(self, values: Values) -> Values:  # noqa: D102
        return [element for value in values if value is not None for element in self._of(_list(value))]

    def _of(self, elements: Values) -> Values:
        length = len(elements)
        start = self.start + length if self.start < 0 else self.start
        end = length if self.end is None else self.end
        end += length if end < 0 or (end == 0 and self.single) else 0
        if start == end:
            return []
        if not 0 <= start < length:
            raise UsageError(f"array index out of bounds: index {start}, length {length}", BOUNDS)
        if not 0 <= end <= length:
            raise UsageError(f"array index out of bounds: index {end - 1}, length {length}", BOUNDS)
        if start > end:
            raise UsageError(f"starting index {start} is greater than ending index {end}")
        if self.step < 1:
            raise UsageError("step must be > 0")
        return elements[start : end : self.step]


class Union(NamedTuple):
    """`['a','b']`, `[0,2]`: what each of several paths finds, path by path."""

    paths: tuple[tuple[Step, ...], ...]

    def __call__(self, values: Values) -> Values:  # noqa: D102
        return [found for path in self.paths for found in follow(path, values)]


class Constant(NamedTuple):
    """A number, a truth value or quoted text, once for each value - text once in all."""

    value: Any

    def __call__(self, values: Values) -> Values:  # noqa: D102
        return [self.value] if isinstance(self.value, str) else [self.value for _ in values]


class Filter(NamedTuple):
    """`[?(@.a=="b")]`: the elements for which it holds; without a comparison, those in which the path finds something."""

    left: tuple[Step, ...]
    comparison: str = ""
    right: tuple[Step, ...] = ()

    def __call__(self, values: Values) -> Values:  # noqa: D102
        return [
            element for value in values for element in _list(value, " and cannot be filtered") if self._holds(element)
        ]

    def _holds(self, element: Any) -> bool:
        if not self.comparison:
            return bool(follow(self.left, [element]))
        sides = follow(self.left, [element]), follow(self.right, [element])
        if not all(sides):
            return False
        if any(len(side) > 1 for side in sides):
            raise UsageError("can only compare one element at a time", "make the paths of the filter name one value")
        return _compared(sides[0][0], self.comparison, sides[1][0])


BOUNDS = "use a slice with an open end such as [1:], or [*], for lists of unknown length"
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def follow(path: tuple[Step, ...], values: Values) -> Values:
    """Take the steps one after the other."""
    for step in path:
        values = step(values)
    return values


def children(value: Any) -> Values:
    """What is directly inside a value."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _inside(value: Any) -> Iterator[Any]:
    below = children(value)
    if below or (isinstance(value, str) and value):
        yield value
    for child in below:
        yield from _inside(child)


def _list(value: Any, complaint: str = "") -> Values:
    if isinstance(value, list):
        return value
    kind = {dict: "an object", str: "text", bool: "a truth value", type(None): "nothing"}.get(type(value), "a number")
    raise UsageError(f"{kind} is not an array{complaint}", "[...] goes after the name of a list, such as .items[*]")


def _compared(left: Any, comparison: str, right: Any) -> bool:
    if comparison not in COMPARISONS:
        raise UsageError(f"unrecognized filter operator {comparison}", f"choose one of: {', '.join(COMPARISONS)}")
    kinds = {_kind(left), _kind(right)}
    if len(kinds) > 1:
        raise UsageError(
            "incompatible types for comparison", 'text goes in quotes and numbers do not: @.port==80, @.name=="x"'
        )
    if kinds & {"other"} or (kinds == {"bool"} and comparison not in ("==", "!=")):
        raise UsageError("invalid type for comparison", "text, numbers and truth values can be compared")
    return COMPARISONS[comparison](left, right)


def _kind(value: Any) -> str:
    """The kinds that kubectl compares; whole and broken numbers too, which kubectl refuses, for 1 is 1.0 in JSON."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "number"
    return "text" if isinstance(value, str) else "other"
