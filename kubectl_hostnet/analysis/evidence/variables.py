"""The environment of a container as far as the manifest tells it, and `$(NAME)` in commands and arguments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec

from kubectl_hostnet.analysis.evidence.address import NODE
from kubectl_hostnet.inventory.container import Container

ConfigData = Mapping[str, Mapping[str, str]]  # ConfigMaps of the Pod's namespace: name -> key -> text
# The kubelet's downward API: both are the node's address in a host-networked Pod.
NODE_FIELDS = {"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}
REFERENCE = re.compile(r"\$\$|\$\(([^()\s]+)\)")


class Variable(msgspec.Struct, frozen=True, gc=False):
    """A variable with its expanded value; `shown` is what the manifest says, `field` where."""

    name: str
    value: str
    shown: str
    field: str


def environment(container: Container, config: ConfigData) -> tuple[Variable, ...]:
    """The variables whose values are known, in order; of equal names the last counts, as in the kubelet."""
    found: dict[str, Variable] = {}
    for index, (name, prefix) in enumerate(container.env_from):
        for key, text in config.get(name, {}).items():
            found[prefix + key] = Variable(
                prefix + key, text, f"{prefix}{key}={text}", f"{container.field}.envFrom[{index}]"
            )
    known = {variable.name: variable.value for variable in found.values()}
    for variable in _own(container, config, known):
        found.pop(variable.name, None)
        found[variable.name] = variable
        known[variable.name] = variable.value
    return tuple(found.values())


def _own(container: Container, config: ConfigData, known: Mapping[str, str]) -> Iterator[Variable]:
    for variable in container.env:
        name, field = variable.name, variable.field
        if variable.field_path in NODE_FIELDS:
            yield Variable(name, NODE, f"{name} from {variable.field_path}", field)
        elif variable.config_map[0]:
            source, key = variable.config_map
            if key in config.get(source, {}):
                text = config[source][key]
                yield Variable(name, text, f"{name}={text} (ConfigMap {source})", field)
        elif not variable.field_path:
            yield Variable(name, expand(variable.value, known), f"{name}={variable.value}", field)


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace `$(NAME)` as the kubelet does: an unknown name stays as it is, `$$` is one dollar sign."""
    if "$" not in text:
        return text
    return REFERENCE.sub(lambda found: "$" if found[1] is None else variables.get(found[1], found[0]), text)
