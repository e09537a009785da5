"""Verbs as commands of typer: their options from the annotations of `run`, their help, and the printing of what they return."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Annotated, Any, get_args, get_type_hints

import typer
import typer.core
import typer.main

from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.options import Connection, Output

PROGRAM = "kubectl hostnet"
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
CONNECTION = frozenset(entry.name for entry in fields(Connection))
HELP = """Where host-networked Pods live, what they listen on, and whether they can be reached.

Reads the cluster of your kubectl context; changes nothing unless a flag asks for it.
"""


class Verbs(typer.core.TyperGroup):
    """All verbs; each one's module is imported only when the verb is called."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(rich_markup_mode=None, **keywords)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - click's signature
        """Names, in the order of the table of contents."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - click's signature
        """The command of a verb, or None."""
        return command(cmd_name) if cmd_name in VERBS else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - click's signature
        """The list of verbs for --help, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in VERBS.items()])


class Verb(typer.core.TyperCommand):
    """A verb that takes flags as kubectl does: `-o=json`, `--no-headers=true`. `examples`: command lines, what for."""

    examples: Sequence[tuple[str, str]] = ()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Rewrite pflag's spellings into click's, then parse."""
        switches = {name for p in self.params if getattr(p, "is_flag", False) for name in p.opts}
        return super().parse_args(ctx, _as_click(args, switches))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Examples first; how to reach the cluster, which kubectl's users know, comes last and apart."""
        if self.examples:
            with formatter.section("Examples"):
                formatter.write("\n".join(f"  # {about}\n  {line}\n" for line, about in self.examples))
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": [], "Connection": []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            title = "Arguments" if parameter.param_type_name == "argument" else "Options"
            if record:
                sections["Connection" if parameter.name in CONNECTION else title].append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


def command(name: str) -> Any:
    """The typer command of a verb, built from its `run` function."""
    module = import_module(f"kubectl_hostnet.commands.{VERBS[name][0]}")
    application = typer.Typer(add_completion=False, rich_markup_mode=None)
    application.command(name=name, cls=Verb, context_settings=SETTINGS)(_callback(module.run))
    built: Any = typer.main.get_command(application)
    built.name, built.examples = name, getattr(module, "EXAMPLES", ())
    return built


def _callback(run: Callable[..., Any]) -> Callable[..., int]:
    """A function with plain options for typer that calls `run` with option groups, and prints its report.

    A `run` that only ever prints by itself (`-> int`) has no output options.
    """
    hints = get_type_hints(run, include_extras=True)
    prints_itself = hints.pop("return", None) is int
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}
    wants_output = any(hint is Output for hint in groups.values())
    parameters: dict[str, inspect.Parameter] = {}
    for name, parameter in inspect.signature(run).parameters.items():
        if name not in groups:
            parameters[name] = parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
    for group in [*groups.values(), *([] if wants_output or prints_itself else [Output])]:
        parameters.update(_flattened(group))

    def callback(**values: Any) -> int:
        made = {name: group(**{f.name: values[f.name] for f in fields(group)}) for name, group in groups.items()}
        plain = {name: value for name, value in values.items() if name in hints}
        output = Output(**{f.name: values[f.name] for f in fields(Output) if f.name in values})
        return _perform(lambda: run(**made, **plain), output)

    callback.__signature__ = inspect.Signature(list(parameters.values()))  # type: ignore[attr-defined]
    callback.__annotations__ = {name: p.annotation for name, p in parameters.items()}
    callback.__doc__ = run.__doc__
    return callback


def _flattened(group: Any) -> dict[str, inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    found = {}
    for entry in fields(group):
        default = entry.default_factory() if callable(entry.default_factory) else entry.default
        kind, option = get_args(hints[entry.name])
        if "FORMATS" in (option.help or ""):
            from kubectl_hostnet.render.formats import choices  # the one place where formats are listed

            listed = option.help.replace("FORMATS", ", ".join(choices()))
            option = typer.Option(*_names(option), metavar=option.metavar, help=listed)
        found[entry.name] = inspect.Parameter(
            entry.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option]
        )
    return found


def _names(option: Any) -> list[str]:
    return (
        [option.default, *(option.param_decls or ())]
        if isinstance(option.default, str)
        else list(option.param_decls or ())
    )


def _perform(run: Callable[[], Any], output: Output) -> int:
    """Run a verb and print its report. A verb that printed a stream by itself returns its exit code."""
    from kubectl_hostnet.render.formats import choose

    name, argument = choose(output.output)
    report = run()
    if isinstance(report, int):
        return report
    from kubectl_hostnet.render.output import show

    return show(report, name, argument, output, now=time.time())


def _as_click(args: list[str], switches: set[str]) -> list[str]:
    """`-o=json` -> `-o json`; `--flag=true` -> `--flag`, `--flag=false` -> nothing, as pflag reads them."""
    words: list[str] = []
    for index, word in enumerate(args):
        if word == "--":
            return words + args[index:]
        name, equals, value = word.partition("=")
        if equals and name in switches and value.lower() in ("true", "false", "1", "0", "t", "f"):
            words += [name] if value.lower() in ("true", "1", "t") else []
        elif equals and len(name) == 2 and name[0] == "-" and name != "--":
            words += [name, value]
        else:
            words.append(word)
    return words
