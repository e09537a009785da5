"""A certificate for the listeners of the sample cluster that speak TLS, made for one demo."""

from __future__ import annotations

import ssl
import subprocess
import tempfile
from pathlib import Path

# By whether a certificate of the client is wanted; empty where no certificate could be made.
Contexts = dict[bool, ssl.SSLContext]
REQUEST = (
    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "365",
    "-subj", "/O=kubectl hostnet demo/CN=kubernetes", "-addext", "subjectAltName=DNS:kubernetes,DNS:kubernetes.default.svc",
)  # fmt: skip
LONGEST = 10  # seconds for the openssl program


def tls_contexts() -> Contexts:
    """Server contexts with a new certificate, nothing of which stays on the disk; none without the openssl program."""
    with tempfile.TemporaryDirectory(prefix="hostnet-demo-") as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        try:
            words = [*REQUEST, "-keyout", str(key), "-out", str(certificate)]
            subprocess.run(words, check=True, capture_output=True, timeout=LONGEST)  # noqa: S603 - fixed words
        except (OSError, subprocess.SubprocessError):
            return {}
        return {wanted: _context(key, certificate, wanted=wanted) for wanted in (False, True)}


def _context(key: Path, certificate: Path, *, wanted: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if wanted:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificate)
    return context
