"""Names from the cluster or the kubeconfig, within a second: who presses TAB does not want to wait, or to read errors."""

from __future__ import annotations

import threading
from dataclasses import fields
from typing import Any, Literal

from kubectl_hostnet.completion.cursor import Cursor
from kubectl_hostnet.completion.grammar import Grammar
from kubectl_hostnet.errors import HostnetError
from kubectl_hostnet.options import Connection

Kind = Literal["namespaces", "nodes", "pods"]

LIMIT = 1.0  # seconds for everything: credentials, connection and answer


def connection_of(cursor: Cursor, known: Grammar) -> Connection:
    """The connection that the line describes so far."""
    values: dict[str, Any] = {}
    for entry in fields(Connection):
        given = cursor.values.get(entry.name)
        option = next((option for option in known.options if option.field == entry.name), None)
        if not given or option is None or entry.name in ("verbosity", "chunk_size", "request_timeout"):
            continue
        values[entry.name] = given if option.repeatable else given[-1] if option.takes_value else True
    return Connection(**values, request_timeout=f"{LIMIT:g}s")


def contexts(kind: Literal["contexts", "clusters", "users"], connection: Connection) -> list[str]:
    """Names of one kind of entry in the kubeconfig."""
    from kubectl_hostnet.source.kubeconfig import names  # YAML, for this only

    try:
        return names(kind, connection)
    except HostnetError:
        return []


def live_names(kind: Kind, connection: Connection, namespace: str) -> list[str]:
    """Names of `namespaces`, `nodes` or host-networked `pods`; none if they cannot be had in time."""
    found: list[str] = []
    if connection.snapshot == "-":
        return []  # standard input belongs to the command that is being typed
    reading = threading.Thread(target=_read, args=(kind, connection, namespace, found), daemon=True)
    reading.start()
    reading.join(LIMIT)
    return list(found)


def _read(kind: Kind, connection: Connection, namespace: str, found: list[str]) -> None:
    from kubectl_hostnet.source.query import Query
    from kubectl_hostnet.source.reading import open_source

    try:
        source = open_source(connection)
        facts = source.read(
            Query(
                pods="host-network" if kind == "pods" else "none",
                namespace=namespace or source.default_namespace,
                nodes=kind == "nodes",
                namespaces=kind == "namespaces",
                services=False,
            )
        )
    except HostnetError:
        return
    found += sorted(item.metadata.name for item in getattr(facts, kind))
