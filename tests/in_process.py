"""The command played in the process of a test, as a shell would see it.

What only a process of its own shows (signals, streams closed, what is loaded at the start, what is left at the end) is
tested with real processes in `test_cli`, `test_terminal`, `test_start_folder`, `test_installing` and `attacks`.
"""

from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess

from sim.cli import main


def peered(*words: str, cwd: Path) -> CompletedProcess[str]:
    """Exit code and what was printed of `peered WORDS`, given in a folder."""
    out, errors = StringIO(), StringIO()
    with chdir(cwd), redirect_stdout(out), redirect_stderr(errors):
        code = main(words)
    return CompletedProcess(words, code, out.getvalue(), errors.getvalue())
