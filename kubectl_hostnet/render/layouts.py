"""Table layouts, by report kind: the table of contents."""

from __future__ import annotations

from kubectl_hostnet.render.layout_conflicts import CONFLICTS
from kubectl_hostnet.render.layout_explain import APPLICATION, APPLICATIONS, TERMS
from kubectl_hostnet.render.layout_hostpods import HOST_PODS
from kubectl_hostnet.render.layout_ports import PORTS
from kubectl_hostnet.render.layout_probe import PROBE
from kubectl_hostnet.render.view import Column, Layout

LAYOUTS: dict[str, Layout] = {
    "LeftoverList": Layout(
        columns=(
            Column("NAMESPACE", lambda item, _: item.namespace),
            Column("JOB", lambda item, _: item.name),
            Column("REMOVED", lambda item, _: "yes" if item.removed else "no"),
        ),
        name=lambda item: f"job.batch/{item.name}",
    ),
    "HostPodList": HOST_PODS,
    "PortList": PORTS,
    "ConflictReport": CONFLICTS,
    "ProbeReport": PROBE,
    "ApplicationList": APPLICATIONS,
    "Application": APPLICATION,
    "TermList": TERMS,
    "CompletionShim": Layout(
        (Column("PATH", lambda item, _: item.path), Column("ACTION", lambda item, _: item.action))
    ),
    "Version": Layout(
        columns=(
            Column("COMPONENT", lambda item, _: item.component),
            Column("VERSION", lambda item, _: item.version),
            Column("PATH", lambda item, _: item.path),
        )
    ),
}
