"""The way to a target: straight or through a proxy, in plain text or under TLS, as its scheme says."""

from __future__ import annotations

from kubectl_hostnet.probe import tcp
from kubectl_hostnet.probe.attempt import Attempt, Stream

ENCRYPTED = frozenset({"https", "tls", "grpcs"})


async def open_stream(attempt: Attempt) -> Stream:
    """A stream on which the scheme's own protocol can start. Raises EndedError, OSError."""
    stream = await tcp.connect(attempt)
    if attempt.target.ask.scheme not in ENCRYPTED:
        return stream
    from kubectl_hostnet.probe import tls  # OpenSSL is loaded for those who need it

    return await tls.secure(attempt, stream)
