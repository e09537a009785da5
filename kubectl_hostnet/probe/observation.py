"""What a connection attempt is asked to do, and what it saw. Facts only: analysis says what they mean."""

from __future__ import annotations

from typing import Literal

import msgspec

Scheme = Literal["tcp", "tls", "http", "https", "grpc", "grpcs", "dns", "banner", "udp"]
Phase = Literal["resolve", "connect", "tls", "answer", "done"]
# answered: what the scheme waits for has come (tcp: a connection). timeout: the time was up in `phase`.
# closed, reset: the peer ended the connection in `phase`. failed: the operating system refused or reported an error.
# unresolved: no such name. garbage: bytes came that the scheme does not know. tls: TLS could not be agreed.
# proxy: the proxy would not connect. own: this machine could not try (no file descriptors, no ports, no time).
End = Literal["answered", "timeout", "closed", "reset", "failed", "unresolved", "garbage", "tls", "proxy", "own"]


class Ask(msgspec.Struct, frozen=True, gc=False):
    """What to do at an endpoint.

    `methods` are tried in turn while the answer is one of RETRY_STATUSES, for servers that know no HEAD. `host` is the
    Host header and the TLS server name, "" for the address. `send` goes out and `expect` must be in what comes back
    (banner). `name` is the service (gRPC) or the question (DNS). With `verify` the certificate must hold.
    """

    scheme: Scheme = "tcp"
    methods: tuple[str, ...] = ("HEAD", "GET")
    path: str = "/"
    host: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    send: bytes = b""
    expect: bytes = b""
    name: str = ""
    verify: bool = False


class Target(msgspec.Struct, frozen=True, gc=False):
    """Where to connect: an IP address or a name, a port and its protocol, TCP or UDP."""

    address: str
    port: int
    protocol: str = "TCP"
    ask: Ask = Ask()


class Timings(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """Milliseconds that each phase took; None for a phase that was not finished or not needed."""

    resolve: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    total: float | None = None


class Icmp(msgspec.Struct, frozen=True, gc=False):
    """The ICMP error behind a failed connection, from the kernel's error queue (Linux only).

    `words` is the meaning of type and code. `sender` is who sent it; `own` when that is this machine itself, as when
    nobody on the local network answers for the address.
    """

    family: Literal["IPv4", "IPv6"]
    type: int
    code: int
    words: str
    sender: str
    own: bool = False


class Certificate(msgspec.Struct, frozen=True, rename="camel", gc=False):
    """What a server's certificate says; the times are RFC 3339 in UTC, "" where it could not be read."""

    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    not_before: str = ""
    not_after: str = ""


class Tls(msgspec.Struct, frozen=True, gc=False):
    """What was agreed: version (`TLSv1.3`), cipher, application protocol (`h2` or ""), the certificate.

    `verified` is True or False where verification was asked for, else None.
    """

    version: str
    cipher: str
    alpn: str
    certificate: Certificate
    verified: bool | None = None


class Http(msgspec.Struct, frozen=True, gc=False):
    """An HTTP answer. `statuses` are all answers in the order of Ask.methods; the last one is shown."""

    method: str
    version: str
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    statuses: tuple[int, ...] = ()

    def header(self, name: str) -> str:
        """The value of a header, "" when absent; several are joined by a comma."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())


class Answer(msgspec.Struct, frozen=True, gc=False):
    """What a protocol other than HTTP answered: its code, and the words for it.

    gRPC: the serving status (SERVING ...) or the call's status (UNIMPLEMENTED ...). DNS: the response code (NOERROR ...).
    Banner: `expected` or `other`.
    """

    protocol: Literal["grpc", "dns", "banner", "udp"]
    code: str
    detail: str = ""


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One attempt at one target from one vantage point.

    `vantage` is here, apiserver, pod/NAMESPACE/NAME or node/NAME. `phase` is where it ended, `error` what the operating
    system or the library said, `errno` the error's name (ECONNREFUSED). `data` is the beginning of what came that was no
    answer. `resolved` is the address behind a name. `earlier` are the errors of attempts that failed before this one;
    `at` is when a certificate was seen (RFC 3339, UTC). `local` is set when the error came from this machine before anything was sent.
    """

    target: Target
    end: End
    phase: Phase = "done"
    vantage: str = "here"
    error: str = ""
    errno: str = ""
    local: bool = False
    icmp: Icmp | None = None
    timings: Timings = Timings()
    resolved: str = ""
    tls: Tls | None = None
    http: Http | None = None
    answer: Answer | None = None
    data: bytes = b""
    earlier: tuple[str, ...] = ()
    proxy: str = ""
    at: str = ""

    @property
    def connected(self) -> bool:
        """A TCP connection was made: something at this address, or on the way to it, accepted."""
        return self.target.protocol == "TCP" and self.timings.connect is not None
