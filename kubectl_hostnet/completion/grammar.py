"""The options and arguments of each verb, from an index: 25 ms instead of 100 to 150 for reading the verb's own module.

The index knows the digest of the files it was made from. Where these are there and differ (a checkout in the making),
the verb's module is read after all; in the self-contained program there are none, and build.py has compared them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

PACKAGE = Path(__file__).parent.parent
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


class Index(msgspec.Struct, frozen=True):
    """The grammar of every verb, and the digest of the files that declare them."""

    digest: str
    verbs: dict[str, Grammar]


HELP = Option(("--help", "-h"), "help", "Show help.", takes_value=False)


def grammar(verb: str) -> Grammar:
    """What a verb takes."""
    index = read_index(INDEX)
    now = digest(PACKAGE)
    if index and verb in index.verbs and now in ("", index.digest):
        return index.verbs[verb]
    from kubectl_hostnet.completion.signature import read  # imports the verb

    return read(verb)


def read_index(path: Path) -> Index | None:
    """The index in a file, None if there is none of this form."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Index)
    except (OSError, msgspec.MsgspecError):
        return None


def digest(package: Path) -> str:
    """Identifies the files that declare options; "" where there are no such files (compiled modules only)."""
    files = [package / "options.py", *sorted((package / "commands").glob("*.py"))]
    if not files[0].exists():
        return ""
    found = hashlib.blake2b(digest_size=8)
    for file in files:
        # Line ends are git's choice, and not part of what a file says.
        found.update(file.name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()
