"""Exchanges with the API server through a proxy: http, https or SOCKS, by urllib3."""

from __future__ import annotations

import ssl
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3 import exceptions

from kubectl_hostnet.errors import ClusterError
from kubectl_hostnet.source.wire import CONNECT_TIMEOUT, Answer, Headers


class ProxyFailedError(OSError):
    """The proxy itself refuses or cannot be reached."""


class ProxiedWire:
    """See wire.Wire. Raises ClusterError for a SOCKS proxy without PySocks."""

    def __init__(self, server: str, tls: ssl.SSLContext | None, server_name: str, proxy: str, connections: int) -> None:
        self._server = server
        keywords: dict[str, Any] = {"maxsize": connections, "block": True, "retries": False}
        if tls:
            keywords["ssl_context"] = tls
            if tls.verify_mode == ssl.CERT_NONE:
                keywords |= {"cert_reqs": "CERT_NONE", "assert_hostname": False}
                urllib3.disable_warnings(exceptions.InsecureRequestWarning)  # the user asked for it
            elif server_name:
                keywords |= {"server_hostname": server_name, "assert_hostname": server_name}
        self._pool = _socks(proxy, keywords) if proxy.startswith("socks") else _http(proxy, keywords)

    def exchange(self, method: str, path: str, headers: Headers, body: bytes, timeout: float | None) -> Answer:
        """See Wire."""
        sent = urllib3.HTTPHeaderDict([(name, value.encode().decode("latin-1")) for name, value in headers])
        patience = urllib3.Timeout(connect=min(CONNECT_TIMEOUT, timeout or CONNECT_TIMEOUT), read=timeout)
        url = self._server + path
        try:
            response = self._pool.request(
                method, url, headers=sent, body=body or None, timeout=patience, redirect=False
            )
        except exceptions.ProxyError as error:
            raise ProxyFailedError(str(_root(error))) from None
        except (exceptions.TimeoutError, exceptions.HTTPError) as error:
            raise _plain(error) from None
        return Answer(response.status, response.data, {k.lower(): v for k, v in response.headers.items()})


def _http(proxy: str, keywords: dict[str, Any]) -> urllib3.PoolManager:
    user = urlsplit(proxy).netloc.rpartition("@")[0]
    headers = urllib3.make_headers(proxy_basic_auth=user) if user else {}
    return urllib3.ProxyManager(proxy, proxy_headers=headers, **keywords)


def _socks(proxy: str, keywords: dict[str, Any]) -> urllib3.PoolManager:
    try:
        from urllib3.contrib.socks import SOCKSProxyManager  # needs PySocks, which few people have or need
    except ImportError:
        message = f"the proxy {urlsplit(proxy).hostname} is a SOCKS proxy"
        raise ClusterError(message, "install PySocks beside kubectl-hostnet") from None
    manager: urllib3.PoolManager = SOCKSProxyManager(proxy, **keywords)
    return manager


def _plain(error: exceptions.HTTPError) -> OSError:
    """The standard library's exception inside of urllib3's, which wraps it once or twice."""
    root = _root(error)
    if isinstance(error, exceptions.TimeoutError):
        return TimeoutError(str(error))
    return root if isinstance(root, OSError) else ConnectionResetError(str(root))


def _root(error: BaseException) -> BaseException:
    linked = (
        getattr(error, "reason", None),
        getattr(error, "original_error", None),
        error.__cause__,
        error.__context__,
    )
    for candidate in linked:
        if isinstance(candidate, BaseException) and candidate is not error:
            return _root(candidate)
    return next((_root(a) for a in error.args if isinstance(a, BaseException)), error)
