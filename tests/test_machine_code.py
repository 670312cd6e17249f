"""Machine code is loaded when it is first needed, by whoever needs it, and does the same as when it was compiled."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np

from sim.engine.compiled import prepare
from sim.engine.machine_code import machine_code
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
