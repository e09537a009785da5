"""What the endpoints of one Pod mean together, with what the cluster says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from builders import listing, node, pod, service

from kubectl_hostnet.analysis.asking import Wishes
from kubectl_hostnet.analysis.claims import Claim, Evidence
from kubectl_hostnet.analysis.conclusion import conclude
from kubectl_hostnet.analysis.endpoints import Choice, Endpoint, endpoints_of
from kubectl_hostnet.analysis.followups import judged, share_neighbours, withdraw
from kubectl_hostnet.analysis.holders import holders_of
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.analysis.probing import findings, probe_report
from kubectl_hostnet.analysis.results import Case, Result
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.inventory.inventory import Inventory, inventory_from
from kubectl_hostnet.probe.observation import Http, Icmp, Observation, Target, Timings
from kubectl_hostnet.source.query import Query
from kubectl_hostnet.source.snapshot import Snapshot

V4, V6 = "198.51.100.11", "2001:db8::11"
CONNECTED = Timings(connect=0.4, total=1.0)
SILENT = {"end": "timeout", "phase": "connect", "timings": Timings(total=5000)}
REFUSED = {"end": "failed", "phase": "connect", "error": "Connection refused", "errno": "ECONNREFUSED"}
CRASHED = {
    "name": "main", "ready": False, "restartCount": 5,
    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": {"terminated": {"exitCode": 1, "message": "bind: Address already in use"}},
}  # fmt: skip


def inventory(*objects: dict[str, Any]) -> Inventory:
    source = Snapshot("-", json.dumps(listing(*objects)).encode())
    return inventory_from(source.read(Query(pods="all", namespace=None)))


def influx(status: int = 204) -> dict[str, Any]:
    headers = (("X-Influxdb-Version", "1.6.7"),)
    return {"end": "answered", "timings": CONNECTED, "http": Http("HEAD", "1.1", status, "", headers, b"", (status,))}


def case(
    seen: dict[str, dict[str, Any]],
    *objects: dict[str, Any],
    claims: tuple[Claim, ...] = (),
    every_node: bool = False,
    vantages: tuple[str, ...] = ("here",),
    **more: Any,
) -> Case:
    """The case of the first Pod; `seen` says what was seen at each address, and at address:port, and from each place."""
    known = inventory(*(objects or (node("node-1", V4, V6), pod(status=ADDRESSES))))
    first = known.pods[0]
    known_claims = claims or pod_claims(first, known, load())
    endpoints = endpoints_of(
        first, known.node_by_name, known_claims, load(), choice=Choice(every_node=every_node), wishes=Wishes()
    )
    results = [
        result(e, seen, place) for e in endpoints for place in vantages if f"{place}/{e.address.address}" in seen or e.address.address in seen
    ]  # fmt: skip
    wanted = {(r.endpoint.node, r.endpoint.claim.port, "TCP") for r in results}
    everyone = {p.key: pod_claims(p, known, load()) for p in known.pods}
    holders = holders_of(wanted, first, known, everyone)
    return Case(first, known.node_by_name.get(first.node), results, holders, **more)


def result(endpoint: Endpoint, seen: dict[str, dict[str, Any]], vantage: str) -> Result:
    address = endpoint.address.address
    fields = seen.get(f"{vantage}/{address}") or seen.get(f"{address}:{endpoint.claim.port}") or seen[address]
    return judged(endpoint, Observation(endpoint.target, vantage=vantage, **fields))


ADDRESSES = {
    "podIP": V4, "podIPs": [{"ip": V4}, {"ip": V6}], "hostIP": V4, "hostIPs": [{"ip": V4}, {"ip": V6}],
}  # fmt: skip


def sentences(case: Case) -> str:
    found = conclude(case)
    return "\n".join([found.conclusion, *found.reasons])


def test_reachable() -> None:
    assert sentences(case({V4: influx(), V6: influx()})) == (
        f"8086/TCP: reachable at {V4}:8086, [{V6}]:8086 (influxdb 1.6.7, healthy)"
    )


def test_refused_and_ready_is_most_likely_the_wrong_address_and_never_a_dead_application() -> None:
    words = sentences(case({V4: REFUSED, V6: REFUSED}))
    assert "bound to 127.0.0.1 or to another address" in words
    assert "known from its application only" in words
    assert "declares no readiness probe, so that says little" in words
    assert "a firewall that answers with a reset looks the same" in words
    assert "is down" not in words


def test_refused_and_crashing_is_the_application_down_and_who_holds_its_port() -> None:
    crashing = pod(status={**ADDRESSES, "containerStatuses": [CRASHED], "conditions": []})
    other = pod("other", image="influxdb:2.7")
    words = sentences(case({V4: REFUSED}, crashing, other, node("node-1", V4)))
    assert "the application is down: container main is in CrashLoopBackOff (5 restarts, last exit code 1)" in words
    assert "the address is already in use" in words
    assert "pod default/other claims the same port on node-1" in words


def test_refused_and_not_ready_is_still_starting() -> None:
    starting = pod(status={**ADDRESSES, "conditions": [{"type": "Ready", "status": "False"}]})
    assert "it may still be starting" in sentences(case({V4: REFUSED}, starting, node("node-1", V4)))


def test_one_family_only() -> None:
    words = sentences(case({V4: influx(), V6: REFUSED}))
    assert (
        f"[{V6}]:8086: refused, while the port answers at another address: the listener is not bound to IPv6" in words
    )


def test_silence_here_and_an_answer_there_is_a_filter_on_the_way() -> None:
    words = sentences(case({f"here/{V4}": SILENT, f"apiserver/{V4}": influx()}, vantages=("here", "apiserver")))
    assert words.startswith(f"{V4}:8086: filtered between here and the node: from apiserver it answers")
    assert "other ports" not in words


@pytest.mark.parametrize(
    ("ready", "more", "words"),
    [
        ("True", {"alive": frozenset({V4})}, "a firewall between here and the node drops it"),
        ("True", {"dead": frozenset({V4})}, "the cluster says that the node is Ready, so there is no path from here"),
        ("Unknown", {"dead": frozenset({V4})}, "node node-1 is NotReady: it is probably down"),
        ("True", {}, "whether the application is up was not seen"),
    ],
)
def test_silence(ready: str, more: dict[str, Any], words: str) -> None:
    target = node("node-1", V4)
    target["status"]["conditions"] = [{"type": "Ready", "status": ready}]
    said = sentences(case({V4: SILENT}, target, pod(status=ADDRESSES), **more))
    assert words in said
    assert "application is down" not in said


def test_a_port_that_answers_beside_a_silent_one_shows_a_firewall() -> None:
    ports = [{"containerPort": 8086}, {"containerPort": 9999}]
    objects = (node("node-1", V4), pod(status=ADDRESSES, ports=ports))
    words = sentences(case({f"{V4}:8086": influx(), f"{V4}:9999": SILENT, V4: SILENT}, *objects))
    assert f"{V4}:9999: no answer, while other ports of {V4} answer" in words


def test_someone_else_is_named_from_claims() -> None:
    nginx = {"end": "answered", "timings": CONNECTED, "http": Http("HEAD", "1.1", 200, "OK", (("Server", "nginx"),))}
    other = pod("web", "shop", image="nginx", ports=[{"containerPort": 8086}])
    words = sentences(case({V4: nginx}, pod(status=ADDRESSES), other, node("node-1", V4)))
    assert f"{V4}:8086: held by someone else" in words
    assert "(Server: nginx)" in words
    assert "pod shop/web also claims the port" in words


def test_not_well_although_ready() -> None:
    words = sentences(case({V4: influx(503)}))
    assert f"{V4}:8086: reachable, but the application is not well, although the Pod is Ready" in words


def test_every_node_that_refuses_is_right_and_another_answer_is_named() -> None:
    nodes = (node("node-1", V4), node("node-2", "198.51.100.12"), node("node-3", "198.51.100.13"))
    seen = {V4: influx(), "198.51.100.12": REFUSED, "198.51.100.13": REFUSED}
    objects = (pod(status=ADDRESSES), *nodes)
    found = case(seen, *objects, every_node=True)
    assert "node-2, node-3: refused on 8086/TCP, as they should: the Pod is on node-1" in sentences(found)
    assert findings(found.results) == []

    other = pod("influx-2", node="node-3", status={**ADDRESSES, "podIP": "198.51.100.13"})
    words = sentences(case({**seen, "198.51.100.13": influx()}, *objects, other, every_node=True))
    assert "node-3: answers on 8086/TCP too: pod default/influx-2" in words
    assert "node-2: refused on 8086/TCP" in words


def test_a_daemonsets_sibling_and_a_node_port_are_told_apart() -> None:
    owner = {"metadata": {"ownerReferences": [{"kind": "DaemonSet", "name": "db", "controller": True}]}}
    first = pod("db-1", status=ADDRESSES, **owner)
    second = pod("db-2", node="node-2", status=ADDRESSES, **owner)
    outside = service("db", {"app": "db"}, {"port": 80, "nodePort": 8086}, type="NodePort")
    nodes = (node("node-1", V4), node("node-2", "198.51.100.12"))
    words = sentences(case({V4: influx(), "198.51.100.12": influx()}, first, second, outside, *nodes, every_node=True))
    assert (
        "node-2: answers on 8086/TCP too: pod default/db-2 of the same DaemonSet and service default/db (NodePort"
        in words
    )


LOOPBACK = Claim(8088, "TCP", "127.0.0.1", "main", None, "medium", (Evidence("application", "", ""),))


def test_a_loopback_listener_is_refused_by_right_and_its_answer_is_an_exposure() -> None:
    found = case({V4: REFUSED}, claims=(LOOPBACK,))
    assert "8088/TCP: bound to 127.0.0.1 on the node: that it is refused from outside is right" in sentences(found)
    assert findings(found.results) == []
    exposed = {"end": "answered", "timings": CONNECTED, "data": b"hello"}
    assert "it is exposed, or another process holds it" in sentences(case({V4: exposed}, claims=(LOOPBACK,)))


def test_where_everything_is_accepted_nothing_is_said_of_the_application() -> None:
    found = case({V4: {"end": "closed", "phase": "answer", "timings": CONNECTED}})
    controls = [Observation(Target(V4, port), "answered", timings=CONNECTED) for port in (1, 49151)]
    said = sentences(replace(found, results=withdraw(found.results, controls)))
    assert said.startswith("nothing can be said from here")
    assert "held by someone else" not in said
    one_refuses = [controls[0], Observation(Target(V4, 49151), **REFUSED)]
    assert withdraw(found.results, one_refuses) == found.results


def test_an_application_that_proved_itself_behind_such_a_proxy_stays_reachable() -> None:
    found = case({V4: influx()})
    controls = [Observation(Target(V4, port), "answered", timings=CONNECTED) for port in (1, 49151)]
    assert withdraw(found.results, controls) == found.results


def test_a_family_without_a_route_here_is_no_finding_while_the_other_answers() -> None:
    no_route = {
        "end": "failed",
        "phase": "connect",
        "local": True,
        "error": "Network is unreachable",
        "errno": "ENETUNREACH",
    }
    found = case({V4: influx(), V6: no_route})
    assert findings(found.results) == []
    alone = case({V4: no_route, V6: no_route})
    assert findings(alone.results) == alone.results


def test_a_stale_address_is_told() -> None:
    moved = pod(status={**ADDRESSES, "podIP": "198.51.100.99", "podIPs": [{"ip": "198.51.100.99"}]})
    assert "podIP 198.51.100.99 is not an address of node node-1 any more" in sentences(
        case({V4: influx()}, moved, node("node-1", V4))
    )


def test_a_flap_is_not_hidden() -> None:
    flapped = {**influx(), "earlier": ("connect: Connection refused",)}
    assert f"{V4}:8086: 1 attempt failed before this one" in sentences(case({V4: flapped}))


def test_the_report_shows_all_of_it_in_the_promised_keys() -> None:
    icmp = Icmp("IPv4", 3, 13, "administratively prohibited", V4)
    found = case({V4: influx(), V6: {**REFUSED, "icmp": icmp}})
    report = probe_report(found.results, [conclude(found)], (), ())
    items = msgspec.to_builtins(report.items)
    promised = {
        "verdict",
        "cause",
        "assumes",
        "verify",
        "vantage",
        "address",
        "port",
        "protocol",
        "pod",
        "node",
        "http",
        "timings",
    }
    assert all(promised <= set(item) for item in items)
    assert {"status", "headers", "application", "version"} <= set(items[0]["http"])
    assert set(items[0]["timings"]) == {"resolve", "connect", "tls", "firstByte", "total"}
    assert (items[0]["verdict"], items[0]["http"]["application"], items[0]["http"]["version"]) == (
        "reachable",
        "influxdb",
        "1.6.7",
    )
    assert (items[1]["verdict"], items[1]["http"]) == ("rejected", None)
    assert report.found
    assert report.extra["conclusions"][0].pod == "web"
    assert any("no Service and no kube-proxy is involved" in line for line in report.summary)


def test_what_could_not_be_tried_is_a_gap_and_a_failure_and_no_verdict() -> None:
    found = case({V4: {"end": "own", "error": "Too many open files", "errno": "EMFILE"}})
    report = probe_report(found.results, [conclude(found)], (), ())
    assert report.items == []
    assert not report.complete
    assert not report.found
    assert report.failure is not None
    assert report.failure.exit_code == 3
    assert "Too many open files" in report.failure.message


def test_silence_beside_a_missing_neighbour_has_the_same_reason() -> None:
    missing = {**REFUSED, "errno": "EHOSTUNREACH", "error": "No route to host"}
    missing["icmp"] = Icmp("IPv4", 3, 1, "host unreachable", "198.51.100.1", own=True)
    ports = [{"containerPort": 8086}, {"containerPort": 9999}]
    objects = (node("node-1", V4), pod(status=ADDRESSES, ports=ports))
    found = case({f"{V4}:8086": missing, f"{V4}:9999": SILENT, V4: SILENT}, *objects)
    assert [r.verdict for r in found.results] == ["no-route", "filtered"]
    shared = share_neighbours(found.results)
    assert [r.verdict for r in shared] == ["no-route", "no-route"]
    words = sentences(replace(found, results=shared))
    assert words.startswith(f"{V4}:8086, {V4}:9999: no-route: nobody on this machine's own network answers")
