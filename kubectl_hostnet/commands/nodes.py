"""Nodes that a user names or selects, and what to say of those that do not exist."""

from __future__ import annotations

from difflib import get_close_matches

from kubectl_hostnet.analysis.nodeports import node_names
from kubectl_hostnet.errors import ClusterError, HostnetError, NotFoundError, UsageError
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.source.selectors import label_matcher


def chosen_nodes(inventory: Inventory, names: list[str], selector: str = "") -> tuple[list[str], HostnetError | None]:
    """The named nodes, or all, that the selector matches; what was named and does not exist is told in the failure.

    Raises NotFoundError when nothing is left, and ClusterError for a selector when nodes could not be read.
    """
    known = node_names(inventory)
    wanted = list(dict.fromkeys(node_name(name) for name in names))
    missing = [name for name in wanted if name not in known and inventory.nodes]
    failure = _not_found(missing, known) if missing else None
    if failure and len(missing) == len(wanted):
        raise failure
    chosen = [name for name in wanted if name not in missing] or known
    return (_selected(inventory, chosen, selector) if selector else chosen), failure


def node_name(text: str) -> str:
    """The name in `NAME`, `node/NAME`, `nodes/NAME` or `no/NAME`; raises UsageError for another kind."""
    kind, slash, name = text.rpartition("/")
    if not name or (slash and kind not in ("node", "nodes", "no")):
        raise UsageError(f"{text!r} is not a node", "name nodes as NAME or node/NAME")
    return name


def _selected(inventory: Inventory, names: list[str], selector: str) -> list[str]:
    matches = label_matcher(selector)
    if not inventory.nodes:
        raise ClusterError("nodes could not be read, so none can be selected by labels", "name them: ports NODE...")
    labels = {node.name: node.labels for node in inventory.nodes}
    found = [name for name in names if name in labels and matches(labels[name])]
    if not found:
        raise NotFoundError(f"no node matches -l {selector}", "look at kubectl get nodes --show-labels")
    return found


def _not_found(missing: list[str], known: list[str]) -> NotFoundError:
    what = ", ".join(f'"{name}"' for name in missing)
    close = [match for name in missing for match in get_close_matches(name, known, n=3)]
    hint = (
        f"did you mean {', '.join(dict.fromkeys(close))}?"
        if close
        else f"nodes: {', '.join(known[:5])}{' ...' * (len(known) > 5)}"
    )
    return NotFoundError(f"node{'s' * (len(missing) > 1)} {what} not found", hint)
