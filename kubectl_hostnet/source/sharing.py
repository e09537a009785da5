"""Equal parts of many Pods, kept once: Pods of one workload differ in little, and a cluster has 150,000 of them.

Decoding makes every text and list anew. Half of the memory of a Pod goes when what equals a part of an earlier Pod is
replaced by that part; and who reads the Pods later knows a part again by its identity.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from msgspec.structs import force_setattr, replace

from kubectl_hostnet.source import objects

OF_POD = ("labels", "annotations", "owner_references")
OF_SPEC = ("tolerations", "node_selector")
OF_CONTAINER = tuple(field for field in objects.Container.__struct_fields__ if field != "volume_mounts")
MOST = 10_000
_values_of_pod, _values_of_spec, _values_of_container = (
    attrgetter(*names) for names in (OF_POD, OF_SPEC, OF_CONTAINER)
)
Values = Callable[[Any], tuple[Any, ...]]


class Sharing:
    """Remembers parts; `pod` replaces what is equal. The Pods stay equal to what they were."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def pod(self, pod: objects.Pod) -> None:
        """Let a Pod that nobody has seen yet share its parts with earlier ones."""
        if len(self._known) > MOST:
            self._known.clear()
        owners, spec = pod.metadata.owner_references, pod.spec
        family = (pod.metadata.namespace, owners[0].uid if owners else "")
        self._fields(pod.metadata, OF_POD, _values_of_pod, family)
        if spec is None:
            return
        self._fields(spec, OF_SPEC, _values_of_spec, (family, "spec"))
        for containers in (spec.containers, spec.init_containers):
            for index, container in enumerate(containers or ()):
                self._container(containers, index, container)  # type: ignore[arg-type]
        self._items(spec.volumes, family)

    def _container(self, containers: list[objects.Container], index: int, container: objects.Container) -> None:
        """A Pod's token is mounted from a volume with a name of its own, so mounts are shared one by one."""
        key = (container.name, container.image)
        known = self._known.setdefault(key, container)
        self._items(container.volume_mounts, key)
        if _values_of_container(known) == _values_of_container(container):
            containers[index] = replace(known, volume_mounts=container.volume_mounts)
        else:
            self._fields(container, OF_CONTAINER, _values_of_container, key)

    def _fields(self, part: Any, names: tuple[str, ...], values: Values, key: Any) -> None:
        known = self._known.setdefault(key, part)
        if known is part:
            return
        same = True
        for name, value, kept in zip(names, values(part), values(known), strict=True):
            if value is kept:
                continue
            if value == kept:
                force_setattr(part, name, kept)
            else:
                same = False
        if not same:
            self._known[key] = part

    def _items(self, items: list[Any] | None, key: Any) -> None:
        """Items of a list by their place; of a volume with a name of its own at least its projection."""
        known = self._known.setdefault((key, "items"), items)
        if items is None or known is items:
            return
        self._known[key, "items"] = items
        for index, (old, item) in enumerate(zip(known or (), items, strict=False)):
            if old == item:
                items[index] = old
            elif isinstance(item, objects.Volume) and item.projected is not None and item.projected == old.projected:
                force_setattr(item, "projected", old.projected)
