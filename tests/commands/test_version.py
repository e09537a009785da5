"""`version`: what a bug report needs, with and without a cluster."""

from __future__ import annotations

import json
import platform
import sys
from pathlib import Path

import pytest
from conftest import Run
from fake_api import FakeApi, Reply, kubeconfig

from kubectl_hostnet import __version__
from kubectl_hostnet.commands.version import LIBRARIES


def items(text: str) -> dict[str, tuple[str, str]]:
    return {item["component"]: (item["version"], item["path"]) for item in json.loads(text)["items"]}


def test_client_python_libraries_server_and_paths(run: Run, tmp_path: Path) -> None:
    with FakeApi(lambda _: Reply({"gitVersion": "v1.35.4"})) as api:
        path = str(kubeconfig(tmp_path / "config", api.url))
        shown = run("version", "--kubeconfig", path, "-o", "json")
        found = items(shown.out)
        assert (shown.code, shown.err) == (0, "")
        assert [request.path for request in api.requests] == ["/version"]
        assert found["server"] == ("v1.35.4", api.url)
    assert found["kubectl-hostnet"][0] == __version__
    assert Path(found["kubectl-hostnet"][1]).exists()
    assert found["python"] == (platform.python_version(), sys.executable)
    assert found["kubeconfig"] == ("", path)
    for library in LIBRARIES:
        assert found[library][0][0].isdigit()
        assert Path(found[library][1]).is_dir()


def test_without_a_cluster_the_rest_is_there_and_what_is_missing_is_said(run: Run) -> None:
    shown = run("version", "-o", "json")
    assert shown.code == 0
    assert "server" not in items(shown.out)
    assert json.loads(shown.out)["complete"] is False
    assert shown.err.startswith("warning: server: no kubeconfig found")


def test_client_alone_asks_nobody(run: Run, tmp_path: Path) -> None:
    path = str(kubeconfig(tmp_path / "config", "http://127.0.0.1:9"))
    shown = run("version", "--client", "--kubeconfig", path)
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.splitlines()[0].split() == ["COMPONENT", "VERSION", "PATH"]


def test_the_kubectl_that_called(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "kubectl"
    program.write_text("""#!/bin/sh\necho '{"clientVersion": {"gitVersion": "v1.99.0"}}'\n""")
    program.chmod(0o755)
    monkeypatch.setenv("KUBECTL_PATH", str(program))
    assert items(run("version", "--client", "-o", "json").out)["kubectl"] == ("v1.99.0", str(program))
    program.write_text("#!/bin/sh\nexit 1\n")
    assert items(run("version", "--client", "-o", "json").out)["kubectl"] == ("", str(program))
