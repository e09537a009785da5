"""Contradictions between the sources: what makes a claim doubtful, and what to tell the user about it."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_hostnet.analysis.claims import Confidence
from kubectl_hostnet.analysis.evidence.names import name_of
from kubectl_hostnet.analysis.evidence.part import Group, Part

# Sources that only repeat what somebody wrote down about the port; none of them makes the process listen.
HEARSAY = frozenset({"declared", "service", "annotation"})
METRICS = frozenset({"metrics", "metric", "prometheus", "prom"})
SIDE = METRICS | {"health", "healthz", "probe", "liveness", "readiness", "pprof", "debug", "admin", "status", "stats"}
Doubt = tuple[Confidence | None, tuple[str, ...]]
STARTING = "an init container: only while the Pod starts"
NONE: Doubt = (None, ())


def doubts(group: Group, groups: Sequence[Group], parts: Sequence[Part]) -> Doubt:
    """The confidence that a claim is lowered to (None: not lowered), and remarks."""
    part = next((part for part in parts if part.container.name == group.container), None)
    for reason in (
        _idle,
        _starting,
        _switched_off,
        _other_protocol,
        _moved_away,
        _other_metrics,
        _elsewhere,
        _not_its_own,
    ):
        if part and (remark := reason(group, groups, part)):
            return "low", (remark,)
    if part and part.container.kind == "init":
        return None, (STARTING,)
    return _hearsay(group, groups, parts) or _contradicted_probe(group, part) or _other_address(group) or NONE


def _idle(group: Group, _groups: Sequence[Group], part: Part) -> str:
    return part.idle if not group.sources - HEARSAY - {"probe"} else ""


def _starting(group: Group, _groups: Sequence[Group], part: Part) -> str:
    return STARTING if part.container.kind == "init" and "declared" not in group.sources else ""


def _switched_off(group: Group, _groups: Sequence[Group], part: Part) -> str:
    """`--server-port=0` beside a declared port `serverport`."""
    if group.sources - HEARSAY:
        return ""
    topics = [name_of(hint.name).topic for hint in group.hints if hint.name]
    known = {port.protocol for port in part.application.ports if port.port == group.port} if part.application else set()
    for closed in part.closed:
        same = any(
            port == group.port and (protocol == group.protocol or group.protocol not in known)
            for port, protocol in closed.ports
        )
        if same or (closed.topic and closed.topic in topics):
            return f"declared, but switched off: {closed.shown}"
    return ""


def _other_protocol(group: Group, groups: Sequence[Group], part: Part) -> str:
    """Declared for TCP and UDP alike, while the application is known to use only one of them."""
    known = {port.protocol for port in part.application.ports if port.port == group.port} if part.application else set()
    if group.sources - HEARSAY or not known or group.protocol in known:
        return ""
    twin = any(g.port == group.port and g.container == group.container and g.protocol in known for g in groups)
    name = part.application.title if part.application else ""
    return f"{name} is known to use {'/'.join(sorted(known))} only on {group.port}" if twin else ""


def _moved_away(group: Group, groups: Sequence[Group], part: Part) -> str:
    """A setting has moved one port of the application; the one declared port that nothing else speaks of is left over."""
    if not part.moved or group.sources - HEARSAY:
        return ""
    mine = [g for g in groups if g.container == group.container and "declared" in g.sources]
    left = [g for g in mine if not g.sources - HEARSAY]
    declared = {(g.port, g.protocol) for g in mine}
    undeclared = [target for target in part.targets if target not in declared]
    default = (group.port, group.protocol) in part.moved
    if default or (len(left) == 1 and len(set(undeclared)) == 1 and left[0] == group):
        where = ", ".join(f"{port}/{protocol}" for port, protocol in dict.fromkeys(part.targets))
        return f"declared, but the settings say {where or 'otherwise'}"
    return ""


def _other_metrics(group: Group, _groups: Sequence[Group], part: Part) -> str:
    """Declared as the metrics port, while the flag for metrics names another."""
    if group.sources - HEARSAY or not any(METRICS & set(name_of(hint.name).words) for hint in group.hints if hint.name):
        return ""
    said = [hint for hint in part.hints if hint.source == "argument" and METRICS & hint.topic]
    elsewhere = [hint for hint in said if hint.port != group.port]
    return f"declared, but {elsewhere[0].detail}" if elsewhere and len(elsewhere) == len(said) else ""


def _elsewhere(group: Group, groups: Sequence[Group], part: Part) -> str:
    """The only port that the application has by default, while the container declares or is asked on an unknown one."""
    if group.sources != {"application"} or part.application is None:
        return ""
    known = {port.port for port in part.application.ports}
    if len(known) > 1 or any(port.owner for port in part.application.ports):
        return ""
    others = [
        g
        for g in groups
        if g.container == group.container and g.port not in known and g.sources & {"declared", "probe"}
    ]
    others = [g for g in others if not any(SIDE & set(name_of(h.name or h.purpose).words) for h in g.hints)]
    return f"a default, but the container is declared or asked on {others[0].port}" if others else ""


def _not_its_own(group: Group, _groups: Sequence[Group], part: Part) -> str:
    """Software that is known to listen on nothing, with a health command that asks somebody else on the node."""
    silent = part.application is not None and not part.application.ports and not part.application.not_listening
    if silent and group.sources == {"probe"} and all("runs" in hint.detail for hint in group.hints):
        return f"{part.application.title if part.application else ''} is known to listen on nothing"
    return ""


def _hearsay(group: Group, groups: Sequence[Group], parts: Sequence[Part]) -> Doubt | None:
    """A Service may target a port that only other Pods behind it have: alone it counts where nothing else is known.

    An annotation counts if no metrics are known, or if software in the Pod can serve on the port that it names.
    """
    others = [g for g in groups if g is not group and g.sources - {"service", "annotation"}]
    if group.sources == {"service"} and others:
        return "low", ("only a Service speaks of it, while other ports of the Pod are known",)
    metrics = [g for g in others if any(METRICS & set(name_of(f"{h.name} {h.purpose}").words) for h in g.hints)]
    usual = {port.port for part in parts if part.application for port in part.application.ports}
    if group.sources == {"annotation"} and metrics and group.port not in usual:
        return "low", (f"only an annotation speaks of it, while the metrics are known to be on {metrics[0].port}",)
    return None


def _other_address(group: Group) -> Doubt | None:
    """`hostIP` is for the scheduler and the CNI; a host-networked process binds what its settings say."""
    declared = [hint for hint in group.hints if hint.source == "declared" and hint.bind is not None]
    others = [
        hint for hint in group.hints if hint.source != "declared" and hint.bind is not None and not hint.weak_bind
    ]
    if not declared or not others or any(hint.bind == declared[0].bind for hint in others):
        return None
    return None, (f"hostIP is {declared[0].bind}, but {others[0].detail}",)


def _contradicted_probe(group: Group, part: Part | None) -> Doubt | None:
    if part is None or group.sources != {"probe"}:
        return None
    said = [
        hint
        for hint in part.hints
        if hint.source == "argument" and hint.topic & {"health", "healthz", "probe", "probes"}
    ]
    return (None, (f"the probe asks {group.port}, but {said[0].detail}",)) if said else None
