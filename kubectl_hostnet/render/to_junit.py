"""JUnit XML, which CI systems show as test results: each endpoint is a test case."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.render.view import Layout, View
from kubectl_hostnet.text import printable


def to_junit(report: Report, layout: Layout, view: View) -> str:  # noqa: ARG001 - the signature of a format
    """A suite with a case for each item; raises UsageError for reports whose items do not pass or fail."""
    if layout.case is None:
        raise UsageError("-o junit is not for this verb", "it is for: probe")
    cases = [layout.case(item) for item in report.items]
    suite = Element(
        "testsuite",
        name=f"kubectl hostnet {report.kind}",
        tests=str(len(cases) + len(report.gaps)),
        failures=str(sum(case.outcome == "failure" for case in cases)),
        skipped=str(sum(case.outcome == "skipped" for case in cases)),
        errors=str(len(report.gaps)),
        time=f"{sum(case.seconds for case in cases):.3f}",
    )
    for case in cases:
        element = SubElement(suite, "testcase", _safe(classname=case.group, name=case.name, time=f"{case.seconds:.3f}"))
        if case.outcome:
            SubElement(element, case.outcome, _safe(type=case.kind, message=case.message)).text = _lines(case.details)
        elif case.message:
            SubElement(element, "system-out").text = printable(case.message)
    for gap in report.gaps:
        element = SubElement(suite, "testcase", _safe(classname="gaps", name=gap.resource))
        SubElement(element, "error", _safe(type="gap", message=str(gap)))
    indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suite, encoding="unicode")


def _safe(**attributes: str) -> dict[str, str]:
    """XML 1.0 has no way to write most control characters."""
    return {name: printable(value) for name, value in attributes.items()}


def _lines(details: tuple[str, ...]) -> str:
    return "\n".join(printable(line) for line in details if line)
