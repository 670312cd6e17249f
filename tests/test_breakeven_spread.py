"""Where a staffing pays in draws of the assumptions, of runs whose net benefit is known; and sweeps with draws."""

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.assumption_spread import DrawnRuns
from sim.analysis.breakeven import BreakEvenPlan
from sim.analysis.breakeven_spread import paying_table, scenarios_at_ends
from sim.config import compose
from sim.report.words.assumption_words import LIKE_PUBLISHED
from sim.runs.tables_on_disk import read_table
from sim.studies.breakeven import break_even_plan_of
from tests.in_process import peered
from tests.report_page import made_again

pytestmark = pytest.mark.end_to_end

COST, VISITS = "staff_cost_per_week.all", "visits_per_week.mental_health"


@pytest.fixture(scope="module")
def plan() -> BreakEvenPlan:
    words = ["study=breakeven", "staffing=peer_added", "study.replications=2", "study.weeks=1", "study.presets=[]"]
    worth = "study.worth=[{name: staff, measure: staff_cost_per_week.all, cad_per_unit: -1},"
    worth += "{name: visit, measure: visits_per_week.mental_health, cad_per_unit: -500}]"
    return break_even_plan_of(compose([*words, "study.range=[0.5,1.5]", worth]))


def runs(plan: BreakEvenPlan, cost: np.ndarray) -> DrawnRuns:
    """Peers cost so much in each draw, and avoid 20 visits a week at 0.5, none at 1 and minus 20 at 1.5."""
    labels = tuple(scenarios_at_ends(plan))
    values = np.zeros((len(cost), len(labels), 2))
    values[:, :, 1] = 70.0
    low, high = (labels.index(plan.labels["peer_added"][end]) for end in (0, -1))
    values[:, [low, high], 0] = cost[:, None]
    values[:, low, 1], values[:, high, 1] = 50.0, 90.0
    return DrawnRuns(labels, (COST, VISITS), values, values.copy(), weeks=26, confidence=0.95)


def test_the_baseline_comes_first_and_each_staffing_at_both_ends(plan: BreakEvenPlan) -> None:
    assert [label.split(" ")[0] for label in scenarios_at_ends(plan)] == [
        "staffing=traditional",
        "staffing=peer_added",
        "staffing=peer_added",
    ]


def test_it_turns_where_the_straight_line_does_in_each_draw(plan: BreakEvenPlan) -> None:
    cost = np.linspace(2000.0, 6000.0, 201)
    (row,) = paying_table(plan, runs(plan, cost)).to_dict("records")
    assert (row["at_low"], row["at_none"], row["at_high"], row["turns"]) == (1.0, 0.0, 0.0, 1.0)
    assert row["turn"] == pytest.approx(1.0 - 4000.0 / 20_000.0)  # 500 CAD x 40 visits over the range of 1
    assert row["turn_low"] == pytest.approx(1.0 - 5900.0 / 20_000.0)
    assert row["turn_high"] == pytest.approx(1.0 - 2100.0 / 20_000.0)


def test_the_share_that_pays_is_that_of_the_draws(plan: BreakEvenPlan) -> None:
    cost = np.where(np.arange(200) < 60, -100.0, 20_000.0)  # in 60 of 200 peers save money by themselves
    (row,) = paying_table(plan, runs(plan, cost)).to_dict("records")
    assert row["at_none"] == pytest.approx(0.3)
    assert row["at_low"] == pytest.approx(0.3)
    assert row["n"] == 200


def test_without_enough_draws_nothing_is_said(plan: BreakEvenPlan) -> None:
    assert paying_table(plan, runs(plan, np.full(10, 3000.0))).empty


# --- the commands


@pytest.mark.usefixtures("drawn_sweeps")
def test_a_sweep_has_both_intervals_too_and_goes_on_without_playing_them_again(tmp_path: Path) -> None:
    words = ("-m", "staffing=traditional,peer_evening,clinician_added", "study.weeks=1", "study.warm_up_weeks=0")
    asked = (*words, "study.replications=2", "study.assumptions=true", "study.draws=44", "study.draw_weeks=1")
    told = peered(*asked, "output=out", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert f"With the assumptions too (44 {LIKE_PUBLISHED})" in " ".join(told.stdout.split())
    assert "## With the assumptions" in (tmp_path / "out" / "answer.md").read_text(encoding="utf-8")
    assert len(read_table(tmp_path / "out" / "assumptions.parquet"))
    again = peered(*asked, "output=out", cwd=tmp_path)
    assert "6 of 6 runs are there already" in again.stdout
    assert "55 of 55 runs are there already" in again.stdout, "44 draws, eleven of them twice"
    report = (tmp_path / "out" / "report.html").read_bytes()
    assert b"With the assumptions" in report
    assert made_again(tmp_path / "out", tmp_path / "again.html") == report
    assert made_again(tmp_path / "out", tmp_path / "again.md") == (tmp_path / "out" / "answer.md").read_bytes()


def test_a_break_even_study_says_in_how_many_departments_it_pays(tmp_path: Path) -> None:
    words = ("study=breakeven", "staffing=peer_added", "study.replications=2", "study.weeks=1", "study.points=3")
    told = peered(*words, "study.assumptions=true", "study.draws=40", "study.draw_weeks=1", "output=out", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert "it pays with none of this effect in 0 and" in " ".join(told.stdout.split()), (
        "staff time alone pays for no peer"
    )
    table = read_table(tmp_path / "out" / "paying.parquet").set_index("preset")
    assert set(table.index) == {"staff_only", "with_admissions", "with_boarding"}
    assert table.loc["staff_only", "n"] >= 38
    assert table.loc["staff_only", "at_none"] == 0.0
    assert 0.0 <= table.loc["with_admissions", "at_low"] <= 1.0
