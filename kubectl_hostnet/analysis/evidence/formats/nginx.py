"""nginx.conf and what it includes: the `listen` directives of its servers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubectl_hostnet.analysis.evidence.formats.listener import Listener, listener

COMMENT = re.compile(r"(?m)(?:^|\s)#.*$")
SERVER = re.compile(r"\bserver\s*\{")
LISTEN = re.compile(r"(?m)(?:^|[;{}\s])listen\s+([^;{}]+);")
UDP = {"udp", "quic"}


def listeners(text: str) -> list[Listener] | None:
    """A server without `listen` is on port 80; `udp` and `quic` are parameters of the directive."""
    bare = COMMENT.sub("", text)
    directives = LISTEN.findall(bare)
    if not SERVER.search(bare) or not (directives or "location" in bare or "proxy_pass" in bare):
        return None
    if not directives and "http" in bare:
        return [Listener(80, "server without listen", bind="")]
    return list(_parsed(directives))


def _parsed(directives: list[str]) -> Iterator[Listener]:
    for directive in directives:
        words = directive.split()
        protocols = ("UDP",) if UDP & set(words) else ("TCP",)
        found = (
            None if words[0].startswith("unix:") else listener(words[0], f"listen {directive.strip()}", protocols, 80)
        )
        if found:
            yield found
