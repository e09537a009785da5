"""A node as a vantage point: a short-lived Pod on it, made on request only, and gone afterwards in every case.

It is made through a Job: when this program is killed, the Job's deadline ends the Pod and its time to live (0 s) removes
both, which a bare Pod's activeDeadlineSeconds would not (batch/v1, ttlSecondsAfterFinished).
"""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from kubectl_hostnet import __version__
from kubectl_hostnet.errors import ClusterError, HostnetError
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.live import Cluster
from kubectl_hostnet.source.query import Query

LABEL = "app.kubernetes.io/managed-by"
MANAGER = "kubectl-hostnet"
SELECTOR = f"{LABEL}={MANAGER}"
IMAGE = "curlimages/curl"
GRACE = 30  # seconds on top of the probing itself: image pull, start
STARTS_WITHIN = 60.0
SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class NodePods:
    """Makes one probing Pod on each of some nodes. Use as a context manager: leaving it removes them."""

    def __init__(self, cluster: Cluster, namespace: str, image: str, *, pod_network: bool, seconds: float) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._image = image or IMAGE
        self._pod_network = pod_network
        self._deadline = round(seconds) + GRACE
        self._jobs: dict[str, str] = {}
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> NodePods:  # noqa: PYI034 - Self is not in 3.10
        for number in SIGNALS:
            self._handlers[number] = signal.signal(number, _interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def describe(self, nodes: Sequence[str]) -> str:
        """What will be created, in one sentence."""
        kind = "a Pod in the Pod network" if self._pod_network else "a host-networked Pod"
        return (
            f"creating {kind} (image {self._image}) on {', '.join(nodes)} in namespace {self._namespace}; "
            f"removed afterwards, after {self._deadline} s at the latest"
        )

    def create(self, nodes: Iterable[str]) -> None:
        """Create the Jobs. Raises ClusterError or ForbiddenError with what the API server says; none is left then."""
        path = f"/apis/batch/v1/namespaces/{quote(self._namespace, safe='')}/jobs"
        try:
            for node in nodes:
                body = json.dumps(self._job(node)).encode()
                self._admitted(body)
                made = json.loads(self._cluster.transport.send("POST", path, body=body).body)
                self._jobs[node] = str(made["metadata"]["name"])
        except BaseException:
            self.remove()
            raise

    def ready(self, node: str) -> str:
        """Wait until the Pod on a node runs; its name. Raises ClusterError that says why it does not."""
        until = time.monotonic() + STARTS_WITHIN
        reason = "it was not created"
        while time.monotonic() < until:
            query = Query(
                pods="all",
                namespace=self._namespace,
                selector=f"job-name={self._jobs[node]}",
                nodes=False,
                services=False,
            )
            for pod in self._cluster.read(query).pods:
                status = pod.status or objects.PodStatus()
                if status.phase == "Running" and any(
                    s.state and s.state.running for s in status.container_statuses or ()
                ):
                    return pod.metadata.name
                reason = _waiting(status) or reason
                if status.phase == "Failed":
                    raise ClusterError(
                        f"the probing Pod on {node} failed: {status.reason} {status.message}", "try another --image"
                    )
            time.sleep(0.3)
        raise ClusterError(
            f"the probing Pod on {node} did not start in {STARTS_WITHIN:.0f} s: {reason}",
            "try another --image, or look at the node",
        )

    def remove(self) -> None:
        """Delete the Jobs and their Pods at once; what cannot be deleted ends by its own deadline."""
        for node, name in list(self._jobs.items()):
            try:
                delete_job(self._cluster, self._namespace, name)
            except HostnetError:
                continue  # its own deadline removes it
            del self._jobs[node]

    def _admitted(self, body: bytes) -> None:
        """Ask admission about the Pod itself: a Job is let in by Pod Security even if its Pods will not be."""
        template = json.loads(body)["spec"]["template"]
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"generateName": "hostnet-probe-", **template["metadata"]},
            "spec": template["spec"],
        }
        path = f"/api/v1/namespaces/{quote(self._namespace, safe='')}/pods"
        self._cluster.transport.send("POST", path, "dryRun=All", json.dumps(pod).encode())

    def _job(self, node: str) -> dict[str, Any]:
        labels = {LABEL: MANAGER, "app.kubernetes.io/version": __version__}
        container = {
            "name": "probe",
            "image": self._image,
            "command": ["sleep", str(self._deadline)],
            "securityContext": {
                "allowPrivilegeEscalation": False, "runAsNonRoot": True, "runAsUser": 65534,
                "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"},
            },
        }  # fmt: skip
        spec = {
            "nodeName": node,  # not through the scheduler: taints and full nodes must not move the vantage point
            "hostNetwork": not self._pod_network,
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 0,
            "activeDeadlineSeconds": self._deadline,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        }
        return {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"generateName": "hostnet-probe-", "labels": labels},
            "spec": {
                "backoffLimit": 0,
                "activeDeadlineSeconds": self._deadline,
                "ttlSecondsAfterFinished": 0,
                "template": {"metadata": {"labels": labels}, "spec": spec},
            },
        }


def leftovers(cluster: Cluster, namespace: str | None) -> list[tuple[str, str]]:
    """Namespace and name of each Job of ours that still exists."""
    where = "" if namespace is None else f"/namespaces/{quote(namespace, safe='')}"
    answer = cluster.transport.get(f"/apis/batch/v1{where}/jobs", f"labelSelector={quote(SELECTOR)}")
    return [(item["metadata"]["namespace"], item["metadata"]["name"]) for item in json.loads(answer.body)["items"]]


def delete_job(cluster: Cluster, namespace: str, name: str) -> None:
    """Delete a Job, and through it its Pods, without waiting. Raises HostnetError."""
    path = f"/apis/batch/v1/namespaces/{quote(namespace, safe='')}/jobs/{quote(name, safe='')}"
    cluster.transport.send("DELETE", path, body=b'{"propagationPolicy":"Background","gracePeriodSeconds":0}')


def _interrupt(_number: int, _frame: object) -> None:
    """A request to end is an interruption as Ctrl-C is: it passes through the removal of what was created."""
    raise KeyboardInterrupt


def _waiting(status: objects.PodStatus) -> str:
    for container in status.container_statuses or ():
        if container.state and container.state.waiting:
            return f"{container.state.waiting.reason}: {container.state.waiting.message or ''}".strip()
    return status.message or ""
