"""A byte stream to the API server, for what is no plain HTTP exchange: TCP, through the proxy if there is one, and TLS."""

from __future__ import annotations

import base64
import http.client
import os
import socket
import ssl
from typing import Any, cast
from urllib.parse import SplitResult, unquote, urlsplit

from kubectl_hostnet.errors import ClusterError
from kubectl_hostnet.source.kubeconfig import Settings
from kubectl_hostnet.source.proxies import proxy_for


def dial(settings: Settings, tls: ssl.SSLContext | None, timeout: float) -> socket.socket:
    """Connect within `timeout` seconds, which stays the stream's timeout. Raises OSError, HTTPException, ClusterError."""
    parts = urlsplit(settings.server)
    host, port = parts.hostname or "", parts.port or (443 if tls else 80)
    proxy = settings.cluster.proxy_url or proxy_for(settings.server, os.environ)
    stream = _through(urlsplit(proxy), host, port, timeout) if proxy else _direct(host, port, timeout)
    if tls is None:
        return stream
    try:
        return _secured(stream, tls, settings.cluster.tls_server_name or host)
    except BaseException:
        stream.close()
        raise


def _direct(host: str, port: int, timeout: float) -> socket.socket:
    stream = socket.create_connection((host, port), timeout=timeout)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


def _through(proxy: SplitResult, host: str, port: int, timeout: float) -> socket.socket:
    if proxy.scheme.startswith("socks"):
        return _socks(proxy, host, port, timeout)
    kind = http.client.HTTPSConnection if proxy.scheme == "https" else http.client.HTTPConnection
    tunnel = kind(proxy.hostname or "", proxy.port or (443 if proxy.scheme == "https" else 80), timeout=timeout)
    tunnel.set_tunnel(f"[{host}]" if ":" in host else host, port, headers=_proxy_identity(proxy))
    tunnel.connect()
    return cast("socket.socket", tunnel.sock)


def _proxy_identity(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _socks(proxy: SplitResult, host: str, port: int, timeout: float) -> socket.socket:
    try:
        import socks  # type: ignore[import-untyped]  # PySocks, which few people have or need
    except ImportError:
        message = f"the proxy {proxy.hostname} is a SOCKS proxy"
        raise ClusterError(message, "install PySocks beside kubectl-hostnet") from None
    kind = socks.SOCKS4 if proxy.scheme.startswith("socks4") else socks.SOCKS5
    stream: socket.socket = socks.create_connection(
        (host, port),
        timeout=timeout,
        proxy_type=kind,
        proxy_addr=proxy.hostname,
        proxy_port=proxy.port or 1080,
        proxy_rdns=proxy.scheme in ("socks4a", "socks5h"),
        proxy_username=unquote(proxy.username) if proxy.username else None,
        proxy_password=unquote(proxy.password) if proxy.password else None,
    )
    return stream


def _secured(stream: socket.socket, tls: ssl.SSLContext, server_name: str) -> socket.socket:
    if not isinstance(stream, ssl.SSLSocket):
        return tls.wrap_socket(stream, server_hostname=server_name)
    from urllib3.util.ssltransport import SSLTransport  # TLS inside of TLS (an https proxy), which ssl cannot do

    inner: Any = SSLTransport(stream, tls, server_hostname=server_name)
    return cast("socket.socket", inner)
