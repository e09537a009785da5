"""Who answers for a Pod that is down is not the Pod."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import pod

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.impostor import not_its_own
from kubectl_hostnet.analysis.reachability import Judgement
from kubectl_hostnet.inventory.pod import Pod, pod_from
from kubectl_hostnet.source import objects

CRASHED = {"name": "main", "ready": False, "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
RUNS = {"name": "side", "ready": True, "restartCount": 0, "state": {"running": {}}}


def read(*statuses: dict[str, Any], **status: Any) -> Pod:
    return pod_from(msgspec.convert(pod(status={"containerStatuses": list(statuses), **status}), objects.Pod))


def claim(container: str | None) -> Claim:
    return Claim(8086, "TCP", "", container, None, "medium", ())


@pytest.mark.parametrize(
    ("found", "container", "verdict"),
    [
        (read(CRASHED), "main", "wrong-answer"),
        (read(CRASHED, RUNS), "main", "wrong-answer"),
        (read(CRASHED, RUNS), "side", "reachable"),
        (read(CRASHED), None, "wrong-answer"),
        (read(CRASHED, RUNS), None, "reachable"),
        (read(), "main", "reachable"),
        (read({**RUNS, "name": "main"}), "main", "reachable"),
    ],
)
def test_an_answer_is_the_pods_own_only_if_its_container_runs(found: Pod, container: str | None, verdict: str) -> None:
    judged = not_its_own(Judgement("reachable", "answers 204", health="healthy"), found, claim(container))
    assert judged
    assert judged.verdict == verdict
    assert (judged.health == "healthy") is (verdict == "reachable")


@pytest.mark.parametrize("verdict", ["refused", "filtered", "tls-error", "wrong-answer"])
def test_other_verdicts_stay(verdict: Any) -> None:
    before = Judgement(verdict, "x")
    assert not_its_own(before, read(CRASHED), claim("main")) is before
    assert not_its_own(None, read(CRASHED), claim("main")) is None
