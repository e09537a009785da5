"""Image names: what is left of a reference when registry, mirror, tag, digest and architecture are taken off."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache

import msgspec

ARCHITECTURE = re.compile(r"-(?:linux-)?(?:amd64|arm64|arm|arm64v8|arm32v[67]|armv7|armhf|ppc64le|s390x|386)$")
# Mirrors flatten a path into one name: rancher/mirrored-calico-node, rancher/hardened-etcd, mirrored-library-traefik.
# OpenShift's own builds are called origin- (community) and ose- (enterprise): ose-csi-livenessprobe.
MIRRORED = re.compile(r"^(?:mirrored-|hardened-|origin-|ose-)(?:library-)?")
# v1.18.20, 1.8-alpine, 3 and 3-core; else a number with a dot after a word: release-0.7.8, alpine-v17.0.0.
# The digits that a commit's hash starts with are no version.
VERSION = re.compile(r"^v?(\d+(?:\.\d+)+|\d+(?=$|[-_+]))")
LATER_VERSION = re.compile(r"[-_]v?(\d+(?:\.\d+)+)")
RULE = re.compile(r"(<=|>=|<|>|=)\s*v?(\d+(?:\.\d+)*)")
NEWEST = (1 << 30,)


class ImageName(msgspec.Struct, frozen=True, gc=False):
    """An image reference, taken apart. `path` has no registry host; `tag` is "" if none is written."""

    path: tuple[str, ...]
    tag: str

    @property
    def version(self) -> tuple[int, ...]:
        """The numbers of the release (v1.18.20 -> 1, 18, 20); a tag without counts as the newest one."""
        found = VERSION.match(self.tag) or LATER_VERSION.search(self.tag)
        return tuple(int(number[:9]) for number in found[1].split(".")) if found else NEWEST


@lru_cache(maxsize=4096)
def image_name(reference: str) -> ImageName:
    """Take a reference apart: `quay.io/a/b-amd64:v1@sha256:..` is path a, b and tag v1. Never raises."""
    name, _, _ = reference.strip().partition("@")
    path = name.split("/")
    last, _, tag = path[-1].partition(":")
    if len(path) > 1 and (path[0] == "localhost" or "." in path[0] or ":" in path[0]):
        path = path[1:]
    segments = (*(segment.lower() for segment in path[:-1]), ARCHITECTURE.sub("", last.lower()))
    return ImageName(tuple(segment for segment in segments if segment), tag)


def image_matches(pattern: str, name: ImageName) -> bool:
    """Does a glob match the last segments of the path, or the one segment into which a mirror has flattened them?

    A pattern with `:` matches the tag too: `influxdb:1.*`.
    """
    repository, _, tag = pattern.partition(":")
    wanted = repository.split("/")
    if not name.path or not fnmatchcase(name.tag, tag or "*"):
        return False
    if len(wanted) <= len(name.path) and all(map(fnmatchcase, name.path[-len(wanted) :], wanted)):
        return True
    flat, last = "-".join(wanted).replace("_", "-"), name.path[-1].replace("_", "-")
    plain = MIRRORED.sub("", last)
    if len(wanted) == 1:
        return plain != last and (fnmatchcase(plain, flat) or fnmatchcase(plain, "*-" + flat))
    return fnmatchcase(plain, flat)


def in_versions(rules: str, version: tuple[int, ...]) -> bool:
    """Does a version satisfy all rules of a text such as ">=1.10 <1.20"? Only as many numbers as are written compare.

    So "<=1.21" includes 1.21.5.
    """
    return all(_holds(sign, number, version) for sign, number in RULE.findall(rules))


def _holds(sign: str, number: str, version: tuple[int, ...]) -> bool:
    limit = tuple(int(part) for part in number.split("."))
    seen = (version + (0,) * len(limit))[: len(limit)] if version != NEWEST else NEWEST
    return {"<": seen < limit, "<=": seen <= limit, ">": seen > limit, ">=": seen >= limit, "=": seen == limit}[sign]
