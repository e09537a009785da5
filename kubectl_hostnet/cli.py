"""Where a command line is run, and its outcome turned into an exit code."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import typer

from kubectl_hostnet.command_line import HELP, PROGRAM, SETTINGS, Verbs
from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.errors import HostnetError, UsageError
from kubectl_hostnet.text import printable

INTERRUPTED = 130
# typer 0.29 has click inside, older ones beside: only names that typer itself exports work with both.
ClickUsageError = typer.BadParameter.__base__
ClickException = ClickUsageError.__base__ if ClickUsageError else Exception
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


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
    except SystemExit:  # click's answer to a broken pipe, with 1, which would mean findings
        raise BrokenPipeError from None
    sys.stdout.flush()
    return code if isinstance(code, int) else 0


def _without_reader() -> int:
    """The reader has gone (`| head`): no failure, and nothing to say. Python would complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


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
