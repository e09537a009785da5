"""docs/cli.md and the manual page, from the verbs' own signatures: no option without a line here."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import is_dataclass
from importlib import import_module
from typing import Any, get_type_hints

from kubectl_hostnet import __version__, options
from kubectl_hostnet.command_line import HELP, PROGRAM, command
from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.completion.grammar import HELP as HELP_OPTION
from kubectl_hostnet.completion.grammar import Argument, Option
from kubectl_hostnet.completion.signature import declared, prints_itself
from kubectl_hostnet.options import Connection, EvidenceOptions, Output, Scope
from kubectl_hostnet.render.formats import choices

SHARED: dict[Any, str] = {
    Scope: "Which Pods",
    EvidenceOptions: "Evidence",
    Output: "Output",
    Connection: "Connection",
}
EXIT_CODES = (
    ("0", "all is well"),
    ("1", "something was found: a conflict, an endpoint that cannot be reached, a finding"),
    ("2", "the command line is wrong"),
    ("3", "the cluster could not be read"),
    ("4", "an input file is not what it should be"),
    ("130", "interrupted"),
)
HEAD = f"""# Commands

Generated from the program by `make docs`; do not edit.

{HELP.strip()}

Options go after the verb, as kubectl wants it: `kubectl hostnet list -n NAMESPACE`. They may be written as kubectl's:
`-o json`, `-o=json`, `-ojson`, `--output json`, `--output=json`.

"""


def page() -> str:
    """The page in Markdown."""
    contents = "".join(f"- [{verb}](#{verb}): {about}\n" for verb, (_, about) in VERBS.items())
    shared = "".join(
        f"\n## {title} options\n\n{_about(group)}\n\n{_table(_of(group))}" for group, title in SHARED.items()
    )
    codes = "".join(f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES)
    verbs = "".join(f"\n{_section(verb)}" for verb in VERBS)
    return f"{HEAD}{contents}{verbs}{shared}\n## Exit codes\n\n| code | meaning |\n|---|---|\n{codes}"


def manual() -> str:
    """The manual page, kubectl-hostnet(1), in man's macros."""
    lines = [f'.TH KUBECTL-HOSTNET 1 "" "kubectl-hostnet {__version__}" "kubectl plugins"']
    lines += [".SH NAME", f"kubectl-hostnet \\- {_man(HELP.splitlines()[0].rstrip('.'))}"]
    lines += [".SH SYNOPSIS", f".B {PROGRAM}", ".I VERB", "[OPTIONS]", ".SH DESCRIPTION", _man(HELP.split("\n\n")[1])]
    for verb in VERBS:
        own, _ = _signature(verb)
        about = inspect.getdoc(_run(verb)) or ""
        lines += [f".SH {verb.upper()}", f".B {_man(_usage(verb))}", ".PP", _man(about.replace("\n\n", "\n.PP\n"))]
        lines += [line for example, why in command(verb).examples for line in (".TP", _man(why), f".B {_man(example)}")]
        lines += _man_options(own)
    for group, title in SHARED.items():
        lines += [f".SH {title.upper()} OPTIONS", *_man_options(_of(group))]
    lines += [".SH EXIT STATUS"]
    for code, meaning in EXIT_CODES:
        lines += [".TP", f".B {code}", _man(meaning)]
    return "\n".join([*lines, ".SH SEE ALSO", ".BR kubectl (1)"]) + "\n"


def _section(verb: str) -> str:
    own, groups = _signature(verb)
    text = inspect.getdoc(_run(verb)) or ""
    links = ", ".join(
        f"[{title.lower()}](#{title.lower().replace(' ', '-')}-options)" for g, title in SHARED.items() if g in groups
    )
    also = f"\nAnd the options of: {links}.\n" if links else ""
    table = f"\n{_table(own)}" if own else ""
    return f"## {verb}\n\n    {_usage(verb)}\n\n{text}\n{_examples(verb)}{table}{also}"


def _examples(verb: str) -> str:
    lines = "".join(f"\n    # {about}\n    {line}\n" for line, about in command(verb).examples)
    return f"\nExamples:\n{lines}" if lines else ""


def _usage(verb: str) -> str:
    _, arguments = declared(_run(verb))
    words = [argument.metavar for argument in arguments]
    return " ".join([PROGRAM, verb, "[OPTIONS]", *words])


def _run(verb: str) -> Any:
    return import_module(f"kubectl_hostnet.commands.{VERBS[verb][0]}").run


def _signature(verb: str) -> tuple[list[Argument | Option], list[Any]]:
    """A verb's own arguments and options, and the shared groups that it takes."""
    hints = get_type_hints(_run(verb), include_extras=True)
    groups = [hint for hint in hints.values() if is_dataclass(hint) and hint in SHARED]
    own, arguments = declared({name: hint for name, hint in hints.items() if name != "return" and hint not in groups})
    return [*arguments, *own], groups if prints_itself(_run(verb)) else [*groups, Output]


def _of(group: Any) -> list[Argument | Option]:
    own, _ = declared({"group": group})
    return [*own, *([HELP_OPTION] if group is Output else [])]


def _about(group: Any) -> str:
    return str(inspect.getdoc(group))


def _table(entries: list[Argument | Option]) -> str:
    rows = "".join(f"| {_title(entry)} | {_cell(_text(entry))} |\n" for entry in entries)
    return f"| option | meaning |\n|---|---|\n{rows}"


def _title(entry: Argument | Option) -> str:
    return f"`{_cell(entry.metavar)}`" if isinstance(entry, Argument) else f"`{_cell(_names(entry))}`"


def _names(option: Option) -> str:
    names = ", ".join(sorted(option.names, key=len))
    return f"{names} {option.metavar or 'TEXT'}" if option.takes_value else names


def _text(entry: Argument | Option) -> str:
    return f"Output format: {', '.join(choices())}." if entry == _output() else entry.about


def _output() -> Option:
    return next(option for option in declared({"group": options.Output})[0] if option.field == "output")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _man_options(entries: list[Argument | Option]) -> Iterator[str]:
    for entry in entries:
        title = entry.metavar if isinstance(entry, Argument) else _names(entry)
        yield from (".TP", f".B {_man(title)}", _man(_text(entry) or "-"))


def _man(text: str) -> str:
    """Text for man: dashes are to be copied into a shell, a leading dot or quote would be a macro."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "")
    return re.sub(r"^(?!\.PP$)([.'])", r"\\&\1", escaped, flags=re.MULTILINE)
