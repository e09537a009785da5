"""The table of `list` after the sockets were read."""

from __future__ import annotations

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.hostpods import HostPod
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.render.formats import render
from kubectl_hostnet.render.view import View


def claim(port: int, *remarks: str) -> Claim:
    return Claim(port, "TCP", "", "c", None, "high", (), remarks=remarks)


def test_the_difference_to_what_is_declared_is_shown_with_live_only() -> None:
    ports = (claim(8086, "undeclared"), claim(8088, "undeclared", "loopback only"), claim(80))
    pod = HostPod(namespace="n", name="a", uid=None, node=None, addresses=(), ports=ports)
    remarks = "undeclared: 8086/TCP,8088/TCP; loopback only: 8088/TCP"
    shown = render(Report("HostPodList", [pod], live=True), "table", View(0))
    assert shown.splitlines()[0].endswith("REMARKS")
    assert shown.splitlines()[1].endswith(remarks)
    assert "REMARKS" not in render(Report("HostPodList", [pod]), "table", View(0))
