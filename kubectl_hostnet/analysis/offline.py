"""The ports that a Pod uses on its node, from its manifest alone (design.md, section 3)."""

from __future__ import annotations

from kubectl_hostnet.analysis.claims import Claim, Evidence
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.applications.defaults import default_ports
from kubectl_hostnet.inventory.container import Container
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Pod


def pod_claims(pod: Pod, inventory: Inventory, catalog: Catalog, *, read_config: bool = False) -> tuple[Claim, ...]:
    """What says that a Pod uses ports of its node; a Pod that is not host-networked only has forwarded hostPorts."""
    claims: dict[tuple[int, str], Claim] = {}
    for container in pod.containers:
        for claim in (*_declared(pod, container), *_defaults(pod, container, catalog)):
            claims.setdefault((claim.port, claim.protocol), claim)
    return tuple(claims.values())


def _declared(pod: Pod, container: Container) -> list[Claim]:
    return [
        Claim(
            pod.host_port(port), port.protocol, port.host_ip, container.name, port.name or None, "high",
            (Evidence("declared", port.field, f"declares {port.container_port}/{port.protocol}"),),
            forwarded=not pod.host_network,
        )
        for port in container.ports
        if pod.host_port(port)
    ]  # fmt: skip


def _defaults(pod: Pod, container: Container, catalog: Catalog) -> list[Claim]:
    application = catalog.match(container) if pod.host_network else None
    if application is None:
        return []
    return [
        Claim(
            known.port, known.protocol, known.bind if known.bind != "node" else "", container.name, None, "medium",
            (Evidence("application", f"{container.field}.image", f"{application.title} listens on {known.port}"),),
            application=application.name,
            purpose=known.purpose,
        )
        for known in default_ports(application, container)
    ]  # fmt: skip
