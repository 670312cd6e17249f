"""What Hydra makes of files, kept from one command to the next: it takes longer to put together than a run.

An answer is found by all it depends on, the bytes of every file among it, so that none is ever out of date: nothing
outside the files can be referred to. Errors are not kept. Where it is kept is `sim.io.disk_cache`.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from sim.config.key_paths import MODELS, Plain
from sim.io.bounded_reader import UnreadableFile, read_bytes
from sim.io.disk_cache import keep, read_kept

MOST_BYTES = 4 * 2**20
"""Of all files together; more are no groups of a department, and reading them would take longer than it saves."""
MOST_ENTRIES = 10_000
"""Entries of the folder of a group that are looked at; a sweep has at most 5,000 staffings anyhow, and listing so many
takes a tenth of a second."""
GROUPS = (*MODELS, "experiment", "visits")
"""Folders in a folder of groups that have files for us; there may be anything else beside them."""
SOURCES = ("files.py", "hydra_session.py", "composition_cache.py", "references.py")
"""Our part of putting files together."""


def kept_or_made(question: Sequence[object], folders: Sequence[Path], make: Callable[[], Plain]) -> Plain:
    """The answer to a question about the files of these folders, or the error that `make` returns for it."""
    name = name_of(question, folders)
    kept = None if name is None else read_kept(name)
    if kept is not None and (data := mapping_of(kept)) is not None:
        return data
    made = make()
    text = None if name is None or isinstance(made, Exception) else text_of(made)
    if name is not None and text is not None and name_of(question, folders) == name:  # no file was written meanwhile
        keep(name, text)
    return made


def mapping_of(kept: bytes) -> dict[str, Plain] | None:
    """The mapping that was kept; None for what is none, as another program may have left it."""
    try:
        data = json.loads(kept)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def name_of(question: Sequence[object], folders: Sequence[Path]) -> str | None:
    """What an answer is kept under: a hash of all that it depends on. None if that cannot be told."""
    digest = sha256(repr((*question, *put_together_by())).encode())
    try:
        for source in SOURCES:
            digest.update(Path(__file__).with_name(source).read_bytes())
        n_bytes = 0
        for folder, file in files_in(folders):
            text = read_bytes(file, MOST_BYTES)
            n_bytes += len(text)
            if n_bytes > MOST_BYTES:
                return None
            digest.update(repr((str(folder), file.relative_to(folder).as_posix(), len(text))).encode() + text)
    except (OSError, UnreadableFile):
        return None
    return digest.hexdigest()


@lru_cache(maxsize=1)
def put_together_by() -> tuple[str, ...]:
    """Versions of those who read the files and put them together."""
    return tuple(version(name) for name in ("hydra-core", "omegaconf", "PyYAML"))


def files_in(folders: Sequence[Path]) -> Iterator[tuple[Path, Path]]:
    """Every file that can be put together with others, after its folder."""
    for folder in folders:
        for group in ("", *GROUPS):
            yield from ((folder, file) for file in files_of_group(folder, group))


def files_of_group(folder: Path, group: str) -> list[Path]:
    """Files of a group in one folder of groups, in order of name; at most `MOST_ENTRIES` entries are looked at."""
    names = (name for name in islice(entries_of(folder / group), MOST_ENTRIES) if name.endswith(".yaml"))
    return [folder / group / name for name in sorted(names)]


def entries_of(folder: Path) -> Iterator[str]:
    """Names in a folder, of more than `MOST_ENTRIES` one more than so many; none if it is no folder."""
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in islice(entries, MOST_ENTRIES + 1))
    except OSError:
        return


def text_of(data: Plain) -> bytes | None:
    """An answer as JSON; None for one that JSON would change, such as a mapping with numbers as keys."""
    try:
        text = json.dumps(data)
    except (TypeError, ValueError):
        return None
    return text.encode() if repr(json.loads(text)) == repr(data) else None  # repr tells 1 from 1.0, a tuple from a list
