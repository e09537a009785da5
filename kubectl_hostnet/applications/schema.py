"""The form of an application's file: what is known of one piece of well-known software, with its source."""

from __future__ import annotations

import msgspec


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base: a misspelt key in a file is an error, not a silent default."""


class KnownPort(Known):
    """A port that the application listens on by default.

    `bind` is "" (all addresses), an address, or `node` (the node's own address only). `flags` and `env` are what moves
    the port ("--http-bind-address", "INFLUXD_HTTP_BIND_ADDRESS"); `config` are `key` paths in its configuration file.
    `when` restricts it: a port that is open only if something is configured is claimed only with that evidence.
    `owner: kernel` marks sockets without a process (VXLAN, Geneve, WireGuard).
    """

    port: int
    purpose: str
    protocol: str = "TCP"
    bind: str = ""
    flags: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    config: tuple[str, ...] = ()
    when: str = ""
    owner: str = ""


class Health(Known):
    """How to ask the application whether it is well. `port` 0 means the first known port.

    `scheme` is http, https, tcp, grpc or banner. For `banner`, `send` goes out (escapes as in JSON) and `expect` must be
    in what comes back. `identify` is a response header whose presence proves the application, and whose value is its version.
    """

    scheme: str = "http"
    port: int = 0
    method: str = "GET"
    path: str = "/"
    expect_status: tuple[int, ...] = ()
    identify: str = ""
    send: str = ""
    expect: str = ""


class Example(Known):
    """A container as in a manifest, and the ports ("8086/TCP", "127.0.0.1:8088/TCP") that must be claimed for it."""

    image: str
    ports: tuple[str, ...]
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}  # noqa: RUF012 - msgspec copies mutable defaults
    why: str = ""


class Application(Known):
    """One application. `images` are globs over the image's repository without registry host and tag; see matcher.

    `tags` are globs over the tag that must match too, where versions differ. `commands` are programs' names by which the
    application is known whatever its image is called (`kube-apiserver` in a hyperkube image). `off` are flags or
    variables that switch ports off. `source` says where the facts were read.
    """

    name: str
    title: str
    homepage: str
    source: str
    images: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    ports: tuple[KnownPort, ...] = ()
    not_listening: tuple[str, ...] = ()
    health: Health | None = None
    host_network: str = ""
    notes: str = ""
    examples: tuple[Example, ...] = ()
