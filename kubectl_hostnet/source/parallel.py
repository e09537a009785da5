"""Work on many things at once, in threads that end with the program."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Sequence[Item], workers: int) -> list[Result]:
    """The results in the order of the items; `workers` at most at a time. The first exception is raised here.

    Threads are daemons, so that Ctrl-C does not wait for the network (a ThreadPoolExecutor would).
    """
    results: dict[int, Result] = {}
    crashes: list[BaseException] = []
    waiting = deque(enumerate(items))

    def run() -> None:
        while waiting and not crashes:
            try:
                index, item = waiting.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                results[index] = work(item)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                crashes.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(min(workers, len(items)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if crashes:
        raise crashes[0]
    return [results[index] for index in range(len(items))]
