"""What the kernel says to a second socket on a port, and how a container looks to which it said no."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

from kubectl_hostnet.inventory.address import canonical, family_of
from kubectl_hostnet.inventory.container import ContainerState
from kubectl_hostnet.inventory.pod import Pod

Health = Literal["well", "doubtful", "troubled", "unknown"]
EVERYWHERE = ("", "::", "*")
ANY_IPV4 = "0.0.0.0"
IN_USE = re.compile(r"already in use|EADDRINUSE|only one usage of each socket address", re.IGNORECASE)
# `port 8080`, `('0.0.0.0', 8000)`, `0.0.0.0:80`, `:::8080`: how programs name the port that they could not have.
PORT_FORMS = (
    re.compile(r"\bport[ =:]+(\d{1,5})\b", re.IGNORECASE),
    re.compile(r"', (\d{1,5})[,)]"),
    re.compile(r":(\d{1,5})\b"),
)
LAST_PORT = 65535
KILLED = (137, 143)  # by the kubelet or for memory: not a failed bind()


class BindFailure(msgspec.Struct, frozen=True, gc=False):
    """A container said that a port was in use; `port` is 0 when its words do not name it."""

    container: str
    port: int
    words: str


def binds_meet(one: str, other: str) -> bool:
    """Can two sockets with these bind addresses not have the same port? Two different addresses can.

    A socket on `::` takes IPv4 too unless it asked for IPV6_V6ONLY (ipv6(7)), so it is taken to meet everything.
    """
    if one in EVERYWHERE or other in EVERYWHERE:
        return True
    if ANY_IPV4 in (one, other):
        return all(family_of(bind) != "IPv6" for bind in (one, other))
    return canonical(one) == canonical(other)


def health(pod: Pod, container: str | None) -> Health:
    """Does a container look as if it has its ports? `well` runs and is ready.

    Without a container, or for one that has not said anything yet, the Pod's own state is taken: a template or a Pod
    whose containers have not started is `unknown`.
    """
    for state in pod.container_states:
        if state.name == container:
            return _health(state)
    found = {_health(state) for state in pod.container_states}
    worst: tuple[Health, ...] = ("troubled", "doubtful", "unknown")
    return next((state for state in worst if state in found), "well" if found else "unknown")


def blames_another(pod: Pod, container: str | None) -> bool:
    """The container has ended and said something, and that was not that a port is in use."""
    states = [s for s in pod.container_states if s.name == container and _health(s) != "well"]
    words = [text for state in states for text in (state.last_message, _own_words(state)) if text]
    return bool(words) and not any(IN_USE.search(text) for text in words)


def _own_words(state: ContainerState) -> str:
    """A waiting container's message is the kubelet's ("back-off 5m0s restarting"), not its own."""
    return state.message if state.state == "terminated" else ""


def bind_failures(pod: Pod) -> Iterator[BindFailure]:
    """What the Pod's containers said about ports in use when they ended (termination messages, waiting messages)."""
    for state in pod.container_states:
        if _health(state) == "well":
            continue
        for words in (state.last_message, state.message):
            failure = bind_failure(state.name, words)
            if failure:
                yield failure
                break


def bind_failure(container: str, words: str) -> BindFailure | None:
    """The first line of a text that says that a port is in use, or None."""
    line = next((line for line in words.splitlines() if IN_USE.search(line)), None)
    return BindFailure(container, _port(line), line.strip()) if line is not None else None


def _port(line: str) -> int:
    for form in PORT_FORMS:
        numbers = [int(number) for number in form.findall(line) if 0 < int(number) <= LAST_PORT]
        if numbers:
            return numbers[-1]
    return 0


def _health(state: ContainerState) -> Health:
    """What runs and is ready has its ports, whatever its earlier runs said; what runs and is not ready may lack one."""
    if state.state == "running":
        return "well" if state.ready else "doubtful"
    if state.state == "terminated":
        return "troubled" if state.exit_code else "well"
    if state.state == "waiting":
        return "troubled" if state.last_exit_code else "unknown"
    return "unknown"
