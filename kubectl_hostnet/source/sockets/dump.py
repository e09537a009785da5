"""What the script of script.py printed, as types."""

from __future__ import annotations

import re

import msgspec

from kubectl_hostnet.source.sockets.table import TABLES, ByteOrder, Socket, listening

GREETING = "hostnet 1"
GOODBYE = "end"
LIST_OF = re.compile(r"/proc/(\d{1,10})/fd:$", re.ASCII)
DENIED = re.compile(r"(?:ls: .*?)?/proc/(\d{1,10})/fd\b.*denied", re.ASCII)
SOCKET_LINK = re.compile(r" socket:\[(\d{1,20})\]$", re.ASCII)
NUMBER = re.compile(r"\d{1,10}", re.ASCII)
BIG_ENDIAN = ("s390", "s390x", "ppc64", "mips", "mips64", "sparc64")  # uname -m; the little ones end in le or el


class Process(msgspec.Struct, frozen=True):
    """A process as seen from inside. `inodes` are its sockets; `readable`: they are all of them.

    `listed`: its descriptors were looked at; those of a node's other processes are not.
    """

    pid: int
    name: str
    parent: int
    uid: int
    gid: int
    cgroup: tuple[str, ...]
    inodes: frozenset[int]
    listed: bool
    readable: bool


class Dump(msgspec.Struct, frozen=True):
    """One look from inside of a container. `sockets` are all of its network namespace: for a host network, the node's.

    `unread` tables could not be read; `cgroup` and `uid` are the looking process' own; `complete`: nothing was cut off.
    """

    sockets: tuple[Socket, ...]
    unread: tuple[str, ...]
    processes: tuple[Process, ...]
    cgroup: tuple[str, ...]
    uid: int
    complete: bool


def parse(output: bytes) -> Dump | None:
    """Read the script's output, whatever it is; None when the script did not run."""
    lines = output.decode("utf-8", "replace").split("\n")
    if lines[0].strip() != GREETING:
        return None
    reader = _Reader()
    for line in lines[1:]:
        reader.take(line)
    return reader.dump(complete=GOODBYE in lines[-2:])


class _Draft(msgspec.Struct):
    """A process while its lines come in."""

    pid: int
    name: str = ""
    parent: int = 0
    uid: int = -1
    gid: int = -1
    cgroup: list[str] = []
    inodes: set[int] = set()
    listed: bool = False
    denied: bool = False

    @property
    def there(self) -> bool:
        """It had not ended yet; a /proc with hidepid=1 shows no more of others' processes than that they are there."""
        return self.uid >= 0 or bool(self.inodes) or self.denied

    def process(self) -> Process:
        return Process(
            self.pid, self.name, self.parent, self.uid, self.gid, tuple(self.cgroup),
            frozenset(self.inodes), self.listed, self.listed and not self.denied,
        )  # fmt: skip


class _Reader:
    """Lines in, a Dump out."""

    def __init__(self) -> None:
        self._rows: dict[str, list[str]] = {}
        self._unread: list[str] = []
        self._table: list[str] | None = None
        self._drafts: dict[int, _Draft] = {}
        self._draft = _Draft(0)
        self._byteorder: ByteOrder = "little"
        self._itself = 0

    def take(self, line: str) -> None:
        letter, _, value = line.partition(" ")
        if letter in ("P", "N", "F", "U", "G", "C"):
            self._process(letter, value)
        elif letter in ("A", "T", "E", "S"):
            self._frame(letter, value)
        elif self._table is not None:
            self._table.append(line)
        else:
            self._descriptor(line)

    def _frame(self, letter: str, value: str) -> None:
        if letter == "A":
            self._byteorder = "big" if value in BIG_ENDIAN else "little"
        elif letter == "T" and value in TABLES:
            self._table = self._rows.setdefault(value, [])
        elif letter == "E" and value in TABLES:
            self._unread.append(value)
        elif letter == "S":
            self._table, self._itself = None, _number(value)

    def _process(self, letter: str, value: str) -> None:
        draft = self._draft
        if letter == "P":
            pid = _number(value)
            self._draft = self._drafts.setdefault(pid, _Draft(pid))
        elif letter == "N":
            draft.name = value
        elif letter == "F":
            draft.parent = _number(value)
        elif letter == "U":
            draft.uid = _number((value.split() or ["-1"])[0])
        elif letter == "G":
            draft.gid = _number((value.split() or ["-1"])[0])
        else:
            draft.cgroup.append(value)

    def _descriptor(self, line: str) -> None:
        if heading := LIST_OF.match(line):
            self._draft = self._drafts.get(int(heading[1])) or _Draft(0)
            self._draft.listed = True
        elif link := SOCKET_LINK.search(line):
            self._draft.inodes.add(int(link[1]))
        elif denied := DENIED.match(line):
            draft = self._drafts.get(int(denied[1])) or _Draft(0)
            draft.listed = draft.denied = True

    def dump(self, *, complete: bool) -> Dump:
        drafts = self._drafts
        own = drafts.pop(self._itself, None) or _Draft(0)
        return Dump(
            sockets=tuple(
                s for table, rows in self._rows.items() for s in listening(table, "\n".join(rows), self._byteorder)
            ),
            unread=tuple(self._unread if "tcp" in self._rows else (*self._unread, "tcp")),
            processes=tuple(d.process() for d in drafts.values() if d.parent != self._itself and d.there),
            cgroup=tuple(own.cgroup),
            uid=own.uid,
            complete=complete,
        )


def _number(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else -1
