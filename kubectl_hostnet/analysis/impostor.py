"""An answer from a Pod whose container does not run comes from somebody else on the node (user-problems.md, 22)."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.reachability import Judgement
from kubectl_hostnet.inventory.container import ContainerState
from kubectl_hostnet.inventory.pod import Pod


def not_its_own(judgement: Judgement | None, pod: Pod, claim: Claim) -> Judgement | None:
    """The judgement, or `wrong-answer` where something answers for a container that is not running."""
    if judgement is None or judgement.verdict not in ("reachable", "unhealthy"):
        return judgement
    state = down(pod, claim)
    if state is None:
        return judgement
    answers = judgement.cause or judgement.answer
    return msgspec.structs.replace(
        judgement,
        verdict="wrong-answer",
        cause=f"something else on the node answers ({answers}), for the Pod's container {state.name} is in {state.reason or state.state}",
        assumes="the container has not started again since the cluster was read",
        health="unknown",
    )


def down(pod: Pod, claim: Claim) -> ContainerState | None:
    """The claim's container when the kubelet says that it is waiting or has ended, or None: running, or not known.

    Without a container of its own (`--port`), a claim is down only if every container is.
    """
    inits = {container.name for container in pod.containers if container.kind == "init"}
    states = [s for s in pod.container_states if s.name not in inits and (claim.container in (None, s.name))]
    if not states or any(s.state not in ("waiting", "terminated") for s in states):
        return None
    return states[0]
