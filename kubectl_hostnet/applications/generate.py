"""`python -m kubectl_hostnet.applications.generate`: writes what is made from the application files.

The index (so that start-up need not parse YAML) and docs/applications.md. With `--check` nothing is written, and the
exit code is 1 if something is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from kubectl_hostnet.applications.catalog import FOLDER, INDEX, make_index
from kubectl_hostnet.applications.page import make_page

PAGE = FOLDER.parent.parent / "docs" / "applications.md"


def main(arguments: Sequence[str] = ()) -> int:
    """Write the generated files, or only check them."""
    wanted = {FOLDER / INDEX: make_index(FOLDER), PAGE: make_page(FOLDER).encode()}
    stale = [path for path, content in wanted.items() if _content(path) != content]
    if "--check" in arguments:
        for path in stale:
            sys.stderr.write(f"stale: {path}; run python -m kubectl_hostnet.applications.generate\n")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(wanted[path])
    return 0


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
