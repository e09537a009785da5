"""The form of an application's file: what is known of one piece of well-known software, with its source."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Versions = Annotated[str, msgspec.Meta(pattern=r"^((<=|>=|<|>|=) *v?[0-9]+(\.[0-9]+)*( +|$))*$")]


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base: a misspelt key in a file is an error, not a silent default."""


class KnownPort(Known, frozen=True):
    """A port that the application listens on by default.

    `bind` is "" (all addresses), an address, or `node` (the node's own address only). `flags` and `env` are what moves
    the port ("--http-bind-address", "INFLUXD_HTTP_BIND_ADDRESS"); a flag's value may be a port, an address with a port
    or a URL, and 0, "" or "false" there switches the port off. `config` are `key` paths in its configuration file, or
    keys of a ConfigMap whose entries are settings ("server.http_port", "tunnel-port"); a list in the path is looked
    through, "extensions.zpages.endpoint" as well as "scrape.targets.address" for a list of targets.
    `bind_by` are flags, variables ("METALLB_HOST") and `config KEY` that hold only the address, not the port.
    `when` restricts it: a port that is open only if something is configured is claimed only with that evidence: one of
    the conditions in `needs` must hold (defaults.py says how they are written); without `needs` it is never claimed.
    `unless` are conditions of which each switches the port off. Where they say that it is off, its flags, variables
    and keys do not count either; so a flag that opens a port belongs into its `needs`, or there are none. `versions` restricts it to releases: "<1.20",
    ">=2.3 <3"; a tag without a number (latest) counts as the newest release.
    `owner: kernel` marks sockets without a process (VXLAN, Geneve, WireGuard).
    """

    port: Port
    purpose: str
    protocol: Literal["TCP", "UDP", "SCTP"] = "TCP"
    bind: str = ""
    flags: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    bind_by: tuple[str, ...] = ()
    when: str = ""
    owner: Literal["", "kernel"] = ""
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    versions: Versions = ""


class Health(Known, frozen=True):
    """How to ask the application whether it is well. `port` 0 means the first known port.

    `scheme` is http, https, tcp, grpc or banner. For `banner`, `send` goes out (escapes as in JSON) and `expect` must be
    in what comes back. `identify` is a response header whose presence proves the application, and whose value is its version.
    """

    scheme: Literal["http", "https", "tcp", "grpc", "banner"] = "http"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    method: str = "GET"
    path: str = "/"
    expect_status: tuple[int, ...] = ()
    identify: str = ""
    send: str = ""
    expect: str = ""


class Example(Known, frozen=True):
    """A container as in a manifest, and the ports ("8086/TCP", "127.0.0.1:8088/TCP") that must be claimed for it."""

    image: str
    ports: tuple[str, ...]
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    why: str = ""


class Application(Known, frozen=True):
    """One application. `images` are globs over the end of the image's path, without registry host, tag and digest.

    `influxdb` matches library/influxdb and mirror/x/influxdb, `prom/node-exporter` the last two segments, `influxdb:1.*`
    the tag too. `tags` are globs over the tag for all of them, where versions differ. `commands` are programs' names by which the
    application is known whatever its image is called (`kube-apiserver` in a hyperkube image); "hyperkube apiserver" is
    a program with its subcommand. `run` is for images that hold several programs: one of these globs must match a word
    of the container's command line before the image counts; "" stands for the image's own entry point.
    `variables` are globs over names of variables that no other software has (`SELKIES_*`): by them it is known in an
    image that somebody built and named for himself. `idle`: without a command of its own it serves nothing (`pause`, a
    bare distribution): what is declared or probed there is served by somebody else.
    `not_listening` are flags and variables whose ports are never this application's own listeners (peers, upstreams,
    what is advertised). An application without `ports` is known to listen on nothing by default: `notes` says why.
    `configuration` are the paths of files in its image that say where it listens: where a volume that cannot be read
    lies over one of them, the defaults are in doubt.
    `host_network` says in a sentence what it needs the node's network for; "" if nothing does. `source` says where the
    facts were read.
    """

    name: str
    title: str
    homepage: str
    source: str
    images: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    idle: bool = False
    ports: tuple[KnownPort, ...] = ()
    not_listening: tuple[str, ...] = ()
    configuration: tuple[str, ...] = ()
    health: Health | None = None
    host_network: str = ""
    notes: str = ""
    examples: tuple[Example, ...] = ()
