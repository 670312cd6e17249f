"""Read input files within a limit: regular files only, never more bytes than the caller allows.

A pipe or a device in a folder that somebody sent would otherwise block or fill the memory.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

MIB = 2**20


class UnreadableFile(ValueError):
    """A file that cannot or must not be read: its path, what was found there, and what to do."""

    def __init__(self, path: Path, value: str, remedy: str) -> None:
        self.path, self.value, self.remedy = path, value, remedy
        super().__init__(f"{path} = {value}: {remedy}")


def open_regular(path: Path, most_bytes: int) -> BinaryIO:
    """Open a regular file of at most `most_bytes` for reading. Raises UnreadableFile."""
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for a writer that may never come.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        if isinstance(error, PermissionError) and path.is_dir():  # as Windows answers
            raise _irregular(path, "a folder") from error
        why = getattr(error, "strerror", None) or str(error)
        raise UnreadableFile(path, repr(path.name), f"cannot be read ({why}): check the file") from error
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode):
        os.close(handle)
        raise _irregular(path, "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe, a socket or a device")
    if found.st_size > most_bytes:
        os.close(handle)
        raise _too_large(path, found.st_size, most_bytes)
    return os.fdopen(handle, "rb")


def read_bytes(path: Path, most_bytes: int) -> bytes:
    """The content of a regular file of at most `most_bytes`. Raises UnreadableFile."""
    with open_regular(path, most_bytes) as file:
        try:
            content = file.read(most_bytes + 1)  # a file may grow, and files of /proc have no size
        except OSError as error:
            remedy = f"cannot be read ({error.strerror}): check the file"
            raise UnreadableFile(path, repr(path.name), remedy) from error
    if len(content) > most_bytes:
        raise _too_large(path, len(content), most_bytes)
    return content


def read_text(path: Path, most_bytes: int) -> str:
    """The text of a regular UTF-8 file of at most `most_bytes`; a byte order mark is skipped. Raises UnreadableFile."""
    try:
        return read_bytes(path, most_bytes).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = f"byte {error.object[error.start]:#x}"
        raise UnreadableFile(path, byte, "not in UTF-8: save the file as UTF-8") from error


def _irregular(path: Path, what: str) -> UnreadableFile:
    """The refusal of what has a name in a folder and is no file."""
    return UnreadableFile(path, what, "not a regular file: give a file that lies on a disk")


def _too_large(path: Path, n_bytes: int, most_bytes: int) -> UnreadableFile:
    """The refusal of a file that is larger than such files are."""
    found, most = _size_text(n_bytes), _size_text(most_bytes)
    return UnreadableFile(path, found, f"larger than the {most} read of such a file: check that it is the right one")


def _size_text(n_bytes: int) -> str:
    """`2.5 MiB`, `312 bytes`."""
    return f"{n_bytes / MIB:.4g} MiB" if n_bytes >= MIB else f"{n_bytes} bytes"
