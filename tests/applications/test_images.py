"""Image references: what is left of them, what a pattern matches, and which release a tag is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_hostnet.applications.images import NEWEST, image_matches, image_name, in_versions

TAKEN_APART = [
    ("influxdb", ("influxdb",), ""),
    ("influxdb:1.8", ("influxdb",), "1.8"),
    ("docker.io/library/influxdb:1.8", ("library", "influxdb"), "1.8"),
    ("localhost/influxdb", ("influxdb",), ""),
    ("localhost:5000/influxdb", ("influxdb",), ""),
    ("registry.local:5000/mirror/bitnami/node-exporter", ("mirror", "bitnami", "node-exporter"), ""),
    (f"quay.io/prometheus/node-exporter:v1.5.0@sha256:{'0' * 64}", ("prometheus", "node-exporter"), "v1.5.0"),
    (f"quay.io/prometheus/node-exporter@sha256:{'0' * 64}", ("prometheus", "node-exporter"), ""),
    ("gcr.io/google_containers/etcd-amd64:3.0.17", ("google_containers", "etcd"), "3.0.17"),
    ("registry.k8s.io/pause-linux-arm64:3.9", ("pause",), "3.9"),
    ("arm64v8/nginx", ("arm64v8", "nginx"), ""),
    ("[2001:db8::1]:5000/team/app:1", ("team", "app"), "1"),
    ("Registry.Local/Team/App:V1", ("team", "app"), "V1"),
    ("${AGENT_IMAGE}:${TAG}", ("${agent_image}",), "${TAG}"),
    ("TEMPLATED", ("templated",), ""),
    ("", (), ""),
    ("/", (), ""),
    (":", (), ""),
    ("@", (), ""),
]
MATCHES = [
    ("influxdb", "influxdb"),
    ("influxdb", "docker.io/library/influxdb:1.8"),
    ("influxdb", "registry.local:5000/mirror/x/influxdb@sha256:00"),
    ("influxdb", "rancher/mirrored-library-influxdb:2"),
    ("influxdb:1.*", "influxdb:1.8"),
    ("prom/node-exporter", "docker.io/prom/node-exporter"),
    ("prom/node-exporter", "mirror.example/a/prom/node-exporter:v1"),
    ("calico/node", "rancher/mirrored-calico-node:v3"),
    ("calico/node", "registry.local/calico_node:v3"),
    ("etcd", "gcr.io/google_containers/etcd-amd64:3.0.17"),
    ("etcd", "rancher/hardened-etcd:v3.5"),
    ("livenessprobe", "registry.redhat.io/openshift4/ose-csi-livenessprobe:v4.14"),
    ("coredns", "quay.io/openshift/origin-coredns:4.14"),
    ("*cloud-controller-manager", "hetznercloud/hcloud-cloud-controller-manager:v1"),
]
DIFFERS = [
    ("influxdb", "influxdb-exporter"),
    ("influxdb", "my-influxdb"),
    ("influxdb", "influxdb/telegraf"),
    ("influxdb:1.*", "influxdb:2.7"),
    ("influxdb:1.*", "influxdb"),
    ("prom/node-exporter", "node-exporter"),
    ("prom/node-exporter", "notprom/node-exporter"),
    ("calico/node", "node"),
    ("calico/node", "team/node:1"),
    ("proxy", "kube-proxy"),
    ("nginx", "nginx-ingress-controller"),
    ("nginx", "localhost:5000"),
]
VERSIONS = [
    ("", "latest", True),
    ("<1.20", "v1.19.16", True),
    ("<1.20", "v1.20.0", False),
    ("<1.20", "latest", False),
    ("<1.20", "", False),
    (">=1.20", "sha-abcdef", True),
    ("<=1.21", "1.21.5", True),
    (">=1.8 <1.10", "v1.9.4-eksbuild.1", True),
    (">=1.8 <1.10", "v1.10.0", False),
    ("=3", "3.2-core", True),
    (">3", "3.2", False),
    (">=14", "v14", True),
    ("<1", "release-0.7.8", True),
    (">=17 <18", "alpine-v17.0.0", True),
    ("<2", "1a2b3c4d", False),
    ("<2", "1-alpine", True),
    ("<2", "RELEASE.2020-02-07T04-56-50Z", False),
]


@pytest.mark.parametrize(("reference", "path", "tag"), TAKEN_APART)
def test_a_reference_is_taken_apart(reference: str, path: tuple[str, ...], tag: str) -> None:
    name = image_name(reference)
    assert (name.path, name.tag) == (path, tag)


@pytest.mark.parametrize(("pattern", "reference"), MATCHES)
def test_a_pattern_matches_the_end_of_the_path(pattern: str, reference: str) -> None:
    assert image_matches(pattern, image_name(reference))


@pytest.mark.parametrize(("pattern", "reference"), DIFFERS)
def test_a_pattern_does_not_match_other_names(pattern: str, reference: str) -> None:
    assert not image_matches(pattern, image_name(reference))


@pytest.mark.parametrize(("rules", "tag", "expected"), VERSIONS)
def test_a_release_is_read_from_the_tag(rules: str, tag: str, expected: bool) -> None:
    assert in_versions(rules, image_name(f"app:{tag}" if tag else "app").version) is expected


def test_a_tag_without_a_number_is_the_newest_release() -> None:
    assert image_name("app:stable").version == NEWEST


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    name = image_name(text)
    image_matches("prom/node-exporter", name)
    image_matches("*", name)
    in_versions(">=1.2 <2", name.version)


@given(
    st.lists(st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True), max_size=3),
    st.sampled_from(["", ":1.2", "@sha256:00", ":v3@sha256:00"]),
)
def test_registry_mirror_tag_and_digest_do_not_matter(folders: list[str], rest: str) -> None:
    path = "/".join(["registry.example:5000", *folders, "node-exporter"])
    assert image_matches("node-exporter", image_name(path + rest))
