"""A verb's options and arguments, read from its `run` as the command line parser does, without building the parser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.completion.grammar import HELP, Argument, Grammar, Option
from kubectl_hostnet.options import Output


def read(verb: str) -> Grammar:
    """What a verb takes; its module is imported for it."""
    run = import_module(f"kubectl_hostnet.commands.{VERBS[verb][0]}").run
    hints = _hints(run)
    if Output not in hints.values() and not prints_itself(run):
        hints["printing"] = Output  # command_line.py adds these
    options, arguments = declared(hints)
    return Grammar((*options, HELP), tuple(arguments))


def declared(signature: Callable[..., Any] | dict[str, Any]) -> tuple[list[Option], list[Argument]]:
    """The options and the arguments of a function, or of annotations by name; option groups are opened."""
    options: list[Option] = []
    arguments: list[Argument] = []
    for name, kind, info in _flat(signature if isinstance(signature, dict) else _hints(signature)):
        if isinstance(info, ArgumentInfo):
            arguments.append(Argument(str(info.metavar or name.upper()), get_origin(kind) is list, info.help or ""))
        elif isinstance(info, OptionInfo) and not info.hidden:
            options.append(_option(name, kind, info))
    return options, arguments


def prints_itself(run: Callable[..., Any]) -> bool:
    """Whether a verb has no output options, for it makes no report."""
    return get_type_hints(run).get("return") is int


def _hints(run: Callable[..., Any]) -> dict[str, Any]:
    hints = get_type_hints(run, include_extras=True)
    hints.pop("return", None)
    return hints


def _flat(hints: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Name, type and typer's description of each parameter, option groups opened."""
    for name, hint in hints.items():
        if is_dataclass(hint):
            inside = get_type_hints(hint, include_extras=True)
            yield from ((entry.name, *get_args(inside[entry.name])[:2]) for entry in fields(hint))
        else:
            kind, info = get_args(hint)[:2]
            yield name, kind, info


def _option(name: str, kind: Any, info: OptionInfo) -> Option:
    first = [info.default] if isinstance(info.default, str) else []  # in Annotated, the first name stands there
    declared = [part for text in [*first, *(info.param_decls or ())] for part in text.split("/")]
    names = [text for text in declared if text.startswith("-")]
    return Option(
        names=tuple(names or [f"--{name.replace('_', '-')}"]),
        field=name,
        about=(info.help or "").replace(": FORMATS", ""),
        metavar=str(info.metavar or ""),
        takes_value=kind is not bool and not info.count,
        repeatable=get_origin(kind) is list,
    )
