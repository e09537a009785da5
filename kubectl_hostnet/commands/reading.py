"""What verbs share when they read: scope to query, names to Pods, and what to say when something is not there."""

from __future__ import annotations

from collections.abc import Iterable
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

    Raises NotFoundError when none of the named Pods exists.
    """
    if not names:
        return source.read(query), None
    if query.namespace is None:
        raise UsageError("names cannot be combined with -A", "say the namespace with -n NAMESPACE")
    wanted = tuple(dict.fromkeys(pod_name(name) for name in names))
    try:
        return source.read(replace(query, pods="none", names=wanted)), None
    except NotFoundError as error:
        return _existing(source, query, wanted, error)


def _existing(
    source: Source, query: Query, wanted: tuple[str, ...], error: NotFoundError
) -> tuple[Facts, HostnetError | None]:
    """After a missing name: what does exist, and an error with suggestions for what does not."""
    present: list[str] = []
    for name in wanted:
        try:
            source.read(replace(query, pods="none", names=(name,), nodes=False, services=False))
            present.append(name)
        except NotFoundError:
            continue
    missing = [name for name in wanted if name not in present]
    failure = not_found(source, missing, query.namespace or source.default_namespace, error)
    if not present:
        raise failure
    return source.read(replace(query, pods="none", names=tuple(present))), failure


def not_found(source: Source, missing: list[str], namespace: str, error: NotFoundError) -> NotFoundError:
    """The error for Pods that do not exist, with close names and other namespaces that have them."""
    what = ", ".join(f'"{name}"' for name in missing)
    plural = "s" if len(missing) > 1 else ""
    try:
        known = source.read(Query(pods="all", namespace=None, nodes=False, services=False)).pods
    except HostnetError:
        return NotFoundError(
            f"pod{plural} {what} not found in namespace {namespace}", error.hint or "check the name and -n"
        )
    pairs = [(pod.metadata.namespace or source.default_namespace, pod.metadata.name) for pod in known]
    return NotFoundError(
        f"pod{plural} {what} not found in namespace {namespace}", _suggestion(missing, namespace, pairs)
    )


def _suggestion(missing: list[str], namespace: str, pairs: Iterable[tuple[str, str]]) -> str:
    known = list(pairs)
    hints = [hint for name in missing[:3] if (hint := _suggestion_for(name, namespace, known))]
    return "; ".join(dict.fromkeys(hints)) or "list Pods with kubectl hostnet list -A"


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
