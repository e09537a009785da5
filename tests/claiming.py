"""Claims of a Pod that is written as a manifest, for tests: through the real decoder and the real catalog."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
from builders import pod

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.applications.schema import Application
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.source import objects
from kubectl_hostnet.source.facts import Facts


@lru_cache(maxsize=1)
def nothing_known() -> Catalog:
    """A catalog without applications: what the rules say of software that nobody has described."""
    return Catalog([])


def inventory_of(manifest: dict[str, Any], *others: dict[str, Any]) -> Inventory:
    """The inventory of one Pod with Services, EndpointSlices and ConfigMaps beside it."""
    facts = Facts(pods=[msgspec.convert(manifest, objects.Pod)])
    kinds = {"Service": facts.services, "EndpointSlice": facts.endpoint_slices, "ConfigMap": facts.config_maps}
    types = {"Service": objects.Service, "EndpointSlice": objects.EndpointSlice, "ConfigMap": objects.ConfigMap}
    for other in others:
        kinds[other["kind"]].append(msgspec.convert(other, types[other["kind"]]))  # type: ignore[attr-defined]
    return inventory_from(facts)


def claims_of(
    *containers: dict[str, Any],
    beside: tuple[dict[str, Any], ...] = (),
    known: tuple[Application, ...] = (),
    read_config: bool = True,
    **more: Any,
) -> tuple[Claim, ...]:
    """The claims of a Pod with these containers (`name` and `image` are filled in); `more` goes to the builder."""
    filled = [
        {"name": f"c{index}", "image": "example.test/thing", **container} for index, container in enumerate(containers)
    ]
    inventory = inventory_of(pod(containers=filled, **more), *beside)
    catalog = Catalog(known) if known else nothing_known()
    return pod_claims(inventory.pods[0], inventory, catalog, read_config=read_config)


def text(claim: Claim) -> str:
    """`127.0.0.1:9100/TCP`, with `?` when the confidence is low."""
    host = f"[{claim.bind}]" if ":" in claim.bind else claim.bind
    at = f"{host}:" if claim.bind else ""
    return f"{at}{claim.port}/{claim.protocol}" + ("?" if claim.confidence == "low" else "")


def texts(*containers: dict[str, Any], **more: Any) -> list[str]:
    """The claims as texts."""
    return [text(claim) for claim in claims_of(*containers, **more)]


def config_map(name: str, **data: str) -> dict[str, Any]:
    """A ConfigMap of the Pod's namespace."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": data}


def mounted(container: dict[str, Any], files: dict[str, str], path: str = "/etc/thing") -> dict[str, Any]:
    """Arguments for `claims_of`: a container with a ConfigMap's files under `path`."""
    mount = {**container, "volumeMounts": [{"name": "v", "mountPath": path}]}
    volume = {"name": "v", "configMap": {"name": "files"}}
    return {"container": mount, "beside": (config_map("files", **files),), "spec": {"volumes": [volume]}}
