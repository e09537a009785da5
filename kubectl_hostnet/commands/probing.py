"""One round of probing: observe, look again where a second connection settles it, judge, conclude."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import msgspec

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.conclusion import Conclusion, conclude
from kubectl_hostnet.analysis.endpoints import Endpoint
from kubectl_hostnet.analysis.followups import (
    alive_and_dead,
    control_targets,
    judged,
    kubelet_targets,
    prefer_tls,
    share_neighbours,
    with_tls,
    withdraw,
)
from kubectl_hostnet.analysis.holders import Key, holders_of
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.analysis.results import Case, Result
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.errors import ClusterError, UsageError
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.probe.limits import Limits, Proxy
from kubectl_hostnet.probe.observation import Observation, Target
from kubectl_hostnet.probe.runner import Here, Vantage
from kubectl_hostnet.source.proxies import proxy_for
from kubectl_hostnet.source.query import Query, Source

KUBELET_TIMEOUT = 1.5  # seconds; the endpoints themselves were given the full time
ANSWERING = ("reachable", "unhealthy", "wrong-answer", "reset", "tls-error")
Seen = Callable[[Observation], None]


@dataclass(frozen=True)
class Round:
    """What one round brought: results in the order of the endpoints, and kubelet ports that answered or did not."""

    results: list[Result]
    alive: frozenset[str] = frozenset()
    dead: frozenset[str] = frozenset()


def observe(endpoints: Sequence[Endpoint], vantages: Sequence[Vantage], limits: Limits, seen: Seen) -> Round:
    """Observe all endpoints from all vantage points, with the second connections that verdicts need."""
    rows = [_from(vantage, endpoints, seen) for vantage in vantages]
    results = [
        result for row in zip(*rows, strict=True) for result in row
    ]  # one endpoint, seen from each, side by side
    results = share_neighbours(results)
    mine = [result for result in results if result.observation.vantage == Here.name]
    controls = [*control_targets(mine), *(kubelets := kubelet_targets(mine))]
    if not controls:
        return Round(results)
    here = Here(msgspec.structs.replace(limits, timeout=min(limits.timeout, KUBELET_TIMEOUT), retries=0))
    observed = here.observe(controls, _ignore)
    unheld = [o for o in observed if o.target not in kubelets]
    alive, dead = alive_and_dead(o for o in observed if o.target in kubelets)
    return Round(withdraw(results, unheld), alive, dead)


def _from(vantage: Vantage, endpoints: Sequence[Endpoint], seen: Seen) -> list[Result]:
    results = _judged(vantage, endpoints, seen)
    secured = with_tls(results)
    return prefer_tls(results, _judged(vantage, secured, _ignore)) if secured else results


def _judged(vantage: Vantage, endpoints: Sequence[Endpoint], seen: Seen) -> list[Result]:
    """Each target is observed once, however many Pods are said to be there."""
    targets = list(dict.fromkeys(endpoint.target for endpoint in endpoints))
    observed = dict(zip(targets, vantage.observe(targets, seen), strict=True))
    return [judged(endpoint, observed[endpoint.target]) for endpoint in endpoints]


def _ignore(_observation: Observation) -> None:
    pass


def conclusions(source: Source, inventory: Inventory, found: Round, catalog: Catalog) -> list[Conclusion]:
    """One conclusion for each Pod, with the names of those who hold its ports where that matters."""
    by_pod: dict[tuple[str, str], list[Result]] = {}
    for result in found.results:
        by_pod.setdefault(result.endpoint.pod.key, []).append(result)
    neighbours = _Neighbours(source, catalog)
    return [
        conclude(
            Case(
                pod=(pod := results[0].endpoint.pod),
                node=inventory.node_by_name.get(pod.node),
                results=results,
                holders=neighbours.holders(pod, results),
                alive=found.alive,
                dead=found.dead,
            )
        )
        for results in by_pod.values()
    ]


class _Neighbours:
    """All Pods that use ports of nodes, read only when a conclusion has to name one."""

    def __init__(self, source: Source, catalog: Catalog) -> None:
        self._source = source
        self._catalog = catalog
        self._inventory: Inventory | None = None
        self._claims: Mapping[tuple[str, str], tuple[Claim, ...]] = {}

    def holders(self, pod: Pod, results: Sequence[Result]) -> Mapping[Key, Sequence[str]]:
        wanted = {
            (result.endpoint.node, result.endpoint.claim.port, result.endpoint.claim.protocol)
            for result in results
            if _who_is_it(result)
        }
        if not wanted:
            return {}
        inventory = self._read()
        return holders_of(wanted, pod, inventory, self._claims)

    def _read(self) -> Inventory:
        if self._inventory is None:
            try:
                facts = self._source.read(Query(pods="host-ports", namespace=None, active=True))
            except ClusterError:  # may not read all namespaces: then nobody is named
                self._inventory = Inventory()
            else:
                self._inventory = inventory_from(facts)
            self._claims = {p.key: pod_claims(p, self._inventory, self._catalog) for p in self._inventory.pods}
        return self._inventory


def _who_is_it(result: Result) -> bool:
    """Somebody may hold the port who is not this Pod."""
    endpoint = result.endpoint
    if endpoint.unexpected:
        return result.verdict in ANSWERING
    crashed = any(state.state != "running" for state in endpoint.pod.container_states)
    return result.verdict == "wrong-answer" or (result.verdict in ("refused", "reachable", "unhealthy") and crashed)


def proxies(targets: Iterable[Target]) -> dict[str, Proxy]:
    """The proxies of the environment for each address, by kubectl's rules. Raises UsageError for one that is not HTTP."""
    return {target.address: proxy for target in targets if (proxy := _proxy(target))}


def _proxy(target: Target) -> Proxy | None:
    host = f"[{target.address}]" if ":" in target.address else target.address
    scheme = "https" if target.ask.scheme in ("https", "tls", "grpcs") else "http"
    url = proxy_for(f"{scheme}://{host}:{target.port}/", os.environ)
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise UsageError(
            f"--use-proxy: cannot use a proxy of the form {parts.scheme}://...", "an HTTP proxy is http://HOST:PORT"
        )
    return Proxy(parts.hostname, parts.port or 80, _credentials(parts.username, parts.password))


def _credentials(user: str | None, password: str | None) -> str:
    if not user:
        return ""
    from base64 import b64encode

    return "Basic " + b64encode(f"{unquote(user)}:{unquote(password or '')}".encode()).decode()
