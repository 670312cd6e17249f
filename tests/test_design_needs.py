"""What cannot fit into memory is refused with the number before anything is played, in every study."""

import re
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

import sim
from sim.analysis import design_needs
from sim.analysis.design_needs import (
    GIB,
    bytes_of_run,
    memory_of_machine,
    needs_of,
    visits_per_run,
    weeks_of,
)
from sim.calibration.play import calibrated_scenario
from sim.cli import main
from sim.config import compose, compose_sweep
from sim.department.arrivals import GivenVisit, Replay, Steady
from sim.department.scenario import Problem, ScenarioError
from sim.runs.design import Design, RunTask, at_demand
from sim.runs.playing import play_task
from sim.studies.breakeven import break_even_plan_of
from sim.studies.compare import plan_of
from sim.studies.sweep import sweep_design


@pytest.fixture(autouse=True)
def of_16_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of a size that is known."""
    monkeypatch.setattr(design_needs, "memory_of_machine", lambda: 16 * GIB)
    monkeypatch.setattr(design_needs, "n_cores", lambda: 4)


def refusal(make: Callable[[], object]) -> Problem:
    with pytest.raises(ScenarioError) as refused:
        make()
    (problem,) = refused.value.problems
    assert "would need about" in problem.remedy
    assert "this machine has 16 GiB" in problem.remedy
    return problem


TOO_MUCH = {
    "weeks": (["study.weeks=1e9"], "study.weeks"),
    "days after them": (["study.follow_up_days=1e9"], "study.weeks"),
    "warm-up": (["study.warm_up_weeks=1e9"], "study.weeks"),
    "visits": (["demand.visits_per_year=1e12"], "study.weeks"),
    "replications": (["study.replications=1e9"], "study.replications"),
    "workers": (["study.weeks=2000", "executor.workers=16", "study.replications=20"], "executor.workers"),
    "processes": (["executor=processes", "executor.workers=64", "study.replications=64"], "executor.workers"),
}


@pytest.mark.parametrize("kind", TOO_MUCH)
@pytest.mark.parametrize("study", ["run", "compare", "breakeven", "sweep"])
def test_what_needs_more_memory_than_there_is_is_refused(kind: str, study: str) -> None:
    words, place = TOO_MUCH[kind]
    if study == "sweep":
        problem = refusal(lambda: sweep_design(compose_sweep([*words, "boarding=default,pool"])))
    elif study == "breakeven":
        problem = refusal(lambda: break_even_plan_of(compose([f"study={study}", "staffing=peer_added", *words])))
    else:
        problem = refusal(lambda: plan_of(compose([f"study={study}", *words])))
    assert problem.path == place


@pytest.mark.parametrize("study", [[], ["study=run"], ["study=validate"], ["study=breakeven", "staffing=peer_added"]])
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_command_that_needs_too_much_ends_with_code_two_and_writes_nothing(
    study: list[str],
    dry: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*dry, *study, "study.weeks=1e9"]) == 2
    assert "this machine has 16 GiB" in " ".join(capsys.readouterr().err.split())
    assert main([*dry, "-m", "demand.growth=1,1.1", "study.replications=1e9"]) == 2
    assert "what is kept" in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_a_validation_of_too_many_replications_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study=validate", "study.replications=1e9"]) == 2
    assert "fewer replications" in " ".join(capsys.readouterr().err.split())


def test_the_python_interface_refuses_too(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = sim.load("demand.visits_per_year=1e12")
    refusal(lambda: sim.simulate(scenario))
    refusal(lambda: sim.compare(["traditional", "peer_added"], "study.weeks=1e9"))
    refusal(lambda: sim.compare(["traditional", "peer_added"], "study.weeks=2000", replications=20, workers=16))


def test_the_scenario_of_a_calibration_is_refused_too() -> None:
    base = sim.load()
    text = "name: ours\nvisits_per_year: 1.0e+12\n"
    refusal(lambda: calibrated_scenario(base, text, base.department, 52))


def test_what_ships_and_what_is_usual_fits_into_four_gib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(design_needs, "memory_of_machine", lambda: 4 * GIB)
    plan_of(compose([]))
    plan_of(compose(["study=run", "study.weeks=104"]))
    break_even_plan_of(compose(["study=breakeven", "staffing=peer_added"]))
    sweep_design(compose_sweep(["demand.growth=range(1,2,0.01)", "study.replications=100"]))


def test_runs_of_a_cluster_elsewhere_need_no_memory_here() -> None:
    design = Design({"one": sim.load()}, replications=8, seed=1, executor="processes", workers=8)
    here, elsewhere = needs_of(design), needs_of(replace(design, executor="dask", address="tls://there:8786"))
    assert here.total > 8 * (here.run + here.worker) > 0
    assert (elsewhere.run, elsewhere.at_once) == (0.0, 0)


def test_every_kind_of_demand_is_reckoned_with() -> None:
    base = sim.load("study.weeks=10", "study.warm_up_weeks=0", "study.follow_up_days=14")
    assert weeks_of(base) == 12.0
    assert visits_per_run(base) == pytest.approx(75_000 / 52.14 * 12, rel=0.01)
    assert visits_per_run(at_demand(base, 1.1)) == pytest.approx(1.1 * visits_per_run(base))
    steady = base.model_copy(update={"demand": Steady(per_hour={"medical": 2.0}, growth=2.0)})
    assert visits_per_run(steady) == pytest.approx(1.3 * 4.0 * 168 * 12)
    given = base.model_copy(
        update={"demand": Replay(visits=tuple(GivenVisit(at=n, stream="medical") for n in range(9)))}
    )
    assert visits_per_run(given) == pytest.approx(1.3 * 9)


def test_the_limit_of_a_container_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    limit, none = tmp_path / "memory.max", tmp_path / "none"
    limit.write_text("123456789\n")
    none.write_text("max\n")
    monkeypatch.setattr(design_needs, "CGROUP_LIMITS", (limit, none, tmp_path / "not_there"))
    assert memory_of_machine() == 123_456_789
    monkeypatch.setattr(design_needs, "CGROUP_LIMITS", (none,))
    assert memory_of_machine() > 123_456_789
    monkeypatch.delattr(design_needs.os, "sysconf")
    assert memory_of_machine() == design_needs.MEMORY_IF_UNKNOWN


def peak_bytes() -> int:
    """Most memory this process has held since its program began; `ru_maxrss` would count what its parent held too."""
    (peak,) = re.findall(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(peak) * 1024


def growth_of_peak(short: RunTask, long: RunTask) -> int:
    """Bytes by which a long block raises the peak that a short one has left."""
    play_task(short)
    before = peak_bytes()
    play_task(long)
    return peak_bytes() - before


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux says in /proc what a process held at its peak")
def test_the_reckoning_is_near_what_a_long_block_takes_and_not_below() -> None:
    """The peak grows by what is reckoned, or down to half of it; a tenth more would still be no harm.

    In a process of its own: memory that tests before have used and freed would hide the growth.
    """
    short, long = (
        plan_of(compose(["study.staffing=[traditional,peer_added]", f"study.weeks={weeks}"])) for weeks in (26, 260)
    )
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        grown = pool.submit(growth_of_peak, short.design.tasks()[0], long.design.tasks()[0]).result()
    one, other = (bytes_of_run(plan.scenarios["traditional"], "compiled") for plan in (long, short))
    assert grown < 1.1 * (one - other)
    assert grown > (one - other) / 2
