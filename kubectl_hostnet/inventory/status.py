"""The word that `kubectl get pods` prints under STATUS.

Follows printPod of kubernetes pkg/printers/internalversion/printers.go: init containers first, then the last regular
container that is not running well, then deletion.
"""

from __future__ import annotations

from kubectl_hostnet.source import objects


def pod_status(pod: objects.Pod) -> str:
    """The STATUS word of a Pod, e.g. Running, CrashLoopBackOff, Init:0/1, Terminating, NodePorts."""
    status = pod.status or objects.PodStatus()
    word = status.reason or status.phase or ""
    if ("PodScheduled", "SchedulingGated") in [(c.type, c.reason) for c in status.conditions or ()]:
        word = "SchedulingGated"
    initializing = _init_word(pod, status)
    if initializing:
        word = initializing
    if not initializing or _initialized(status):
        word = _container_word(status, word)
    if pod.metadata.deletion_timestamp:
        return "Unknown" if status.reason == "NodeLost" else "Terminating"
    return word or "Unknown"


def _initialized(status: objects.PodStatus) -> bool:
    return any(c.type == "Initialized" and c.status == "True" for c in status.conditions or ())


def _init_word(pod: objects.Pod, status: objects.PodStatus) -> str:
    if not status.init_container_statuses:
        return ""
    containers = (pod.spec.init_containers if pod.spec else None) or []
    sidecars = {c.name for c in containers if c.restart_policy == "Always"}
    for index, container in enumerate(status.init_container_statuses):
        state = container.state or objects.ContainerState()
        if state.terminated and state.terminated.exit_code == 0:
            continue
        if container.name in sidecars and container.started:
            continue
        if state.terminated:
            return "Init:" + _terminated_word(state.terminated)
        waiting = state.waiting.reason if state.waiting else None
        if waiting and waiting != "PodInitializing":
            return "Init:" + waiting
        return f"Init:{index}/{len(containers)}"
    return ""


def _container_word(status: objects.PodStatus, word: str) -> str:
    running = False
    for container in reversed(status.container_statuses or ()):
        state = container.state or objects.ContainerState()
        if state.waiting and state.waiting.reason:
            word = state.waiting.reason
        elif state.terminated:
            word = _terminated_word(state.terminated)
        elif container.ready and state.running:
            running = True
    if word == "Completed" and running:
        ready = any(c.type == "Ready" and c.status == "True" for c in status.conditions or ())
        return "Running" if ready else "NotReady"
    return word


def _terminated_word(state: objects.StateTerminated) -> str:
    if state.reason:
        return state.reason
    return f"Signal:{state.signal}" if state.signal else f"ExitCode:{state.exit_code}"
