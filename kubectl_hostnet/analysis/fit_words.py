"""The answer to "will it fit?" and "why is it Pending?" in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from kubectl_hostnet.analysis.fit import Fit
from kubectl_hostnet.analysis.pending import rejected, waits
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.text import printable

SHOWN = 10


def fit_lines(answer: Fit) -> Iterator[str]:
    """Where it fits, who blocks it elsewhere, which nodes are out of the question; the first line says it all."""
    if not answer.host_ports:
        yield printable(f"{answer.title}: uses no port of a node")
        return
    hopeless = "" if answer.admitted else "cannot run as it is; by others' ports alone: "
    yield printable(f"{answer.title}: {hopeless}{_verdict(answer)}")
    others = [f"{b.node}: {b.port}/{b.protocol} is held by {', '.join(b.holders)}" for b in answer.blocked]
    others += [
        f"{b.node}: {b.port}/{b.protocol} is used by {', '.join(b.holders)}, which the scheduler does not know"
        for b in answer.unseen
    ]
    yield from (printable(f"  {line}") for line in _first(others))
    for reason, nodes in _by_reason(answer):
        yield printable(f"  {', '.join(_first(nodes))}: {reason}")
    if not answer.fits or answer.blocked or answer.refused:
        yield printable(f"  not considered: {', '.join(answer.not_considered)}")


def pod_lines(pod: Pod, answer: Fit, *, collides: bool) -> Iterator[str]:
    """Why a Pod is where it is, or is nowhere: ports if they are it, else what is."""
    if rejected(pod):
        cause = (
            "another Pod held a port that it declares"
            if collides
            else "its ports are free now: delete it, its controller makes it anew"
        )
        yield printable(f"{pod.title} was rejected by the kubelet of {pod.node} (reason NodePorts): {cause}")
    elif pod.terminal:
        yield printable(f"{pod.title} has ended ({pod.status}): it holds no port")
    elif pod.node:
        state = "Terminating: it holds its ports until it has ended" if pod.deleted else f"{pod.status} on {pod.node}"
        yield printable(f"{pod.title} is {state}" + ("" if collides else "; nothing that is known collides with it"))
    else:
        yield from _unplaced(pod, answer)


def _unplaced(pod: Pod, answer: Fit) -> Iterator[str]:
    yield from fit_lines(answer)
    if pod.nominated_node:
        yield printable(f"  preemption makes room for it on {pod.nominated_node}")
    if not waits(pod):
        gates = "scheduling gates hold it back" if not pod.deleted else "it is being deleted"
        yield printable(f"  {gates}")
    elif answer.nodes:
        yield "  ports, taints, node selector and affinity are not what keeps it from a node"
    elif not answer.blocked:
        yield "  ports are not the obstacle: no node would take it with all ports free"
    if pod.scheduler_message:
        yield printable(f"  the scheduler says: {pod.scheduler_message}")


def _verdict(answer: Fit) -> str:
    nodes = {*answer.nodes, *(b.node for b in answer.blocked + answer.unseen), *(r.node for r in answer.refused)}
    where = f"{len(answer.nodes)} of {len(nodes)} nodes"
    where += f" ({', '.join(_first(answer.nodes))})" if answer.nodes else ""
    if answer.replicas is None:
        return f"fits on {where}" + ("" if answer.fits else ", and hangs where its port is taken")
    if answer.kind == "Pod":
        return f"fits on {where}" if answer.nodes else f"fits on none of {len(nodes)} nodes"
    count = f"{answer.replicas} replica{'s' * (answer.replicas != 1)}"
    if answer.at_most is None:
        return f"{count} can be placed on {where}; the scheduler may put several on one, for no port is declared"
    wanted = count if answer.at_most >= (answer.replicas or 0) else f"{answer.at_most} of {count}"
    return f"{wanted} can be placed, one a node, on {where}"


def _by_reason(answer: Fit) -> list[tuple[str, list[str]]]:
    counts = Counter(refused.reason for refused in answer.refused)
    return [(reason, [r.node for r in answer.refused if r.reason == reason]) for reason, _ in counts.most_common(SHOWN)]


def _first(items: Sequence[str]) -> list[str]:
    return [*items[:SHOWN], *([f"{len(items) - SHOWN} more"] if len(items) > SHOWN else [])]
