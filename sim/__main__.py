"""The command `peered`, also `python -m sim`: begins and ends quickly, and an interrupt ends it quietly at any moment.

What is asked is read in `sim.cli`.
"""

import atexit
import gc
import os
import sys
import threading
from typing import NoReturn


def main() -> int:
    """Run the command and return its exit code."""
    try:
        gc.disable()
        from sim.cli import main as run

        # What has been loaded stays: looking for garbage in it would take a tenth of the time of a short run.
        gc.freeze()
        gc.enable()
        return run()
    except KeyboardInterrupt:
        print("peered: interrupted; nothing had finished, nothing was written", file=sys.stderr)
        return 1
    finally:
        gc.unfreeze()


def command() -> NoReturn:
    """Run the command and end the process."""
    leave(main())


def leave(code: int) -> NoReturn:
    """End the process without taking it to pieces first, unless somebody is still at work or cannot be heard."""
    atexit._run_exitfuncs()
    at_work = [each for each in threading.enumerate() if each is not threading.current_thread() and not each.daemon]
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)
    if at_work:
        sys.exit(code)
    os._exit(code)


if __name__ == "__main__":
    command()
