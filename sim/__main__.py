"""The command `peered`, also `python -m sim`: begins and ends quickly, and an interrupt ends it quietly at any moment.

What is asked is read in `sim.cli`.
"""

import atexit
import os
import sys
import threading
from contextlib import suppress
from typing import NoReturn, TextIO

# Before numpy is loaded, which has no switch for it later: its linear algebra starts a thread for each processor, and
# on matrices as small as ours these mostly wait for each other. Workers take the variables over.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


def run_command() -> int:
    """Run the command and return its exit code."""
    distrust_folder()
    try:
        from sim.cli import main as run  # loads most of the program; an interrupt meanwhile ends it quietly

        return run()
    except KeyboardInterrupt:
        print("peered: interrupted; nothing had finished, nothing was written", file=sys.stderr)
        return 1


def distrust_folder() -> None:
    """Keep processes that are started later from taking modules of Python out of the folder they are started in."""
    os.environ["PYTHONSAFEPATH"] = "1"


def command() -> NoReturn:
    """Run the command and end the process."""
    occupy_standard_streams()
    end_process(run_command())


def end_process(code: int) -> NoReturn:
    """End the process without taking it to pieces first, unless a thread is still at work.

    That saves 0.2 of the 1.1 seconds of processor time of a run of one week.
    """
    atexit._run_exitfuncs()
    at_work = [each for each in threading.enumerate() if each is not threading.current_thread() and not each.daemon]
    for stream in (sys.stdout, sys.stderr):
        flush_or_drop(stream)
    if at_work:
        sys.exit(code)
    os._exit(code)


def flush_or_drop(stream: TextIO | None) -> None:
    """Pass on what a stream buffers; if that fails it goes nowhere, else Python would end with a code of its own."""
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def occupy_standard_streams() -> None:
    """Open what was closed of the first three descriptors, or a file of results gets one and others print into it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest that is free


if __name__ == "__main__":
    command()
