"""HTTP to the API server: credentials, TLS as kubectl does it, retries that the API asks for, and a log.

Facts: kubernetes-facts.md 4.4 (410), 4.6 (429, Retry-After), 4.8 (gzip).
"""

from __future__ import annotations

import os
import ssl
import sys
import threading
import time
from collections.abc import Callable
from http.client import HTTPException

import msgspec

from kubectl_hostnet import __version__
from kubectl_hostnet.authorities import load_system_authorities
from kubectl_hostnet.errors import ClusterError, ForbiddenError, NotFoundError
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.connect_errors import connection_error
from kubectl_hostnet.source.credentials import Credentials, Headers, credentials, identity
from kubectl_hostnet.source.kubeconfig import Settings
from kubectl_hostnet.source.kubeconfig_files import Cluster, decoded
from kubectl_hostnet.source.proxies import proxy_for
from kubectl_hostnet.source.wire import Answer, DirectWire, Wire
from kubectl_hostnet.text import printable

ATTEMPTS = 4
LONGEST_WAIT = 32.0  # the API server's largest Retry-After (dropped_requests_tracker.go)
TRANSIENT = frozenset({429, 500, 502, 503, 504})
REQUESTS = 6  # kubectl's -v level for requests
_STATUS = msgspec.json.Decoder(objects.Status)  # before there are threads: see decode.py


class Transport:
    """A connection to one API server. Made from Settings; `timeout` is per request in seconds, 0 for none.

    Safe to use from several threads. Raises ClusterError, ForbiddenError, NotFoundError.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        timeout: float = 0,
        verbosity: int = 0,
        connections: int = 2,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings = settings
        self.timeout = timeout
        self.verbosity = verbosity
        self._sleep = sleep
        self._lock = threading.Lock()
        self._connections = connections
        self._credentials = credentials(settings)
        self._identity = identity(settings.user, self._credentials.authorization)
        self._wire = self._connect()

    def get(self, path: str, query: str = "", *, stop: tuple[int, ...] = ()) -> Answer:
        """GET a path; statuses in `stop` come back as they are, other failures raise. Repeats what may be repeated."""
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._attempt("GET", path, query, last=attempt == ATTEMPTS)
            if answer is None:
                self._sleep(0.2 * 2**attempt)
                continue
            if answer.status in stop or answer.status < 300:
                return answer
            if answer.status not in TRANSIENT or attempt == ATTEMPTS:
                raise _failure(answer, path, self.settings)
            self._sleep(_wait(answer, attempt))
        raise ClusterError(f"the API server did not answer {path}", "try again")  # pragma: no cover - the loop returns

    def send(
        self, method: str, path: str, query: str = "", body: bytes = b"", content_type: str = "application/json"
    ) -> Answer:
        """One request that changes something: never repeated, failures raise."""
        answer = self._attempt(method, path, query, last=True, body=body, content_type=content_type)
        if answer is None or answer.status >= 300:
            raise _failure(answer or Answer(0, b"", {}), path, self.settings)
        return answer

    def once(self, method: str, path: str, query: str = "", *, timeout: float = 0) -> Answer:
        """One exchange, never repeated, whatever its status. Raises ClusterError when there is no answer at all."""
        started = time.monotonic()
        target = path + (f"?{query}" if query else "")
        try:
            answer = self._wire.exchange(method, target, self.headers(), b"", timeout or self.timeout or None)
        except (OSError, HTTPException) as error:
            self._log(f"{method} {self.settings.server}{target} failed: {error}")
            raise connection_error(error, self.settings.server, self.settings.context)[0] from None
        milliseconds = (time.monotonic() - started) * 1000
        self._log(f"{method} {self.settings.server}{target} {answer.status} in {milliseconds:.0f} milliseconds")
        return answer

    def widen(self, connections: int) -> None:
        """Allow more exchanges at once, for many slow ones."""
        self._connections = connections
        self._wire = self._connect()

    def headers(self) -> Headers:
        """Who we are, as request headers. For the API server only: never for an endpoint that is probed."""
        return [("User-Agent", f"kubectl-hostnet/{__version__}"), ("Accept", "application/json"), *self._identity]

    def tls(self) -> ssl.SSLContext | None:
        """The TLS context towards the API server, None for plain http."""
        return _tls(self.settings.cluster, self._credentials) if self.settings.server.startswith("https") else None

    def _connect(self) -> Wire:
        cluster, context = self.settings.cluster, self.tls()
        proxy = cluster.proxy_url or proxy_for(cluster.server, os.environ)
        if not proxy:
            return DirectWire(cluster.server, context, cluster.tls_server_name, self._connections)
        from kubectl_hostnet.source.proxied import ProxiedWire  # loads urllib3

        return ProxiedWire(cluster.server, context, cluster.tls_server_name, proxy, self._connections)

    def _attempt(
        self,
        method: str,
        path: str,
        query: str,
        *,
        last: bool,
        body: bytes = b"",
        content_type: str = "",
        renewed: bool = False,
    ) -> Answer | None:
        """One exchange. None after a failure on the wire that may be repeated; such a failure on the last try raises."""
        used = self._credentials
        headers = [*self.headers(), ("Accept-Encoding", "gzip"), *([("Content-Type", content_type)] if body else [])]
        target = path + (f"?{query}" if query else "")
        url = self.settings.server + target
        started = time.monotonic()
        try:
            answer = self._wire.exchange(method, target, headers, body, self.timeout or None)
        except (OSError, HTTPException) as error:
            failure, repeatable = connection_error(error, self.settings.server, self.settings.context)
            self._log(f"{method} {url} failed: {error}")
            if last or not repeatable:
                raise failure from None
            return None
        milliseconds = (time.monotonic() - started) * 1000
        self._log(f"{method} {url} {answer.status} in {milliseconds:.0f} milliseconds, {len(answer.body)} bytes")
        if answer.status == 401 and not renewed and self._renew(used):
            return self._attempt(method, path, query, last=last, body=body, content_type=content_type, renewed=True)
        return answer

    def _renew(self, used: Credentials) -> bool:
        """Fresh credentials after 401, as client-go gets them: once for all threads, for a plugin may ask the user."""
        with self._lock:
            if self._credentials is not used:  # another thread was faster
                return True
            if not used.renewable:
                return False
            self._credentials = credentials(self.settings)
            self._identity = identity(self.settings.user, self._credentials.authorization)
            changed = self._credentials != used
            if changed:
                self._wire = self._connect()
            return changed

    def _log(self, line: str) -> None:
        if self.verbosity >= REQUESTS:
            sys.stderr.write(printable(line) + "\n")


def _tls(cluster: Cluster, identity: Credentials) -> ssl.SSLContext:
    """A context as Go's: the given authority or the system's, and no RFC 5280 strictness (old cluster CAs lack fields)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if cluster.insecure_skip_tls_verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif cluster.certificate_authority_data:
            authority = decoded(cluster.certificate_authority_data, "certificate-authority-data")
            context.load_verify_locations(cadata=authority.decode("ascii"))
        elif cluster.certificate_authority:
            context.load_verify_locations(cafile=cluster.certificate_authority)
        else:
            load_system_authorities(context)
    except (OSError, ValueError) as error:
        where = cluster.certificate_authority or "certificate-authority-data"
        reason = "no such file" if isinstance(error, FileNotFoundError) else "no PEM certificate in it"
        raise ClusterError(
            f"cannot use the certificate authority {where}: {reason}", "fetch the kubeconfig again"
        ) from None
    if identity.certificate:
        _load_identity(context, identity)
    return context


def _load_identity(context: ssl.SSLContext, identity: Credentials) -> None:
    """OpenSSL reads certificate chains from files only: a private one, removed at once."""
    import tempfile  # 3 ms, for client certificates only

    with tempfile.NamedTemporaryFile(prefix="hostnet-", delete=False) as pem:  # mkstemp: mode 0600
        pem.write(identity.certificate + b"\n" + identity.key)
    try:
        context.load_cert_chain(pem.name, password=lambda: "")
    except (OSError, ValueError) as error:
        reason = (getattr(error, "reason", None) or "NOT_PEM").replace("_", " ").lower()
        raise ClusterError(
            f"the client certificate and its key cannot be used: {reason}", "fetch the kubeconfig again"
        ) from None
    finally:
        os.unlink(pem.name)  # noqa: PTH108 - no path arithmetic here


def _wait(answer: Answer, attempt: int) -> float:
    """Seconds until the next try: what the server asks for, at most 32, else a growing pause."""
    asked = answer.headers.get("retry-after", "")
    if not asked.isdigit():
        details = status_of(answer).details
        asked = str(details.retry_after_seconds) if details and details.retry_after_seconds else ""
    return min(float(asked), LONGEST_WAIT) if asked.isdigit() else 0.2 * 2**attempt


def status_of(answer: Answer) -> objects.Status:
    """The Status object in an error answer; an answer of another form gives its text as the message."""
    try:
        status = _STATUS.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        status = objects.Status()
    if status.kind == "Status":
        return status
    text = printable(answer.body[:300].decode("utf-8", "replace").strip())
    return objects.Status(message=text, code=answer.status)


def _failure(answer: Answer, path: str, settings: Settings) -> ClusterError:
    message = printable(status_of(answer).message or "")
    if answer.status == 401:
        hint = "the token or certificate may have expired: log in again, or choose another --context"
        return ClusterError("the API server does not accept the credentials (401 Unauthorized)", hint)
    if answer.status == 403:
        return ForbiddenError(message or f"access to {path} is forbidden", "ask for the rights in docs/rbac.yaml")
    if answer.status == 404:
        return NotFoundError(
            message or f"{path} does not exist on {settings.server}", "check --server and the kubeconfig"
        )
    if answer.status == 429:
        return ClusterError("the API server is overloaded (429 Too Many Requests)", "try again later")
    return ClusterError(
        f"the API server answered {answer.status} to {path}: {message or 'no message'}", "try again, or look at its log"
    )
