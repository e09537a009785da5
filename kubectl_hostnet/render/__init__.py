"""Report -> text: one format a file, all registered in FORMATS; table layouts in LAYOUTS."""

from __future__ import annotations

from kubectl_hostnet.render.formats import FORMATS, render
from kubectl_hostnet.render.layouts import LAYOUTS

__all__ = ["FORMATS", "LAYOUTS", "render"]
