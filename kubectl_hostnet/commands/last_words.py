"""What crashing containers said last: their logs, as the evidence that the Pod's status lacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import msgspec

from kubectl_hostnet.analysis.binding import KILLED
from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.inventory.container import ContainerState
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.source.query import Source

if TYPE_CHECKING:
    from kubectl_hostnet.source.live import Cluster

MOST = 20  # logs to read: each is a request that goes on to a kubelet
EFFECT = "what crashing containers said last is missing: ports in use are judged by claims alone"


def with_last_words(source: Source, inventory: Inventory) -> Inventory:
    """The same Pods, those that crash without a termination message with the end of their log for one.

    A snapshot has no logs. What may not be read is a gap, told once.
    """
    silent = [(pod, state) for pod in inventory.pods for state in _silent(pod)][:MOST]
    if not silent or not hasattr(source, "transport"):
        return inventory
    from kubectl_hostnet.source.logs import last_words  # only where something crashes

    transport = cast("Cluster", source).transport
    told: dict[int, dict[str, str]] = {}
    for pod, state in silent:
        try:
            words = last_words(transport, pod.namespace, pod.name, state.name, previous=state.state == "running")
        except HostnetError as error:
            gap = Gap("pods/log", error.message, EFFECT)
            return replace(_told(inventory, told), gaps=(*inventory.gaps, gap))
        told.setdefault(id(pod), {})[state.name] = words
    return _told(inventory, told)


def _silent(pod: Pod) -> Iterator[ContainerState]:
    """Containers of a host-networked Pod that end in errors and do not say why."""
    if pod.host_network and not pod.terminal:
        for state in (state for state in pod.container_states if not state.ready):
            ended = state.exit_code if state.state == "terminated" else state.last_exit_code
            if (
                ended
                and ended not in KILLED
                and not state.last_message
                and not (state.state == "terminated" and state.message)
            ):
                yield state


def _told(inventory: Inventory, told: dict[int, dict[str, str]]) -> Inventory:
    if not told:
        return inventory
    return replace(
        inventory, pods=tuple(_with(pod, told[id(pod)]) if id(pod) in told else pod for pod in inventory.pods)
    )


def _with(pod: Pod, words: dict[str, str]) -> Pod:
    states = tuple(
        msgspec.structs.replace(state, last_message=words.get(state.name) or state.last_message)
        for state in pod.container_states
    )
    return msgspec.structs.replace(pod, container_states=states)
