"""Staffings in draws of the assumptions: what is played, the second interval, who is the best and what that loses."""

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.assumption_spread import (
    TWICE,
    WORTH_TIMES,
    DrawnRuns,
    Draws,
    benefit_table,
    chances_table,
    drawn_runs,
    draws_design,
    spread_table,
)
from sim.analysis.comparison_result import BEST_OF_ALL
from sim.analysis.valuation import STAFF_COST, Worth
from sim.department.scenario import Scenario
from sim.engine.measures.catalogue import HEADLINE
from sim.register.draw_table import shipped_draws
from sim.register.draws import shipped_cube
from sim.report.words.assumption_words import LIKE_PUBLISHED
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.design import Design
from sim.runs.playing import play_all
from sim.runs.tables_on_disk import read_table
from sim.statistics.two_sources import split_of
from tests.in_process import peered

pytestmark = pytest.mark.end_to_end

ALONE, WAIT = "minutes_without_staff_mean.mental_health", "wait_triage_to_pia_mean.all"
VISITS = "visits_per_week.mental_health"
WORTH = (
    Worth(name="staff_cost", measure=STAFF_COST, cad_per_unit=-1.0),
    Worth(name="visit", measure=VISITS, cad_per_unit=-100.0),
)
PLACES = shipped_draws().places[:48]


def toy(n: int = 400, twice: int = 100) -> DrawnRuns:
    """Three staffings whose differences are known: the first other one helps by 10 ± 3, the second by 8 ± 3."""
    rng = np.random.default_rng(4)
    helped = np.column_stack((np.zeros(n), 10.0 + 3.0 * rng.standard_normal(n), 8.0 + 3.0 * rng.standard_normal(n)))
    measures = (ALONE, WAIT, STAFF_COST, VISITS)

    def played() -> np.ndarray:
        level = 200.0 + 40.0 * rng.standard_normal((n, 1, 1))
        values = np.repeat(np.repeat(level, 3, axis=1), 4, axis=2)
        values[:, :, 0] += -helped + 0.5 * rng.standard_normal((n, 3)) * [0.0, 1.0, 1.0]
        values[:, 1:, 1] += rng.standard_normal((n, 2))  # nothing but chance
        values[:, :, 2] += [0.0, 300.0, 300.0]
        values[:, :, 3] += -helped / 2.0
        return values

    first, again = played(), played()
    again[twice:] = np.nan
    return DrawnRuns(("as it is", "peers", "clinician"), measures, first, again, weeks=26, confidence=0.95)


def test_the_second_interval_is_that_of_the_assumptions_and_says_where_it_is_none() -> None:
    table = spread_table(toy()).set_index(["measure", "staffing"]).sort_index()
    row = table.loc[ALONE, "peers"]
    assert (row["low"], row["mean"], row["high"]) == pytest.approx((-16.0, -10.0, -4.0), abs=0.9)
    assert row["of_chance"] == pytest.approx(0.25, rel=0.3)
    assert row["of_assumptions"] == pytest.approx(9.0, rel=0.2)
    assert row["beyond_chance"]
    assert not table.loc[WAIT, "peers"]["beyond_chance"]
    assert row["n"] == 400


def test_the_best_is_so_as_often_as_normal_theory_says() -> None:
    table = chances_table(toy()).set_index(["measure", "against", "staffing"])["probability"].sort_index()
    best = table[ALONE, BEST_OF_ALL]
    assert best["peers"] == pytest.approx(0.68, abs=0.06)  # P(N(2, 18) > 0)
    assert best["as it is"] < 0.02
    assert best.sum() == pytest.approx(1.0)
    assert set(table.index.get_level_values(0)) <= set(HEADLINE)


def test_one_staffing_is_better_than_another_as_often_as_it_is_not_worse() -> None:
    table = chances_table(toy()).set_index(["measure", "staffing", "against"])["probability"].sort_index()
    assert table[ALONE, "peers", "clinician"] == pytest.approx(0.68, abs=0.06)
    assert table[ALONE, "peers", "clinician"] + table[ALONE, "clinician", "peers"] == pytest.approx(1.0)
    assert table[ALONE, "peers", "as it is"] > 0.99
    assert VISITS not in table.index.get_level_values(0), "neither more nor fewer visits are better"


def test_money_alone_says_do_nothing_and_dear_outcomes_say_the_one_that_helps_more() -> None:
    table = benefit_table(toy(), WORTH, [""]).set_index(["times", "staffing"]).sort_index()
    assert set(table.index.get_level_values(0)) == set(WORTH_TIMES)
    assert table.loc[(0.0, "as it is"), "probability"] == 1.0
    assert table.loc[(0.0, "peers"), "regret"] == pytest.approx(300.0)
    assert table.loc[(10.0, "peers"), "probability"] == pytest.approx(0.68, abs=0.06)
    assert table.loc[(10.0, "peers"), "mean"] == pytest.approx(10 * 100 * 5 - 300, rel=0.05)
    assert (table["regret"] >= 0.0).all()


def test_an_account_of_what_no_run_has_is_not_given() -> None:
    unknown = (*WORTH, Worth(name="x", measure="admissions_per_week.mental_health", cad_per_unit=-1.0))
    assert benefit_table(toy(), unknown, [""]).empty


# --- what is played


def two_staffings() -> dict[str, Scenario]:
    return {name: sim.load(f"staffing={name}", "study.weeks=2") for name in ("traditional", "peer_added")}


def test_every_draw_has_all_staffings_on_the_same_patients_and_seeds_of_its_own() -> None:
    base = Design(two_staffings(), 5, seed=9)
    design = draws_design(base, base.scenarios, Draws(PLACES, weeks=1))
    tasks = design.tasks()
    n_twice = round(TWICE * len(PLACES))
    assert len(tasks) == len(PLACES) + n_twice
    assert len({task.seed for task in tasks}) == len(tasks), "and those of the comparison itself are others"
    assert base.seed not in {task.seed for task in tasks}
    assert all([run.label.split(",")[0] for run in task.runs] == list(base.scenarios) for task in tasks)
    assert len({run.key for task in tasks for run in task.runs}) == 2 * len(tasks)
    first = tasks[0].runs
    assert first[0].scenario.department == first[1].scenario.department, "one department a draw"
    second = next(task for task in tasks if task.name == "draw 2").runs
    assert first[0].scenario.department != second[0].scenario.department
    assert first[0].scenario.period.weeks == 1


def test_a_draw_that_contradicts_itself_is_left_out_of_all_staffings() -> None:
    base = Design(two_staffings(), 5, seed=9)
    places = PLACES[:4].copy()
    for name in ("ARRA28", "SUPA19", "ARRA18"):  # hardly anybody is held, and many young children are alone
        places[2, shipped_cube().dimensions.index(name)] = 1e-4
    design = draws_design(base, base.scenarios, Draws(places, weeks=1))
    assert not any("draw 3" in label for label in design.scenarios)
    assert any("draw 4" in label for label in design.scenarios)


def test_runs_come_back_by_draw_and_staffing() -> None:
    base = Design(two_staffings(), 5, seed=9)
    draws = Draws(PLACES[:8], weeks=1)
    design = draws_design(base, base.scenarios, draws)
    runs = RunsInMemory()
    for results in play_all(design.tasks()[:5]):
        runs.add(results)
    found = drawn_runs(runs, design, list(base.scenarios), draws)
    assert found.first.shape == found.again.shape == (8, 2, len(found.measures))
    reach = found.first[:, :, found.measures.index("reach.mental_health")]
    assert (reach[np.isfinite(reach[:, 0]), 0] == 0.0).all(), "nobody is met without peers"
    assert np.nanmax(reach[:, 1]) > 0.2
    assert found.n_draws < 8, "some are still to be played"


@pytest.mark.slow
def test_the_split_is_that_of_a_nested_run() -> None:
    """200 draws, four runs of 13 weeks of each: variance within and between draws, against pairs of runs."""
    scenarios, places = two_staffings(), shipped_draws().places[:200]
    values = []
    for repeat in range(4):
        design = draws_design(Design(scenarios, 5, seed=10_000 * repeat), scenarios, Draws(places, 13))
        tasks = [task for task in design.tasks() if "again" not in task.name]
        values.append([[result.values[ALONE] for result in results] for results in play_all(tasks, workers=2)])
    differences = np.diff(np.array(values), axis=2)[:, :, 0]
    within = differences.var(axis=0, ddof=1).mean()
    between = differences.mean(axis=0).var(ddof=1) - within / 4
    pairs = [split_of(differences[one], differences[one ^ 1]) for one in range(4)]
    assert np.mean([pair.of_chance for pair in pairs]) == pytest.approx(within, rel=0.1)
    assert np.mean([pair.of_assumptions for pair in pairs]) == pytest.approx(between, rel=0.1)


# --- the command


SHORT = ("study.staffing=[traditional,peer_evening,clinician_added]", "study.demand_levels=1", "study.weeks=1")
ASKED = (*SHORT, "study.replications=3", "study.warm_up_weeks=0", "study.assumptions=true", "study.draw_weeks=1")


@pytest.mark.usefixtures("one_figure")
def test_a_comparison_has_both_intervals_everywhere(tmp_path: Path) -> None:
    told = peered(*ASKED, "study.draws=40", "output=out", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    folder = tmp_path / "out"
    said = " ".join(told.stdout.split())
    assert f"With the assumptions too (40 {LIKE_PUBLISHED})" in said
    assert f"Of 100 {LIKE_PUBLISHED}, time without staff is better with peers in the evening than with" in said
    assert "not of the assumptions" not in said
    page = (folder / "answer.md").read_text(encoding="utf-8")
    assert "## With the assumptions" in page
    assert "## Who brings most, over a range of worths" in page
    table = read_table(folder / "assumptions.parquet")
    assert set(table["staffing"]) == {"peer_evening", "clinician_added"}
    assert (table["low"] <= table["high"]).all()
    chances = read_table(folder / "chances.parquet")
    best = chances[chances["against"] == BEST_OF_ALL].groupby("measure")["probability"].sum()
    assert best.to_numpy() == pytest.approx(1.0)
    assert (read_table(folder / "benefit.parquet")["regret"] >= 0.0).all()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("study.draws=2000",), "there are 1000"),
        (("study.draws=39",), "40"),
        (("study.draws_from=nowhere",), "cannot be read"),
    ],
)
def test_draws_that_there_are_not_are_refused(words: tuple[str, ...], why: str, tmp_path: Path) -> None:
    told = peered(*ASKED, *words, "output=out", cwd=tmp_path)
    assert told.returncode != 0
    assert why in told.stderr + told.stdout
    assert not (tmp_path / "out").exists()


def test_one_scenario_alone_has_no_second_interval(tmp_path: Path) -> None:
    told = peered("study=run", "study.assumptions=true", "output=out", cwd=tmp_path)
    assert told.returncode != 0
    assert "there is only one scenario" in told.stderr + told.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("study.staffing=[traditional,peer_added]",), "and 500 runs of 26 weeks in 200 draws of the assumptions"),
        (("-m", "staffing=traditional,peer_added,nurse_added"), "and 750 runs of 26 weeks in 200 draws"),
        (("study=breakeven", "staffing=peer_added", "study.draws=40"), "and 150 runs of 26 weeks in 40 draws"),
    ],
)
def test_a_dry_run_counts_the_runs_of_draws_too(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    told = peered(*words, "study.assumptions=true", "--dry-run", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert said in " ".join(told.stdout.split())
