"""How much time and how many bytes a probe may cost, whatever the other side does."""

from __future__ import annotations

import msgspec

CHUNK = 16 * 1024  # bytes of one read
HEAD = 64 * 1024  # bytes of an HTTP head; servers in use send a few hundred
HEADERS = 200  # header lines of an HTTP head
BODY = 8 * 1024  # bytes of a body that are looked at; it is never decompressed
HANDSHAKE = 512 * 1024  # bytes of a TLS handshake; OpenSSL itself refuses certificate chains above 100 kB
BANNER = 4 * 1024  # bytes of a greeting
EXCERPT = 256  # bytes kept of an answer that was not understood
QUIET = 0.25  # seconds in which a server that speaks first, or hangs up at once, does so


class Proxy(msgspec.Struct, frozen=True, gc=False):
    """An HTTP proxy to ask for a tunnel (CONNECT). `authorization` goes to the proxy and nowhere else."""

    host: str
    port: int
    authorization: str = ""


class Limits(msgspec.Struct, frozen=True, gc=False):
    """Seconds for one attempt and for all (0: no limit), attempts at once, repetitions of one that failed.

    `proxies` maps addresses to the proxy that reaches them; without an entry the connection is direct.
    """

    timeout: float = 5.0
    deadline: float = 0.0
    concurrency: int = 256
    retries: int = 0
    proxies: dict[str, Proxy] = {}

    def proxy_for(self, address: str) -> Proxy | None:
        """The proxy that is to make the connection to an address."""
        return self.proxies.get(address) if self.proxies else None
