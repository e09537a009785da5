"""Tables of a few plain columns."""

from __future__ import annotations

from kubectl_hostnet.render.view import Column, Layout

LEFTOVERS = Layout(
    columns=(
        Column("NAMESPACE", lambda item, _: item.namespace),
        Column("JOB", lambda item, _: item.name),
        Column("REMOVED", lambda item, _: "yes" if item.removed else "no"),
    ),
    name=lambda item: f"job.batch/{item.name}",
)
SHIMS = Layout(
    columns=(Column("PATH", lambda item, _: item.path), Column("ACTION", lambda item, _: item.action)),
)
VERSIONS = Layout(
    columns=(
        Column("COMPONENT", lambda item, _: item.component),
        Column("VERSION", lambda item, _: item.version),
        Column("PATH", lambda item, _: item.path),
    )
)
