"""Waiting in tests for what another thread or process brings about, however long it takes on a loaded machine."""

import threading
import time
from collections.abc import Callable

from sim.runs.run_queue import RunNotPlayed, RunQueue, RunRequest

SECONDS_BETWEEN_LOOKS = 0.005
PATIENCE = 600.0
"""Seconds after which nothing moves any more. No test passes or fails by its length; it ends one that would hang."""


def wait_until(holds: Callable[[], object], is_alive: Callable[[], object] = lambda: True) -> None:
    """Look until `holds`. Fails once whoever brings it about is no longer alive, or after `PATIENCE`."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert is_alive() or holds(), "it has ended"
        assert time.monotonic() < end, f"nothing in {PATIENCE:.0f} seconds"
        time.sleep(SECONDS_BETWEEN_LOOKS)


def told_while_waiting(queue: RunQueue, request: RunRequest, act: Callable[[], object]) -> list[RunNotPlayed]:
    """Do something while a thread waits for a question of a queue, and return what that thread is told."""
    told: list[RunNotPlayed] = []
    is_waiting, n_complete = threading.Event(), request.n_complete

    def counted() -> int:
        is_waiting.set()  # the queue is locked now, and will be until the thread waits
        return n_complete()

    def wait() -> None:
        try:
            queue.wait_for(request, request.replications)
        except RunNotPlayed as error:
            told.append(error)

    request.n_complete = counted  # type: ignore[method-assign]
    thread = threading.Thread(target=wait)
    thread.start()
    assert is_waiting.wait(PATIENCE)
    act()
    thread.join()
    return told
