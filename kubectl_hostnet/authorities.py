"""The system's certificate authorities, wherever the system keeps them.

Python asks OpenSSL, which looks where its builder said: not where Red Hat, SUSE or Alpine keep the bundle, if it was built
for Debian. So it is with the self-contained program, and with uv's Pythons. kubectl looks in all of these places (Go,
crypto/x509/root_linux.go).
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path

BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def load_system_authorities(context: ssl.SSLContext, bundles: tuple[str, ...] = BUNDLES) -> None:
    """Trust what the system trusts; SSL_CERT_FILE and SSL_CERT_DIR, when set, say what that is."""
    context.load_default_certs()
    chosen = os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")
    if chosen or context.cert_store_stats()["x509_ca"] or _has_hashed_names(ssl.get_default_verify_paths().capath):
        return
    found = next((path for path in bundles if Path(path).is_file()), None)
    if found:
        context.load_verify_locations(found)


def _has_hashed_names(folder: str | None) -> bool:
    """Whether OpenSSL can look certificates up in a directory, by the hash of their subject: `9d66eef0.0`."""
    return folder is not None and next(Path(folder).glob("*.0"), None) is not None
