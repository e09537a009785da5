"""A container: everything in it that can say where its process listens."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from kubectl_hostnet.inventory.node import text_from
from kubectl_hostnet.source import objects

ContainerKind = Literal["regular", "init", "sidecar", "ephemeral"]
ConfigMaps = dict[str, list[objects.ConfigMapVolume]]
SPEC_LISTS = {
    "regular": "containers",
    "init": "initContainers",
    "sidecar": "initContainers",
    "ephemeral": "ephemeralContainers",
}


class DeclaredPort(msgspec.Struct, frozen=True, gc=False):
    """One entry of `ports[]`, as written: 0 is an absent hostPort, "" an absent hostIP, `protocol` is never empty."""

    container_port: int
    host_port: int
    protocol: str
    host_ip: str
    name: str
    field: str


class Handler(msgspec.Struct, frozen=True, gc=False):
    """A probe or lifecycle hook that connects. `action` is http, tcp, grpc or exec; `field` is its path in the Pod.

    `port` is a number or the name of a declared port, `host` is "" when the kubelet uses the Pod's address.
    """

    purpose: Literal["liveness", "readiness", "startup", "postStart", "preStop"]
    action: Literal["http", "tcp", "grpc", "exec"]
    port: int | str
    host: str
    scheme: str
    path: str
    command: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    field: str


class EnvVar(msgspec.Struct, frozen=True, gc=False):
    """An environment variable; of value, field_path and config_map (name, key), at most one is not empty."""

    name: str
    value: str
    field_path: str
    config_map: tuple[str, str]
    field: str


class ConfigMount(msgspec.Struct, frozen=True, gc=False):
    """A ConfigMap that the container sees as files under `path`; `keys` maps key to file name, empty means all keys.

    With `sub_path` the mount at `path` is that one file.
    """

    config_map: str
    path: str
    keys: tuple[tuple[str, str], ...]
    sub_path: str
    field: str


class Container(msgspec.Struct, frozen=True, gc=False, cache_hash=True):
    """A container of a Pod or of a Pod template. `field` is its path, e.g. `spec.containers[0]`.

    `hidden` are the paths under which it sees files that the manifest does not tell: of the node, of Secrets, of claims.
    """

    name: str
    image: str
    kind: ContainerKind
    field: str
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[tuple[str, str], ...] = ()
    ports: tuple[DeclaredPort, ...] = ()
    handlers: tuple[Handler, ...] = ()
    config_mounts: tuple[ConfigMount, ...] = ()
    hidden: tuple[str, ...] = ()
    privileged: bool = False
    run_as_user: int | None = None
    capabilities: tuple[str, ...] = ()


class ContainerState(msgspec.Struct, frozen=True, gc=False):
    """How a container is doing now. `state` is waiting, running, terminated or "" (not known yet)."""

    name: str
    ready: bool
    restarts: int
    state: Literal["waiting", "running", "terminated", ""]
    reason: str
    message: str
    exit_code: int | None
    last_reason: str
    last_message: str
    last_exit_code: int | None
    container_id: str


def containers_from(spec: objects.PodSpec) -> tuple[Container, ...]:
    """All containers of a Pod: init and sidecar first, as they start, then regular, then ephemeral ones."""
    config = {volume.name: maps for volume in spec.volumes or () if (maps := _config_maps(volume))}
    groups = (("init", spec.init_containers), ("regular", spec.containers), ("ephemeral", spec.ephemeral_containers))
    return tuple(
        [
            _recalled(source, _kind(group, source), index, config)
            for group, sources in groups
            if sources
            for index, source in enumerate(sources)
        ]
    )


def _kind(group: str, source: objects.Container) -> ContainerKind:
    if group == "init":
        return "sidecar" if source.restart_policy == "Always" else "init"
    return "regular" if group == "regular" else "ephemeral"


# The container last read of each name, image and place: 40,000 Pods of eight DaemonSets have a dozen different ones, and
# what analysis finds out about one object it need not find out about its equals.
_LAST: dict[tuple[str, str | None, str, int], tuple[Any, Any, Container]] = {}
_MOST = 10_000


def _recalled(source: objects.Container, kind: ContainerKind, index: int, config: ConfigMaps) -> Container:
    field = f"spec.{SPEC_LISTS[kind]}[{index}]"
    mounts = (tuple(_config_mounts(source, field, config)), _hidden(source, config))
    content = (
        source.command, source.args, source.env, source.env_from, source.ports, source.liveness_probe,
        source.readiness_probe, source.startup_probe, source.lifecycle, source.security_context,
    )  # fmt: skip
    key = (source.name, source.image, kind, index)
    last = _LAST.get(key)
    if last is not None and last[0] == content and last[1] == mounts:
        return last[2]
    made = _container(source, kind, field, *mounts)
    if len(_LAST) >= _MOST:
        _LAST.clear()
    _LAST[key] = (content, mounts, made)
    return made


def _container(
    source: objects.Container, kind: ContainerKind, field: str, mounts: tuple[ConfigMount, ...], hidden: tuple[str, ...]
) -> Container:
    security = source.security_context or objects.SecurityContext()
    capabilities = security.capabilities or objects.Capabilities()
    return Container(
        name=source.name,
        image=source.image or "",
        kind=kind,
        field=field,
        command=tuple(text_from(word) for word in source.command or ()),
        args=tuple(text_from(word) for word in source.args or ()),
        env=tuple(_env(variable, f"{field}.env[{i}]") for i, variable in enumerate(source.env or ())),
        env_from=tuple(
            (e.config_map_ref.name or "", e.prefix or "") for e in source.env_from or () if e.config_map_ref
        ),
        ports=tuple(_port(port, f"{field}.ports[{i}]") for i, port in enumerate(source.ports or ())),
        handlers=tuple(_handlers(source, field)),
        config_mounts=mounts,
        hidden=hidden,
        privileged=bool(security.privileged),
        run_as_user=security.run_as_user,
        capabilities=tuple(capabilities.add or ()),
    )


def _env(source: objects.EnvVar, field: str) -> EnvVar:
    origin = source.value_from or objects.EnvVarSource()
    key = origin.config_map_key_ref
    return EnvVar(
        name=source.name,
        value=text_from(source.value),
        field_path=origin.field_ref.field_path if origin.field_ref else "",
        config_map=(key.name or "", key.key or "") if key else ("", ""),
        field=field,
    )


def _port(source: objects.ContainerPort, field: str) -> DeclaredPort:
    return DeclaredPort(
        container_port=source.container_port,
        host_port=source.host_port or 0,
        protocol=source.protocol or "TCP",
        host_ip=source.host_ip or "",
        name=source.name or "",
        field=field,
    )


def _handlers(source: objects.Container, field: str) -> list[Handler]:
    hooks = source.lifecycle or objects.Lifecycle()
    candidates = (
        ("liveness", "livenessProbe", source.liveness_probe),
        ("readiness", "readinessProbe", source.readiness_probe),
        ("startup", "startupProbe", source.startup_probe),
        ("postStart", "lifecycle.postStart", hooks.post_start),
        ("preStop", "lifecycle.preStop", hooks.pre_stop),
    )
    return [_handler(purpose, f"{field}.{path}", hook) for purpose, path, hook in candidates if hook and _acts(hook)]


def _acts(hook: objects.Handler) -> bool:
    return bool(hook.http_get or hook.tcp_socket or hook.grpc or hook.exec)


def _handler(purpose: str, field: str, hook: objects.Handler) -> Handler:
    port: int | str = 0
    host = scheme = path = ""
    action, headers, command = "exec", tuple[tuple[str, str], ...](), tuple[str, ...]()
    if hook.http_get:
        action, port, host = "http", hook.http_get.port, hook.http_get.host or ""
        scheme, path = (hook.http_get.scheme or "HTTP").upper(), hook.http_get.path or "/"
        headers = tuple((h.name, h.value) for h in hook.http_get.http_headers or ())
    elif hook.tcp_socket:
        action, port, host = "tcp", hook.tcp_socket.port, hook.tcp_socket.host or ""
    elif hook.grpc:
        action, port = "grpc", hook.grpc.port
    elif hook.exec:
        command = tuple(text_from(word) for word in hook.exec.command or ())
    return Handler(purpose, action, port, host, scheme, path, command, headers, field)  # type: ignore[arg-type]


def _config_mounts(source: objects.Container, field: str, config: ConfigMaps) -> list[ConfigMount]:
    return [
        ConfigMount(
            config_map.name or "",
            mount.mount_path,
            tuple([(item.key, item.path) for item in config_map.items or ()]),
            mount.sub_path or "",
            f"{field}.volumeMounts[{index}]",
        )
        for index, mount in enumerate(source.volume_mounts or ())
        if mount.name in config
        for config_map in config[mount.name]
    ]


def _hidden(source: objects.Container, config: ConfigMaps) -> tuple[str, ...]:
    return tuple([mount.mount_path for mount in source.volume_mounts or () if mount.name not in config])


def _config_maps(volume: objects.Volume) -> list[objects.ConfigMapVolume]:
    if volume.projected is not None:
        return [source.config_map for source in volume.projected.sources or () if source.config_map]
    return [volume.config_map] if volume.config_map else []


def container_state_from(source: objects.ContainerStatus) -> ContainerState:
    """Read a container status; last_* tells of the container's previous run, if there was one."""
    state = source.state or objects.ContainerState()
    last = (source.last_state or objects.ContainerState()).terminated
    kind: Literal["waiting", "running", "terminated", ""] = ""
    reason = message = ""
    exit_code = None
    if state.running:
        kind = "running"
    elif state.terminated:
        kind, exit_code = "terminated", state.terminated.exit_code
        reason, message = state.terminated.reason or "", state.terminated.message or ""
    elif state.waiting:
        kind, reason, message = "waiting", state.waiting.reason or "", state.waiting.message or ""
    return ContainerState(
        source.name, source.ready, source.restart_count, kind, reason, message, exit_code,
        (last.reason or "") if last else "", (last.message or "") if last else "", last.exit_code if last else None,
        source.container_id or "",
    )  # fmt: skip
