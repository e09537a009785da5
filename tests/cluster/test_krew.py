"""The archive that `make krew` builds, installed by the real krew and run by the real kubectl against the real cluster."""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from real_cluster import Done, execute, kubectl

from kubectl_hostnet import __version__
from kubectl_hostnet.commands import VERBS

pytestmark = pytest.mark.cluster
ROOT = Path(__file__).parents[2]
BUILD = ROOT / "packaging" / "build.py"
# What krew-release-bot does with .krew.yaml (its pkg/source/template.go), but for the download.
BOT = """
package main

import ("bytes"; "fmt"; "os"; "text/template")

func main() {
	url := func(url, tag string) string {
		text := new(bytes.Buffer)
		parsed := template.Must(template.New("url").Parse(url))
		if err := parsed.Execute(text, struct{ TagName string }{tag}); err != nil { panic(err) }
		return fmt.Sprintf("uri: %s\\n    sha256: %s", text.String(), "SUM")
	}
	content, _ := os.ReadFile(os.Args[1])
	parsed := template.Must(template.New("x").Funcs(template.FuncMap{"addURIAndSha": url}).Parse(string(content)))
	if err := parsed.Execute(os.Stdout, struct{ TagName string }{os.Args[2]}); err != nil { panic(err) }
}
"""


class Built(NamedTuple):
    """An archive and its manifest."""

    archive: Path
    manifest: Path


@pytest.fixture(scope="module")
def built() -> Built:
    """Built by the command of `make krew`, which does nothing when no source has changed."""
    for program in ("krew", "validate-krew-manifest"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not on PATH")
    done = execute(sys.executable, str(BUILD), timeout=600)
    assert done.code == 0, done.err
    archive, manifest = (Path(line.split("  ")[0]) for line in done.out.splitlines())
    return Built(archive, manifest)


class Krew:
    """A krew of one's own: an empty root, an empty index in a local repository, and a PATH without any Python."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        programs = {str(Path(shutil.which(name) or "").parent) for name in ("kubectl", "krew")}
        self.environment = {
            "KREW_ROOT": str(self.root),
            "KREW_NO_UPGRADE_CHECK": "1",
            "KREW_DEFAULT_INDEX_URI": f"file://{folder / 'index'}",
            "HOME": str(folder),
            "PATH": os.pathsep.join([str(self.root / "bin"), *programs, str(folder / "tools")]),
            "PYTHONHOME": "/nonexistent",  # an installed Python must not matter
            "PYTHONPATH": "/nonexistent",
        }
        self._index(folder / "index")
        (folder / "tools").mkdir()
        (folder / "tools" / "git").symlink_to(shutil.which("git") or "git")
        (folder / "tools" / "kubectl-krew").symlink_to(shutil.which("krew") or "krew")

    def run(self, *words: str, stdin: str | None = None, **more: str) -> Done:
        return execute(*words, stdin=stdin, **{**self.environment, **more})

    def krew(self, *words: str) -> str:
        done = self.run("krew", *words)
        assert done.code == 0, done.err
        return done.out + done.err

    def hostnet(self, *words: str, **more: str) -> Done:
        return self.run("kubectl", "hostnet", *words, **more)

    def files(self) -> list[str]:
        """What is installed, beside krew's index."""
        inside = [path.relative_to(self.root) for path in self.root.rglob("*") if path.is_symlink() or path.is_file()]
        return sorted(str(path) for path in inside if path.parts[0] != "index")

    def _index(self, folder: Path) -> None:
        (folder / "plugins").mkdir(parents=True)
        (folder / "plugins" / ".keep").touch()
        person = ("-c", "user.name=x", "-c", "user.email=x@example.invalid")
        for words in (("init", "-q"), ("add", "."), (*person, "commit", "-q", "-m", "empty")):
            subprocess.run(["git", *words], cwd=folder, check=True)


@pytest.fixture(scope="module")
def krew(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Krew:
    """A krew that has installed the archive."""
    own = Krew(tmp_path_factory.mktemp("krew"))
    own.krew("update")
    assert own.files() == []
    said = own.krew("install", f"--manifest={built.manifest}", f"--archive={built.archive}")
    assert "Installed plugin: hostnet" in said
    assert "kubectl hostnet completion --install" in said
    return own


def test_the_archive_is_self_contained_and_has_no_links(built: Built) -> None:
    with tarfile.open(built.archive) as tar:
        entries = {entry.name: entry for entry in tar}
    assert all(entry.isfile() or entry.isdir() for entry in entries.values())
    assert {"LICENSE", "THIRD-PARTY-LICENSES.txt", "kubectl-hostnet"} <= set(entries)
    assert {"_internal/socks.pyc", "_internal/h2/connection.pyc", "_internal/kubernetes/config/kube_config.pyc"} <= set(
        entries
    )
    assert entries["kubectl-hostnet"].mode == 0o755
    assert not any(".." in name or name.startswith("/") for name in entries)
    data = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "kubectl_hostnet").rglob("*.*")
        if path.suffix not in (".py", ".pyc")
    }
    assert {f"_internal/{name}" for name in data} <= set(entries)
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "kubectl_hostnet").rglob("*.py")}
    assert {f"_internal/{name}c" for name in modules} <= set(entries)


def test_krews_validator_installs_it(built: Built, krew: Krew, tmp_path: Path) -> None:
    with served(built.archive.parent) as address:
        text = built.manifest.read_text()
        document = yaml.safe_load(text)
        base = document["spec"]["platforms"][0]["uri"].rpartition("/")[0]
        (tmp_path / "hostnet.yaml").write_text(text.replace(base, address))
        done = krew.run("validate-krew-manifest", "-manifest", str(tmp_path / "hostnet.yaml"))
    assert done.code == 0, done.err
    shutil.copy(ROOT / "krew-manifest.yaml", tmp_path / "hostnet.yaml")
    done = execute("validate-krew-manifest", "-skip-install", "-manifest", str(tmp_path / "hostnet.yaml"))
    assert done.code == 0, done.err


def test_the_release_bots_template_gives_the_same_manifest(tmp_path: Path) -> None:
    if not shutil.which("go"):
        pytest.skip("go is not installed")
    (tmp_path / "main.go").write_text(BOT)
    done = execute(
        "go", "run", str(tmp_path / "main.go"), str(ROOT / ".krew.yaml"), f"v{__version__}", GO111MODULE="off"
    )
    assert done.code == 0, done.err
    filled, own = yaml.safe_load(done.out), yaml.safe_load((ROOT / "krew-manifest.yaml").read_text())
    for platform in own["spec"]["platforms"]:
        platform["sha256"] = "SUM"
    assert filled == own


def test_kubectl_finds_it_without_warnings(krew: Krew) -> None:
    done = krew.run("kubectl", "plugin", "list")
    assert (done.code, done.err) == (0, "")
    assert str(krew.root / "bin" / "kubectl-hostnet") in done.out.splitlines()


def test_version_names_itself_and_the_server(krew: Krew) -> None:
    done = krew.hostnet("version", "-o", "json")
    found = {item["component"]: item for item in done.json["items"]}
    assert (done.code, done.err) == (0, "")
    assert found["kubectl-hostnet"]["version"] == __version__
    assert found["kubectl-hostnet"]["path"] == str(
        krew.root / "store" / "hostnet" / f"v{__version__}" / "kubectl-hostnet"
    )
    assert found["server"]["version"] == json.loads(kubectl("version", "-o", "json"))["serverVersion"]["gitVersion"]
    assert all(found[name]["version"][0].isdigit() for name in ("python", "kubernetes", "typer", "msgspec"))


def test_list_finds_what_kubectl_finds(krew: Krew) -> None:
    done = krew.hostnet("list", "-A", "-o", "name")
    assert done.code == 0, done.err
    expected = kubectl(
        "get", "pods", "-n", "kube-system", "--field-selector=spec.hostNetwork=true", "-o", "name"
    ).split()
    assert expected
    assert set(expected) <= set(done.out.split())


def test_probe_reaches_the_api_server(krew: Krew) -> None:
    name = next(n for n in kubectl("get", "pods", "-n", "kube-system", "-o", "name").split() if "kube-apiserver" in n)
    done = krew.hostnet("probe", "-n", "kube-system", name, "-o", "json")
    assert done.code == 0, done.err
    assert {item["verdict"] for item in done.json["items"] if item["port"] == 6443} == {"reachable"}


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb in ("conflicts", "ports", "audit", "map")])
def test_other_verbs_answer(krew: Krew, verb: str) -> None:
    done = krew.hostnet(verb, "-o", "json")
    assert done.code in (0, 1), done.err
    assert done.json["apiVersion"] == "hostnet.kubectl.dev/v1"


@pytest.mark.parametrize(
    "form", ["table", "wide", "json", "yaml", "csv", "markdown", "jsonpath={.items[*].name}", "custom-columns=N:.name"]
)
def test_every_format_is_in_the_archive(krew: Krew, form: str) -> None:
    done = krew.hostnet("list", "-n", "kube-system", "-o", form)
    assert (done.code, bool(done.out)) == (0, True), done.err


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_archive(krew: Krew, verb: str) -> None:
    done = krew.hostnet(verb, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: kubectl hostnet {verb} ")


def test_text_is_utf8_whatever_the_locale(krew: Krew) -> None:
    done = krew.hostnet("list", "-n", "kube-system", LC_ALL="C", LANG="C")
    assert done.code == 0, done.err


def test_credential_plugins_see_the_users_environment(krew: Krew, tmp_path: Path) -> None:
    plugin = tmp_path / "plugin"
    plugin.write_text(f"#!/bin/sh\nexport -p > {tmp_path}/environment\nexit 1\n")
    plugin.chmod(0o755)
    user = {
        "exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(plugin), "interactiveMode": "Never"}
    }
    config = {
        "apiVersion": "v1", "kind": "Config", "current-context": "x",
        "clusters": [{"name": "x", "cluster": {"server": "https://127.0.0.1:9"}}],
        "users": [{"name": "x", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
    }  # fmt: skip
    (tmp_path / "config").write_text(json.dumps(config))
    assert krew.hostnet("list", KUBECONFIG=str(tmp_path / "config")).code == 3
    seen = (tmp_path / "environment").read_text()
    assert "LD_LIBRARY_PATH" not in seen
    assert "_PYI" not in seen
    assert krew.hostnet("list", KUBECONFIG=str(tmp_path / "config"), LD_LIBRARY_PATH="/opt/own").code == 3
    assert "LD_LIBRARY_PATH='/opt/own'" in (tmp_path / "environment").read_text()


def test_completion_after_krew(krew: Krew) -> None:
    before = krew.files()
    line = ("kubectl", "__complete", "hostnet", "list", "-n", "kube-sys")
    assert "kube-system" not in krew.run(*line).out
    shim = str(krew.root / "bin" / "kubectl_complete-hostnet")
    assert shim in krew.hostnet("completion", "--install").out
    shell = {"PATH": f"{krew.environment['PATH']}{os.pathsep}/usr/bin"}  # the three lines need /bin/sh, by its path
    assert krew.run(*line, **shell).out.splitlines() == ["kube-system", ":36"]
    assert krew.run("kubectl", "__complete", "hostnet", "prob").out.splitlines()[0].startswith("probe\t")
    assert "removed" in krew.hostnet("completion", "--remove").out
    assert krew.files() == before


def test_exit_codes_are_those_of_the_plugin(krew: Krew) -> None:
    assert krew.hostnet("list", "--no-such-option").code == 2
    assert krew.hostnet("list", "--context", "no-such").code == 3
    assert krew.hostnet("list", "--snapshot", "/nonexistent").code == 4


def test_two_builds_are_the_same(built: Built, tmp_path: Path) -> None:
    stamp = ROOT / "build" / "krew" / "stamp.json"
    before = json.loads(stamp.read_text())["sources"]
    done = execute(sys.executable, str(BUILD), "--force", "--dist", str(tmp_path), timeout=600)
    assert done.code == 0, done.err
    if json.loads(stamp.read_text())["sources"] != before:
        pytest.skip("a source was changed while this ran")
    assert (tmp_path / built.archive.name).read_bytes() == built.archive.read_bytes()


def test_uninstall_leaves_nothing(krew: Krew) -> None:
    krew.krew("uninstall", "hostnet")
    assert krew.files() == []
    assert not list((krew.root / "store").rglob("*"))


class served:  # noqa: N801 - a context manager
    """Serve a folder on loopback."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(Quiet, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Without a log."""

    def log_message(self, *_: object) -> None:
        """Nothing."""
