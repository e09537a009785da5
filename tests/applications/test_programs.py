"""What a container starts: wrappers and shells looked through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.applications.programs import program_name, started, words
from kubectl_hostnet.inventory.container import Container

STARTED = [
    (["etcd", "--data-dir=/d"], [], ["etcd"]),
    (["/usr/local/bin/kube-proxy"], ["--config=/c"], ["kube-proxy"]),
    (["sh", "-c", "flanneld --ip-masq"], [], ["flanneld"]),
    (["/bin/sh", "-c"], ["exec /opt/bin/flanneld --x"], ["flanneld"]),
    (["bash", "-xec", "set -e\n# a comment\nmkdir -p /x && exec dnsmasq -k"], [], ["set", "mkdir", "dnsmasq"]),
    (["sh", "-c", "if true; then nginx -g 'daemon off;'; fi"], [], ["true", "nginx", "fi"]),
    (["sh", "-c", "A=1 B=2 weed master"], [], ["weed"]),
    (["/sbin/tini", "--", "/usr/lib/frr/docker-start"], [], ["docker-start"]),
    (["/usr/bin/env", "PORT=1", "node", "app.js"], [], ["node"]),
    (["gosu", "redis", "redis-server"], [], ["redis-server"]),
    (["/go-runner", "--log-file=/l", "/usr/local/bin/kube-scheduler", "--v=2"], [], ["kube-scheduler"]),
    (["sh", "-c", "/sbin/tini -- /usr/lib/frr/docker-start"], [], ["docker-start"]),
    (["bash", "/kube-ovn/start-db.sh"], [], ["start-db.sh"]),
    (["sh"], [], ["sh"]),
    (["sh", "-c"], [], []),
    ([], ["server", "/data"], ["server"]),
    ([], [], []),
    (["sh", "-c", "dnsmasq \\\n  --port=0"], [], ["dnsmasq"]),
]


def container(command: list[str], args: list[str]) -> Container:
    return Container(name="c", image="x", kind="regular", field="", command=tuple(command), args=tuple(args))


@pytest.mark.parametrize(("command", "args", "expected"), STARTED)
def test_the_programs_of_a_container(command: list[str], args: list[str], expected: list[str]) -> None:
    assert [program_name(found) for found in started(container(command, args))] == expected


def test_words_of_a_script_are_taken_apart() -> None:
    assert words(container(["sh", "-c"], ['exec flanneld "--iface=eth0"'])) == (
        "sh",
        "-c",
        "exec",
        "flanneld",
        "--iface=eth0",
    )


@given(st.lists(st.text(), max_size=5), st.lists(st.text(), max_size=5))
def test_no_command_line_makes_it_raise(command: list[str], args: list[str]) -> None:
    started(container(command, args))
    words(container(command, args))


def test_shells_in_shells_end() -> None:
    script = "true"
    for _ in range(50):
        script = f"sh -c {script}"
    assert started(container(["sh", "-c", script], []))
