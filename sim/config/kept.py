"""What Hydra makes of files, kept on disk from one command to the next: it takes longer to put together than a run.

An answer is found by all it depends on, the bytes of every file among it, so that none is ever out of date. Errors are
not kept, nor what is looked up outside the files. A cache that is damaged or cannot be written to is none.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

Plain = Any
MOST_KEPT, FEWER = 400, 300
"""When so many answers are kept, the oldest are dropped until fewer are left."""
MOST_BYTES = 4 * 2**20
"""Of all files together; more are no groups of a department, and reading them would take longer than it saves."""
LOOKED_UP = re.compile(rb"\$\{[^}]*:")
PUT_TOGETHER_BY = ("hydra-core", "omegaconf", "PyYAML")
SOURCES = ("files.py", "kept.py")
"""Our part of putting files together."""


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


def kept_or_made(question: Sequence[object], folders: Sequence[Path], make: Callable[[], Plain]) -> Plain:
    """The answer to a question about the files of these folders, or the error that `make` returns for it."""
    folder = kept_folder()
    name = None if folder is None else name_of(question, folders)
    if folder is None or name is None:
        return make()
    place = folder / f"{name}.json"
    kept = read_kept(place)
    if kept is not None:
        return kept[0]
    made = make()
    if not isinstance(made, Exception) and name_of(question, folders) == name:  # no file was written meanwhile
        keep(made, place)
    return made


def name_of(question: Sequence[object], folders: Sequence[Path]) -> str | None:
    """What an answer is kept under: a hash of all that it depends on. None if that cannot be told."""
    digest = sha256(repr((*question, *(version(name) for name in PUT_TOGETHER_BY))).encode())
    try:
        for file in (Path(__file__).with_name(name) for name in SOURCES):
            digest.update(file.read_bytes())
        n_bytes = 0
        for folder, file in files_in(folders):
            text = file.read_bytes()
            n_bytes += len(text)
            if n_bytes > MOST_BYTES or LOOKED_UP.search(text):
                return None
            digest.update(repr((str(folder), file.relative_to(folder).as_posix(), len(text))).encode() + text)
    except OSError:
        return None
    return digest.hexdigest()


def files_in(folders: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Every file that can be put together with others, after its folder."""
    for folder in folders:
        for pattern in ("*.yaml", "*/*.yaml"):
            yield from ((folder, file) for file in sorted(folder.glob(pattern)))


def read_kept(place: Path) -> tuple[Plain] | None:
    """What was kept, as the only one of a tuple; None if nothing was, or not whole."""
    try:
        head, _, text = place.read_bytes().partition(b"\n")
        return (json.loads(text),) if head == checksum(text) else None
    except (OSError, ValueError):
        return None


def keep(data: Plain, place: Path) -> None:
    """Write an answer, whole or not at all; not one that JSON would change, such as a mapping with numbers as keys."""
    try:
        text = json.dumps(data).encode()
        if repr(json.loads(text)) != repr(data):  # tells 1 from 1.0, and a tuple from a list
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(prefix=".", suffix=".partial", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(checksum(text) + b"\n" + text)
            os.replace(partial, place)
        except BaseException:
            os.unlink(partial)
            raise
        drop_oldest(place.parent)
    except (OSError, TypeError, ValueError):
        return


def checksum(text: bytes) -> bytes:
    """What shows that a text is whole."""
    return sha256(text).hexdigest().encode()


def drop_oldest(folder: Path) -> None:
    """Make room: of many answers those written last are left."""
    kept = list(folder.glob("*.json"))
    if len(kept) <= MOST_KEPT:
        return
    for file in sorted(kept, key=lambda file: file.stat().st_mtime_ns)[:-FEWER]:
        file.unlink(missing_ok=True)
