"""What every test shares: each engine in turn, and property tests that draw the same examples on every machine.

`engine` and `simulate` play a test once on every engine; most tests need no more than one of them in their arguments.
"""

import gc
import os
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

# Before numpy is loaded: on matrices as small as ours two threads of its linear algebra mostly wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import settings

from sim.analysis import sweeping
from sim.calibration import calibrate
from sim.calibration.estimators import visit_estimates
from sim.runs import playing
from sim.runs.design import RunTask
from sim.runs.engines import ENGINES, Engine
from sim.runs.playing import play_task
from sim.runs.run_store import RunResult
from sim.studies import breakeven
from tests.browser import MISSING, Chromium, assert_faultless, program, started
from tests.one_figure import draw_one_figure
from tests.report_page import play_compared, play_swept
from tests.short_workbooks import sheets_written_by, write_first_rows, write_whole_sheet

# Tests start a hundred processes. Each would compile the program anew where nothing that was compiled is kept.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Whoever starts the tests in the background may have interrupts ignored, which some tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Nothing of the thousand modules and tests that are loaded first is garbage; a test makes little.
gc.disable()
ALLOCATIONS_PER_COLLECTION = 20_000

# A first call may compile for seconds, and a red run must be red again for whoever looks at it.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is `slow_on_simpy` is slow when played on the SimPy model, and quick on the compiled engine."""
    for item in items:
        played_on = getattr(item, "callspec", None)
        if item.get_closest_marker("slow_on_simpy") and played_on and played_on.params.get("engine") == "simpy":
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """What was loaded to find five thousand tests stays to the end: the collector need not look at it again."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS_PER_COLLECTION)
    gc.enable()


def pytest_sessionfinish() -> None:
    """At the end libraries count what is left of theirs."""
    gc.unfreeze()


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def simulate(engine: str) -> Engine:
    """Each engine in turn."""
    return ENGINES[engine]


@pytest.fixture(scope="module")
def one_figure() -> Iterator[None]:
    """Comparisons of this module draw one figure in this process: their figures are tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        draw_one_figure(patch)
        yield


@pytest.fixture
def few_bootstrapped_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Families are tested on two bootstrapped samples, which reject none: what is tested is not whether they fit."""
    for test in ("choose_distribution", "patience_test"):
        monkeypatch.setattr(visit_estimates, test, partial(getattr(visit_estimates, test), draws=2))


@pytest.fixture
def short_calibrations(monkeypatch: pytest.MonkeyPatch, few_bootstrapped_samples: None) -> None:
    """Calibrations play two weeks twice and draw nothing: what they play and draw is tested in other modules."""
    monkeypatch.setattr(calibrate, "weeks_played", lambda _: 2)
    monkeypatch.setattr(calibrate, "VERDICT_REPLICATIONS", 2)
    monkeypatch.setattr("sim.studies.calibrate.draw_calibration", lambda *_: [])


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short comparison at two levels of demand, with its report; nobody may write in it."""
    return play_compared(tmp_path_factory.mktemp("report") / "compared")


@pytest.fixture(scope="session")
def sweep_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short sweep of which one combination was not played; nobody may write in it."""
    return play_swept(tmp_path_factory.mktemp("sweep") / "swept")


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """Chromium of this machine, started by the first test that looks at a page; without one such tests are skipped."""
    path = program()
    if path is None:
        pytest.skip(MISSING)
    with started(path) as chromium:
        yield chromium


@pytest.fixture
def looked_at(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    """Looks at a report in the browser, in tests of other things: without one they pass, and warn that it was not."""
    if program() is None:
        warnings.warn(MISSING, stacklevel=1)
        return lambda _: None
    return partial(assert_faultless, request.getfixturevalue("browser"))


@pytest.fixture(autouse=True)
def sweeps_without_figures(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps and break-even studies of tests draw nothing, unless a test asks for the fixture `drawn_sweeps`."""
    if "drawn_sweeps" not in request.fixturenames:
        monkeypatch.setattr(sweeping, "MOST_COMPARED", 0)
        monkeypatch.setattr("sim.studies.sweep.kind_of_figure", lambda _: "")
        monkeypatch.setattr(breakeven, "draw_break_even", lambda *_: [])


@pytest.fixture(scope="session", autouse=True)
def short_workbooks() -> Iterator[None]:
    """Workbooks hold the first rows of each table, unless a module asks for `whole_workbooks`."""
    with sheets_written_by(write_first_rows):
        yield


@pytest.fixture(scope="module")
def whole_workbooks() -> Iterator[None]:
    """For tests of what is in a workbook, or that compare it with that of another process."""
    with sheets_written_by(write_whole_sheet):
        yield


@pytest.fixture
def drawn_sweeps() -> None:
    """For tests of what a sweep draws."""


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each scenario of a sweep has been played in this process."""
    counted: Counter[str] = Counter()

    def play(task: RunTask) -> list[RunResult]:
        counted.update(run.label for run in task.runs if not run.repeats)
        return play_task(task)

    monkeypatch.setattr(playing, "play_task", play)
    return counted
