"""What a claim is: something says that a Pod uses a port of its node, with its evidence (design.md, section 3)."""

from __future__ import annotations

from typing import Literal

import msgspec

Source = Literal[
    "socket", "declared", "probe", "service", "argument", "environment", "annotation", "configmap", "application"
]
Confidence = Literal["certain", "high", "medium", "low"]
CONFIDENCES: tuple[Confidence, ...] = ("certain", "high", "medium", "low")


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One reason to believe a claim: its source, the field path in the object, and a sentence."""

    source: Source
    field: str
    detail: str


class Claim(msgspec.Struct, frozen=True, gc=False):
    """`container` of a Pod uses `port`/`protocol` on addresses `bind`.

    `bind` is "" for all addresses or not known to be narrower, else an IP address ("127.0.0.1", "::1", "10.0.0.7").
    `name` is the declared port's name. `forwarded`: a CNI hostPort of a Pod that is not host-networked - traffic is
    forwarded, no socket is bound on the node. `application` names the known application (applications/NAME.yaml).
    """

    port: int
    protocol: str
    bind: str
    container: str | None
    name: str | None
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    forwarded: bool = False
    application: str = ""
    purpose: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def loopback(self) -> bool:
        """Bound to the node's loopback only: nothing outside the node reaches it."""
        return self.bind.startswith("127.") or self.bind == "::1"
