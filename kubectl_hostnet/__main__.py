"""Where the program starts: completion, which runs at each press of a key, needs none of the command line's machinery."""

from __future__ import annotations

import sys


def entry_point() -> None:
    """What the console script `kubectl-hostnet`, `python -m kubectl_hostnet` and the self-contained program call."""
    if sys.argv[1:2] == ["__complete"]:
        from kubectl_hostnet.completion.protocol import answer_and_exit  # 30 ms; the command line is 60

        answer_and_exit(sys.argv[2:])
    try:
        from kubectl_hostnet.cli import entry_point as command_line

        command_line()
    except KeyboardInterrupt:  # before the command line could see to it, or while it ends
        sys.exit(130)


if __name__ == "__main__":
    entry_point()
