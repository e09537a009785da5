"""Conditions: which known ports are open, given flags, variables and configuration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.applications.defaults import Settings, default_ports, holds, is_open, settings_of
from kubectl_hostnet.applications.schema import Application, KnownPort
from kubectl_hostnet.inventory.container import Container, EnvVar

WORDS = (
    "dnsmasq",
    "--enable-tftp",
    "--port=0",
    "-p",
    "80",
    "--tunnel",
    "geneve",
    "--quiet=false",
    "master",
    "/bin/worker",
)
ENV = {"DHCP_ACTIVE": "true", "EMPTY": "", "BACKEND": "bird"}
CONFIG = {"Backend.Type": "vxlan", "receivers.otlp.protocols.http": "", "enabled": "False"}
CONDITIONS = [
    ("--enable-tftp", True),
    ("-enable-tftp", True),
    ("--enable", False),
    ("--quiet", False),
    ("--quiet=false", True),
    ("--port=0", True),
    ("--port=1", False),
    ("--port", False),
    ("-p=80", True),
    ("-P=80", False),
    ("--tunnel=geneve", True),
    ("--TUNNEL=geneve", True),
    ("--tun*", True),
    ("--entry*", False),
    ("DHCP_ACTIVE=true", True),
    ("DHCP_ACTIVE=TRUE", True),
    ("DHCP_ACTIVE", True),
    ("EMPTY", False),
    ("EMPTY=", True),
    ("ABSENT", False),
    ("ABSENT=", False),
    ("BACKEND=b*", True),
    ("config Backend.Type=vxlan", True),
    ("config Backend.Type=udp", False),
    ("config Backend.Type", True),
    ("config Backend", True),
    ("config receivers.otlp.protocols.http", True),
    ("config receivers.otlp.protocols", True),
    ("config receivers.otlp.protocols.grpc", False),
    ("config enabled=false", True),
    ("master", True),
    ("worker", True),
    ("filer", False),
    ("!filer", True),
    ("!--enable-tftp", False),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_a_condition(condition: str, expected: bool) -> None:
    assert holds(condition, Settings(WORDS, ENV, CONFIG)) is expected


def test_a_port_that_must_be_switched_on_needs_evidence() -> None:
    port = KnownPort(69, "TFTP", "UDP", when="with --enable-tftp", needs=("--enable-tftp",))
    assert is_open(port, Settings(("--enable-tftp",)))
    assert not is_open(port, Settings())
    assert not is_open(KnownPort(69, "TFTP", "UDP", when="somehow"), Settings(("--enable-tftp",)))


def test_unless_is_stronger_than_needs() -> None:
    port = KnownPort(179, "BGP", needs=("--bgp",), unless=("--passive",))
    assert not is_open(port, Settings(("--bgp", "--passive")))


def test_a_variable_that_only_the_cluster_knows_is_set() -> None:
    variables = (
        EnvVar("FROM_FIELD", "", "status.hostIP", ("", ""), ""),
        EnvVar("FROM_CONFIG", "", "", ("cm", "key"), ""),
        EnvVar("NOTHING", "", "", ("", ""), ""),
    )
    settings = settings_of(Container(name="c", image="x", kind="regular", field="", env=variables))
    assert [holds(v.name, settings) for v in variables] == [True, True, False]


def test_ports_of_other_releases_are_left_out() -> None:
    known = Application(
        "x", "X", "h", "s", ports=(KnownPort(1, "old", versions="<2"), KnownPort(2, "new", versions=">=2"))
    )
    ports = {
        tag: [p.port for p in default_ports(known, Container(name="c", image=f"x:{tag}", kind="regular", field=""))]
        for tag in ("v1.9", "2.0", "latest")
    }
    assert ports == {"v1.9": [1], "2.0": [2], "latest": [2]}


@given(st.text(), st.lists(st.text(), max_size=4), st.dictionaries(st.text(), st.text(), max_size=3))
def test_no_condition_makes_it_raise(condition: str, given_words: list[str], values: dict[str, str]) -> None:
    settings = Settings(tuple(given_words), values, values)
    if not condition.startswith("!"):
        assert holds("!" + condition, settings) is not holds(condition, settings)
