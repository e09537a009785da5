"""A tunnel through an HTTP proxy (CONNECT, RFC 9110 9.3.6), for those who ask for it with --use-proxy."""

from __future__ import annotations

import re

from kubectl_hostnet.probe.attempt import Attempt, EndedError, Stream
from kubectl_hostnet.probe.limits import HEAD, Proxy

STATUS_LINE = re.compile(rb"HTTP/1\.\d (\d{3})([^\r\n]*)")


async def dig(attempt: Attempt, stream: Stream, proxy: Proxy) -> None:
    """Have the proxy connect to the target. Raises EndedError("proxy"): what the target did stays unknown."""
    await stream.send(request(attempt, proxy))
    data = b""
    # Byte by byte: what follows the proxy's head is already the target's.
    while not data.endswith(b"\r\n\r\n"):
        more = await stream.receive(1)
        if not more or len(data) > HEAD:
            raise EndedError("proxy", f"proxy {proxy.host}:{proxy.port}: no answer to CONNECT", data)
        data += more
    found = STATUS_LINE.match(data)
    if not found or not found[1].startswith(b"2"):
        words = data.partition(b"\r\n")[0].decode("utf-8", "backslashreplace")
        raise EndedError("proxy", f"proxy {proxy.host}:{proxy.port}: {words}", data)


def request(attempt: Attempt, proxy: Proxy) -> bytes:
    """The CONNECT request; the proxy's credentials are for it alone."""
    target = attempt.target
    authority = f"[{target.address}]:{target.port}" if ":" in target.address else f"{target.address}:{target.port}"
    credentials = f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    return f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{credentials}\r\n".encode()
