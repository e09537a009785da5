"""Exec credential plugins (client-go plugin/pkg/client/auth/exec; the API is client.authentication.k8s.io)."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from kubectl_hostnet.errors import ClusterError
from kubectl_hostnet.source.kubeconfig import Settings
from kubectl_hostnet.source.kubeconfig_files import Cluster, ExecPlugin, decoded


class Status(msgspec.Struct, frozen=True, rename="camel"):
    """What a plugin gives: a token, or a certificate and its key as PEM, or both."""

    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None

    def __repr__(self) -> str:
        return "Status(...)"


class _ExecCredential(msgspec.Struct, frozen=True):
    status: Status


_CREDENTIAL = msgspec.json.Decoder(_ExecCredential)  # before there are threads: see decode.py


def ask(plugin: ExecPlugin, connection: Settings) -> Status:
    """Run the plugin, which may ask the user; raises ClusterError. What it says on stderr is for the user to read."""
    terminal = sys.stdin is not None and sys.stdin.isatty()
    if plugin.interactive_mode == "Always" and not terminal:
        message = f"credential plugin {plugin.command} needs a terminal"
        raise ClusterError(message, "run it in a terminal, or use --token")
    interactive = terminal and plugin.interactive_mode != "Never"
    info: dict[str, Any] = {"interactive": interactive}
    if plugin.provide_cluster_info:
        info["cluster"] = _cluster_info(connection.cluster)
    request = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": info}
    variables = {variable.name: variable.value for variable in plugin.env}
    output = _run(plugin, {**os.environ, **variables, "KUBERNETES_EXEC_INFO": json.dumps(request)}, interactive)
    return _status(plugin.command, output)


def _run(plugin: ExecPlugin, environment: dict[str, str], interactive: bool) -> bytes:
    program = shutil.which(plugin.command, path=environment.get("PATH"))
    if program is None:
        hint = " ".join(plugin.install_hint.split()) or f"install {plugin.command}, or put it on PATH"
        raise ClusterError(f"credential plugin {plugin.command} not found", hint)
    stdin, words = None if interactive else subprocess.DEVNULL, [program, *plugin.args]
    try:
        done = subprocess.run(words, env=environment, stdin=stdin, stdout=subprocess.PIPE, check=False)  # noqa: S603
    except (OSError, ValueError) as error:  # ValueError: a variable's name or an argument that no process can have
        reason = getattr(error, "strerror", None) or error
        raise ClusterError(
            f"credential plugin {plugin.command} could not be started: {reason}", "check `exec` in the kubeconfig"
        ) from None
    if done.returncode != 0:
        message = f"credential plugin {plugin.command} failed with exit code {done.returncode}"
        raise ClusterError(message, "its own message is above; log in again, then retry")
    return done.stdout


def _status(command: str, output: bytes) -> Status:
    try:
        status = _CREDENTIAL.decode(output).status
    except (msgspec.DecodeError, UnicodeDecodeError):
        message = f"credential plugin {command} did not print an ExecCredential with a status"
        raise ClusterError(message, "run the plugin by hand to see what it prints") from None
    if not status.token and not status.client_certificate_data:
        raise ClusterError(f"credential plugin {command} gave neither a token nor a certificate", "log in again")
    return status


def _cluster_info(cluster: Cluster) -> dict[str, Any]:
    info: dict[str, Any] = {"server": cluster.server, "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify}
    authority = decoded(cluster.certificate_authority_data, "certificate-authority-data")
    if not authority and Path(cluster.certificate_authority).is_file():
        authority = Path(cluster.certificate_authority).read_bytes()
    if authority:
        info["certificate-authority-data"] = base64.b64encode(authority).decode()
    if cluster.tls_server_name:
        info["tls-server-name"] = cluster.tls_server_name
    if cluster.proxy_url:
        info["proxy-url"] = cluster.proxy_url
    for extension in cluster.extensions:
        if extension.name == "client.authentication.k8s.io/exec":
            info["config"] = extension.extension
    return info
