"""--live against `ss` in the node's own network namespace: every socket there, each with its right Pod.

The truth comes from outside of Kubernetes: ss names the processes, and their control groups name the Pods by uid.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from real_cluster import apply, eventually, execute, hostnet, kubectl, wait_ready

pytestmark = pytest.mark.cluster

NODE = "node-2"
HERE = Path(__file__).parent
BUSYBOX = Path.home() / ".cache/hostnet-cluster/unpacked/busybox/bin/busybox"
OnNode = Callable[..., str]


class Row(NamedTuple):
    """A socket: protocol, address, port, and its holder as namespace/Pod/container, "" for none."""

    protocol: str
    address: str
    port: int
    holder: str = ""


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Images of ours: C programs with few tools, with a lone shell, with Python and no shell."""
    script = os.environ.get("HOSTNET_CLUSTER")
    if not script or not BUSYBOX.exists():
        pytest.skip("HOSTNET_CLUSTER is not set: images need the cluster script")
    place = tmp_path_factory.mktemp("images")
    socks = place / "socks"
    subprocess.run(["gcc", "-static", "-O1", "-Wall", "-Werror", "-o", str(socks), str(HERE / "socks.c")], check=True)
    tools = [f"{BUSYBOX}:/bin/{name}" for name in ("sh", "ls", "grep", "head", "sleep")]
    _image(script, "live/tools:2", f"{socks}:/bin/socks", "/usr/bin/setpriv:/bin/setpriv", *tools)
    _image(script, "live/lone-shell:2", f"{socks}:/bin/socks", "/usr/bin/dash:/bin/sh")
    _image(script, "live/bash:2", f"{socks}:/bin/socks", "/bin/bash:/bin/bash")
    _image(script, "live/bare:2", f"{socks}:/bin/socks")
    python = Path("/usr/bin/python3")
    if python.exists():
        version = execute(str(python), "-c", "import sys; print('%d%d' % sys.version_info[:2])").out.strip()
        library = _library(place, python)
        _image(
            script,
            "live/python:2",
            f"{socks}:/bin/socks",
            f"{python}:/usr/bin/python3",
            f"{library}:/usr/lib/python{version}.zip",
        )


def _image(script: str, name: str, *files: str) -> None:
    done = execute(script, "image", name, "--entrypoint", "/bin/socks", *files)
    assert done.code == 0, done.err


def _library(place: Path, python: Path) -> Path:
    """Python's own modules as one file, which it looks for by itself."""
    home = Path(execute(str(python), "-c", "import os; print(os.path.dirname(os.__file__))").out.strip())
    archive = place / "library.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as bundle:
        for module in (
            *home.glob("*.py"),
            *home.glob("encodings/*.py"),
            *home.glob("collections/*.py"),
            *home.glob("importlib/*.py"),
        ):
            bundle.write(module, module.relative_to(home))
    return archive


def manifest(name: str, *containers: dict[str, Any], node: str = NODE, **spec: Any) -> dict[str, Any]:
    """A host-networked Pod on a node."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "hostNetwork": True,
            "nodeName": node,
            "terminationGracePeriodSeconds": 0,
            "containers": list(containers),
            **spec,
        },
    }


def container(name: str, image: str, *arguments: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "image": image, "imagePullPolicy": "IfNotPresent", "args": list(arguments), **more}


def shell(name: str, script: str, image: str = "busybox", **more: Any) -> dict[str, Any]:
    return {**container(name, image, **more), "command": ["sh", "-c", script], "args": []}


READABLE = [
    manifest("c-forms", container("main", "live/tools:2", *(
        f"{protocol}/{address}/{port}" for port, (protocol, address) in enumerate([
            ("tcp", "0.0.0.0"), ("tcp", "127.0.0.1"), ("tcp", "::"), ("tcp", "::1"), ("tcp", "198.51.100.12"), ("tcp", "2001:db8::12"),
            ("udp", "0.0.0.0"), ("udp", "127.0.0.1"), ("udp", "::"), ("udp", "::1"), ("tcp", "::ffff:127.0.0.1"),
        ], 23100)
    ))),
    manifest("c-more", container("main", "live/tools:2", "tcp/0.0.0.0/23120/reuse", "tcp/0.0.0.0/23120/reuse", "tcp/0.0.0.0/23121",
                                 "tcp/::/23121/v6only", "tcp/0.0.0.0/23122/bound", "udp/127.0.0.1/23123/connected", "fork=2")),
    manifest("c-two", container("one", "live/tools:2", "tcp/127.0.0.1/23130"), container("two", "live/tools:2", "tcp/198.51.100.12/23130"),
             initContainers=[container("side", "live/tools:2", "udp/0.0.0.0/23131", restartPolicy="Always")]),
    manifest("c-user", shell("main", "exec setpriv --reuid=1234 --regid=1234 --clear-groups socks tcp/0.0.0.0/23140", "live/tools:2")),
    manifest("c-nonroot", container("main", "live/tools:2", "tcp/0.0.0.0/23141"), securityContext={"runAsUser": 4321}),
    manifest("lone-shell", container("main", "live/lone-shell:2", "tcp/0.0.0.0/23150", "udp/::/23151")),
    manifest("bash", container("main", "live/bash:2", "tcp/0.0.0.0/23152", "udp/::1/23153", "fork=3")),
    manifest("left", container("main", "live/tools:2", "tcp/0.0.0.0/23154", "leave", "tcp/0.0.0.0/23155", "tcp/0.0.0.0/23160",
                               securityContext={"capabilities": {"add": ["SYS_ADMIN"]}})),
    manifest("shared", shell("main", "exec httpd -f -p 23160"), container("go", "hostnet/listen", "tcp://:23161"), shareProcessNamespace=True),
    manifest("host-pid", shell("main", "exec httpd -f -p 23170"), hostPID=True),
    manifest("python", {**container("main", "live/python:2", "tcp/0.0.0.0/23180")}),
    manifest("redis", {**container("main", "redis"), "command": ["redis-server", "--port", "23190"]}),
]  # fmt: skip
SHELL_LESS = [
    manifest("go-forms", container("main", "hostnet/listen", "tcp://:23200", "tcp4://127.0.0.1:23201", "udp6://[::1]:23202",
                                   "tcp://:23203?reuseport=3", "udp4://:23204", "tcp6://[::]:23205?v6only=1")),
    manifest("bare", container("main", "live/bare:2", "tcp/0.0.0.0/23210", "udp/127.0.0.1/23211")),
    manifest("exporter", container("main", "prom/node-exporter", "--web.listen-address=:23220")),
    manifest("dropped", container("main", "live/bare:2", "tcp/0.0.0.0/23230", "drop=1111")),
    manifest("host-pid-go", container("main", "hostnet/listen", "tcp://:23240"), hostPID=True),
]  # fmt: skip


@pytest.fixture(scope="module")
def pods(namespace: str, images: None) -> str:
    every = [*READABLE, *SHELL_LESS]
    apply(*every, namespace=namespace)
    wait_ready(*(pod["metadata"]["name"] for pod in every), namespace=namespace)
    eventually(lambda: "23240" in execute(os.environ["HOSTNET_CLUSTER"], "exec", NODE, "ss", "-lntH").out)
    return namespace


def truth(on_node: OnNode, node: str = NODE) -> list[Row]:
    """What ss says in the node's namespace, with the holders found through the processes' control groups."""
    uids = _containers()
    listing = on_node(node, "ss", "-lntupH")
    pids = sorted({pid for line in listing.splitlines() for pid in re.findall(r"pid=(\d+)", line)})
    groups = on_node(
        node, "sh", "-c", "for p in " + " ".join(pids) + "; do echo $p $(cat /proc/$p/cgroup | tr '\\n' ' '); done"
    )
    holder_of = {line.split()[0]: _holder(line, uids) for line in groups.splitlines() if line.strip()}
    return sorted(_row(line, holder_of) for line in listing.splitlines() if line.strip())


def _containers() -> dict[str, str]:
    """Container id -> namespace/Pod/container."""
    found = {}
    for pod in json.loads(kubectl("get", "pods", "-A", "-o", "json"))["items"]:
        status = pod["status"]
        lists = ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses")
        for state in (s for name in lists for s in status.get(name, [])):
            title = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}/{state['name']}"
            found[state.get("containerID", "").rpartition("/")[2]] = title
    return found


def _holder(line: str, containers: dict[str, str]) -> str:
    return next((title for identity, title in containers.items() if identity and identity in line), "")


def _row(line: str, holder_of: dict[str, str]) -> Row:
    protocol, _, _, _, local, *rest = line.split()
    address, _, port = local.rpartition(":")
    pids = re.findall(r"pid=(\d+)", " ".join(rest))
    holders = {holder_of.get(pid, "") for pid in pids}
    assert len(holders) <= 1, line
    return Row(protocol.upper(), _plain(address), int(port), next(iter(holders), ""))


def _plain(address: str) -> str:
    """ss writes `*` for a socket of both families, brackets and zones; IPv4 inside of IPv6 is IPv4 to everybody else."""
    address = address.strip("[]").partition("%")[0]
    return "::" if address == "*" else address.removeprefix("::ffff:")


def told(*options: str, node: str = NODE) -> tuple[list[Row], dict[str, Any]]:
    """What `ports NODE --live` says is listening: the items that a socket was seen for."""
    done = hostnet("ports", node, "--live", "-o", "json", *options)
    assert done.code == 0, done.err
    rows = [
        Row(item["protocol"], address, item["port"], _title(item["holder"]))
        for item in done.json["items"]
        if item["evidence"][0]["source"] == "socket"
        for address in _addresses(item)
    ]
    return sorted(rows), done.json


def _addresses(item: dict[str, Any]) -> list[str]:
    """One for each socket: a claim counts those of one address."""
    detail = re.fullmatch(r"(?:(\d+) sockets listen|listens) on (.+):\d+(?: \(.*\))?", item["evidence"][0]["detail"])
    assert detail, item
    return [_plain(detail[2])] * int(detail[1] or 1)


def _title(holder: dict[str, Any]) -> str:
    return f"{holder['namespace']}/{holder['name']}/{holder['container']}" if holder["kind"] == "Pod" else ""


def steady(on_node: OnNode, *options: str, node: str = NODE) -> tuple[list[Row], list[Row], dict[str, Any]]:
    """Truth and answer of one moment: other tests use the cluster too, so the truth must be the same before and after."""
    for _ in range(10):
        before = truth(on_node, node)
        answer, envelope = told(*options, node=node)
        if before == truth(on_node, node):
            return before, answer, envelope
        time.sleep(1)
    pytest.fail("the node's sockets never stayed the same for the length of a command")


def of(namespace: str, names: list[str], rows: list[Row]) -> list[Row]:
    wanted = {f"{namespace}/{name}" for name in names}
    return [row for row in rows if row.holder.rpartition("/")[0] in wanted]


def names(manifests: list[dict[str, Any]]) -> list[str]:
    return [pod["metadata"]["name"] for pod in manifests]


def test_every_socket_of_the_node_and_those_of_readable_pods_with_their_pod(pods: str, on_node: OnNode) -> None:
    expected, answer, envelope = steady(on_node)
    assert of(pods, names(READABLE), answer) == of(pods, names(READABLE), expected)
    assert len(of(pods, names(READABLE), expected)) > 25
    anonymous = [row._replace(holder="") for row in answer]
    unseen = {(row.protocol, row.port) for row in expected if row._replace(holder="") not in anonymous}
    assumed = [i for i in envelope["items"] if any(remark.startswith("listening, ") for remark in i["remarks"])]
    assert unseen == {(item["protocol"], item["port"]) for item in assumed}
    assert [row for row in anonymous if row not in {row._replace(holder="") for row in expected}] == []


def test_what_could_not_be_read_is_said(pods: str, on_node: OnNode) -> None:
    _, answer, envelope = steady(on_node)
    assert of(pods, names(SHELL_LESS), answer) == []
    assert envelope["complete"] is False
    gaps = " ".join(f"{gap['resource']} {gap['reason']} {gap['effect']}" for gap in envelope["gaps"])
    assert "no shell" in gaps
    assert "--debug-image" in gaps
    claimed = next(i for i in envelope["items"] if i["port"] == 23220 and i["holder"]["kind"] == "Pod")
    assert "listening, owner unknown" in claimed["remarks"]


def test_list_says_the_same_of_the_pods(pods: str, on_node: OnNode) -> None:
    expected, _, _ = steady(on_node)
    done = hostnet("list", "-n", pods, "--live", "-o", "json")
    found = sorted(
        Row(port["protocol"], address, port["port"], f"{pods}/{item['name']}/{port['container']}")
        for item in done.json["items"]
        for port in item["ports"]
        if port["confidence"] == "certain"
        for address in _addresses(port)
    )
    assert found == of(pods, names(READABLE), expected)


def test_with_a_debug_image_every_socket_has_its_pod(pods: str, on_node: OnNode) -> None:
    done = hostnet("list", "-n", pods, "--live", "--debug-image", "busybox", "-o", "json")
    assert "cannot remove" in done.err
    expected = of(pods, names([*READABLE, *SHELL_LESS]), truth(on_node))
    found = sorted(
        Row(port["protocol"], address, port["port"], f"{pods}/{item['name']}/{port['container']}")
        for item in done.json["items"]
        for port in item["ports"]
        if port["confidence"] == "certain"
        for address in _addresses(port)
    )
    assert found == expected
    assert {row.holder.split("/")[1] for row in found} == set(names([*READABLE, *SHELL_LESS]))
    assert done.json["complete"] is True, done.json["gaps"]
    added = json.loads(kubectl("get", "pod", "-n", pods, "bare", "-o", "json"))["status"]["ephemeralContainerStatuses"]
    assert [next(iter(status["state"])) for status in added] == ["terminated"]


def test_declared_but_silent_undeclared_and_loopback_only(namespace: str, images: None) -> None:
    silent = container("main", "live/tools:2", "tcp/127.0.0.1/23301", "tcp/0.0.0.0/23302")
    silent["ports"] = [{"containerPort": 23300}, {"containerPort": 23301}]
    apply(manifest("differences", silent), namespace=namespace)
    wait_ready("differences", namespace=namespace)
    ports = hostnet("list", "differences", "-n", namespace, "--live", "-o", "json").json["items"][0]["ports"]
    told = {port["port"]: (port["confidence"], port["remarks"]) for port in ports}
    assert told == {
        23300: ("low", ["declared, but silent"]),
        23301: ("certain", ["loopback only"]),
        23302: ("certain", ["undeclared"]),
    }


def test_a_process_of_the_node_is_seen_beside_a_pods_socket_and_blamed_on_no_pod(
    namespace: str, images: None, tmp_path: Path
) -> None:
    beside = container("main", "live/tools:2", "tcp/127.0.0.1/23320")
    beside["ports"] = [{"containerPort": 23321}]
    apply(manifest("beside", beside), namespace=namespace)
    wait_ready("beside", namespace=namespace)
    program = tmp_path / "socks"
    subprocess.run(["gcc", "-static", "-o", str(program), str(HERE / "socks.c")], check=True)
    command = [
        os.environ["HOSTNET_CLUSTER"],
        "exec",
        NODE,
        str(program),
        "tcp/198.51.100.12/23320",
        "tcp/0.0.0.0/23321",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as strange:
        try:
            assert strange.stdout
            assert strange.stdout.readline() == "open\n"
            items = hostnet("ports", NODE, "--live", "--port", "23320", "--port", "23321", "-o", "json").json["items"]
        finally:
            os.killpg(strange.pid, signal.SIGKILL)
    found = {(i["port"], i["bind"], i["holder"]["kind"]): i for i in items}
    assert {key: item["confidence"] for key, item in found.items()} == {
        (23320, "127.0.0.1", "Pod"): "certain",
        (23320, "198.51.100.12", "Process"): "certain",
        (23321, "0.0.0.0", "Process"): "certain",
        (23321, "", "Pod"): "low",
    }
    assert "no process of the Pod holds it" in str(found[23321, "", "Pod"]["remarks"])


def test_a_container_outside_of_the_nodes_network_is_not_believed(namespace: str, images: None) -> None:
    able = {"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}
    apply(
        manifest("outside", container("main", "live/tools:2", "leave", "tcp/0.0.0.0/23330", **able)),
        namespace=namespace,
    )
    wait_ready("outside", namespace=namespace)
    done = hostnet("list", "outside", "-n", namespace, "--live", "-o", "json")
    assert done.json["items"][0]["ports"] == []
    assert "has left the node's network" in done.json["gaps"][0]["reason"]


def test_missing_rights_are_named(namespace: str, images: None) -> None:
    apply(manifest("rights", container("main", "live/tools:2", "tcp/0.0.0.0/23310")), namespace=namespace)
    wait_ready("rights", namespace=namespace)
    done = hostnet(
        "list", "rights", "-n", namespace, "--live", "--as", "jane", "--as-group", "system:masters", "-o", "json"
    )
    assert done.json["complete"] is True, "impersonation reaches exec"
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "reader"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
                      {"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["get"]}]}  # fmt: skip
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "reader"},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
               "subjects": [{"kind": "User", "name": "jane"}]}  # fmt: skip
    apply(role, binding, namespace=namespace)
    done = hostnet("list", "-n", namespace, "rights", "--live", "--as", "jane", "-o", "json")
    gap = next(gap for gap in done.json["gaps"] if gap["resource"].startswith("sockets"))
    assert gap["reason"] == "no right to create pods/exec"
    assert "get AND create" in gap["effect"]
    role["rules"][1]["verbs"] = ["create"]
    apply(role, namespace=namespace)
    done = hostnet("list", "-n", namespace, "rights", "--live", "--as", "jane", "-o", "json")
    assert 'cannot get resource "pods/exec"' in str(done.json["gaps"])


def test_nothing_is_left_behind_in_a_container(pods: str) -> None:
    hostnet("list", "-n", pods, "--live")
    left = kubectl("exec", "-n", pods, "redis", "--", "sh", "-c", "ls -d /proc/[0-9]*")
    assert len(left.split()) <= 3, left


if sys.platform != "linux":  # pragma: no cover
    pytest.skip("the truth comes from Linux's ss", allow_module_level=True)
