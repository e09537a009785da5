"""A live cluster: the user's kubectl connection, and what is read through it.

The only file that may import `kubernetes`, and only inside functions: its import costs 0.2 s.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from kubectl_hostnet.duration import seconds
from kubectl_hostnet.errors import ClusterError, ForbiddenError, HostnetError, NotFoundError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source import decode, objects
from kubectl_hostnet.source.facts import Facts, Gap
from kubectl_hostnet.source.kubeconfig import settings
from kubectl_hostnet.source.kubeconfig_files import AuthProvider
from kubectl_hostnet.source.paging import UnsupportedFieldError, pages
from kubectl_hostnet.source.query import PodFilter, Query
from kubectl_hostnet.source.transport import Transport

if TYPE_CHECKING:
    from kubectl_hostnet.source.channels import ExecResult
    from kubectl_hostnet.source.exec import Executor

CORE, APPS, BATCH = "/api/v1", "/apis/apps/v1", "/apis/batch/v1"
# resource: (API path, kind, field of Facts, what the answer lacks without it)
RESOURCES = {
    "nodes": (CORE, "Node", "nodes", "node addresses come from the Pods only"),
    "services": (CORE, "Service", "services", "ports known only from Services are missing"),
    "endpointslices": (
        "/apis/discovery.k8s.io/v1", "EndpointSlice", "endpoint_slices", "ports known only from EndpointSlices are missing"),
    "configmaps": (CORE, "ConfigMap", "config_maps", "ports known only from ConfigMaps are missing"),
    "namespaces": (CORE, "Namespace", "namespaces", "Pod Security levels are unknown"),
    "events": (CORE, "Event", "events", "the scheduler's words are missing"),
    "deployments": (APPS, "Deployment", "workloads", "Deployments are missing"),
    "daemonsets": (APPS, "DaemonSet", "workloads", "DaemonSets are missing"),
    "statefulsets": (APPS, "StatefulSet", "workloads", "StatefulSets are missing"),
    "replicasets": (APPS, "ReplicaSet", "workloads", "ReplicaSets are missing"),
    "replicationcontrollers": (CORE, "ReplicationController", "workloads", "ReplicationControllers are missing"),
    "jobs": (BATCH, "Job", "workloads", "Jobs are missing"),
    "cronjobs": (BATCH, "CronJob", "workloads", "CronJobs are missing"),
}  # fmt: skip
CLUSTER_SCOPED = frozenset({"nodes", "namespaces"})
WORKLOADS = tuple(name for name, row in RESOURCES.items() if row[2] == "workloads")
HOST_NETWORK = "spec.hostNetwork=true"
NOT_ENDED = "status.phase!=Succeeded,status.phase!=Failed"


class Cluster:
    """A connection to a cluster. Raises HostnetError when the connection cannot even be described."""

    def __init__(self, options: Connection) -> None:
        self.settings = settings(options)
        self.default_namespace = self.settings.namespace
        timeout = seconds(options.request_timeout, "--request-timeout")
        self.transport = Transport(self.settings, timeout=timeout, verbosity=options.verbosity)
        self._chunk_size = options.chunk_size
        self._executor: Executor | None = None

    def read(self, query: Query) -> Facts:
        """Read everything that the query asks for, side by side (see Query)."""
        facts = Facts(default_namespace=self.default_namespace)
        wanted = [name for name in RESOURCES if _asked(name, query)]
        tasks: dict[str, Callable[[], None]] = {name: self._reader(name, query, facts) for name in wanted}
        tasks["pods"] = lambda: facts.pods.extend(self._pods(query, facts.gaps))
        if query.version:
            tasks["version"] = lambda: setattr(facts, "server_version", self.server_version())
        failures = _side_by_side(tasks)
        if "pods" in failures:
            raise failures["pods"]
        for name, failure in failures.items():
            if not isinstance(failure, ForbiddenError | NotFoundError):
                raise failure
            effect = RESOURCES[name][3] if name in RESOURCES else "a current scheduler is assumed"
            facts.gaps.append(Gap(name, failure.message, effect))
        facts.gaps.sort(key=lambda gap: gap.resource)
        return facts

    def server_version(self) -> str:
        """The server's version, such as v1.35.4. Raises HostnetError."""
        answer = msgspec.json.decode(self.transport.get("/version").body, type=dict[str, Any])
        return str(answer.get("gitVersion", ""))

    def exec(
        self,
        namespace: str,
        pod: str,
        container: str,
        command: Sequence[str],
        *,
        stdin: bytes = b"",
        timeout: float = 30.0,
    ) -> ExecResult:
        """Run a command in a container, for `timeout` seconds at most (see Executor.run)."""
        from kubectl_hostnet.source.exec import Executor  # for verbs that exec only

        self._executor = self._executor or Executor(self.transport)
        return self._executor.run(namespace, pod, container, command, stdin=stdin, timeout=timeout)

    def _reader(self, name: str, query: Query, facts: Facts) -> Callable[[], None]:
        base, kind, target, _ = RESOURCES[name]
        path = _path(base, name, None if name in CLUSTER_SCOPED else query.namespace)

        def read() -> None:
            found = self._list(path, kind, facts.gaps)
            if target == "workloads":
                found = [msgspec.structs.replace(item, kind=kind) for item in found if not _controlled(item)]
            getattr(facts, target).extend(found)

        return read

    def _pods(self, query: Query, gaps: list[Gap]) -> list[objects.Pod]:
        found = [] if query.pods == "none" else self._list_pods(query, gaps)
        have = {(pod.metadata.namespace, pod.metadata.name) for pod in found}
        named = (self._pod(query.namespace or self.default_namespace, name) for name in query.names)
        return found + [pod for pod in named if (pod.metadata.namespace, pod.metadata.name) not in have]

    def _pod(self, namespace: str, name: str) -> objects.Pod:
        answer = self.transport.get(f"{_path(CORE, 'pods', namespace)}/{quote(name, safe='')}")
        gaps: list[Gap] = []
        found: list[objects.Pod] = decode.each([msgspec.Raw(answer.body)], "Pod", gaps)
        if not found:
            raise ClusterError(f"{gaps[0].resource} {gaps[0].reason}", "look at it with kubectl get pod -o yaml")
        return found[0]

    def _list_pods(self, query: Query, gaps: list[Gap]) -> list[objects.Pod]:
        path = _path(CORE, "pods", query.namespace)
        given = [part for part in (query.field_selector, NOT_ENDED if query.active else "") if part]
        selected = [*given, HOST_NETWORK] if query.pods == "host-network" else given
        try:
            found = self._list(path, "Pod", gaps, query.selector, ",".join(selected), query.pods)
        except UnsupportedFieldError:  # before 1.28
            found = self._list(path, "Pod", gaps, query.selector, ",".join(given), query.pods)
        return [pod for pod in found if decode.uses_host(pod, query.pods)]

    def _list(
        self,
        path: str,
        kind: str,
        gaps: list[Gap],
        selector: str = "",
        field_selector: str = "",
        which: PodFilter = "all",
    ) -> list[Any]:
        found: list[Any] = []
        listing = pages(
            self.transport,
            path,
            selector=selector,
            field_selector=field_selector,
            chunk_size=self._chunk_size,
            gaps=gaps,
        )
        for page in listing:
            if page.kind == "restart":
                found.clear()
            found += decode.each(page.items or (), kind, gaps, decode.pod_wanted(which))
        return found


def legacy_authorization(provider: AuthProvider) -> str:
    """The Authorization header of a legacy `auth-provider`, which the official client knows how to refresh."""
    from kubernetes.config.config_exception import ConfigException
    from kubernetes.config.kube_config import KubeConfigLoader

    user = {"auth-provider": {"name": provider.name, "config": dict(provider.config)}}
    config = {
        "clusters": [{"name": "c", "cluster": {"server": "https://unused.invalid"}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    try:
        loader = KubeConfigLoader(config_dict=config)
        loader._load_authentication()  # noqa: SLF001 - the public way writes global state and needs a cluster
        return str(loader.token)
    except (ConfigException, AttributeError, ValueError, OSError) as error:
        raise ClusterError(
            f"auth-provider {provider.name} gave no token: {error}", "log in again, or use an exec plugin"
        ) from None


def _asked(name: str, query: Query) -> bool:
    if name in WORKLOADS:
        return query.workloads
    field = {"endpointslices": "services", "configmaps": "config_maps"}.get(name, name)
    return bool(getattr(query, field))


def _path(base: str, resource: str, namespace: str | None) -> str:
    return f"{base}/{resource}" if namespace is None else f"{base}/namespaces/{quote(namespace, safe='')}/{resource}"


def _controlled(workload: objects.Workload) -> bool:
    """Made by another workload (ReplicaSet of a Deployment, Job of a CronJob), whose template says the same."""
    return any(reference.controller for reference in workload.metadata.owner_references or ())


def _side_by_side(tasks: Mapping[str, Callable[[], None]]) -> dict[str, HostnetError]:
    """Run every task in a thread of its own; what failed as expected, by name. Anything else is raised here."""
    failures: dict[str, HostnetError] = {}
    crashes: list[BaseException] = []

    def run(name: str, task: Callable[[], None]) -> None:
        try:
            task()
        except HostnetError as error:
            failures[name] = error
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            crashes.append(error)

    threads = [threading.Thread(target=run, args=item, name=item[0], daemon=True) for item in tasks.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if crashes:
        raise crashes[0]
    return failures
