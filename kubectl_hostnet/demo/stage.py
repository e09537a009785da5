"""Puts the sample cluster on: its file, its sockets, and what could not be had."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from kubectl_hostnet.demo.answers import TLS
from kubectl_hostnet.demo.certificate import tls_contexts
from kubectl_hostnet.demo.listeners import answering
from kubectl_hostnet.demo.sample import Listener, Sample, sample, utc_now
from kubectl_hostnet.demo.sockets import ONE_FOR_ALL, Opened, open_first, problems, usable_addresses
from kubectl_hostnet.errors import InputError

FILE = "demo.json"


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """The sample cluster in FILE of the folder, with its listeners answering; and what is not as it should be, in words.

    Raises InputError when the file cannot be written. Afterwards the listeners are gone.
    """
    now = utc_now()
    contexts = tls_contexts()

    def listeners(addresses: dict[str, str]) -> list[Listener]:
        return [entry for entry in sample(now, addresses).listeners if contexts or entry.answers not in TLS]

    addresses, opened = open_first(usable_addresses(), listeners)
    with answering(opened, contexts):
        path = write_snapshot(sample(now, addresses), folder)
        yield path, _remarks(addresses, opened, tls=bool(contexts))


def write_snapshot(cluster: Sample, folder: Path) -> Path:
    """Write the objects as `kubectl get -o json` would; the folder is made. Raises InputError."""
    path = folder / FILE
    document = {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": cluster.objects}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document, indent=4) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}", "name another directory with --write DIR") from None
    return path


def _remarks(addresses: dict[str, str], opened: Opened, *, tls: bool) -> list[str]:
    remarks = problems(opened)
    if ONE_FOR_ALL in addresses.values():
        remarks.append(
            f"this machine has no loopback address but {ONE_FOR_ALL}: all nodes share it, and each answers for the others "
            "(macOS: sudo ifconfig lo0 alias 127.80.0.11, and so on to .15, gives each node its own)"
        )
    if not tls:
        remarks.append(
            "without the openssl program nothing listens on the ports that speak TLS (6443, 2379, 10250, 443)"
        )
    return remarks
