"""Where many leave a difference has a warning; without a steady state none is claimed, in any study."""

from pathlib import Path

import numpy as np
import pytest

from sim import load, simulate
from sim.analysis.estimates import (
    GUARDS,
    LEAVING,
    MEASURED_DAYS,
    UNFINISHED_SHARE,
    cautions_table,
    flags_of_pairs,
    guard_values,
)
from sim.cli import main
from sim.engine.measures.measuring import measure
from sim.runs.tables_on_disk import read_table

pytestmark = [pytest.mark.end_to_end, pytest.mark.usefixtures("one_figure")]
NEVER_LEAVES = [f"department.streams.{stream}.patience.never_leaves=1" for stream in ("medical", "mental_health")]
CROWDED = [*NEVER_LEAVES, "study.weeks=4", "study.warm_up_weeks=0"]


def guards(**seen: list[float]) -> np.ndarray:
    """One scenario: values of each replication; a window of 28 days, and nothing unusual unless it is given."""
    n = len(next(iter(seen.values())))
    usual = {"leaving": [0.02], "unfinished": [0.005], "first": [80.0], "last": [80.0], "days": [28.0]}
    return np.array([[(seen[name] if name in seen else values * n) for name, values in usual.items()]])


def flags(**seen: list[float]) -> tuple[bool, bool]:
    """Whether many leave, and whether there is no steady state."""
    (row,) = cautions_table(guards(**seen), 0.95).to_dict("records")
    return bool(row["many_leave"]), bool(row["no_steady_state"])


def test_many_leave_above_five_per_cent() -> None:
    assert flags(leaving=[0.049, 0.0509]) == (False, False)
    assert flags(leaving=[0.049, 0.0511]) == (True, False)


def test_no_steady_state_above_two_per_cent_unfinished() -> None:
    assert flags(unfinished=[0.0199]) == (False, False)
    assert flags(unfinished=[0.0201]) == (False, True)


def test_in_a_short_window_the_arrivals_of_half_a_day_may_be_unfinished() -> None:
    assert flags(unfinished=[0.071], days=[7.0]) == (False, False)
    assert flags(unfinished=[0.072], days=[7.0]) == (False, True)


def test_waits_that_grow_by_a_quarter_and_beyond_chance_are_not_steady() -> None:
    first = [80.0, 82.0, 78.0, 80.0, 80.0]
    assert flags(first=first, last=[101.0, 103.0, 99.0, 101.0, 102.0]) == (False, True)
    assert flags(first=first, last=[99.0, 101.0, 97.0, 99.0, 98.0]) == (False, False)
    assert flags(first=first, last=[60.0, 250.0, 70.0, 65.0, 300.0]) == (False, False)
    assert flags(first=[80.0], last=[300.0]) == (False, False)


def test_waits_that_fall_are_no_reason_for_care() -> None:
    assert flags(first=[300.0, 301.0, 302.0], last=[80.0, 81.0, 82.0]) == (False, False)


def test_what_is_not_measured_raises_no_flag() -> None:
    unknown = guard_values(["staff_cost_per_week.all"], np.ones((2, 1, 3)))
    assert np.isnan(unknown).all()
    assert not cautions_table(unknown, 0.95)[["many_leave", "no_steady_state"]].to_numpy().any()
    assert len(cautions_table(guard_values([], np.zeros((2, 0, 0))), 0.95)) == 2


def test_a_difference_has_the_flags_of_both_its_sides() -> None:
    table = cautions_table(
        np.concatenate([guards(leaving=[0.06]), guards(unfinished=[0.1]), guards(first=[80.0])]), 0.95
    )
    found = flags_of_pairs(table, [1, 2], [0, 0])
    assert found["many_leave"].tolist() == [True, True]
    assert found["no_steady_state"].tolist() == [True, False]


# What is measured


def test_a_growing_queue_waits_longer_per_arrival_late_than_early_and_leaves_visits_unfinished() -> None:
    scenario = load(*CROWDED, "study.weeks=6", "demand.growth=1.15")
    values = measure(simulate(scenario), scenario)
    assert values["wait_last_third.all"] > 2.0 * values["wait_first_third.all"]
    assert values[UNFINISHED_SHARE] > 0.05
    assert values[MEASURED_DAYS] == 42.0


def test_visits_unfinished_when_the_window_ends_count_though_they_finish_in_the_follow_up() -> None:
    short = load(*CROWDED, "demand.growth=1.15", "study.follow_up_days=0")
    longer = load(*CROWDED, "demand.growth=1.15", "study.follow_up_days=7")
    shares = [measure(simulate(scenario), scenario)[UNFINISHED_SHARE] for scenario in (short, longer)]
    assert shares[0] == shares[1] > 0.02


def test_in_a_steady_department_minutes_waited_per_arrival_are_the_mean_wait() -> None:
    scenario = load("study.weeks=9", "study.warm_up_weeks=1")
    values = measure(simulate(scenario), scenario)
    both = (values["wait_first_third.all"] + values["wait_last_third.all"]) / 2.0
    assert both == pytest.approx(values["time_to_pia_mean.all"], rel=0.15)


@pytest.mark.parametrize("words", [["study.weeks=2"], ["study.weeks=6", "study.month_factors=true"]])
def test_thirds_are_not_compared_in_short_windows_nor_over_seasons(words: list[str]) -> None:
    scenario = load(*words, "study.warm_up_weeks=0")
    assert np.isnan(measure(simulate(scenario), scenario)["wait_last_third.all"])


# What is said


def test_a_comparison_without_a_steady_state_shows_numbers_and_claims_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["study.staffing=[traditional,nurse_added]", "study.demand_levels=[1.15]", "study.replications=3"]
    assert main([*words, *CROWDED, f"output={tmp_path / 'out'}"]) == 0
    output = " ".join(capsys.readouterr().out.split())
    assert "No steady state at demand × 1.15 (Traditional:" in output
    assert "with a nurse added, no difference is claimed: there is no steady state" in output
    assert " less (95 % CI" not in output
    assert "minutes less" not in (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert read_table(tmp_path / "out" / "differences.parquet")["no_steady_state"].all()
    assert read_table(tmp_path / "out" / "cautions.parquet")["unfinished"].min() > 0.02


def test_one_scenario_without_a_steady_state_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["study=run", "demand.growth=1.15", "study.replications=1", f"output={tmp_path / 'out'}"]
    assert main([*words, *CROWDED]) == 0
    assert "No steady state" in capsys.readouterr().out


def test_a_sweep_without_a_steady_state_names_no_best_and_no_dominated_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["-m", "staffing=traditional,nurse_added", "demand.growth=1.15", "study.replications=2"]
    asked = ["study.best=wait_triage_to_pia_mean.all"]
    assert main([*words, *asked, *CROWDED, f"output={tmp_path / 'out'}"]) == 0
    output = " ".join(capsys.readouterr().out.split())
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "no difference is claimed: the first scenario has no steady state" in output
    assert "No steady state in 2 of 2 scenarios" in output
    assert "No steady state (staffing=traditional:" in page
    for answer in (output, page):
        assert "‡" in answer
        assert "shown better" not in answer
        assert "Best, each measure" not in answer
        assert "Beaten" not in answer
        assert "may be best" not in answer


def test_break_even_without_a_steady_state_concludes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["study=breakeven", "staffing=peer_added", "demand.growth=1.15", "study.replications=2", "study.points=2"]
    assert main([*words, *CROWDED, f"output={tmp_path / 'out'}"]) == 0
    output = " ".join(capsys.readouterr().out.split())
    assert "Nothing is concluded: at" in output
    assert "pays" not in output.replace("what is valued", "")


def test_where_many_leave_the_difference_is_shown_with_the_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["study.staffing=[traditional,nurse_added]", "study.demand_levels=[1.15]", "study.replications=3"]
    assert main([*words, "study.weeks=3", "study.warm_up_weeks=1", f"output={tmp_path / 'out'}"]) == 0
    output = " ".join(capsys.readouterr().out.split())
    assert "Many leave at demand × 1.15: more than 5 % of visits leave unseen or against advice (Traditional:" in output
    assert "a week more than with traditional staffing" not in output, "sentences are in answer.md"
    page = (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert "CAD a week more than with traditional staffing" in page
    assert "replications, more than 5 % of visits leave)" in page


@pytest.mark.parametrize("level", [0.95, 1.0, 1.05])
def test_the_shipped_department_is_steady(level: float) -> None:
    values = []
    scenario = load(f"demand.growth={level}", "study.weeks=8", "study.warm_up_weeks=2")
    for replication in range(4):
        found = measure(simulate(scenario, replication=replication), scenario)
        values.append([found[name] for name in GUARDS])
    (row,) = cautions_table(np.array(values).T[np.newaxis], 0.95).to_dict("records")
    assert not row["no_steady_state"]
    assert not row["many_leave"]


def test_the_guards_are_measures_of_the_catalogue() -> None:
    scenario = load("study.weeks=1", "study.warm_up_weeks=0")
    assert set(GUARDS) <= set(measure(simulate(scenario), scenario))
    assert LEAVING in GUARDS
