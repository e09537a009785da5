"""The answer to "will it fit?" and "why is it Pending?" in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from kubectl_hostnet.analysis.fit import Fit
from kubectl_hostnet.analysis.pending import rejected, waits
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.text import printable

SHOWN = 10


def fit_lines(answer: Fit) -> Iterator[str]:
    """Where it fits, who blocks it elsewhere, which nodes are out of the question; the first line says it all."""
    yield printable(f"{answer.title}: {_verdict(answer)}")
    blocked = [f"{b.node}: {b.port}/{b.protocol} is held by {', '.join(b.holders)}" for b in answer.blocked]
    yield from (printable(f"  {line}") for line in _first(blocked, "more"))
    for reason, nodes in _by_reason(answer):
        yield printable(f"  {', '.join(_first(nodes, 'more'))}: {reason}")
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
    total = len(answer.nodes) + len({b.node for b in answer.blocked}) + len(answer.refused)
    where = f"{len(answer.nodes)} of {total} nodes" + (
        f" ({', '.join(_first(answer.nodes, 'more'))})" if answer.nodes else ""
    )
    if answer.replicas is None:
        return f"fits on {where}" if answer.fits else f"fits on {where} only: it hangs on the nodes that are blocked"
    if answer.kind == "Pod":
        return f"fits on {where}" if answer.fits else f"fits on no node of {total}"
    if answer.at_most is None:
        return f"its {answer.replicas} Pods fit on {where}, several on one node: it declares no host port"
    fits = "fit" if answer.fits else "do not all fit"
    return f"{answer.replicas} Pods {fits}: at most {answer.at_most}, one on each of {where}"


def _by_reason(answer: Fit) -> list[tuple[str, list[str]]]:
    counts = Counter(refused.reason for refused in answer.refused)
    return [(reason, [r.node for r in answer.refused if r.reason == reason]) for reason, _ in counts.most_common(SHOWN)]


def _first(items: Sequence[str] | Iterable[str], rest: str) -> list[str]:
    known = list(items)
    return [*known[:SHOWN], *([f"{len(known) - SHOWN} {rest}"] if len(known) > SHOWN else [])]
