"""Prints the engine as C and makes libraries of it, each with a stamp of the sources it was made of."""

import importlib
import os
import sys
import tempfile
from pathlib import Path

from engine_build.compilers import compile_c

ROOT = Path(__file__).parents[1]
MODULES = (
    "sim.engine.workload", "sim.engine.measures.array_loops", "sim.engine.compiled.rows_to_columns",
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


def build(library: Path, target: str | None = None, text: str | None = None) -> None:
    """Make a library, in one step for whoever looks on. Raises NoCompiler and Unprintable."""
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        source, made = Path(folder) / "engine.c", Path(folder) / library.name
        source.write_text(text or printed(), encoding="utf-8")
        compile_c(source, made, target)
        os.replace(made, library)
