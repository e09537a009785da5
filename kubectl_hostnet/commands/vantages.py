"""Where a probe starts: `--from`, turned into vantage points that are set up, used and taken down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.probe.limits import Limits
from kubectl_hostnet.probe.runner import Here, Vantage
from kubectl_hostnet.render.output import say
from kubectl_hostnet.source.query import Source

if TYPE_CHECKING:
    from kubectl_hostnet.source.live import Cluster

From = Annotated[
    list[str],
    typer.Option(
        "--from",
        metavar="PLACE",
        help="Where to probe from: here, apiserver, pod/[NAMESPACE/]NAME, node/NAME or 'node/*' (repeatable).",
    ),
]
Image = Annotated[
    str, typer.Option("--image", metavar="IMAGE", help="Image of the Pods for --from node/NAME (curlimages/curl).")
]
PodNetwork = Annotated[
    bool,
    typer.Option("--pod-network", help="Pods for --from node/NAME get an address of the Pod network, not the node's."),
]
HINT = "write it as here, apiserver, pod/NAME, pod/NAMESPACE/NAME, node/NAME or 'node/*'"


@dataclass(frozen=True)
class Places:
    """The options about vantage points."""

    vantage: From = field(default_factory=list)
    image: Image = ""
    pod_network: PodNetwork = False


@dataclass(frozen=True)
class Ground:
    """What vantage points are made from: the source, the probed Pods, all nodes, how long an attempt may take."""

    source: Source
    namespace: str
    pods: Sequence[Pod]
    nodes: Sequence[Node]
    limits: Limits
    attempts: int


class Vantages:
    """The vantage points of a run, as a context manager: what was created for them is gone when it is left."""

    def __init__(self, places: Places, ground: Ground) -> None:
        self._places = places
        self._ground = ground
        self._stack = ExitStack()

    def __enter__(self) -> list[Vantage]:
        """Set up. Raises HostnetError."""
        names = list(dict.fromkeys(self._places.vantage or ["here"]))
        try:
            return [vantage for name in names for vantage in self._made(name)]
        except BaseException:
            self._stack.close()
            raise

    def __exit__(self, *_: object) -> None:
        """Take down."""
        self._stack.close()

    def _made(self, name: str) -> Iterable[Vantage]:
        kind, _, rest = name.partition("/")
        if name == "here":
            return [Here(self._ground.limits)]
        if name == "apiserver":
            return [self._api_server()]
        if kind == "pod" and rest:
            return [self._pod(rest)]
        if kind == "node" and rest:
            return self._nodes(rest)
        raise UsageError(f"unknown vantage point {name!r}", HINT)

    def _api_server(self) -> Vantage:
        from kubectl_hostnet.vantage.apiserver import ApiServer  # needs a cluster

        first = {pod.pod_ips[0]: pod.key for pod in self._ground.pods if pod.pod_ips}
        cluster = self._cluster("apiserver")
        cluster.transport.widen(8)
        return ApiServer(cluster, first, self._ground.limits.timeout)

    def _pod(self, text: str) -> Vantage:
        from kubectl_hostnet.vantage.pod import PodVantage  # needs a cluster

        namespace, _, name = text.rpartition("/")
        if "/" in namespace:
            raise UsageError(f"unknown vantage point 'pod/{text}'", HINT)
        return PodVantage(
            self._cluster(f"pod/{text}"), namespace or self._ground.namespace, name, "", self._ground.limits.timeout
        )

    def _nodes(self, text: str) -> Iterable[Vantage]:
        from kubectl_hostnet.vantage.node import NodePods  # needs a cluster
        from kubectl_hostnet.vantage.pod import PodVantage

        cluster, limits = self._cluster(f"node/{text}"), self._ground.limits
        names = self._node_names(text)
        seconds = limits.deadline or limits.timeout * max(1, self._ground.attempts)
        pods = self._stack.enter_context(
            NodePods(
                cluster,
                self._ground.namespace,
                self._places.image,
                pod_network=self._places.pod_network,
                seconds=seconds,
            )
        )
        say(pods.describe(names))
        pods.create(names)
        return [
            PodVantage(cluster, self._ground.namespace, pods.ready(node), "probe", limits.timeout, name=f"node/{node}")
            for node in names
        ]

    def _node_names(self, text: str) -> list[str]:
        known = [node.name for node in self._ground.nodes]
        if text == "*":
            if not known:
                raise UsageError("'node/*' needs the right to list nodes", "name the nodes: --from node/NAME")
            return [node.name for node in self._ground.nodes if node.operating_system != "windows"]
        if known and text not in known:
            raise UsageError(f"node {text!r} does not exist", f"there are: {', '.join(known[:10])}")
        return [text]

    def _cluster(self, name: str) -> Cluster:
        from kubectl_hostnet.source.live import Cluster

        if not isinstance(self._ground.source, Cluster):
            raise UsageError(f"--from {name} needs a live cluster", "leave out --snapshot, or probe from here")
        return self._ground.source
