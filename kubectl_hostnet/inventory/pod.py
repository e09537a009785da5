"""A Pod, or a workload's Pod template, with what matters of its life on a node."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from kubectl_hostnet.inventory.container import (
    Container,
    ContainerState,
    DeclaredPort,
    container_state_from,
    containers_from,
)
from kubectl_hostnet.inventory.node import labels_from
from kubectl_hostnet.inventory.placement import Placement, placement_from
from kubectl_hostnet.inventory.status import pod_status
from kubectl_hostnet.source import objects

MIRROR = "kubernetes.io/config.mirror"
TERMINAL_PHASES = ("Succeeded", "Failed")
CRONJOB_JOB = re.compile(r"^(?P<name>.+)-\d{8,10}$")


class Owner(msgspec.Struct, frozen=True, gc=False):
    """The controller of a Pod (DaemonSet, ReplicaSet, Node ...), or the workload that a user knows (Deployment ...)."""

    kind: str
    name: str


class Pod(msgspec.Struct, frozen=True, gc=False):
    """A Pod; with `template` set it is a workload's Pod template: no node, no status, `name` is "".

    `status` is the word of kubectl's STATUS column. `pod_ips` and `host_ips` are empty until the kubelet has reported.
    `created` and `deleted` are RFC 3339 times or "". `nominated_node` is where preemption wants to make room.
    `scheduler_message` is what the scheduler said when it found no node.
    """

    namespace: str
    name: str
    uid: str = ""
    node: str = ""
    phase: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    ready: bool = False
    ready_containers: int = 0
    restarts: int = 0
    created: str = ""
    deleted: str = ""
    host_network: bool = False
    host_pid: bool = False
    pod_ips: tuple[str, ...] = ()
    host_ips: tuple[str, ...] = ()
    nominated_node: str = ""
    scheduler_message: str = ""
    owner: Owner | None = None
    workload: Owner | None = None
    template: bool = False
    mirror: bool = False
    dns_policy: str = ""
    service_account: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    containers: tuple[Container, ...] = ()
    container_states: tuple[ContainerState, ...] = ()
    conditions: tuple[tuple[str, str, str], ...] = ()
    placement: Placement = Placement()

    @property
    def key(self) -> tuple[str, str]:
        """Namespace and name. Never key Pods by address: host-networked Pods of a node share theirs."""
        return (self.namespace, self.name)

    @property
    def terminal(self) -> bool:
        """Succeeded or Failed: holds no port, for the scheduler and for the kernel."""
        return self.phase in TERMINAL_PHASES

    @property
    def title(self) -> str:
        """`namespace/name`, or `namespace/Kind/name` for a template."""
        if self.template and self.workload:
            return f"{self.namespace}/{self.workload.kind}/{self.workload.name}"
        return f"{self.namespace}/{self.name}"

    def host_port(self, port: DeclaredPort) -> int:
        """The port's number on the node, 0 for none: a host-networked Pod's is its containerPort (facts 1.1)."""
        return port.host_port or (port.container_port if self.host_network else 0)

    @property
    def uses_host_ports(self) -> bool:
        """Some container declares a port on the node."""
        return any(self.host_port(port) for container in self.containers for port in container.ports)


def pod_from(source: objects.Pod, default_namespace: str = "default") -> Pod:
    """Read a Pod object; whatever is missing is empty."""
    metadata, spec = source.metadata, source.spec or objects.PodSpec()
    status = source.status or objects.PodStatus()
    labels = labels_from(metadata.labels)
    annotations = labels_from(metadata.annotations)
    owner = owner_from(metadata)
    states = _states(status)
    conditions = status.conditions or ()
    return Pod(
        namespace=metadata.namespace or default_namespace,
        name=metadata.name or metadata.generate_name or "",
        uid=metadata.uid or "",
        node=spec.node_name or "",
        phase=status.phase or "",
        status=pod_status(source),
        reason=status.reason or "",
        message=status.message or "",
        ready=("Ready", "True") in [(c.type, c.status) for c in conditions],
        ready_containers=_ready_containers(spec, status),
        restarts=sum([s.restart_count for s in states]),
        created=metadata.creation_timestamp or "",
        deleted=metadata.deletion_timestamp or "",
        pod_ips=_ips(status.pod_ip, status.pod_ips),
        host_ips=_ips(status.host_ip, status.host_ips),
        nominated_node=status.nominated_node_name or "",
        scheduler_message=_scheduler_message(conditions) if not spec.node_name else "",
        owner=owner,
        workload=workload_of(owner, labels),
        mirror=MIRROR in annotations,
        labels=labels,
        annotations=annotations,
        container_states=tuple([container_state_from(s) for s in states]),
        conditions=tuple([(c.type, c.status, c.reason or "") for c in conditions]),
        **_spec_fields(spec),
    )


def template_from(source: objects.Workload, default_namespace: str = "default") -> Pod | None:
    """Read a workload's Pod template as the Pod that it would make, or None when it has none."""
    spec = source.spec or objects.WorkloadSpec()
    job = spec.job_template.spec if spec.job_template else None
    template = spec.template or (job.template if job else None) or source.template
    if template is None or template.spec is None:
        return None
    metadata = template.metadata or objects.EMPTY_METADATA
    return Pod(
        namespace=source.metadata.namespace or default_namespace,
        name="",
        node=template.spec.node_name or "",
        workload=Owner(source.kind, source.metadata.name),
        template=True,
        labels=labels_from(metadata.labels),
        annotations=labels_from(metadata.annotations),
        **_spec_fields(template.spec),
    )


def owner_from(metadata: objects.Metadata) -> Owner | None:
    """The controller among the owner references, else the first of them."""
    references = metadata.owner_references or []
    chosen = next((r for r in references if r.controller), references[0] if references else None)
    return Owner(chosen.kind, chosen.name) if chosen else None


def workload_of(owner: Owner | None, labels: dict[str, str]) -> Owner | None:
    """The workload behind a Pod, as far as the Pod itself tells.

    A Deployment names its ReplicaSets NAME-HASH and puts the hash into the label pod-template-hash; a CronJob names its
    Jobs NAME-MINUTES. A bare ReplicaSet or Job is its own workload. A mirror Pod's owner is its Node: no workload.
    """
    if owner is None or owner.kind == "Node":
        return None
    suffix = "-" + labels.get("pod-template-hash", "")
    if owner.kind == "ReplicaSet" and len(suffix) > 1 and owner.name.endswith(suffix):
        return Owner("Deployment", owner.name.removesuffix(suffix))
    scheduled = CRONJOB_JOB.match(owner.name)
    if owner.kind == "Job" and scheduled:
        return Owner("CronJob", scheduled["name"])
    return owner


def _spec_fields(spec: objects.PodSpec) -> dict[str, Any]:
    return {
        "host_network": bool(spec.host_network),
        "host_pid": bool(spec.host_pid),
        "dns_policy": spec.dns_policy or "",
        "service_account": spec.service_account_name or "",
        "containers": containers_from(spec),
        "placement": placement_from(spec),
    }


def _states(status: objects.PodStatus) -> list[objects.ContainerStatus]:
    return [
        *(status.init_container_statuses or ()),
        *(status.container_statuses or ()),
        *(status.ephemeral_container_statuses or ()),
    ]


def _scheduler_message(conditions: Iterable[objects.Condition]) -> str:
    """What the scheduler said when it found no node; events say the same, but are gone after an hour."""
    return next((c.message or "" for c in conditions if c.type == "PodScheduled" and c.status == "False"), "")


def _ready_containers(spec: objects.PodSpec, status: objects.PodStatus) -> int:
    ready = sum([s.ready for s in status.container_statuses or ()])
    if not spec.init_containers:
        return ready
    sidecars = {c.name for c in spec.init_containers if c.restart_policy == "Always"}
    return ready + sum(s.ready for s in status.init_container_statuses or () if s.name in sidecars)


def _ips(first: str | None, every: list[objects.IPField] | None) -> tuple[str, ...]:
    listed = tuple([entry.ip for entry in every or () if entry.ip])
    return listed or ((first,) if first else ())
