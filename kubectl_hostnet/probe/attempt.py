"""One attempt in the making: where it stands, what it has seen, what it has open. It always becomes an Observation."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from typing import Protocol

from kubectl_hostnet.probe.limits import CHUNK, EXCERPT, Limits, Proxy
from kubectl_hostnet.probe.loop import Loop
from kubectl_hostnet.probe.observation import Answer, End, Http, Icmp, Observation, Phase, Target, Timings, Tls


class Stream(Protocol):
    """Bytes both ways, over TCP or over TLS."""

    async def send(self, data: bytes) -> None:
        """Send all of it; raises OSError."""

    async def receive(self, limit: int = CHUNK) -> bytes:
        """What comes next, b"" when the peer has ended the connection; raises OSError."""


class EndedError(Exception):
    """The attempt is over before its answer came: how it ended, in whose words, and what had come instead."""

    def __init__(self, end: End, error: str = "", data: bytes = b"", code: str = "") -> None:
        super().__init__(error)
        self.end = end
        self.error = error
        self.data = data
        self.code = code


class ConnectError(EndedError):
    """The operating system refused to connect (`local`), or reported that the attempt failed."""

    def __init__(self, end: End, error: str, code: str, *, local: bool, icmp: Icmp | None) -> None:
        super().__init__(end, error, code=code)
        self.local = local
        self.icmp = icmp


@dataclass
class Attempt:
    """What is known so far. Times are seconds of the loop's clock, timings milliseconds."""

    target: Target
    limits: Limits
    loop: Loop
    phase: Phase = "resolve"
    resolved: str = ""
    tls: Tls | None = None
    http: Http | None = None
    answer: Answer | None = None
    data: bytes = b""
    _took: dict[str, float] = field(default_factory=dict)
    _sockets: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        """The clock runs from here."""
        self._started = self._since = self.loop.time()

    @property
    def proxy(self) -> Proxy | None:
        """The proxy that is to make the connection: UDP has none."""
        return self.limits.proxy_for(self.target.address) if self.target.protocol == "TCP" else None

    def begin(self, phase: Phase) -> None:
        """The attempt is now in this phase."""
        self.phase = phase
        self._since = self.loop.time()

    def finish(self) -> None:
        """The phase has reached its end; the first time counts, for a second request does not make the first slower."""
        self._took.setdefault(self.phase, self._milliseconds(self._since))

    def own(self, sock: socket.socket) -> socket.socket:
        """Close this socket when the attempt is over."""
        self.loop.opened(sock.fileno())
        self._sockets.append(sock)
        return sock

    def close(self) -> None:
        """Give back all sockets."""
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()

    def observation(self, end: End, error: Exception | None = None) -> Observation:
        """What was seen, at this moment."""
        words = str(error) if error else ""
        took = self._took.get
        ended = error if isinstance(error, EndedError) else None
        failed = error if isinstance(error, ConnectError) else None
        return Observation(
            target=self.target,
            end=end,
            phase="done" if end == "answered" else self.phase,
            error=words,
            errno=ended.code if ended else "",
            local=failed.local if failed else False,
            icmp=failed.icmp if failed else None,
            timings=Timings(
                took("resolve"), took("connect"), took("tls"), took("answer"), self._milliseconds(self._started)
            ),
            resolved=self.resolved,
            tls=self.tls,
            http=self.http,
            answer=self.answer,
            data=((ended.data if ended else b"") or self.data)[:EXCERPT],
            at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) if self.tls else "",
            proxy=f"{self.proxy.host}:{self.proxy.port}" if self.proxy else "",
        )

    def _milliseconds(self, since: float) -> float:
        return round((self.loop.time() - since) * 1000, 3)
