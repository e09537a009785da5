"""Whose socket is it."""

from __future__ import annotations

from kubectl_hostnet.source.sockets.dump import Dump, parse
from kubectl_hostnet.source.sockets.join import Holding, merged
from kubectl_hostnet.source.sockets.join import holdings as joined
from kubectl_hostnet.source.sockets.reading import Target

from .dumps import OWN, Proc, dump, tcp

A, B = "a" * 64, "b" * 64
TARGET = Target("default", "web", "main", "node-1", container_id=A)
HOST_PID = Target("default", "web", "main", "node-1", container_id=A, host_pid=True)
BESIDE = OWN.replace(A, B)
NODE = "0::/system.slice/sshd.service"


def seen(*processes: Proc, rows: tuple[str, ...] = (), uid: int = 0, own: str = OWN) -> Dump:
    found = parse(dump(*processes, rows=rows, uid=uid, own=own))
    assert found
    return found


def holdings(dump: Dump, target: Target, known: list[str], *, debug: bool = False) -> dict[str, Holding]:
    return joined(dump, dump.sockets, target, known, debug=debug)


ROWS = (tcp(80, 1), tcp(81, 2), tcp(82, 3, uid=999))


def test_the_nodes_table_is_not_the_containers() -> None:
    mine = holdings(seen(Proc(1, inodes=(1, 77)), rows=ROWS), TARGET, [A])[""]
    assert [s.port for s in mine.sockets] == [80]
    assert mine.hidden == ()


def test_sockets_of_all_processes_several_of_a_port_too() -> None:
    rows = (tcp(80, 1), tcp(80, 2), tcp(80, 3))
    mine = holdings(seen(Proc(1, inodes=(1,)), Proc(7, inodes=(2, 1)), rows=rows), TARGET, [A])[""]
    assert [s.inode for s in mine.sockets] == [1, 2]


def test_a_proc_that_hides_processes_hides_sockets() -> None:
    unlisted = seen(Proc(7, inodes=(1,), uid=999), rows=ROWS, uid=999)
    mine = holdings(unlisted, TARGET, [A])[""]
    assert ([s.port for s in mine.sockets], [p.pid for p in mine.hidden]) == ([80], [1])
    assert holdings(unlisted, HOST_PID, [A])[""].hidden == ()


def test_the_table_need_not_be_the_looks_own() -> None:
    other = seen(Proc(1, inodes=(1, 2)), rows=(tcp(81, 2),))
    table = seen(rows=(tcp(80, 1), tcp(22, 9))).sockets
    assert [s.port for s in joined(other, table, TARGET, [A])[""].sockets] == [80]


def test_what_may_not_be_read_is_hidden_not_empty() -> None:
    mine = holdings(seen(Proc(1, inodes=None, uid=999), rows=ROWS), TARGET, [A])[""]
    assert [p.uid for p in mine.hidden] == [999]


def test_workers_of_a_process_that_was_read_share_its_listeners() -> None:
    master, worker = Proc(1, "nginx", (1,)), Proc(8, "nginx", None, 33, parent=1)
    mine = holdings(seen(master, worker, rows=ROWS), TARGET, [A])[""]
    assert (mine.hidden, [p.pid for p in mine.workers]) == ((), [8])


def test_no_worker_without_a_listening_parent_of_its_name() -> None:
    worker = Proc(8, "haproxy", None, 99, parent=1)
    for parents in ([Proc(1, "haproxy", ())], [Proc(1, "sh", (1,))], [Proc(1), Proc(2, "haproxy", (1,))]):
        mine = holdings(seen(*parents, worker, rows=ROWS), TARGET, [A])[""]
        assert [p.pid for p in mine.hidden] == [8]


def test_with_the_nodes_pids_the_control_group_decides() -> None:
    processes = (Proc(1, "systemd", (2,), cgroup=NODE), Proc(7, "web", (1,)), Proc(8, "db", (3,), cgroup=BESIDE))
    found = holdings(seen(*processes, rows=ROWS), HOST_PID, [A, B])
    assert {who: [s.port for s in mine.sockets] for who, mine in found.items()} == {"": [80], B: [82]}


def test_processes_of_the_node_that_may_not_be_read_are_no_gap() -> None:
    found = holdings(seen(Proc(1, inodes=None, cgroup=NODE), Proc(7, inodes=(1,)), rows=ROWS), HOST_PID, [A])
    assert found[""].hidden == ()


def test_a_shared_pid_namespace_shows_the_pods_other_containers() -> None:
    pause = Proc(1, "pause", None, 65535, cgroup=OWN.replace(A, "c" * 64))
    found = holdings(seen(pause, Proc(7, inodes=(1,)), Proc(8, inodes=(2,), cgroup=BESIDE), rows=ROWS), TARGET, [A, B])
    assert {who: [s.port for s in mine.sockets] for who, mine in found.items()} == {"": [80], B: [81]}
    assert found[""].hidden == ()


def test_strange_control_groups_in_a_pid_namespace_of_ones_own_are_the_containers() -> None:
    mine = holdings(seen(Proc(1, inodes=(1,), cgroup="0::/somewhere"), rows=ROWS), TARGET, [A])[""]
    assert [s.port for s in mine.sockets] == [80]


def test_from_beside_what_is_not_the_debug_containers_is_the_targets() -> None:
    debug = OWN.replace(A, "d" * 64)
    processes = (Proc(1, inodes=(1,)), Proc(50, "sh", (2,), cgroup=debug))
    found = holdings(seen(*processes, rows=ROWS, own=debug), TARGET, [A], debug=True)
    assert {who: [s.port for s in mine.sockets] for who, mine in found.items()} == {"": [80]}
    namespaced = (Proc(1, inodes=(1,), cgroup="0::/../xyz"), Proc(50, "sh", (2,), cgroup="0::/"))
    found = holdings(seen(*namespaced, rows=ROWS, own="0::/"), TARGET, [A], debug=True)
    assert [s.port for s in found[""].sockets] == [80]


def test_two_looks_as_different_users_complete_each_other() -> None:
    root = seen(Proc(1, inodes=(1,)), Proc(7, inodes=None, uid=999), rows=ROWS)
    user = seen(Proc(1, inodes=None), Proc(7, inodes=(3,), uid=999), rows=ROWS, uid=999)
    mine = holdings(merged(root, user), TARGET, [A])[""]
    assert ([s.port for s in mine.sockets], mine.hidden) == ([80, 82], ())
