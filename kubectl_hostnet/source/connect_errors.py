"""Why the API server could not be talked to, in words."""

from __future__ import annotations

import socket
import ssl

from urllib3 import exceptions

from kubectl_hostnet.errors import ClusterError

Outcome = tuple[ClusterError, bool]


def connection_error(error: Exception, server: str, context: str) -> Outcome:
    """The error to show for a failure on the wire, and whether the request may be repeated."""
    cause = _root(error)
    where = f"the API server {server}" + (f" (context {context})" if context else "")
    if isinstance(cause, ssl.SSLError):
        return _tls_error(cause, where)
    if isinstance(error, exceptions.ProxyError):
        return ClusterError(
            f"the proxy on the way to {where} failed: {cause}", "check proxy-url, HTTPS_PROXY and NO_PROXY"
        ), False
    if isinstance(error, exceptions.NameResolutionError) or isinstance(cause, socket.gaierror):
        return ClusterError(
            f"the name of {where} cannot be resolved", "check the spelling, DNS and VPN, or choose another --context"
        ), False
    if isinstance(cause, ConnectionRefusedError):
        return ClusterError(
            f"{where} refuses connections", "is the cluster running? right --context and --server?"
        ), False
    if isinstance(error, exceptions.ConnectTimeoutError | exceptions.ReadTimeoutError) or isinstance(
        cause, TimeoutError
    ):
        return ClusterError(
            f"{where} does not answer in time", "check VPN and firewall, or raise --request-timeout"
        ), False
    if isinstance(error, exceptions.ProtocolError | exceptions.DecodeError | exceptions.IncompleteRead):
        return ClusterError(f"the connection to {where} was cut: {cause}", "try again"), True
    if isinstance(cause, OSError) and cause.strerror:
        return ClusterError(
            f"{where} cannot be reached: {cause.strerror}", "check the network, VPN and --server"
        ), False
    return ClusterError(f"{where} cannot be reached: {cause}", "check --server and the kubeconfig"), False


def _root(error: BaseException) -> BaseException:
    """The innermost cause: urllib3 wraps the system's error once or twice."""
    for candidate in (
        getattr(error, "reason", None),
        getattr(error, "original_error", None),
        error.__cause__,
        error.__context__,
    ):
        if isinstance(candidate, BaseException) and candidate is not error:
            return _root(candidate)
    return next((_root(a) for a in error.args if isinstance(a, BaseException)), error)


def _tls_error(cause: ssl.SSLError, where: str) -> Outcome:
    if isinstance(cause, ssl.SSLCertVerificationError):
        hint = "check certificate-authority and --tls-server-name in the kubeconfig; last resort --insecure-skip-tls-verify"
        return ClusterError(f"the certificate of {where} is not valid: {cause.verify_message}", hint), False
    reason = (cause.reason or str(cause)).replace("_", " ").lower()
    return ClusterError(
        f"TLS with {where} failed: {reason}", "is it https? does the client certificate still hold?"
    ), False
