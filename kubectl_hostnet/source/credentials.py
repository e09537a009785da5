"""Who we are for the API server: bearer tokens, basic authentication, client certificates, exec credential plugins."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kubectl_hostnet.errors import ClusterError
from kubectl_hostnet.source.kubeconfig import Settings, decoded

EXEC_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


@dataclass(frozen=True)
class Credentials:
    """An Authorization header value ("" for none) and a client certificate as PEM; secrets never appear in repr."""

    authorization: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    renewable: bool = False


def credentials(connection: Settings) -> Credentials:
    """Credentials in client-go's order: token, token file, basic, exec plugin; beside each, the client certificate."""
    user = connection.user
    certificate = _pem(user, "client-certificate")
    key = _pem(user, "client-key")
    if user.get("tokenFile"):
        return Credentials(f"Bearer {_token_file(str(user['tokenFile']))}", certificate, key, renewable=True)
    if user.get("token"):
        return Credentials(f"Bearer {user['token']}", certificate, key)
    if user.get("username"):
        pair = f"{user['username']}:{user.get('password') or ''}".encode()
        return Credentials(f"Basic {base64.b64encode(pair).decode()}", certificate, key)
    if user.get("exec"):
        return _from_plugin(user["exec"], connection)
    if user.get("auth-provider"):
        from kubectl_hostnet.source.live import legacy_authorization  # the only file that may load the client

        return Credentials(legacy_authorization(user), certificate, key)
    return Credentials("", certificate, key)


def _pem(user: Mapping[str, Any], key: str) -> bytes:
    if user.get(f"{key}-data"):
        return decoded(user, f"{key}-data")
    if not user.get(key):
        return b""
    try:
        return Path(str(user[key])).read_bytes()
    except OSError as error:
        hint = "check the kubeconfig's user entry"
        raise ClusterError(f"cannot read {key} {user[key]}: {error.strerror}", hint) from None


def _token_file(path: str) -> str:
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ClusterError(f"cannot read token file {path}: {reason}", "check the kubeconfig's user entry") from None
    if not token:
        raise ClusterError(f"token file {path} is empty", "log in again")
    return token


def _from_plugin(spec: Mapping[str, Any], connection: Settings) -> Credentials:
    """Run an exec credential plugin (client-go plugin/pkg/client/auth/exec; the API is client.authentication.k8s.io)."""
    command = str(spec.get("command") or "")
    version = str(spec.get("apiVersion") or EXEC_VERSIONS[0])
    interactive = spec.get("interactiveMode") != "Never" and sys.stdin is not None and sys.stdin.isatty()
    if spec.get("interactiveMode") == "Always" and not interactive:
        raise ClusterError(f"credential plugin {command} needs a terminal", "run it in a terminal, or use --token")
    info: dict[str, Any] = {"interactive": interactive}
    if spec.get("provideClusterInfo"):
        info["cluster"] = _cluster_info(connection)
    request = {"apiVersion": version, "kind": "ExecCredential", "spec": info}
    variables = {str(entry.get("name")): str(entry.get("value")) for entry in spec.get("env") or ()}
    environment = {**os.environ, **variables, "KUBERNETES_EXEC_INFO": json.dumps(request)}
    output = _run(
        command, [str(a) for a in spec.get("args") or ()], environment, interactive, str(spec.get("installHint") or "")
    )
    return _exec_credentials(command, output)


def _run(
    command: str, arguments: list[str], environment: dict[str, str], interactive: bool, install_hint: str
) -> bytes:
    program = shutil.which(command, path=environment.get("PATH"))
    if program is None:
        hint = " ".join(install_hint.split()) or f"install {command}, or put it on PATH"
        raise ClusterError(f"credential plugin {command} not found", hint)
    stdin = None if interactive else subprocess.DEVNULL
    try:
        done = subprocess.run([program, *arguments], env=environment, stdin=stdin, stdout=subprocess.PIPE, check=False)  # noqa: S603
    except OSError as error:
        raise ClusterError(
            f"credential plugin {command} could not be started: {error.strerror}", "check the file"
        ) from None
    if done.returncode != 0:
        message = f"credential plugin {command} failed with exit code {done.returncode}"
        raise ClusterError(message, "its own message is above; log in again, then retry")
    return done.stdout


def _exec_credentials(command: str, output: bytes) -> Credentials:
    try:
        answer = json.loads(output)
        status = answer["status"]
        token, certificate = status.get("token") or "", status.get("clientCertificateData") or ""
        key = status.get("clientKeyData") or ""
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"credential plugin {command} did not print an ExecCredential with a status"
        raise ClusterError(message, "run the plugin by hand to see what it prints") from None
    if not token and not certificate:
        raise ClusterError(f"credential plugin {command} gave neither a token nor a certificate", "log in again")
    return Credentials(f"Bearer {token}" if token else "", certificate.encode(), key.encode(), renewable=True)


def _cluster_info(connection: Settings) -> dict[str, Any]:
    info: dict[str, Any] = {"server": connection.server, "insecure-skip-tls-verify": connection.insecure}
    authority = connection.ca_data
    if not authority and connection.ca_file:
        authority = Path(connection.ca_file).read_bytes() if Path(connection.ca_file).exists() else b""
    if authority:
        info["certificate-authority-data"] = base64.b64encode(authority).decode()
    for key in ("tls-server-name", "proxy-url"):
        if connection.cluster.get(key):
            info[key] = connection.cluster[key]
    for extension in connection.cluster.get("extensions") or ():
        if extension.get("name") == "client.authentication.k8s.io/exec":
            info["config"] = extension.get("extension")
    return info
