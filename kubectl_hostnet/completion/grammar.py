"""The options and arguments of each verb, from an index: 25 ms instead of 100 to 150 for reading the verb's own module.

`make docs` writes the index, `make check` says when it is stale; a verb that it does not know is read after all.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

INDEX = Path(__file__).parent / "index.json"


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """An option: its names with dashes, its field in an option group, and whether a value follows."""

    names: tuple[str, ...]
    field: str
    about: str = ""
    metavar: str = ""
    takes_value: bool = True
    repeatable: bool = False

    @property
    def name(self) -> str:
        """The long name."""
        return max(self.names, key=len)


class Argument(msgspec.Struct, frozen=True, omit_defaults=True):
    """An argument: what the usage line calls it, and whether it may be repeated."""

    metavar: str
    many: bool = False
    about: str = ""


class Grammar(msgspec.Struct, frozen=True):
    """What a verb takes."""

    options: tuple[Option, ...]
    arguments: tuple[Argument, ...] = ()

    def option(self, name: str) -> Option | None:
        """The option of this name, such as `-n` or `--namespace`."""
        return next((option for option in self.options if name in option.names), None)


HELP = Option(("--help", "-h"), "help", "Show help.", takes_value=False)


def grammar(verb: str) -> Grammar:
    """What a verb takes."""
    known = read_index(INDEX).get(verb)
    if known:
        return known
    from kubectl_hostnet.completion.signature import read  # imports the verb

    return read(verb)


def read_index(path: Path) -> dict[str, Grammar]:
    """The index in a file: grammars by verb; empty if there is none of this form."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Grammar])
    except (OSError, msgspec.MsgspecError):
        return {}
