"""Machine code of the engine: one library, made of these sources when the package is built and loaded when first used.

`machine_code` marks the functions that Python calls; `engine_build` prints them and all they call as C. In a checkout a
library that is missing or older than its sources is built anew, which takes some seconds and a compiler; anywhere else
that is an error. With PEERED_UNCOMPILED=1 the same functions run as plain Python, a thousand times slower, to be
stepped through.
"""

import ctypes
import inspect
import os
import re
import subprocess
import sys
import threading
import typing
from collections.abc import Callable, Iterable, Sequence
from functools import cache, wraps
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

COMPILE = os.environ.get("PEERED_UNCOMPILED", "") != "1"

Word = Annotated[int, "a whole number of 64 bits without a sign"]
Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Floats2 = Annotated[Floats, 2]
Floats3 = Annotated[Floats, 3]
"""Arrays of so many dimensions; those of one need no number."""

F = TypeVar("F", bound=Callable[..., Any])

ROOT = Path(__file__).parents[3]
BUILDER = ROOT / "engine_build"
"""There in a checkout, not where the package is installed."""
SUFFIXES = {"win32": ".dll", "darwin": ".dylib"}
LIBRARY = Path(__file__).with_name("engine" + SUFFIXES.get(sys.platform, ".so"))
STAMP = re.compile(rb"peered-sources: (\w+) (\w+) ([^\0]*)\0")
"""Stands in the library: a hash of its sources, one of what built it, and where the sources stand."""

FUNCTIONS: dict[str, Callable[..., Any]] = {}
"""What Python calls, by its name in the library."""


class NoMachineCode(RuntimeError):
    """There is no library, or it was made of other sources."""


def machine_code(function: F) -> F:
    """A function that Python calls, as machine code. Numbers and arrays are what its annotations say, and not checked
    for anything else: arrays of another type are refused, and elements beyond their end are not noticed."""
    name = f"{function.__module__.rpartition('.')[2]}_{function.__name__.strip('_')}"
    FUNCTIONS[name] = function
    if not COMPILE:
        return function

    @wraps(function)
    def call(*arguments: Any) -> Any:
        return bound(name)(*arguments)

    return typing.cast(F, call)


@cache
def bound(name: str) -> Callable[..., Any]:
    """The machine code of a function of the engine, ready to be called."""
    return bind_function(library(), name, FUNCTIONS[name])


def bind_function(loaded: ctypes.CDLL, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that stands in a library under a name and is annotated as its source in Python."""
    entry = getattr(loaded, name)
    hints = typing.get_type_hints(function, include_extras=True)
    kinds = [hints[parameter] for parameter in inspect.signature(function).parameters]
    arrays = [array_of_annotation(kind) for kind in kinds]
    entry.restype = C_TYPES.get(hints["return"])
    entry.argtypes = [each for kind, array in zip(kinds, arrays, strict=True) for each in argument_types(kind, array)]
    if not any(arrays):
        return typing.cast(Callable[..., Any], entry)
    return lambda *arguments: entry(*taken_apart(name, arguments, arrays))


C_TYPES: dict[Any, Any] = {
    int: ctypes.c_int64, float: ctypes.c_double, bool: ctypes.c_bool, Word: ctypes.c_uint64, type(None): None,
}  # fmt: skip

Shape = tuple[np.dtype[Any], int]
"""Type and number of dimensions of an array."""


def array_of_annotation(annotation: Any) -> Shape | None:
    """What an annotation says of an array; None for anything else."""
    n_dimensions = 1
    if typing.get_origin(annotation) is Annotated:
        annotation, n_dimensions = typing.get_args(annotation)[:2]
    inside = typing.get_args(annotation)
    if typing.get_origin(annotation) is np.ndarray:  # what NumPy before 2.5 makes of NDArray[...]
        inside = typing.get_args(inside[1])
    elif typing.get_origin(annotation) is not npt.NDArray:
        return None
    return (np.dtype(inside[0]), n_dimensions) if inside and inside[0] is not Any else None


def argument_types(kind: Any, array: Shape | None) -> list[Any]:
    """How one argument is handed over: an array as where it stands, its lengths and its steps in bytes."""
    return [C_TYPES[kind]] if array is None else [ctypes.c_void_p] + [ctypes.c_int64] * (2 * array[1])


def taken_apart(name: str, arguments: Sequence[Any], arrays: Sequence[Shape | None]) -> list[Any]:
    """Arguments as they are handed over. Raises TypeError for an array of another type than it should be."""
    given: list[Any] = []
    for number, (argument, array) in enumerate(zip(arguments, arrays, strict=True)):
        if array is None:
            given.append(argument)
        elif argument.dtype == array[0] and argument.ndim == array[1]:
            given += (argument.ctypes.data, *argument.shape, *argument.strides)
        else:
            wanted, found = (f"{n} x {dtype}" for dtype, n in (array, (argument.dtype, argument.ndim)))
            raise TypeError(f"{name}: argument {number + 1} is an array of {found}; it is made for {wanted}")
    return given


# --- the library ----------------------------------------------------------------------------------------------------

LOCK = threading.Lock()


@cache
def library() -> ctypes.CDLL:
    """The library, built anew in a checkout if need be. Raises NoMachineCode. Calls into it let other threads go on."""
    with LOCK:
        wrong = what_is_wrong(LIBRARY)
        if wrong is not None:
            build(wrong)
        try:
            return ctypes.CDLL(str(LIBRARY))
        except OSError as error:
            raise NoMachineCode(f"{LIBRARY} cannot be loaded ({error}): {remedy()}") from error


def what_is_wrong(path: Path) -> str | None:
    """Why a library cannot be used with these sources; None if it can."""
    try:
        stamp = STAMP.search(path.read_bytes())
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    if stamp is None:
        return f"{path} is no library of this engine"
    sources, builder, names = (part.decode() for part in stamp.groups())
    if sources != digest_of(ROOT / name for name in names.split()):
        return f"{path} was made of other sources than those beside it"
    if BUILDER.is_dir() and builder != digest_of(builder_files()):
        return f"{path} was built otherwise than engine_build does"
    return None


def builder_files() -> list[Path]:
    """What prints and builds."""
    return sorted(path for path in BUILDER.iterdir() if path.suffix in (".py", ".h"))


def digest_of(files: Iterable[Path]) -> str:
    """Hash of what stands in files, whatever the ends of their lines; a file that is missing counts as empty."""
    digest = sha256()
    for path in files:
        text = path.read_bytes().replace(b"\r\n", b"\n") if path.is_file() else b""
        digest.update(path.name.encode() + b"\0" + text + b"\0")
    return digest.hexdigest()[:16]


def build(wrong: str) -> None:
    """Build the library in a process of its own. Raises NoMachineCode where that cannot be."""
    if not BUILDER.is_dir():
        raise NoMachineCode(f"{wrong}: {remedy()}")
    print("building the engine from its changed sources, some seconds", file=sys.stderr, flush=True)
    done = subprocess.run([sys.executable, "-m", "engine_build"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise NoMachineCode(f"{wrong}, and building it failed:\n{done.stderr.strip()}")


def remedy() -> str:
    """What to do without a library that fits."""
    if BUILDER.is_dir():
        return f"build it with `{Path(sys.executable).name} -m engine_build` in {ROOT}"
    return "install peered anew: a wheel for this system brings the library, a source distribution builds it"
