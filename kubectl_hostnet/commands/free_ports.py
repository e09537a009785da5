"""The other question of `ports`: what is free."""

from __future__ import annotations

from dataclasses import replace

from kubectl_hostnet.analysis.free import free_on, known_ports, proposals
from kubectl_hostnet.analysis.portlist import NodePort
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.commands.node_reading import NodesRead
from kubectl_hostnet.commands.port_arguments import port_number, port_range, protocol_name
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.text import printable

ANY, SOMEWHERE = "any", "20000-29999"
FEW = 3


class FreeQuestion:
    """What --free, --range and --count ask for. Raises UsageError when they do not go together."""

    def __init__(self, free: list[str], within: str, count: int | None) -> None:
        self.any = any(_word(text) == ANY for text in free)
        if self.any and len(free) > 1:
            raise UsageError("--free any stands alone", "kubectl hostnet ports --free any --count 3")
        if not self.any and (within or count):
            hint = "kubectl hostnet ports --free any --range 20000-20100 --count 3"
            raise UsageError("--range and --count need --free any", hint)
        self.choices = port_range(within or SOMEWHERE, "--range")
        self.count = count or 1
        self.protocol = protocol_name(free[0].partition("/")[2], "--free") or "TCP" if self.any else ""
        asked = [] if self.any else [port_number(text, "--free") for text in free]
        self.ports = list(dict.fromkeys((port, protocol or "TCP") for port, protocol in asked))


def free_ports(question: FreeQuestion, read: NodesRead) -> Report:
    """On which nodes the ports are free, or which ports all of the nodes have free."""
    report = Report(kind="PortList", items=(), gaps=read.gaps, extra={"nodes": len(read.names)}, failure=read.failure)
    return _proposed(report, question, read) if question.any else _told(report, question, read)


def _told(report: Report, question: FreeQuestion, read: NodesRead) -> Report:
    free, holding = free_on(read.held, read.names, question.ports, read.remarks, read.seen)
    lines = [_sentence(port, protocol, len(read.names), holding) for port, protocol in question.ports]
    somewhere = {(item.port, item.protocol) for item in free}
    return replace(
        report,
        items=free,
        summary=tuple(lines) if free else (),
        empty="; ".join(lines),
        found=any(port not in somewhere for port in question.ports),
        extra={**report.extra, "held": holding},
    )


def _sentence(port: int, protocol: str, nodes: int, holding: list[NodePort]) -> str:
    """How many nodes have a port free, and who holds it on the first of the others."""
    mine = [item for item in holding if (item.port, item.protocol) == (port, protocol)]
    free = nodes - len({item.node for item in mine})
    first = [f"{item.held_by} on {item.node}" for item in mine[:FEW]]
    more = [f"{len(mine) - FEW} more"] if len(mine) > FEW else []
    held = f"; held by {', '.join([*first, *more])}" if mine else ""
    return printable(f"{port}/{protocol} is free on {free} of {nodes} node{'s' * (nodes != 1)}{held}")


def _proposed(report: Report, question: FreeQuestion, read: NodesRead) -> Report:
    seen = read.seen.issuperset(read.names)
    known = known_ports(load())
    free = proposals(read.held, read.names, question.choices, question.protocol, read.remarks, known, seen=seen)
    first, last = question.choices.start, question.choices.stop - 1
    nodes = f"all {len(read.names)} nodes" if len(read.names) != 1 else read.names[0]
    place = f"{question.protocol} port from {first} to {last} is free on {nodes}"
    few = len(free) < question.count
    return replace(
        report,
        items=free[: question.count],
        found=few,
        notes=(f"no other {place}",) if few and free else (),
        empty=f"No {place}.",
    )


def _word(text: str) -> str:
    return text.partition("/")[0].lower()
