"""An exclusive lock that one process holds on a file, and that ends with the process, however it ends."""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

_RETRY_SECONDS = 0.05
_HELD_ERRORS = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}
"""Errors of a lock call when another process has the lock."""


class LockHeld(Exception):
    """Another process holds the lock."""


@contextmanager
def exclusive_lock(path: Path, *, wait_seconds: float = 0.0, remove: bool = False) -> Iterator[bool]:
    """Hold the lock on a file, made if need be, until the block ends; `remove` deletes the file then.

    Yields whether the file system can lock at all: some network file systems cannot, and then there is no lock.
    Raises LockHeld if another process still has the lock after `wait_seconds`, OSError if the file cannot be opened.
    """
    deadline = time.monotonic() + wait_seconds
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            locks = _try_lock(handle)
        except LockHeld:
            os.close(handle)
            if time.monotonic() >= deadline:
                raise
            time.sleep(_RETRY_SECONDS)
            continue
        except BaseException:
            os.close(handle)
            raise
        if _is_open_at(handle, path):
            break
        os.close(handle)  # its last holder removed the file between our opening and our locking it
    try:
        yield locks
    finally:
        if remove and os.name != "nt":  # removed while held, so that nobody locks a file that is about to go
            path.unlink(missing_ok=True)
        os.close(handle)
        if remove and os.name == "nt":
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _is_open_at(handle: int, path: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path, follow_symlinks=False))
    except FileNotFoundError:
        return False


def _try_lock(handle: int) -> bool:
    """Take the lock of an open file; False where the file system has no locks. Raises LockHeld."""
    try:
        _LOCKERS[os.name](handle)
    except OSError as error:
        if error.errno in _HELD_ERRORS:
            raise LockHeld from error
        return False
    return True


def _lock_by_fcntl(handle: int) -> None:
    """Lock as Unix does; the lock goes when the file is closed."""
    fcntl = import_module("fcntl")
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _lock_by_msvcrt(handle: int) -> None:
    """Lock the first byte, as Windows does, whether or not the file has one."""
    msvcrt = import_module("msvcrt")
    msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)


_LOCKERS = {"posix": _lock_by_fcntl, "nt": _lock_by_msvcrt}
"""How each operating system locks, by `os.name`."""
