"""The table of `list`."""

from __future__ import annotations

from datetime import datetime, timezone

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.hostpods import HostPod, reachable_addresses
from kubectl_hostnet.duration import age
from kubectl_hostnet.inventory.pod import Owner
from kubectl_hostnet.render.view import Column, Layout, View


def _name(item: HostPod, _view: View) -> str:
    return item.name or (f"{item.workload.kind.lower()}/{item.workload.name}" if item.workload else "")


def _status(item: HostPod, _view: View) -> str:
    return item.status + (" (static)" if item.static else "")


def _address(item: HostPod, view: View) -> str:
    shown = ",".join(reachable_addresses(item))
    if not item.stale:
        return shown
    return f"{shown} (stale: {item.stale})" if view.wide else f"{shown} (stale)"


def _all_addresses(item: HostPod, _view: View) -> str:
    return ",".join(f"{a.type}/{a.family or 'name'}={a.address}" for a in item.addresses)


def _ports(item: HostPod, _view: View) -> str:
    return ",".join(dict.fromkeys(port_text(claim) for claim in item.ports))


def port_text(claim: Claim) -> str:
    """A claim in short: `8086/TCP`, `127.0.0.1:8088/TCP`, `8080/TCP?` for a guess, `80/TCP (forwarded)`."""
    bind = f"[{claim.bind}]:" if ":" in claim.bind else f"{claim.bind}:" if claim.bind else ""
    guess = "?" if claim.confidence == "low" else ""
    return f"{bind}{claim.port}/{claim.protocol}{guess}" + (" (forwarded)" if claim.forwarded else "")


def _evidence(item: HostPod, _view: View) -> str:
    """The strongest source of each port, each once."""
    return ",".join(dict.fromkeys(claim.evidence[0].source for claim in item.ports if claim.evidence))


def _containers(item: HostPod, _view: View) -> str:
    return ",".join(dict.fromkeys(f"{claim.port}={claim.container}" for claim in item.ports if claim.container))


def _remarks(item: HostPod, _view: View) -> str:
    """Which remark is on which ports: `undeclared: 8086/TCP,8088/TCP; loopback only: 8088/TCP`."""
    ports: dict[str, dict[str, None]] = {}
    for claim in item.ports:
        for remark in claim.remarks:
            ports.setdefault(remark, {})[f"{claim.port}/{claim.protocol}"] = None
    return "; ".join(f"{remark}: {','.join(named)}" for remark, named in ports.items())


def _owner(owner: Owner | None) -> str:
    return f"{owner.kind}/{owner.name}" if owner else ""


def _age(item: HostPod, view: View) -> str:
    if not item.created:
        return ""
    try:
        born = datetime.fromisoformat(item.created.replace("Z", "+00:00"))
    except ValueError:
        return item.created
    if born.tzinfo is None:
        born = born.replace(tzinfo=timezone.utc)
    return age(view.now - born.timestamp())


def _labels(item: HostPod, _view: View) -> str:
    return ",".join(f"{key}={value}" for key, value in item.labels.items())


HOST_PODS = Layout(
    columns=(
        Column("NAMESPACE", lambda item, _: item.namespace, shown=lambda report, _: report.across_namespaces),
        Column("NAME", _name),
        Column("READY", lambda item, _: item.ready_containers),
        Column("STATUS", _status),
        Column("NODE", lambda item, _: item.node or ""),
        Column("ADDRESS", _address),
        Column("PORTS", _ports),
        Column("EVIDENCE", _evidence),
        Column("REMARKS", _remarks, shown=lambda report, _: report.live),
        Column("AGE", _age, wide=True),
        Column("OWNER", lambda item, _: _owner(item.owner), wide=True),
        Column("WORKLOAD", lambda item, _: _owner(item.workload), wide=True),
        Column("ALL ADDRESSES", _all_addresses, wide=True),
        Column("CONTAINERS", _containers, wide=True),
        Column("LABELS", _labels, shown=lambda _, view: view.show_labels),
    ),
    name=lambda item: f"pod/{item.name}" if item.name else _name(item, View(0)),
)
