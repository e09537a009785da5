"""Commands against the real cluster that KUBECONFIG names, through the real kubectl with the plugin on PATH."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

SCRIPTS = Path(sys.executable).parent


class Done(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        assert self.out, self.err
        return json.loads(self.out)


def execute(*words: str, stdin: str | None = None, timeout: float = 120, **environment: str) -> Done:
    """Run a command with the plugin on PATH."""
    env = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", **environment}
    done = subprocess.run(words, capture_output=True, text=True, input=stdin, env=env, timeout=timeout, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def kubectl(*words: str, stdin: str | None = None) -> str:
    """kubectl, which must succeed."""
    done = execute("kubectl", *words, stdin=stdin)
    assert done.code == 0, done.err
    return done.out


def hostnet(*words: str, **environment: str) -> Done:
    """`kubectl hostnet ...`, through the real kubectl."""
    return execute("kubectl", "hostnet", *words, **environment)


def apply(*objects: dict[str, Any], namespace: str) -> None:
    """Create or change objects."""
    kubectl("apply", "-n", namespace, "-f", "-", stdin="\n---\n".join(json.dumps(o) for o in objects))


def eventually(condition: Callable[[], Any], seconds: float = 60, every: float = 0.3) -> Any:
    """Wait until the condition holds, and return what it returned; fails with its last value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"still {value!r} after {seconds} s"
        time.sleep(every)


def wait_ready(*pods: str, namespace: str) -> None:
    """Wait until Pods are Ready."""
    kubectl("wait", "-n", namespace, "--for=condition=Ready", "--timeout=90s", *(f"pod/{pod}" for pod in pods))
