"""Hold back the user's interrupt while something must come to its end.

What is done about one that came is the caller's business.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Iterator[threading.Event]:
    """Hold back interrupts for as long as the block takes; one sets the event. Only the main thread is ever told."""
    came = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = signal.signal(signal.SIGINT, lambda *_: came.set())
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interrupted_after() -> Iterator[None]:
    """Hold back an interrupt for as long as the block takes, and raise it then."""
    with uninterrupted() as came:
        yield
    if came.is_set():
        raise KeyboardInterrupt
