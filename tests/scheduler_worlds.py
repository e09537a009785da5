"""Random worlds for the scheduler's lab: Nodes, Pods that hold ports on them, and Pods to place. All from one seed."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any

Json = dict[str, Any]
PORTS = (80, 81, 443, 8080, 8086, 9100)
PROTOCOLS = ("TCP", "TCP", "TCP", "UDP", "SCTP", None)
IPS = ("", "", "", "0.0.0.0", "10.0.0.1", "10.0.0.2", "127.0.0.1", "::", "fd00::1", "fd00:0::1", "::ffff:10.0.0.1")
EFFECTS = ("NoSchedule", "NoExecute", "PreferNoSchedule")
SIZES = ("1", "2", "10", "007", "big", "9223372036854775807", "9223372036854775808")
PLACES, HOLDERS, CANDIDATES, PREEMPTORS = 36, 70, 45, 3
HIGH, TOP, NEVER = "high", "top", "never"
CLASSES = {HIGH: (1000, "PreemptLowerPriority"), TOP: (2000, "Never"), NEVER: (0, "Never")}


@dataclass
class World:
    """Nodes, Pods that are bound to them, Pods that make room by preemption, and Pods to be placed one by one."""

    nodes: list[Json]
    holders: list[Json]
    preemptors: list[Json] = field(default_factory=list)
    candidates: list[Json] = field(default_factory=list)


def make_world(random: Random) -> World:
    """A world of a few dozen nodes."""
    nodes = [_node(random, f"n{index}") for index in range(PLACES)]
    holders = _without_shared_ends([_holder(random, f"h{index}") for index in range(HOLDERS)])
    preemptors = [_preemptor(random, f"p{index}") for index in range(PREEMPTORS)]
    return World(nodes, holders, preemptors, [_candidate(random, f"c{index}") for index in range(CANDIDATES)])


def _node(random: Random, name: str) -> Json:
    labels = {"kubernetes.io/hostname": name, "zone": random.choice("abc"), "size": random.choice(SIZES)}
    if random.random() < 0.3:
        labels["disk"] = random.choice(("ssd", ""))
    if random.random() < 0.2:
        del labels["zone"]
    taints = {(t["key"], t["effect"]): t for t in (_taint(random) for _ in range(random.choice((0, 0, 0, 1, 1, 2))))}
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": list(taints.values()), "unschedulable": random.random() < 0.1},
    }


def _taint(random: Random) -> Json:
    taint = {"key": random.choice(("gpu", "team")), "effect": random.choice(EFFECTS)}
    return {**taint, "value": random.choice("ab")} if random.random() < 0.6 else taint


def _holder(random: Random, name: str) -> Json:
    pod = _pod(random, name)
    pod["spec"]["nodeName"] = f"n{random.randrange(PLACES)}"
    if random.random() < 0.2:
        pod["spec"]["schedulerName"] = "another"
    pod["metadata"]["annotations"] = {"lab": random.choice(("", "", "", "", "Succeeded", "Failed", "Terminating"))}
    return pod


def _without_shared_ends(holders: list[Json]) -> list[Json]:
    """Let no Pod end that holds the very same port as another one on its node.

    The scheduler keeps a set of ports for each node, not a count (HostPortInfo.Remove): the end of one of two such Pods
    frees the port in its eyes although the other still holds it, until it starts anew. What it then does depends on
    its memory, not on anything that the API shows; and only Pods with a nodeName of their own can get there.
    """
    keys = [{(pod["spec"]["nodeName"], *key) for key in _keys(pod)} for pod in holders]
    for index, pod in enumerate(holders):
        others = set().union(*keys[:index], *keys[index + 1 :])
        if keys[index] & others and pod["metadata"]["annotations"]["lab"] in ("Succeeded", "Failed"):
            pod["metadata"]["annotations"]["lab"] = ""
    return holders


def _keys(pod: Json) -> set[tuple[str, str, int]]:
    containers = (*pod["spec"]["containers"], *pod["spec"]["initContainers"])
    return {
        (port.get("protocol") or "TCP", port.get("hostIP") or "0.0.0.0", port.get("hostPort") or port["containerPort"])
        for container in containers
        for port in container["ports"]
    }


def _preemptor(random: Random, name: str) -> Json:
    """More important than all holders, so that it is nominated for the node of one whose port it wants."""
    pod = _pod(random, name)
    pod["spec"] |= {"priorityClassName": HIGH, "tolerations": [{"operator": "Exists"}]}
    pod["spec"]["affinity"] = _required({"matchFields": [_name_in(f"n{random.randrange(PLACES)}")]})
    return pod


def _candidate(random: Random, name: str) -> Json:
    pod = _pod(random, name)
    spec = pod["spec"]
    spec["tolerations"] = [_toleration(random) for _ in range(random.choice((0, 0, 1, 2)))]
    spec["priorityClassName"] = random.choice((NEVER, NEVER, NEVER, TOP))
    if random.random() < 0.4:
        spec["tolerations"] = [{"operator": "Exists"}] if random.random() < 0.8 else []
        spec["affinity"] = _required({"matchFields": [_name_in(f"n{random.randrange(PLACES)}")]})
    elif random.random() < 0.4:
        spec["affinity"] = _required(*(_term(random) for _ in range(random.choice((1, 1, 2)))))
    if random.random() < 0.3:
        spec["nodeSelector"] = random.choice(
            (
                {"zone": "a"},
                {"zone": "b", "disk": "ssd"},
                {"disk": ""},
                {"kubernetes.io/hostname": "n3"},
                {"nowhere": "x"},
            )
        )
    return pod


def _pod(random: Random, name: str) -> Json:
    host_network = random.random() < 0.5
    used: set[tuple[str, str, int]] = set()
    containers = [_container(random, f"c{i}", used, host_network) for i in range(random.choice((1, 1, 2)))]
    inits = [_container(random, f"i{i}", set(), host_network) for i in range(random.choice((0, 0, 0, 1, 2)))]
    for init in inits:
        if random.random() < 0.6:
            init["restartPolicy"] = "Always"
    return {
        "metadata": {"name": name},
        "spec": {"hostNetwork": host_network, "containers": containers, "initContainers": inits},
    }


def _container(random: Random, name: str, used: set[tuple[str, str, int]], host_network: bool) -> Json:
    ports = []
    for _ in range(random.choice((0, 1, 1, 1, 2))):
        protocol, ip, number = random.choice(PROTOCOLS), random.choice(IPS), random.choice(PORTS)
        key = (protocol or "TCP", ip, number)
        if key not in used:  # the API server refuses duplicates of this very key
            used.add(key)
            ports.append(_port(random, protocol, ip, number, host_network))
    return {"name": name, "image": "x", "ports": ports}


def _port(random: Random, protocol: str | None, ip: str, number: int, host_network: bool) -> Json:
    written: Json = {"containerPort": number}
    if not host_network:
        written["containerPort"] = random.choice((number, 1234))
    if not host_network or random.random() < 0.5:
        written["hostPort"] = number
    if not host_network and random.random() < 0.2:
        del written["hostPort"]
    return {**written, **({"protocol": protocol} if protocol else {}), **({"hostIP": ip} if ip else {})}


def _toleration(random: Random) -> Json:
    toleration: Json = {"key": random.choice(("gpu", "team", "node.kubernetes.io/unschedulable")), "operator": "Exists"}
    if random.random() < 0.5:
        toleration |= {"operator": "Equal", "value": random.choice(("a", "b", ""))}
    if random.random() < 0.2:
        toleration = {"operator": "Exists"}
    effect = random.choice(("", *EFFECTS))
    return {**toleration, "effect": effect} if effect else toleration


def _term(random: Random) -> Json:
    term: Json = {"matchExpressions": [_expression(random) for _ in range(random.choice((0, 1, 1, 2)))]}
    if random.random() < 0.2:
        operator = random.choice(("In", "NotIn"))
        term["matchFields"] = [
            {"key": "metadata.name", "operator": operator, "values": [f"n{random.randrange(PLACES)}"]}
        ]
    return term


def _expression(random: Random) -> Json:
    key, operator = (
        random.choice(("zone", "disk", "size")),
        random.choice(("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")),
    )
    found: Json = {"key": key, "operator": operator}
    if operator in ("In", "NotIn"):
        found["values"] = random.sample(("a", "b", "c", "ssd", ""), random.choice((1, 2)))
    elif operator in ("Gt", "Lt"):
        found |= {
            "key": random.choice(("size", "size", "zone")),
            "values": [random.choice(("0", "2", "05", "x", "9223372036854775807"))],
        }
    return found


def _name_in(name: str) -> Json:
    return {"key": "metadata.name", "operator": "In", "values": [name]}


def _required(*terms: Json) -> Json:
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}}


def smaller(world: World) -> list[World]:
    """Worlds with something taken away, the boldest first: what a shrinker tries."""
    found: list[World] = []
    for name in ("preemptors", "holders", "nodes"):
        whole: list[Json] = getattr(world, name)
        size = len(whole)
        while size:
            for start in range(0, len(whole), size):
                copy = deepcopy(world)
                setattr(copy, name, whole[:start] + whole[start + size :])
                found.append(copy)
            size //= 2
    return found + [
        World(world.nodes, world.holders, world.preemptors, [c]) for c in _smaller_pods(world.candidates[-1])
    ]


def _smaller_pods(pod: Json) -> list[Json]:
    optional = [key for key in ("tolerations", "affinity", "nodeSelector", "initContainers") if pod["spec"].get(key)]
    found = [{**pod, "spec": {k: v for k, v in pod["spec"].items() if k != key}} for key in optional]
    for group in ("containers", "initContainers"):
        for i, container in enumerate(pod["spec"].get(group) or ()):
            for j in range(len(container["ports"])):
                copy = deepcopy(pod)
                del copy["spec"][group][i]["ports"][j]
                found.append(copy)
    return found
