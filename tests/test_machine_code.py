"""Machine code is loaded when it is first needed, by whoever needs it, and does the same as when it was compiled."""

import importlib
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import numba
import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import sim
from sim.engine import machine_code as machine_code_module
from sim.engine.code_version import RINGS
from sim.engine.compiled import prepare
from sim.engine.machine_code import (
    AmongCachesOfUser,
    BesideTheSource,
    ForThisCommand,
    OwnFolder,
    machine_code,
    notices,
    remove_if_ours,
    temporary_folder,
)
from sim.engine.workload import keyed, visit_uniform
from sim.io.private_folder import is_as_safe_as, is_private

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


def doubled(number):  # type: ignore[no-untyped-def]
    return number * 2


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that NUMBA_CACHE_DIR names."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "named"))
    monkeypatch.setattr(machine_code_module, "told", {})
    return tmp_path / "named"


def call_of_a_fresh_process() -> Any:
    """The function as a process has it that has just begun."""
    return machine_code("int64(int64)")(doubled)


class Planted:
    """Leaves a trace when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return Path.touch, (self.trace,)


def test_machine_code_is_kept_where_nobody_else_can_write(named: Path) -> None:
    assert call_of_a_fresh_process()(4) == 8
    (folder,) = named.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert {file.suffix for file in folder.iterdir()} == {".nbi", ".nbc"}


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757])
def test_machine_code_that_others_may_have_written_is_not_loaded(mode: int, named: Path) -> None:
    assert call_of_a_fresh_process()(4) == 8
    (folder,) = named.iterdir()
    trace = named / "was_run"
    for file in folder.iterdir():
        file.write_bytes(pickle.dumps(numba.__version__) + pickle.dumps(Planted(trace)))
    folder.chmod(mode)
    assert call_of_a_fresh_process()(4) == 8
    assert not trace.exists()
    (notice,) = notices()
    assert "others may write to it" in notice
    assert "set NUMBA_CACHE_DIR to a folder of your own" in notice
    assert call_of_a_fresh_process()(4) == 8
    assert notices() == []


def test_a_folder_of_somebody_else_is_not_trusted(named: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call_of_a_fresh_process()(4) == 8
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert not is_private(named)
    assert not named.samefile(Path(call_of_a_fresh_process()._cache.cache_path).parent)


def test_a_cache_beside_the_source_is_as_safe_as_the_source(tmp_path: Path) -> None:
    cache = tmp_path / "__pycache__"
    cache.mkdir()
    for mode, beside, is_safe in (
        (0o755, 0o755, True),
        (0o775, 0o775, True),
        (0o775, 0o755, False),
        (0o777, 0o775, False),
    ):
        tmp_path.chmod(beside)
        cache.chmod(mode)
        assert is_as_safe_as(cache, tmp_path) is is_safe


@pytest.mark.parametrize("content", [b"", b"\x80", b"garbage", b"half"])
def test_a_damaged_cache_is_made_anew(content: bytes, named: Path) -> None:
    assert call_of_a_fresh_process()(4) == 8
    (folder,) = named.iterdir()
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:30] if content == b"half" else content)
    assert call_of_a_fresh_process()(4) == 8
    assert call_of_a_fresh_process()(4) == 8


def refused(_: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_without_a_place_for_machine_code_it_is_kept_for_the_command_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (BesideTheSource, AmongCachesOfUser):
        monkeypatch.setattr(place, "ensure_cache_path", refused)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(machine_code_module, "told", {})
    temporary_folder.cache_clear()
    function = call_of_a_fresh_process()
    assert function(4) == 8
    place = Path(function._cache.cache_path)
    assert tmp_path in place.parents
    assert os.environ["NUMBA_CACHE_DIR"] == str(place.parent)  # for the workers of this command
    (notice,) = notices()
    assert "made anew by each command" in notice
    assert "NUMBA_CACHE_DIR" in notice
    temporary_folder.cache_clear()
    remove_if_ours(str(place.parent), os.getpid() + 1)
    assert place.is_dir()
    remove_if_ours(str(place.parent), os.getpid())
    assert not place.exists()


def test_without_even_a_temporary_folder_machine_code_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (OwnFolder, BesideTheSource, AmongCachesOfUser, ForThisCommand):
        monkeypatch.setattr(place, "ensure_cache_path", refused)
    monkeypatch.setattr(machine_code_module, "told", {})
    assert call_of_a_fresh_process()(4) == 8
    assert "made anew by each command" in notices()[0]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("setpriv") is None or os.geteuid() != 0, reason="root gives up its rights")
def test_a_package_and_a_home_that_cannot_be_written_to_are_no_hindrance(tmp_path: Path) -> None:
    package, home, temporary = (tmp_path / name for name in ("package", "home", "temporary"))
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("sim", "configs"):
        shutil.copytree(Path(__file__).parents[1] / name, package / name, ignore=ignored)
    home.mkdir()
    temporary.mkdir()
    temporary.chmod(0o777)
    for path in (home, package, *package.rglob("*")):
        path.chmod(0o555)
    rights = "-dac_override,-dac_read_search,-fowner"
    bound_by_modes = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]
    command = [sys.executable, "-m", "sim", "study=run", "engine=simpy", "study.weeks=1", "study.replications=1"]
    places = {"HOME": str(home), "TMPDIR": str(temporary), "PYTHONPATH": str(package), "PATH": os.environ["PATH"]}
    ended = subprocess.run(
        [*bound_by_modes, *command, f"output={temporary / 'out'}"],
        cwd=temporary,
        env=places,
        capture_output=True,
        text=True,
    )
    told = ended.stdout + ended.stderr
    assert ended.returncode == 0, told
    assert "Traceback" not in told
    assert told.count("machine code can be kept nowhere") == 1
    assert [path.name for path in temporary.iterdir()] == ["out"]
    for path in package.rglob("*"):
        path.chmod(0o755)


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
