"""Evidence: mounted ConfigMaps, where a known format, the application's own keys or plain key names say who listens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kubectl_hostnet.analysis.evidence import shell
from kubectl_hostnet.analysis.evidence.formats import FORMATS
from kubectl_hostnet.analysis.evidence.formats.listener import Listener
from kubectl_hostnet.analysis.evidence.hint import Hint
from kubectl_hostnet.analysis.evidence.keys import key_hints
from kubectl_hostnet.analysis.evidence.settings import Setting
from kubectl_hostnet.analysis.evidence.structured import BIGGEST, entries
from kubectl_hostnet.analysis.evidence.variables import ConfigData
from kubectl_hostnet.inventory.container import ConfigMount, Container

ENV_REFERENCE = re.compile(r"\$\{env:(\w+)(:-[^}]*)?\}")
SHORT = 200  # characters: a ConfigMap's entry that is itself a setting


class File(msgspec.Struct, frozen=True, gc=False):
    """A ConfigMap's entry as the container sees it."""

    path: str
    text: str
    field: str
    directory: str


class Program(msgspec.Struct, frozen=True, gc=False):
    """Who reads the files: its variables, its command line (which may name a file), its names, keys that are known better."""

    variables: Mapping[str, str]
    words: tuple[str, ...]
    own: frozenset[str]
    keys: frozenset[str] = frozenset()


class Read(msgspec.Struct, frozen=True, gc=False):
    """What the files say: hints, all keys for the application to look at, and the formats that were recognised."""

    hints: tuple[Hint, ...] = ()
    settings: tuple[Setting, ...] = ()
    formats: frozenset[str] = frozenset()


def read_files(container: Container, config: ConfigData, program: Program) -> Read:
    """Read the ConfigMaps that a container mounts."""
    files = [file for mount in container.config_mounts for file in _files(mount, config)]
    hints: list[Hint] = []
    settings: list[Setting] = []
    formats: set[str] = set()
    used = _used(files, program.words)
    for file in files:
        text = _expanded(file.text, program.variables)
        settings += _settings(file, text)
        recognised = _recognised(text)
        if recognised:
            formats.add(recognised[0])
            hints += [_hint(container, file, listener, recognised[0]) for listener in recognised[1]]
        elif file in used:
            hints += key_hints(container, file.field, text, program.own, program.keys)
    return Read(tuple(hints), tuple(settings), frozenset(formats))


def _files(mount: ConfigMount, config: ConfigData) -> Iterator[File]:
    names = dict(mount.keys)
    for key, text in config.get(mount.config_map, {}).items():
        name = names.get(key, key) if names else key
        if (names and key not in names) or (mount.sub_path and mount.sub_path != name) or len(text) > BIGGEST:
            continue
        path = mount.path if mount.sub_path else f"{mount.path.rstrip('/')}/{name}"
        yield File(path, text, f"ConfigMap {mount.config_map} {key}", path.rpartition("/")[0])


def _used(files: Sequence[File], words: Sequence[str]) -> list[File]:
    """The files that the command line names; all of them if it names none."""
    line = " ".join(words)
    named = [file for file in files if file.path in line]
    return named or list(files)


def _expanded(text: str, known: Mapping[str, str]) -> str:
    return shell.expand(ENV_REFERENCE.sub(r"${\1\2}", text), known) if "$" in text else text


def _settings(file: File, text: str) -> Iterator[Setting]:
    """Every key of the file; an entry that is one short value is a setting named like its key."""
    key = file.path.rpartition("/")[2]
    if "\n" not in text.strip() and len(text) <= SHORT:
        yield Setting(key, text.strip(), f"{key}: {text.strip()}", file.field, "key")
    for entry in entries(text):
        yield Setting(entry.path, entry.value, f"{entry.path}: {entry.value}", file.field, "key")


def _recognised(text: str) -> tuple[str, Sequence[Listener]] | None:
    for name, read in FORMATS.items():
        found = read(text)
        if found is not None:
            return name, found
    return None


def _hint(container: Container, file: File, listener: Listener, name: str) -> Hint:
    detail = f"{name}: {listener.shown}"[:SHORT]
    return Hint(
        listener.port, "configmap", file.field, detail, container.name, listener.protocols, listener.bind, "high", purpose=listener.purpose
    )  # fmt: skip
