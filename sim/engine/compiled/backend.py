"""The machine code of the loop: made once for a version of the sources, kept on disk, announced when it takes long.

What it does is told in `loop` and the modules it calls; how it is linked, in `linking`.
"""

import threading
from collections.abc import Callable
from typing import Any

import numba

from sim.engine.compiled.event_loop import play as uncompiled_play
from sim.engine.compiled.linking import CompilerOfTheWhole
from sim.engine.compiled.memory import COMPILE, compiled
from sim.engine.machine_code import machine_code

ANNOUNCED_AFTER = 1.0
"""Seconds that loading takes at most; what takes longer is compilation."""
ANNOUNCEMENT = "compiling the engine for this machine, once: about a minute"


loop = compiled(uncompiled_play)


def play_compiled(address: int) -> int:
    """The loop with a way in from Python."""
    return loop(address)


whole = machine_code(error_model="numpy", nogil=True, pipeline_class=CompilerOfTheWhole)
play: Any = whole(play_compiled) if COMPILE else uncompiled_play
LOCK = threading.Lock()


def prepare(tell: Callable[[str], None] | None = None) -> None:
    """Load the machine code, or make it. `tell` gets one line if it has to be made. Any number of calls, any thread."""
    if not COMPILE:
        return
    with LOCK:
        if play.signatures:
            return
        announcement = threading.Timer(ANNOUNCED_AFTER, tell or (lambda _: None), [ANNOUNCEMENT])
        announcement.daemon = True
        announcement.start()
        try:
            play.compile((numba.int64,))
        finally:
            announcement.cancel()
