"""Equal parts of many Pods, kept once: Pods of one workload differ in little, and a cluster has 150,000 of them.

Decoding makes every text and list anew. Half of the memory of a Pod goes when what equals a part of an earlier Pod is
replaced by that part; and who reads the Pods later knows a part again by its identity.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import force_setattr

from kubectl_hostnet.source import objects

OF_POD = ("labels", "annotations", "owner_references", "namespace", "generate_name")
OF_SPEC = ("tolerations", "node_selector", "service_account_name", "scheduler_name", "dns_policy", "preemption_policy")
OF_CONTAINER = tuple(field for field in objects.Container.__struct_fields__ if field != "volume_mounts")
MOST = 10_000


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
        self._fields(pod.metadata, OF_POD, family)
        if spec is None:
            return
        self._fields(spec, OF_SPEC, (family, "spec"))
        for containers in (spec.containers, spec.init_containers):
            for container in containers or ():
                key = (container.name, container.image)
                self._fields(container, OF_CONTAINER, key)
                self._items(container.volume_mounts, key)
        self._items(spec.volumes, family)

    def _fields(self, part: Any, names: tuple[str, ...], key: Any) -> None:
        known = self._known.setdefault(key, part)
        if known is part:
            return
        for name in names:
            value = getattr(part, name)
            if value is not None:
                if value == (kept := getattr(known, name)):
                    force_setattr(part, name, kept)
                else:
                    self._known[key] = part

    def _items(self, items: list[Any] | None, key: Any) -> None:
        """Items of a list by their place; of a volume with a name of its own at least its projection."""
        for index, item in enumerate(items or ()):
            known = self._known.setdefault((key, index), item)
            if known == item:
                items[index] = known  # type: ignore[index]
            elif isinstance(item, objects.Volume) and item.projected is not None and item.projected == known.projected:
                force_setattr(item, "projected", known.projected)
            else:
                self._known[key, index] = item
