"""The catalog: a strict loader with a verified index, and a matcher by image and by program."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.applications import generate
from kubectl_hostnet.applications.catalog import (
    FOLDER,
    INDEX,
    Catalog,
    load,
    make_index,
    parse,
    read_folder,
    read_index,
)
from kubectl_hostnet.applications.schema import Application, Example, Health, KnownPort
from kubectl_hostnet.errors import InputError
from kubectl_hostnet.inventory.container import Container, EnvVar

MINIMAL = b"name: a\ntitle: A\nhomepage: https://a.example\nsource: there\n"
MATCHED = [
    ("influxdb", [], [], "influxdb"),
    ("influxdb:latest", [], [], "influxdb"),
    ("influxdb:1.8-alpine", [], [], "influxdb1"),
    ("bitnami/influxdb:2.7.1", [], [], "influxdb"),
    ("influxdb:3-core", [], [], "influxdb3"),
    ("influxdata/influxdb3-enterprise", [], [], "influxdb3"),
    ("registry.local:5000/mirror/bitnami/node-exporter", [], [], "node-exporter"),
    ("rancher/mirrored-prometheus-node-exporter:v1.3.1", [], [], "node-exporter"),
    ("gcr.io/google_containers/etcd-amd64:3.0.17", [], [], "etcd"),
    ("gcr.io/google_containers/hyperkube-amd64:v1.6", ["/hyperkube", "apiserver"], [], "kube-apiserver"),
    ("gcr.io/google_containers/hyperkube-amd64:v1.6", ["/hyperkube", "kube-proxy"], [], "kube-proxy"),
    ("rancher/hardened-kubernetes:v1.30", ["kube-scheduler"], [], "kube-scheduler"),
    ("${IMAGE}", ["kube-scheduler"], ["--v=2"], "kube-scheduler"),
    ("busybox", ["sh", "-c", "exec socat TCP-LISTEN:80 TCP:x:80"], [], "socat"),
    ("quay.io/coreos/flannel:v0.14.0", ["cp", "-f", "/a", "/b"], [], None),
    ("quay.io/coreos/flannel:v0.14.0", ["sh", "-c", "while true; do sleep 1; done"], [], None),
    ("quay.io/coreos/flannel:v0.14.0", ["/my-start.sh"], [], "flannel"),
    ("nginx", [], ["sleep", "infinity"], None),
    ("ghcr.io/spegel-org/spegel:v0.0.23", [], ["registry"], "spegel"),
    ("prom/prometheus", [], ["bird"], "prometheus"),
    ("jcmoraisjr/haproxy-ingress", [], [], "haproxy-ingress"),
    ("ingress-nginx/controller:v1", [], [], "ingress-nginx"),
    ("metallb/controller:v0.14", [], [], "metallb-controller"),
    ("team/controller:v1", [], [], None),
    ("team/agent", [], [], None),
    ("team/my-proxy", [], [], None),
    ("kubeovn/kube-ovn:v1", ["/kube-ovn/start-db.sh"], [], "ovn-central"),
    ("kubeovn/kube-ovn:v1", ["/kube-ovn/other"], [], None),
    ("antrea/antrea-agent-ubuntu", ["start_ovs"], [], "antrea-ovs"),
    ("${IMAGE}", ["sh", "-c", "socat - UNIX-CONNECT:/s; exec openshift-sdn-node --v 2"], [], "openshift-sdn"),
    ("piraeusdatastore/piraeus-server:v1", [], ["startController"], "linstor-controller"),
    ("piraeusdatastore/piraeus-server:v1", [], ["startSatellite"], "linstor-satellite"),
    ("linstor-satellite:v1", [], [], "linstor-satellite"),
    ("mayadata/mayastor:v1", ["mayastor-csi"], [], "mayastor-csi"),
    ("mayadata/mayastor:v1", [], ["-N$(NODE)"], "mayastor-io-engine"),
    ("", [], [], None),
    ("@@@:::///", [], [], None),
]


def container(image: str, command: list[str] | None = None, args: list[str] | None = None) -> Container:
    return Container(
        name="c", image=image, kind="regular", field="", command=tuple(command or ()), args=tuple(args or ())
    )


@pytest.mark.parametrize(("image", "command", "args", "expected"), MATCHED)
def test_what_a_container_runs(image: str, command: list[str], args: list[str], expected: str | None) -> None:
    found = load().match(container(image, command, args))
    assert (found.name if found else None) == expected


@given(st.text(), st.lists(st.text(), max_size=3), st.lists(st.text(), max_size=3))
def test_no_container_makes_it_raise(image: str, command: list[str], args: list[str]) -> None:
    load().match(container(image, command, args))


def test_the_most_specific_pattern_wins() -> None:
    wide = parse(MINIMAL.replace(b"name: a", b"name: wide") + b"images: [node, 'x*']\n", "wide.yaml")
    path = parse(MINIMAL.replace(b"name: a", b"name: path") + b"images: [calico/node]\n", "path.yaml")
    tagged = parse(MINIMAL.replace(b"name: a", b"name: tagged") + b"images: [node]\ntags: ['1.*']\n", "tagged.yaml")
    for order in ([wide, path, tagged], [tagged, path, wide]):
        catalog = Catalog(order)
        names = [m.name for i in ("node", "calico/node", "node:1.2") if (m := catalog.match(container(i)))]
        assert names == ["wide", "path", "tagged"]


def test_an_image_of_any_name_is_known_by_its_variables() -> None:
    variable = EnvVar("SELKIES_PORT", "8081", "", ("", ""), "")
    own = Container(name="c", image="192.0.2.7:5000/steam-desktop", kind="regular", field="", env=(variable,))
    found = load().match(own)
    assert found
    assert found.name == "selkies-desktop"
    named = load().match(Container(name="c", image="nginx", kind="regular", field="", env=(variable,)))
    assert named
    assert named.name == "nginx"


def test_the_first_word_of_args_counts_in_an_image_that_says_nothing() -> None:
    found = load().match(container("alpine", args=["socat", "TCP-LISTEN:80", "TCP:x:80"]))
    assert found
    assert found.name == "socat"


def test_the_committed_index_is_what_the_files_say() -> None:
    assert (FOLDER / INDEX).read_bytes() == make_index(FOLDER), "run python -m kubectl_hostnet.applications.generate"


@pytest.mark.checkout
def test_generate_says_what_is_stale(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert generate.main(["--check"]) == 0
    monkeypatch.setattr(generate, "PAGE", tmp_path / "docs" / "applications.md")
    assert generate.main(["--check"]) == 1
    assert "stale: " in capsys.readouterr().err
    assert generate.main() == 0
    assert generate.main(["--check"]) == 0


def test_the_page_that_hints_name_describes_every_key() -> None:
    page = generate.PAGE.read_text()
    for struct in (Application, KnownPort, Health, Example):
        for field in msgspec.structs.fields(struct):
            assert f"`{field.name}`" in page.partition("## Another application")[2], field.name


def test_a_new_file_is_enough(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(MINIMAL)
    (tmp_path / INDEX).write_bytes(make_index(tmp_path))
    (tmp_path / "b.yaml").write_bytes(MINIMAL.replace(b"name: a", b"name: b"))
    assert [application.name for application in read_folder(tmp_path)] == ["a", "b"]


def test_a_changed_file_is_read_again_and_a_removed_one_is_gone(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_bytes(MINIMAL.replace(b"name: a", b"name: " + name.encode()))
    (tmp_path / INDEX).write_bytes(make_index(tmp_path))
    (tmp_path / "a.yaml").write_bytes(MINIMAL.replace(b"title: A", b"title: Changed"))
    (tmp_path / "b.yaml").unlink()
    assert [application.title for application in read_folder(tmp_path)] == ["Changed"]


def test_an_unchanged_file_is_not_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.yaml").write_bytes(MINIMAL)
    (tmp_path / INDEX).write_bytes(make_index(tmp_path))
    monkeypatch.setattr("kubectl_hostnet.applications.catalog.parse", lambda *_: pytest.fail("parsed"))
    assert [application.name for application in read_folder(tmp_path)] == ["a"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a.yaml": {"digest": "x"}}', b"\xff"])
def test_a_broken_index_is_only_slow(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(MINIMAL)
    (tmp_path / INDEX).write_bytes(content)
    assert read_index(tmp_path) == {}
    assert [application.name for application in read_folder(tmp_path)] == ["a"]


WRONG = [
    (MINIMAL + b"imagse: [x]\n", "imagse"),
    (MINIMAL + b"ports:\n  - port: eighty\n    purpose: x\n", "$.ports[0].port"),
    (MINIMAL + b"ports:\n  - port: 80\n", "purpose"),
    (MINIMAL + b"ports:\n  - port: 80\n    purpose: x\n    flag: [--port]\n", "$.ports[0]"),
    (MINIMAL + b"ports:\n  - port: 65536\n    purpose: x\n", "<= 65535"),
    (MINIMAL + b"ports:\n  - port: 0\n    purpose: x\n", ">= 1"),
    (MINIMAL + b"ports:\n  - port: 80\n    purpose: x\n    protocol: udp\n", "'udp'"),
    (MINIMAL + b"ports:\n  - port: 80\n    purpose: x\n    owner: core\n", "'core'"),
    (MINIMAL + b"ports:\n  - port: 80\n    purpose: x\n    versions: newest\n", "$.ports[0].versions"),
    (MINIMAL + b"health:\n  scheme: HTTP\n", "'HTTP'"),
    (MINIMAL + b"health:\n  path: 5\n", "$.health.path"),
    (MINIMAL.replace(b"title: A\n", b""), "title"),
    (MINIMAL.replace(b"name: a", b"name: other"), "'other'"),
    (b"- a\n", "object"),
    (b"", "object"),
    (b"a: [\n", "a.yaml"),
    (b"\xff\xfe\x00", "a.yaml"),
    (b"2001-99-99", "month"),
    (b"!!int x", "x"),
    (b"[" * 5000, "recursion"),
]


@pytest.mark.parametrize(("content", "said"), WRONG)
def test_a_wrong_file_is_named_with_its_key(content: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(content, "a.yaml")
    assert caught.value.message.startswith("application file a.yaml: ")
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


@given(st.binary(max_size=200))
def test_no_bytes_make_the_loader_raise_anything_else(content: bytes) -> None:
    with pytest.raises(InputError):
        parse(content, "a.yaml")
