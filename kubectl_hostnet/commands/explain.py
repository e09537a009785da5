"""The verb `explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from kubectl_hostnet.analysis.explain import close_names, explained, find
from kubectl_hostnet.analysis.report import Report
from kubectl_hostnet.analysis.topics import TOPICS, terms, words
from kubectl_hostnet.applications.catalog import Catalog, load
from kubectl_hostnet.errors import UsageError

Subject = Annotated[
    str,
    typer.Argument(
        metavar="[SUBJECT]",
        help="An application, an image, a port such as 8472/UDP, a topic or a word of one; default: the applications.",
        show_default=False,
    ),
]


def run(subject: Subject = "") -> Report:
    """What is known of an application, or what a word in the reports means.

    An application's ports with what moves them or switches them on, its health check, and where the facts were read.
    Topics: evidence, confidence, verdicts, conflicts, vantage, remarks, bind. Needs no cluster.
    """
    catalog = load()
    if not subject:
        items = [explained(known) for known in catalog]
        return Report("ApplicationList", items, summary=(f"\nTopics: {', '.join(TOPICS)}",))
    if subject.lower() in TOPICS:
        return Report("TermList", terms(subject.lower()))
    found = find(catalog, subject)
    if found:
        return Report("Application" if len(found) == 1 else "ApplicationList", found)
    meant = words(subject)
    if not meant:
        raise _unknown(subject, catalog)
    return Report("TermList", meant)


def _unknown(subject: str, catalog: Catalog) -> UsageError:
    known = [*catalog.names, *TOPICS, *(word for _, listed in TOPICS.values() for word in listed)]
    close = close_names(subject.rsplit("/", 1)[-1].partition(":")[0], known)
    meant = f"did you mean {', '.join(close)}?" if close else "`kubectl hostnet explain` lists the applications"
    return UsageError(f"nothing is known of {subject!r}", meant)
