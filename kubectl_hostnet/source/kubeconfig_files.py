"""Kubeconfig files: what they hold, and several of them as one. Rules: client-go tools/clientcmd/loader.go."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from kubectl_hostnet.errors import ClusterError, InputError
from kubectl_hostnet.source import yaml_text

NO_CONFIG_HINT = "set KUBECONFIG or --kubeconfig; without a cluster try `kubectl hostnet demo` or --snapshot FILE"


class Extension(msgspec.Struct, frozen=True):
    """Data for programs other than kubectl."""

    name: str = ""
    extension: Any = None


class Cluster(msgspec.Struct, frozen=True, rename="kebab"):
    """An entry of `clusters`; the names are the file's."""

    server: str = ""
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""
    extensions: list[Extension] = []


class EnvVar(msgspec.Struct, frozen=True):
    """A variable for a credential plugin."""

    name: str
    value: str = ""


class ExecPlugin(msgspec.Struct, frozen=True, rename="camel"):
    """How to run a credential plugin; `interactive_mode` is Never, IfAvailable or Always."""

    command: str
    api_version: str = "client.authentication.k8s.io/v1"
    args: list[str] = []
    env: list[EnvVar] = []
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = "IfAvailable"


class AuthProvider(msgspec.Struct, frozen=True):
    """A legacy credential plugin inside of kubectl; today only `oidc`."""

    name: str = ""
    config: dict[str, str] = {}


class User(msgspec.Struct, frozen=True, rename="kebab"):
    """An entry of `users`; holds secrets, so it has no repr of its fields."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = msgspec.field(name="tokenFile", default="")
    username: str = ""
    password: str = ""
    exec: ExecPlugin | None = None
    auth_provider: AuthProvider | None = None
    as_user: str = msgspec.field(name="as", default="")
    as_uid: str = ""
    as_groups: list[str] = []
    as_user_extra: dict[str, list[str]] = {}

    def __repr__(self) -> str:
        return "User(...)"


class Context(msgspec.Struct, frozen=True):
    """An entry of `contexts`."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""


class _NamedCluster(msgspec.Struct, frozen=True):
    name: str
    cluster: Cluster = Cluster()


class _NamedUser(msgspec.Struct, frozen=True):
    name: str
    user: User = User()


class _NamedContext(msgspec.Struct, frozen=True):
    name: str
    context: Context = Context()


class _File(msgspec.Struct, frozen=True, rename="kebab"):
    clusters: list[_NamedCluster] = []
    users: list[_NamedUser] = []
    contexts: list[_NamedContext] = []
    current_context: str = ""


Entry = TypeVar("Entry", Cluster, User)


@dataclass
class Config:
    """Several kubeconfig files as one: the first file that sets a thing wins."""

    files: Sequence[str]
    clusters: dict[str, Cluster] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    contexts: dict[str, Context] = field(default_factory=dict)
    current_context: str = ""


def paths(explicit: str, environ: Mapping[str, str]) -> list[str]:
    """The kubeconfig files that count, whether they exist or not; `explicit` is --kubeconfig."""
    if explicit:
        return [explicit]
    listed = [path for path in environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    return listed or [str(Path(environ.get("HOME") or Path.home()) / ".kube" / "config")]


def load(explicit: str, environ: Mapping[str, str]) -> Config:
    """Read and merge the files; raises ClusterError or InputError."""
    merged = Config(paths(explicit, environ))
    for path in merged.files:
        if not Path(path).exists() and not explicit:
            continue  # client-go skips missing files of the list, and complains only of an explicit one
        found, directory = _read(path), Path(path).parent
        for cluster in found.clusters:
            merged.clusters.setdefault(cluster.name, _resolved(cluster.cluster, directory, "certificate_authority"))
        for user in found.users:
            merged.users.setdefault(user.name, _user(user.user, directory))
        for context in found.contexts:
            merged.contexts.setdefault(context.name, context.context)
        merged.current_context = merged.current_context or found.current_context
    return merged


def decoded(text: str, key: str) -> bytes:
    """The value of a `*-data` key; raises InputError."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{key} in the kubeconfig is not base64", "fetch the kubeconfig again") from None


def _read(path: str) -> _File:
    try:
        document = yaml.load(Path(path).read_bytes(), Loader=yaml_text.Loader)  # noqa: S506 - a safe loader
        return msgspec.convert({} if document is None else _without_nulls(document), _File, strict=False)
    except FileNotFoundError:
        raise ClusterError(f"no kubeconfig found (looked for {path})", NO_CONFIG_HINT) from None
    except OSError as error:
        raise InputError(
            f"cannot read kubeconfig {path}: {error.strerror}", "check the path and its permissions"
        ) from None
    except yaml_text.ERRORS as error:
        message = f"kubeconfig {path} is not YAML{yaml_text.problem(error)}"
    except ValueError as error:
        message = f"kubeconfig {path} is not a Config object: {error}"
    raise InputError(message, "repair the file or choose another")


def _without_nulls(document: Any) -> Any:
    """`token:` without a value is the same as no token."""
    if isinstance(document, dict):
        return {key: _without_nulls(value) for key, value in document.items() if value is not None}
    return [_without_nulls(item) for item in document] if isinstance(document, list) else document


def _user(user: User, directory: Path) -> User:
    resolved = _resolved(user, directory, "client_certificate", "client_key", "token_file")
    plugin = resolved.exec
    if plugin is None or os.sep not in plugin.command:  # a bare name is looked for on PATH
        return resolved
    command = str(directory / plugin.command)
    return msgspec.structs.replace(resolved, exec=msgspec.structs.replace(plugin, command=command))


def _resolved(entry: Entry, directory: Path, *fields: str) -> Entry:
    """Relative paths in a kubeconfig are relative to that file (clientcmd ResolveLocalPaths)."""
    absolute = {name: str(directory / path) for name in fields if (path := getattr(entry, name))}
    return msgspec.structs.replace(entry, **absolute)
