"""What a collision on a node does to whom, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kubectl_hostnet.analysis.conflict import Kind, Role, port_text
from kubectl_hostnet.analysis.port_uses import Place, PortUse


def effect(kind: Kind, place: Place, parties: Sequence[PortUse]) -> str:
    """What happens because of a collision among Pods."""
    return _sentence(kind, port_text(place[2], place[1]), parties) + last_words(parties)


def _sentence(kind: Kind, port: str, parties: Sequence[PortUse]) -> str:
    losers = names(use for use in parties if role(use) == "wants")
    winners = names(use for use in parties if role(use) == "holds")
    if kind == "forwarded":
        forwarded = names(use for use in parties if use.claim.forwarded)
        bound = names(use for use in parties if not use.claim.forwarded)
        return f"traffic to {port} of the node goes to {forwarded} (hostPort), and never reaches {bound}"
    if kind == "declared":
        return f"the scheduler would not have put them on one node; who starts last cannot bind {port}"
    if kind == "container":
        return f"two containers of one Pod need {port}: one of them cannot bind it"
    if not any(use.lost for use in parties):
        return f"{names(parties)} all need {port}, and not all of them are well"
    if winners and losers:
        return f"{losers} cannot bind {port} while {winners} has it"
    return f"only one of them can bind {port}: {losers}"


def names(uses: Iterable[PortUse]) -> str:
    """The Pods, each once."""
    return ", ".join(dict.fromkeys(use.pod.title for use in uses))


def last_words(parties: Sequence[PortUse]) -> str:
    """The container's own words, if one has said that the port is in use."""
    words = next((use.refused for use in parties if use.refused), "")
    return f' ("{words}")' if words else ""


def role(use: PortUse) -> Role:
    """Does it have the port, as far as its container looks?"""
    return "wants" if use.refused or use.health in ("troubled", "unknown") else "holds"
