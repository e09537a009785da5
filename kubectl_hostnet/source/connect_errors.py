"""Why the API server could not be talked to, in words."""

from __future__ import annotations

import http.client
import socket
import ssl

from kubectl_hostnet.errors import ClusterError

Outcome = tuple[ClusterError, bool]
CUT = (http.client.HTTPException, ConnectionResetError, BrokenPipeError, ConnectionAbortedError, ssl.SSLEOFError)


def connection_error(error: Exception, server: str, context: str) -> Outcome:
    """The error to show for a failure on the wire, and whether the request may be repeated."""
    where = f"the API server {server}" + (f" (context {context})" if context else "")
    if type(error).__name__ == "ProxyFailedError":  # its module needs urllib3, which direct connections never load
        message = f"the proxy on the way to {where} failed: {error}"
        return ClusterError(message, "check proxy-url, HTTPS_PROXY and NO_PROXY"), False
    if isinstance(error, CUT):
        return ClusterError(f"the connection to {where} was cut: {error}", "try again"), True
    if isinstance(error, ssl.SSLError):
        return _tls_error(error, where), False
    message, hint = _words(error)
    return ClusterError(f"{where} {message}", hint), False


def _words(error: Exception) -> tuple[str, str]:
    if isinstance(error, socket.gaierror):
        return "has a name that cannot be resolved", "check the spelling, DNS and VPN, or choose another --context"
    if isinstance(error, ConnectionRefusedError):
        return "refuses connections", "is the cluster running? right --context and --server?"
    if isinstance(error, TimeoutError):
        return "does not answer in time", "check VPN and firewall, or raise --request-timeout"
    reason = getattr(error, "strerror", None) or str(error)
    return f"cannot be reached: {reason}", "check the network, VPN, --server and the kubeconfig"


def _tls_error(cause: ssl.SSLError, where: str) -> ClusterError:
    if isinstance(cause, ssl.SSLCertVerificationError):
        hint = "check certificate-authority and --tls-server-name; last resort --insecure-skip-tls-verify"
        return ClusterError(f"the certificate of {where} is not valid: {cause.verify_message}", hint)
    reason = (cause.reason or str(cause)).replace("_", " ").lower()
    return ClusterError(f"TLS with {where} failed: {reason}", "is it https? does the client certificate still hold?")
