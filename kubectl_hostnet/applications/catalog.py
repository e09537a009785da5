"""The catalog of known applications: loads the YAML files beside this module and finds the one that a container runs."""

from __future__ import annotations

import fnmatch
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from io import FileIO
from pathlib import Path

import msgspec

from kubectl_hostnet.applications.images import ImageName, image_matches, image_name
from kubectl_hostnet.applications.programs import TOOLS, program_name, started, words
from kubectl_hostnet.applications.schema import Application
from kubectl_hostnet.errors import InputError
from kubectl_hostnet.inventory.container import Container

FOLDER = Path(__file__).parent
INDEX = "index.json"
SUFFIX = ".yaml"


class Entry(msgspec.Struct, frozen=True):
    """One file of the index: what it held when the index was made, and the digest of its bytes."""

    digest: str
    application: Application


class Catalog:
    """All known applications, by name, by image and by program."""

    def __init__(self, applications: Iterable[Application]) -> None:
        self._applications = {application.name: application for application in applications}
        self._programs = _by_program(self._applications.values())
        self._patterns = _by_last_segment(self._applications.values())
        self._variables = [(v, application) for application in self for v in application.variables]
        self._candidates: dict[str, tuple[Application, ...]] = {}

    def __iter__(self) -> Iterator[Application]:
        """Every application, sorted by name."""
        return iter(self._applications.values())

    def __len__(self) -> int:
        """How many applications are known."""
        return len(self._applications)

    @property
    def names(self) -> list[str]:
        """The names of all applications, sorted."""
        return sorted(self._applications)

    def get(self, name: str) -> Application | None:
        """The application of this name."""
        return self._applications.get(name)

    def match(self, container: Container) -> Application | None:
        """The application that a container runs: by its image, unless the command line starts something else.

        `sh -c "cp ..."` in an application's image is not that application.
        """
        candidates = self._by_image(container.image)
        commands = started(container) if container.command or container.args else ()
        runs = [application for command in commands if (application := self._by_program(command))]
        for application in candidates:
            if application in runs or _has_run_word(application, container):
                return application
        entry = next((a for a in candidates if "" in a.run and not container.command), None)
        if entry is not None:
            return entry
        if runs and container.command:
            return _principal(runs)
        own = (a for a in candidates if not a.run and _may_run_own_program(container, commands))
        found = next(own, None)
        if found is None or found.idle:
            return next(iter(runs), None) or self._by_variable(container) or found
        return found

    def _by_image(self, image: str) -> tuple[Application, ...]:
        if image not in self._candidates:
            self._candidates[image] = self._ranked(image_name(image))
        return self._candidates[image]

    def _ranked(self, name: ImageName) -> tuple[Application, ...]:
        last = name.path[-1] if name.path else ""
        found: dict[str, tuple[int, int, int]] = {}
        for key in {_key(last), ""}:
            for pattern, application in self._patterns.get(key, ()):
                if image_matches(pattern, name) and _tag_matches(application, name.tag):
                    rank = _rank(pattern, application)
                    found[application.name] = max(rank, found.get(application.name, rank))
        return tuple(self._applications[n] for n in sorted(found, key=lambda n: (found[n], n), reverse=True))

    def _by_variable(self, container: Container) -> Application | None:
        """The application whose own variables are set, in an image that says nothing."""
        names = [variable.name for variable in container.env]
        return next((a for pattern, a in self._variables if fnmatch.filter(names, pattern)), None) if names else None

    def _by_program(self, command: tuple[str, ...]) -> Application | None:
        name = program_name(command)
        return (self._programs.get(f"{name} {command[1]}") if len(command) > 1 else None) or self._programs.get(name)


@lru_cache(maxsize=1)
def load() -> Catalog:
    """The catalog that comes with the program. Raises InputError for a file that does not fit the schema."""
    return Catalog(read_folder(FOLDER))


def read_folder(folder: Path) -> list[Application]:
    """The applications of a folder, sorted by name: from its index where a file is unchanged, else from the file."""
    index = read_index(folder)
    return [_unchanged(index, name, content) or parse(content, name) for name, content in _files(folder)]


def read_index(folder: Path) -> dict[str, Entry]:
    """The index of a folder; empty if there is none or it is of another version of the program."""
    try:
        return msgspec.json.decode((folder / INDEX).read_bytes(), type=dict[str, Entry])
    except (OSError, msgspec.MsgspecError):
        return {}


def make_index(folder: Path) -> bytes:
    """What the index of a folder has to hold, a line a file, for `python -m kubectl_hostnet.applications.generate`."""
    entries = {name: Entry(digest(content), parse(content, name)) for name, content in _files(folder)}
    lines = (msgspec.json.encode({name: entry})[1:-1] for name, entry in entries.items())
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def digest(content: bytes) -> str:
    """Identifies the bytes of a file."""
    return hashlib.blake2b(content, digest_size=8).hexdigest()


def parse(content: bytes, file: str) -> Application:
    """Read one application. Raises InputError that names file, key and what is wrong with it."""
    import yaml  # only a file that the index does not know needs it: 20 ms of start-up

    try:
        application = msgspec.convert(yaml.safe_load(content), Application)
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # PyYAML lets `2001-99-99` out as a ValueError
        reason = " ".join(str(error).split())
        raise InputError(f"application file {file}: {reason}", "docs/applications.md describes the keys") from error
    if f"{application.name}.yaml" != file:
        raise InputError(f"application file {file}: `name` is {application.name!r}", "name the file after it")
    return application


def _files(folder: Path) -> list[tuple[str, bytes]]:
    """Names and contents, by name. Plain files, for 500 pathlib objects cost as much as all the rest of the loading."""
    names = sorted(entry.name.removesuffix(SUFFIX) for entry in os.scandir(folder) if entry.name.endswith(SUFFIX))
    return [(name + SUFFIX, _read(f"{folder}{os.sep}{name}{SUFFIX}")) for name in names]


def _read(path: str) -> bytes:
    with FileIO(path) as file:
        return file.readall()


def _unchanged(index: Mapping[str, Entry], name: str, content: bytes) -> Application | None:
    entry = index.get(name)
    return entry.application if entry and entry.digest == digest(content) else None


def _by_program(applications: Iterable[Application]) -> dict[str, Application]:
    return {program: application for application in applications for program in application.commands}


def _by_last_segment(applications: Iterable[Application]) -> dict[str, list[tuple[str, Application]]]:
    """Patterns by the last word of their last segment, so that a look-up tries few; those with a glob there under ""."""
    found: dict[str, list[tuple[str, Application]]] = {}
    for application in applications:
        for pattern in application.images:
            last = pattern.partition(":")[0].rsplit("/", 1)[-1]
            key = "" if any(sign in last for sign in "*?[") else _key(last)
            found.setdefault(key, []).append((pattern, application))
    return found


def _key(segment: str) -> str:
    return segment.replace("_", "-").rsplit("-", 1)[-1]


def _rank(pattern: str, application: Application) -> tuple[int, int, int]:
    literal = sum(sign not in "*?[]" for sign in pattern)
    return (int(bool(application.tags) or ":" in pattern), pattern.count("/"), literal)


def _tag_matches(application: Application, tag: str) -> bool:
    return not application.tags or any(fnmatch.fnmatchcase(tag, pattern) for pattern in application.tags)


def _principal(runs: Sequence[Application]) -> Application:
    """Of several programs in a script the first that listens by itself: others, as socat, may only help it."""
    return next((application for application in runs if application.ports), runs[0])


def _has_run_word(application: Application, container: Container) -> bool:
    patterns = [pattern for pattern in application.run if pattern]
    return bool(patterns) and any(
        fnmatch.fnmatchcase(word.rsplit("/", 1)[-1], pattern) for word in words(container) for pattern in patterns
    )


def _may_run_own_program(container: Container, commands: tuple[tuple[str, ...], ...]) -> bool:
    """False if the container only runs tools such as cp, sleep or mount: they take the place of the application."""
    if not container.command and not (container.args and program_name(container.args) in TOOLS):
        return True
    return any(program_name(command) not in TOOLS for command in commands)
