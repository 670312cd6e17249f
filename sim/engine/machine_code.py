"""Machine code that Numba has kept is loaded without first loading all that Numba could compile.

What it does stands where it is used. This reaches into Numba's own classes; the dependency is bound to the version it
was tried on.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from llvmlite import binding
from numba import njit
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)
from numba.core.compiler_lock import global_compiler_lock
from numba.core.runtime import _nrt_python  # type: ignore[attr-defined]

from sim.engine.code_version import code_version
from sim.io.private_folder import is_as_safe_as, is_private, make_private

Decorator = Callable[[Any], Any]
NAMED = "NUMBA_CACHE_DIR"
REMEDY = f"set {NAMED} to a folder of your own that nobody else can write to"
NOT_KEPT = f"machine code can be kept nowhere and is made anew by each command, about a minute: {REMEDY}"


class OwnFolder(UserProvidedCacheLocator):
    """The folder named by NUMBA_CACHE_DIR, if others cannot write to it: what is loaded from a cache is run."""

    def ensure_cache_path(self) -> None:
        folder = Path(self.get_cache_path())
        try:
            make_private(folder)
            super().ensure_cache_path()
            is_safe = is_private(folder)
        except OSError as error:
            tell_once(f"{NAMED} = {folder.parent}: machine code cannot be kept there ({error.strerror}); {REMEDY}")
            raise
        if not is_safe:
            tell_once(f"{NAMED} = {folder.parent}: others may write to it, so nothing is loaded from there; {REMEDY}")
            raise PermissionError(f"{folder} may be written to by others")


class BesideTheSource(InTreeCacheLocator):
    """`__pycache__` beside the source, if whoever can write to it can write to the source too."""

    def ensure_cache_path(self) -> None:
        super().ensure_cache_path()
        folder = Path(self.get_cache_path())
        if not is_as_safe_as(folder, folder.parent):
            raise PermissionError(f"{folder} may be written to by others")


class AmongCachesOfUser(UserWideCacheLocator):
    """Numba's folder among the caches of the user, if others cannot write to it."""

    def ensure_cache_path(self) -> None:
        folder = Path(self.get_cache_path())
        make_private(folder)
        super().ensure_cache_path()
        if not is_private(folder):
            raise PermissionError(f"{folder} may be written to by others")


class ForThisCommand(UserWideCacheLocator):
    """A temporary folder, shared with the workers of this command and removed when it ends."""

    def __init__(self, function: Callable[..., Any], file: str) -> None:
        super().__init__(function, file)
        self._cache_path = str(Path(temporary_folder()) / self.get_suitable_cache_subpath(file))

    def ensure_cache_path(self) -> None:
        super().ensure_cache_path()
        tell_once(NOT_KEPT)


@lru_cache(maxsize=1)
def temporary_folder() -> str:
    """A folder of this process. Raises OSError if there is no place for one."""
    folder = tempfile.mkdtemp(prefix="peered-machine-code-")
    atexit.register(remove_if_ours, folder, os.getpid())
    os.environ[NAMED] = folder  # workers that are started later find it by this
    return folder


def remove_if_ours(folder: str, process: int) -> None:
    """Remove a folder in the process that made it, not in those split off from it."""
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


told: dict[str, bool] = {}
"""What is to be said of places where machine code cannot be kept, and whether it has been said."""


def tell_once(notice: str) -> None:
    """Have something said by the next command that asks for notices, unless it has been."""
    told.setdefault(notice, False)


def notices() -> list[str]:
    """What has not been said yet of places where machine code cannot be kept."""
    with suppress(OSError, RuntimeError):
        SafePlaces(notices)  # most of what is compiled has not been loaded yet
    fresh = [notice for notice, is_said in told.items() if not is_said]
    told.update(dict.fromkeys(fresh, True))
    return fresh


class SafePlaces(CompileResultCacheImpl):
    """Looks for a place to keep machine code in, in this order."""

    _locator_classes = [OwnFolder, BesideTheSource, AmongCachesOfUser, ForThisCommand]  # noqa: RUF012 -- as in Numba


class KeptCode(FunctionCache):
    """Numba's cache, getting ready to compile, which takes half a second, only if there is something to compile.

    Numba takes machine code to be up to date if the file of its function is, whatever became of the functions that are
    compiled into it. Here the sources of the department and the engine must be the same too. A cache that is damaged or
    cannot be written to costs time and is no error.
    """

    _impl_class = SafePlaces

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp(), code_version()
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code kept for a signature, or None."""
        lend_helpers()
        try:
            kept = self._load_overload(sig, target_context)
        except Exception:  # of any kind: half a pickle can raise whatever it likes
            kept = None
            with suppress(OSError):
                self.flush()
        if kept is None:
            target_context.refresh()
        return kept

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the machine code for a signature, if there is room."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            tell_once(f"{self.cache_path}: machine code cannot be kept there ({error.strerror}); {REMEDY}")


@lru_cache(maxsize=1)
def lend_helpers() -> None:
    """What machine code calls to take and give back arrays, by the names it uses."""
    for name, address in _nrt_python.c_helpers.items():
        binding.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)


def machine_code(signature: str | None = None, **options: Any) -> Decorator:
    """Have a function compiled, and its machine code kept on disk. With a signature it is compiled for that alone."""

    def made(function: Callable[..., Any]) -> Any:
        dispatcher = njit(**options)(function)
        try:
            dispatcher._cache = KeptCode(function)
        except (OSError, RuntimeError):  # no place at all, not even a temporary one
            tell_once(NOT_KEPT)
        dispatcher._compilation_chain_init_hook = no_extensions
        return dispatcher if signature is None else only_for(signature, dispatcher)

    return made


def no_extensions() -> None:
    """Types by others, for which Numba would look: none is used here, and looking takes as long as loading."""


def only_for(signature: str, dispatcher: Any) -> Any:
    """The function with arguments brought to the types of the signature; compiled, or loaded, when first called."""
    call_template = dispatcher.get_call_template

    def way_in(*_: Any) -> Any:
        with global_compiler_lock:  # Numba's own, for a second one would lead to threads that wait for each other
            if not dispatcher.overloads:
                dispatcher.compile(signature)
                dispatcher.disable_compile()
        return next(iter(dispatcher.overloads.values())).entry_point

    def from_compiled_code(arguments: Any, keywords: Any) -> Any:
        way_in()
        return call_template(arguments, keywords)

    dispatcher._compile_for_args, dispatcher.get_call_template = way_in, from_compiled_code
    return dispatcher
