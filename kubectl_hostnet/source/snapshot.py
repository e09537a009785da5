"""Facts from files: whatever `kubectl get -o json|yaml`, `kubectl cluster-info dump` or a manifest holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from kubectl_hostnet.errors import InputError, NotFoundError
from kubectl_hostnet.source import decode, documents, objects
from kubectl_hostnet.source.facts import Facts, Gap
from kubectl_hostnet.source.query import PodFilter, Query
from kubectl_hostnet.source.selectors import field_matcher, label_matcher

FIELDS = {
    "Node": "nodes",
    "Service": "services",
    "EndpointSlice": "endpoint_slices",
    "ConfigMap": "config_maps",
    "Namespace": "namespaces",
    "Event": "events",
}
KNOWN = frozenset({*decode.KINDS, "List"})  # an empty list is an answer
CLUSTER_SCOPED = frozenset({"nodes", "namespaces"})
MANY = 10_000  # Pods that are rather read again than kept
ENDED = ("Succeeded", "Failed")


class Snapshot:
    """A file, a directory or standard input (`-`), read once; each query selects from it as a server would.

    Raises InputError when there is nothing readable in it. `default_namespace` is that of objects without one.
    """

    def __init__(self, path: str, stdin: bytes | None = None) -> None:
        self.path = path
        self.default_namespace = "default"
        self._stdin = stdin
        self._cache: dict[PodFilter, Facts] = {}

    def read(self, query: Query) -> Facts:
        """What a live reading of the same query would have brought."""
        everything = self._load("all" if query.names else query.pods)
        found = Facts(default_namespace=self.default_namespace, gaps=list(everything.gaps))
        found.pods = self._pods(everything.pods, query)
        for name in FIELDS.values():
            if getattr(query, "services" if name == "endpoint_slices" else name):
                getattr(found, name).extend(
                    self._within(getattr(everything, name), None if name in CLUSTER_SCOPED else query.namespace)
                )
        if query.workloads:
            found.workloads = self._within(everything.workloads, query.namespace)
        nodes = {node.metadata.name for node in found.nodes}
        homeless = {pod.spec.node_name for pod in found.pods if pod.spec and pod.spec.node_name} - nodes
        if query.nodes and homeless:
            what = "not in the snapshot" if not nodes else f"{len(homeless)} that Pods run on are not in the snapshot"
            found.gaps.append(Gap("nodes", what, "node addresses come from the Pods only"))
        return found

    def _pods(self, pods: list[objects.Pod], query: Query) -> list[objects.Pod]:
        chosen = [] if query.pods == "none" else self._within(pods, query.namespace)
        labels, fields = label_matcher(query.selector), field_matcher(query.field_selector)
        if query.selector:
            chosen = [pod for pod in chosen if labels(pod.metadata.labels or {})]
        if query.field_selector:
            chosen = [pod for pod in chosen if fields(pod)]
        if query.active:
            chosen = [pod for pod in chosen if not (pod.status and pod.status.phase in ENDED)]
        if query.names:
            chosen = [pod for pod in chosen if decode.uses_host(pod, query.pods)]
        names = [pod.metadata.name for pod in chosen]
        return chosen + [self._named(name, query.namespace, pods) for name in query.names if name not in names]

    def _named(self, name: str, namespace: str | None, pods: list[objects.Pod]) -> objects.Pod:
        where = namespace or self.default_namespace
        here: list[objects.Pod] = self._within(pods, where)
        for pod in here:
            if pod.metadata.name == name:
                return pod
        raise NotFoundError(f'pods "{name}" not found', f"the snapshot has no such Pod in namespace {where}")

    def _within(self, items: list[Any], namespace: str | None) -> list[Any]:
        if namespace is None:
            return items
        return [item for item in items if (item.metadata.namespace or self.default_namespace) == namespace]

    def _load(self, which: PodFilter) -> Facts:
        facts = self._cache.get(which)
        if facts is None:
            facts, known = Facts(), False
            for document in documents.read(self.path, self._stdin, facts.gaps):
                _add(document, which, facts)
                known = known or document.kind in KNOWN
            if not known and not facts.gaps:
                raise InputError(
                    f"{self.path} holds no Kubernetes objects",
                    "make one with kubectl get pods,nodes,services -A -o json",
                )
            if len(facts.pods) < MANY:
                self._cache[which] = facts
        return facts


def _add(document: documents.Document, which: PodFilter, facts: Facts) -> None:
    kind = document.kind
    if kind == "Pod":
        pods = _decoded(document, facts.gaps, which)
        facts.pods += [pod for pod in pods if decode.uses_host(pod, which)]
    elif kind in decode.WORKLOAD_KINDS:
        items = (msgspec.structs.replace(item, kind=kind) for item in _decoded(document, facts.gaps))
        facts.workloads += [
            item for item in items if not any(r.controller for r in item.metadata.owner_references or ())
        ]
    elif kind in FIELDS:
        getattr(facts, FIELDS[kind]).extend(_decoded(document, facts.gaps))


def _decoded(document: documents.Document, gaps: list[Gap], which: PodFilter = "all") -> Iterable[Any]:
    if isinstance(document.content, list):
        return decode.each(document.content, document.kind, gaps, decode.pod_wanted(which))
    item = decode.converted(document.content, document.kind, gaps)
    return [] if item is None else [item]
