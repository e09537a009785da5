"""TLS: what the other side agrees to, and whose certificate it shows. Nothing is verified unless asked."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from kubectl_hostnet.authorities import load_system_authorities
from kubectl_hostnet.probe import tcp
from kubectl_hostnet.probe.attempt import Attempt, EndedError, Stream
from kubectl_hostnet.probe.certificate import read_certificate
from kubectl_hostnet.probe.limits import CHUNK, HANDSHAKE
from kubectl_hostnet.probe.observation import Certificate, Tls
from kubectl_hostnet.probe.opening import open_stream

T = TypeVar("T")


async def observe(attempt: Attempt) -> None:
    """Agree on TLS; no application data is sent."""
    await open_stream(attempt)


async def secure(attempt: Attempt, below: Stream) -> Stream:
    """TLS over a connection. Raises EndedError("tls") in OpenSSL's words."""
    attempt.begin("tls")
    ask = attempt.target.ask
    stream = TlsStream(below, _context(verify=ask.verify, grpc=ask.scheme == "grpcs"), _server_name(attempt))
    try:
        await stream.handshake()
    except ssl.SSLCertVerificationError as error:
        attempt.tls = await _refused(attempt)
        attempt.phase = "tls"
        raise EndedError("tls", error.verify_message or _words(error), code="CERTIFICATE_VERIFY_FAILED") from error
    except ssl.SSLError as error:
        raise _ended(error, stream.first) from error
    attempt.finish()
    attempt.tls = stream.agreed(verified=True if ask.verify else None)
    return stream


async def _refused(attempt: Attempt) -> Tls | None:
    """The certificate that did not hold: OpenSSL shows it on a second connection only, one that verifies nothing."""
    stream = TlsStream(await tcp.connect(attempt), _context(verify=False, grpc=False), _server_name(attempt))
    try:
        await stream.handshake()
    except (EndedError, OSError):  # ssl.SSLError is an OSError
        return None
    return stream.agreed(verified=False)


class TlsStream:
    """TLS in memory over another stream, so that time and bytes are bounded in one place."""

    def __init__(self, below: Stream, context: ssl.SSLContext, server_name: str) -> None:
        self._below = below
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._count = 0
        self.first = b""

    async def handshake(self) -> None:
        """Raises ssl.SSLError, OSError; EndedError when the peer ends the connection or sends without end."""
        await self._drive(self._tls.do_handshake)

    async def send(self, data: bytes) -> None:
        """Send all of it; raises OSError, EndedError."""
        try:
            await self._drive(lambda: self._tls.write(data))
        except ssl.SSLError as error:
            raise _ended(error) from error

    async def receive(self, limit: int = CHUNK) -> bytes:
        """What comes next, b"" when the peer has ended the connection; raises OSError, EndedError.

        With TLS 1.3 a server that wants a client certificate says so only here, after the handshake (RFC 8446, 4.4.2.4).
        """
        try:
            return await self._drive(lambda: self._tls.read(limit))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except ssl.SSLError as error:
            raise _ended(error) from error

    def agreed(self, *, verified: bool | None) -> Tls:
        """What was agreed so far; the certificate is empty where the handshake did not come to it."""
        cipher = self._tls.cipher()
        return Tls(
            version=self._tls.version() or "",
            cipher=cipher[0] if cipher else "",
            alpn=self._tls.selected_alpn_protocol() or "",
            certificate=self._certificate(),
            verified=verified,
        )

    def _certificate(self) -> Certificate:
        try:
            der = self._tls.getpeercert(binary_form=True)
        except ValueError:  # handshake not done
            der = None
        return read_certificate(der or b"")

    async def _drive(self, step: Callable[[], T]) -> T:
        try:
            while (result := _tried(step)) is None:
                await self._flush()
                await self._fill()
        except ssl.SSLError:
            await self._flush()  # the alert
            raise
        await self._flush()
        return result[0]

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await self._below.send(data)

    async def _fill(self) -> None:
        data = await self._below.receive()
        self.first = self.first or data[:64]
        self._count += len(data)
        done = self._tls.cipher() is not None
        if not done and self._count > HANDSHAKE:
            raise EndedError("tls", f"the TLS handshake does not end within {HANDSHAKE // 1024} kB", self.first)
        if data:
            self._incoming.write(data)
        elif done:
            self._incoming.write_eof()
        else:
            raise EndedError("closed", "the connection was closed during the TLS handshake", self.first)


def _tried(step: Callable[[], T]) -> tuple[T] | None:
    try:
        return (step(),)
    except ssl.SSLWantReadError:
        return None


@lru_cache(maxsize=4)
def _context(*, verify: bool, grpc: bool) -> ssl.SSLContext:
    context = ssl.create_default_context() if verify else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if verify:
        load_system_authorities(context)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1  # an old server is to be seen, and named
        context.set_ciphers("ALL:@SECLEVEL=0")
    if grpc:
        context.set_alpn_protocols(["h2"])
    return context


def _server_name(attempt: Attempt) -> str:
    """The Host header's name without its port, else the address; OpenSSL sends no name for an IP address (RFC 6066)."""
    host = attempt.target.ask.host
    if not host:
        return attempt.target.address.partition("%")[0]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _ended(error: ssl.SSLError, data: bytes = b"") -> EndedError:
    return EndedError("tls", _words(error), data, error.reason or "")


def _words(error: ssl.SSLError) -> str:
    """OpenSSL's reason without its file and line: `wrong version number`."""
    return (error.reason or "").replace("_", " ").lower() or str(error)
