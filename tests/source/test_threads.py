"""What several threads meet at the same time."""

from __future__ import annotations

import subprocess
import sys

# Every kind at once, and refusals, each for the first time in the process, with a switch of threads at every chance.
FIRST_MEETING = """
import sys, threading, msgspec
sys.setswitchinterval(1e-7)
from kubectl_hostnet.source import decode
from kubectl_hostnet.source.transport import status_of
from kubectl_hostnet.source.wire import Answer

ITEM = msgspec.Raw(b'{"metadata": {"name": "a", "ownerReferences": [{"kind": "x", "name": "y"}]}, "spec": {"template": '
                   b'{"spec": {"containers": [{"name": "c", "ports": [{"containerPort": 1}]}]}}}, "status": {}}')
REFUSAL = Answer(403, b'{"kind": "Status", "message": "no", "details": {"causes": [{"reason": "x"}]}}', {})
start = threading.Barrier(len(decode.KINDS) + 4)

def read(kind):
    start.wait()
    assert len(decode.each([ITEM], kind, [])) == 1

def refuse():
    start.wait()
    assert status_of(REFUSAL).message == "no"

threads = [threading.Thread(target=read, args=(kind,)) for kind in decode.KINDS]
threads += [threading.Thread(target=refuse) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def test_types_that_are_met_first_by_several_threads() -> None:
    for _ in range(5):  # one in a dozen reads of a cluster ended with a segmentation fault
        done = subprocess.run([sys.executable, "-c", FIRST_MEETING], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
