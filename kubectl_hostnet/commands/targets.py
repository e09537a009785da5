"""From the words of the command line to Pods: `NAME`, `deployment/NAME`, `service/NAME`, selectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NoReturn

from kubectl_hostnet.commands.reading import field_selector, namespace_of, pod_name, read_named
from kubectl_hostnet.errors import HostnetError, NotFoundError, UsageError
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.inventory.service import Service
from kubectl_hostnet.options import Scope
from kubectl_hostnet.source.query import Query, Source

WORKLOADS = {
    "deployment": "Deployment", "deployments": "Deployment", "deploy": "Deployment",
    "daemonset": "DaemonSet", "daemonsets": "DaemonSet", "ds": "DaemonSet",
    "statefulset": "StatefulSet", "statefulsets": "StatefulSet", "sts": "StatefulSet",
    "replicaset": "ReplicaSet", "replicasets": "ReplicaSet", "rs": "ReplicaSet",
    "job": "Job", "jobs": "Job", "cronjob": "CronJob", "cronjobs": "CronJob", "cj": "CronJob",
}  # fmt: skip
SERVICES = ("service", "services", "svc")
KINDS = "pod, deployment, daemonset, statefulset, replicaset, job, cronjob, service"


@dataclass(frozen=True)
class Selected:
    """A Pod, and the ports that are meant; none means all that are known of it."""

    pod: Pod
    ports: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Selection:
    """What was read, and which of its Pods are meant. `named`: each was asked for by name."""

    inventory: Inventory
    pods: tuple[Selected, ...]
    named: bool
    failure: HostnetError | None = None


def select(source: Source, scope: Scope, words: Sequence[str], *, everything: bool, config_maps: bool) -> Selection:
    """Read what the words and the scope mean. Raises UsageError without any, NotFoundError when nothing is found."""
    namespace = namespace_of(source, scope)
    query = Query(
        namespace=namespace, selector=scope.selector, field_selector=field_selector(scope), config_maps=config_maps
    )
    if not words:
        return _by_scope(source, query, scope, everything=everything)
    if namespace is None:
        raise UsageError("names cannot be combined with -A", "say the namespace with -n NAMESPACE")
    if scope.selector or everything:
        raise UsageError("names cannot be combined with -l or --all", "name Pods, or select them")
    if all(_kind(word) == "pod" for word in words):
        facts, failure = read_named(source, query, list(words))
        inventory = inventory_from(facts)
        return Selection(inventory, tuple(Selected(pod) for pod in inventory.pods), named=True, failure=failure)
    inventory = inventory_from(source.read(replace(query, pods="all")))
    found = [selected for word in words for selected in _named(word, inventory, namespace)]
    return Selection(inventory, tuple({s.pod.key: s for s in found}.values()), named=True)


def _by_scope(source: Source, query: Query, scope: Scope, *, everything: bool) -> Selection:
    if not (everything or scope.selector or scope.field_selector or scope.node or scope.all_namespaces):
        raise UsageError(
            "say what to probe", "a Pod (kubectl hostnet probe POD), deployment/NAME, -l, --node, --all or -A"
        )
    inventory = inventory_from(source.read(query))
    return Selection(inventory, tuple(Selected(pod) for pod in inventory.pods if pod.host_network), named=False)


def _kind(word: str) -> str:
    kind, slash, _name = word.partition("/")
    if not slash or kind in ("pod", "pods", "po"):
        return "pod"
    kind = kind.lower().partition(".")[0]  # deployment.apps/NAME, as kubectl prints it
    if kind in SERVICES or kind in WORKLOADS:
        return kind
    raise UsageError(f"{word!r}: unknown kind {kind!r}", f"kinds: {KINDS}")


def _named(word: str, inventory: Inventory, namespace: str) -> list[Selected]:
    kind, name = _kind(word), word.partition("/")[2]
    if kind == "pod":
        wanted = pod_name(word)
        found = [Selected(pod) for pod in inventory.pods if pod.name == wanted]
        return found or _missing("pod", wanted, [pod.name for pod in inventory.pods], namespace)
    if kind in SERVICES:
        return _behind(name, inventory, namespace)
    title = WORKLOADS[kind]
    owned = [pod for pod in inventory.pods if pod.workload and (pod.workload.kind, pod.workload.name) == (title, name)]
    if not owned:
        known = {pod.workload.name for pod in inventory.pods if pod.workload and pod.workload.kind == title}
        return _missing(title.lower(), name, sorted(known), namespace)
    return _host_networked(owned, f"{title.lower()} {name}")


def _behind(name: str, inventory: Inventory, namespace: str) -> list[Selected]:
    service = next((s for s in inventory.services if s.name == name), None)
    if service is None:
        return _missing("service", name, [s.name for s in inventory.services], namespace)
    slices = {pod for e in inventory.endpoints if e.service == name for pod in e.pods}
    chosen = [pod for pod in inventory.pods if _selects(service, pod) or {(pod.uid, pod.name), ("", pod.name)} & slices]
    if not chosen:
        raise NotFoundError(
            f"service {name} in namespace {namespace} selects no Pods", "see kubectl get endpointslices"
        )
    return [Selected(s.pod, target_ports(service, s.pod)) for s in _host_networked(chosen, f"service {name}")]


def target_ports(service: Service, pod: Pod) -> tuple[tuple[int, str], ...]:
    """The Pod's ports that a Service sends to: targetPort as a number, or as the name of a declared port."""
    named = {port.name: pod.host_port(port) for container in pod.containers for port in container.ports if port.name}
    numbers = (
        (p.target_port if isinstance(p.target_port, int) else named.get(p.target_port, 0), p.protocol)
        for p in service.ports
    )
    return tuple(dict.fromkeys((number, protocol) for number, protocol in numbers if number))


def _selects(service: Service, pod: Pod) -> bool:
    return bool(service.selector) and all(pod.labels.get(key) == value for key, value in service.selector)


def _host_networked(pods: list[Pod], what: str) -> list[Selected]:
    running = [pod for pod in pods if not pod.terminal]
    found = [Selected(pod) for pod in running if pod.host_network]
    if not found:
        state = "is host-networked" if running else "is running"
        raise UsageError(f"no Pod of {what} {state}", "kubectl hostnet list shows host-networked Pods")
    return found


def _missing(kind: str, name: str, known: Sequence[str], namespace: str) -> NoReturn:
    close = get_close_matches(name, known, n=3, cutoff=0.6) or [k for k in known if k.startswith(name)][:3]
    hint = f"did you mean {', '.join(close)}?" if close else "check the name, and -n"
    what = f'{kind} "{name}"' + ("" if kind in ("pod", "service") else " with Pods")
    raise NotFoundError(f"{what} not found in namespace {namespace}", hint)
