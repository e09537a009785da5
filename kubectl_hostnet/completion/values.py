"""What can stand for the value of an option or for an argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from kubectl_hostnet.completion.cursor import Cursor
from kubectl_hostnet.completion.grammar import Grammar, Option

Words = Sequence[tuple[str, str]]
FILES: Final[Words] = [("", "any file")]  # compared by identity: the shell completes file names by itself
FILE_METAVARS = frozenset({"FILE", "PATH", "DIR", "DIRECTORY"})
# Options that name files by their nature; --path is part of a URL.
NOT_FILES = frozenset({"--path"})


def of_option(option: Option, cursor: Cursor, known: Grammar) -> Words:
    """Values of an option; FILES for file names; nothing for free text."""
    provider = PROVIDERS.get(option.name) or METAVARS.get(option.metavar)
    if provider:
        return provider(cursor, known)
    return FILES if is_file(option) else _plain(_choices(option.metavar))


def is_file(option: Option) -> bool:
    """Whether the value is the name of a file or directory."""
    return option.metavar in FILE_METAVARS and option.name not in NOT_FILES


def of_argument(known: Grammar, cursor: Cursor) -> Words:
    """Values of the argument at the cursor; what is on the line already is not offered again."""
    index = len(cursor.arguments)
    if not known.arguments or (index >= len(known.arguments) and not known.arguments[-1].many):
        return []
    metavar = known.arguments[min(index, len(known.arguments) - 1)].metavar
    plain = metavar.strip("[].").upper()
    provider = METAVARS.get(plain)
    if provider:
        return [pair for pair in provider(cursor, known) if pair[0] not in cursor.arguments]
    return FILES if plain in FILE_METAVARS else _plain(_choices(metavar.strip("[]")))


def _choices(metavar: str) -> list[str]:
    """`a|b|c` lists the values by itself; in `PORT|any`, only `any` is one."""
    return [word for word in metavar.removesuffix(",...").split("|") if word.islower()] if "|" in metavar else []


def _plain(words: Iterable[str]) -> list[tuple[str, str]]:
    return [(word, "") for word in words]


def _formats(_cursor: Cursor, _known: Grammar) -> Words:
    from kubectl_hostnet.render.formats import ARGUMENTS as WITH_ARGUMENT  # 15 ms, for -o only
    from kubectl_hostnet.render.formats import FORMATS

    return [(f"{name}=" if name in WITH_ARGUMENT else name, "") for name in FORMATS]


def _context_names(kind: Literal["contexts", "clusters", "users"]) -> Callable[[Cursor, Grammar], Words]:
    def names(cursor: Cursor, known: Grammar) -> Words:
        from kubectl_hostnet.completion.live import connection_of, contexts  # YAML, for these only

        return _plain(contexts(kind, connection_of(cursor, known)))

    return names


def _live(kind: Literal["namespaces", "nodes", "pods"]) -> Callable[[Cursor, Grammar], Words]:
    def names(cursor: Cursor, known: Grammar) -> Words:
        if kind == "pods" and "all_namespaces" in cursor.values:
            return []  # names and -A do not go together
        from kubectl_hostnet.completion.live import connection_of, live_names  # cluster code, for these only

        return _plain(live_names(kind, connection_of(cursor, known), cursor.value("namespace")))

    return names


def _schemes(_cursor: Cursor, _known: Grammar) -> Words:
    from kubectl_hostnet.commands.probe_options import SCHEMES  # 60 ms, for --scheme only

    return _plain(SCHEMES)


def _places(cursor: Cursor, known: Grammar) -> Words:
    nodes = _live("nodes")(cursor, known) if cursor.prefix.startswith("n") else []
    return [*_plain(("here", "apiserver", "pod/", "node/*")), *((f"node/{name}", "") for name, _ in nodes)]


def _subjects(_cursor: Cursor, _known: Grammar) -> Words:
    from kubectl_hostnet.analysis.topics import TOPICS
    from kubectl_hostnet.applications.catalog import load  # an index of some hundred files

    return _plain([*TOPICS, *load().names])


def _words(*words: str) -> Callable[[Cursor, Grammar], Words]:
    return lambda _cursor, _known: _plain(words)


Provider = Callable[[Cursor, Grammar], Words]
PROVIDERS: dict[str, Provider] = {
    "--output": _formats,
    "--namespace": _live("namespaces"),
    "--context": _context_names("contexts"),
    "--cluster": _context_names("clusters"),
    "--user": _context_names("users"),
    "--family": _words("IPv4", "IPv6"),
    "--address-type": _words("InternalIP", "ExternalIP", "Hostname", "InternalDNS", "ExternalDNS"),
    "--method": _words("HEAD", "GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"),
    "--scheme": _schemes,
    "--request-timeout": _words("5s", "30s", "1m", "0"),
    "--v": _words("0", "6", "8"),
}
METAVARS: dict[str, Provider] = {
    "NODE": _live("nodes"),
    "POD": _live("pods"),
    "TARGET": _live("pods"),
    "PLACE": _places,
    "NAMESPACE": _live("namespaces"),
    "SUBJECT": _subjects,
}
