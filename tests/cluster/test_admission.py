"""What admission_conflicts says is what the real API server does (server-side dry run: nothing is created)."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

import msgspec
import pytest
from real_cluster import eventually, execute, kubectl

from kubectl_hostnet.analysis.admission import admission_conflicts
from kubectl_hostnet.inventory.pod import pod_from
from kubectl_hostnet.source import objects

pytestmark = pytest.mark.cluster
SEED = 20261124


def document(
    namespace: str, host_network: bool, containers: list[dict[str, Any]], init: list[dict[str, Any]]
) -> dict[str, Any]:
    named = [{"name": f"c{i}", "image": "busybox", **c} for i, c in enumerate(containers)]
    named_init = [{"name": f"i{i}", "image": "busybox", **c} for i, c in enumerate(init)]
    spec = {"hostNetwork": host_network, "containers": named, "initContainers": named_init}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "dry", "namespace": namespace}, "spec": spec}


def random_port(random_: random.Random, host_network: bool) -> dict[str, Any]:
    number = random_.choice((8080, 8081))
    made: dict[str, Any] = {"containerPort": number}
    if random_.random() < 0.5:
        made["hostPort"] = number if random_.random() < 0.8 else 9090
    if random_.random() < 0.3:
        made["protocol"] = random_.choice(("TCP", "UDP"))
    if random_.random() < 0.3 and (host_network or "hostPort" in made):
        made["hostIP"] = random_.choice(("127.0.0.1", "0.0.0.0"))
    return made


def cases(namespace: str, count: int) -> list[dict[str, Any]]:
    random_ = random.Random(SEED)  # seeded: the same cases in every run
    made = []
    for _ in range(count):
        host = random_.random() < 0.7
        container = lambda: {"ports": [random_port(random_, host) for _ in range(random_.randint(0, 2))]}  # noqa: B023
        init = [
            {**container(), **({"restartPolicy": "Always"} if random_.random() < 0.5 else {})}
            for _ in range(random_.randint(0, 1))
        ]
        made.append(document(namespace, host, [container() for _ in range(random_.randint(1, 2))], init))
    return made


def refused(pod: dict[str, Any], labels: dict[str, str]) -> bool:
    found = admission_conflicts(pod_from(msgspec.convert(pod, objects.Pod)), labels)
    return any(c.kind in ("refused", "pod-security") and c.severity == "conflict" for c in found)


def server_refuses(pod: dict[str, Any]) -> tuple[bool, str]:
    done = execute("kubectl", "create", "--dry-run=server", "-f", "-", stdin=json.dumps(pod))
    return done.code != 0, done.err


def test_refusals_are_the_api_servers(namespace: str) -> None:
    wrong = []
    for pod in cases(namespace, 60):
        theirs, words = server_refuses(pod)
        if refused(pod, {}) != theirs:
            wrong.append((pod["spec"], theirs, words))
    assert wrong == [], f"seed {SEED}"


def test_pod_security_levels_are_the_api_servers(namespace: str) -> None:
    label = "pod-security.kubernetes.io/enforce"
    probe = {"livenessProbe": {"tcpSocket": {"port": 80, "host": "127.0.0.1"}}}
    try:
        for level, version in itertools.product(("privileged", "baseline"), ("latest", "v1.33")):
            kubectl("label", "namespace", namespace, f"{label}={level}", f"{label}-version={version}", "--overwrite")
            labels = {label: level, f"{label}-version": version}
            shapes = (
                (True, {}), (False, {"ports": [{"containerPort": 80}]}), (False, {"ports": [{"containerPort": 80, "hostPort": 80}]}),
                (False, probe),
            )  # fmt: skip
            for host, container in shapes:
                pod = document(namespace, host, [container], [])
                eventually(lambda pod=pod, labels=labels: server_refuses(pod)[0] == refused(pod, labels), 10)
    finally:
        kubectl("label", "namespace", namespace, f"{label}-", f"{label}-version-")
