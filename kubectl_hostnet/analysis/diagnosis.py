"""Why a Pod's own endpoints fail: what was seen there, with what the cluster says of the Pod, its node and neighbours."""

from __future__ import annotations

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.results import Case, Result, Said
from kubectl_hostnet.inventory.container import ContainerState
from kubectl_hostnet.inventory.pod import Pod

ADDRESS_IN_USE = "address already in use"
ACCEPTS_ALL = "nothing can be said from here: something on the way (a proxy or VPN) accepts connections to ports that nobody holds"
DROPPED = "a firewall between here and the node drops it"
UNSEEN = "no answer: a firewall, or no path to the node; whether the application is up was not seen"
CUT = {"filtered": "filtered", "rejected": "rejected", "no-route": "not routed"}


def everything_accepted(case: Case) -> Said:
    """Whoever accepts a port that nobody holds is not the node."""
    if any(r.judgement and r.judgement.withdrawn for r in case.results):
        yield "", ACCEPTS_ALL


def vantages_disagree(case: Case) -> Said:
    """The same endpoint, seen differently from two places: what differs is the way, not the application."""
    for first in case.own("filtered", "rejected", "refused", "reset", "no-route"):
        for other in _answered_elsewhere(case, first):
            how, source = CUT.get(first.verdict, "cut off"), first.observation.vantage
            yield first.place, f"{how} between {source} and the node: from {other.observation.vantage} it answers"


def _answered_elsewhere(case: Case, first: Result) -> list[Result]:
    return [other for other in case.own("reachable", "unhealthy") if other.place == first.place]


def _unexplained(case: Case, *verdicts: str) -> list[Result]:
    """The results for which no other vantage point has shown that the way is to blame."""
    return [result for result in case.own(*verdicts) if not _answered_elsewhere(case, result)]


def someone_else(case: Case) -> Said:
    """The port answers, but not as the application that is known to use it."""
    for result in case.own("wrong-answer"):
        if result.judgement and not result.judgement.withdrawn:
            names = case.who_else(case.pod.node, result.endpoint.claim)
            who = f"{' and '.join(names[:3])} also claims the port" if names else "no claim in the cluster says who"
            yield result.place, f"held by someone else, or by another protocol: {result.judgement.cause} ({who})"


def refused(case: Case) -> Said:
    """Nothing listens, as far as a reset tells."""
    reachable = {r.port for r in case.own("reachable", "unhealthy")}
    for result in _unexplained(case, "refused"):
        if result.port in reachable:
            family = result.endpoint.address.family or "this one"
            yield (
                result.place,
                f"refused, while the port answers at another address: the listener is not bound to {family}",
            )
        else:
            yield result.port, f"refused: {_why_nothing_listens(case, result)}"


def _why_nothing_listens(case: Case, result: Result) -> str:
    pod, claim = case.pod, result.endpoint.claim
    if down := _down(case, claim):
        return down
    if pod.deleted:
        return "the Pod is being deleted"
    if not pod.ready:
        return "the application is not up: the Pod runs but is not Ready, it may still be starting"
    checked = (
        "its own readiness probe succeeds"
        if _has_readiness(pod)
        else "it declares no readiness probe, so that says little"
    )
    source = claim.evidence[0].source if claim.evidence else ""
    doubt = f" (this one is known from its {source} only)" if claim.confidence in ("medium", "low") and source else ""
    return (
        f"the Pod is Ready ({checked}), so most likely it is bound to 127.0.0.1 or to another address, or listens on another "
        f"port{doubt}; a firewall that answers with a reset looks the same"
    )


def _down(case: Case, claim: Claim) -> str:
    """What the cluster says of a container that is not running, "" while all run."""
    states = [
        s for s in case.pod.container_states if s.state in ("waiting", "terminated") and not _completed(case.pod, s)
    ]
    states.sort(key=lambda s: s.name != claim.container)
    if not states:
        return ""
    state = states[0]
    last = f", last exit code {state.last_exit_code}" if state.last_exit_code is not None else ""
    word = state.reason or state.state
    text = f"the application is down: container {state.name} is in {word} ({state.restarts} restarts{last})"
    names = case.who_else(case.pod.node, claim)
    if ADDRESS_IN_USE in (state.last_message + state.message).lower():
        text += "; it said that the address is already in use"
    return text + (f"; {' and '.join(names[:3])} claims the same port on {case.pod.node}" if names else "")


def _completed(pod: Pod, state: ContainerState) -> bool:
    """An init container that has done its work is no failure."""
    init = {container.name for container in pod.containers if container.kind == "init"}
    return state.name in init and state.state == "terminated" and state.exit_code == 0


def _has_readiness(pod: Pod) -> bool:
    return any(h.purpose == "readiness" for container in pod.containers for h in container.handlers)


def filtered(case: Case) -> Said:
    """Silence, and how far it reaches."""
    silent = ("filtered", "no-route", "name-error", "")
    answered = {r.endpoint.address.address for r in case.results if r.verdict not in silent} | case.alive
    for result in _unexplained(case, "filtered"):
        address = result.endpoint.address.address
        if address in answered:
            yield result.place, f"no answer, while other ports of {address} answer: {DROPPED}"
        elif address in case.dead:
            yield address, f"no port answers, not even the kubelet's: {_node_words(case)}"
        else:
            yield result.place, UNSEEN


def _node_words(case: Case) -> str:
    ready = case.node.ready if case.node else ""
    if ready == "True":
        return "the cluster says that the node is Ready, so there is no path from here to it, or a firewall drops everything"
    if ready in ("False", "Unknown"):
        return f"the cluster says that node {case.pod.node} is NotReady: it is probably down"
    return "no path from here to the node, or the node is down"


def not_well(case: Case) -> Said:
    """The path works, the application does not."""
    ready = "although the Pod is Ready" if case.pod.ready else "and the Pod is not Ready either"
    for result in case.own("unhealthy"):
        cause = result.judgement.cause if result.judgement else ""
        yield result.place, f"reachable, but the application is not well, {ready}: {cause}"


def other_failures(case: Case) -> Said:
    """What speaks for itself."""
    reachable = {r.port for r in case.own("reachable", "unhealthy")}
    for result in _unexplained(case, "rejected", "reset", "no-route", "name-error", "tls-error", "open|filtered"):
        beside = ", while the port answers at another address" if result.port in reachable else ""
        yield result.place, f"{result.verdict}{beside}: {result.judgement.cause if result.judgement else ''}"
