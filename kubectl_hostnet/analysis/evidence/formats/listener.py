"""What a configuration file says of one listener."""

from __future__ import annotations

import msgspec

from kubectl_hostnet.analysis.evidence.address import Endpoint, endpoint


class Listener(msgspec.Struct, frozen=True, gc=False):
    """A port with its protocols; `bind` as in Hint; `shown` is the line or key that says so."""

    port: int
    shown: str
    protocols: tuple[str, ...] = ("TCP",)
    bind: str | None = None
    purpose: str = ""


def listener(
    address: str, shown: str, protocols: tuple[str, ...] = ("TCP",), default: int = 0, purpose: str = ""
) -> Listener | None:
    """A listener from an address as text, or None when it holds no port and there is no default."""
    found: Endpoint | None = endpoint(address)
    if found is None or not (found.port or default):
        return None
    return Listener(found.port or default, shown, protocols, found.bind, purpose)
