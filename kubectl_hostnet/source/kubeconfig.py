"""The user's kubectl connection, chosen as kubectl chooses it: contexts, overrides, or the Pod's own account.

Own code and not `kubernetes.config`: importing that costs 0.2 s before the first request (docs/how-it-works.md has the
measurement), and it ignores impersonation. Rules: client-go tools/clientcmd/{overrides,client_config}.go.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

from msgspec.structs import replace

from kubectl_hostnet.errors import ClusterError, UsageError
from kubectl_hostnet.options import Connection
from kubectl_hostnet.source.kubeconfig_files import NO_CONFIG_HINT, Cluster, Config, Context, User, load, paths

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
Entry = TypeVar("Entry")


@dataclass(frozen=True)
class Settings:
    """How to reach and to address one API server; `cluster` and `user` are those of the files and the options."""

    cluster: Cluster
    namespace: str = "default"
    context: str = ""
    user: User = field(default=User(), repr=False)

    @property
    def server(self) -> str:
        """The URL, without a slash at its end and without credentials."""
        return self.cluster.server


def settings(options: Connection, environ: Mapping[str, str] = os.environ) -> Settings:
    """The connection that kubectl would use with these options. Raises ClusterError, InputError or UsageError."""
    config = load(options.kubeconfig, environ)
    if config.contexts or config.clusters or options.server or options.context:
        chosen = _chosen(config, options)
    else:
        chosen = _in_cluster(environ) or _nothing(config)
    cluster, user = _overridden(chosen.cluster, options), _as_told(chosen.user, options)
    cluster, user = _with_url(cluster, user, chosen.context)
    return Settings(cluster, chosen.namespace, chosen.context, user)


def names(
    kind: Literal["contexts", "clusters", "users"], options: Connection, environ: Mapping[str, str] = os.environ
) -> list[str]:
    """The names of one kind of entry, for completion. Raises ClusterError or InputError."""
    return sorted(getattr(load(options.kubeconfig, environ), kind))


def files(options: Connection, environ: Mapping[str, str] = os.environ) -> list[str]:
    """The kubeconfig files that count, whether they exist or not."""
    return paths(options.kubeconfig, environ)


def _chosen(config: Config, options: Connection) -> Settings:
    name = options.context or config.current_context
    if not name and not options.server and not options.cluster:
        raise ClusterError(f"no current context in {', '.join(config.files)}", _choices("context", config.contexts))
    context = _entry(config.contexts, name, "context", config) if name else Context()
    cluster, user = options.cluster or context.cluster, options.user or context.user
    return Settings(
        cluster=_entry(config.clusters, cluster, "cluster", config) if cluster else Cluster(),
        namespace=context.namespace or "default",
        context=name,
        user=_entry(config.users, user, "user", config) if user else User(),
    )


def _entry(entries: Mapping[str, Entry], name: str, what: str, config: Config) -> Entry:
    if name not in entries:
        raise ClusterError(f"{what} {name!r} does not exist in {', '.join(config.files)}", _choices(what, entries))
    return entries[name]


def _choices(what: str, entries: Mapping[str, object]) -> str:
    return f"choose one with --{what}; there are: {', '.join(sorted(entries)) or 'none'}"


def _in_cluster(environ: Mapping[str, str]) -> Settings | None:
    """The service account of the Pod that this runs in (client-go rest.InClusterConfig), or None outside of one."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
    account = Path(environ.get("HOSTNET_SERVICE_ACCOUNT_DIR", SERVICE_ACCOUNT))
    if not host or not port or not (account / "token").exists():
        return None
    namespace = account / "namespace"
    return Settings(
        Cluster(
            server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
            certificate_authority=str(account / "ca.crt"),
        ),
        environ.get("POD_NAMESPACE") or (namespace.read_text().strip() if namespace.exists() else "default"),
        "in-cluster",
        User(token_file=str(account / "token")),
    )


def _nothing(config: Config) -> Settings:
    empty = [path for path in config.files if Path(path).exists()]
    if empty:
        raise ClusterError(f"{', '.join(empty)} names no cluster and no context", NO_CONFIG_HINT)
    raise ClusterError(f"no kubeconfig found (looked for {', '.join(config.files)})", NO_CONFIG_HINT)


def _overridden(cluster: Cluster, options: Connection) -> Cluster:
    """An authority or --insecure-skip-tls-verify replaces both; with --server the file's tls-server-name is void."""
    if options.certificate_authority or options.insecure_skip_tls_verify:
        cluster = replace(
            cluster,
            certificate_authority=options.certificate_authority,
            certificate_authority_data="",
            insecure_skip_tls_verify=options.insecure_skip_tls_verify,
        )
    if options.server or options.tls_server_name:
        cluster = replace(cluster, server=options.server or cluster.server, tls_server_name=options.tls_server_name)
    return cluster


def _as_told(user: User, options: Connection) -> User:
    if options.token:  # rather than a file or a plugin
        user = replace(user, token=options.token, token_file="", exec=None, auth_provider=None)
    if options.client_certificate:
        user = replace(user, client_certificate=options.client_certificate, client_certificate_data="")
    if options.client_key:
        user = replace(user, client_key=options.client_key, client_key_data="")
    user = replace(
        user,
        as_user=options.as_user or user.as_user,
        as_uid=options.as_uid or user.as_uid,
        as_groups=options.as_group or user.as_groups,
    )
    if not user.as_user and (user.as_uid or user.as_groups or user.as_user_extra):
        raise UsageError("a group or UID is impersonated, but no user", "say whom to impersonate: --as USER")
    return user


def _with_url(cluster: Cluster, user: User, context: str) -> tuple[Cluster, User]:
    """The server as a URL; credentials in it become the user's, so that no message shows them."""
    if not cluster.server:
        raise ClusterError(f"context {context!r} names no server", "set `cluster` in the context, or use --server URL")
    server = cluster.server if "://" in cluster.server else f"{_scheme(cluster, user)}://{cluster.server}"
    try:
        parts = urlsplit(server)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # brackets without an end, a port that is no number
        valid = False
    if not valid:
        raise ClusterError("the API server's address is not a URL", "write it as https://HOST:PORT, in --server too")
    if parts.username and not user.username:
        user = replace(user, username=unquote(parts.username), password=unquote(parts.password or ""))
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
    return replace(cluster, server=urlunsplit(bare).rstrip("/")), user


def _scheme(cluster: Cluster, user: User) -> str:
    """HOST:PORT means https as soon as there is anything about TLS (client-go rest/url_utils.go)."""
    secured = (
        cluster.certificate_authority,
        cluster.certificate_authority_data,
        cluster.insecure_skip_tls_verify,
        user.client_certificate,
        user.client_certificate_data,
    )
    return "https" if any(secured) else "http"
