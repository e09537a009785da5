"""Every application's file: complete, unambiguous, and its examples are what the program claims."""

from __future__ import annotations

import re

import pytest

from kubectl_hostnet.analysis.claims import Claim
from kubectl_hostnet.analysis.offline import pod_claims
from kubectl_hostnet.applications.catalog import load
from kubectl_hostnet.applications.images import RULE
from kubectl_hostnet.applications.schema import Application, Example
from kubectl_hostnet.inventory.container import Container, EnvVar
from kubectl_hostnet.inventory.inventory import Inventory
from kubectl_hostnet.inventory.pod import Pod

APPLICATIONS = list(load())
EXAMPLES = [pytest.param(a, e, id=f"{a.name}-{i}") for a in APPLICATIONS for i, e in enumerate(a.examples)]
SCHEMES = {"http", "https", "tcp", "grpc", "banner"}
# One letter or word that many images end in: only with the folder before it.
TOO_GENERAL = {"agent", "controller", "operator", "node", "server", "proxy", "speaker", "manager", "worker", "master",
               "client", "driver", "daemon", "base", "app", "core", "api", "web", "ui", "cni", "exporter", "plugin"}  # fmt: skip


def container_of(example: Example) -> Container:
    variables = tuple(EnvVar(name, value, "", ("", ""), "") for name, value in example.env.items())
    return Container("c", example.image, "regular", "spec.containers[0]", example.command, example.args, variables)


def text_of(claim: Claim) -> str:
    bind = f"[{claim.bind}]:" if ":" in claim.bind else f"{claim.bind}:" if claim.bind else ""
    return f"{bind}{claim.port}/{claim.protocol}"


@pytest.mark.parametrize(("application", "example"), EXAMPLES)
def test_an_example_holds(application: Application, example: Example) -> None:
    container = container_of(example)
    pod = Pod("default", "example", host_network=True, containers=(container,))
    claims = [c for c in pod_claims(pod, Inventory(), load()) if c.confidence != "low"]
    assert sorted(text_of(claim) for claim in claims) == sorted(example.ports)
    matched = load().match(container)
    assert matched is application or not example.ports


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda a: a.name)
def test_a_file_is_complete(application: Application) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", application.name)
    assert application.homepage.startswith(("https://", "http://"))
    assert application.source
    assert application.title
    assert application.images or application.commands
    assert application.examples
    assert application.ports or application.notes, "say why it listens on nothing"


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda a: a.name)
def test_ports_are_well_formed(application: Application) -> None:
    for port in application.ports:
        assert 0 < port.port < 65536
        assert port.protocol in {"TCP", "UDP", "SCTP"}
        assert port.owner in {"", "kernel"}
        assert port.bind in {"", "node"} or re.fullmatch(r"[0-9.]+|[0-9a-f:]+", port.bind)
        assert not port.needs or port.when or port.unless, "`when` says in words what `needs` checks"
        assert RULE.sub("", port.versions).strip() == "", port.versions
        assert all(flag.startswith("-") for flag in port.flags)
        assert all(not name.startswith("-") and " " not in name for name in port.env)


@pytest.mark.parametrize("application", [a for a in APPLICATIONS if a.health], ids=lambda a: a.name)
def test_a_health_check_asks_a_known_port(application: Application) -> None:
    health = application.health
    assert health
    assert health.scheme in SCHEMES
    assert health.path.startswith("/")
    assert health.scheme != "banner" or health.expect
    asked = health.port or application.ports[0].port
    assert asked in {port.port for port in application.ports}


def test_patterns_are_not_too_greedy() -> None:
    for application in APPLICATIONS:
        for pattern in application.images:
            name = pattern.partition(":")[0].rsplit("/", 1)[-1]
            assert "/" in pattern or name not in TOO_GENERAL, f"{application.name}: {pattern}"
            assert sum(sign not in "*?[]" for sign in name) > 2 or "/" in pattern, f"{application.name}: {pattern}"


def test_no_two_files_want_the_same_image_or_program() -> None:
    images: dict[tuple[str, tuple[str, ...], tuple[str, ...]], str] = {}
    programs: dict[str, str] = {}
    for application in APPLICATIONS:
        for pattern in application.images:
            assert images.setdefault((pattern, application.tags, application.run), application.name) == application.name
        for program in application.commands:
            assert programs.setdefault(program, application.name) == application.name


def test_there_are_enough() -> None:
    assert len(APPLICATIONS) >= 120
