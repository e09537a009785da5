"""What the script prints, as a builder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

OWN = "0::/kubepods/podx/" + "a" * 64


class Proc(NamedTuple):
    """A process in a dump; `inodes` None: its descriptors may not be read."""

    pid: int
    name: str = "server"
    inodes: tuple[int, ...] | None = ()
    uid: int = 0
    parent: int = 0
    cgroup: str = OWN


def tcp(port: int, inode: int, *, uid: int = 0, address: str = "00000000", state: str = "0A") -> str:
    """A row of /proc/net/tcp or udp."""
    peer = "0" * len(address)
    return f"   1: {address}:{port:04X} {peer}:0000 {state} 00000000:00000000 00:00000000 00000000 {uid:>5}        0 {inode} 1 0 100"


def dump(
    *processes: Proc,
    rows: Sequence[str] = (),
    tables: dict[str, Sequence[str]] | None = None,
    uid: int = 0,
    own: str = OWN,
    end: bool = True,
) -> bytes:
    """The whole output; `rows` are those of tcp."""
    lines = ["hostnet 1", "A x86_64"]
    for table, content in ({"tcp": rows} if tables is None else tables).items():
        lines += [f"T {table}", *content]
    lines += ["S 99"]
    listing = []
    for process in (*processes, Proc(99, "sh", uid=uid, cgroup=own), Proc(100, "ls", parent=99)):
        pid, name, inodes, user, parent, cgroup = process
        ids = "\t".join([str(user)] * 4)
        lines += [f"P {pid}", f"N {name}", f"F {parent}", f"U {ids}", f"G {ids}", f"C {cgroup}"]
        listing += [f"/proc/{pid}/fd:"]
        if inodes is None:
            listing += [f"ls: cannot read symbolic link '/proc/{pid}/fd/3': Permission denied"]
        listing += [
            f"lrwx------ 1 0 0 64 Nov 24 04:02 {n} -> socket:[{inode}]" for n, inode in enumerate(inodes or (), 3)
        ]
    return "\n".join([*lines, *listing, *(["end", ""] if end else ())]).encode()
