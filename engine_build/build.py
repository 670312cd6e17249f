"""Prints the engine as C and makes libraries of it, each with a stamp of the sources it was made of."""

import ctypes
import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine_build.compilers import compile_c

ROOT = Path(__file__).parents[1]
MODULES = (
    "sim.engine.keyed_uniforms", "sim.engine.hourly_rates", "sim.engine.workload",
    "sim.engine.measures.array_loops", "sim.engine.compiled.rows_to_columns",
    "sim.engine.compiled.event_loop",
)  # fmt: skip
"""Those that hold functions which Python calls."""


def printed() -> str:
    """The engine as one file of C. For a process in which nothing of the engine is loaded yet."""
    os.environ["PEERED_UNCOMPILED"] = "1"
    from engine_build.printer import program_of
    from sim.engine.compiled import backend

    for name in MODULES:
        importlib.import_module(name)
    sources = sorted(loaded_sources())
    stamp = f"{backend.digest_of(ROOT / name for name in sources)} {backend.digest_of(backend.builder_files())}"
    text = program_of(backend.FUNCTIONS)
    return f'{text}\nEXPORT const char engine_stamp[] = "peered-sources: {stamp} {" ".join(sources)}";\n'


def loaded_sources() -> set[str]:
    """Sources of the package that have been loaded, from the root of the project."""
    files = (getattr(module, "__file__", None) for name, module in sys.modules.items() if name.split(".")[0] == "sim")
    return {Path(file).relative_to(ROOT).as_posix() for file in files if file}


def build(library: Path, target: str | None = None) -> None:
    """Make the engine's library, for this machine or a target of Zig. Raises NoCompiler and Unprintable."""
    compiled_to(library, printed(), target)


def compiled_to(library: Path, text: str, target: str | None = None) -> None:
    """Make a library of C, in one step for whoever looks on."""
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        source, made = Path(folder) / "engine.c", Path(folder) / library.name
        source.write_text(text, encoding="utf-8")
        compile_c(source, made, target)
        os.replace(made, library)


def machine_code_of(*functions: Callable[..., Any]) -> list[Callable[..., Any]]:
    """Functions beside the engine's as machine code, for this process alone: benchmarks and tests."""
    from engine_build.printer import program_of
    from sim.engine.compiled.backend import bind_function

    named = {each.__name__: each for each in functions}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Windows keeps what is loaded
        library = Path(folder) / "functions.so"
        compiled_to(library, program_of(named))
        loaded = ctypes.CDLL(str(library))
    return [bind_function(loaded, name, function) for name, function in named.items()]
