"""The user's kubectl connection, read as kubectl reads it: several files, contexts, overrides, or the Pod's own account.

Own code and not `kubernetes.config`: importing that costs 0.2 s before the first request (docs/how-it-works.md has the
measurement), and it ignores impersonation. Rules: client-go tools/clientcmd/{loader,overrides,client_config}.go.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from kubectl_hostnet.errors import ClusterError, InputError
from kubectl_hostnet.options import Connection

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
PATH_KEYS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
NO_CONFIG_HINT = "set KUBECONFIG or --kubeconfig; without a cluster try `kubectl hostnet demo` or --snapshot FILE"


@dataclass(frozen=True)
class Settings:
    """How to reach and to address one API server. `*_data` are PEM bytes; secrets never appear in repr."""

    server: str
    namespace: str = "default"
    context: str = ""
    ca_file: str = ""
    ca_data: bytes = b""
    insecure: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""
    user: Mapping[str, Any] = field(default_factory=dict, repr=False)
    cluster: Mapping[str, Any] = field(default_factory=dict, repr=False)
    impersonation: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Config:
    """Several kubeconfig files as one: the first file that sets a thing wins."""

    clusters: dict[str, Any]
    users: dict[str, Any]
    contexts: dict[str, Any]
    current_context: str
    files: tuple[str, ...]


def settings(options: Connection, environ: Mapping[str, str] = os.environ) -> Settings:
    """The connection that kubectl would use with these options; raises ClusterError or InputError."""
    config = _load(options, environ)
    if not config.contexts and not config.clusters and not options.server:
        inside = _in_cluster(environ)
        if inside is None:
            looked = ", ".join(_paths(options, environ))
            raise ClusterError(f"no kubeconfig found (looked for {looked})", NO_CONFIG_HINT)
        return _override(inside, options)
    context_name = options.context or config.current_context
    context = _entry(config.contexts, context_name, "context", config) if context_name else {}
    if not context_name and not options.server and not options.cluster:
        raise ClusterError(f"no current context in {', '.join(config.files)}", _choices("--context", config.contexts))
    cluster_name = options.cluster or str(context.get("cluster") or "")
    user_name = options.user or str(context.get("user") or "")
    cluster = _entry(config.clusters, cluster_name, "cluster", config) if cluster_name else {}
    user = _entry(config.users, user_name, "user", config) if user_name else {}
    found = Settings(
        server=str(cluster.get("server") or ""),
        namespace=str(context.get("namespace") or "default"),
        context=context_name,
        ca_file=str(cluster.get("certificate-authority") or ""),
        ca_data=decoded(cluster, "certificate-authority-data"),
        insecure=bool(cluster.get("insecure-skip-tls-verify")),
        tls_server_name=str(cluster.get("tls-server-name") or ""),
        proxy_url=str(cluster.get("proxy-url") or ""),
        user=user,
        cluster=cluster,
        impersonation=tuple(_impersonation(user)),
    )
    return _override(found, options)


def names(
    kind: Literal["contexts", "clusters", "users"], options: Connection, environ: Mapping[str, str] = os.environ
) -> list[str]:
    """The names of one kind of entry, for completion; raises ClusterError or InputError."""
    return sorted(getattr(_load(options, environ), kind))


def files(options: Connection, environ: Mapping[str, str] = os.environ) -> list[str]:
    """The kubeconfig files that count, whether they exist or not."""
    return _paths(options, environ)


def decoded(entry: Mapping[str, Any], key: str) -> bytes:
    """The base64 value of a `*-data` key, b"" when absent; raises InputError."""
    try:
        return base64.b64decode(str(entry.get(key) or ""), validate=False)
    except (binascii.Error, ValueError):
        raise InputError(f"{key} in the kubeconfig is not base64", "fetch the kubeconfig again") from None


def _paths(options: Connection, environ: Mapping[str, str]) -> list[str]:
    if options.kubeconfig:
        return [options.kubeconfig]
    listed = [path for path in environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    return listed or [str(Path(environ.get("HOME") or Path.home()) / ".kube" / "config")]


def _load(options: Connection, environ: Mapping[str, str]) -> _Config:
    merged = _Config({}, {}, {}, "", tuple(_paths(options, environ)))
    current = ""
    for path in merged.files:
        if not Path(path).exists() and not options.kubeconfig:
            continue  # client-go skips missing files of the list, and complains only of an explicit one
        document = _read(path)
        for target, key in ((merged.clusters, "clusters"), (merged.users, "users"), (merged.contexts, "contexts")):
            for name, entry in _named(document, key, path):
                target.setdefault(name, _with_absolute_paths(entry, Path(path).parent))
        current = current or str(document.get("current-context") or "")
    return _Config(merged.clusters, merged.users, merged.contexts, current, merged.files)


def _read(path: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document = yaml.load(Path(path).read_bytes(), Loader=loader)  # noqa: S506 - both are safe loaders
    except FileNotFoundError:
        raise ClusterError(f"no kubeconfig found (looked for {path})", NO_CONFIG_HINT) from None
    except OSError as error:
        raise InputError(
            f"cannot read kubeconfig {path}: {error.strerror}", "check the path and its permissions"
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = " ".join(str(error).split())
        raise InputError(f"kubeconfig {path} is not YAML: {line}", "repair the file or choose another") from None
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise InputError(f"kubeconfig {path} is not a Config object", "repair the file or choose another")
    return document


def _named(document: dict[str, Any], key: str, path: str) -> list[tuple[str, dict[str, Any]]]:
    """Entries of `clusters`, `users` or `contexts`: lists of {name, cluster|user|context}."""
    found = []
    for entry in document.get(key) or ():
        if not isinstance(entry, dict) or not isinstance(entry.get(key[:-1]) or {}, dict):
            raise InputError(f"kubeconfig {path}: {key} holds an entry of the wrong form", "repair the file")
        found.append((str(entry.get("name", "")), entry.get(key[:-1]) or {}))
    return found


def _with_absolute_paths(entry: dict[str, Any], directory: Path) -> dict[str, Any]:
    """Relative paths in a kubeconfig are relative to that file (clientcmd ResolveLocalPaths)."""
    resolved = {key: str(directory / str(entry[key])) for key in PATH_KEYS if entry.get(key)}
    return {**entry, **resolved}


def _entry(entries: dict[str, Any], name: str, what: str, config: _Config) -> dict[str, Any]:
    if name not in entries:
        raise ClusterError(
            f"{what} {name!r} does not exist in {', '.join(config.files)}", _choices(f"--{what}", entries)
        )
    found: dict[str, Any] = entries[name]
    return found


def _choices(option: str, entries: Mapping[str, Any]) -> str:
    names = ", ".join(sorted(entries)) or "none"
    return f"choose one with {option}; there are: {names}"


def _impersonation(user: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Impersonation of the kubeconfig as headers (the official Python client ignores it)."""
    headers = [("Impersonate-User", str(user["as"]))] if user.get("as") else []
    headers += [("Impersonate-Uid", str(user["as-uid"]))] if user.get("as-uid") else []
    headers += [("Impersonate-Group", str(group)) for group in user.get("as-groups") or ()]
    for key, values in (user.get("as-user-extra") or {}).items():
        headers += [(f"Impersonate-Extra-{_header_key(str(key))}", str(value)) for value in values or ()]
    return headers


def _header_key(key: str) -> str:
    """Extra keys are percent-encoded in header names (client-go transport/round_trippers.go headerKeyEscape)."""
    return "".join(c if c.isalnum() or c in "!#$&'*+-.^_`|~" else f"%{ord(c):02X}" for c in key)


def _override(found: Settings, options: Connection) -> Settings:
    user = dict(found.user)
    if options.token:
        user = {key: value for key, value in user.items() if key not in ("tokenFile", "exec", "auth-provider")}
        user["token"] = options.token
    for key, value in (("client-certificate", options.client_certificate), ("client-key", options.client_key)):
        if value:
            user = {**user, key: value}
            user.pop(f"{key}-data", None)
    impersonation = found.impersonation
    if options.as_user or options.as_group or options.as_uid:
        chosen = {"as": options.as_user, "as-groups": options.as_group, "as-uid": options.as_uid}
        if not options.as_user:
            raise ClusterError("--as-group and --as-uid need --as", "say whom to impersonate: --as USER")
        impersonation = tuple(_impersonation(chosen))
    authority = options.certificate_authority
    return Settings(
        server=_server(options.server or found.server, found.context),
        namespace=found.namespace,
        context=found.context,
        ca_file=authority or found.ca_file,
        ca_data=b"" if authority else found.ca_data,
        insecure=options.insecure_skip_tls_verify or found.insecure,
        tls_server_name=options.tls_server_name or found.tls_server_name,
        proxy_url=found.proxy_url,
        user=user,
        cluster=found.cluster,
        impersonation=impersonation,
    )


def _server(server: str, context: str) -> str:
    if not server:
        raise ClusterError(f"context {context!r} names no server", "set `cluster` in the context, or use --server URL")
    return (server if "://" in server else f"http://{server}").rstrip("/")


def _in_cluster(environ: Mapping[str, str]) -> Settings | None:
    """The service account of the Pod that this runs in (client-go rest.InClusterConfig), or None outside of one."""
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
    account = Path(environ.get("HOSTNET_SERVICE_ACCOUNT_DIR", SERVICE_ACCOUNT))
    if not host or not port or not (account / "token").exists():
        return None
    namespace = (account / "namespace").read_text().strip() if (account / "namespace").exists() else "default"
    return Settings(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        namespace=namespace,
        context="in-cluster",
        ca_file=str(account / "ca.crt"),
        user={"tokenFile": str(account / "token")},
    )
