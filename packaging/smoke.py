"""Try the archive in dist: unpacked somewhere else, called through a link as krew does, without any Python around.

python packaging/smoke.py --oldest-glibc 2.28      and, on Linux, no newer glibc may be needed
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import build

CASES = (
    ["--help"],
    ["version", "--client"],
    ["explain", "influxdb"],
    ["list", "-A", "--snapshot", "pods.json", "-o", "yaml"],
    ["__complete", "l"],
)
PODS = """{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "influxdb", "namespace": "default"},
  "spec": {"nodeName": "n", "hostNetwork": true, "containers": [{"name": "c", "image": "influxdb"}]}}"""


def main(argv: list[str] | None = None) -> int:
    """Run each case; exits with a message at the first that fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dist", type=Path, default=build.DIST, help="where the archive is (default: dist)")
    parser.add_argument("--oldest-glibc", help="the oldest glibc that must suffice, such as 2.28")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        unpack(options.dist / build.archive_name(), place / "store")
        (place / "pods.json").write_text(PODS, encoding="utf-8")
        program = link(place)
        for words in CASES:
            print(run(program, words, place).splitlines()[0])
        if options.oldest_glibc and sys.platform == "linux":
            check_glibc(place / "store", options.oldest_glibc)
    return 0


def unpack(archive: Path, folder: Path) -> None:
    """As krew: zip or tar."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)  # noqa: S202 - our own archive
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")


def link(place: Path) -> str:
    """A link in another directory, as krew makes it; on Windows it takes rights that not every account has."""
    name = f"{build.NAME}.exe" if os.name == "nt" else build.NAME
    (place / "bin").mkdir()
    try:
        (place / "bin" / name).symlink_to(place / "store" / name)
    except OSError:
        return str(place / "store" / name)
    return str(place / "bin" / name)


def run(program: str, words: list[str], place: Path) -> str:
    """What it prints; it must succeed with no more than warnings on stderr."""
    kept = ("SYSTEMROOT", "TEMP", "TMP", "USERPROFILE", "HOME")
    environ = {name: os.environ[name] for name in kept if name in os.environ} | {"PATH": "", "PYTHONHOME": str(place)}
    done = subprocess.run([program, *words], capture_output=True, env=environ, cwd=place, timeout=120, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    complaints = [line for line in err.splitlines() if not line.startswith("warning: ")]
    if done.returncode or complaints or not out:
        sys.exit(f"error: {' '.join(words)}: exit code {done.returncode}\n{out}{err}")
    return out


def check_glibc(folder: Path, oldest: str) -> None:
    """No file may name a version of glibc that is newer."""
    limit = tuple(int(part) for part in oldest.split("."))
    for path in folder.rglob("*"):
        if path.is_file() and (path.suffix != ".pyc"):
            needed = {tuple(int(p) for p in v.split(b".")) for v in re.findall(rb"GLIBC_(2\.\d+)", path.read_bytes())}
            if needed and max(needed) > limit:
                sys.exit(f"error: {path.name} needs glibc {'.'.join(map(str, max(needed)))}")


if __name__ == "__main__":
    sys.exit(main())
