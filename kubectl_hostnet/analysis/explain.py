"""What is known of an application, as a report item; and the words of the reports, explained."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from kubectl_hostnet.analysis.report import Item
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.applications.schema import Application, Health, KnownPort
from kubectl_hostnet.inventory.container import Container

PORT = re.compile(r"^(?P<port>\d{1,5})(?:/(?P<protocol>tcp|udp|sctp))?$", re.IGNORECASE)
SHORT = 2  # letters: too few to look for inside names


class ExplainedPort(Item, frozen=True):
    """A port of a known application. `by_default` is false for one that must be switched on; `when` says how."""

    port: int
    protocol: str
    bind: str
    purpose: str
    by_default: bool
    moved_by: tuple[str, ...]
    configuration: tuple[str, ...]
    address_from: tuple[str, ...]
    when: str
    switched_on_by: tuple[str, ...]
    switched_off_by: tuple[str, ...]
    versions: str
    owner: str


class ExplainedHealth(Item, frozen=True):
    """How the application is asked whether it is well; `port` is never 0 here unless it has no port."""

    scheme: str
    port: int
    method: str
    path: str
    expect_status: tuple[int, ...]
    identify: str


class ExplainedApplication(Item, frozen=True):
    """All that is known of one application; field by field as in its YAML file."""

    name: str
    title: str
    homepage: str
    source: str
    images: tuple[str, ...]
    programs: tuple[str, ...]
    ports: tuple[ExplainedPort, ...]
    not_listening: tuple[str, ...]
    health: ExplainedHealth | None
    host_network: str
    notes: str


def find(catalog: Catalog, wanted: str) -> list[ExplainedApplication]:
    """The applications that a word means: a name, a port ("8472/UDP": all that know it), or an image reference."""
    named = catalog.get(wanted.lower())
    if named:
        return [explained(named)]
    port = PORT.match(wanted)
    if port:
        return [explained(a) for a in catalog if _uses(a, int(port["port"]), (port["protocol"] or "").upper())]
    by_image = catalog.match(Container(name="", image=wanted, kind="regular", field=""))
    return [explained(by_image)] if by_image else []


def explained(known: Application) -> ExplainedApplication:
    """An application as a report item."""
    return ExplainedApplication(
        name=known.name,
        title=known.title,
        homepage=known.homepage,
        source=known.source,
        images=known.images,
        programs=known.commands,
        ports=tuple(_port(port) for port in known.ports),
        not_listening=known.not_listening,
        health=_health(known.health, known.ports) if known.health else None,
        host_network=known.host_network,
        notes=known.notes,
    )


def close_names(wanted: str, names: Iterable[str]) -> list[str]:
    """Names that are meant by a word with a typing error, or that contain it; the closest first, three at most."""
    word = wanted.lower()
    candidates = list(names)
    close = get_close_matches(word, candidates, n=3)
    return list(dict.fromkeys([*close, *(n for n in candidates if len(word) > SHORT and word in n)]))[:3]


def _uses(known: Application, number: int, protocol: str) -> bool:
    return any(port.port == number and protocol in ("", port.protocol) for port in known.ports)


def _port(port: KnownPort) -> ExplainedPort:
    return ExplainedPort(
        port=port.port,
        protocol=port.protocol,
        bind=port.bind,
        purpose=port.purpose,
        by_default=not (port.when or port.needs),
        moved_by=port.flags + port.env,
        configuration=port.config,
        address_from=port.bind_by,
        when=port.when,
        switched_on_by=port.needs,
        switched_off_by=port.unless,
        versions=port.versions,
        owner=port.owner,
    )


def _health(health: Health, ports: tuple[KnownPort, ...]) -> ExplainedHealth:
    first = ports[0].port if ports else 0
    asks = health.scheme.startswith("http")
    return ExplainedHealth(
        scheme=health.scheme,
        port=health.port or first,
        method=health.method if asks else "",
        path=health.path if asks else "",
        expect_status=health.expect_status,
        identify=health.identify,
    )
