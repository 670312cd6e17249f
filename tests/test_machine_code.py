"""Machine code is loaded when it is first needed, by whoever needs it, and does the same as when it was compiled."""

import importlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import sim
from sim.engine.compiled import prepare
from sim.engine.machine_code import machine_code
from sim.engine.sources import RINGS
from sim.engine.workload import keyed, visit_uniform

LOOK = """
import sys
from sim.engine import workload
print(len(workload.keyed.overloads), end=" ")
print(workload.base_of(5, 7), len(workload.keyed.overloads), "numba.np.arraymath" in sys.modules)
"""


def test_a_function_is_loaded_when_it_is_first_called_and_without_what_compiling_needs() -> None:
    keyed(5, 7, 0)  # now it is kept, whoever compiled it
    said = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True).stdout.split()
    assert said == ["0", str(int(keyed(5, 7, 0)) >> 1), "1", "False"]


def test_the_loop_is_loaded_without_what_its_parts_were_made_from() -> None:
    prepare()  # now it is kept
    look = "import sys; from sim.engine.compiled import prepare; prepare(); print('numba.np.arrayobj' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
    assert said == "False\n"


def test_a_function_looks_for_no_extensions_by_others() -> None:
    look = (
        "import numba.core.entrypoints as entries; entries.init_all = lambda: print('looked');"
        "from sim.engine.workload import poisson_times;"
        "print(poisson_times.py_func.__name__, poisson_times._compilation_chain_init_hook())"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
    assert said == "poisson_times None\n"


def test_arguments_are_brought_to_the_types_of_the_signature() -> None:
    once = visit_uniform(1, 2, 3, 4, 5)
    assert visit_uniform(np.int32(1), np.uint8(2), 3, np.int64(4), 5) == once
    assert len(visit_uniform.overloads) == 1


def test_threads_that_call_a_function_for_the_first_time_at_once_all_get_its_answer() -> None:
    def halved(number):  # type: ignore[no-untyped-def]
        return number / 2.0

    function, together = machine_code("float64(float64)")(halved), Barrier(8)

    def call(number: int) -> float:
        together.wait()
        return float(function(number))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, range(8))) == [number / 2.0 for number in range(8)]
    assert len(function.overloads) == 1


PACKAGE = Path(sim.__file__).parent
DRAW = """
import sys
from sim.engine.workload import visit_exponential
print(visit_exponential(1, 2, 3, 4, 5, 10.0), sum(visit_exponential.stats.cache_hits.values()))
"""


def test_machine_code_is_made_anew_when_a_function_of_another_file_that_stands_in_it_is_edited(tmp_path: Path) -> None:
    """`visit_exponential` is a function of workload.py and calls `quantile` of quantities.py."""
    copy = tmp_path / "sim"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}

    def drawn() -> tuple[float, int]:
        """A draw in a new process, and how much of its machine code was found on disk."""
        said = subprocess.run(
            [sys.executable, "-c", DRAW], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        ).stdout.split()
        return float(said[0]), int(said[1])

    once, found = drawn()
    assert found == 0
    assert drawn() == (once, 1)
    quantities = copy / "department" / "quantities.py"
    source = quantities.read_text(encoding="utf-8")
    edited = source.replace("return -a * math.log1p(-u)", "return -3.0 * a * math.log1p(-u)")
    assert edited != source
    quantities.write_text(edited, encoding="utf-8")
    again, found = drawn()
    assert again == pytest.approx(3.0 * once, rel=1e-12)
    assert found == 0


def test_compiled_functions_outside_the_hashed_sources_call_these_and_their_own_file_alone() -> None:
    """What they call in another file could be edited without their machine code being made anew."""
    hashed = tuple(f"sim.{ring}." for ring in RINGS)
    others = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in RINGS]
    compiled = []
    for path in others:
        if "@machine_code" not in path.read_text(encoding="utf-8"):
            continue
        module = importlib.import_module(".".join(("sim", *path.relative_to(PACKAGE).with_suffix("").parts)))
        for function in vars(module).values():
            if not isinstance(function, Dispatcher) or function.py_func.__module__ != module.__name__:
                continue
            compiled.append(function.py_func.__qualname__)
            called = [vars(module)[name] for name in function.py_func.__code__.co_names if name in vars(module)]
            for home in (getattr(item, "__module__", None) or "" for item in called):
                assert not home.startswith("sim.") or home == module.__name__ or home.startswith(hashed)
    assert {"_count", "_whole_minutes"} <= set(compiled)
