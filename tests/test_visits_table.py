"""The table of visits can be read without a code book, and its flag counts exactly the visits that are measured."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.department.patients import AGE_GROUPS, ARRIVAL_MODES
from sim.department.roster import WEEKDAYS
from sim.department.scenario import Scenario
from sim.engine.measures.cohort import Cohort
from sim.engine.measures.measuring import measure
from sim.engine.measures.week import trait_of
from sim.engine.trajectory import DERIVED_COLUMNS, PEER_KINDS_WISHED, VISIT_COLUMNS, Trajectory
from sim.runs.design import RunFiles
from sim.runs.playing import write_run_files
from sim.runs.tables_on_disk import WriteErrors, read_table

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return sim.load("staffing=peer_added", "study.weeks=1", "study.warm_up_weeks=1", "study.follow_up_days=2")


@pytest.fixture(scope="module")
def run(scenario: Scenario) -> Trajectory:
    return sim.simulate(scenario, seed=3)


def test_visits_in_the_window_are_those_that_are_measured(run: Trajectory, scenario: Scenario) -> None:
    inside = run.visits[run.visits["in_window"]]
    assert 0 < len(inside) < run.n_visits
    assert inside["arrival"].between(run.warm_up, run.measured_until, inclusive="left").all()
    assert len(inside) == measure(run, scenario)["visits_per_week.all"]


def test_the_first_moment_of_the_window_counts_and_the_last_does_not(run: Trajectory) -> None:
    edges = np.array([run.warm_up - 1e-9, run.warm_up, run.measured_until - 1e-9, run.measured_until])
    columns = {name: np.zeros(4, kind) for name, kind in VISIT_COLUMNS.items()} | {"arrival": edges}
    empty = {"step_times": np.empty((4, 0, 3)), "step_members": np.empty((4, 0)), "steps": ()}
    few = replace(run, visit_columns=columns, **empty)  # type: ignore[arg-type]
    assert few.columns_of_visits()["in_window"].tolist() == [False, True, True, False]
    assert few.columns_of_visits()["weekday"].tolist() == ["sun", "mon", "sun", "mon"]
    assert few.columns_of_visits()["hour"].tolist() == [23, 0, 23, 0]


def test_weekday_and_hour_of_an_arrival_are_those_of_the_breakdowns(run: Trajectory, scenario: Scenario) -> None:
    inside = run.visits[run.visits["in_window"]]
    days, names = trait_of(Cohort(run, scenario), "weekday")
    hours, _ = trait_of(Cohort(run, scenario), "arrival_hour")
    assert inside["weekday"].tolist() == [names[day] for day in days]
    assert inside["hour"].tolist() == hours.tolist()
    assert list(inside["weekday"].cat.categories) == list(WEEKDAYS)


@pytest.mark.parametrize(
    ("column", "labels"),
    [("age_group", AGE_GROUPS), ("arrival_mode", ARRIVAL_MODES), ("peer_kind_wished", PEER_KINDS_WISHED)],
)
def test_a_code_is_shown_by_its_label(column: str, labels: tuple[str, ...], run: Trajectory) -> None:
    assert run.visits[column].tolist() == [labels[code] for code in run.visit_columns[column]]


def test_the_file_of_visits_says_the_same_as_the_table(run: Trajectory, scenario: Scenario, tmp_path: Path) -> None:
    unwritten = WriteErrors()
    write_run_files(run, RunFiles(tmp_path / "visits.parquet", {"demand": 1.0, "staffing": "peer_added"}), unwritten)
    assert not unwritten.found
    written = read_table(tmp_path / "visits.parquet")
    for column in (*DERIVED_COLUMNS, "age_group", "arrival_mode", "peer_kind_wished", "stream"):
        assert written[column].tolist() == run.visits[column].tolist(), column
    assert set(written["staffing"]) == {"peer_added"}


def test_the_data_dictionary_tells_the_columns_of_the_table_that_are_computed() -> None:
    text = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")
    section = text.split("### Further columns of the table of visits")[1].split("\n### ")[0]
    told = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert told == ["replication", *DERIVED_COLUMNS, "demand", "staffing"]
