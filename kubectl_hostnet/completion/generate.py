"""Write the index of options: `python -m kubectl_hostnet.completion.generate`, with --check only compare."""

from __future__ import annotations

import sys

import msgspec

from kubectl_hostnet.commands import VERBS
from kubectl_hostnet.completion.grammar import INDEX
from kubectl_hostnet.completion.signature import read


def index() -> bytes:
    """What the index has to hold."""
    return msgspec.json.format(msgspec.json.encode({verb: read(verb) for verb in VERBS}), indent=1) + b"\n"


def main(argv: list[str]) -> int:
    """Write or check; 1 if the index is stale."""
    wanted = index()
    if "--check" in argv:
        stale = not INDEX.exists() or INDEX.read_bytes() != wanted
        if stale:
            sys.stderr.write(f"error: {INDEX.name} is stale\nhint: python -m kubectl_hostnet.completion.generate\n")
        return int(stale)
    INDEX.write_bytes(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
