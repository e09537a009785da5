"""Evidence: keys of configuration files in no known format, by what their names say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubectl_hostnet.analysis.evidence.address import port_number
from kubectl_hostnet.analysis.evidence.arguments import hints
from kubectl_hostnet.analysis.evidence.hint import Hint
from kubectl_hostnet.analysis.evidence.judgement import judge
from kubectl_hostnet.analysis.evidence.names import name_of
from kubectl_hostnet.analysis.evidence.settings import Setting
from kubectl_hostnet.analysis.evidence.structured import Entry, documents, entries
from kubectl_hostnet.inventory.container import Container

# Files about other things than their reader's listeners: manifests, kubeconfigs, CNI, scraping, alert rules, dashboards.
OTHER_FILES = (
    {"apiVersion", "kind", "spec"}, {"apiVersion", "kind", "metadata"}, {"clusters", "contexts", "users"}, {"cniVersion"}, {"scrape_configs"},
    {"groups"}, {"panels"}, {"resourceList"},
)  # fmt: skip
OTHER_PARTS = {
    "rules",
    "firewall",
    "clients",
    "egress",
    "env",
    "outputs",
    "exporters",
    "remotes",
    "upstreams",
    "endpoints",
    "services",
}


def key_hints(
    container: Container, field: str, text: str, own: frozenset[str], known: frozenset[str]
) -> Iterator[Hint]:
    """Keys whose names say that something listens; others count only for ports that the container declares anyway.

    `known` are keys of which the application's file says more.
    """
    found = [entry for entry in entries(text) if not entry.off and entry.path not in known]
    heads = {entry.path.partition(".")[0] for entry in found}
    if any(marks <= heads for marks in OTHER_FILES) or ("\n" not in text.strip() and not documents(text)):
        return
    declared = {port.container_port for port in container.ports}
    for parent, group in _by_parent(found).items():
        settings = [_setting(entry, field) for entry in group]
        if not _foreign(parent, own):
            yield from hints(judge(settings, own), container.name, "configmap")
        for setting in settings:
            if port_number(setting.value) in declared and name_of(setting.name).is_port:
                yield Hint(int(setting.value), "configmap", field, setting.shown, container.name)


def _by_parent(found: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Values beside each other belong together: `host` and `port` of one listener."""
    groups: dict[str, list[Entry]] = {}
    for entry in found:
        groups.setdefault(entry.path.rpartition(".")[0], []).append(entry)
    return groups


def _setting(entry: Entry, field: str) -> Setting:
    """Named by the key and the one above it, which says what it is about: `metrics.bindAddress`, `listen.port`."""
    name = ".".join(entry.path.split(".")[-2:])
    return Setting(name, entry.value, f"{entry.path}: {entry.value}"[:200], field, "key")


def _foreign(parent: str, own: frozenset[str]) -> bool:
    """Above the keys stands a client, an output, a rule: `outputs.elasticsearch`."""
    return any(part.lower() in OTHER_PARTS or name_of(part).others(own) for part in parent.split("."))
