"""YAML, the same data as JSON."""

from __future__ import annotations

from typing import Any

import yaml

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.render.envelope import envelope
from kubectl_hostnet.render.view import Layout, View


def to_yaml(report: Report, _layout: Layout, _view: View) -> str:
    """The envelope as YAML; PyYAML quotes and escapes whatever is not printable ASCII."""
    return yaml_text(envelope(report))


def yaml_text(document: Any) -> str:
    """Any plain data as YAML."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(document, Dumper=dumper, sort_keys=False, default_flow_style=False, width=4096)
    return text.rstrip("\n")
