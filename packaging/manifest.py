"""krew manifests, all from one template.

    python packaging/manifest.py            rewrite krew-manifest.yaml and .krew.yaml with what is in dist/
    python packaging/manifest.py --check    fail if either is not what the template gives
    python packaging/manifest.py --release  as the first, but every platform's archive must be in dist/

krew-manifest.yaml is what krew-index gets; .krew.yaml is the same for krew-release-bot, which fills in tag and sums.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from archive import sha256

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "packaging" / "krew.template.yaml"
MANIFEST, BOT = ROOT / "krew-manifest.yaml", ROOT / ".krew.yaml"
NOT_BUILT = "0" * 64
HEADER = "# Written by packaging/manifest.py from packaging/krew.template.yaml.\n"
UNKNOWN = "# A sha256 of zeros stands for an archive that was not built here: the release workflow has them all.\n"


class Platform(NamedTuple):
    """An operating system and a machine, in the words of Go and krew."""

    os: str
    arch: str

    @property
    def program(self) -> str:
        """The program's file name."""
        return "kubectl-hostnet.exe" if self.os == "windows" else "kubectl-hostnet"

    def archive(self, version: str) -> str:
        """The archive's file name; `version` without v."""
        return f"kubectl-hostnet_{version}_{self.os}_{self.arch}.{'zip' if self.os == 'windows' else 'tar.gz'}"


PLATFORMS = tuple(Platform(system, arch) for system in ("linux", "darwin", "windows") for arch in ("amd64", "arm64"))


def main(argv: list[str] | None = None) -> int:
    """Write or check the two manifests at the top level."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 if a manifest is stale")
    parser.add_argument("--release", action="store_true", help="fail unless every archive is in dist")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="where the archives are (default: dist)")
    options = parser.parse_args(argv)
    known = {**recorded(MANIFEST), **({} if options.check else sums(options.dist))}
    missing = [platform.archive(version()) for platform in PLATFORMS if platform not in known]
    if options.release and missing:
        sys.exit(f"error: not in {options.dist}: {', '.join(missing)}")
    wanted = {MANIFEST: complete(known), BOT: bot()}
    if options.check:
        stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        if stale:
            sys.exit(f"error: {', '.join(stale)}: not what packaging/krew.template.yaml gives\nhint: make krew")
        return 0
    for path, text in wanted.items():
        write(path, text)
    return 0


def version() -> str:
    """The program's version, without v."""
    text = (ROOT / "kubectl_hostnet" / "__init__.py").read_text(encoding="utf-8")
    return str(re.findall(r'^__version__ = "(.+)"$', text, re.MULTILINE)[0])


def repository() -> str:
    """The project's address, from pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return str(re.findall(r'^Homepage = "(.+)"$', text, re.MULTILINE)[0])


def sums(dist: Path) -> dict[Platform, str]:
    """The sha256 of each archive of this version in a folder."""
    archives = {platform: dist / platform.archive(version()) for platform in PLATFORMS}
    return {platform: sha256(path) for platform, path in archives.items() if path.exists()}


def recorded(path: Path) -> dict[Platform, str]:
    """The sums of this version in a manifest that was written before."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    found = re.findall(r"uri: \S+/(\S+)\n +sha256: '([0-9a-f]{64})'", text)
    names = {platform.archive(version()): platform for platform in PLATFORMS}
    return {names[name]: digest for name, digest in found if name in names and digest != NOT_BUILT}


def krew(version: str, sums: Mapping[Platform, str], base: str = "") -> str:
    """A manifest of the platforms in `sums`; `base` is where the archives can be fetched."""
    base = base or f"{repository()}/releases/download/v{version}"
    # Quoted: YAML reads a sum of digits only, or of digits and one `e`, as a number.
    places = {p: f"uri: {base}/{p.archive(version)}\n    sha256: '{sums[p]}'" for p in PLATFORMS if p in sums}
    return HEADER + _rendered(f"v{version}", places)


def complete(sums: Mapping[Platform, str]) -> str:
    """The manifest of every platform, zeros where no archive is known."""
    text = krew(version(), {platform: sums.get(platform, NOT_BUILT) for platform in PLATFORMS})
    return text.replace(HEADER, HEADER + UNKNOWN) if NOT_BUILT in text else text


def bot() -> str:
    """The template for krew-release-bot: Go's text/template, with a tag for a version and a function for the sums."""
    tag = "{{ .TagName }}"
    # Archives carry the version, tags a v before it: text/template's own `slice` takes it off.
    base = f"{repository()}/releases/download/{tag}"
    places = {p: f'{{{{addURIAndSha "{base}/{p.archive("{{ slice .TagName 1 }}")}" .TagName }}}}' for p in PLATFORMS}
    return HEADER + _rendered(tag, places)


def write(path: Path, text: str) -> None:
    """Write a text with line feeds as line ends on every platform."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _rendered(tag: str, places: Mapping[Platform, str]) -> str:
    blocks = [
        "  - selector:\n      matchLabels:\n"
        f"        os: {platform.os}\n        arch: {platform.arch}\n"
        f"    {place}\n    bin: {platform.program}"
        for platform, place in places.items()
    ]
    text = TEMPLATE.read_text(encoding="utf-8").replace("{version}", tag).replace("{repository}", repository())
    return text.replace("{platforms}", "\n".join(blocks))


if __name__ == "__main__":
    sys.exit(main())
