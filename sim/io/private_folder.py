"""Which folders may be trusted with a cache: those that nobody else can write to.

Machine code and tables are taken from a cache without being checked, so whoever writes there decides what is run.
"""

import os
import stat
from pathlib import Path

WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def is_private(folder: Path) -> bool:
    """Whether a folder belongs to the current user and nobody else may write to it. Raises OSError if it is not there.

    Where files have no owners (Windows) every folder is taken for private.
    """
    if not hasattr(os, "geteuid"):
        return True
    found = os.stat(folder)
    is_ours = found.st_uid == os.geteuid() and not found.st_mode & WRITABLE_BY_OTHERS
    return stat.S_ISDIR(found.st_mode) and is_ours


def make_private(folder: Path) -> None:
    """Make a folder that only the current user can write to or look into. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
