"""A look by an ephemeral container: what is added, what is waited for, and what can go wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import pod
from fake_api import kubeconfig

from kubectl_hostnet.errors import ClusterError, ForbiddenError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source.channels import ExecResult
from kubectl_hostnet.source.kubeconfig import settings
from kubectl_hostnet.source.sockets import debug
from kubectl_hostnet.source.sockets.collect import pod_sockets
from kubectl_hostnet.source.sockets.debug import PATCH, DebugImageError, look_from_beside
from kubectl_hostnet.source.sockets.inside import NO_SHELL
from kubectl_hostnet.source.sockets.reading import Reading, Target
from kubectl_hostnet.source.transport import Transport
from kubectl_hostnet.source.wire import Answer

from .dumps import OWN, Proc, dump, tcp

TARGET = Target("default", "web", "main", "node-1", "img", "a" * 64)
DEBUG = OWN.replace("a" * 64, "d" * 64)
SEEN = dump(Proc(1, inodes=(1,)), rows=[tcp(80, 1)], own=DEBUG)
TERMINATED = {"terminated": {"exitCode": 0, "reason": "Completed"}}


class Api(Transport):
    """An API server that starts what it is given: `states` are the container's, one for each look at the Pod."""

    def __init__(self, path: Path, states: list[dict[str, Any]], log: bytes = SEEN) -> None:
        file = kubeconfig(path / "config", "http://127.0.0.1:1")
        super().__init__(settings(Connection(kubeconfig=str(file))))
        self.states, self.log = states, log
        self.added: list[dict[str, Any]] = []
        self.refuse: Callable[[str], None] = lambda _: None

    def send(
        self, method: str, path: str, query: str = "", body: bytes = b"", content_type: str = "application/json"
    ) -> Answer:
        self.refuse(path)
        assert (method, path.rpartition("/")[2], content_type) == ("PATCH", "ephemeralcontainers", PATCH)
        self.added += json.loads(body)["spec"]["ephemeralContainers"]
        return Answer(200, b"{}", {})

    def get(self, path: str, query: str = "", *, stop: tuple[int, ...] = ()) -> Answer:
        self.refuse(path)
        if path.endswith("/log"):
            assert f"container={self.added[-1]['name']}" in query
            return Answer(200, self.log, {})
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        statuses = [{"name": added["name"], "state": state} for added in self.added]
        return Answer(200, json.dumps(pod(status={"ephemeralContainerStatuses": statuses})).encode(), {})


class Clock:
    """Time that passes by sleeping."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def look(api: Api, clock: Clock | None = None) -> Any:
    clock = clock or Clock()
    return look_from_beside(api, TARGET, "busybox", clock=clock, sleep=clock.sleep)


def test_what_is_added_sees_the_target_and_may_read_it_but_is_not_privileged(tmp_path: Path) -> None:
    api = Api(tmp_path, [{"waiting": {"reason": "ContainerCreating"}}, {"running": {}}, TERMINATED])
    assert [s.port for s in look(api).sockets] == [80]
    (added,) = api.added
    assert (added["image"], added["targetContainerName"]) == ("busybox", "main")
    assert added["command"][:2] == ["sh", "-c"]
    assert added["command"][-2:] == ["a" * 64, "all"]
    security = {"runAsUser": 0, "runAsNonRoot": False, "capabilities": {"add": ["SYS_PTRACE"]}}
    assert added["securityContext"] == security


def test_names_differ(tmp_path: Path) -> None:
    api = Api(tmp_path, [TERMINATED])
    look(api)
    look(api)
    assert len({added["name"] for added in api.added}) == 2


@pytest.mark.parametrize(
    "state",
    [
        {"waiting": {"reason": "ErrImagePull", "message": "no such image"}},
        {"waiting": {"reason": "RunContainerError", "message": 'no such image: exec: "sh"'}},
        {"terminated": {"exitCode": 128, "reason": "StartError", "message": "no such image"}},
    ],
)
def test_an_image_that_does_not_run(tmp_path: Path, state: dict[str, Any]) -> None:
    with pytest.raises(DebugImageError, match="busybox does not run: no such image"):
        look(Api(tmp_path, [state]))


def test_an_image_that_says_something_else(tmp_path: Path) -> None:
    with pytest.raises(DebugImageError, match=r"could not look: .*Usage"):
        look(Api(tmp_path, [TERMINATED], b"\x1b[1mUsage"))
    with pytest.raises(DebugImageError, match="printed nothing"):
        look(Api(tmp_path, [TERMINATED], b""))


def test_one_that_never_ends_is_given_up(tmp_path: Path) -> None:
    clock = Clock()
    with pytest.raises(ClusterError, match="did not end in time"):
        look(Api(tmp_path, [{"running": {}}]), clock)
    assert debug.PATIENCE <= clock.now < debug.PATIENCE + 5


@pytest.mark.parametrize("part", ["/ephemeralcontainers", "/log"])
def test_missing_rights_are_named(tmp_path: Path, part: str) -> None:
    def refuse(path: str) -> None:
        if path.endswith(part):
            raise ForbiddenError("no", "ask")

    api = Api(tmp_path, [TERMINATED])
    api.refuse = refuse
    with pytest.raises(ForbiddenError) as caught:
        look(api)
    assert "patch on pods/ephemeralcontainers" in caught.value.hint
    assert "pods/log" in caught.value.hint


class Cluster:
    """Containers without anything to look with, and an API server for ephemeral ones."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def exec(self, *_: Any, **__: Any) -> ExecResult:
        return ExecResult(b"", b"", None, "not found")


def read(api: Api, *targets: Target) -> tuple[Reading, list[str]]:
    said: list[str] = []

    def announce(text: str) -> None:
        assert api.added == [], "said before it is done"
        said.append(text)

    return pod_sockets(Cluster(api), targets, debug_image="busybox", announce=announce), said


def test_it_is_said_before_it_is_done(tmp_path: Path) -> None:
    api = Api(tmp_path, [TERMINATED])
    reading, said = read(api, TARGET)
    assert [s.port for s in reading.containers[TARGET.key].sockets] == [80]
    assert reading.gaps == ()
    (sentence,) = said
    assert sentence.startswith("adding an ephemeral container with image busybox to default/web: ")
    assert sentence.endswith("it ends at once, but Kubernetes cannot remove it from the Pod")


def test_static_pods_are_left_alone(tmp_path: Path) -> None:
    api = Api(tmp_path, [TERMINATED])
    static = Target("kube-system", "etcd", "etcd", "node-1", static=True)
    reading, said = read(api, static)
    assert (api.added, said) == ([], [])
    assert not reading.containers[static.key].complete


def test_a_wrong_image_is_added_to_one_pod_only(tmp_path: Path) -> None:
    api = Api(tmp_path, [{"waiting": {"reason": "ErrImagePull", "message": "no such image"}}])
    reading, _ = read(api, *(Target("default", f"web-{n}", "main", "node-1", "img", f"{n}" * 64) for n in range(5)))
    assert len(api.added) == 1
    reasons = {gap.resource.partition(" (")[0]: gap.reason for gap in reading.gaps}
    assert reasons == {
        "sockets of default/web-0/main": "debug image busybox does not run: no such image",
        "sockets of 4 containers": NO_SHELL,
    }


def test_a_good_one_goes_to_all(tmp_path: Path) -> None:
    api = Api(tmp_path, [TERMINATED])
    reading, said = read(api, *(Target("default", f"web-{n}", "main", "node-1", "img") for n in range(5)))
    assert len(api.added) == 5
    assert "5 ephemeral containers" in said[0]
    assert reading.gaps == ()
