"""Names from a cluster: asked with the line's own connection, in time, or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders import listing, node, pod
from fake_api import FakeApi, Reply, Request, kubeconfig

from kubectl_hostnet.completion import live
from kubectl_hostnet.completion.offer import offer

ANSWERS = {
    "/api/v1/namespaces": ["default", "kube-system"],
    "/api/v1/nodes": ["node-1", "node-2"],
    "/api/v1/namespaces/default/pods": ["influxdb", "nginx"],
    "/api/v1/namespaces/kube-system/pods": ["kube-proxy-x"],
}


def answer(request: Request) -> Reply:
    items = [{"metadata": {"name": name}, "spec": {"hostNetwork": True}} for name in ANSWERS[request.path]]
    return Reply({"kind": "List", "items": items, "metadata": {}})


def words(path: Path, *line: str) -> list[str]:
    verb, *rest = line
    return [word for word, _ in offer([verb, "--kubeconfig", str(path), *rest]).words]


def test_names_with_the_connection_and_the_namespace_of_the_line(tmp_path: Path) -> None:
    with FakeApi(answer) as api:
        path = kubeconfig(tmp_path / "config", api.url)
        assert words(path, "list", "-n", "") == ["default", "kube-system"]
        assert words(path, "list", "--node", "") == ["node-1", "node-2"]
        assert words(path, "list", "in") == ["influxdb"]
        assert words(path, "list", "influxdb", "") == ["nginx"]
        assert words(path, "probe", "-nkube-system", "") == ["kube-proxy-x"]
        assert words(path, "probe", "--from", "n") == ["node/*", "node/node-1", "node/node-2"]
        assert all(
            request.query.get("fieldSelector") == "spec.hostNetwork=true"
            for request in api.requests
            if "pods" in request.path
        )
        before = len(api.requests)
        assert words(path, "list", "-A", "") == []
        assert len(api.requests) == before


def test_names_from_a_snapshot(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(listing(pod("web"), node("node-7"))))
    line = ["list", "--snapshot", str(tmp_path / "s.json")]
    assert [word for word, _ in offer([*line, "w"]).words] == ["web"]
    assert [word for word, _ in offer([*line, "--node", ""]).words] == ["node-7"]
    assert offer(["list", "--snapshot", "-", "--node", ""]).words == ()  # standard input is not ours to read


def test_a_slow_cluster_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LIMIT", 0.2)

    def slow(request: Request) -> Reply:
        time.sleep(0.6)
        return answer(request)

    with FakeApi(slow) as api:
        started = time.monotonic()
        assert words(kubeconfig(tmp_path / "config", api.url), "list", "-n", "") == []
        assert time.monotonic() - started < 0.55
        time.sleep(0.5)


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_cluster_that_says_no_gives_no_names(tmp_path: Path, status: int) -> None:
    with FakeApi(lambda _: Reply({"kind": "Status", "message": "no"}, status=status)) as api:
        assert words(kubeconfig(tmp_path / "config", api.url), "list", "--node", "") == []


def test_nothing_disturbs_the_line_that_is_typed(tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text("#!/bin/sh\necho noise >&2\nread answer\necho broken\n")
    plugin.chmod(0o755)
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": str(plugin),
            "interactiveMode": "IfAvailable",
        }
    }
    path = kubeconfig(tmp_path / "config", "https://127.0.0.1:9", user=user)
    program = [sys.executable, "-m", "kubectl_hostnet", "__complete", "list", "--kubeconfig", str(path), "-n", ""]
    done = subprocess.run(program, capture_output=True, text=True, timeout=20, check=False, env=dict(os.environ))
    assert (done.returncode, done.stdout, done.stderr) == (0, ":36\n", "")
