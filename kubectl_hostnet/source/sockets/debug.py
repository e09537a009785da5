"""A look into a container that has nothing to look with: by an ephemeral container beside it (`kubectl debug --target`).

It shares the target's PID namespace, runs the script of script.py as its only command, and ends; its output is read from
its log. As root with SYS_PTRACE it may read every process' descriptors; it is not privileged. Kubernetes cannot remove
ephemeral containers: it stays in the Pod's list, ended, until the Pod goes.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from kubectl_hostnet.errors import ClusterError, ForbiddenError
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.sockets.dump import Dump, parse
from kubectl_hostnet.source.sockets.inside import arguments
from kubectl_hostnet.source.sockets.reading import Target
from kubectl_hostnet.source.sockets.script import OUTPUT_LIMIT, SHELL
from kubectl_hostnet.source.transport import Transport
from kubectl_hostnet.text import printable

PREFIX = "hostnet-"
PATCH = "application/strategic-merge-patch+json"
PATIENCE = 60.0  # seconds, an image may have to be pulled
PAUSE = 0.3
HOPELESS = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "CreateContainerError",
     "CreateContainerConfigError", "RunContainerError"}
)  # fmt: skip
NAME_ANOTHER = "name an image with a shell that the node can pull"
_POD = msgspec.json.Decoder(objects.Pod)  # before there are threads: see decode.py
RIGHTS_HINT = "--debug-image needs get on pods and pods/log, and patch on pods/ephemeralcontainers"


class DebugImageError(ClusterError):
    """The image does not run, or cannot look: it would be no different in another Pod."""


def look_from_beside(
    transport: Transport,
    target: Target,
    image: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Dump:
    """Add an ephemeral container, wait for its end, and read what it saw. Raises HostnetError."""
    path = f"/api/v1/namespaces/{quote(target.namespace, safe='')}/pods/{quote(target.pod, safe='')}"
    name = PREFIX + secrets.token_hex(3)
    try:
        body = msgspec.json.encode({"spec": {"ephemeralContainers": [_container(name, image, target)]}})
        transport.send("PATCH", f"{path}/ephemeralcontainers", body=body, content_type=PATCH)
        _await_end(transport, path, name, image, clock() + PATIENCE, clock, sleep)
        log = transport.get(f"{path}/log", urlencode({"container": name, "limitBytes": OUTPUT_LIMIT})).body
    except ForbiddenError as error:
        raise ForbiddenError(error.message, RIGHTS_HINT) from None
    dump = parse(log)
    if dump is None:
        said = printable(log[:200].decode("utf-8", "replace")).strip()
        raise DebugImageError(f"debug image {image} could not look: {said or 'it printed nothing'}", NAME_ANOTHER)
    return dump


def _container(name: str, image: str, target: Target) -> dict[str, Any]:
    return {
        "name": name,
        "image": image,
        "targetContainerName": target.container,
        "command": ["sh", "-c", SHELL, "sh", *arguments(target)],
        "securityContext": {"runAsUser": 0, "runAsNonRoot": False, "capabilities": {"add": ["SYS_PTRACE"]}},
    }


def _await_end(
    transport: Transport,
    path: str,
    name: str,
    image: str,
    deadline: float,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    while True:
        pod = _POD.decode(transport.get(path).body)
        if _ended(pod, name, image):
            return
        if clock() > deadline:
            raise ClusterError(f"debug container {name} did not end in time", "look at it with kubectl describe pod")
        sleep(PAUSE)


def _ended(pod: objects.Pod, name: str, image: str) -> bool:
    statuses = (pod.status.ephemeral_container_statuses or ()) if pod.status else ()
    state = next((status.state for status in statuses if status.name == name), None)
    if state is None:
        return False
    if state.waiting and state.waiting.reason in HOPELESS:
        raise _not_started(image, state.waiting.message or state.waiting.reason or "")
    if state.terminated and state.terminated.reason in ("StartError", "ContainerCannotRun"):
        raise _not_started(image, state.terminated.message or state.terminated.reason or "")
    return state.terminated is not None


def _not_started(image: str, reason: str) -> DebugImageError:
    return DebugImageError(f"debug image {image} does not run: {printable(reason)[:300]}", NAME_ANOTHER)
