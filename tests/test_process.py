"""The program as a process: signals, closed pipes and closed streams; nobody ever sees a traceback."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time

import pytest
from builders import listing, node, pod

PROGRAM = [sys.executable, "-m", "kubectl_hostnet"]


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A snapshot whose answer is larger than any pipe."""
    path = tmp_path_factory.mktemp("big") / "big.json"
    path.write_text(json.dumps(listing(node(), *(pod(f"pod-{number}") for number in range(2000)))))
    return str(path)


@pytest.mark.parametrize("form", ["table", "wide", "json", "yaml", "csv", "name", "markdown"])
def test_a_reader_that_leaves_early_is_no_error(big: str, form: str) -> None:
    line = f'set -o pipefail; "$@" list -A -o {form} --snapshot {big} | head -1'
    done = subprocess.run(["bash", "-c", line, "-", *PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("words", ["", "list --help", "version --client", "list -A --snapshot {big}"])
def test_a_reader_that_has_gone_already_is_no_error(big: str, words: str) -> None:
    line = f'set -o pipefail; (sleep 0.1; "$@" {words.format(big=big)}) | true'
    done = subprocess.run(["bash", "-c", line, "-", *PROGRAM], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("seconds", [0.02, 0.05, 0.1, 0.2, 0.6])
def test_ctrl_c_at_any_time_is_130_without_a_word(seconds: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = subprocess.Popen([*PROGRAM, "list", "--server", server, "-o", "json"], stderr=subprocess.PIPE)
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate(timeout=10)
    # Within the first milliseconds it is Python itself that starts, and dies of the signal.
    assert process.returncode == 130 or (seconds < 0.1 and process.returncode == -signal.SIGINT)
    assert process.returncode < 0 or complaint == b""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_defect(big: str, closed: str) -> None:
    line = f'"$@" list -A --snapshot {big} {closed}'
    done = subprocess.run(["bash", "-c", line, "-", *PROGRAM], capture_output=True, text=True, check=False)
    assert "internal error" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
