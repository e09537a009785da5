"""What the API server refuses of a Pod or template with host ports, and what it lets in although it must fail.

Rules: kubernetes-facts.md 1.1 to 1.3 (defaulting, equality, duplicates) and 6.8 (Pod Security Standards).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from kubectl_hostnet.analysis.binding import binds_meet
from kubectl_hostnet.analysis.claims import Claim, Evidence
from kubectl_hostnet.analysis.conflict import Conflict, Kind, Severity, pod_holder, port_text
from kubectl_hostnet.inventory.container import Container, DeclaredPort
from kubectl_hostnet.inventory.pod import Pod

PSA = "pod-security.kubernetes.io/"
VERSION = re.compile(r"^v1\.(\d+)$")
PROBE_HOSTS_SINCE = 34  # hostProbesAndHostLifecycle (KEP-4940)


class _Declared(NamedTuple):
    container: Container
    port: DeclaredPort
    number: int


def admission_conflicts(pod: Pod, namespace_labels: Mapping[str, str]) -> Iterator[Conflict]:
    """Everything that admission says about the Pod's ports, and collisions inside of it that admission overlooks."""
    yield from _unequal(pod)
    yield from _duplicates(pod)
    yield from _overlooked(pod)
    yield from _pod_security(pod, namespace_labels)


def _declared(pod: Pod, *kinds: str) -> list[_Declared]:
    return [
        _Declared(container, port, number)
        for container in pod.containers
        if container.kind in kinds
        for port in container.ports
        if (number := pod.host_port(port)) > 0
    ]


def _unequal(pod: Pod) -> Iterator[Conflict]:
    """Only regular containers are checked (validatePodHostNetworkDeps)."""
    for found in _declared(pod, "regular"):
        if pod.host_network and found.port.host_port and found.port.host_port != found.port.container_port:
            words = f"{found.port.field}.hostPort: Invalid value: {found.port.host_port}: must match `containerPort` when `hostNetwork` is true"
            remedy = f"set hostPort to {found.port.container_port}, or leave it out: a host-networked Pod has no port mapping"
            yield _conflict(pod, found, "refused", f"the API server refuses it: {words}", remedy)


def _duplicates(pod: Pod) -> Iterator[Conflict]:
    """Keys are literal text, PROTOCOL/HOSTIP/hostPort; regular containers together, each init container alone."""
    groups = [_declared(pod, "regular")]
    groups += [
        [d for d in _declared(pod, "init", "sidecar") if d.container is c]
        for c in pod.containers
        if c.kind in ("init", "sidecar")
    ]
    for group in groups:
        seen: set[tuple[str, str, int]] = set()
        for found in group:
            key = (found.port.protocol, found.port.host_ip, found.number)
            if key in seen:
                what = (
                    "refuses the Pods that this template makes"
                    if pod.template and not found.port.host_port
                    else "refuses it"
                )
                effect = (
                    f'the API server {what}: {found.port.field}.hostPort: Duplicate value: "{"/".join(map(str, key))}"'
                )
                yield _conflict(pod, found, "refused", effect, "give each container a port of its own")
            seen.add(key)


def _overlooked(pod: Pod) -> Iterator[Conflict]:
    """Sidecars against each other and against regular containers are never compared, different hostIPs neither."""
    if not pod.host_network:
        return
    together = _declared(pod, "regular", "sidecar")
    for index, one in enumerate(together):
        for other in together[index + 1 :]:
            same = (one.number, one.port.protocol) == (other.number, other.port.protocol)
            refused = one.container.kind == other.container.kind == "regular" and one.port.host_ip == other.port.host_ip
            if (
                same
                and one.container is not other.container
                and not refused
                and binds_meet(one.port.host_ip, other.port.host_ip)
            ):
                effect = (
                    f"the API server accepts it, but containers {one.container.name} and {other.container.name} share one network: "
                    f"the second to bind {port_text(one.number, one.port.protocol)} fails with address already in use"
                )
                yield _conflict(pod, one, "container", effect, "give one of the two containers another port", other)


def _pod_security(pod: Pod, labels: Mapping[str, str]) -> Iterator[Conflict]:
    for mode, severity in (("enforce", "conflict"), ("warn", "risk")):
        level = labels.get(f"{PSA}{mode}", "")
        violated = (
            _violations(pod, labels.get(f"{PSA}{mode}-version", "latest"))
            if level in ("baseline", "restricted")
            else []
        )
        if violated:
            who = "the Pods are refused" if pod.template else "the Pod is refused"
            says = (
                f"{who}: namespace {pod.namespace} enforces"
                if mode == "enforce"
                else f"admission warns: namespace {pod.namespace} is to follow"
            )
            effect = f"{says} Pod Security level {level}, which forbids {'; '.join(violated)}"
            remedy = f"run it in a privileged namespace: kubectl label namespace {pod.namespace} {PSA}{mode}=privileged --overwrite"
            yield _conflict(
                pod, None, "pod-security", effect, remedy, severity="conflict" if severity == "conflict" else "risk"
            )
            return


def _violations(pod: Pod, version: str) -> list[str]:
    """In the words and the order of pod-security-admission's checks."""
    spaces = [f"{name}=true" for name, on in (("hostNetwork", pod.host_network), ("hostPID", pod.host_pid)) if on]
    # A Pod's hostPorts are defaulted before admission looks, a template's are not (since 1.28).
    ports = [
        f"container {c.name!r} uses hostPort {number}"
        for c in pod.containers
        for p in c.ports
        if (number := p.host_port if pod.template else pod.host_port(p))
    ]
    hosts = (
        [f"{h.field} names a host" for c in pod.containers for h in c.handlers if h.host]
        if _probe_hosts(version)
        else []
    )
    named = [("host namespaces", spaces), ("hostPort", ports), ("probe or lifecycle host", hosts)]
    return [f"{name} ({', '.join(found)})" for name, found in named if found]


def _probe_hosts(version: str) -> bool:
    found = VERSION.match(version)
    return found is None or int(found[1]) >= PROBE_HOSTS_SINCE


def _conflict(
    pod: Pod,
    found: _Declared | None,
    kind: Kind,
    effect: str,
    remedy: str,
    other: _Declared | None = None,
    severity: Severity = "conflict",
) -> Conflict:
    sides = [side for side in (found, other) if side]
    return Conflict(
        node=None,
        port=found.number if found else None,
        protocol=found.port.protocol if found else None,
        kind=kind,
        severity=severity,
        holders=tuple(pod_holder(pod, _claim(side), "wants") for side in sides) or (pod_holder(pod, NOTHING, "wants"),),
        effect=effect,
        remedy=remedy,
    )


NOTHING = Claim(0, "", "", None, None, "high", ())


def _claim(found: _Declared) -> Claim:
    port = found.port
    evidence = Evidence("declared", port.field, f"declares {port_text(found.number, port.protocol)}")
    return Claim(
        found.number, port.protocol, port.host_ip, found.container.name, port.name or None, "high", (evidence,)
    )
