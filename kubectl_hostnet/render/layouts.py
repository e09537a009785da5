"""Table layouts, by report kind: the table of contents."""

from __future__ import annotations

from importlib import import_module

from kubectl_hostnet.render.view import Layout

# Each is a name in a module of this package, imported when its kind is shown: a layout brings its verb's types along.
LAYOUTS: dict[str, tuple[str, str]] = {
    "HostPodList": ("layout_hostpods", "HOST_PODS"),
    "PortList": ("layout_ports", "PORTS"),
    "ConflictReport": ("layout_conflicts", "CONFLICTS"),
    "ProbeReport": ("layout_probe", "PROBE"),
    "LeftoverList": ("layout_small", "LEFTOVERS"),
    "ApplicationList": ("layout_explain", "APPLICATIONS"),
    "Application": ("layout_explain", "APPLICATION"),
    "TermList": ("layout_explain", "TERMS"),
    "CompletionShim": ("layout_small", "SHIMS"),
    "Version": ("layout_small", "VERSIONS"),
}


def layout_of(kind: str) -> Layout:
    """The layout of a report kind; one without columns for a kind that has none."""
    if kind not in LAYOUTS:
        return Layout(())
    module, name = LAYOUTS[kind]
    found: Layout = getattr(import_module(f"kubectl_hostnet.render.{module}"), name)
    return found
