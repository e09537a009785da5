"""Tests about the project itself: what is promised is there, what is there is documented, start-up stays light."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from builders import listing, node, pod
from conftest import Run

from kubectl_hostnet import cli
from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.render.formats import FORMATS

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "kubectl_hostnet").rglob("*.py"))
ENVELOPE = {"apiVersion": "hostnet.kubectl.dev/v1", "complete": True, "gaps": []}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_that_begins_with_its_line_in_the_table(verb: str, run: Run) -> None:
    module, line = VERBS[verb]
    document = import_module(f"kubectl_hostnet.commands.{module}").run.__doc__
    assert document.splitlines()[0] == line
    shown = run(verb, "--help")
    assert shown.code == 0
    assert shown.out.startswith(f"Usage: kubectl hostnet {verb} ")
    assert " ".join(line.split()) in " ".join(shown.out.split())
    assert shown.err == ""
    assert run(verb, "-h").out == shown.out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_documented(verb: str) -> None:
    assert f"kubectl hostnet {verb}" in (ROOT / "README.md").read_text() + (ROOT / "docs" / "cli.md").read_text()


def test_help_lists_every_verb_and_every_format(run: Run) -> None:
    text = run("--help").out
    assert all(verb in text for verb in VERBS)
    shown = "".join(run("list", "--help").out.split())  # long lines are wrapped
    assert all(name in shown for name in FORMATS)
    assert run() == run("help") == run("--help")
    assert run("help", "list") == run("list", "--help")


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["list", "--help"],
        ["version", "--help"],
        ["explain", "influxdb"],
        ["list", "-A", "--snapshot", "SNAPSHOT"],
    ],
    ids=" ".join,
)
def test_what_needs_no_cluster_loads_no_cluster_code(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(listing(pod(), node())))
    words = [word.replace("SNAPSHOT", str(tmp_path / "s.json")) for word in words]
    script = (
        "import sys; from kubectl_hostnet import cli; code = cli.main(sys.argv[1:]);"
        "heavy = {'kubernetes', 'urllib3', 'asyncio', 'ssl', 'tabulate'} & set(sys.modules);"
        "sys.exit(f'loaded: {heavy}' if heavy or code else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_typer_knows_click_and_only_live_knows_the_client() -> None:
    for path in SOURCES:
        imported = {name.split(".")[0] for name in _imports(path)}
        assert "click" not in imported, path
        assert "kubernetes" not in imported or path.name == "live.py", path


def _imports(path: Path) -> list[str]:
    found = []
    for item in ast.walk(ast.parse(path.read_text())):
        if isinstance(item, ast.Import):
            found += [alias.name for alias in item.names]
        elif isinstance(item, ast.ImportFrom) and item.module:
            found.append(item.module)
    return found


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    (tmp_path / "s.json").write_text(json.dumps(listing(pod("influxdb-hostnetwork"), node())))
    return str(tmp_path / "s.json")


def test_the_json_contract_of_list(run: Run, snapshot: str) -> None:
    done = run("list", "--snapshot", snapshot, "-o", "json")
    answer = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert answer | ENVELOPE | {"kind": "HostPodList"} == answer
    (item,) = answer["items"]
    # the example of design.md, section 4, to the letter
    assert item["namespace"] == "default"
    assert item["name"] == "influxdb-hostnetwork"
    assert item["uid"] == "uid-default-influxdb-hostnetwork"
    assert item["node"] == "node-1"
    assert item["addresses"][0] == {"type": "InternalIP", "address": "10.0.0.1", "family": "IPv4"}
    assert item["hostIPs"] == ["10.0.0.1"]
    assert (item["phase"], item["ready"], item["hostNetwork"]) == ("Running", True, True)
    assert (item["owner"], item["workload"]) == (None, None)
    (port,) = item["ports"]
    expected = {"port": 8086, "protocol": "TCP", "bind": "", "container": "main", "name": None, "confidence": "medium"}
    assert port | expected == port
    evidence = {"source": "application", "field": "spec.containers[0].image", "detail": "InfluxDB listens on 8086"}
    assert port["evidence"] == [evidence]


def test_every_key_of_an_answer_is_documented(run: Run, snapshot: str) -> None:
    text = (ROOT / "docs" / "output.md").read_text()
    for words in (
        ["list"],
        ["ports"],
        ["ports", "--free", "9100"],
        ["conflicts"],
        ["explain", "influxdb"],
        ["version"],
    ):
        options = ["--snapshot", snapshot] if words[0] not in ("explain", "version") else []
        answer = json.loads(run(*words, *options, "-o", "json").out)
        assert f"## {answer['kind']} " in text
        for key in {key for item in answer["items"] for key in item} | answer.keys():
            assert f"`{key}`" in text, key


def test_templates_are_named_by_their_workload(run: Run, tmp_path: Path) -> None:
    template = {"spec": {"hostNetwork": True, "containers": [{"name": "c", "image": "influxdb"}]}}
    workload = {
        "kind": "DaemonSet",
        "apiVersion": "apps/v1",
        "metadata": {"name": "w", "namespace": "n"},
        "spec": {"template": template},
    }
    (tmp_path / "w.json").write_text(json.dumps(workload))
    answer = json.loads(run("list", "-A", "--templates", "--snapshot", str(tmp_path / "w.json"), "-o", "json").out)
    (item,) = answer["items"]
    assert (item["name"], item["workload"], item["namespace"]) == (None, {"kind": "DaemonSet", "name": "w"}, "n")
    assert [p["port"] for p in item["ports"]] == [8086]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["list", "--bogus"], 2),
        (["list", "-o", "bogus"], 2),
        (["bogus"], 2),
        (["list", "-A", "--snapshot", "/no/such/file"], 4),
        (["list"], 3),
        (["list", "-A", "name"], 2),
        (["list", "--chunk-size", "many"], 2),
        (["list", "--request-timeout", "soon"], 2),
    ],
)
def test_failures_have_their_exit_code_and_two_lines(run: Run, words: list[str], code: int) -> None:
    (Path.home() / ".kube").mkdir(exist_ok=True)
    if words == ["list", "-A", "name"] or "--request-timeout" in words:
        (Path.home() / ".kube" / "config").write_text(
            '{"clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:9"}}], "contexts":'
            ' [{"name": "c", "context": {"cluster": "c"}}], "current-context": "c"}'
        )
    done = run(*words)
    lines = done.err.splitlines()
    assert (done.code, done.out) == (code, "")
    assert lines[0].startswith("error: ")
    assert lines[1].startswith("hint: ")
    assert len(lines) == 2
    asked = run(*words, "-o", "json") if "-o" not in words else run("list", "--bogus", "-ojson")
    assert json.loads(asked.out)["error"]["exitCode"] == asked.code


def test_nothing_found_is_said_on_stderr_and_is_no_failure(run: Run, tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(listing(pod(host_network=False), node())))
    assert run("list", "--snapshot", str(tmp_path / "s.json")) == (0, "", "No resources found in default namespace.\n")
    assert run("list", "-A", "--snapshot", str(tmp_path / "s.json")) == (0, "", "No resources found\n")


@pytest.mark.parametrize(
    "words", [["-o=json"], ["-ojson"], ["--output=json"], ["--output", "json"], ["--no-headers=true", "-o", "json"]]
)
def test_flags_are_spelled_as_pflag_reads_them(run: Run, snapshot: str, words: list[str]) -> None:
    assert json.loads(run("list", "--snapshot", snapshot, *words).out)["kind"] == "HostPodList"


def test_booleans_can_be_switched_off(run: Run, snapshot: str) -> None:
    assert run("list", "--snapshot", snapshot, "--no-headers=false").out.startswith("NAME ")
    assert not run("list", "--snapshot", snapshot, "--no-headers=true").out.startswith("NAME ")


def test_main_is_the_entry_point() -> None:
    assert cli.main(["version", "--help"]) == 0
