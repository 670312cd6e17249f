"""Hold back the user's interrupt while something must come to its end.

What is done about one that came is the caller's business.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupts:
    """Whether the user has interrupted while interrupts were held back."""

    def __init__(self) -> None:
        self.came = False


@contextmanager
def uninterrupted() -> Iterator[Interrupts]:
    """Hold back interrupts for as long as the block takes; `came` tells of one. Only the main thread is ever told."""
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return

    def hold(*_: object) -> None:
        interrupts.came = True

    before = signal.signal(signal.SIGINT, hold)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interrupted_after() -> Iterator[None]:
    """Hold back an interrupt for as long as the block takes, and raise it then."""
    with uninterrupted() as interrupts:
        yield
    if interrupts.came:
        raise KeyboardInterrupt
