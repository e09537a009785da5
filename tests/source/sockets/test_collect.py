"""Reading many containers: what works, what is tried, and what is said where nothing works."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from kubectl_hostnet.errors import ClusterError, ForbiddenError
from kubectl_hostnet.source.channels import ExecResult
from kubectl_hostnet.source.sockets.collect import pod_sockets
from kubectl_hostnet.source.sockets.reading import Reading, Target
from kubectl_hostnet.source.transport import Transport

from .dumps import OWN, Proc, dump, tcp

A, B = "a" * 64, "b" * 64
Answer = Callable[[Target, tuple[str, ...]], bytes | ExecResult]
NOT_FOUND = ExecResult(
    b"", b"", None, 'OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": not found'
)
FORBIDDEN = 'pods "{}" is forbidden: User "jane" cannot create resource "pods/exec" in the namespace "ns"'


class Cluster:
    """Runs nothing: answers for each container, and remembers what was tried."""

    transport: Transport  # only debug images need it

    def __init__(self, targets: Sequence[Target], answer: Answer) -> None:
        self._targets = {target.key: target for target in targets}
        self._answer = answer
        self.tried: list[tuple[str, str]] = []

    def exec(
        self, namespace: str, pod: str, container: str, command: Sequence[str], *, stdin: bytes = b"", timeout: float
    ) -> ExecResult:
        self.tried.append((container, command[0]))
        answered = self._answer(self._targets[namespace, pod, container], tuple(command))
        return answered if isinstance(answered, ExecResult) else ExecResult(answered, b"", 0)


def target(pod: str = "web", container: str = "main", node: str = "node-1", **more: Any) -> Target:
    return Target("ns", pod, container, node, **{"image": "img", "container_id": A, **more})


def read(*targets: Target, answer: Answer) -> tuple[Reading, Cluster]:
    cluster = Cluster(targets, answer)
    return pod_sockets(cluster, targets), cluster


def ports(reading: Reading, *key: str) -> list[int]:
    return [s.port for s in reading.containers[key].sockets]  # type: ignore[index]


def test_each_container_has_its_own_and_the_node_has_them_all() -> None:
    inodes = {"one": 1, "two": 2}

    def answer(target: Target, _: tuple[str, ...]) -> bytes:
        group = OWN.replace(A, target.container_id)
        process = Proc(1, inodes=(inodes[target.container],), cgroup=group)
        return dump(process, rows=[tcp(80, 1), tcp(81, 2), tcp(22, 3)], own=group)

    reading, _ = read(target(container="one"), target(container="two", container_id=B), answer=answer)
    assert (ports(reading, "ns", "web", "one"), ports(reading, "ns", "web", "two")) == ([80], [81])
    assert [s.port for s in reading.tables["node-1"]] == [22, 80, 81]
    assert [s.port for s in reading.unowned["node-1"]] == [22]
    assert reading.gaps == ()


OUTSIDE = dump(Proc(1, inodes=(1, 5)), rows=[tcp(8080, 5), tcp(8081, 6)])


def elsewhere(target: Target, _: tuple[str, ...]) -> bytes:
    """`gone` has left the node's network with socket 1 of it; the others see the node's."""
    return OUTSIDE if target.pod == "gone" else dump(Proc(1, inodes=(2,)), rows=[tcp(80, 1), tcp(81, 2), tcp(10250, 3)])


def test_a_container_that_left_the_nodes_network_holds_what_it_took_along() -> None:
    reading, _ = read(target("gone"), target(), target("more"), answer=elsewhere)
    assert (ports(reading, "ns", "gone", "main"), ports(reading, "ns", "web", "main")) == ([80], [81])
    assert [s.port for s in reading.tables["node-1"]] == [80, 81, 10250]
    assert reading.gaps == ()


def test_the_nodes_network_is_where_its_kubelet_listens() -> None:
    known = {"kubelet_port": 10250}
    reading, _ = read(target("gone", **known), target(**known), answer=elsewhere)
    assert [s.port for s in reading.tables["node-1"]] == [80, 81, 10250]
    alone, _ = read(target("gone", **known), answer=elsewhere)
    assert (ports(alone, "ns", "gone", "main"), alone.tables) == ([], {})
    assert "has left the node's network" in alone.gaps[0].reason
    assert "--debug-image" in alone.gaps[0].effect


def test_what_few_looks_saw_is_nobodys_listener() -> None:
    def answer(target: Target, _: tuple[str, ...]) -> bytes:
        fleeting = [tcp(40000, 7)] if target.pod == "p0" else []
        opened = [tcp(8080, 8)] if target.pod == "p1" else []
        process = Proc(1, inodes=(8,) if target.pod == "p1" else ())
        return dump(process, rows=[tcp(22, 1), *fleeting, *opened])

    reading, _ = read(*(target(f"p{number}") for number in range(3)), answer=answer)
    assert [s.port for s in reading.unowned["node-1"]] == [22]
    assert ports(reading, "ns", "p1", "main") == [8080]
    two, _ = read(target("p0"), target("p2"), answer=answer)
    assert [s.port for s in two.unowned["node-1"]] == [22, 40000]


def test_a_part_of_another_networks_table_is_not_the_nodes() -> None:
    cut = dump(Proc(1, inodes=(1, 5)), rows=[tcp(8080, 5)], end=False)
    reading, _ = read(target("gone"), target(), answer=lambda t, c: cut if t.pod == "gone" else elsewhere(t, c))
    assert ports(reading, "ns", "gone", "main") == [80]


def test_a_container_that_was_restarted_meanwhile_has_another_id() -> None:
    new = OWN.replace(A, "e" * 64)
    reading, _ = read(target(), answer=lambda *_: dump(Proc(1, inodes=(1,), cgroup=new), rows=[tcp(80, 1)], own=new))
    assert ports(reading, "ns", "web", "main") == [80]


def test_inodes_of_different_nodes_are_different_sockets() -> None:
    reading, _ = read(
        target("one"),
        target("two", node="node-2"),
        answer=lambda t, _: dump(Proc(1, inodes=(7,) if t.pod == "one" else ()), rows=[tcp(80, 7)]),
    )
    assert [len(reading.unowned[node]) for node in ("node-1", "node-2")] == [0, 1]


@pytest.mark.parametrize("works", ["sh", "python3", "busybox", "/bin/sh", "/busybox/sh", "bash", "python"])
def test_what_the_image_has_is_tried_and_remembered(works: str) -> None:
    targets = [target(f"p{number}") for number in range(5)]
    reading, cluster = read(*targets, answer=lambda _, c: dump(Proc(1)) if c[0] == works else NOT_FOUND)
    assert all(view.complete for view in reading.containers.values())
    assert cluster.tried[-1][1] == works
    assert len([program for _, program in cluster.tried if program != works]) < 7


def test_an_image_with_nothing_is_tried_out_once() -> None:
    targets = [target(f"p{number}") for number in range(20)]
    reading, cluster = read(*targets, answer=lambda *_: NOT_FOUND)
    assert len(cluster.tried) == 7 + 19
    (gap,) = reading.gaps
    assert gap.resource == "sockets of 20 containers (ns/p0/main, ns/p1/main, ns/p2/main, ...)"
    assert "no shell" in gap.reason
    assert "--debug-image" in gap.effect
    assert reading.tables == {}


def test_static_pods_are_not_told_to_take_a_debug_image() -> None:
    reading, _ = read(target(static=True), answer=lambda *_: NOT_FOUND)
    assert "--debug-image" not in str(reading.gaps)


def test_other_reasons_are_told_in_the_runtimes_words() -> None:
    words = "OCI runtime exec failed: exec failed: unable to start container process: procReady not received"
    reading, _ = read(target(), answer=lambda *_: ExecResult(b"", b"", None, words))
    assert reading.gaps[0].reason == "procReady not received"


def test_missing_rights_are_one_gap_that_names_them() -> None:
    def refuse(target: Target, _: tuple[str, ...]) -> bytes:
        raise ForbiddenError(FORBIDDEN.format(target.pod), "exec needs get AND create on pods/exec")

    reading, cluster = read(target("one"), target("two"), answer=refuse)
    (gap,) = reading.gaps
    assert gap.reason == 'User "jane" cannot create resource "pods/exec" in the namespace "ns"'
    assert "get AND create" in gap.effect
    assert len(cluster.tried) == 2


def test_one_node_that_does_not_answer_does_not_stop_the_others() -> None:
    def answer(target: Target, _: tuple[str, ...]) -> bytes:
        if target.pod == "lost":
            raise ClusterError("error dialing backend", "is its node up?")
        return dump(Proc(1, inodes=(1,)), rows=[tcp(80, 1)])

    reading, _ = read(target("lost", node="node-9"), target("here"), answer=answer)
    assert ports(reading, "ns", "here", "main") == [80]
    assert not reading.containers["ns", "lost", "main"].complete
    assert [gap.reason for gap in reading.gaps] == ["error dialing backend"]


def test_bugs_are_not_hidden() -> None:
    def broken(*_: Any) -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        read(target(), answer=broken)


def test_as_the_user_of_a_process_that_root_may_not_read() -> None:
    def answer(_: Target, command: tuple[str, ...]) -> bytes:
        readable = command[-2:] == ("999", "999")
        return dump(Proc(1, "redis", (1,) if readable else None, 999), rows=[tcp(6379, 1)], uid=999 if readable else 0)

    reading, cluster = read(target(), answer=answer)
    assert ports(reading, "ns", "web", "main") == [6379]
    assert reading.gaps == ()
    assert len(cluster.tried) == 2


def test_where_that_does_not_work_the_owner_is_unknown() -> None:
    hidden = Proc(1, "redis", None, 999)
    answer: Answer = lambda _, c: b"" if c[-1] == "999" else dump(hidden, rows=[tcp(6379, 1)])
    reading, _ = read(target(), answer=answer)
    view = reading.containers["ns", "web", "main"]
    assert ([p.name for p in view.hidden], view.complete) == (["redis"], False)
    assert "redis (uid 999)" in reading.gaps[0].reason


def test_who_is_not_root_does_not_try_to_become_others() -> None:
    reading, cluster = read(target(), answer=lambda *_: dump(Proc(1, inodes=None, uid=999), uid=1000))
    assert len(cluster.tried) == 1
    assert not reading.containers["ns", "web", "main"].complete


def test_processes_that_proc_hides_are_told_of_as_such() -> None:
    reading, _ = read(target(), answer=lambda *_: dump(Proc(7, inodes=(1,), uid=999), rows=[tcp(80, 1)], uid=999))
    assert "its /proc hides (hidepid)" in reading.gaps[0].reason
    assert ports(reading, "ns", "web", "main") == [80]


NGINX = (Proc(1, "nginx", (1,)), Proc(8, "nginx", None, 33, parent=1))


def test_workers_are_no_gap_while_no_socket_of_their_user_is_left() -> None:
    reading, _ = read(target(), answer=lambda *_: dump(*NGINX, rows=[tcp(80, 1), tcp(22, 9)]))
    assert reading.gaps == ()


def test_workers_are_suspects_where_one_is_left_on_their_node() -> None:
    def answer(target: Target, _: tuple[str, ...]) -> bytes:
        other = [tcp(7000, 5, uid=33)] if target.node == "node-1" else []
        return dump(*NGINX, rows=[tcp(80, 1), *other])

    reading, _ = read(target(), target("far", node="node-2"), answer=answer)
    assert [container.complete for container in reading.containers.values()] == [False, True]


def test_a_container_tells_of_the_pods_others_in_its_pid_namespace() -> None:
    def answer(target: Target, _: tuple[str, ...]) -> bytes | ExecResult:
        if target.container == "bare":
            return NOT_FOUND
        beside = Proc(9, "bare", (2,), cgroup=OWN.replace(A, B))
        return dump(Proc(1, inodes=(1,)), beside, rows=[tcp(80, 1), tcp(81, 2)])

    bare = target(container="bare", container_id=B, image="bare")
    reading, _ = read(target(), bare, answer=answer)
    assert (ports(reading, "ns", "web", "main"), ports(reading, "ns", "web", "bare")) == ([80], [81])
    assert reading.gaps == ()


def test_it_does_not_tell_of_other_pods() -> None:
    def answer(target: Target, _: tuple[str, ...]) -> bytes | ExecResult:
        if target.pod == "bare":
            return NOT_FOUND
        beside = Proc(9, "bare", (2,), cgroup=OWN.replace(A, B))
        return dump(Proc(1, inodes=(1,)), beside, rows=[tcp(80, 1), tcp(81, 2)])

    reading, _ = read(target(), target("bare", container_id=B, image="bare"), answer=answer)
    assert ports(reading, "ns", "bare", "main") == []
    assert not reading.containers["ns", "bare", "main"].complete


def test_tables_that_are_not_whole_prove_nothing() -> None:
    cut, _ = read(target(), answer=lambda *_: dump(Proc(1, inodes=(1,)), rows=[tcp(80, 1)], end=False))
    assert (ports(cut, "ns", "web", "main"), cut.tables) == ([80], {})
    assert "a part is missing" in cut.gaps[0].reason
    closed, _ = read(target(), answer=lambda *_: b"hostnet 1\nT tcp\nE tcp\nS 1\nend\n")
    assert closed.tables == {}
    assert "/proc/net/tcp may not be read" in closed.gaps[0].reason


def test_no_more_at_once_than_allowed() -> None:
    running, most, lock = 0, 0, threading.Lock()
    barrier = threading.Event()

    def answer(*_: Any) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        barrier.wait(0.02)
        with lock:
            running -= 1
        return dump(Proc(1))

    targets = [target(f"p{number}") for number in range(30)]
    pod_sockets(Cluster(targets, answer), targets, concurrency=4)
    assert 2 <= most <= 4


def test_nothing_to_read() -> None:
    assert read(answer=lambda *_: b"")[0] == Reading()
