"""The user's kubectl: which program it is, and its version."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping

LIMIT = 5.0  # seconds; it answers in a tenth of one


def path(environ: Mapping[str, str] = os.environ) -> str:
    """The kubectl that called us (KUBECTL_PATH, since 1.37), else the first on PATH; "" for none."""
    return environ.get("KUBECTL_PATH") or shutil.which("kubectl", path=environ.get("PATH")) or ""


def version(program: str) -> str:
    """Its version, such as v1.35.4; "" if it does not say."""
    words = [program, "version", "--client", "--output=json"]
    try:
        done = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, timeout=LIMIT, check=True)  # noqa: S603
        return str(json.loads(done.stdout)["clientVersion"]["gitVersion"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return ""
