"""What takes longer to make than a run, kept on disk from one command to the next, whole or not at all.

What is kept, and under what name it is never out of date, is the business of those who keep it. A folder that is
damaged, cannot be written to, or may be written to by others keeps nothing, and nothing is read from it.
"""

import os
import sys
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from sim.io.bounded_reader import MIB, UnreadableFile, read_bytes
from sim.io.private_folder import is_private, make_private

MOST_KEPT, FEWER = 400, 300
"""When so many are kept, the oldest are dropped until fewer are left."""
MOST_BYTES = 64 * MIB
"""Of one file."""
SUFFIX = ".kept"


def kept_folder() -> Path | None:
    """The folder named by PEERED_CACHE, else one among the caches of the user; None where nothing is to be kept."""
    named = os.environ.get("PEERED_CACHE")
    if named is not None:
        return Path(named) if named else None
    with suppress(RuntimeError):  # nobody's home
        return caches_of_user() / "peered"
    return None


def caches_of_user() -> Path:
    """Where programs keep what they can make anew."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def read_kept(name: str) -> bytes | None:
    """What was kept under a name; None if nothing was, or not whole."""
    folder = kept_folder()
    try:
        if folder is None or not is_private(folder):
            return None
        head, _, content = read_bytes(folder / f"{name}{SUFFIX}", MOST_BYTES).partition(b"\n")
    except (OSError, UnreadableFile):
        return None
    return content if head == checksum(content) else None


def keep(name: str, content: bytes) -> None:
    """Keep something under a name, if that can be done."""
    folder = kept_folder()
    if folder is None:
        return
    with suppress(OSError):
        make_private(folder)
        if not is_private(folder):
            return
        handle, partial = tempfile.mkstemp(prefix=".", suffix=".partial", dir=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(checksum(content) + b"\n" + content)
            os.replace(partial, folder / f"{name}{SUFFIX}")
        except BaseException:
            os.unlink(partial)
            raise
        drop_oldest(folder)


def checksum(content: bytes) -> bytes:
    """What shows that a content is whole."""
    return sha256(content).hexdigest().encode()


def drop_oldest(folder: Path) -> None:
    """Make room: of many the last written are left."""
    kept = list(folder.glob(f"*{SUFFIX}"))
    if len(kept) <= MOST_KEPT:
        return
    for file in sorted(kept, key=lambda file: file.stat().st_mtime_ns)[:-FEWER]:
        file.unlink(missing_ok=True)
