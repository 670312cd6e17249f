"""Folders that results are written to: which are ours, what in them is, and how a new result replaces an earlier one.

A folder is ours by its mark, a small file that is written before anything else. A result that is replaced whole lists
in its mark every file with the hash of its content; whatever is not listed, or has changed since, stops the command
before anything is deleted. Folders that grow (`sim.runs.run_store`) know their files by strict names instead.
"""

import errno
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from itertools import count, takewhile
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.io.bounded_reader import UnreadableFile, read_text
from sim.io.file_lock import LockHeld, exclusive_lock
from sim.io.short_lists import few_of
from sim.runs.interrupts import uninterrupted
from sim.runs.tables_on_disk import CannotKeep, OutputError, WriteErrors, partial_of, reason_of, write_json, write_text

MARK = ".peered.json"
FORMAT: Literal[1] = 1
MOST_MARK_BYTES = 64 * 2**20
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""Files that a desktop leaves in every folder it shows; nobody's work."""
_LOCK, DRAFT, OLD, TRASH, _LEFT = "lock", "draft", "old", "trash", "left"
"""Hidden neighbours of a results folder NAME while a command writes to it: `.NAME.lock`, `.NAME.draft` ...; `left` is
the draft of a command that was killed, of which the finished runs are taken over."""
RUNS = "parts"
"""Folder of the runs that are finished, in a draft or a result that is not whole."""
LOCK_WAIT_SECONDS = 1.0
"""A command that clears up after a killed one holds the lock for a moment."""


class Mark(BaseModel):
    """What makes a folder ours. `files`: hashes of the content we wrote (two while it is replaced), by relative name.

    `status`: a `draft` is no result yet and may be removed; an `incomplete` result lacks files that were to be in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = FORMAT
    study: str = Field(max_length=100)
    status: Literal["draft", "incomplete", "complete"] = "complete"
    files: dict[str, tuple[str, ...]] = {}
    folders: tuple[str, ...] = ()


def read_mark(folder: Path) -> Mark | None:
    """The mark of a folder; None where there is none that this version wrote."""
    file = folder / MARK
    if file.is_symlink() or not file.is_file():
        return None
    try:
        return Mark.model_validate_json(read_text(file, MOST_MARK_BYTES))
    except (UnreadableFile, ValidationError):
        return None


def write_mark(mark: Mark, folder: Path) -> None:
    """Put the mark into a folder, or replace the one there. Raises OSError."""
    write_json(mark.model_dump(mode="json"), folder / MARK)


def is_marked_for(folder: Path, *studies: str) -> bool:
    """Whether a folder, no link to one, was marked by one of these studies."""
    mark = None if folder.is_symlink() or not folder.is_dir() else read_mark(folder)
    return mark is not None and mark.study in studies


# --- what is in a folder ----------------------------------------------------------------------------


def entries_below(folder: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything below a folder with its name relative to it, a folder before what is in it; links are not followed."""
    folders = [("", str(folder))]
    while folders:
        above, here = folders.pop()
        with os.scandir(here) as found:
            for entry in found:
                yield above + entry.name, entry
                if entry.is_dir(follow_symlinks=False):
                    folders.append((f"{above}{entry.name}/", entry.path))


def is_regular(entry: os.DirEntry[str]) -> bool:
    """A file with content of its own: no link, pipe or device."""
    return stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)


def file_hash(file: Path) -> str:
    """Hash of the content of a file."""
    with file.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


def write_manifest(folder: Path, study: str, status: Literal["incomplete", "complete"]) -> None:
    """Mark a folder in which only we write with all its files, by the hash of their content, and folders."""
    files: dict[str, tuple[str, ...]] = {}
    folders: list[str] = []
    for name, entry in entries_below(folder):
        if entry.is_dir(follow_symlinks=False):
            folders.append(name)
        elif name != MARK:
            files[name] = (file_hash(Path(entry.path)),)
    write_mark(Mark(study=study, status=status, files=files, folders=tuple(folders)), folder)


def is_listed(name: str, entry: os.DirEntry[str], mark: Mark) -> bool:
    """Whether an entry is as we wrote it."""
    if entry.is_dir(follow_symlinks=False):
        return name in mark.folders
    if not is_regular(entry):
        return False
    if name == MARK or entry.name in LITTER:
        return True
    return name in mark.files and file_hash(Path(entry.path)) in mark.files[name]


def foreign_to_results(folder: Path) -> list[str]:
    """Names in a folder that are no part of a result that can be replaced: not listed in its mark, or changed since."""
    mark = read_mark(folder)
    if mark is None or mark.study in GROWING:
        return sorted(entry.name for entry in folder.iterdir())
    return sorted(
        f"{name} (changed)" if name in mark.files and not entry.is_symlink() else name
        for name, entry in entries_below(folder)
        if not is_listed(name, entry, mark)
    )


GROWING = ("sweep", "breakeven", "calibrate", "multirun")
"""Marks of folders that are added to, by this version or an earlier one; results of all others are replaced whole."""


def foreign_by_name(folder: Path, ours: Callable[[str], bool]) -> list[str]:
    """Names in a folder that `ours` does not accept, which is asked about files, and links and other odd entries.

    A folder is accepted with the files in it, so one that is empty is nobody's.
    """
    return sorted(
        name
        for name, entry in entries_below(folder)
        if not entry.is_dir(follow_symlinks=False)
        and not (is_regular(entry) and (name == MARK or entry.name in LITTER or ours(name)))
    )


# --- where results will stand -----------------------------------------------------------------------


def results_place(wanted: Path | None, study: str, foreign: Callable[[Path], list[str]] = foreign_to_results) -> Path:
    """Where results will stand: the wanted folder, or a new one under `results/` named after study and time.

    Raises OutputError if that is a file, cannot be made, is where the command was started, or holds anything that is
    not an earlier result, as told by `foreign`.
    """
    try:
        place = (wanted or new_name(Path("results"), study)).resolve()
        with suppress(FileNotFoundError, NotADirectoryError):
            os.stat(place)  # since Python 3.14 `exists` hides every error
    except (OSError, RuntimeError) as error:  # a name too long; a link in a circle, a RuntimeError before Python 3.13
        is_circle = getattr(error, "errno", errno.ELOOP) == errno.ELOOP
        why = "a link that leads to itself" if is_circle else getattr(error, "strerror", error)
        raise OutputError(f"output = {wanted}: cannot be a folder ({why}); name another") from error
    here = Path.cwd().resolve()
    if place == here or place in here.parents:
        raise OutputError(f"output = {wanted}: that is the folder you are in, or above it; name a folder of its own")
    if place.exists() and not place.is_dir():
        raise OutputError(f"output = {wanted}: there is a file of that name; name a folder")
    if study not in GROWING and os.path.ismount(place):
        raise OutputError(f"output = {wanted}: a mount point cannot be replaced whole; name a folder inside it")
    refuse_foreign(place, wanted or place, foreign)
    refuse_unwritable(place.parent, wanted or place)
    return place


def refuse_unwritable(folder: Path, typed: Path) -> None:
    """Raise OutputError unless a folder, or the nearest above it that there is, can be written to."""
    nearest = next(path for path in [folder, *folder.parents] if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise OutputError(f"output = {typed}: {nearest} cannot be written to; name a folder elsewhere")


def new_name(parent: Path, study: str) -> Path:
    """A name that nothing has yet, not even a command that has started in the same second."""
    names = _numbered(parent / f"{study}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    return next(name for name in names if not (os.path.lexists(name) or beside(name, _LOCK).exists()))


def _numbered(path: Path) -> Iterator[Path]:
    """The name, then with `-2`, `-3` ... behind it."""
    return (path if number == 1 else path.with_name(f"{path.name}-{number}") for number in count(1))


_MOST_NAMED = 3


def refuse_foreign(place: Path, typed: Path, foreign: Callable[[Path], list[str]]) -> None:
    """Raise OutputError if a folder holds what we did not write."""
    try:
        others = foreign(place) if place.is_dir() else []
    except OSError as error:
        raise OutputError(f"output = {typed}: cannot be read ({error.strerror}); name a folder elsewhere") from error
    if not others:
        return
    named = few_of(others, _MOST_NAMED, ", ")
    remedy = "nothing was deleted; move them elsewhere, or name an empty or new folder"
    if read_mark(place) is None and looks_like_earlier_version(place):
        remedy = f"an earlier version did not mark what it wrote, so yours cannot be told from it; {remedy}"
    raise OutputError(f"output = {typed}: the folder holds other files ({named}); {remedy}")


def looks_like_earlier_version(folder: Path) -> bool:
    """Whether its run.json names versions as ours does; only said, never acted upon."""
    try:
        facts = json.loads(read_text(folder / "run.json", MOST_MARK_BYTES))
        return isinstance(facts, dict) and "peered" in facts.get("versions", {})
    except (UnreadableFile, ValueError, RecursionError, TypeError):
        return False


# --- a result that replaces an earlier one ----------------------------------------------------------


def beside(place: Path, what: str) -> Path:
    """A hidden neighbour of a results folder."""
    return place.with_name(f".{place.name}.{what}")


@dataclass
class DraftFolder:
    """A folder that is being filled and will take a `place`.

    `earlier`: folders that may hold runs of the same study that were finished before.

    `replaces_partial`: the draft holds all that an earlier, partial result had, and may replace it though it is not
    whole itself.
    """

    folder: Path
    place: Path
    earlier: list[Path]
    errors: WriteErrors = field(default_factory=WriteErrors)
    replaces_partial: bool = False


@contextmanager
def results_folder(place: Path, study: str) -> Iterator[DraftFolder]:
    """A draft folder that becomes `place` when the block ends without an error; else it is removed.

    One process at a time. An earlier result is moved aside and removed only when the new one stands. If the WriteErrors
    hold a file that could not be written, or the draft cannot be put in place, it is kept as `NAME.unfinished`, which
    the CannotKeep raised then names. Raises OutputError if the place cannot be used.
    """
    with ExitStack() as stack:
        folder = claimed(place, study, stack)
        unfinished = takewhile(os.path.lexists, _numbered(place.with_name(f"{place.name}.unfinished")))
        earlier = [path for path in (beside(place, _LEFT), place, *unfinished) if is_marked_for(path, study)]
        draft = DraftFolder(folder, place, earlier)
        try:
            yield draft
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with uninterrupted():
            finish(draft, place, study)
            if is_dead_draft(beside(place, _LEFT)):
                shutil.rmtree(beside(place, _LEFT))


def claimed(place: Path, study: str, stack: ExitStack) -> Path:
    """A new draft for a place that is locked until the stack is closed. Raises OutputError."""
    with refusing_the_folder(place, "command"):
        place.parent.mkdir(parents=True, exist_ok=True)
        clear_up(place)
        lock = exclusive_lock(beside(place, _LOCK), wait_seconds=LOCK_WAIT_SECONDS, remove=True)
        if stack.enter_context(lock) and settle(place, keep_runs=True):
            refuse_foreign(place, place, foreign_to_results)
        return begin_draft(beside(place, DRAFT), study)


@contextmanager
def refusing_the_folder(folder: Path, other: str) -> Iterator[None]:
    """Raise OutputError for a folder that another command, the `other`, has locked, or that cannot be written to."""
    try:
        yield
    except LockHeld:
        remedy = "wait until it ends, or name another folder"
        raise OutputError(f"output = {folder}: another {other} is writing to it; {remedy}") from None
    except OSError as error:
        remedy = f"cannot be written to ({reason_of(error)}); name a folder elsewhere"
        raise OutputError(f"output = {folder}: {remedy}") from error


def begin_draft(draft: Path, study: str) -> Path:
    """Make a draft folder and mark it. Raises OutputError if there is something of that name, OSError."""
    if os.path.lexists(draft):
        remedy = "if no other command is writing, move it away"
        raise OutputError(f"{draft}: is in the way, and was not left by a command that was killed; {remedy}")
    draft.mkdir()
    try:
        write_mark(Mark(study=study, status="draft"), draft)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return draft


def clear_up(claimed_place: Path) -> None:
    """Put right what killed commands have left beside a place, wherever no living one holds the lock."""
    parent = claimed_place.parent
    for what in (OLD, DRAFT, TRASH, _LEFT):
        for found in parent.glob(f".*.{what}"):
            place = parent / found.name[1 : -len(what) - 1]
            if place == claimed_place:
                continue
            with suppress(LockHeld, OSError), exclusive_lock(beside(place, _LOCK), remove=True) as locks:
                if locks:
                    settle(place)


def settle(place: Path, keep_runs: bool = False) -> bool:
    """Put right what a killed command has left of a place whose lock is ours: restore the old result, drop the draft.

    Nothing is touched that does not bear our mark. `keep_runs`: a draft with runs in it is put aside.

    Returns whether an old result was restored.
    """
    restored = False
    old, draft, trash, left = (beside(place, what) for what in (OLD, DRAFT, TRASH, _LEFT))
    remove_listed(trash)
    if is_replaceable(old):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
        if not os.path.lexists(place):
            os.replace(old, place)
            restored = True
        elif is_replaceable(place):
            os.replace(old, trash)
            remove_listed(trash)
    if is_dead_draft(draft):
        if keep_runs and (draft / RUNS).is_dir():
            if is_dead_draft(left):
                shutil.rmtree(left)
            os.replace(draft, left)
        else:
            shutil.rmtree(draft)
    if not keep_runs and is_dead_draft(left):
        shutil.rmtree(left)
    return restored


def is_replaceable(folder: Path) -> bool:
    """A folder, no link to one, that bears the mark of a result that is replaced whole."""
    mark = None if folder.is_symlink() or not folder.is_dir() else read_mark(folder)
    return mark is not None and mark.study not in GROWING


def is_dead_draft(folder: Path) -> bool:
    """A draft that can be removed if nobody holds its lock: it says that it is one, or ended before it could say so."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    mark = read_mark(folder)
    if mark is None:
        return all(entry.name == partial_of(Path(MARK)).name for entry in folder.iterdir())
    return mark.status == "draft"


def remove_listed(folder: Path) -> None:
    """Remove the files that a folder's mark lists, and the folder if it is empty then; links are never followed."""
    if not is_replaceable(folder):
        return
    mark = read_mark(folder)
    assert mark is not None
    with suppress(OSError):
        for name, entry in reversed(list(entries_below(folder))):  # what is in a folder before the folder
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                with suppress(OSError):  # not empty: something in it is not ours
                    path.rmdir()
            elif is_regular(entry) and (name in mark.files or entry.name in LITTER):
                path.unlink()
        if [entry.name for entry in folder.iterdir()] == [MARK]:
            (folder / MARK).unlink()
            folder.rmdir()


def finish(unfinished: DraftFolder, place: Path, study: str) -> None:
    """Put a whole draft in its place; keep one that is not whole, or has none, and raise CannotKeep with its name.

    A part of what was asked for takes a free place, but replaces no earlier result unless it holds all of it.
    """
    draft, errors = unfinished.folder, unfinished.errors
    if errors.partial and not errors.found and is_replaceable(place) and not unfinished.replaces_partial:
        kept = keep_unfinished(draft, place, study, errors)
        raise CannotKeep(f"{errors.partial}: what was played is kept in {kept}, the earlier result in {place}")
    if not errors.found:
        with errors.noted(draft / MARK):
            write_manifest(draft, study, "complete")
    if errors.found:
        what = f"{errors.text()}: the results are incomplete; what could be written"
    else:
        try:
            put_in_place(draft, place)
        except (OSError, OutputError) as error:
            why = reason_of(error) if isinstance(error, OSError) else str(error)
            what = f"{place} could not be replaced ({why}): the new result"
        else:
            return
    kept = keep_unfinished(draft, place, study, errors)
    raise CannotKeep(
        f"{what} is kept in {kept}. Make room or name another folder (output=FOLDER), and give the same command again; "
        f"remove {kept.name} when you no longer need it"
    )


def put_in_place(draft: Path, place: Path) -> None:
    """Replace an earlier result, or an empty folder, by the draft. Raises OutputError, OSError, and changes nothing."""
    old, trash = beside(place, OLD), beside(place, TRASH)
    if os.path.lexists(place):
        os.replace(place, old)  # looked at where nobody can add to it any more
    try:
        refuse_foreign(old, place, foreign_to_results)
        os.replace(draft, place)
    except (OSError, OutputError):
        if os.path.lexists(old):
            os.replace(old, place)
        raise
    if is_replaceable(old):
        with suppress(OSError):
            os.replace(old, trash)
            remove_listed(trash)
    elif os.path.lexists(old):
        with suppress(OSError):
            old.rmdir()


def keep_unfinished(draft: Path, place: Path, study: str, errors: WriteErrors) -> Path:
    """Give a draft that cannot take its place a name that everybody sees, which nothing has yet."""
    with suppress(OSError):
        write_manifest(draft, study, "incomplete" if errors.found or errors.partial else "complete")
    unfinished = _numbered(place.with_name(f"{place.name}.unfinished"))
    kept = next(name for name in unfinished if not os.path.lexists(name))
    try:
        os.replace(draft, kept)
    except OSError:
        return draft
    return kept


# --- a folder shared with the user ------------------------------------------------------------------


def refuse_overwriting(folder: Path, names: Iterable[str], study: str) -> None:
    """Raise OutputError if one of these files, by relative name, is there and is not as we wrote it."""
    mark = read_mark(folder)
    if mark is not None and mark.study != study:
        raise OutputError(f"output = {folder}: holds results of study={mark.study}; name another folder")
    others = [name for name in names if not may_be_written(folder, name, mark)]
    if others:
        named = few_of(others, _MOST_NAMED, ", ")
        remedy = "nothing was written; move that away, or name another folder"
        raise OutputError(f"output = {folder}: {named} was not written by study={study}, or changed since; {remedy}")


def may_be_written(folder: Path, name: str, mark: Mark | None) -> bool:
    """Whether a name in a folder is free, or has a file as we wrote it; no folder on the way to it may be a link."""
    path = folder / name
    ways = [above for above in path.parents if folder in above.parents]
    if any(way.is_symlink() or (os.path.lexists(way) and not way.is_dir()) for way in ways):
        return False
    if not os.path.lexists(path):
        return True
    is_file = not path.is_symlink() and path.is_file()
    return is_file and mark is not None and file_hash(path) in mark.files.get(name, ())


def write_again(folder: Path, name: str, text: str) -> None:
    """Write a file of a finished folder of results again, over nothing but our own earlier one; its mark stays true.

    Raises OutputError where somebody else wrote it or changed it since, OSError.
    """
    mark = read_mark(folder)
    is_ours_by_name = mark is not None and not mark.files  # a folder that grows lists no files
    if not is_ours_by_name and not may_be_written(folder, name, mark):
        remedy = "nothing was written; move it away, or name another file (export=FILE)"
        raise OutputError(f"run = {folder}: {name} was not written by peered, or changed since; {remedy}")
    if mark is None or is_ours_by_name:
        write_text(text, folder / name)
        return
    content = (sha256(text.encode()).hexdigest(),)
    for_kill = {**mark.files, name: (*mark.files.get(name, ()), *content)}  # either content is known as ours
    write_mark(mark.model_copy(update={"files": for_kill}), folder)
    write_text(text, folder / name)
    write_mark(mark.model_copy(update={"files": {**mark.files, name: content}}), folder)


def publish(folder: Path, files: Mapping[str, bytes], study: str) -> None:
    """Write files into a folder shared with the user, all or none, over nothing but our own earlier ones.

    `files`: content by relative name. Raises OutputError, OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ours = folder / SHARED
    try:
        with exclusive_lock(beside(ours, _LOCK), wait_seconds=LOCK_WAIT_SECONDS, remove=True) as locks:
            if locks:
                settle(ours)
            refuse_overwriting(folder, files, study)
            draft = begin_draft(beside(ours, DRAFT), study)
            try:
                with uninterrupted():
                    write_over(folder, files, study, draft)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    except LockHeld:
        raise OutputError(f"output = {folder}: another command is writing to it; wait until it ends") from None


SHARED = "peered"
"""Lock and draft of a shared folder lie in it, as neighbours of a name that nothing has."""


def write_over(folder: Path, files: Mapping[str, bytes], study: str, draft: Path) -> None:
    """Write all files into the draft, then move each to its place.

    Meanwhile the mark lists the old content and the new, so that after a kill both are known as ours.
    """
    for number, content in enumerate(files.values()):
        (draft / str(number)).write_bytes(content)
    earlier = read_mark(folder)
    before = {} if earlier is None else earlier.files
    new = {name: (sha256(content).hexdigest(),) for name, content in files.items()}
    both = {name: (*before.get(name, ()), *hashes) for name, hashes in new.items()}
    write_mark(Mark(study=study, files={**before, **both}), folder)
    for number, name in enumerate(files):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(draft / str(number), folder / name)
    write_mark(Mark(study=study, files={**before, **new}), folder)
