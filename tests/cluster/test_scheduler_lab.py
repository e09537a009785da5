"""The prediction against a real kube-scheduler: at least 1,000 random cases, all of them equal.

HOSTNET_SEED repeats a run; a case that differs is made small before it is shown.
"""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import msgspec
import pytest
import yaml
from scheduler_lab import CLUSTER, Lab, decision, running_lab
from scheduler_worlds import CLASSES, NEVER, Json, World, make_world, smaller

from kubectl_hostnet.analysis.eligibility import obstacle
from kubectl_hostnet.analysis.scheduler import NO_FREE_PORTS, HeldPorts, sidecars_count, wanted_ports
from kubectl_hostnet.inventory.node import Node, node_from
from kubectl_hostnet.inventory.pod import Pod, pod_from
from kubectl_hostnet.source import decode

pytestmark = pytest.mark.cluster
CASES = 1000
REASONS = {
    "unschedulable": "node(s) were unschedulable",
    "taint": "node(s) had untolerated taint(s)",
    "affinity": "node(s) didn't match Pod's node affinity/selector",
    "ports": NO_FREE_PORTS,
}
PREFILTERED = "node(s) didn't satisfy plugin(s) [NodeAffinity]"
COUNT = re.compile(r"(\d+) (node\(s\) .*?)(?=, \d+ node\(s\)|\. |\.$)")
BARRIER = "barrier"


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    if not CLUSTER.exists():
        pytest.skip(f"no cluster script at {CLUSTER}: set HOSTNET_CLUSTER")
    with running_lab() as lab:
        yield Theatre(lab)


def test_every_prediction_is_the_real_schedulers_decision(theatre: Theatre) -> None:
    seed = int(os.environ.get("HOSTNET_SEED") or time.time())
    print(f"HOSTNET_SEED={seed}")  # noqa: T201 - the way back to this run
    random, tally = Random(seed), Counter[str]()
    while tally["cases"] < CASES:
        world = make_world(random)
        theatre.stage(world)
        for number, candidate in enumerate(world.candidates):
            predicted, actual, wrong = theatre.play(candidate)
            tally.update(
                [
                    "cases",
                    "placed" if actual else "refused",
                    f"{len(predicted)} fits" if len(predicted) < 2 else "choice",
                ]
            )
            if wrong:
                pytest.fail(f"HOSTNET_SEED={seed}: {wrong}\n{theatre.shrunk(world, number)}")
    print(dict(tally))  # noqa: T201
    assert tally["refused"] > CASES / 10
    assert tally["placed"] > CASES / 10
    assert tally["1 fits"] > CASES / 20


def test_the_shrinker_keeps_only_what_a_difference_needs(theatre: Theatre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kubectl_hostnet.analysis.scheduler.ips_clash", lambda _one, _other: False)
    random = Random(1)
    wrong, number, world = "", -1, make_world(random)
    theatre.stage(world)
    while not wrong:
        number += 1
        wrong = theatre.play(world.candidates[number])[2]
    found = yaml.safe_load(theatre.shrunk(world, number))
    assert len(found["nodes"]) <= 1
    assert len(found["holders"]) == 1
    assert len(found["candidate"]["spec"]["containers"][0]["ports"]) <= 1


class Theatre:
    """Builds worlds in the lab, and asks the scheduler and the prediction the same question."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.events = lab.watch()
        self.sidecars = sidecars_count(lab.version())
        self.nodes: list[Node] = []
        self.pods: list[Pod] = []
        self._round = 0
        for name, (value, policy) in CLASSES.items():
            body = {"metadata": {"name": name}, "value": value, "preemptionPolicy": policy}
            lab.call("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", body)

    def stage(self, world: World) -> None:
        """Make the lab this world, and wait until the scheduler has seen all of it."""
        old = f"canary{self._round}"
        self._round += 1
        self.lab.call("DELETE", self.lab.pods("?labelSelector=canary!=yes"), {"gracePeriodSeconds": 0})
        self.lab.call("DELETE", "/api/v1/nodes")
        for node in (*world.nodes, self._barrier()):
            self.lab.node(node)
        for holder in world.holders:
            self._hold(holder)
        if self._round > 1:
            self.lab.call("DELETE", self.lab.pods("/" + old), {"gracePeriodSeconds": 0})
        self._wait_for_scheduler()
        for preemptor in world.preemptors:
            self.lab.decide(self.events, preemptor)
        time.sleep(0.3 if world.preemptors else 0)  # a nomination is written after the decision
        self.nodes = [node_from(n) for n in self._read("/api/v1/nodes", "Node")]
        self.pods = [pod_from(p) for p in self._read(self.lab.pods(), "Pod")]

    def play(self, candidate: Json) -> tuple[list[str], str, str]:
        """Predicted nodes, the scheduler's node ("" for none), and what differs ("" for nothing)."""
        created = self.lab.call("POST", self.lab.pods(), candidate)
        pod = _typed(created)
        assert wanted_ports(_typed(candidate)) == wanted_ports(pod), "the API server's defaults differ from the tool's"
        verdicts = {node.name: self._verdict(pod, node) for node in self.nodes}
        fits = [name for name, reason in verdicts.items() if not reason]
        actual, message = decision(self.events, created["metadata"]["uid"])
        if actual:
            self.pods.append(msgspec.structs.replace(pod, node=actual))
            return fits, actual, "" if actual in fits else f"placed on {actual}, predicted {verdicts[actual]!r}"
        told = {reason: int(count) for count, reason in COUNT.findall(message.partition(" preemption:")[0])}
        expected = dict(Counter(verdicts.values()))
        return fits, "", "" if told == expected else f"the scheduler says {told}, predicted {expected}"

    def shrunk(self, world: World, number: int) -> str:
        """The smallest world found in which the candidate is still predicted wrongly, as YAML."""
        best = World(
            world.nodes, [*world.holders, *self._placed(world, number)], world.preemptors, [world.candidates[number]]
        )
        if not self._differs(best):
            return "(it does not happen again when the world is built anew)"
        shrinking = True
        while shrinking:
            shrinking = False
            for candidate in smaller(best):
                if self._differs(candidate):
                    best, shrinking = candidate, True
                    break
        return yaml.safe_dump(
            {
                "nodes": best.nodes,
                "holders": best.holders,
                "preemptors": best.preemptors,
                "candidate": best.candidates[0],
            }
        )

    def _differs(self, world: World) -> bool:
        self.stage(world)
        return bool(self.play(world.candidates[-1])[2])

    def _placed(self, world: World, number: int) -> list[Json]:
        places = {pod.name: pod.node for pod in self.pods}
        return [
            {**candidate, "spec": {**candidate["spec"], "nodeName": place}}
            for candidate in world.candidates[:number]
            if (place := places.get(candidate["metadata"]["name"]))
        ]

    def _verdict(self, pod: Pod, node: Node) -> str:
        if (names := _prefilter(pod)) is not None and node.name not in names:
            return PREFILTERED
        found = obstacle(pod, node)
        if found:
            return REASONS[found.kind]
        held = HeldPorts(self.pods, sidecars=self.sidecars)
        return NO_FREE_PORTS if any(held.blockers(pod, node.name)) else ""

    def _hold(self, holder: Json) -> None:
        fate = holder["metadata"].get("annotations", {}).get("lab")
        path = self.lab.pods("/" + holder["metadata"]["name"])
        self.lab.call("POST", self.lab.pods(), holder)
        if fate == "Terminating":
            self.lab.call("DELETE", path, {"gracePeriodSeconds": 600})
        elif fate:
            self.lab.call("PATCH", path + "/status", {"status": {"phase": fate}}, "application/merge-patch+json")

    def _barrier(self) -> Json:
        taint = {"key": BARRIER, "effect": "NoSchedule"}
        return {"metadata": {"name": BARRIER, "labels": {BARRIER: str(self._round)}}, "spec": {"taints": [taint]}}

    def _wait_for_scheduler(self) -> None:
        """A Pod that only fits once the scheduler has seen this round's last Node and the last round's last deletion."""
        canary = {
            "metadata": {"name": f"canary{self._round}", "labels": {"canary": "yes"}},
            "spec": {
                "containers": [{"name": "c", "image": "x", "ports": [{"containerPort": 1, "hostPort": 1}]}],
                "nodeSelector": {BARRIER: str(self._round)},
                "tolerations": [{"operator": "Exists"}],
                "priorityClassName": NEVER,
            },
        }
        uid = self.lab.call("POST", self.lab.pods(), canary)["metadata"]["uid"]
        while not decision(self.events, uid)[0]:
            pass

    def _read(self, path: str, kind: str) -> list[Any]:
        gaps: list[Any] = []
        items = [msgspec.Raw(msgspec.json.encode(item)) for item in self.lab.call("GET", path)["items"]]
        found = decode.each(items, kind, gaps)
        assert not gaps
        return found


def _typed(pod: Json) -> Pod:
    found = decode.converted(pod, "Pod", [])
    assert found is not None
    return pod_from(found)


def _prefilter(pod: Pod) -> set[str] | None:
    """The nodes that the NodeAffinity plugin's PreFilter leaves over: those that every term names, None for all."""
    named = [
        {value for field in term.fields if field.operator == "In" for value in field.values}
        for term in pod.placement.affinity or ()
    ]
    return set().union(*named) if named and all(named) else None
