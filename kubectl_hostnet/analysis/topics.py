"""The words that reports use, explained for people: a topic a table, a test keeps them complete."""

from __future__ import annotations

from kubectl_hostnet.analysis.report import Item


class Term(Item, frozen=True):
    """A word of a topic and what it means."""

    topic: str
    term: str
    meaning: str


TOPICS: dict[str, tuple[str, dict[str, str]]] = {
    "evidence": (
        "Where a claimed port comes from, from strongest to weakest.",
        {
            "socket": "the process was seen listening (`ports --live`)",
            "declared": "an entry of `ports[]`; it documents, it does not open a port",
            "probe": "a liveness, readiness or startup probe, or a lifecycle hook, connects there",
            "service": "a Service or EndpointSlice sends traffic there",
            "argument": "the command line says so (`--port=9100`)",
            "environment": "a variable says so (`PORT`, `*_LISTEN_ADDR`)",
            "annotation": "an annotation says so (`prometheus.io/port`)",
            "configmap": "a mounted configuration file says so; read with --read-config only",
            "application": "what well-known software listens on by default; `explain NAME` shows it with its source",
        },
    ),
    "confidence": (
        "How sure a claim is.",
        {
            "certain": "a socket was seen",
            "high": "the manifest says so in a place that is made for it",
            "medium": "a well-known default, or one indirect piece of evidence",
            "low": "a guess; shown with `?`, and not counted as a conflict",
        },
    ),
    "verdicts": (
        "What `probe` says of an endpoint.",
        {
            "reachable": "something answered as it should",
            "refused": "the node answered that nothing listens there: not started, another port, or bound to loopback",
            "filtered": "no answer at all: most likely a firewall drops the packets, or there is no way there",
            "rejected": "an ICMP error came back: a firewall rejects, or the host or port is unreachable",
            "reset": "the connection was made and then torn down",
            "no-route": "this machine has no way to that address; another vantage point may have one",
            "name-error": "the node's name could not be resolved",
            "tls-error": "it answers, but TLS could not be agreed on",
            "unhealthy": "it answers, and the application says that it is not well",
            "wrong-answer": "it answers, but not as the expected application would: another process may hold the port",
            "open|filtered": "UDP and no answer: a listener that stays silent and a firewall look the same",
        },
    ),
    "conflicts": (
        "What `conflicts` finds; exit code 1, but for risks.",
        {
            "pending": "a Pod finds no node: where it could be, a port that it declares is held",
            "rejected": "a kubelet refused a Pod that was bound to its node past the scheduler (reason NodePorts)",
            "declared": "two Pods on one node declare one port; the scheduler would not have put them there",
            "bind": "two processes need one port of a node, and the second cannot bind it; the scheduler does not see it",
            "container": "two containers of one Pod need one port",
            "component": "the port is that of a component of the node, such as the kubelet",
            "forwarded": "a hostPort of another Pod is forwarded, and takes the traffic of the process that listens",
            "node-port": "the port is the nodePort of a Service, which takes the traffic",
            "node-port-range": "risk: the port lies where Services are given their nodePorts from",
            "ephemeral-range": "risk: the port lies where outgoing connections take theirs from",
            "replicas": "more Pods are wanted than there are nodes that can take one",
            "rollout": "the next rollout hangs: new Pods cannot start beside the old ones, and those may not go first",
            "drain": "risk: when a node is drained its Pod has nowhere to go",
            "manifest": "two workloads of one manifest need the same port of the same nodes",
            "refused": "the API server refuses the manifest",
            "pod-security": "the namespace's Pod Security level refuses the Pods",
        },
    ),
    "vantage": (
        "Where a probe starts. An answer holds for that place only.",
        {
            "here": "this machine",
            "apiserver": "the API server, through the proxy subresource of the Pod",
            "pod/NAME": "inside a running Pod, through exec",
            "node/NAME": "a short-lived host-networked Pod on that node; only on request",
        },
    ),
    "remarks": (
        "What `ports`, and `list --live`, remark on a port, and who holds it where no Pod does.",
        {
            "undeclared": "a process listens, and `ports[]` says nothing of it: the scheduler does not know of the port",
            "declared, but silent": "`ports[]` has it, and nobody in the Pod listens",
            "not listening": "something other than `ports[]` speaks of it, and nobody in the Pod listens",
            "loopback only": "only the node itself reaches it",
            "container is not running": "there is no process yet, or any more, that could listen",
            "listening, owner unknown": "the port is open, and not all processes of the Pod could be read: it may be theirs",
            "listening, as a socket of the kernel": "the port is open without a process, as this application has it (VXLAN)",
            "listening, but no process of the Pod holds it": "the port is open, by a process of the node or its kernel",
            "<process of the node>": "holder: no container of the node has the socket",
            "<unknown>": "holder: no container that could be read has the socket",
            "may be a client's": "UDP has no listening state, and the port is one that clients are given",
            "privileged port": "below 1024: needs CAP_NET_BIND_SERVICE",
            "in the NodePort range": "a Service may be given it, and then takes its traffic",
            "in the ephemeral range": "an outgoing connection may have it when the Pod starts",
        },
    ),
    "bind": (
        "Which of the node's addresses a port is open on.",
        {
            "(empty)": "all addresses, or not known to be narrower",
            "127.0.0.1, ::1": "loopback: nothing outside the node reaches it",
            "an address": "only that address of the node",
            "node": "in `explain`: the node's own address only",
        },
    ),
}


def words(word: str) -> list[Term]:
    """What a word means, in each topic that has it; the beginning of a longer one will do (`loopback`)."""
    wanted = word.casefold()
    every = [term for topic in TOPICS for term in terms(topic)]
    same = [term for term in every if term.term.casefold() == wanted]
    return same or [term for term in every if term.term.casefold().startswith((f"{wanted} ", f"{wanted},"))]


def terms(topic: str) -> list[Term]:
    """The words of one topic, in order; empty for an unknown topic."""
    return [Term(topic, term, meaning) for term, meaning in TOPICS.get(topic, ("", {}))[1].items()]
