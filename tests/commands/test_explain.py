"""The verb explain."""

from __future__ import annotations

import json
from typing import get_args

import yaml
from conftest import Run

from kubectl_hostnet.analysis import live
from kubectl_hostnet.analysis.claims import CONFIDENCES, Source
from kubectl_hostnet.analysis.explain import close_names
from kubectl_hostnet.analysis.live_nodes import OF_THE_NODE, UNKNOWN
from kubectl_hostnet.analysis.rules import Verdict
from kubectl_hostnet.analysis.topics import TOPICS
from kubectl_hostnet.applications.catalog import load

INFLUXDB = """\
FIELD             VALUE
name              influxdb
title             InfluxDB
homepage          https://docs.influxdata.com/influxdb/v2/
images            influxdb
programs          influxd
port              8086/TCP HTTP API and UI
  moved by        --http-bind-address, INFLUXD_HTTP_BIND_ADDRESS
  configuration   http-bind-address
health            http HEAD /ping on port 8086: 204, header X-Influxdb-Version
"""


def test_an_application_is_shown_with_what_moves_its_port(run: Run) -> None:
    done = run("explain", "influxdb")
    assert done.code == 0
    assert done.out.startswith(INFLUXDB)
    assert "source            influxdata/docs-v2" in done.out


def test_a_port_that_must_be_switched_on_is_shown_with_its_condition(run: Run) -> None:
    lines = [line.split(maxsplit=1) for line in run("explain", "kured").out.splitlines()]
    assert ["port", "8080/TCP metrics"] in lines
    done = run("explain", "flannel")
    assert "8285/UDP UDP backend (not by default)" in done.out
    assert "  when              with Backend.Type udp" in done.out
    assert "8472/UDP VXLAN (the kernel's socket)" in done.out


def test_without_a_subject_all_are_listed(run: Run) -> None:
    done = run("explain")
    lines = done.out.splitlines()
    assert lines[0].split() == ["NAME", "TITLE", "PORTS"]
    assert len(lines) == len(load()) + 3
    assert lines[-1] == f"Topics: {', '.join(TOPICS)}"


def test_json_and_yaml_say_the_same(run: Run) -> None:
    document = json.loads(run("explain", "flannel", "-o", "json").out)
    assert yaml.safe_load(run("explain", "flannel", "-o", "yaml").out) == document
    vxlan = document["items"][0]["ports"][0]
    assert (document["kind"], vxlan["port"], vxlan["protocol"], vxlan["owner"]) == (
        "Application",
        8472,
        "UDP",
        "kernel",
    )
    assert vxlan["byDefault"] is True


def test_an_image_is_explained_by_what_it_holds(run: Run) -> None:
    assert "name           node-exporter" in run("explain", "quay.io/prometheus/node-exporter:v1.5.0").out


def test_a_port_is_explained_by_who_uses_it(run: Run) -> None:
    assert {line.split()[0] for line in run("explain", "8472/udp", "--no-headers").out.splitlines()} == {
        "cilium-agent",
        "flannel",
        "k3s",
    }
    assert run("explain", "8472/tcp").code == 2


def test_a_typing_error_gets_a_suggestion(run: Run) -> None:
    done = run("explain", "infuxdb")
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        "error: nothing is known of 'infuxdb'",
        "hint: did you mean influxdb, influxdb3, influxdb1?",
    ]


def test_something_else_gets_the_way_to_the_list(run: Run) -> None:
    assert run("explain", "qqqqqqqq").err.endswith("hint: `kubectl hostnet explain` lists the applications\n")


def test_control_characters_do_not_reach_the_terminal(run: Run) -> None:
    assert "\x1b" not in run("explain", "\x1b[31mred").err


def test_names_for_scripts(run: Run) -> None:
    assert run("explain", "influxdb", "-o", "name").out == "application/influxdb\n"


def test_a_topic_tells_of_its_words(run: Run) -> None:
    done = run("explain", "verdicts")
    assert done.code == 0
    assert done.out.splitlines()[1].startswith("reachable")


def test_a_word_is_explained_in_each_topic_that_has_it(run: Run) -> None:
    assert run("explain", "undeclared").out.splitlines()[1].startswith("undeclared   a process listens")
    lines = [line.split()[:2] for line in run("explain", "Refused", "--no-headers").out.splitlines()]
    assert lines == [["verdicts", "refused"], ["conflicts", "refused"]]
    assert run("explain", "loopback").out.splitlines()[1].startswith("loopback only ")
    assert "did you mean undeclared" in run("explain", "undeclaired").err


def test_words_are_not_hidden_by_applications() -> None:
    listed = {word for _, words in TOPICS.values() for word in words}
    assert not listed & {*load().names}


def test_help_names_every_topic(run: Run) -> None:
    assert f"Topics: {', '.join(TOPICS)}." in " ".join(run("explain", "--help").out.split())


def test_topics_are_complete() -> None:
    assert tuple(TOPICS["evidence"][1]) == get_args(Source)
    assert tuple(TOPICS["confidence"][1]) == CONFIDENCES
    assert set(TOPICS["verdicts"][1]) == set(get_args(Verdict))
    said = {value for name, value in vars(live).items() if name.isupper() and isinstance(value, str)}
    assert said | {OF_THE_NODE, UNKNOWN} <= set(TOPICS["remarks"][1])


def test_every_application_has_a_page_in_every_format(run: Run) -> None:
    for form in ("table", "wide", "csv", "markdown", "name"):
        assert run("explain", "-o", form).code == 0
    for name in load().names:
        assert name in run("explain", name).out


def test_close_names() -> None:
    assert close_names("node_exporter", ["node-exporter", "nginx"]) == ["node-exporter"]
    assert close_names("calico", ["calico-node", "calico-typha", "x"]) == ["calico-node", "calico-typha"]
    assert close_names("zz", ["zzz-a"]) == []
