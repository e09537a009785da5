from __future__ import annotations

from typing import Any

import msgspec
import pytest
from builders import pod as pod_object
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.analysis.binding import bind_failure, bind_failures, binds_meet, health
from kubectl_hostnet.inventory.pod import Pod, pod_from
from kubectl_hostnet.source import objects

BINDS = st.sampled_from(["", "0.0.0.0", "::", "*", "127.0.0.1", "10.0.0.1", "::1", "fd00::1", "fd00:0::1"])


def pod(**status: Any) -> Pod:
    container = {"name": "main", "ready": False, "restartCount": 0, **status}
    return pod_from(msgspec.convert(pod_object(status={"containerStatuses": [container]}), objects.Pod))


@given(BINDS, BINDS)
def test_binds_meet_whoever_comes_first_and_always_themselves(one: str, other: str) -> None:
    assert binds_meet(one, other) == binds_meet(other, one)
    assert binds_meet(one, one)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("", "127.0.0.1", True),
        ("0.0.0.0", "10.0.0.1", True),
        ("0.0.0.0", "::1", False),
        ("0.0.0.0", "::", True),
        ("::", "10.0.0.1", True),
        ("127.0.0.1", "10.0.0.1", False),
        ("fd00::1", "fd00:0::1", True),
    ],
)
def test_two_addresses_can_share_a_port(one: str, other: str, *, meet: bool) -> None:
    assert binds_meet(one, other) is meet


@pytest.mark.parametrize(
    ("words", "port"),
    [
        ("listen: listen tcp :22200: bind: address already in use", 22200),
        ("2026/01/01 12:30:45 listen tcp [::]:9100: bind: address already in use", 9100),
        ("nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)", 80),
        ("Error: listen EADDRINUSE: address already in use :::3000", 3000),
        ("Could not create server TCP listening socket *:6379: bind: Address already in use", 6379),
        (
            "OSError: [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use",
            8000,
        ),
        ("Web server failed to start. Port 8080 was already in use.", 8080),
        ("java.net.BindException: Address already in use (Bind failed)", 0),
        ("run: open server: open service: listen tcp :8086: bind: address already in use", 8086),
    ],
)
def test_programs_name_the_port_that_they_could_not_have(words: str, port: int) -> None:
    found = bind_failure("main", f"starting\n{words}\nbye")
    assert found is not None
    assert (found.port, found.words) == (port, words)


@given(st.text())
def test_any_text_can_be_read(words: str) -> None:
    found = bind_failure("main", words)
    assert found is None or 0 <= found.port <= 65535


def test_other_last_words_say_nothing_of_ports() -> None:
    assert bind_failure("main", "panic: runtime error: index out of range\nlisten tcp :80") is None


RUNNING, CRASHED = {"running": {}}, {"terminated": {"exitCode": 1, "message": "bind: address already in use :80"}}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"state": RUNNING, "ready": True}, "well"),
        ({"state": RUNNING}, "doubtful"),
        ({"state": RUNNING, "ready": True, "restartCount": 3, "lastState": CRASHED}, "well"),
        ({"state": {"waiting": {"reason": "CrashLoopBackOff"}}, "restartCount": 3, "lastState": CRASHED}, "troubled"),
        ({"state": {"waiting": {"reason": "ContainerCreating"}}}, "unknown"),
        ({"state": CRASHED}, "troubled"),
        ({"state": {"terminated": {"exitCode": 0}}}, "well"),
        ({}, "unknown"),
    ],
)
def test_how_a_container_looks(status: dict[str, Any], expected: str) -> None:
    assert health(pod(**status), "main") == expected


def test_a_container_that_is_not_told_of_has_the_state_of_the_worst() -> None:
    assert health(pod(state=CRASHED), "other") == "troubled"
    assert health(pod(state=CRASHED), None) == "troubled"


def test_the_last_words_of_a_run_count_while_it_is_about_to_run_again() -> None:
    waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}}
    found = list(bind_failures(pod(state=waiting, restartCount=3, lastState=CRASHED)))
    assert [(f.container, f.port) for f in found] == [("main", 80)]
    assert list(bind_failures(pod(state=RUNNING, ready=True, restartCount=1, lastState=CRASHED))) == []
