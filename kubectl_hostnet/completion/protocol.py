"""The protocol that kubectl has with completion programs (kubernetes-facts.md 7.5): Cobra's.

Arguments are the words after `kubectl hostnet`, the last one being completed. Answers are lines `word<TAB>description`,
and a last line `:N` that tells the shell what else it may do.
"""

from __future__ import annotations

import os
import sys

from kubectl_hostnet.completion.offer import NO_FILES, Offer, offer
from kubectl_hostnet.text import printable


def entry_point() -> None:
    """What `kubectl_complete-hostnet` calls."""
    answer_and_exit(sys.argv[1:])


def answer_and_exit(words: list[str]) -> None:
    """Answer, silent but for the answer, and end the process at once: live readings that are late are left behind."""
    if not os.environ.get("HOSTNET_DEBUG"):
        _silence()
    sys.stdout.write(answer(words))
    sys.stdout.flush()
    os._exit(0)


def answer(words: list[str]) -> str:
    """The lines for these words."""
    found = offer(words) if words else Offer((), NO_FILES)
    lines = [f"{printable(word)}\t{printable(about)}" if about else printable(word) for word, about in found.words]
    return "".join(f"{line}\n" for line in [*lines, f":{found.directive}"])


def _silence() -> None:
    """No terminal to ask on and none to write to: a credential plugin must not disturb the line that is being typed."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 2)
