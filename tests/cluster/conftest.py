"""A real cluster, found through KUBECONFIG; nodes that can be broken, through HOSTNET_CLUSTER (the `cluster` script)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest
from real_cluster import eventually, execute, kubectl


@pytest.fixture(scope="session", autouse=True)
def cluster_is_there() -> None:
    """Skip, with the reason, where there is no cluster."""
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("no cluster: set KUBECONFIG (make cluster-test does it with HOSTNET_CLUSTER)")


@pytest.fixture(scope="session")
def on_node() -> Callable[..., str]:
    """Run a command in the namespaces of a node: on_node("node-1", "ss", "-lntup")."""
    script = os.environ.get("HOSTNET_CLUSTER")
    if not script:
        pytest.skip("HOSTNET_CLUSTER is not set: commands on nodes need the cluster script")

    def run(node: str, *words: str) -> str:
        done = execute(script, "exec", node, *words)
        assert done.code == 0, done.err
        return done.out

    return run


@pytest.fixture(scope="module")
def namespace(request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace for one test module, gone afterwards; named after the module."""
    name = "t-" + request.module.__name__.rpartition(".")[2].removeprefix("test_").replace("_", "-")
    kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=true")
    kubectl("create", "namespace", name)
    eventually(lambda: execute("kubectl", "get", "-n", name, "serviceaccount", "default").code == 0)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def nodes() -> dict[str, str]:
    """The workers' names and first InternalIPv4 addresses."""
    found = json.loads(kubectl("get", "nodes", "-o", "json"))["items"]
    workers = [n for n in found if not any("control-plane" in key for key in n["metadata"].get("labels", {}))]
    return {
        n["metadata"]["name"]: next(a["address"] for a in n["status"]["addresses"] if a["type"] == "InternalIP")
        for n in workers or found
    }
