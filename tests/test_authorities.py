"""The system's authorities are found where OpenSSL was not built to look."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

import pytest

from kubectl_hostnet.authorities import BUNDLES, load_system_authorities


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle with one authority, on a system whose OpenSSL looks elsewhere."""
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda *_: None)
    elsewhere = ssl.DefaultVerifyPaths(None, None, "", "/nonexistent", "", "/nonexistent")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: elsewhere)
    bundle = tmp_path / "bundle.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    subprocess.run([*words, "-keyout", str(tmp_path / "key"), "-out", str(bundle)], check=True, capture_output=True)
    return bundle


def trusted(*bundles: Path) -> int:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_system_authorities(context, tuple(str(path) for path in bundles))
    return context.cert_store_stats()["x509_ca"]


def test_the_first_bundle_that_exists_is_trusted(authority: Path, tmp_path: Path) -> None:
    assert trusted(tmp_path / "missing", authority, tmp_path / "key") == 1
    assert trusted(tmp_path / "missing") == 0


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_the_users_own_choice_stands_alone(authority: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "/nonexistent")
    assert trusted(authority) == 0


def test_a_directory_that_openssl_can_search_is_enough(
    authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "certs").mkdir()
    usual = ssl.DefaultVerifyPaths(None, str(tmp_path / "certs"), "", "", "", "")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: usual)
    assert trusted(authority) == 1  # an empty directory is not
    (tmp_path / "certs" / "9d66eef0.0").touch()
    assert trusted(authority) == 0


def test_without_tricks_something_is_trusted_here() -> None:
    if not any(Path(path).is_file() for path in BUNDLES):
        pytest.skip("this system has no bundle")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_system_authorities(context)
    usual = ssl.get_default_verify_paths()
    assert context.cert_store_stats()["x509_ca"] or list(Path(str(usual.capath)).glob("*.0"))
