"""Which container a process belongs to, in every form of /proc/PID/cgroup that runtimes make."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.source.sockets.cgroups import container_ids, elsewhere, owner

A, B, OUTER = "a" * 64, "b1" * 32, "0f" * 32
POD = "pod0c88ffad_b9ac_4a33_acbf_b6e1eac4fcbe"


@pytest.mark.parametrize(
    "line",
    [
        f"0::/kubepods/besteffort/{POD}/{A}",
        f"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-{POD}.slice/cri-containerd-{A}.scope",
        f"0::/kubepods.slice/kubepods-{POD}.slice/crio-{A}.scope",
        f"0::/kubepods.slice/kubepods-{POD}.slice/crio-{A}.scope/container",
        f"0::/kubepods.slice/kubepods-{POD}.slice/docker-{A}.scope",
        f"0::/system.slice/containerd.service/kubepods-burstable-{POD}.slice:cri-containerd:{A}",
        f"4:memory:/kubepods/burstable/{POD}/{A}",
        f"12:cpu,cpuacct:/kubepods.slice/kubepods-{POD}.slice/cri-containerd-{A}.scope",
        f"0::/../cri-containerd-{A}.scope",
        f"0::/../../besteffort/{POD}/{A}",
        f"0::/machine.slice/libpod-{A}.scope",
        f"0::/docker/{OUTER}/kubelet/kubepods/besteffort/{POD}/{A}",
        f"0::/system.slice/docker-{OUTER}.scope/kubelet.slice/kubelet-kubepods-{POD}.slice/cri-containerd-{A}.scope",
        f"0::/kubepods/besteffort/{POD}/{A}/docker/{OUTER}",
        f"0::/kubepods/besteffort/{POD}/{A}/system.slice/nginx.service",
    ],
)
def test_the_container_is_found_in_every_format(line: str) -> None:
    assert owner([line], ["0::/"], {A, B}) == A


@pytest.mark.parametrize(
    "line",
    [
        "0::/system.slice/kubelet.service",
        "0::/../../../system.slice/sshd.service",
        "0::/",
        f"0::/kubepods.slice/kubepods-{POD}.slice/crio-conmon-{A}.scope",
        f"0::/kubepods/besteffort/{POD}/{B}",
        f"0::/kubepods/besteffort/{POD}/{A}0",
        "",
    ],
)
def test_the_nodes_processes_and_other_containers_are_not_ours(line: str) -> None:
    own = [f"0::/kubepods/besteffort/{POD}/{A}"]
    assert owner([line], own, {A}) is None


@pytest.mark.parametrize("line", ["0::/", "0::/init.scope", "0::/system.slice/nginx.service"])
@pytest.mark.parametrize("own", ["0::/", "0::/init.scope"])
def test_in_a_cgroup_namespace_everything_inside_is_ours(line: str, own: str) -> None:
    assert owner([line], [own], {A}) == ""


def test_in_a_cgroup_namespace_everything_above_is_not() -> None:
    assert owner([f"0::/../{B}"], ["0::/"], {A}) is None
    assert owner(["0::/.."], ["0::/"], {A}) is None


def test_the_first_version_has_a_line_for_each_controller() -> None:
    own = [f"2:cpu:/kubepods/{POD}/{A}", f"1:name=systemd:/kubepods/{POD}/{A}", "0::/"]
    node = ["2:cpu:/system.slice", "1:name=systemd:/system.slice/sshd.service", "0::/"]
    assert owner([*own], own, ()) == ""
    assert owner(node, own, ()) is None
    assert owner([own[0], f"1:name=systemd:/kubepods/{POD}/{A}/leaf", "0::/"], own, ()) == ""


def test_another_container_is_elsewhere() -> None:
    assert elsewhere([f"0::/kubepods/{POD}/{B}"], [f"0::/kubepods/{POD}/{A}"])
    assert not elsewhere([f"0::/kubepods/{POD}/{A}/leaf"], [f"0::/kubepods/{POD}/{A}"])


def test_ids_come_from_the_outside_in() -> None:
    assert container_ids([f"0::/docker/{OUTER}/kubepods/{POD}/{A}"]) == (OUTER, A)


LINE = st.one_of(
    st.text(), st.lists(st.sampled_from([":", "/", "0", "..", A, B, "cpu", "conmon-", ".scope"])).map("".join)
)


@given(st.lists(LINE), st.lists(LINE), st.sets(st.sampled_from([A, B])))
def test_no_text_makes_it_raise(cgroup: list[str], own: list[str], known: set[str]) -> None:
    assert owner(cgroup, own, known) in {None, "", *known}


@given(st.lists(LINE, min_size=1))
def test_a_process_beside_the_looking_one_is_never_anothers(lines: list[str]) -> None:
    assert not elsewhere(lines, lines)
