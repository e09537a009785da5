"""Who we are for the API server: bearer tokens, basic authentication, client certificates, exec credential plugins."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from kubectl_hostnet.errors import ClusterError
from kubectl_hostnet.source.kubeconfig import Settings
from kubectl_hostnet.source.kubeconfig_files import ExecPlugin, User, decoded

REMOVED = {"gcp": "gke-gcloud-auth-plugin", "azure": "kubelogin"}
USER_HINT = "check the kubeconfig's user entry"
Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Credentials:
    """An Authorization header value ("" for none) and a client certificate as PEM; secrets never appear in repr."""

    authorization: str = field(default="", repr=False)
    certificate: bytes = field(default=b"", repr=False)
    key: bytes = field(default=b"", repr=False)
    renewable: bool = False


def credentials(connection: Settings) -> Credentials:
    """Credentials in client-go's order: token file, token, basic, exec plugin; beside each, the client certificate.

    As with kubectl, nothing secret leaves this machine over plain http.
    """
    user = connection.user
    if not _confidential(connection.server):
        return Credentials()
    certificate = _pem(user.client_certificate, user.client_certificate_data, "client-certificate")
    key = _pem(user.client_key, user.client_key_data, "client-key")
    if user.token_file:
        return Credentials(f"Bearer {_token_file(user.token_file)}", certificate, key, renewable=True)
    if user.token:
        return Credentials(f"Bearer {user.token}", certificate, key)
    if user.username:
        pair = f"{user.username}:{user.password}".encode()
        return Credentials(f"Basic {base64.b64encode(pair).decode()}", certificate, key)
    if user.exec:
        return _from_plugin(user.exec, connection)
    return Credentials(_legacy(user), certificate, key)


def _confidential(server: str) -> bool:
    parts = urlsplit(server)
    host = parts.hostname or ""
    return parts.scheme == "https" or host in ("localhost", "::1") or host.startswith("127.")


def identity(user: User, authorization: str) -> Headers:
    """Who we are, and whom we act as (the official Python client ignores that), as request headers.

    Raises ClusterError for what no header can carry.
    """
    headers = [("Authorization", authorization)] if authorization else []
    headers += [("Impersonate-User", user.as_user)] if user.as_user else []
    headers += [("Impersonate-Uid", user.as_uid)] if user.as_uid else []
    headers += [("Impersonate-Group", group) for group in user.as_groups]
    for key, values in user.as_user_extra.items():
        headers += [(f"Impersonate-Extra-{_header_key(key)}", value) for value in values]
    for name, value in headers:
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
            what = "token" if name == "Authorization" else f"{name} value"
            raise ClusterError(f"the {what} holds a control character, such as a line end", USER_HINT)
    return headers


def _header_key(key: str) -> str:
    """Extra keys are percent-encoded in header names (client-go transport/round_trippers.go headerKeyEscape)."""
    allowed = "!#$&'*+-.^_`|~"
    return "".join(
        c if c.isascii() and (c.isalnum() or c in allowed) else "".join(f"%{byte:02X}" for byte in c.encode())
        for c in key
    )


def _legacy(user: User) -> str:
    """The Authorization header of an `auth-provider`: since 1.26 kubectl knows `oidc` only."""
    provider = user.auth_provider
    if provider is None:
        return ""
    if provider.name in REMOVED:
        message = f"the auth-provider {provider.name} was removed from kubectl in 1.26"
        raise ClusterError(message, f"use the credential plugin {REMOVED[provider.name]}")
    if provider.name != "oidc":
        raise ClusterError(f"there is no auth-provider {provider.name!r}, only oidc", USER_HINT)
    from kubectl_hostnet.source.live import legacy_authorization  # the only file that may load the client

    return legacy_authorization(provider)


def _pem(path: str, data: str, key: str) -> bytes:
    if data:
        return decoded(data, f"{key}-data")
    if not path:
        return b""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ClusterError(f"cannot read {key} {path}: {error.strerror}", USER_HINT) from None


def _token_file(path: str) -> str:
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ClusterError(f"cannot read token file {path}: {reason}", USER_HINT) from None
    if not token:
        raise ClusterError(f"token file {path} is empty", "log in again")
    return token


def _from_plugin(plugin: ExecPlugin, connection: Settings) -> Credentials:
    from kubectl_hostnet.source.credential_plugin import ask  # loads subprocess

    status = ask(plugin, connection)
    certificate, key = status.client_certificate_data or "", status.client_key_data or ""
    authorization = f"Bearer {status.token}" if status.token else ""
    return Credentials(authorization, certificate.encode(), key.encode(), renewable=True)
