"""The items of `probe`: each endpoint with its verdict, and what the whole means for the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kubectl_hostnet.analysis.conclusion import Conclusion
from kubectl_hostnet.analysis.reachability import HealthWord
from kubectl_hostnet.analysis.report import Item, Report
from kubectl_hostnet.analysis.results import Result
from kubectl_hostnet.analysis.rules import Verdict
from kubectl_hostnet.analysis.verify import NODE
from kubectl_hostnet.errors import ClusterError
from kubectl_hostnet.probe.observation import Http, Timings, Tls
from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.text import printable

FEW = 5
DIRECT = "Connections go straight to the node's address: no Service and no kube-proxy is involved."
# Verdicts of an endpoint where nobody should answer.
SHUT = frozenset({"refused", "filtered", "rejected", "no-route", "name-error", "open|filtered"})


class HttpItem(Item, frozen=True):
    """An HTTP answer. `application` and `version` are filled where the answer proves the application."""

    status: int
    headers: dict[str, str]
    application: str
    version: str
    method: str
    path: str
    reason: str


class ProbeItem(Item, frozen=True, kw_only=True):
    """One endpoint as one vantage point sees it.

    `answer` is what answered, or the error as the operating system says it. `health` is the application's and apart
    from reachability. `expected` says that the verdict is what it should be: reachable for the Pod's own endpoint, not
    answered for another node's (`elsewhere`) and for a port that is bound to the node's loopback. `finding` marks those
    that make the exit code 1.
    """

    namespace: str
    pod: str
    node: str
    vantage: str
    address: str
    port: int
    protocol: str
    scheme: str
    verdict: Verdict
    cause: str
    assumes: str
    verify: str
    answer: str
    health: HealthWord
    expected: bool
    elsewhere: bool
    finding: bool
    http: HttpItem | None
    tls: Tls | None
    timings: Timings
    error: str
    earlier: tuple[str, ...]


def probe_report(
    results: Sequence[Result],
    conclusions: Sequence[Conclusion],
    gaps: Iterable[Gap],
    notes: Iterable[str],
    *,
    across: bool = False,
    empty: str = "No resources found",
) -> Report:
    """The report: found means that an endpoint of a Pod's own is not reachable."""
    found = findings(results)
    wrong = {id(result) for result in found}
    unseen = [result for result in results if result.judgement is None]
    return Report(
        kind="ProbeReport",
        items=[item for result in results if (item := probe_item(result, finding=id(result) in wrong))],
        gaps=(*gaps, *(Gap(r.place, r.observation.error, "not probed") for r in unseen)),
        notes=tuple(notes),
        summary=tuple(_summary(conclusions, results, found)),
        empty=empty,
        found=bool(found),
        extra={"conclusions": list(conclusions)},
        across_namespaces=across,
        failure=_not_seen(unseen, results),
    )


def probe_item(result: Result, *, finding: bool) -> ProbeItem | None:
    """The item of a result, None where nothing was seen."""
    endpoint, seen, judgement = result.endpoint, result.observation, result.judgement
    if judgement is None:
        return None
    return ProbeItem(
        namespace=endpoint.pod.namespace,
        pod=endpoint.pod.name,
        node=endpoint.node,
        vantage=seen.vantage,
        address=endpoint.address.address,
        port=endpoint.claim.port,
        protocol=endpoint.claim.protocol,
        scheme=seen.target.ask.scheme,
        verdict=judgement.verdict,
        cause=judgement.cause,
        assumes=judgement.assumes,
        verify=judgement.verify.replace(f"node/{NODE}", f"node/{endpoint.node}"),
        answer=judgement.answer,
        health=judgement.health,
        expected=(judgement.verdict in SHUT) if endpoint.unexpected else judgement.verdict == "reachable",
        elsewhere=endpoint.elsewhere,
        finding=finding,
        http=_http(seen.http, seen.target.ask.path, judgement.application, judgement.version) if seen.http else None,
        tls=seen.tls,
        timings=seen.timings,
        error=seen.error,
        earlier=seen.earlier,
    )


def findings(results: Sequence[Result]) -> list[Result]:
    """The results of a Pod's own endpoints that are not reachable, which make the exit code 1.

    Not so: other nodes and loopback listeners; a claim of low confidence, which may be wrong itself; UDP silence, which
    proves nothing; an address of a family for which this machine has no route, while the port answers at another one.
    """
    answering = {(r.endpoint.pod.key, r.port) for r in results if r.verdict == "reachable"}
    return [result for result in results if _failing(result, answering)]


def _failing(result: Result, answering: set[tuple[tuple[str, str], str]]) -> bool:
    endpoint = result.endpoint
    if (
        endpoint.unexpected
        or endpoint.claim.confidence == "low"
        or result.verdict in ("", "reachable", "open|filtered")
    ):
        return False
    return result.verdict != "no-route" or (endpoint.pod.key, result.port) not in answering


def _http(http: Http, path: str, application: str, version: str) -> HttpItem:
    headers = {name: http.header(name) for name, _value in http.headers}
    return HttpItem(http.status, headers, application, version, http.method, path, http.reason)


def _not_seen(unseen: Sequence[Result], results: Iterable[Result]) -> ClusterError | None:
    """A failure where nothing at all was seen of a port; the API server, for one, sees one address of a Pod only."""
    known = {(result.endpoint.pod.key, result.endpoint.node, result.port) for result in results if result.judgement}
    unseen = [r for r in unseen if (r.endpoint.pod.key, r.endpoint.node, r.port) not in known]
    if not unseen:
        return None
    first = unseen[0]
    count = f"{len(unseen)} endpoints" if len(unseen) > 1 else "1 endpoint"
    message = f"{count} could not be probed, first {first.place}: {first.observation.error}"
    return ClusterError(
        message, "this says nothing about the target; try fewer at once (--concurrency) or more time (--deadline)"
    )


def _summary(conclusions: Sequence[Conclusion], results: Sequence[Result], found: Sequence[Result]) -> Iterable[str]:
    """Below the table: what is concluded, for many Pods only where something is wrong, and how many verdicts of each kind."""
    wrong = {result.endpoint.pod.key for result in found}
    shown = conclusions if len(conclusions) <= FEW else [c for c in conclusions if (c.namespace, c.pod) in wrong]
    for conclusion in shown:
        yield ""
        yield printable(f"pod {conclusion.namespace}/{conclusion.pod} on {conclusion.node}:")
        yield from (printable(f"  {sentence}") for sentence in (conclusion.conclusion, *conclusion.reasons))
    if results:
        yield ""
        yield DIRECT
    if len(results) > FEW:
        counts = Counter(result.verdict or "not probed" for result in results)
        yield f"{len(results)} endpoints: " + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
