"""The fields of Kubernetes objects that this program reads, named and nested as the API has them.

Everything is optional: a field that is absent, null or of a newer API must never stop a reader. Lists that the API may
send as `null` are typed `list | None`; readers write `spec.containers or ()`. Quantities and times stay text.
Source of names and meaning: kubernetes/api core/v1/types.go, apps/v1/types.go, discovery/v1/types.go.
"""

from __future__ import annotations

from typing import Any

import msgspec

# YAML manifests write numbers and booleans where the API wants text; inventory/ makes text of them.
Text = str | int | float | bool | None
Labels = dict[str, Text]


class Fields(msgspec.Struct, rename="camel", gc=False, kw_only=True):
    """Base of every struct here: Python's snake_case is the API's camelCase."""


class OwnerReference(Fields):
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool | None = None


class Metadata(Fields):
    name: str = ""
    generate_name: str | None = None
    namespace: str | None = None
    uid: str | None = None
    resource_version: str | None = None
    generation: int | None = None
    labels: Labels | None = None
    annotations: Labels | None = None
    owner_references: list[OwnerReference] | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None


EMPTY_METADATA = Metadata()


class ContainerPort(Fields):
    name: str | None = None
    container_port: int = 0
    host_port: int | None = None
    protocol: str | None = None
    host_ip: str | None = msgspec.field(name="hostIP", default=None)


class HeaderField(Fields):
    name: str = ""
    value: str = ""


class HTTPGetAction(Fields):
    path: str | None = None
    port: int | str = 0
    host: str | None = None
    scheme: str | None = None
    http_headers: list[HeaderField] | None = None


class TCPSocketAction(Fields):
    port: int | str = 0
    host: str | None = None


class GRPCAction(Fields):
    port: int | str = 0
    service: str | None = None


class ExecAction(Fields):
    command: list[Text] | None = None


class Handler(Fields):
    """A probe or a lifecycle hook: one of the four actions is set."""

    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    grpc: GRPCAction | None = None
    exec: ExecAction | None = None


class Lifecycle(Fields):
    post_start: Handler | None = None
    pre_stop: Handler | None = None


class FieldReference(Fields):
    field_path: str = ""


class KeyReference(Fields):
    name: str | None = None
    key: str | None = None
    optional: bool | None = None


class EnvVarSource(Fields):
    field_ref: FieldReference | None = None
    config_map_key_ref: KeyReference | None = None
    secret_key_ref: KeyReference | None = None


class EnvVar(Fields):
    name: str = ""
    value: Text = None
    value_from: EnvVarSource | None = None


class EnvFromSource(Fields):
    prefix: str | None = None
    config_map_ref: KeyReference | None = None


class VolumeMount(Fields):
    name: str = ""
    mount_path: str = ""
    sub_path: str | None = None


class Capabilities(Fields):
    add: list[str] | None = None
    drop: list[str] | None = None


class SecurityContext(Fields):
    privileged: bool | None = None
    run_as_user: int | None = None
    run_as_non_root: bool | None = None
    capabilities: Capabilities | None = None


class Container(Fields):
    name: str = ""
    image: str | None = None
    command: list[Text] | None = None
    args: list[Text] | None = None
    env: list[EnvVar] | None = None
    env_from: list[EnvFromSource] | None = None
    ports: list[ContainerPort] | None = None
    liveness_probe: Handler | None = None
    readiness_probe: Handler | None = None
    startup_probe: Handler | None = None
    lifecycle: Lifecycle | None = None
    restart_policy: str | None = None
    volume_mounts: list[VolumeMount] | None = None
    security_context: SecurityContext | None = None
    target_container_name: str | None = None


class KeyToPath(Fields):
    key: str = ""
    path: str = ""


class ConfigMapVolume(Fields):
    name: str | None = None
    items: list[KeyToPath] | None = None
    optional: bool | None = None


class ProjectedSource(Fields):
    config_map: ConfigMapVolume | None = None


class ProjectedVolume(Fields):
    sources: list[ProjectedSource] | None = None


class Volume(Fields):
    name: str = ""
    config_map: ConfigMapVolume | None = None
    projected: ProjectedVolume | None = None


class Toleration(Fields):
    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None


class NodeSelectorRequirement(Fields):
    key: str = ""
    operator: str = ""
    values: list[str] | None = None


class NodeSelectorTerm(Fields):
    match_expressions: list[NodeSelectorRequirement] | None = None
    match_fields: list[NodeSelectorRequirement] | None = None


class NodeSelector(Fields):
    node_selector_terms: list[NodeSelectorTerm] | None = None


class NodeAffinity(Fields):
    required: NodeSelector | None = msgspec.field(name="requiredDuringSchedulingIgnoredDuringExecution", default=None)


class PodAffinity(Fields):
    required: list[Any] | None = msgspec.field(name="requiredDuringSchedulingIgnoredDuringExecution", default=None)


class Affinity(Fields):
    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class PodSpec(Fields):
    node_name: str | None = None
    host_network: bool | None = None
    host_pid: bool | None = msgspec.field(name="hostPID", default=None)
    host_ipc: bool | None = msgspec.field(name="hostIPC", default=None)
    host_users: bool | None = None
    containers: list[Container] | None = None
    init_containers: list[Container] | None = None
    ephemeral_containers: list[Container] | None = None
    volumes: list[Volume] | None = None
    node_selector: Labels | None = None
    affinity: Affinity | None = None
    tolerations: list[Toleration] | None = None
    topology_spread_constraints: list[Any] | None = None
    scheduling_gates: list[Any] | None = None
    priority: int | None = None
    priority_class_name: str | None = None
    preemption_policy: str | None = None
    scheduler_name: str | None = None
    service_account_name: str | None = None
    dns_policy: str | None = None
    restart_policy: str | None = None
    security_context: SecurityContext | None = None


class Condition(Fields):
    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    last_transition_time: str | None = None


class IPField(Fields):
    ip: str = ""


class StateWaiting(Fields):
    reason: str | None = None
    message: str | None = None


class StateRunning(Fields):
    started_at: str | None = None


class StateTerminated(Fields):
    exit_code: int = 0
    signal: int | None = None
    reason: str | None = None
    message: str | None = None
    finished_at: str | None = None


class ContainerState(Fields):
    waiting: StateWaiting | None = None
    running: StateRunning | None = None
    terminated: StateTerminated | None = None


class ContainerStatus(Fields):
    name: str = ""
    ready: bool = False
    started: bool | None = None
    restart_count: int = 0
    state: ContainerState | None = None
    last_state: ContainerState | None = None
    container_id: str | None = msgspec.field(name="containerID", default=None)
    image_id: str | None = msgspec.field(name="imageID", default=None)


class PodStatus(Fields):
    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    host_ip: str | None = msgspec.field(name="hostIP", default=None)
    host_ips: list[IPField] | None = msgspec.field(name="hostIPs", default=None)
    pod_ip: str | None = msgspec.field(name="podIP", default=None)
    pod_ips: list[IPField] | None = msgspec.field(name="podIPs", default=None)
    nominated_node_name: str | None = None
    start_time: str | None = None
    conditions: list[Condition] | None = None
    container_statuses: list[ContainerStatus] | None = None
    init_container_statuses: list[ContainerStatus] | None = None
    ephemeral_container_statuses: list[ContainerStatus] | None = None


class Pod(Fields):
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    spec: PodSpec | None = None
    status: PodStatus | None = None


class NodeAddress(Fields):
    type: str = ""
    address: str = ""


class Taint(Fields):
    key: str = ""
    value: str | None = None
    effect: str = ""


class NodeSpec(Fields):
    unschedulable: bool | None = None
    taints: list[Taint] | None = None
    provider_id: str | None = msgspec.field(name="providerID", default=None)


class NodeSystemInfo(Fields):
    kubelet_version: str | None = None
    operating_system: str | None = None
    os_image: str | None = None
    container_runtime_version: str | None = None


class DaemonEndpoint(Fields):
    port: int = msgspec.field(name="Port", default=0)  # core/v1 writes this one key with a capital letter


class DaemonEndpoints(Fields):
    kubelet_endpoint: DaemonEndpoint | None = None


class NodeStatus(Fields):
    addresses: list[NodeAddress] | None = None
    conditions: list[Condition] | None = None
    node_info: NodeSystemInfo | None = None
    declared_features: list[str] | None = None
    daemon_endpoints: DaemonEndpoints | None = None


class Node(Fields):
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    spec: NodeSpec | None = None
    status: NodeStatus | None = None


class ServicePort(Fields):
    name: str | None = None
    port: int = 0
    protocol: str | None = None
    target_port: int | str | None = None
    node_port: int | None = None


class ServiceSpec(Fields):
    type: str | None = None
    selector: Labels | None = None
    ports: list[ServicePort] | None = None
    cluster_ip: str | None = msgspec.field(name="clusterIP", default=None)
    external_traffic_policy: str | None = None
    health_check_node_port: int | None = None


class Service(Fields):
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    spec: ServiceSpec | None = None


class ObjectReference(Fields):
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    uid: str | None = None


class Endpoint(Fields):
    addresses: list[str] | None = None
    node_name: str | None = None
    target_ref: ObjectReference | None = None


class EndpointPort(Fields):
    name: str | None = None
    port: int | None = None
    protocol: str | None = None


class EndpointSlice(Fields):
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    endpoints: list[Endpoint] | None = None
    ports: list[EndpointPort] | None = None


class ConfigMap(Fields):
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    data: Labels | None = None


class Namespace(Fields):
    metadata: Metadata = msgspec.field(default_factory=Metadata)


class Event(Fields):
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    involved_object: ObjectReference | None = None
    type: str | None = None
    reason: str | None = None
    message: str | None = None
    count: int | None = None
    last_timestamp: str | None = None
    event_time: str | None = None


class RollingUpdate(Fields):
    max_surge: int | str | None = None
    max_unavailable: int | str | None = None


class Strategy(Fields):
    type: str | None = None
    rolling_update: RollingUpdate | None = None


class PodTemplate(Fields):
    metadata: Metadata | None = None
    spec: PodSpec | None = None


class JobSpec(Fields):
    template: PodTemplate | None = None


class JobTemplate(Fields):
    spec: JobSpec | None = None


class WorkloadSpec(Fields):
    replicas: int | None = None
    parallelism: int | None = None
    selector: dict[str, Any] | None = None
    template: PodTemplate | None = None
    job_template: JobTemplate | None = None
    strategy: Strategy | None = None
    update_strategy: Strategy | None = None


class WorkloadStatus(Fields):
    replicas: int | None = None
    updated_replicas: int | None = None
    ready_replicas: int | None = None
    available_replicas: int | None = None
    unavailable_replicas: int | None = None
    observed_generation: int | None = None
    desired_number_scheduled: int | None = None
    number_unavailable: int | None = None
    updated_number_scheduled: int | None = None
    conditions: list[Condition] | None = None


class Workload(Fields):
    """Anything that makes Pods from a template: apps/v1, batch/v1, ReplicationController, PodTemplate."""

    kind: str = ""
    metadata: Metadata = msgspec.field(default_factory=Metadata)
    spec: WorkloadSpec | None = None
    template: PodTemplate | None = None
    status: WorkloadStatus | None = None


class ListMetadata(Fields):
    resource_version: str | None = None
    continue_token: str | None = msgspec.field(name="continue", default=None)
    remaining_item_count: int | None = None


class Page(Fields):
    """One answer to a list request; items are decoded later, one by one, so that one odd item costs one item."""

    kind: str = ""
    metadata: ListMetadata = msgspec.field(default_factory=ListMetadata)
    items: list[msgspec.Raw] | None = None


class StatusCause(Fields):
    reason: str | None = None
    message: str | None = None


class StatusDetails(Fields):
    name: str | None = None
    kind: str | None = None
    retry_after_seconds: int | None = None
    causes: list[StatusCause] | None = None


class Status(Fields):
    """The API server's error body, `kind: Status`."""

    kind: str = ""
    status: str | None = None
    reason: str | None = None
    message: str | None = None
    code: int | None = None
    metadata: ListMetadata = msgspec.field(default_factory=ListMetadata)
    details: StatusDetails | None = None
