"""What to do about a conflict, as a sentence with the command that does it."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_hostnet.analysis.conflict import Kind, port_text
from kubectl_hostnet.analysis.port_uses import Place, PortUse
from kubectl_hostnet.inventory.pod import Pod

FIND_FREE = "kubectl hostnet ports --free any"


def remedy(kind: Kind, place: Place, parties: Sequence[PortUse]) -> str:
    """The way out for Pods that are on one node already."""
    port = port_text(place[2], place[1])
    if kind == "container":
        return f"give one of the containers of {parties[0].pod.title} another port"
    if kind == "forwarded":
        return f"move one of them to another port ({FIND_FREE}) or another node"
    going = next((use.pod for use in parties if use.pod.deleted), None)
    if going is not None:
        return f"wait until {going.title} has ended; {port} is free then"
    silent = list(dict.fromkeys(use.pod.title for use in parties if not use.declared))
    if silent:
        return f"declare {port} in ports[] of {', '.join(silent)}: the scheduler then keeps them apart; or move one to another port ({FIND_FREE})"
    return f"move one of them to another node, or to another port ({FIND_FREE})"


def make_room(pod: Pod, port: str, node: str, holders: Sequence[Pod]) -> str:
    """The way out for a Pod that finds no node because of the ports of others."""
    going = [holder for holder in holders if holder.deleted]
    if going and len(going) == len(holders):
        names = ", ".join(holder.title for holder in going)
        return f"wait until {names} has ended, or find out what holds it up: kubectl describe pod -n {going[0].namespace} {going[0].name}"
    names = ", ".join(dict.fromkeys(holder.title for holder in holders))
    return f"free {port} on {node} (move or delete {names}), or give {names} or {pod.title} another port ({FIND_FREE})"
