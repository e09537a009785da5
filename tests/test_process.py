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


# Says when this program's own code begins: before that it is Python itself that starts, and answers to signals as it likes.
TELLING = """
import sys

class Tell:
    def find_spec(self, name, *_):
        if name == "kubectl_hostnet.cli":
            print("started", flush=True)

sys.meta_path.insert(0, Tell())
from kubectl_hostnet.__main__ import entry_point

entry_point()
"""


@pytest.mark.parametrize("seconds", [0, 0.02, 0.05, 0.1, 0.2, 0.6])
def test_ctrl_c_at_any_time_is_130_without_a_word(seconds: float) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        words = ["list", "--server", f"http://127.0.0.1:{silent.getsockname()[1]}", "-o", "json"]
        command = [sys.executable, "-c", TELLING, *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stdout.readline() == b"started\n"
            time.sleep(seconds)
            process.send_signal(signal.SIGINT)
            answer, complaint = process.communicate(timeout=10)
    assert (process.returncode, answer, complaint) == (130, b"", b"")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_defect(big: str, closed: str) -> None:
    line = f'"$@" list -A --snapshot {big} {closed}'
    done = subprocess.run(["bash", "-c", line, "-", *PROGRAM], capture_output=True, text=True, check=False)
    assert "internal error" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 0
