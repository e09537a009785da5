"""Which endpoints there are to probe: the addresses of Pods' nodes times the Pods' claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from kubectl_hostnet.analysis.asking import Question, Wishes, question_for
from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.applications.catalog import Catalog
from kubectl_hostnet.errors import ClusterError, UsageError
from kubectl_hostnet.inventory.address import Address, Family, canonical, family_of
from kubectl_hostnet.inventory.node import IP_TYPES, Node
from kubectl_hostnet.inventory.pod import Pod
from kubectl_hostnet.probe.observation import Target

ANY_IPV4 = "0.0.0.0"
WILDCARDS = ("", "::", ANY_IPV4)


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """One address and port that a Pod is said to answer on, and the question to ask there.

    With `elsewhere` it is another node's address, where nobody should answer for this Pod.
    """

    pod: Pod
    node: str
    address: Address
    claim: Claim
    question: Question
    elsewhere: bool = False

    @property
    def target(self) -> Target:
        """Where to connect, and what to ask."""
        return Target(self.address.address, self.claim.port, self.claim.protocol, self.question.ask)

    @property
    def unexpected(self) -> bool:
        """A connection should fail here: another node, or a claim that is bound to the node's loopback."""
        return self.elsewhere or self.claim.loopback


@dataclass(frozen=True)
class Choice:
    """Which endpoints the user wants: ports as (number, protocol), address types, a family, all nodes, UDP too."""

    ports: tuple[tuple[int, str], ...] = ()
    address_types: tuple[str, ...] = ()
    family: Family = ""
    every_node: bool = False
    udp: bool = False


def endpoints_of(
    pod: Pod, nodes: Mapping[str, Node], claims: Iterable[Claim], catalog: Catalog, *, choice: Choice, wishes: Wishes
) -> list[Endpoint]:
    """The endpoints of one Pod. Raises ClusterError or UsageError when it has none, with the reason."""
    check(pod)
    own = nodes.get(pod.node)
    wanted = chosen_claims(pod, tuple(claims), choice)
    questions = [(claim, question_for(claim, pod, catalog, wishes)) for claim in wanted]
    addresses = _addresses(pod, own, choice)
    found = [
        Endpoint(pod, pod.node, address, claim, question)
        for claim, question in questions
        for address in _bound(claim, addresses)
    ]
    if choice.every_node:
        found += _elsewhere(pod, nodes, questions, choice, {address.family for address in addresses})
    return found


def check(pod: Pod) -> None:
    """Raises when a Pod cannot be probed at its node's address, in words for the user."""
    if not pod.host_network:
        forwarded = [pod.host_port(port) for c in pod.containers for port in c.ports if pod.host_port(port)]
        hint = f"its hostPort {forwarded[0]} is forwarded by the CNI; " if forwarded else ""
        where = f"; its own address is {pod.pod_ips[0]}" if pod.pod_ips else ""
        raise UsageError(
            f"pod {pod.title} is not host-networked{where}", f"{hint}kubectl hostnet list shows Pods that are"
        )
    if pod.terminal:
        reason = f" ({pod.reason})" if pod.reason else ""
        raise ClusterError(
            f"pod {pod.title} has ended: {pod.phase}{reason}", "an ended Pod holds no port; probe its successor"
        )
    if not pod.node:
        hint = f"it waits for a node: kubectl describe pod -n {pod.namespace} {pod.name}"
        raise ClusterError(f"pod {pod.title} has no address yet: it is {pod.status} and not on a node", hint)


def chosen_claims(pod: Pod, claims: tuple[Claim, ...], choice: Choice) -> list[Claim]:
    """The claims to probe: those of --port, known or not, else all TCP ones, with --udp UDP too. Raises UsageError."""
    if choice.ports:
        return [claim for port, protocol in choice.ports for claim in _claims_of(claims, port, protocol)]
    wanted = [c for c in claims if not c.forwarded and (c.protocol == "TCP" or (choice.udp and c.protocol == "UDP"))]
    if not wanted:
        others = ", ".join(f"{claim.port}/{claim.protocol}" for claim in claims)
        known = f"it is known to use {others}: --udp, or say" if others else "nothing says where it listens: say"
        raise UsageError(f"pod {pod.title} has no known TCP port", f"{known} --port N")
    return [claim for claim in wanted if not _covered(claim, wanted)]


def _claims_of(claims: tuple[Claim, ...], port: int, protocol: str) -> list[Claim]:
    known = [claim for claim in claims if (claim.port, claim.protocol) == (port, protocol)]
    return [c for c in known if not _covered(c, known)] or [Claim(port, protocol, "", None, None, "high", ())]


def _covered(claim: Claim, others: Iterable[Claim]) -> bool:
    """A loopback listener beside another one of the same port: the node's address belongs to the other one."""
    same = (c for c in others if (c.port, c.protocol) == (claim.port, claim.protocol))
    return claim.loopback and any(not c.loopback for c in same)


def _addresses(pod: Pod, node: Node | None, choice: Choice) -> list[Address]:
    """The addresses to use: those of the chosen types, else the first IP of each family (kubernetes-facts.md 3.2)."""
    every = node_addresses(pod, node)
    if choice.address_types:
        wanted = {kind.lower() for kind in choice.address_types}
        chosen = [a for a in every if a.type.lower() in wanted]
    else:
        chosen = primary(every)
    chosen = [a for a in chosen if not choice.family or a.family in (choice.family, "")]
    if not chosen:
        raise _no_address(pod, every, choice)
    return chosen


def node_addresses(pod: Pod, node: Node | None) -> tuple[Address, ...]:
    """The node's addresses; without the Node object those that the Pod reports (type HostIP)."""
    if node and node.addresses:
        return node.addresses
    ips = dict.fromkeys((*pod.host_ips, *pod.pod_ips))
    return tuple(Address("HostIP", ip, family_of(ip)) for ip in ips)


def primary(addresses: Iterable[Address]) -> list[Address]:
    """The first IP of each family, InternalIP before ExternalIP."""
    first: dict[str, Address] = {}
    ordered = list(addresses)
    for kind in (*IP_TYPES, "HostIP"):
        for address in ordered:
            if address.type == kind and address.family:
                first.setdefault(address.family, address)
    return list(first.values())


def _no_address(pod: Pod, every: tuple[Address, ...], choice: Choice) -> ClusterError | UsageError:
    if not every:
        return ClusterError(
            f"pod {pod.title} has no address yet: node {pod.node} reports none, and the kubelet has not seen the Pod",
            f"kubectl describe pod -n {pod.namespace} {pod.name}",
        )
    asked = " ".join(filter(None, (*(f"--address-type {kind}" for kind in choice.address_types), choice.family)))
    known = ", ".join(f"{a.type} {a.address}" for a in every)
    return UsageError(
        f"node {pod.node} of pod {pod.title} has no address for {asked or 'a connection'}", f"it has {known}"
    )


def _bound(claim: Claim, addresses: list[Address]) -> list[Address]:
    """The addresses at which a claim can answer: a listener that is bound to one address answers there alone."""
    if claim.loopback:
        return addresses[:1]
    if claim.bind == ANY_IPV4:
        return [a for a in addresses if a.family != "IPv6"] or addresses[:1]
    if claim.bind in WILDCARDS:
        return addresses
    known = [a for a in addresses if canonical(a.address) == canonical(claim.bind)]
    return known or [Address("bound", claim.bind, family_of(claim.bind))]


def _elsewhere(
    pod: Pod, nodes: Mapping[str, Node], questions: list[tuple[Claim, Question]], choice: Choice, families: set[Family]
) -> list[Endpoint]:
    others = [node for name, node in nodes.items() if name != pod.node]
    return [
        Endpoint(pod, node.name, address, claim, question, elsewhere=True)
        for claim, question in questions
        if not claim.loopback
        for node in others
        for address in _addresses_of(node, choice)
        if address.family in families and (claim.bind != ANY_IPV4 or address.family == "IPv4")
    ]


def _addresses_of(node: Node, choice: Choice) -> list[Address]:
    wanted = {kind.lower() for kind in choice.address_types}
    return [a for a in node.addresses if a.type.lower() in wanted] if wanted else primary(node.addresses)
