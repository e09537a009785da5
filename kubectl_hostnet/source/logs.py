"""The last words of a container that has ended: termination messages are empty unless the application writes one."""

from __future__ import annotations

from urllib.parse import quote

from kubectl_hostnet.source.transport import Transport

LINES, BYTES = 20, 8192
NOT_THERE = (400, 404)  # no previous container, no log yet, or its node is gone


def last_words(transport: Transport, namespace: str, pod: str, container: str, *, previous: bool) -> str:
    """The end of a container's log; "" when there is none. Raises HostnetError.

    The log of a container that waits to be started again is that of its last run; `previous` is for one that runs.
    The API server asks the kubelet: the node must be reachable from it, and `get` on pods/log allowed.
    """
    path = f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(pod, safe='')}/log"
    query = (
        f"container={quote(container, safe='')}&previous={str(previous).lower()}&tailLines={LINES}&limitBytes={BYTES}"
    )
    answer = transport.get(path, query, stop=NOT_THERE)
    return "" if answer.status in NOT_THERE else answer.body.decode("utf-8", "replace")
