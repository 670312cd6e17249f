"""`make bench` runs, writes what it says, and fails when a limit is broken. Nothing is timed here.

The figures themselves are measured on a quiet machine.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from benchmarks.bounds import broken, judged
from benchmarks.departments import department
from benchmarks.draws import draws_needed, steps_reached
from benchmarks.floor import compiled_hold, push, take_first
from benchmarks.plan import FULL, Measurement, measurements
from benchmarks.processes import in_turn
from benchmarks.queues import QUEUES, Queue
from benchmarks.summary import summary
from benchmarks.table import table
from sim.department.pathway import Delay
from sim.department.quantities import Constant, Lognormal
from sim.engine.draw_numbers import UNIFORMS
from sim.engine.trajectory import DISCHARGED, LWBS
from tests.verification import queues, theory

ROOT = Path(__file__).resolve().parents[1]
ENGINE = "compiled"


def speed_line(engine: str, weeks: int, *seconds: float) -> dict[str, Any]:
    """What a process says of runs of one length; every run has 300 entries a week."""
    played = [
        {
            "replication": number, "visits": 50 * weeks, "entries": 300 * weeks, "cpu_seconds": one,
            "wall_seconds": one,
        }
        for number, one in enumerate(seconds)
    ]  # fmt: skip
    return {"group": "speed", "what": "speed", "engine": engine, "weeks": weeks, "played": played, "peak_mib": 300.0}


def found(
    *,
    long: float = 2.0,
    times: float = 200.0,
    two: float = 0.5,
    played: float = 1.0,
    kept: float = 1.0,
    wait: float = 0.0,
) -> list[dict[str, Any]]:
    """Lines of a run in which 104 weeks cost `long` times 52, the engine is `times` faster, two threads take `two`."""
    lines = [
        speed_line(engine, weeks, seconds / faster)
        for engine, faster in (("simpy", 1.0), (ENGINE, times))
        for weeks, seconds in ((13, 0.25), (26, 0.5), (52, 1.0), (104, long))
    ]
    lines.append(
        {"group": "threads", "what": "threads", "weeks": 26, "runs": 8, "wall_seconds": {"one": [1.0], "two": [two]}}
    )
    for what, grown in (("played", played), ("kept", kept)):
        for replications, peak in ((4, 300.0), (40, 300.0 * grown)):
            lines.append({"group": "memory", "what": what, "weeks": 1, "replications": replications, "peak_mib": peak})
    for player in ("simpy", "ciw"):
        lines.append(
            {
                "group": "queues", "what": "queue", "queue": "plain", "player": player, "served": 100,
                "cpu_seconds": 1.0, "expected_waits": [5.0], "batch_means": [[4.0 + wait, 5.0 + wait, 6.0 + wait]],
            }
        )  # fmt: skip
    return lines


def broken_by(**measured: float) -> list[str]:
    return broken(judged(summary(found(**measured), FULL, ENGINE), ENGINE))


def test_measurements_within_their_limits_break_none() -> None:
    assert broken_by(long=2.19, times=101.0, two=0.58, played=1.09, kept=1.09, wait=2.3) == []


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ({"long": 2.21}, "simpy: cost of 104 weeks by 52: 2.21 (limit: at most 2.2)"),
        ({"long": 2.21}, "compiled: cost of 104 weeks by 52: 2.21 (limit: at most 2.2)"),
        ({"two": 0.6}, "throughput of two threads by one: 1.67 (limit: at least 1.7)"),
        ({"played": 1.11}, "peak memory of 40 replications by 4 (played): 1.11 (limit: at most 1.1)"),
        ({"kept": 1.11}, "peak memory of 40 replications by 4 (kept): 1.11 (limit: at most 1.1)"),
        ({"wait": 2.4}, "plain queue in ciw, class 1: standard errors from theory: 4.16 (limit: at most 4)"),
    ],
)
def test_each_broken_limit_has_its_line(
    measured: dict[str, float], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.bounds.n_cores", lambda: 2)
    assert f"limit broken: {words} BROKEN" in broken_by(**measured)


def test_two_threads_are_not_judged_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.bounds.n_cores", lambda: 1)
    assert broken_by(two=1.0) == []


def test_a_missed_target_breaks_nothing() -> None:
    bounds = judged(summary(found(), FULL, ENGINE), ENGINE)
    assert [bound.what for bound in bounds if not bound.holds] == ["calendar entries a second on one core"]
    assert broken(bounds) == []


def test_the_reference_beside_itself_need_not_be_faster() -> None:
    lines = [line for line in found() if line.get("engine") != ENGINE]
    assert broken(judged(summary(lines, FULL, "simpy"), "simpy")) == []


def test_ratios_are_of_the_fastest_and_of_the_median() -> None:
    lines = [*found(), speed_line("simpy", 52, 3.0, 1.5), speed_line("simpy", 104, 4.0, 6.0)]
    short = summary(lines, FULL, ENGINE)
    cost = short["cost_ratio"]["simpy"]
    assert (cost["of_minima"], cost["of_medians"]) == (2.0, 4.0 / 1.5)
    ratio = short["speed"]["ratio"]["entries_per_second"]
    assert (ratio["best"], ratio["median"]) == pytest.approx((200.0, 300.0))


def test_measurements_take_turns() -> None:
    often, seldom = Measurement("a", "speed", repetitions=3), Measurement("b", "speed", repetitions=1)
    assert list(in_turn([often, seldom])) == [(often, 0), (seldom, 0), (often, 1), (often, 2)]


def test_the_engines_play_the_same_seeds() -> None:
    of_speed = [one for one in measurements(FULL, ENGINE) if one.what == "speed" and one.group == "speed"]
    replications = {
        one.given["engine"]: {
            (n * one.given["runs"] if one.given["next"] else 0) + run
            for n in range(one.repetitions)
            for run in range(one.given["runs"])
        }
        for one in of_speed
    }
    assert replications["simpy"] == replications[ENGINE]


def test_tables_of_parts_of_a_run_are_shown_too() -> None:
    lines = [line for line in found() if line["group"] == "threads"]
    short = summary(lines, FULL, ENGINE)
    assert "throughput 2.00 times" in table(short, judged(short, ENGINE), ENGINE)


# --- departments ----------------------------------------------------------------------------------------------------


def test_dividing_a_zone_changes_nobodys_visit() -> None:
    whole, parts = (sim.simulate(department(1, zones=zones), seed=3) for zones in (None, 9))
    assert len(parts.zones) == 9
    assert parts.n_entries == whole.n_entries
    assert np.array_equal(parts.visit_columns["departure"], whole.visit_columns["departure"], equal_nan=True)


def test_twice_the_staff_has_twice_the_places_and_patients() -> None:
    once, twice = department(1), department(1, staff=2)
    assert [zone.places for zone in twice.department.zones.values() if zone.places] == [
        2 * zone.places for zone in once.department.zones.values() if zone.places
    ]
    members = [len(sim.simulate(scenario, seed=1).members) for scenario in (once, twice)]
    assert members[1] == 2 * members[0]
    assert twice.demand.growth == 2.0 * once.demand.growth


# --- queues ---------------------------------------------------------------------------------------------------------


def test_with_one_class_cobham_is_erlang() -> None:
    assert QUEUES["plain"].expected_waits() == pytest.approx([theory.mmc_wait(0.3, 10.0, 4)])


def test_priority_only_moves_waiting_from_one_class_to_the_other() -> None:
    """Law: with one mean service, the mean over classes is that of first come first served."""
    first, second = Queue(4, (0.1, 0.2), 10.0).expected_waits()
    assert (0.1 * first + 0.2 * second) / 0.3 == pytest.approx(theory.mmc_wait(0.3, 10.0, 4))
    assert first < second


# --- the floor ------------------------------------------------------------------------------------------------------


def test_the_heap_of_the_floor_gives_entries_in_order_of_time_and_then_of_kind() -> None:
    draw = np.random.default_rng(5)
    entries = [
        (float(time), int(ident)) for time, ident in zip(draw.integers(0, 9, 200), draw.permutation(200), strict=True)
    ]
    times, ids = np.empty(200), np.empty(200, dtype=np.int64)
    for n, (time, ident) in enumerate(entries):
        push(times, ids, n, time, ident)
    taken = []
    for n in range(200, 0, -1):
        taken.append((float(times[0]), int(ids[0])))
        take_first(times, ids, n)
    assert taken == sorted(entries)


def test_the_floor_makes_every_draw_and_every_push() -> None:
    """The sum it returns moves when one draw or one push more is asked for."""
    run = sim.simulate(department(1), seed=1)
    draws = draws_needed(run, department(1))
    rows = np.zeros(1000, dtype=np.int16)

    def total(n_uniforms: int, n_rows: int, n_pushes: int) -> float:
        heap = np.empty(51), np.empty(51, dtype=np.int64), np.ones(64)
        return compiled_hold()(1, 100, n_uniforms, rows[:n_rows], draws.parameters, draws.tables, n_pushes, 50, *heap)

    sums = {total(1700, 900, 1400), total(1701, 900, 1400), total(1700, 901, 1400), total(1700, 900, 1401)}
    assert len(sums) == 4


def test_draws_of_a_department_of_one_task_are_counted_by_hand() -> None:
    """A drawn task, then for half of the visits a delay that is the same for all: one flag, no draw of its length."""
    task = queues.service(Lognormal(mean=10.0, cv=0.5))
    walk = Delay(name="walk", share=0.5, minutes=Constant(value=0.0))
    scenario = queues.queue((task, walk), heads=1, per_hour=9.0, n_customers=300, warm_up=0.0)
    run = sim.simulate(scenario, seed=1)
    times = run.step_times
    began, ended = (int((~np.isnan(times[:, 0, moment])).sum()) for moment in (1, 2))
    assert ended < began < run.n_visits
    found = draws_needed(run, scenario).by_kind()
    assert found == {
        "uniform": run.n_visits * (1 + len(UNIFORMS)) + ended,
        "lognormal": began,
        "exponential": run.n_visits,
    }


def test_a_visit_that_was_served_has_reached_every_step_and_one_that_left_only_those_up_to_its_wait() -> None:
    nan = np.nan
    times = np.full((2, 4, 3), nan)
    times[:, 0, 0] = times[0, 2, 0] = times[1, 1, 0] = 1.0
    reached = steps_reached(times, np.array([DISCHARGED, LWBS]))
    assert reached.tolist() == [[True] * 4, [True, True, False, False]]


# --- the whole ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_quick_benchmark_runs_and_writes_machine_rates_and_ratios(tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    asked = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--engine", "simpy", "--output", str(output)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    results = json.loads(output.read_text())
    assert set(results["machine"]) == {"processor", "cores", "system", "python", "versions"}
    one, two = (row["entries"] for row in results["weeks"]["simpy"])
    assert one > 10_000
    assert 1.5 < two / one < 2.5
    assert results["speed"]["simpy"]["visits_per_second"]["best"] > 0
    assert set(results["queues"]) == set(QUEUES)
    assert {"simpy", "ciw", "salabim", "peered/simpy"} == set(results["queues"]["priority"])
    assert results["memory"]["played"]["ratio"] > 0.9
    assert 10 < results["floor"]["pushes_per_visit"] < results["floor"]["entries_per_visit"]
    assert results["start"]["warm"]["command_seconds"]["min"] > 0
    assert re.search(r"^simpy: 2 weeks cost \d", asked.stdout, re.MULTILINE)
    assert str(ROOT) not in output.read_text()
