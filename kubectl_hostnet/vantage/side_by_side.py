"""A few blocking attempts at once, with the results in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from kubectl_hostnet.probe.observation import Observation, Target

Seen = Callable[[Observation], None]
AT_ONCE = 8  # each is a request to the API server, which has better things to do


def observe_each(targets: Sequence[Target], observe: Callable[[Target], Observation], seen: Seen) -> list[Observation]:
    """`observe` every target; `seen` is told each observation as it is made."""
    found: dict[int, Observation] = {}
    work = iter(list(enumerate(targets)))
    lock = threading.Lock()

    def worker() -> None:
        while True:
            with lock:
                index, target = next(work, (-1, None))
            if target is None:
                return
            found[index] = observation = observe(target)
            seen(observation)

    threads = [threading.Thread(target=worker, daemon=True) for _ in range(min(AT_ONCE, len(targets)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[index] for index in sorted(found)]
