"""The tables of `explain`: applications, one application as a page of fields, and the words of a topic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from kubectl_hostnet.analysis.explain import ExplainedApplication, ExplainedHealth, ExplainedPort
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.applications.images import NEWEST, in_versions
from kubectl_hostnet.render.view import Column, Layout, View


class Line(NamedTuple):
    """One line of an application's page."""

    field: str
    value: str


def _page(report: Report, _view: View) -> Sequence[Any]:
    return [line for item in report.items for line in _lines(item)]


def _lines(item: ExplainedApplication) -> Iterator[Line]:
    yield Line("name", item.name)
    yield Line("title", item.title)
    yield Line("homepage", item.homepage)
    yield Line("images", ", ".join(item.images))
    yield Line("programs", ", ".join(item.programs))
    if not item.ports:
        yield Line("ports", "none by default")
    for port in item.ports:
        yield Line("port", _port(port))
        for label, text in _details(port):
            yield Line(f"  {label}", text)
    if item.health:
        yield Line("health", _health(item.health))
    for label, text in (
        ("not its ports", ", ".join(item.not_listening)),
        ("host network", item.host_network),
        ("notes", item.notes),
        ("source", item.source),
    ):
        if text:
            yield Line(label, text)


def _details(port: ExplainedPort) -> Iterator[tuple[str, str]]:
    for label, text in (
        ("when", port.when),
        ("versions", port.versions),
        ("moved by", ", ".join(port.moved_by)),
        ("configuration", ", ".join(port.configuration)),
        ("address from", ", ".join(port.address_from)),
        ("switched on by", ", ".join(port.switched_on_by)),
        ("switched off by", ", ".join(port.switched_off_by)),
    ):
        if text:
            yield label, text


def _port(port: ExplainedPort) -> str:
    notes = [
        *(["the kernel's socket"] if port.owner == "kernel" else []),
        *([] if port.by_default else ["not by default"]),
    ]
    return f"{_number(port)} {port.purpose}" + (f" ({', '.join(notes)})" if notes else "")


def _number(port: ExplainedPort) -> str:
    where = {"": "", "node": "node address:"}.get(port.bind, f"[{port.bind}]:" if ":" in port.bind else f"{port.bind}:")
    return f"{where}{port.port}/{port.protocol}"


def _health(health: ExplainedHealth) -> str:
    asked = " ".join(word for word in (health.scheme, health.method, health.path) if word)
    expected = ", ".join(map(str, health.expect_status))
    header = f", header {health.identify}" if health.identify else ""
    return f"{asked} on port {health.port}" + (f": {expected}" if expected else "") + header


def _ports(item: ExplainedApplication, _view: View) -> str:
    """The newest release's; what older ones had is on the application's page."""
    return ",".join(_number(p) for p in item.ports if p.by_default and in_versions(p.versions, NEWEST))


def _others(item: ExplainedApplication, _view: View) -> str:
    return ",".join(_number(port) for port in item.ports if not port.by_default)


APPLICATIONS = Layout(
    columns=(
        Column("NAME", lambda item, _: item.name),
        Column("TITLE", lambda item, _: item.title),
        Column("PORTS", _ports),
        Column("IF SWITCHED ON", _others, wide=True),
        Column("HEALTH", lambda item, _: _health(item.health) if item.health else "", wide=True),
        Column("IMAGES", lambda item, _: ",".join(item.images), wide=True),
        Column("HOMEPAGE", lambda item, _: item.homepage, wide=True),
    ),
    name=lambda item: f"application/{item.name}",
)
APPLICATION = Layout(
    columns=(
        Column("FIELD", lambda line, _: line.field if isinstance(line, Line) else line.name),
        Column("VALUE", lambda line, view: line.value if isinstance(line, Line) else _ports(line, view)),
    ),
    name=APPLICATIONS.name,
    together=_page,
)
TERMS = Layout(
    columns=(
        Column("TOPIC", lambda item, _: item.topic, shown=lambda report, _: len({i.topic for i in report.items}) > 1),
        Column("TERM", lambda item, _: item.term),
        Column("MEANING", lambda item, _: item.meaning),
    ),
    name=lambda item: f"{item.topic}/{item.term}",
)
