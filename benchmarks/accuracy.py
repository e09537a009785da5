"""`python -m benchmarks.accuracy CORPUS`: recall and precision of the offline claims by evidence source.

What score.py counts, taken apart: recall by the first evidence that reveals a port of the truth, precision by the
strongest source of a claim. Low claims, and truths and rows of confidence low, count for nothing.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.inventory.inventory import inventory_from
from kubectl_hostnet.source.query import Query
from kubectl_hostnet.source.snapshot import Snapshot

Key = tuple[int, str]
QUERY = Query(workloads=True, config_maps=True)


class Outcome(NamedTuple):
    """One port of one row: what the truth says of it, and what was claimed."""

    row: str
    key: Key
    truth: dict[str, Any] | None
    claim: Claim | None
    trap: bool


def main(arguments: list[str]) -> int:
    """Print each miss and each false claim, and the table."""
    corpus = Path(arguments[0] if arguments else "../shared/corpus")
    rows = [row for row in json.loads((corpus / "truth.json").read_text()) if row["confidence"] != "low"]
    outcomes = [outcome for row in rows for outcome in compared(row, corpus)]
    for outcome in outcomes:
        if outcome.claim is None or outcome.truth is None:
            sys.stdout.write(f"{_line(outcome)}\n")
    sys.stdout.write("\n".join(table(outcomes)) + "\n")
    return 0


def compared(row: dict[str, Any], corpus: Path) -> Iterator[Outcome]:
    """The ports of a row that are in the truth, claimed, or both; doubtful truths only count as no false claim."""
    claims = claimed(corpus / row["file"])
    truths = {(port["port"], port["protocol"].upper()): port for port in row["truth"]}
    traps = {trap["port"] for trap in row["traps"] if trap.get("kind") != "same-number"}
    for key in sorted(truths.keys() | claims.keys()):
        truth = truths.get(key)
        if truth is None or truth.get("confidence") != "low":
            yield Outcome(row["id"], key, truth, claims.get(key), key[0] in traps)


def claimed(manifest: Path) -> dict[Key, Claim]:
    """The claims of a manifest's host-networked Pods and templates that are more than a guess."""
    inventory = inventory_from(Snapshot(str(manifest)).read(QUERY))
    pods = [*inventory.pods, *(template for template in inventory.templates if template.host_network)]
    found = (claim for pod in pods for claim in pod_claims(pod, inventory, load(), read_config=True))
    return {(claim.port, claim.protocol): claim for claim in found if claim.confidence != "low"}


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Lines of source, recall and precision."""
    wanted = Counter(o.truth["evidence"] for o in outcomes if o.truth)
    found = Counter(o.truth["evidence"] for o in outcomes if o.truth and o.claim)
    said: Counter[str] = Counter(o.claim.evidence[0].source for o in outcomes if o.claim)
    right: Counter[str] = Counter(o.claim.evidence[0].source for o in outcomes if o.claim and o.truth)
    yield f"\n{'EVIDENCE':<15}{'RECALL':<15}PRECISION"
    for truth, source in NAMES.items():
        yield f"{source:<15}{_ratio(found[truth], wanted[truth]):<15}{_ratio(right[source], said[source])}"
    yield f"{'all':<15}{_ratio(found.total(), wanted.total()):<15}{_ratio(right.total(), said.total())}"
    yield f"traps hit: {sum(o.trap and o.truth is None for o in outcomes)}"


NAMES = {
    "declared": "declared", "probe": "probe", "service": "service", "arg": "argument", "env": "environment", "configmap": "configmap",
    "annotation": "annotation", "image-default": "application",
}  # fmt: skip


def _line(outcome: Outcome) -> str:
    at = f"{outcome.row} {outcome.key[0]}/{outcome.key[1]}"
    if outcome.claim is None:
        return f"{at} missed: {outcome.truth['evidence'] if outcome.truth else ''}, {outcome.truth.get('purpose', '') if outcome.truth else ''}"
    return f"{at} false{' TRAP' if outcome.trap else ''}: " + "; ".join(
        f"{e.source}: {e.detail}" for e in outcome.claim.evidence
    )


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole:.3f} {part}/{whole}" if whole else "-"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
