"""What `conflicts` reads: the cluster as far as ports go, manifests, and the Pod or workload that is asked about."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from kubectl_hostnet.analysis.subject import Subject, pod_subject, workload_subject
from kubectl_hostnet.commands.last_words import with_last_words
from kubectl_hostnet.commands.targets import WORKLOADS
from kubectl_hostnet.errors import ForbiddenError, InputError, NotFoundError, UsageError
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.source.facts import Facts, Gap
from kubectl_hostnet.source.query import Query, Source
from kubectl_hostnet.source.snapshot import Snapshot

KINDS = {
    **WORKLOADS,
    "replicationcontroller": "ReplicationController",
    "replicationcontrollers": "ReplicationController",
    "rc": "ReplicationController",
}
POD_WORDS = ("", "pod", "pods", "po")
NOT_SUCCEEDED = "status.phase!=Succeeded"  # Failed ones are read: the kubelet's rejections are among them


def read_cluster(source: Source, *, namespaces: bool = False, read_config: bool = False) -> Inventory:
    """Nodes, all Pods that use ports of nodes, Services and workloads of all namespaces, and last words of the crashing.

    Who may not list Pods of all namespaces gets those of his own, and a gap. Raises HostnetError.
    """
    query = Query(
        pods="host-ports",
        field_selector=NOT_SUCCEEDED,
        workloads=True,
        namespaces=namespaces,
        config_maps=read_config,
        version=True,
    )
    return with_last_words(source, inventory_from(_read(source, query), consume=True))


def read_manifests(paths: Sequence[str], namespace: str) -> Inventory:
    """Everything in the files of -f; objects without a namespace are in `namespace`. Raises InputError."""
    facts = Facts(default_namespace=namespace)
    for path in paths:
        stdin = sys.stdin.buffer.read() if path == "-" else None
        manifest = Snapshot(path, stdin)
        manifest.default_namespace = namespace
        _add(facts, manifest.read(Query(pods="all", nodes=False, workloads=True, namespaces=True, config_maps=True)))
    found = inventory_from(facts)
    if not found.pods and not found.workloads:
        raise InputError(
            f"{', '.join(paths)}: no Pods and no workloads", f"kinds: Pod, {', '.join(dict.fromkeys(KINDS.values()))}"
        )
    return found


def subjects_in(manifest: Inventory) -> list[Subject]:
    """The Pods and workloads of a manifest, in its order."""
    return [*map(pod_subject, manifest.pods), *map(workload_subject, manifest.workloads)]


def subjects_named(words: Sequence[str], source: Source, inventory: Inventory, namespace: str) -> list[Subject]:
    """The Pods (NAME, pod/NAME) and workloads (deployment/NAME ...) that are asked about.

    A Pod without any host port is not in the inventory, and is read on its own. Raises NotFoundError, UsageError.
    """
    return [_subject(word, source, inventory, namespace) for word in words]


def _subject(word: str, source: Source, inventory: Inventory, namespace: str) -> Subject:
    kind, _, name = word.rpartition("/")
    kind = kind.lower().partition(".")[0]  # deployment.apps/NAME, as kubectl prints it
    if not name:
        raise UsageError(f"{word!r}: the name is missing", "write POD, or KIND/NAME")
    if kind in POD_WORDS:
        return pod_subject(_pod(name, source, inventory, namespace))
    if kind not in KINDS:
        raise UsageError(
            f"{word!r}: unknown kind {kind!r}",
            f"kinds: pod, {', '.join(k.lower() for k in dict.fromkeys(KINDS.values()))}",
        )
    title = KINDS[kind]
    here = {w.name: w for w in inventory.workloads if (w.kind, w.namespace) == (title, namespace)}
    if name in here:
        return workload_subject(here[name])
    raise _missing(
        title.lower(),
        name,
        list(here),
        [w.namespace for w in inventory.workloads if (w.kind, w.name) == (title, name)],
        namespace,
    )


def _pod(name: str, source: Source, inventory: Inventory, namespace: str) -> Pod:
    found = next((pod for pod in inventory.pods if pod.key == (namespace, name)), None)
    if found is not None:
        return found
    try:
        facts = source.read(Query(pods="none", names=(name,), namespace=namespace, nodes=False, services=False))
    except NotFoundError:
        here = [pod.name for pod in inventory.pods if pod.namespace == namespace]
        elsewhere = [pod.namespace for pod in inventory.pods if pod.name == name]
        raise _missing("pod", name, here, elsewhere, namespace) from None
    return inventory_from(facts).pods[0]


def _missing(kind: str, name: str, here: Sequence[str], elsewhere: Sequence[str], namespace: str) -> NotFoundError:
    close = get_close_matches(name, here, n=3, cutoff=0.6)
    if elsewhere:
        hint = f"{name} is in namespace {elsewhere[0]} (-n {elsewhere[0]})"
    else:
        hint = f"did you mean {', '.join(close)}?" if close else "check the name, and -n"
    return NotFoundError(f'{kind} "{name}" not found in namespace {namespace}', hint)


def _read(source: Source, query: Query) -> Facts:
    try:
        return source.read(query)
    except ForbiddenError as error:
        namespace = source.default_namespace
        facts = source.read(replace(query, namespace=namespace))
        effect = f"ports that Pods of other namespaces than {namespace} hold are missing"
        facts.gaps.insert(0, Gap("pods", error.message, effect))
        return facts


def _add(facts: Facts, more: Facts) -> None:
    for name in ("pods", "services", "endpoint_slices", "workloads", "config_maps", "namespaces", "gaps"):
        getattr(facts, name).extend(getattr(more, name))
