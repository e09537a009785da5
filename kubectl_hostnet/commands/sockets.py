"""What verbs share with --live: claims with the sockets of running containers as evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, cast

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.inventory.node import Node
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.options import LiveOptions
from kubectl_hostnet.render.output import say
from kubectl_hostnet.source.facts import Gap
from kubectl_hostnet.source.query import Source

if TYPE_CHECKING:
    from kubectl_hostnet.source.live import Cluster
    from kubectl_hostnet.source.sockets.reading import Reading

ClaimsOf = Callable[[Pod], Iterable[Claim]]


def with_sockets(
    claims_of: ClaimsOf, source: Source, pods: Iterable[Pod], options: LiveOptions, nodes: Mapping[str, Node]
) -> tuple[ClaimsOf, Reading | None]:
    """The claims as they are without --live; with it, what the sockets of the Pods make of them, and what was read.

    `nodes` by name are those that may be known.

    Raises UsageError where there is nothing alive. With --debug-image says on stderr which Pods it is about to change.
    """
    if not options.live:
        if options.debug_image:
            raise UsageError("--debug-image needs --live", "it is for reading sockets where the image has no shell")
        return claims_of, None
    if not hasattr(source, "exec"):
        raise UsageError("--live needs a live cluster", "leave out --live, or --snapshot")
    from kubectl_hostnet.analysis.live import live, live_targets  # this and the next two for --live only
    from kubectl_hostnet.applications.catalog import load
    from kubectl_hostnet.source.sockets.collect import pod_sockets

    cluster = cast("Cluster", source)
    reading = pod_sockets(cluster, live_targets(pods, nodes), debug_image=options.debug_image, announce=say)
    return live(claims_of, reading, load()), reading


def unread(reading: Reading | None) -> tuple[Gap, ...]:
    """What could not be read of the sockets."""
    return reading.gaps if reading else ()
