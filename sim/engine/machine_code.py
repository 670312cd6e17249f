"""Machine code that Numba has kept is loaded without first loading all that Numba could compile.

What it does stands where it is used. This reaches into Numba's own classes; the dependency is bound to the version it
was tried on.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from llvmlite import binding
from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.compiler_lock import global_compiler_lock
from numba.core.runtime import _nrt_python  # type: ignore[attr-defined]

from sim.engine.sources import code_version

Decorator = Callable[[Any], Any]


class KeptCode(FunctionCache):
    """Numba's cache, getting ready to compile, which takes half a second, only if there is something to compile.

    Numba takes machine code to be up to date if the file of its function is, whatever became of the functions that are
    compiled into it. Here the sources of the department and the engine must be the same too.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        stamp = self._impl.locator.get_source_stamp(), code_version()
        self._cache_file = IndexDataCacheFile(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The machine code kept for a signature, or None."""
        lend_helpers()
        with self._guard_against_spurious_io_errors():
            kept = self._load_overload(sig, target_context)
        return super().load_overload(sig, target_context) if kept is None else kept


@lru_cache(maxsize=1)
def lend_helpers() -> None:
    """What machine code calls to take and give back arrays, by the names it uses."""
    for name, address in _nrt_python.c_helpers.items():
        binding.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)


def machine_code(signature: str | None = None, **options: Any) -> Decorator:
    """Have a function compiled, and its machine code kept on disk. With a signature it is compiled for that alone."""

    def made(function: Callable[..., Any]) -> Any:
        dispatcher = njit(**options)(function)
        dispatcher._cache = KeptCode(function)
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
