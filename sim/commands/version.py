"""`peered --version`: what has to be named when a result is reported or repeated."""

import platform
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sim.engine.code_version import code_version
from sim.report.console import say_unbroken
from sim.runs.tables_on_disk import installed

SHOWN_OF_HASH = 8
"""Characters of the hash of the code that are shown; `run.json` has all of them."""


def version_command(words: Sequence[str], folder: Path | None, console: Console, errors: Console) -> int:
    """Print version, Python, engines and code in one line. Returns the exit code."""
    if words or folder:
        say_unbroken(errors, "peered: --version takes no other arguments")
        return 2
    say_unbroken(console, version_line())
    return 0


def version_line() -> str:
    """Version, Python, engines and code."""
    engines = f"engines: compiled, simpy ({installed('simpy')})"
    line = f"peered {installed('peered')}, Python {platform.python_version()}, {engines}"
    return f"{line}, code {code_version()[:SHOWN_OF_HASH]}"
