"""Envoy's bootstrap: the socket addresses of static listeners and of the admin interface; clusters are upstreams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kubectl_hostnet.analysis.evidence.formats.listener import Listener, listener
from kubectl_hostnet.analysis.evidence.structured import documents


def listeners(text: str) -> list[Listener] | None:
    """JSON or YAML, keys in either spelling (`static_resources`, `staticResources`)."""
    if "socket_address" not in text and "socketAddress" not in text and "static_resources" not in text:
        return None
    for document in documents(text):
        if isinstance(document, dict) and any(
            key in document for key in ("static_resources", "staticResources", "admin", "dynamic_resources")
        ):
            return list(_all(document))
    return None


def _all(document: dict[Any, Any]) -> Iterator[Listener]:
    resources = _either(document, "static_resources", "staticResources")
    own = _either(resources, "listeners", "listeners") if isinstance(resources, dict) else None
    for place, purpose in ((own, ""), (document.get("admin"), "admin")):
        for item in place if isinstance(place, list) else [place]:
            if isinstance(item, dict) and (found := _socket(item, purpose)):
                yield found


def _socket(item: dict[Any, Any], purpose: str) -> Listener | None:
    address = item.get("address")
    socket = _either(address, "socket_address", "socketAddress") if isinstance(address, dict) else None
    if not isinstance(socket, dict):
        return None
    port, host = _either(socket, "port_value", "portValue"), str(socket.get("address", ""))
    protocols = ("UDP",) if str(socket.get("protocol", "")).upper() == "UDP" else ("TCP",)
    where = f"{item.get('name') or purpose or 'listener'} on {host}:{port}"
    return listener(f"[{host}]:{port}" if ":" in host else f"{host}:{port}", where, protocols, purpose=purpose)


def _either(mapping: dict[Any, Any], first: str, second: str) -> Any:
    return mapping.get(first, mapping.get(second))
