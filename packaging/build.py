"""Build the self-contained program for this machine's platform, and the archive that krew installs.

    python packaging/build.py            dist/kubectl-hostnet_VERSION_OS_ARCH.tar.gz (.zip on Windows), dist/hostnet.yaml
    python packaging/build.py --force    build again, although no source has changed

The Python that runs this is the one that goes into the archive; every library and tool comes from requirements.txt,
pinned by hash. Nothing of this machine's paths or clock goes in: the same Python gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import archive
import manifest
from licences import third_party

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "packaging"
WORK = ROOT / "build" / "krew"
DIST = ROOT / "dist"
NAME = "kubectl-hostnet"
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
# String hashes order sets, and sets order what PyInstaller writes.
FIXED = {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": str(archive.EPOCH), "PYTHONDONTWRITEBYTECODE": ""}


def main(argv: list[str] | None = None) -> int:
    """Build unless the archive is there and nothing has changed since; write the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--force", action="store_true", help="build even if nothing has changed")
    parser.add_argument("--dist", type=Path, default=DIST, help="where the archive goes (default: dist)")
    options = parser.parse_args(argv)
    target = options.dist / archive_name()
    known = _stamp(target)
    if options.force or not known:
        known = build(target)
    manifest.write(options.dist / "hostnet.yaml", manifest.krew(manifest.version(), manifest.sums(options.dist)))
    print(f"{target}  {target.stat().st_size / 1e6:.1f} MB  sha256 {known}")
    print(options.dist / "hostnet.yaml")
    return 0


def archive_name() -> str:
    """The archive's name for this platform. Exits with a message on a machine that krew does not know."""
    system = {"linux": "linux", "darwin": "darwin", "win32": "windows"}.get(sys.platform, "")
    machine = MACHINES.get(platform.machine().lower(), "")
    for known in manifest.PLATFORMS:
        if (known.os, known.arch) == (system, machine):
            return known.archive(manifest.version())
    sys.exit(f"error: no archive is made for {sys.platform} on {platform.machine()}")


def build(target: Path) -> str:
    """Make the archive from nothing; its sha256."""
    if os.name == "posix" and sys.platform != "darwin" and not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        sys.exit(
            "error: this Python has no libpython.so\nhint: build with another, such as one from `uv python install`"
        )
    python = _environment()
    shutil.rmtree(WORK / "freeze", ignore_errors=True)
    places = ("--distpath", str(WORK / "freeze"), "--workpath", str(WORK / "freeze" / "work"))
    environ = {**os.environ, **FIXED, "PYINSTALLER_CONFIG_DIR": str(WORK / "freeze" / "cache")}
    freeze = [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR", *places, str(HERE / "freeze.spec")]
    subprocess.run(freeze, check=True, env=environ, cwd=WORK)
    folder = WORK / "freeze" / NAME
    archive.resolve_links(folder)
    shutil.copyfile(ROOT / "LICENSE", folder / "LICENSE")
    (folder / "THIRD-PARTY-LICENSES.txt").write_text(third_party(_libraries(python)), encoding="utf-8", newline="\n")
    digest = archive.pack(folder, target, frozenset({NAME, f"{NAME}.exe"}))
    (WORK / "stamp.json").write_text(json.dumps({"sources": sources(), "sha256": digest}))
    return digest


def sources() -> str:
    """A digest of everything that the archive depends on: files, Python, platform."""
    digest = hashlib.sha256(f"{sys.version} {sys.base_prefix} {platform.platform()}".encode())
    files = [ROOT / "LICENSE", ROOT / "pyproject.toml", *HERE.glob("*.*")]
    files += [path for path in (ROOT / "kubectl_hostnet").rglob("*") if "__pycache__" not in path.parts]
    for path in sorted(path for path in files if path.is_file()):
        digest.update(f"\0{path.relative_to(ROOT).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp(target: Path) -> str:
    """The archive's sha256 if it is that of these very sources, else nothing."""
    try:
        stamp = json.loads((WORK / "stamp.json").read_text())
        same = stamp["sources"] == sources() and stamp["sha256"] == archive.sha256(target)
    except (OSError, ValueError, KeyError):
        return ""
    return str(stamp["sha256"]) if same else ""


def _environment() -> str:
    """A virtualenv with the pinned libraries and this project, as it would be installed; its Python."""
    folder = WORK / "venv"
    python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    lock = HERE / "requirements.txt"
    wanted = f"{sys.version} {sys.base_prefix} {hashlib.sha256(lock.read_bytes()).hexdigest()}"
    ready = folder / ".ready"
    if not ready.exists() or ready.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pinned = ("--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement", str(lock))
        subprocess.run([python, "-m", "pip", "install", "--quiet", *pinned], check=True)
        ready.write_text(wanted)
    wheels = WORK / "wheel"
    shutil.rmtree(wheels, ignore_errors=True)
    offline = ("--quiet", "--no-deps", "--no-index")
    built = ("--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    subprocess.run([python, "-m", "pip", "wheel", *offline, *built], check=True, env={**os.environ, **FIXED})
    wheel = str(next(wheels.glob("*.whl")))
    subprocess.run([python, "-m", "pip", "install", *offline, "--force-reinstall", wheel], check=True)
    if subprocess.run([python, "-m", "pip", "check"], check=False, stdout=sys.stderr).returncode:
        sys.exit("error: requirements.txt does not fit pyproject.toml\nhint: make lock")
    return python


def _libraries(python: str) -> Path:
    """Where the environment keeps its packages."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
