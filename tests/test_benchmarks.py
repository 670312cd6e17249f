"""`make bench` runs, writes what it says, and fails when a limit is broken. Nothing is timed here.

The figures themselves are measured on a quiet machine.
"""

import json
import random
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
from benchmarks.in_ciw import routing
from benchmarks.in_simpy import gaps
from benchmarks.machine import machine
from benchmarks.networks import Network, network_of, ratio, scenario_of
from benchmarks.plan import COMPILED, FULL, LAW_IN_SIMPY, NETWORKS, Measurement, measurements
from benchmarks.processes import in_turn
from benchmarks.summary import summary
from benchmarks.table import table
from sim.department.pathway import Delay
from sim.department.quantities import Constant, Lognormal
from sim.engine.draw_numbers import UNIFORMS
from sim.engine.trajectory import DISCHARGED, LWBS
from tests.verification import queues

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[1]
ENGINE = "compiled"


def speed_line(weeks: int, *seconds: float) -> dict[str, Any]:
    """What a process says of runs of one length; every run has 300 entries a week."""
    played = [
        {
            "replication": number, "visits": 50 * weeks, "entries": 300 * weeks, "cpu_seconds": one,
            "wall_seconds": one,
        }
        for number, one in enumerate(seconds)
    ]  # fmt: skip
    return {"group": "weeks", "what": "speed", "engine": ENGINE, "weeks": weeks, "played": played, "peak_mib": 300.0}


def ratio_line(player: str, seconds: float, stays: list[float], part: float = 1.0) -> dict[str, Any]:
    home = [int((100 + 2 * number) * part) for number in range(len(stays))]
    given = {"group": "ratios", "what": "ratio", "network": "treatment_centre", "player": player, "part": part}
    return {**given, "cpu_seconds": seconds * part, "home": home, "stay": stays}


def found(
    *,
    long: float = 2.0,
    two: float = 0.5,
    played: float = 1.0,
    stay: float = 0.0,
    reference: float = 0.0,
) -> list[dict[str, Any]]:
    """Lines of a run in which 104 weeks cost `long` times 52 and two threads take `two`; Ciw finds longer stays."""
    lines = [speed_line(weeks, seconds / 200.0) for weeks, seconds in ((13, 0.25), (52, 1.0), (104, long))]
    lines.append(
        {"group": "threads", "what": "threads", "weeks": 26, "runs": 8, "wall_seconds": {"one": [1.0], "two": [two]}}
    )
    for replications, peak in ((4, 300.0), (40, 300.0 * played)):
        lines.append({"group": "memory", "what": "played", "weeks": 1, "replications": replications, "peak_mib": peak})
    stays = [5.0, 5.1, 4.9, 5.2, 4.8]
    return [
        *lines,
        ratio_line(COMPILED, 0.001, stays),
        ratio_line(LAW_IN_SIMPY, 0.03, [5.0, 5.1 + reference]),
        ratio_line("simpy", 0.02, stays),
        ratio_line("ciw", 0.04, [one + stay for one in stays], part=0.5),
    ]


def broken_by(**measured: float) -> list[str]:
    return broken(judged(summary(found(**measured), FULL), ENGINE))


def test_measurements_within_their_limits_break_none() -> None:
    assert broken_by(long=2.19, two=0.58, played=1.09, stay=0.2) == []


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ({"long": 2.21}, "cost of 104 weeks by 52: 2.21 (limit: at most 2.2)"),
        ({"two": 0.6}, "throughput of two threads by one: 1.67 (limit: at least 1.7)"),
        ({"played": 1.11}, "peak memory of 40 replications by 4 (played): 1.11 (limit: at most 1.1)"),
        ({"stay": 1.0}, "treatment_centre in ciw agrees: 8.49e-06 (limit: at least 0.0001)"),
        ({"reference": 1e-15}, "treatment_centre in peered/simpy agrees: 0 (limit: at least 0.0001)"),
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
    bounds = judged(summary(found(), FULL), ENGINE)
    missed = ["calendar entries a second on one core", "treatment_centre, times bare SimPy"]
    assert [bound.what for bound in bounds if not bound.holds] == missed
    assert broken(bounds) == []


def test_the_cost_of_a_longer_run_is_of_the_fastest_and_of_the_median() -> None:
    cost = summary([*found(), speed_line(52, 3.0, 1.5), speed_line(104, 4.0, 6.0)], FULL)["cost_ratio"]
    assert (cost["of_minima"], cost["of_medians"]) == (2.0, 4.0 / 1.5)


def test_ratios_are_of_medians_and_a_part_counts_as_if_all_had_been_played() -> None:
    lines = [*found(), ratio_line("simpy", 0.05, [5.0]), ratio_line("simpy", 0.03, [5.0])]
    rows = summary(lines, FULL)["ratios"]["treatment_centre"]
    assert {name: row["times_simpy"] for name, row in rows.items()} == pytest.approx(
        {COMPILED: 30.0, LAW_IN_SIMPY: 1.0, "simpy": 1.0, "ciw": 0.75}
    )
    assert rows["ciw"]["home"] == 104.0


def test_measurements_take_turns() -> None:
    often, seldom = Measurement("a", "speed", repetitions=3), Measurement("b", "speed", repetitions=1)
    assert list(in_turn([often, seldom])) == [(often, 0), (seldom, 0), (often, 1), (often, 2)]


def test_a_library_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.plan.find_spec", lambda name: None if name == "cimba" else name)
    players = {one.given["player"] for one in measurements(FULL, ENGINE) if one.group == "ratios"}
    assert players == {COMPILED, LAW_IN_SIMPY, "simpy", "ciw", "salabim"}


def test_tables_of_parts_of_a_run_are_shown_too() -> None:
    lines = [line for line in found() if line["group"] == "threads"]
    short = summary(lines, FULL)
    assert "throughput 2.00 times" in table(short, judged(short, ENGINE), ENGINE, machine())


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


# --- networks -------------------------------------------------------------------------------------------------------


def test_other_libraries_play_the_treatment_centre_of_the_configuration() -> None:
    network = network_of(scenario_of("treatment_centre"))
    assert (network.minutes, network.mix, len(network.rates)) == (1140.0, (0.12, 0.88), 19)
    assert sum(network.rates) == pytest.approx(230.0)
    stops = {stop.name: (stop.heads, stop.shares) for stop in network.stops}
    assert stops["treatment"] == (2, (0.0, 0.6))
    assert stops["stabilisation"] == (2, (1.0, 0.0))
    registration = next(stop for stop in network.stops if stop.name == "registration")
    mu, sigma = registration.parameters
    assert np.exp(mu + sigma**2 / 2.0) == pytest.approx(5.0)
    assert np.sqrt(np.expm1(sigma**2)) == pytest.approx(0.28)


def test_arrivals_by_the_hour_come_when_their_hour_has_a_rate() -> None:
    network = Network(180.0, (600.0, 0.0, 60.0), (1.0,), ())
    times = np.cumsum(list(gaps(network, random.Random(3))))
    by_hour = np.histogram(times, bins=(0.0, 60.0, 120.0, 180.0))[0]
    assert by_hour[1] == 0
    assert abs(by_hour[0] - 600.0) < 4.0 * 600.0**0.5
    assert abs(by_hour[2] - 60.0) < 4.0 * 60.0**0.5


def test_who_stops_somewhere_comes_from_the_last_place_where_they_stopped() -> None:
    rows = routing(network_of(scenario_of("treatment_centre")), 1)
    assert rows[0] == [0.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    assert rows[2] == [0.0, 0.0, 0.0, 0.6, 0.0, 0.0]
    assert sum(rows[3]) == 0.0


@pytest.mark.parametrize("player", ["simpy", "ciw", "salabim", "cimba"])
@pytest.mark.parametrize("network", ["treatment_centre", "mm1"])
def test_every_library_plays_the_same_network(network: str, player: str) -> None:
    """Who goes home, and their mean stay: within what chance moves the means of so many replications."""
    pytest.importorskip(player)
    part, n = 1.0 if network == "treatment_centre" else 0.002, 3 if player == "salabim" else 20

    def played(player: str, n: int) -> tuple[np.ndarray, np.ndarray]:
        line = ratio({"network": network, "player": player, "runs": n, "part": part, "repetition": 0})
        return np.array(line["home"]), np.array(line["stay"])

    for ours, theirs in zip(played(COMPILED, 200), played(player, n), strict=True):
        error = np.sqrt(ours.var(ddof=1) * (1.0 / n + 1.0 / len(ours)))
        assert abs(ours.mean() - theirs.mean()) < 4.0 * error


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
    one, two = (row["entries"] for row in results["weeks"])
    assert one > 10_000
    assert 1.5 < two / one < 2.5
    assert set(results["ratios"]) == {*NETWORKS, "week"}
    assert {"simpy", "ciw", "salabim", COMPILED, LAW_IN_SIMPY} <= set(results["ratios"]["call_centre"])
    assert results["memory"]["played"]["ratio"] > 0.9
    assert 10 < results["floor"]["pushes_per_visit"] < results["floor"]["entries_per_visit"]
    assert results["start"]["command_seconds"]["min"] > 0
    assert re.search(r"^bare SimPy .*p 0\.\d", asked.stdout, re.MULTILINE)
    assert str(ROOT) not in output.read_text()
