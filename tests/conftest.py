"""Fixtures that all tests share, and the guard that keeps unit tests away from the user's own cluster."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from kubectl_hostnet import cli

# A job that a shell runs in the background (`make test &`, some CI runners) ignores Ctrl-C, and so would all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Outcome(NamedTuple):
    """What a command line did."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def no_real_cluster(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unit tests see no kubeconfig and no proxy; a test that wants one makes it."""
    if request.node.get_closest_marker("cluster"):
        return
    for name in (
        "KUBECONFIG",
        "KUBERNETES_SERVICE_HOST",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "https_proxy",
        "http_proxy",
        "NO_COLOR",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process, as `kubectl hostnet` would."""

    def _run(*words: str) -> Outcome:
        capfd.readouterr()
        code = cli.main(list(words))
        sys.stdout.flush()
        captured = capfd.readouterr()
        return Outcome(code, captured.out, captured.err)

    return _run


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden`: write the expected outputs of tests/scenarios instead of comparing them."""
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/scenarios/*/*.out")
