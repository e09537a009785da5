"""What to ask at an endpoint, and what a good answer is: by option, else the application's own check, the Pod's probe, TCP."""

from __future__ import annotations

import json
from typing import Literal

import msgspec

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.applications.schema import Application, Health
from kubectl_hostnet.inventory.container import Container, Handler
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.probe.observation import Ask, Scheme

Origin = Literal["option", "application", "probe", "name", "port", ""]
ANY_OF_THESE = ("readiness", "liveness", "startup")
# A Pod's probe may carry them for its own kubelet; this program sends nobody's credentials.
CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token"})
# What a declared port's name says of its protocol, as service meshes read it too (istio, appProtocol).
NAMES: tuple[tuple[str, Scheme], ...] = (
    ("https", "https"),
    ("http", "http"),
    ("grpc", "grpc"),
    ("dns", "dns"),
    ("tls", "tls"),
)
DNS_PORT = 53


class Wishes(msgspec.Struct, frozen=True):
    """What the user asks for; empty means: what is known of the port decides."""

    scheme: Scheme | Literal[""] = ""
    method: str = ""
    path: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    host: str = ""
    expect_status: tuple[int, ...] = ()
    verify: bool = False

    @property
    def http(self) -> bool:
        """Some wish makes sense for HTTP only."""
        return bool(self.method or self.path or self.headers or self.expect_status)


class Question(msgspec.Struct, frozen=True, gc=False):
    """An Ask with what is expected of the answer.

    `origin` says what the question comes from, `field` where it is written. `statuses` are good answers, with `strict`
    the only ones. `identify` is the header that proves `application`. Without `fixed` the scheme is only assumed, and
    TLS may be tried where the port turns out to speak it.
    """

    ask: Ask
    origin: Origin = ""
    field: str = ""
    application: str = ""
    title: str = ""
    statuses: tuple[int, ...] = ()
    strict: bool = False
    identify: str = ""
    fixed: bool = False


def question_for(claim: Claim, pod: Pod, catalog: Catalog, wishes: Wishes) -> Question:
    """What to ask where `claim` says that `pod` listens."""
    known = _from_application(claim, pod, catalog) or _from_probe(claim, pod) or _from_name(claim)
    return _as_wished(known, wishes, claim)


def over_tls(question: Question) -> Question:
    """The same question under TLS, for a port that turned out to speak it."""
    secure: dict[str, Scheme] = {"http": "https", "grpc": "grpcs", "tcp": "tls"}
    ask = question.ask
    return msgspec.structs.replace(
        question, ask=msgspec.structs.replace(ask, scheme=secure.get(ask.scheme, ask.scheme))
    )


def _as_wished(known: Question, wishes: Wishes, claim: Claim) -> Question:
    ask = known.ask
    scheme: Scheme = wishes.scheme or ("http" if wishes.http and ask.scheme not in ("http", "https") else ask.scheme)
    changed = msgspec.structs.replace(
        ask,
        scheme="udp" if claim.protocol == "UDP" and scheme != "dns" else scheme,
        methods=(wishes.method,) if wishes.method else ask.methods,
        path=wishes.path or ask.path,
        host=wishes.host or ask.host,
        headers=wishes.headers or ask.headers,
        verify=wishes.verify,
    )
    asked_otherwise = changed.path != ask.path or bool(wishes.method) or changed.scheme != ask.scheme
    return msgspec.structs.replace(
        known,
        ask=changed,
        origin="option" if asked_otherwise or wishes.expect_status else known.origin,
        statuses=wishes.expect_status or (() if asked_otherwise else known.statuses),
        strict=bool(wishes.expect_status) or (known.strict and not asked_otherwise),
        identify=known.identify if changed.scheme in ("http", "https") else "",
        fixed=bool(wishes.scheme),
    )


def _from_application(claim: Claim, pod: Pod, catalog: Catalog) -> Question | None:
    application = _application(claim, pod, catalog)
    if application is None or application.health is None or not _is_health_port(claim, application, application.health):
        return None
    health = application.health
    return Question(
        ask=Ask(
            scheme=_scheme(health),
            methods=("HEAD", "GET") if health.method == "HEAD" else (health.method,),
            path=health.path,
            send=_bytes(health.send),
            expect=_bytes(health.expect),
        ),
        origin="application",
        field=f"applications/{application.name}.yaml",
        application=application.name,
        title=application.title,
        statuses=health.expect_status,
        identify=health.identify,
    )


def _application(claim: Claim, pod: Pod, catalog: Catalog) -> Application | None:
    if claim.application:
        return catalog.get(claim.application)
    container = _container(claim, pod)
    return catalog.match(container) if container else None


def _is_health_port(claim: Claim, application: Application, health: Health) -> bool:
    """The claim is for the port that answers health checks, under its own number or under the one it was moved to."""
    ports = [p for p in application.ports if p.protocol == claim.protocol]
    port = next((p for p in ports if p.port == health.port), None) if health.port else next(iter(ports), None)
    if port is None:
        return bool(health.port) and claim.port == health.port and claim.protocol == "TCP"
    return claim.port == port.port or (bool(claim.purpose) and claim.purpose == port.purpose)


def _scheme(health: Health) -> Scheme:
    schemes: dict[str, Scheme] = {"http": "http", "https": "https", "grpc": "grpc", "banner": "banner"}
    return schemes.get(health.scheme, "tcp")


def _bytes(text: str) -> bytes:
    r"""Escapes as in JSON: `PING\r\n` in a plain YAML scalar is what PING\r\n is in JSON."""
    try:
        return str(json.loads(f'"{text}"', strict=False)).encode()
    except ValueError:
        return text.encode()


def _from_probe(claim: Claim, pod: Pod) -> Question | None:
    """The Pod's own readiness, liveness or startup probe on this port, repeated from here."""
    container = _container(claim, pod)
    handlers = [h for h in container.handlers if h.purpose in ANY_OF_THESE] if container else []
    handlers = [h for h in handlers if _port(h, pod) == claim.port and h.host in ("", *pod.pod_ips, *pod.host_ips)]
    handlers.sort(key=lambda h: ANY_OF_THESE.index(h.purpose))
    handler = next((h for h in handlers if h.action in ("http", "grpc", "tcp")), None)
    if handler is None or claim.protocol != "TCP":
        return None
    if handler.action != "http":
        return Question(Ask("grpc" if handler.action == "grpc" else "tcp"), "probe", handler.field)
    headers = {name.lower(): value for name, value in handler.headers}
    return Question(
        ask=Ask(
            scheme="https" if handler.scheme == "HTTPS" else "http",
            methods=("GET",),
            path=handler.path,
            host=headers.get("host", ""),
            headers=tuple((n, v) for n, v in handler.headers if n.lower() not in CREDENTIALS and n.lower() != "host"),
        ),
        origin="probe",
        field=handler.field,
        statuses=tuple(range(200, 400)),  # what the kubelet takes for success
        strict=True,
    )


def _port(handler: Handler, pod: Pod) -> int:
    if isinstance(handler.port, int):
        return handler.port
    ports = [port for container in pod.containers for port in container.ports]
    return next((pod.host_port(port) for port in ports if port.name == handler.port), 0)


def _container(claim: Claim, pod: Pod) -> Container | None:
    return next((container for container in pod.containers if container.name == claim.container), None)


def _from_name(claim: Claim) -> Question:
    if claim.port == DNS_PORT:
        return Question(Ask("dns"), "port")
    scheme = next((scheme for name, scheme in NAMES if (claim.name or "").lower().startswith(name)), None)
    if scheme and claim.protocol == "TCP":
        return Question(Ask(scheme), "name", claim.evidence[0].field if claim.evidence else "")
    return Question(Ask("udp" if claim.protocol == "UDP" else "tcp"))
