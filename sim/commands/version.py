"""`peered --version`: what has to be named when a result is reported or repeated."""

import platform
from collections.abc import Sequence

from rich.console import Console

from sim.engine.code_version import code_version
from sim.runs.tables_on_disk import installed

SHOWN_OF_HASH = 8
"""Characters of the hash of the code that are shown; `run.json` has all of them."""


def version_command(words: Sequence[str], console: Console, errors: Console) -> int:
    """Print version, Python, engines and code in one line. Returns the exit code."""
    if words:
        errors.print("peered: --version takes no other arguments", markup=False)
        return 2
    engines = f"engines: compiled, simpy ({installed('simpy')})"
    line = f"peered {installed('peered')}, Python {platform.python_version()}, {engines}"
    console.print(f"{line}, code {code_version()[:SHOWN_OF_HASH]}", markup=False, highlight=False, soft_wrap=True)
    return 0
