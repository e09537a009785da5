"""What verbs share when they read: scope to query, names to Pods, and what to say when something is not there."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from kubectl_hostnet.errors import HostnetError, NotFoundError, UsageError
from kubectl_hostnet.options import Scope
from kubectl_hostnet.source.facts import Facts
from kubectl_hostnet.source.query import Query, Source


def namespace_of(source: Source, scope: Scope) -> str | None:
    """The namespace to read, None for all: -A, else -n, else the context's."""
    return None if scope.all_namespaces else scope.namespace or source.default_namespace


def field_selector(scope: Scope) -> str:
    """The field selector with --node in it."""
    parts = [scope.field_selector, f"spec.nodeName={scope.node}" if scope.node else ""]
    return ",".join(part for part in parts if part)


def nothing_found(namespace: str | None) -> str:
    """What to say without results, as kubectl does."""
    return "No resources found" if namespace is None else f"No resources found in {namespace} namespace."


def pod_name(text: str) -> str:
    """The name in `NAME`, `pod/NAME`, `pods/NAME` or `po/NAME`; raises UsageError for another kind."""
    kind, slash, name = text.rpartition("/")
    if slash and kind not in ("pod", "pods", "po"):
        raise UsageError(f"{text!r} is not a Pod", "name Pods as NAME or pod/NAME")
    if not name:
        raise UsageError("a Pod's name is missing", "name Pods as NAME or pod/NAME")
    return name


def read_named(source: Source, query: Query, names: list[str]) -> tuple[Facts, HostnetError | None]:
    """Read the query, or only the named Pods; those that do not exist are told in the failure, the others are there.

    Raises NotFoundError when none of the named Pods exists, UsageError for names and selectors together.
    """
    if not names:
        return source.read(query), None
    if query.namespace is None:
        raise UsageError("names cannot be combined with -A", "say the namespace with -n NAMESPACE")
    if query.selector or query.field_selector:
        raise UsageError("names cannot be combined with -l, --field-selector or --node", "name Pods, or select them")
    wanted = tuple(dict.fromkeys(pod_name(name) for name in names))
    try:
        return source.read(replace(query, pods="none", names=wanted)), None
    except NotFoundError:
        return _existing(source, query, wanted)


def _existing(source: Source, query: Query, wanted: tuple[str, ...]) -> tuple[Facts, HostnetError | None]:
    """After a missing name: what does exist, and an error with suggestions for what does not."""
    present: list[str] = []
    for name in wanted:
        try:
            source.read(replace(query, pods="none", names=(name,), nodes=False, services=False))
            present.append(name)
        except NotFoundError:
            continue
    missing = [name for name in wanted if name not in present]
    failure = _not_found(source, missing, query.namespace or source.default_namespace)
    if not present:
        raise failure
    return source.read(replace(query, pods="none", names=tuple(present))), failure


def _not_found(source: Source, missing: list[str], namespace: str) -> NotFoundError:
    """The error for Pods that do not exist, with close names and other namespaces that have them."""
    what = ", ".join(f'"{name}"' for name in missing)
    plural = "s" if len(missing) > 1 else ""
    message = f"pod{plural} {what} not found in namespace {namespace}"
    return NotFoundError(message, _suggestion(missing[:3], namespace, _known(source, missing[:3], namespace)))


def _known(source: Source, missing: list[str], namespace: str) -> list[tuple[str, str]]:
    """Pods that may have been meant: those of the namespace, host-networked ones and namesakes anywhere.

    Not all of the cluster's: a misspelt name is not worth 100 MB. What may not be read is left out.
    """
    alone = Query(nodes=False, services=False)
    queries = [replace(alone, pods="all", namespace=namespace), alone]
    queries += [replace(alone, pods="all", field_selector=f"metadata.name={name}") for name in missing]
    found: dict[tuple[str, str], None] = {}
    for query in queries:
        try:
            pods = source.read(query).pods
        except HostnetError:
            continue
        found.update({(pod.metadata.namespace or source.default_namespace, pod.metadata.name): None for pod in pods})
    return list(found)


def _suggestion(missing: list[str], namespace: str, known: list[tuple[str, str]]) -> str:
    hints = [hint for name in missing if (hint := _suggestion_for(name, namespace, known))]
    return (
        "; ".join(dict.fromkeys(hints))
        or "check the name and -n; kubectl hostnet list -A shows all that are host-networked"
    )


def _suggestion_for(name: str, namespace: str, known: list[tuple[str, str]]) -> str:
    """Where else the name is, else close names in the namespace, else close names anywhere."""
    elsewhere = [where for where, other in known if other == name]
    if elsewhere:
        return f"{name} is in namespace {elsewhere[0]} (-n {elsewhere[0]})"
    here = [other for where, other in known if where == namespace]
    close = [*get_close_matches(name, here, n=3, cutoff=0.6), *(other for other in here if other.startswith(name))]
    if not close:
        others = {other: f"{other} (-n {where})" for where, other in known}
        close = [others[match] for match in get_close_matches(name, list(others), n=3, cutoff=0.7)]
    return f"did you mean {', '.join(list(dict.fromkeys(close))[:3])}?" if close else ""
