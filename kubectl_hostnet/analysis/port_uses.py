"""Which Pods use which port of which node, whatever says so: the ground for everything that the scheduler cannot see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from kubectl_hostnet.analysis.binding import Health, bind_failures, blames_another, health
from kubectl_hostnet.analysis.claims import Claim, Evidence
from kubectl_hostnet.inventory.pod import Pod

ClaimsOf = Callable[[Pod], Iterable[Claim]]
Place = tuple[str, str, int]
FAILED = "status.containerStatuses"


class PortUse(msgspec.Struct, frozen=True, gc=False):
    """A Pod's claim on a port of the node that the Pod is on."""

    pod: Pod
    claim: Claim

    @property
    def health(self) -> Health:
        """Does the container look as if it has the port?"""
        return health(self.pod, self.claim.container)

    @property
    def lost(self) -> bool:
        """It does not have the port, as far as can be told: it does not run, and has given no other reason for that."""
        return bool(self.refused) or (
            self.health in ("troubled", "unknown") and not blames_another(self.pod, self.claim.container)
        )

    @property
    def declared(self) -> bool:
        """`ports[]` says so: the scheduler sees it."""
        return "declared" in [evidence.source for evidence in self.claim.evidence]

    @property
    def sure(self) -> bool:
        """More than a guess."""
        return self.claim.confidence != "low"

    @property
    def refused(self) -> str:
        """The container's own words about the port being in use, or ""."""
        for evidence in self.claim.evidence:
            if evidence.field == FAILED and evidence.source == "socket":
                return evidence.detail
        return ""


def port_uses(pods: Iterable[Pod], claims_of: ClaimsOf) -> dict[Place, list[PortUse]]:
    """Uses by (node, protocol, port) of all Pods that are bound to a node and have not ended, in their order."""
    found: dict[Place, list[PortUse]] = {}
    for pod in pods:
        if pod.node and not pod.terminal and not pod.template:
            for claim in lasting_claims(pod, claims_of(pod)):
                found.setdefault((pod.node, claim.protocol, claim.port), []).append(PortUse(pod, claim))
    return found


def lasting_claims(pod: Pod, claims: Iterable[Claim]) -> Iterator[Claim]:
    """The claims of containers that run side by side (init containers end first), and what their last words add."""
    inits = {container.name for container in pod.containers if container.kind == "init"}
    lasting = [claim for claim in claims if claim.container not in inits] if inits else list(claims)
    failures = list(bind_failures(pod)) if pod.host_network and (pod.restarts or not pod.ready) else []
    if not failures:
        yield from lasting
        return
    for failure in failures:
        because = Evidence("socket", FAILED, failure.words)
        mine = [c for c in lasting if failure.port == c.port or (not failure.port and c.container == failure.container)]
        if failure.port and not mine:
            lasting.append(Claim(failure.port, "TCP", "", failure.container, None, "high", (because,)))
        for claim in mine:
            lasting.remove(claim)
            lasting.append(_confirmed(claim, because))
    yield from lasting


def _confirmed(claim: Claim, because: Evidence) -> Claim:
    return msgspec.structs.replace(claim, confidence="high", evidence=(*claim.evidence, because))


def of_others(uses: Sequence[PortUse], own: Callable[[Pod], bool]) -> list[PortUse]:
    """The uses by Pods that are not one's own."""
    return [use for use in uses if not own(use.pod)]
