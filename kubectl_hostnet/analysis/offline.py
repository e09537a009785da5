"""The ports that a Pod uses on its node, from manifests alone (design.md, section 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.evidence.address import NODE
from kubectl_hostnet.analysis.evidence.annotations import annotated, relevant
from kubectl_hostnet.analysis.evidence.declared import declared
from kubectl_hostnet.analysis.evidence.merge import merged
from kubectl_hostnet.analysis.evidence.part import Part
from kubectl_hostnet.analysis.evidence.reading import read_container
from kubectl_hostnet.analysis.evidence.services import served, sliced
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.inventory.service import Endpoints, Service


def pod_claims(pod: Pod, inventory: Inventory, catalog: Catalog, *, read_config: bool = False) -> tuple[Claim, ...]:
    """What says that a Pod uses ports of its node; a Pod that is not host-networked only has forwarded hostPorts.

    `read_config`: ConfigMaps of the inventory count as evidence. Equal Pods cost one analysis for each inventory.
    """
    return _analysis(_Same(inventory), _Same(catalog), read_config).claims(pod)


class _Same:
    """Compares by identity: an inventory is too big to be compared by value."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value


@lru_cache(maxsize=2)
def _analysis(inventory: _Same, catalog: _Same, read_config: bool) -> _Analysis:
    return _Analysis(inventory.value, catalog.value, read_config=read_config)


class _Analysis:
    """The claims of one inventory's Pods; those of one DaemonSet are equal but for their nodes' addresses."""

    def __init__(self, inventory: Inventory, catalog: Catalog, *, read_config: bool) -> None:
        self.catalog = catalog
        self.services = _by_label(inventory.services)
        self.slices = _by_pod(inventory.endpoints)
        self.config = _by_namespace(inventory.config) if read_config else {}
        self.known: dict[Any, tuple[Claim, ...]] = {}

    def claims(self, pod: Pod) -> tuple[Claim, ...]:
        slices = tuple(self.slices.get(pod.key, ())) if pod.name else ()
        notes = relevant(pod.annotations) if pod.annotations else {}
        key = (
            pod.namespace,
            pod.host_network,
            pod.containers,
            tuple(sorted(pod.labels.items())),
            tuple(notes.items()),
            slices,
        )
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._analysed(pod, notes, slices)
        return _placed(found, pod)

    def _analysed(self, pod: Pod, notes: Mapping[str, str], slices: Sequence[Endpoints]) -> tuple[Claim, ...]:
        if not pod.host_network:
            parts = [Part(c, tuple(declared(c, host_network=False))) for c in pod.containers]
            return merged(parts, (), forwarded=True)
        config = self.config.get(pod.namespace, {})
        parts = [read_container(container, self.catalog, config) for container in pod.containers]
        services = [service for service in self._candidates(pod) if _selects(service, pod)]
        return merged(parts, (*served(services, pod.containers), *sliced(slices), *annotated(notes)))

    def _candidates(self, pod: Pod) -> list[Service]:
        return [s for label in pod.labels.items() for s in self.services.get((pod.namespace, label), ())]


def _selects(service: Service, pod: Pod) -> bool:
    return all(pod.labels.get(key) == value for key, value in service.selector)


def _by_label(services: Sequence[Service]) -> dict[tuple[str, tuple[str, str]], list[Service]]:
    """Services with a selector, by namespace and first selected label."""
    found: dict[tuple[str, tuple[str, str]], list[Service]] = {}
    for service in services:
        if service.selector:
            found.setdefault((service.namespace, service.selector[0]), []).append(service)
    return found


def _by_pod(slices: Sequence[Endpoints]) -> dict[tuple[str, str], list[Endpoints]]:
    found: dict[tuple[str, str], list[Endpoints]] = {}
    for endpoints in slices:
        bare = msgspec.structs.replace(endpoints, pods=(), addresses=())
        for _, name in endpoints.pods:
            found.setdefault((endpoints.namespace, name), []).append(bare)
    return found


def _by_namespace(config: Mapping[tuple[str, str], dict[str, str]]) -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = {}
    for (namespace, name), data in config.items():
        found.setdefault(namespace, {})[name] = data
    return found


def _placed(claims: tuple[Claim, ...], pod: Pod) -> tuple[Claim, ...]:
    """Put the node's address where a claim is bound to it; while it is not known, the bind stays open and is remarked."""
    if not any(claim.bind == NODE for claim in claims):
        return claims
    address = next(iter((*pod.host_ips, *pod.pod_ips)), "")
    remark = () if address else ("on the node's own address only",)
    return tuple(
        msgspec.structs.replace(claim, bind=address, remarks=(*claim.remarks, *remark)) if claim.bind == NODE else claim
        for claim in claims
    )
