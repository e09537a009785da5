"""The README's sessions: what stands between the markers is what the program prints on the demo's sample cluster."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import tempfile
from pathlib import Path

from kubectl_hostnet import cli
from kubectl_hostnet.demo.stage import staged

BLOCK = re.compile(r"<!-- session: (?P<words>.+?) -->\n.*?<!-- end -->", re.DOTALL)


def page(path: Path) -> str:
    """The page with every session run anew. Times differ from run to run: they are written as 0.4 ms."""
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder)) as (snapshot, _):
        return BLOCK.sub(lambda found: _block(found["words"], snapshot), path.read_text(encoding="utf-8"))


def _block(words: str, snapshot: Path) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        cli.main([*shlex.split(words), "--snapshot", str(snapshot)])
    text = re.sub(
        r"\b\d+(\.\d+)? ms( *)",
        lambda m: "0.4 ms" + " " * max(len(m[0]) - 6, 1 if m[2] else 0),
        out.getvalue() + err.getvalue(),
    )
    text = re.sub(r"\b127\.8\d\.0\.", "127.80.0.", text)  # the demo moves on when another one runs
    return f"<!-- session: {words} -->\n```console\n$ kubectl hostnet {words}\n{text.rstrip()}\n```\n<!-- end -->"
