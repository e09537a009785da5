"""Evidence: mounted ConfigMaps, where a known format, the application's own keys or plain key names say who listens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kubectl_hostnet.analysis.evidence import shell
from kubectl_hostnet.analysis.evidence.formats import FORMATS
from kubectl_hostnet.analysis.evidence.formats.listener import Listener
from kubectl_hostnet.analysis.evidence.hint import Hint
from kubectl_hostnet.analysis.evidence.judgement import judge
from kubectl_hostnet.analysis.evidence.names import SERVED, name_of
from kubectl_hostnet.analysis.evidence.settings import Setting
from kubectl_hostnet.analysis.evidence.structured import BIGGEST, Entry, entries
from kubectl_hostnet.analysis.evidence.variables import ConfigData
from kubectl_hostnet.inventory.container import ConfigMount, Container

ENV_REFERENCE = re.compile(r"\$\{env:(\w+)(:-[^}]*)?\}")
SHORT = 200  # characters: a ConfigMap's entry that is itself a setting
# Files that describe other things than their reader's own listeners: manifests, kubeconfigs, CNI, alert rules, dashboards.
OTHER_FILES = (
    {"apiVersion", "kind", "spec"}, {"apiVersion", "kind", "metadata"}, {"clusters", "contexts", "users"}, {"cniVersion"}, {"scrape_configs"}, {"groups"},
    {"panels"}, {"apiVersion", "kind", "clusters"}, {"resourceList"},
)  # fmt: skip


class File(msgspec.Struct, frozen=True, gc=False):
    """A ConfigMap's entry as the container sees it."""

    path: str
    text: str
    field: str
    directory: str


class Read(msgspec.Struct, frozen=True, gc=False):
    """What the files say: hints, all keys for the application to look at, and the formats that were recognised."""

    hints: tuple[Hint, ...] = ()
    settings: tuple[Setting, ...] = ()
    formats: frozenset[str] = frozenset()


def read_files(
    container: Container, config: ConfigData, known: Mapping[str, str], words: Sequence[str], own: frozenset[str]
) -> Read:
    """Read the ConfigMaps that a container mounts; `words` are its command line, which may name the file it reads."""
    files = [file for mount in container.config_mounts for file in _files(mount, config)]
    hints: list[Hint] = []
    settings: list[Setting] = []
    formats: set[str] = set()
    used = _used(files, words)
    for file in files:
        text = _expanded(file.text, known)
        settings += _settings(file, text)
        recognised = _recognised(text)
        if recognised:
            formats.add(recognised[0])
            hints += [_hint(container, file, listener, recognised[0]) for listener in recognised[1]]
        elif file in used:
            hints += _by_names(container, file, text, own)
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


def _by_names(container: Container, file: File, text: str, own: frozenset[str]) -> Iterator[Hint]:
    """Keys whose names say that something listens; others count only for ports that the container declares anyway."""
    found = entries(text)
    if "\n" not in text.strip() or any(
        marks <= {entry.path.partition(".")[0] for entry in found} for marks in OTHER_FILES
    ):
        return
    keys = [
        (entry, Setting(_last(entry.path), entry.value, f"{entry.path}: {entry.value}", file.field, "key"))
        for entry in found
        if not entry.off
    ]
    declared = {port.container_port for port in container.ports}
    verdicts = judge([setting for _, setting in keys], own)
    surely = {id(v.setting): v for v in verdicts if v.answer == "listens"}
    hosts = {
        entry.path.rpartition(".")[0]: v.bind
        for entry, s in keys
        for v in verdicts
        if v.setting is s and v.answer == "binds"
    }
    for entry, setting in keys:
        verdict = surely.get(id(setting))
        number = int(entry.value) if entry.value.isdecimal() and len(entry.value) < 6 else 0
        if verdict and not _foreign(entry, own):
            bind = verdict.bind if verdict.bind is not None else hosts.get(entry.path.rpartition(".")[0])
            confidence = "medium" if verdict.name.listens or _served(verdict.name.topic, own) else "low"
            yield Hint(
                verdict.port, "configmap", file.field, setting.shown[:SHORT], container.name, verdict.protocols, bind,
                "medium" if confidence == "medium" or verdict.port in declared else "low", topic=verdict.topic,
            )  # fmt: skip
        elif number in declared and name_of(_last(entry.path)).is_port:
            yield Hint(number, "configmap", file.field, setting.shown[:SHORT], container.name)


def _served(topic: frozenset[str], own: frozenset[str]) -> bool:
    return bool(topic) and not topic - SERVED - own


def _foreign(entry: Entry, own: frozenset[str]) -> bool:
    """Somewhere above the key stands a client, an output, a rule: `outputs.elasticsearch.port`."""
    return any(
        name_of(part).others(own) or part.lower() in ("rules", "firewall", "clients", "egress", "env")
        for part in entry.path.split(".")[:-1]
    )


def _last(path: str) -> str:
    """The key with the one above it, which says what it is about: `metrics.bindAddress`, `listen.port`."""
    return ".".join(path.split(".")[-2:])
