"""The lab of the shared cluster: a real API server and a real kube-scheduler over Nodes that do not exist."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3
import yaml

CLUSTER = Path(os.environ.get("HOSTNET_CLUSTER") or Path(__file__).parents[2] / "shared/cluster/cluster")
LOCK = Path("/tmp/lab.lock")  # one lab on a machine: everyone takes this lock
NAMESPACE = "lab"


@contextmanager
def running_lab() -> Iterator[Lab]:
    """A fresh lab, for this process alone, ended afterwards."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            _cluster("down")
            exports = _cluster("up")
            kubeconfig = exports.split("KUBECONFIG=")[1].split()[0]
            yield Lab(Path(kubeconfig))
        finally:
            _cluster("down")


def _cluster(state: str) -> str:
    return subprocess.run([CLUSTER, "lab", state], check=True, capture_output=True, text=True, timeout=600).stdout


class Lab:
    """A thin client: create, patch and delete objects, and ask the scheduler."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        config = yaml.safe_load(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self._server = cluster["server"]
        self._http = urllib3.PoolManager(
            ca_certs=cluster["certificate-authority"], headers={"Authorization": f"Bearer {user['token']}"}, maxsize=4
        )
        self.call("POST", "/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> dict[str, Any]:
        """One request; raises AssertionError with the server's words when it is refused."""
        content = json.dumps(body) if body is not None else None
        answer = self._http.request(
            method, self._server + path, body=content, headers={**self._http.headers, "Content-Type": kind}
        )
        found: dict[str, Any] = json.loads(answer.data)
        assert answer.status < 300, f"{method} {path}: {found.get('message')}"
        return found

    def version(self) -> str:
        """The scheduler's release, which is the server's."""
        return str(self.call("GET", "/version")["gitVersion"])

    def pods(self, suffix: str = "") -> str:
        """The path of the lab's Pods."""
        return f"/api/v1/namespaces/{NAMESPACE}/pods{suffix}"

    def watch(self) -> Iterator[dict[str, Any]]:
        """Every change of a Pod from now on."""
        version = self.call("GET", self.pods("?limit=1"))["metadata"]["resourceVersion"]
        stream = self._http.request(
            "GET",
            self._server + self.pods(f"?watch=1&resourceVersion={version}"),
            preload_content=False,
            timeout=urllib3.Timeout(connect=5, read=60),
        )
        return _lines(stream)

    def node(self, node: dict[str, Any]) -> None:
        """Create a Node that is ready and large, or bring an existing one to this labels and spec."""
        path = "/api/v1/nodes/" + node["metadata"]["name"]
        size = {"cpu": "1000", "memory": "1000Gi", "pods": "100000", "ephemeral-storage": "1000Gi"}
        ready = [{"type": "Ready", "status": "True", "reason": "Lab", "message": "lab"}]
        self.call("POST", "/api/v1/nodes", node)
        status = {"status": {"capacity": size, "allocatable": size, "conditions": ready}}
        self.call("PATCH", path + "/status", status, "application/merge-patch+json")

    def decide(self, events: Iterator[dict[str, Any]], pod: dict[str, Any]) -> tuple[str, str]:
        """Create a Pod and wait for the scheduler: (node, "") or ("", its message)."""
        uid = self.call("POST", self.pods(), pod)["metadata"]["uid"]
        return decision(events, uid)


def _lines(stream: urllib3.BaseHTTPResponse) -> Iterator[dict[str, Any]]:
    buffer = b""
    for chunk in stream.stream(65536):
        buffer += chunk
        *lines, buffer = buffer.split(b"\n")
        yield from (json.loads(line) for line in lines)


def decision(events: Iterator[dict[str, Any]], uid: str) -> tuple[str, str]:
    """The scheduler's first word on a Pod."""
    for event in events:
        found = event["object"]
        if found["metadata"].get("uid") != uid:
            continue
        if found["spec"].get("nodeName"):
            return found["spec"]["nodeName"], ""
        for condition in found["status"].get("conditions", ()):
            if condition["type"] == "PodScheduled" and condition["status"] == "False":
                return "", condition["message"]
    raise AssertionError("the watch ended before the scheduler decided")
