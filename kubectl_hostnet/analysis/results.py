"""What was seen at an endpoint together with what it means, and everything else that a conclusion rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.endpoints import Endpoint
from kubectl_hostnet.analysis.reachability import Judgement
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.probe.observation import Observation

Said = Iterable[tuple[str, str]]  # whom a sentence is about ("" is the Pod), and what it says


class Result(msgspec.Struct, frozen=True, gc=False):
    """An endpoint, what was seen there from one vantage point, and the judgement; None where nothing was seen."""

    endpoint: Endpoint
    observation: Observation
    judgement: Judgement | None

    @property
    def verdict(self) -> str:
        """The verdict, "" where nothing was seen."""
        return self.judgement.verdict if self.judgement else ""

    @property
    def place(self) -> str:
        """`198.51.100.13:8086`."""
        return place(self.endpoint.address.address, self.endpoint.claim.port)

    @property
    def port(self) -> str:
        """`8086/TCP`."""
        return f"{self.endpoint.claim.port}/{self.endpoint.claim.protocol}"


@dataclass(frozen=True)
class Case:
    """Everything that a conclusion rests on.

    `holders` names who else is known to use a port of a node: (node, port, protocol) -> names. `alive` are addresses at
    which the node answered on another port (the kubelet's), `dead` those where that port was silent as well.
    """

    pod: Pod
    node: Node | None
    results: Sequence[Result]
    holders: Mapping[tuple[str, int, str], Sequence[str]] = field(default_factory=dict)
    alive: frozenset[str] = frozenset()
    dead: frozenset[str] = frozenset()

    def who_else(self, node: str, claim: Claim) -> Sequence[str]:
        """Other holders of the same port of a node."""
        return self.holders.get((node, claim.port, claim.protocol), ())

    def own(self, *verdicts: str) -> list[Result]:
        """The results at the Pod's own endpoints, with these verdicts; those where nobody should answer are left out."""
        if not verdicts:
            return [result for result in self.results if not result.endpoint.unexpected]
        return [result for verdict in verdicts for result in self._by_verdict.get(verdict, ())]

    @cached_property
    def _by_verdict(self) -> dict[str, list[Result]]:
        found: dict[str, list[Result]] = {}
        for result in self.own():
            found.setdefault(result.verdict, []).append(result)
        return found


def place(address: str, port: int) -> str:
    """`198.51.100.13:8086`, `[2001:db8::13]:8086`."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
