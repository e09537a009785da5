"""Archives that depend on their content only: the same files give the same bytes, whenever and wherever.

krew takes .tar.gz and .zip, and refuses links of any kind (krew internal/download/downloader.go).
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

EPOCH = 315532800  # 1980-01-01: the oldest time that zip can hold
PROGRAM, FILE = 0o755, 0o644


def resolve_links(folder: Path) -> None:
    """Put a copy in the place of every symbolic link."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            target = path.resolve(strict=True)
            path.unlink()
            if target.is_dir():
                shutil.copytree(target, path)
            else:
                shutil.copyfile(target, path)
                path.chmod(target.stat().st_mode)


def pack(folder: Path, archive: Path, programs: frozenset[str]) -> str:
    """Pack a folder's content; files named in `programs` and shared libraries are executable. The archive's sha256."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    part = archive.with_name(archive.name + ".part")
    if archive.name.endswith(".zip"):
        _zip(folder, part, programs)
    else:
        _tar(folder, part, programs)
    part.replace(archive)
    return sha256(archive)


def sha256(archive: Path) -> str:
    """The sha256 of a file, as krew wants it: lower-case hexadecimal."""
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def _tar(folder: Path, archive: Path, programs: frozenset[str]) -> None:
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=raw, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path, name in _entries(folder):
            entry = tarfile.TarInfo(name)
            entry.mtime = EPOCH
            entry.mode = _mode(path, name, programs)
            if path.is_dir():
                entry.type = tarfile.DIRTYPE
                tar.addfile(entry)
                continue
            entry.size = path.stat().st_size
            with path.open("rb") as content:
                tar.addfile(entry, content)


def _zip(folder: Path, archive: Path, programs: frozenset[str]) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path, name in _entries(folder):
            if path.is_dir():
                continue
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # unix: external_attr holds the mode
            entry.external_attr = (0o100000 | _mode(path, name, programs)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, path.read_bytes())


def _entries(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every folder and file with its name in the archive, sorted by name."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    for name in sorted(found):
        if found[name].is_symlink():
            raise ValueError(f"{name} is a link: krew refuses it")
        yield found[name], name


def _mode(path: Path, name: str, programs: frozenset[str]) -> int:
    return PROGRAM if path.is_dir() or name in programs or ".so" in path.suffixes or path.suffix == ".dylib" else FILE
