"""The log of a sweep: what was done in its folder, when, and what went wrong; each command adds to it.

It is there for people to read; nothing depends on it, and where it cannot be written the sweep goes on.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.io.clean_text import for_terminal
from sim.runs.run_store import RunResult

FILE = "sweep.log"


class SweepLog:
    """Adds lines to the log, each with its time; may be used from any thread."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE

    def say(self, text: str) -> None:
        """One event; further lines of its text are set in below the first."""
        first, *rest = (for_terminal(line) for line in text.rstrip().splitlines() or [""])
        lines = [f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {first}", *(f"    {line}" for line in rest)]
        # In one piece, so that lines of several threads do not mix.
        with suppress(OSError), self.file.open("ab", buffering=0) as log:
            log.write(("\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))

    def start(self, command: str, facts: Mapping[str, Any], told: Mapping[str, object]) -> None:
        """A command begins: what was typed, with what, and where it stands."""
        versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
        described = "\n".join(f"{name}: {value}" for name, value in told.items())
        self.say(f"start: {command}\ncode {facts['code']}, Python {facts['python']}, {versions}\n{described}")

    def failed(self, result: RunResult) -> None:
        """A run that failed, with all that is known of it."""
        self.say(f"failed: {result.label}, replication {result.key.replication + 1}\n{result.traceback}")
