"""Workloads: how many Pods they want, and how they replace them."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.inventory.pod import Pod, template_from
from kubectl_hostnet.source import objects

SURGING = ("Deployment", "DaemonSet", "StatefulSet")


class Workload(msgspec.Struct, frozen=True, gc=False):
    """A Deployment, DaemonSet, StatefulSet, ReplicaSet, ReplicationController, Job, CronJob or PodTemplate.

    `strategy` is RollingUpdate, Recreate or OnDelete (the API's default where absent), "" for kinds without one.
    `max_surge` and `max_unavailable` are as written (`25%`, `1`), with the API's defaults filled in.
    """

    kind: str
    namespace: str
    name: str
    uid: str
    replicas: int
    strategy: str
    max_surge: int | str
    max_unavailable: int | str
    template: Pod
    ready_replicas: int = 0
    updated_replicas: int = 0
    unavailable_replicas: int = 0


def workload_from(source: objects.Workload, default_namespace: str = "default") -> Workload | None:
    """Read a workload, or None when it has no Pod template."""
    template = template_from(source, default_namespace)
    if template is None:
        return None
    spec = source.spec or objects.WorkloadSpec()
    status = source.status or objects.WorkloadStatus()
    strategy = spec.strategy or spec.update_strategy or objects.Strategy()
    rolling = strategy.rolling_update or objects.RollingUpdate()
    surge, unavailable = _rolling_defaults(source.kind)
    wanted = spec.replicas if spec.replicas is not None else spec.parallelism
    return Workload(
        kind=source.kind,
        namespace=source.metadata.namespace or default_namespace,
        name=source.metadata.name,
        uid=source.metadata.uid or "",
        replicas=1 if wanted is None else wanted,
        strategy=strategy.type or ("RollingUpdate" if source.kind in SURGING else ""),
        max_surge=surge if rolling.max_surge is None else rolling.max_surge,
        max_unavailable=unavailable if rolling.max_unavailable is None else rolling.max_unavailable,
        template=template,
        ready_replicas=status.ready_replicas or 0,
        updated_replicas=status.updated_replicas or status.updated_number_scheduled or 0,
        unavailable_replicas=status.unavailable_replicas or status.number_unavailable or 0,
    )


def _rolling_defaults(kind: str) -> tuple[int | str, int | str]:
    """Defaults of apps/v1 defaults.go: Deployment 25 % and 25 %, DaemonSet 0 and 1; others do not surge."""
    return ("25%", "25%") if kind == "Deployment" else (0, 1)
