"""The one door to facts: a snapshot if one is named, else the cluster."""

from __future__ import annotations

import sys

from kubectl_hostnet.options import Connection
from kubectl_hostnet.source.query import Source


def open_source(connection: Connection) -> Source:
    """The source that the options name. Raises HostnetError; a snapshot never loads any cluster code."""
    if connection.snapshot:
        from kubectl_hostnet.source.snapshot import Snapshot  # offline verbs stay free of HTTP and TLS

        stdin = sys.stdin.buffer.read() if connection.snapshot == "-" else None
        return Snapshot(connection.snapshot, stdin)
    from kubectl_hostnet.source.live import Cluster  # and live ones of YAML documents

    return Cluster(connection)
