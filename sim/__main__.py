"""The command `peered`, also `python -m sim`: an interrupt ends it quietly from the first moment on.

What is asked is read in `sim.cli`.
"""

import sys


def main() -> int:
    """Run the command and return its exit code."""
    try:
        from sim.cli import main as run

        return run()
    except KeyboardInterrupt:
        print("peered: interrupted; nothing had finished, nothing was written", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
