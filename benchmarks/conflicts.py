"""`conflicts` on a snapshot of 5,000 nodes and 150,000 Pods: judgement within three seconds after reading, linear in Pods."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.synthetic import Shape, write
from kubectl_hostnet.analysis.conflicts import cluster_conflicts, ground
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.source.query import Query
from kubectl_hostnet.source.snapshot import Snapshot

LIMIT = 3.0  # seconds, issue 5
SHAPES = {
    "150,000 Pods, 40,000 host-networked": Shape(
        nodes=5000, host_pods=40_000, plain_pods=110_000, node_port_services=200, indent=None
    ),
    "150,000 Pods, all host-networked": Shape(nodes=5000, host_pods=150_000, node_port_services=200, indent=None),
    "75,000 Pods, all host-networked": Shape(nodes=5000, host_pods=75_000, node_port_services=200, indent=None),
}


def run() -> Iterator[str]:
    """Lines of results; a whole-cluster answer that takes longer than the limit says so."""
    for name, shape in SHAPES.items():
        with tempfile.TemporaryDirectory() as folder:
            inventory, reading = _read(write(Path(folder, "snapshot.json"), shape))
        judging, found = _judge(inventory)
        verdict = "" if judging <= LIMIT else f"  MORE THAN {LIMIT:.0f} s"
        yield f"conflicts, 5,000 nodes, {name}: {judging:.2f} s after reading ({reading:.1f} s), {found} found{verdict}"


def _read(path: Path) -> tuple[Inventory, float]:
    started = time.perf_counter()
    query = Query(pods="host-ports", field_selector="status.phase!=Succeeded", workloads=True)
    inventory = inventory_from(Snapshot(str(path)).read(query), consume=True)
    return inventory, time.perf_counter() - started


def _judge(inventory: Inventory) -> tuple[float, int]:
    catalog = load()
    gc.collect()
    started = time.perf_counter()
    known = ground(inventory, lambda pod: pod_claims(pod, inventory, catalog))
    found = cluster_conflicts(known)
    return time.perf_counter() - started, len(found)


if __name__ == "__main__":
    for line in run():
        print(line, flush=True)
