"""Label and field selectors for snapshots, with the API server's syntax and meaning (apimachinery labels/selector.go)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kubectl_hostnet.errors import UsageError
from kubectl_hostnet.source import objects

Labels = Mapping[str, objects.Text]
SET = re.compile(r"^(?P<key>[^\s!=,()]+)\s+(?P<op>in|notin)\s*\((?P<values>[^()]*)\)$")
EQUAL = re.compile(r"^(?P<key>[^\s!=,()<>]+)\s*(?P<op>==|=|!=)\s*(?P<value>[^\s!=,()]*)$")
EXISTS = re.compile(r"^(?P<no>!?)\s*(?P<key>[^\s!=,()<>]+)$")
FIELDS: dict[str, Callable[[objects.Pod, objects.PodSpec, objects.PodStatus], str | None]] = {
    "metadata.name": lambda pod, _spec, _status: pod.metadata.name,
    "metadata.namespace": lambda pod, _spec, _status: pod.metadata.namespace or "default",
    "spec.nodeName": lambda _pod, spec, _status: spec.node_name,
    "spec.restartPolicy": lambda _pod, spec, _status: spec.restart_policy,
    "spec.schedulerName": lambda _pod, spec, _status: spec.scheduler_name,
    "spec.serviceAccountName": lambda _pod, spec, _status: spec.service_account_name,
    "spec.hostNetwork": lambda _pod, spec, _status: "true" if spec.host_network else "false",
    "status.phase": lambda _pod, _spec, status: status.phase,
    "status.podIP": lambda _pod, _spec, status: status.pod_ip,
    "status.nominatedNodeName": lambda _pod, _spec, status: status.nominated_node_name,
}


def label_matcher(selector: str) -> Callable[[Labels], bool]:
    """A function that says whether labels match; raises UsageError for a selector that the API server refuses too."""
    requirements = [_requirement(part.strip(), selector) for part in _split(selector)]
    return lambda labels: all(holds(labels) for holds in requirements)


def field_matcher(selector: str) -> Callable[[objects.Pod], bool]:
    """A function that says whether a Pod's fields match; the fields are those of kubernetes-facts.md 4.1."""
    checks = [_field(part.strip(), selector) for part in selector.split(",") if part.strip()]

    def matches(pod: objects.Pod) -> bool:
        spec, status = pod.spec or objects.PodSpec(), pod.status or objects.PodStatus()
        return all(((FIELDS[name](pod, spec, status) or "") == value) is equal for name, equal, value in checks)

    return matches


def _split(selector: str) -> list[str]:
    return [part for part in re.split(r",(?![^(]*\))", selector) if part.strip()]


def _requirement(part: str, selector: str) -> Callable[[Labels], bool]:
    if found := SET.match(part):
        values = {value.strip() for value in found["values"].split(",")}
        key, inside = found["key"], found["op"] == "in"
        return lambda labels: (key in labels and labels[key] in values) if inside else labels.get(key) not in values
    if found := EQUAL.match(part):
        key, value, equal = found["key"], found["value"], found["op"] != "!="
        return lambda labels: (key in labels and (labels[key] or "") == value) is equal
    if found := EXISTS.match(part):
        key, absent = found["key"], bool(found["no"])
        return lambda labels: (key not in labels) if absent else key in labels
    raise UsageError(f"invalid label selector {selector!r}", "write it as app=web,tier!=front or 'app in (a, b)'")


def _field(part: str, selector: str) -> tuple[str, bool, str]:
    found = re.match(r"^(?P<name>[\w.]+)\s*(?P<op>==|=|!=)\s*(?P<value>.*)$", part)
    if not found or found["name"] not in FIELDS:
        known = ", ".join(FIELDS)
        raise UsageError(f"invalid field selector {selector!r}", f"write it as spec.nodeName=NODE; fields: {known}")
    return found["name"], found["op"] != "!=", found["value"]
