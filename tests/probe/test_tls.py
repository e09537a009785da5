from __future__ import annotations

import socket
import ssl
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from misbehave import OK, Handler, Observe, certificate, endless, hang_up, over_tls, replying, serving, silent

from kubectl_hostnet.probe.certificate import read_certificate
from kubectl_hostnet.probe.observation import Certificate


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> None:
    return certificate(tmp_path_factory.mktemp("good"), "/O=Example GmbH/CN=web.example")


def test_version_cipher_and_certificate(observe: Observe, good: Path) -> None:
    with serving(over_tls(good, silent)) as port:
        seen = observe(port, "tls")
    assert seen.end == "answered"
    assert seen.tls.version == "TLSv1.3"
    assert seen.tls.cipher.startswith("TLS_")
    assert seen.tls.verified is None
    assert seen.tls.certificate.subject == "O=Example GmbH,CN=web.example"
    assert seen.tls.certificate.issuer == "O=Example GmbH,CN=web.example"
    assert seen.tls.certificate.names == ("web.example", "*.example", "127.0.0.1", "::1")
    assert seen.timings.tls > 0


def test_the_certificate_as_python_itself_decodes_it(good: Path) -> None:
    reference = ssl._ssl._test_decode_cert(str(good))  # type: ignore[attr-defined]
    ours = read_certificate(ssl.PEM_cert_to_DER_cert(good.read_text().partition("-----BEGIN PRIVATE")[0]))
    for theirs, text in ((reference["notBefore"], ours.not_before), (reference["notAfter"], ours.not_after)):
        assert ssl.cert_time_to_seconds(theirs) == datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def test_https(observe: Observe, good: Path) -> None:
    with serving(over_tls(good, replying(OK))) as port:
        seen = observe(port, "https")
    assert (seen.end, seen.http.status, seen.tls.certificate.subject) == (
        "answered",
        200,
        "O=Example GmbH,CN=web.example",
    )


def test_verification_fails_when_asked_for_and_still_shows_the_certificate(observe: Observe, good: Path) -> None:
    with serving(over_tls(good, replying(OK))) as port:
        seen = observe(port, "https", verify=True)
    assert (seen.end, seen.phase, seen.errno) == ("tls", "tls", "CERTIFICATE_VERIFY_FAILED")
    assert "self-signed" in seen.error
    assert seen.tls.verified is False
    assert seen.tls.certificate.subject == "O=Example GmbH,CN=web.example"


def test_an_expired_certificate_is_read_and_not_judged(observe: Observe, tmp_path: Path) -> None:
    with serving(over_tls(certificate(tmp_path, expired=True), replying(OK))) as port:
        seen = observe(port, "https")
    assert seen.http.status == 200
    assert seen.tls.certificate.not_after


def test_plain_http_where_tls_was_expected(observe: Observe) -> None:
    with serving(replying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        seen = observe(port, "https", timeout=0.5)
    assert seen.phase == "tls"
    assert seen.end in ("tls", "timeout")  # a server may wait for the end of the "request"


@pytest.mark.parametrize(
    "noise", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16\x03\x01\xff\xff" + b"\0" * 300, b"\x1b[2J" * 100]
)
def test_noise_instead_of_a_handshake(observe: Observe, noise: bytes) -> None:
    def handler(conn: socket.socket) -> None:
        conn.recv(65536)
        conn.sendall(noise)

    with serving(handler) as port:
        seen = observe(port, "tls")
    assert seen.end in ("tls", "closed")
    assert seen.error
    assert noise.startswith(seen.data)


def test_a_handshake_without_end_is_cut_off(observe: Observe) -> None:
    with serving(endless(b"\x16\x03\x03\x40\x00", b"\x02" + b"\0" * 16383)) as port:
        assert observe(port, "tls", timeout=10).end in ("tls", "closed", "reset")


@pytest.mark.parametrize(("handler", "end"), [(silent, "timeout"), (hang_up, "closed")])
def test_no_handshake_at_all(observe: Observe, handler: Handler, end: str) -> None:
    with serving(handler) as port:
        seen = observe(port, "tls", timeout=0.4)
    assert seen.phase == "tls"
    assert seen.end in (end, "reset")
    assert seen.connected


def test_tls_on_a_port_that_is_asked_in_plain_text(observe: Observe, good: Path) -> None:
    with serving(over_tls(good, replying(OK))) as port:
        seen = observe(port, "http")
    assert seen.end in ("garbage", "closed", "reset")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_certificate_reader(data: bytes) -> None:
    assert isinstance(read_certificate(data), Certificate)


@given(st.data())
def test_no_change_to_a_certificate_breaks_its_reader(data: bytes) -> None:
    der = bytearray(DER)
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(read_certificate(bytes(der)), Certificate)


def test_all_kinds_of_names() -> None:
    read = read_certificate(DER)
    assert read.subject == "DC=example,O=Example,CN=x,emailAddress=a@example.com"
    assert read.names == ("a.example", "::1", "spiffe://x/y", "a@b")
    assert (read.not_before, read.not_after) == ("2026-11-24T03:45:27Z", "2126-10-31T03:45:27Z")


DER = ssl.PEM_cert_to_DER_cert(
    """-----BEGIN CERTIFICATE-----
MIICPjCCAeSgAwIBAgIUCfGXthvs0yx6GZ6khaUACuPPqTMwCgYIKoZIzj0EAwIw
VTEXMBUGCgmSJomT8ixkARkWB2V4YW1wbGUxEDAOBgNVBAoMB0V4YW1wbGUxCjAI
BgNVBAMMAXgxHDAaBgkqhkiG9w0BCQEWDWFAZXhhbXBsZS5jb20wIBcNMjYxMTI0
MDM0NTI3WhgPMjEyNjEwMzEwMzQ1MjdaMFUxFzAVBgoJkiaJk/IsZAEZFgdleGFt
cGxlMRAwDgYDVQQKDAdFeGFtcGxlMQowCAYDVQQDDAF4MRwwGgYJKoZIhvcNAQkB
Fg1hQGV4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEct49q/OI
hQ+afgl4y0epEvwEB81FDVPxnPFo2KmM52mppB/Duo6mem7W0yj0/BdnThRsc6ik
SruvkkWHAoAABKOBjzCBjDAdBgNVHQ4EFgQUmGG4F64iZeju36flEZfvAFl2uoQw
HwYDVR0jBBgwFoAUmGG4F64iZeju36flEZfvAFl2uoQwDwYDVR0TAQH/BAUwAwEB
/zA5BgNVHREEMjAwgglhLmV4YW1wbGWHEAAAAAAAAAAAAAAAAAAAAAGGDHNwaWZm
ZTovL3gveYEDYUBiMAoGCCqGSM49BAMCA0gAMEUCICByo6WPVcpKkW9N/besT6NR
hnY6waYVR/PcZlfoNDfBAiEA0fXCirGV2/4VgSEW8qSjx0v8iiFMIs/3chjXSF9h
f5w=
-----END CERTIFICATE-----"""
)
