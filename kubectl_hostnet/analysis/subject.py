"""What a question is about: a Pod, or a workload whose template stands for the Pods that it will make."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.inventory.placement import Toleration
from kubectl_hostnet.inventory.pod import Owner, Pod
from kubectl_hostnet.inventory.workload import Workload

# What the DaemonSet controller adds to its Pods (pkg/controller/daemon/util, AddOrUpdateDaemonPodTolerations).
DAEMON_TAINTS = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)
DAEMON_HOST_TAINT = ("node.kubernetes.io/network-unavailable", "NoSchedule")


class Subject(msgspec.Struct, frozen=True):
    """`pod` is the Pod, or the workload's template as the controller makes Pods of it.

    `replicas` is how many are wanted, None for a DaemonSet: one on each node that it may run on.
    """

    pod: Pod
    replicas: int | None = 1
    workload: Workload | None = None

    @property
    def kind(self) -> str:
        """Pod, or the workload's kind."""
        return self.workload.kind if self.workload else "Pod"

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return self.pod.namespace

    @property
    def name(self) -> str:
        """The name of the Pod or of the workload."""
        return self.workload.name if self.workload else self.pod.name

    @property
    def key(self) -> tuple[str, str, str]:
        """Kind, namespace and name."""
        return (self.kind, self.namespace, self.name)

    @property
    def title(self) -> str:
        """`namespace/name`, or `namespace/Kind/name`."""
        return self.pod.title

    def owns(self, pod: Pod) -> bool:
        """Is this Pod the subject itself, or one of the workload's Pods?"""
        if self.workload is None:
            return pod.key == self.pod.key and (not self.pod.uid or pod.uid == self.pod.uid)
        return pod.namespace == self.namespace and pod.workload == Owner(self.workload.kind, self.workload.name)


def pod_subject(pod: Pod) -> Subject:
    """A Pod as a subject."""
    return Subject(pod)


def workload_subject(workload: Workload) -> Subject:
    """A workload as a subject; a DaemonSet's template gets the tolerations that its Pods will have."""
    if workload.kind != "DaemonSet":
        return Subject(workload.template, workload.replicas, workload)
    pod = workload.template
    taints = (*DAEMON_TAINTS, *((DAEMON_HOST_TAINT,) if pod.host_network else ()))
    added = tuple(Toleration(key, "Exists", "", effect) for key, effect in taints)
    placement = msgspec.structs.replace(pod.placement, tolerations=(*pod.placement.tolerations, *added))
    return Subject(msgspec.structs.replace(pod, placement=placement), None, workload)
