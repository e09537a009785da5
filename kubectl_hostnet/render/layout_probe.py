"""The table of `probe`."""

from __future__ import annotations

from datetime import datetime, timezone

from kubectl_hostnet.analysis.probing import ProbeItem
from kubectl_hostnet.probe.observation import Certificate
from kubectl_hostnet.render.view import Case, Column, Layout, View


def _verdict(item: ProbeItem, _view: View) -> str:
    """The verdict; a failure that is right is marked, so that nobody is alarmed by it."""
    return item.verdict + (" (expected)" if item.expected and item.verdict != "reachable" else "")


def _answer(item: ProbeItem, view: View) -> str:
    """What answered, with the certificate behind it, or the error as the operating system says it."""
    asked = f"{item.http.method} {item.http.path}: " if item.http else ""
    return asked + item.answer + (_certificate(item.tls.certificate, view) if item.tls else "")


def _certificate(certificate: Certificate, view: View) -> str:
    if not certificate.not_after:
        return ""
    now = datetime.fromtimestamp(view.now, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    word = "EXPIRED" if certificate.not_after < now else "until"
    return f", certificate {certificate.subject or '(no subject)'} {word} {certificate.not_after[:10]}"


def _time(item: ProbeItem, _view: View) -> str:
    """The time until the first byte of the answer, or until the connection stood; what came to nothing took all of it."""
    times = item.timings
    phases = [t for t in (times.resolve, times.connect, times.tls, times.first_byte) if t is not None]
    taken = sum(phases) if times.connect is not None and item.verdict == "reachable" else times.total
    return "" if taken is None else f"{taken:.1f} ms" if taken < 10 else f"{taken:.0f} ms"


def _timings(item: ProbeItem, _view: View) -> str:
    times = item.timings
    phases = {"resolve": times.resolve, "connect": times.connect, "tls": times.tls, "firstByte": times.first_byte}
    return ",".join(f"{name}={value:.1f}" for name, value in phases.items() if value is not None)


def _case(item: ProbeItem) -> Case:
    host = f"[{item.address}]" if ":" in item.address else item.address
    return Case(
        group=f"{item.namespace}.{item.pod}",
        name=f"{host}:{item.port}/{item.protocol} on {item.node} from {item.vantage}",
        outcome="failure" if item.finding else "skipped" if item.verdict == "open|filtered" else "",
        kind=item.verdict,
        message=f"{item.verdict}: {item.answer}",
        details=(item.cause, item.assumes, item.verify),
        seconds=(item.timings.total or 0.0) / 1000,
    )


PROBE = Layout(
    columns=(
        Column("NAMESPACE", lambda item, _: item.namespace, shown=lambda report, _: report.across_namespaces),
        Column("POD", lambda item, _: item.pod),
        Column("NODE", lambda item, _: item.node),
        Column("FROM", lambda item, _: item.vantage, shown=lambda report, view: view.wide or _several(report.items)),
        Column("ADDRESS", lambda item, _: item.address),
        Column("PORT", lambda item, _: f"{item.port}/{item.protocol}"),
        Column("VERDICT", _verdict),
        Column("HEALTH", lambda item, _: item.health),
        Column("TIME", _time),
        Column("ANSWER", _answer),
        Column("TIMINGS", _timings, wide=True),
        Column("CAUSE", lambda item, _: item.cause, wide=True),
        Column("ASSUMES", lambda item, _: item.assumes, wide=True),
        Column("VERIFY", lambda item, _: item.verify, wide=True),
    ),
    name=lambda item: f"pod/{item.pod}",
    case=_case,
)


def _several(items: object) -> bool:
    return isinstance(items, list) and len({item.vantage for item in items}) > 1
