"""Archives: the same files give the same bytes, and krew's rules hold."""

from __future__ import annotations

import os
import tarfile
import zipfile
from pathlib import Path

import archive
import pytest

PROGRAMS = frozenset({"tool", "tool.exe"})


def made(folder: Path, *, order: int = 1) -> Path:
    """A folder with a program, a library, data and links, created in either order."""
    folder.mkdir()
    (folder / "lib").mkdir()
    contents = {"tool": b"#!", "lib/x.so.1": b"x", "lib/data.yaml": b"a: 1", "LICENSE": b"free", "empty": b""}
    for name, content in list(contents.items())[::order]:
        (folder / name).write_bytes(content)
        os.utime(folder / name, (order + 1e9, order + 1e9))
        (folder / name).chmod(0o600 if order == 1 else 0o664)
    return folder


@pytest.mark.parametrize("name", ["a.tar.gz", "a.zip"])
def test_the_same_content_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    sums = {
        archive.pack(made(tmp_path / str(order), order=order), tmp_path / str(order + 9) / name, PROGRAMS)
        for order in (1, -1)
    }
    assert len(sums) == 1
    (tmp_path / "1" / "tool").write_bytes(b"!#")
    assert archive.pack(tmp_path / "1", tmp_path / name, PROGRAMS) not in sums


def test_tar_holds_files_and_folders_with_the_right_modes_and_nothing_of_this_machine(tmp_path: Path) -> None:
    archive.pack(made(tmp_path / "in"), tmp_path / "a.tar.gz", PROGRAMS)
    with tarfile.open(tmp_path / "a.tar.gz") as tar:
        entries = {entry.name: entry for entry in tar}
    assert {name: oct(entry.mode) for name, entry in entries.items()} == {
        "LICENSE": "0o644", "empty": "0o644", "lib": "0o755", "lib/data.yaml": "0o644", "lib/x.so.1": "0o755", "tool": "0o755",
    }  # fmt: skip
    assert all(entry.isfile() or entry.isdir() for entry in entries.values())
    assert {(e.uid, e.gid, e.uname, e.gname, int(e.mtime)) for e in entries.values()} == {(0, 0, "", "", archive.EPOCH)}
    assert list(entries) == sorted(entries)


def test_zip_keeps_modes(tmp_path: Path) -> None:
    archive.pack(made(tmp_path / "in"), tmp_path / "a.zip", PROGRAMS)
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        modes = {entry.filename: oct(entry.external_attr >> 16) for entry in packed.infolist()}
        assert packed.read("lib/data.yaml") == b"a: 1"
    assert modes == {
        "LICENSE": "0o100644", "empty": "0o100644", "lib/data.yaml": "0o100644", "lib/x.so.1": "0o100755", "tool": "0o100755",
    }  # fmt: skip


def test_links_become_copies_and_are_refused_otherwise(tmp_path: Path) -> None:
    folder = made(tmp_path / "in")
    (folder / "lib" / "x.so").symlink_to("x.so.1")
    (folder / "also").symlink_to("lib")
    with pytest.raises(ValueError, match="is a link"):
        archive.pack(folder, tmp_path / "a.tar.gz", PROGRAMS)
    assert not (tmp_path / "a.tar.gz").exists()
    archive.resolve_links(folder)
    archive.pack(folder, tmp_path / "a.tar.gz", PROGRAMS)
    with tarfile.open(tmp_path / "a.tar.gz") as tar:
        assert {"lib/x.so", "also/x.so", "also/data.yaml"} <= set(tar.getnames())


def test_a_link_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    folder = made(tmp_path / "in")
    (folder / "lost").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError):
        archive.resolve_links(folder)
