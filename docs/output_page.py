"""docs/output.md, from the structs that are encoded: the JSON contract cannot drift from the program."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
from msgspec import inspect as types

from kubectl_hostnet.analysis.conclusion import Conclusion
from kubectl_hostnet.analysis.conflict import Conflict
from kubectl_hostnet.analysis.explain import ExplainedApplication
from kubectl_hostnet.analysis.fit import Fit
from kubectl_hostnet.analysis.free import FreePort
from kubectl_hostnet.analysis.hostpods import HostPod
from kubectl_hostnet.analysis.portlist import NodePort
from kubectl_hostnet.analysis.probing import ProbeItem
from kubectl_hostnet.analysis.topics import Term
from kubectl_hostnet.commands.cleanup import Leftover
from kubectl_hostnet.commands.version import Version

# kind: (what makes it, the items' struct, keys of the envelope beside items, with their structs)
KINDS: dict[str, tuple[str, type[msgspec.Struct], dict[str, type[msgspec.Struct] | str]]] = {
    "HostPodList": ("list", HostPod, {}),
    "PortList": (
        "ports",
        NodePort,
        {
            "nodes": "how many nodes were looked at",
            "held": "with --free: who holds the ports elsewhere, as items of `ports`",
        },
    ),
    "ProbeReport": ("probe", ProbeItem, {"conclusions": Conclusion}),
    "ConflictReport": ("conflicts", Conflict, {"fits": Fit}),
    "LeftoverList": ("cleanup", Leftover, {}),
    "ApplicationList": ("explain", ExplainedApplication, {}),
    "Application": ("explain APP", ExplainedApplication, {}),
    "TermList": ("explain TOPIC", Term, {}),
    "Version": ("version", Version, {}),
}
OTHERS: dict[str, tuple[str, type[msgspec.Struct]]] = {"PortList": ("ports --free", FreePort)}
HEAD = """# Output: the JSON and YAML contract

Generated from the program by `make docs`; do not edit.

Every verb answers `-o json` and `-o yaml` with one envelope:

| key | meaning |
|---|---|
| `apiVersion` | `hostnet.kubectl.dev/v1`. Within v1 keys are only ever added. |
| `kind` | which verb answered; see below |
| `complete` | `false` when something that the answer needs could not be read; a partial answer never passes for a whole one |
| `gaps` | what could not be read: `resource`, `reason`, `effect` (what the answer lacks because of it) |
| `notes` | sentences for people; absent when there are none |
| `items` | the answer |

A failure has kind `Error`, empty `items`, and `error` with `message`, `hint` and `exitCode`.

Exit codes: 0 clean; 1 findings (a conflict, an unreachable endpoint, no free node); 2 usage; 3 the cluster could not be
read; 4 bad input file; 130 interrupted. 1 never means failure.

`-o jsonpath=TEMPLATE` and `-o custom-columns=HEADER:PATH,...` are kubectl's, over this envelope (jsonpath) or its items
(custom-columns); a test compares them with the real kubectl. What is `null` counts as absent, as in the Kubernetes API:

    -o jsonpath='{range .items[*]}{.name}{"\\t"}{.ports[*].port}{"\\n"}{end}'
    -o jsonpath='{.items[?(@.node=="node-2")].name}'
    -o custom-columns=NAME:.name,NODE:.node,PORTS:.ports[*].port

Three things differ, on purpose: an empty list does not end the search of `{.items[*].ports[*].port}`, whole numbers compare
with broken ones, and an object in a column is JSON.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    seen: set[str] = set()
    for kind, (verb, struct, extra) in KINDS.items():
        parts.append(f"\n## {kind} (`{verb}`)\n")
        for key, value in extra.items():
            text = value if isinstance(value, str) else f"a list of {value.__name__}"
            parts.append(f"\nThe envelope also has `{key}`: {text}.\n")
        parts += _sections(struct, seen)
        if kind in OTHERS:
            other_verb, other = OTHERS[kind]
            parts.append(f"\nWith `{other_verb}`:\n")
            parts += _sections(other, seen)
        for value in extra.values():
            parts += [] if isinstance(value, str) else _sections(value, seen)
    return "".join(parts)


def _sections(struct: type[msgspec.Struct], seen: set[str]) -> list[str]:
    if struct.__name__ in seen:
        return [f"\nItems are {struct.__name__}, above.\n"]
    seen.add(struct.__name__)
    info = types.type_info(struct)
    assert isinstance(info, types.StructType)  # noqa: S101 - for the type checker
    text = inspect.cleandoc(struct.__doc__ or "").replace("\n\n", "\n")
    rows = [f"| `{field.encode_name}` | {_words(field.type)} |" for field in info.fields]
    inner = [found for field in info.fields for found in _structs(field.type)]
    head = f"\n**{struct.__name__}**: {text}\n\n| key | type |\n|---|---|\n"
    more = [
        section for found in dict.fromkeys(inner) if found.__name__ not in seen for section in _sections(found, seen)
    ]
    return [head + "\n".join(rows) + "\n", *more]


def _words(kind: Any) -> str:
    """A type in words."""
    simple = {types.StrType: "text", types.IntType: "number", types.FloatType: "number", types.BoolType: "true or false",
              types.NoneType: "null", types.AnyType: "anything", types.BytesType: "text"}  # fmt: skip
    if type(kind) in simple:
        return simple[type(kind)]
    if isinstance(kind, types.UnionType):
        return " or ".join(_words(part) for part in kind.types)
    if isinstance(kind, types.LiteralType):
        return ", ".join(f"`{value}`" if value else "empty" for value in kind.values)
    if isinstance(kind, types.VarTupleType | types.ListType):
        return f"list of {_words(kind.item_type)}"
    if isinstance(kind, types.TupleType):
        return "list of " + ", ".join(_words(part) for part in kind.item_types)
    if isinstance(kind, types.DictType):
        return f"map of text to {_words(kind.value_type)}"
    return kind.cls.__name__ if isinstance(kind, types.StructType) else str(kind)


def _structs(kind: Any) -> list[type[msgspec.Struct]]:
    """Structs inside of a type."""
    if isinstance(kind, types.StructType):
        return [kind.cls]
    parts = [getattr(kind, name, ()) for name in ("types", "item_types")]
    inner = [p for group in parts for p in group] + [
        getattr(kind, n) for n in ("item_type", "value_type") if hasattr(kind, n)
    ]
    return [found for part in inner for found in _structs(part)]
