"""docs/applications.md, made from the application files."""

from __future__ import annotations

import inspect
from pathlib import Path

import msgspec

from kubectl_hostnet.applications.catalog import read_folder
from kubectl_hostnet.applications.schema import Application, Example, Health, Known, KnownPort

HEAD = """# Known applications

Made by `python -m kubectl_hostnet.applications.generate` from the files in `kubectl_hostnet/applications/`; do not edit.
`kubectl hostnet explain NAME` prints one of them with the flags and variables that move its ports, and its sources.

Ports in brackets are claimed only with evidence that they are switched on. `kernel` marks sockets that no process owns.

| application | images | ports | health check |
|---|---|---|---|
"""


FORM = """
## Another application

One more YAML file in `kubectl_hostnet/applications/`, named after its `name`; its `examples` are its tests, and `make docs`
writes this page. A key that is not known, or does not fit, is an error that names the file and the key.
"""
PARTS: dict[str, type[Known]] = {
    "The file": Application,
    "Each of `ports`": KnownPort,
    "`health`": Health,
    "Each of `examples`": Example,
}


def make_page(folder: Path) -> str:
    """The page, as Markdown: one row an application, then the form of their files."""
    rows = "".join(_row(application) for application in read_folder(folder))
    return HEAD + rows + FORM + "".join(_form(title, struct) for title, struct in PARTS.items())


def _form(title: str, struct: type[Known]) -> str:
    """What the keys mean, in the words of the schema, and which of them must be there."""
    fields = msgspec.structs.fields(struct)
    needed = ", ".join(f"`{field.name}`" for field in fields if field.required)
    others = ", ".join(f"`{field.name}`" for field in fields if not field.required)
    text = inspect.cleandoc(struct.__doc__ or "")
    keys = (
        f"Keys: {needed} must be there; {others} may be." if needed else f"Keys, none of which must be there: {others}."
    )
    return f"\n### {title}\n\n{text}\n\n{keys}\n"


def _row(known: Application) -> str:
    title = f"[{known.name}]({known.homepage})<br>{known.title}"
    cells = (title, _images(known), "<br>".join(map(_port, known.ports)) or "none", _health(known.health, known))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _images(known: Application) -> str:
    tags = f" (tags {', '.join(known.tags)})" if known.tags else ""
    return ", ".join(f"`{image}`" for image in known.images) + tags or ", ".join(f"`{c}`" for c in known.commands)


def _port(port: KnownPort) -> str:
    where = {"": "", "node": "node address:"}.get(port.bind, f"{port.bind}:")
    text = f"{where}{port.port}/{port.protocol} {port.purpose}"
    text += " (kernel)" if port.owner == "kernel" else ""
    return f"[{text}]" if port.when or port.needs else text


def _health(health: Health | None, known: Application) -> str:
    if health is None:
        return ""
    port = health.port or next((p.port for p in known.ports), 0)
    path = f" `{health.method} {health.path}`" if health.scheme.startswith("http") else ""
    return f"{health.scheme} {port}{path}"
