"""krew manifests: all from one template, complete, and true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import manifest
import pytest
import yaml

from kubectl_hostnet import __version__

SUMS = {platform: f"{index:064x}" for index, platform in enumerate(manifest.PLATFORMS, 1)}


def test_the_committed_manifests_are_current() -> None:
    assert manifest.main(["--check"]) == 0


def test_every_platform_that_can_be_built() -> None:
    document = yaml.safe_load(manifest.krew("1.2.3", SUMS))
    assert document["metadata"] == {"name": "hostnet"}
    assert document["spec"]["version"] == "v1.2.3"
    found = {tuple(p["selector"]["matchLabels"].values()): p for p in document["spec"]["platforms"]}
    assert set(found) == {(system, arch) for system in ("linux", "darwin", "windows") for arch in ("amd64", "arm64")}
    linux, windows = found["linux", "amd64"], found["windows", "arm64"]
    assert linux["uri"].endswith("/releases/download/v1.2.3/kubectl-hostnet_1.2.3_linux_amd64.tar.gz")
    assert (linux["bin"], linux["sha256"]) == ("kubectl-hostnet", "1".zfill(64))
    assert windows["uri"].endswith("/kubectl-hostnet_1.2.3_windows_arm64.zip")
    assert windows["bin"] == "kubectl-hostnet.exe"


@pytest.mark.parametrize("digest", ["0" * 64, "1" * 64, "12e" + "4" * 61, "ab" * 32])
def test_a_sum_is_text_for_every_yaml_reader(digest: str) -> None:
    text = manifest.krew("1.2.3", dict.fromkeys(manifest.PLATFORMS, digest))
    assert {p["sha256"] for p in yaml.safe_load(text)["spec"]["platforms"]} == {digest}


def test_the_review_rules_of_krew_index() -> None:
    spec: dict[str, Any] = yaml.safe_load(manifest.MANIFEST.read_text())["spec"]
    short = spec["shortDescription"]
    assert len(short) <= 50
    assert "\n" not in short
    assert not re.search(r"kubectl|plugin|\.$", short)
    assert all(len(line) <= 80 for line in spec["description"].splitlines() + spec["caveats"].splitlines())
    assert "kubectl hostnet" not in spec["description"]  # no usage
    assert spec["version"] == f"v{__version__}"
    assert spec["homepage"].startswith("https://")
    assert spec["homepage"].rsplit("/", 1)[-1].startswith("kubectl-")


def test_sums_are_kept_and_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "MANIFEST", tmp_path / "krew-manifest.yaml")
    monkeypatch.setattr(manifest, "BOT", tmp_path / ".krew.yaml")
    linux, mac = manifest.PLATFORMS[0], manifest.PLATFORMS[2]
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / linux.archive(__version__)).write_bytes(b"1")
    assert manifest.main(["--dist", str(tmp_path / "dist")]) == 0
    assert set(manifest.recorded(manifest.MANIFEST)) == {linux}
    (tmp_path / "dist" / linux.archive(__version__)).unlink()
    (tmp_path / "dist" / mac.archive(__version__)).write_bytes(b"2")
    assert manifest.main(["--dist", str(tmp_path / "dist")]) == 0
    assert set(manifest.recorded(manifest.MANIFEST)) == {linux, mac}
    assert manifest.main(["--check"]) == 0
    manifest.MANIFEST.write_text(manifest.MANIFEST.read_text().replace("hostnet", "other"))
    with pytest.raises(SystemExit, match=r"krew-manifest\.yaml: not what"):
        manifest.main(["--check"])
    with pytest.raises(SystemExit, match=r"linux_amd64"):  # a release has all archives, of this very build
        manifest.main(["--release", "--dist", str(tmp_path / "dist")])


def test_sums_of_another_version_are_not_kept(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(manifest.krew("0.0.1", SUMS))
    assert manifest.recorded(tmp_path / "m.yaml") == {}
    (tmp_path / "m.yaml").write_text(manifest.krew(__version__, SUMS))
    assert manifest.recorded(tmp_path / "m.yaml") == SUMS
