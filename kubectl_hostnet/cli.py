"""The typer application: registers the verbs, prints what they found, and turns the outcome into an exit code."""

from __future__ import annotations

import atexit
import errno
import gc
import inspect
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NoReturn, get_args, get_type_hints

import typer
import typer.core
import typer.main

from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.errors import HostnetError, UsageError
from kubectl_hostnet.options import Connection, Output
from kubectl_hostnet.text import printable

PROGRAM = "kubectl hostnet"
INTERRUPTED = 130
# typer 0.29 has click inside, older ones beside: only names that typer itself exports work with both.
ClickUsageError = typer.BadParameter.__base__
ClickException = ClickUsageError.__base__ if ClickUsageError else Exception
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


def entry_point() -> None:
    """What the console script calls: `main`, and one line instead of a traceback for a defect of this program."""
    # 40,000 Pods are a million objects that stay: the default thresholds would look at them a thousand times.
    gc.set_threshold(1_000_000, 20, 1000)
    _reopen_closed_streams()
    try:
        code = main()
    except Exception as error:
        if os.environ.get("HOSTNET_DEBUG"):
            raise
        _say(f"error: internal error: {type(error).__name__}: {printable(str(error))}")
        _say("hint: this is a defect of kubectl-hostnet; HOSTNET_DEBUG=1 shows where; please report it")
        code = HostnetError.exit_code
    _leave(code)


def main(argv: list[str] | None = None) -> int:
    """Run the program; the exit codes are those of design.md, section 4. Never raises for anything a user can do."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return _run(arguments)
    except HostnetError as error:
        return _fail(error, arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return _without_reader()
    except OSError as error:
        if error.errno not in FULL:
            raise
        _without_reader()
        return _fail(
            HostnetError(f"cannot write the answer: {error.strerror}", "make room, or write elsewhere"), arguments
        )


def _reopen_closed_streams() -> None:
    """A stream that the caller has closed (`>&-`) is None in Python; as in Go it is the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for the whole run


def _leave(code: int) -> NoReturn:
    """End without taking 40,000 Pods apart one by one, which is 0.2 s of work for nothing; what must be done is done."""
    atexit._run_exitfuncs()  # noqa: SLF001 - the client's temporary certificates, for one
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # main has flushed, and told of what went wrong
            stream.flush()
    os._exit(code)


def _run(arguments: list[str]) -> int:
    application = Verbs(name=PROGRAM, help=HELP, context_settings=SETTINGS)
    if not arguments or arguments[0] == "help":  # as kubectl: no verb, `help`, `help VERB`
        arguments = [*arguments[1:2], "--help"]
    if arguments == ["--version"]:
        arguments = ["version"]
    try:
        code = application.main(args=arguments, prog_name=PROGRAM, standalone_mode=False)
    except typer.Exit as stop:
        code = stop.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except ClickException as error:  # type: ignore[misc]
        raise _usage_error(error, arguments) from None
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


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


CONNECTION = frozenset(entry.name for entry in fields(Connection))


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
        try:
            return _perform(lambda: run(**made, **plain), output)
        except BrokenPipeError:
            return _without_reader()

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


def _without_reader() -> int:
    """The reader has gone (`| head`): no failure, and nothing to say. Python would complain when it flushes at exit.

    A verb's is caught before click sees it, which would exit with 1: findings.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


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


def _usage_error(error: Any, arguments: list[str]) -> UsageError:
    context = getattr(error, "ctx", None)  # none when an option lacks its value
    path = context.command_path if context else " ".join([PROGRAM, *(word for word in arguments[:1] if word in VERBS)])
    message = error.format_message().rstrip(".").strip()
    message = message[:1].lower() + message[1:]
    message = re.sub(r"valid int(eger)?( range)?$", "valid number", message)
    message, _, possible = message.partition(" (Possible options: ")
    hint = f"did you mean {possible.rstrip(')')}? see {path} --help" if possible else f"see {path} --help"
    if path == PROGRAM and message.startswith("no such option"):
        hint = f"options go after the verb: {PROGRAM} list -n NAMESPACE; see {PROGRAM} --help"
    if path == PROGRAM and message.startswith("no such command"):
        from difflib import get_close_matches

        close = get_close_matches(message.split("'")[1] if "'" in message else "", VERBS, n=1)
        hint = f"did you mean {PROGRAM} {close[0]}?" if close else f"see {PROGRAM} --help"
    return UsageError(message, hint)


def _fail(error: HostnetError, arguments: list[str]) -> int:
    from kubectl_hostnet.render.output import show_failure

    return show_failure(error, arguments)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    entry_point()
