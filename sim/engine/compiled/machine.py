"""The machine code of the loop: made once for a version of the sources, kept on disk, announced when it takes long.

What it does is told in `loop` and the modules it calls; how it is linked, in `linking`.
"""

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

from sim.engine.compiled.linking import CompilerOfTheWhole
from sim.engine.compiled.loop import play as uncompiled_play
from sim.engine.compiled.memory import COMPILE, compiled
from sim.engine.machine_code import machine_code

PACKAGE = Path(__file__).parents[2]
SOURCES = ("department", "engine")
"""Parts of the package that decide what the machine code does."""
ANNOUNCED_AFTER = 1.0
"""Seconds that loading takes at most; what takes longer is compilation."""
ANNOUNCEMENT = "compiling the engine for this machine, once: about a minute"


def version_of_sources() -> int:
    """Hash of all sources that are compiled, so that machine code of other sources is never taken for this one.

    A whole number, since machine code that holds a text needs all that Numba knows about texts.
    """
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            digest.update(path.name.encode() + path.read_bytes())
    return int.from_bytes(digest.digest()[:7], "big") + 1


loop = compiled(uncompiled_play)


def compiled_for(version: int) -> Any:
    """`play`, not yet compiled; the version is part of the key under which machine code is kept."""

    @machine_code(error_model="numpy", nogil=True, pipeline_class=CompilerOfTheWhole)
    def play(address):
        if version == 0:
            return -1
        return loop(address)

    return play


play: Any = compiled_for(version_of_sources()) if COMPILE else uncompiled_play
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
