"""Percentages typed as factors are refused; rounding of shares is not."""

from pathlib import Path

import numpy as np
import pytest

from sim.config import compose
from sim.config.sweeps import compose_sweep
from sim.department.quantities import ROUNDING
from sim.department.scenario import Problem, ScenarioError

HOURS = (
    0.024, 0.019, 0.016, 0.013, 0.0115, 0.011, 0.0135, 0.018, 0.031, 0.046, 0.056, 0.06,
    0.0595, 0.06, 0.061, 0.0645, 0.066, 0.068, 0.069, 0.066, 0.059, 0.047, 0.035, 0.026,
)  # fmt: skip


def problems_of(*words: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        compose(words)
    return caught.value.problems


def listed(values: tuple[float, ...]) -> str:
    return f"[{','.join(repr(value) for value in values)}]"


@pytest.mark.parametrize(
    ("word", "place", "value", "factor"),
    [
        ("demand.growth=110", "demand.growth", "110", "1.1"),
        ("demand.growth=95.5", "demand.growth", "95.5", "0.955"),
        ("demand.mh_growth=108", "demand.mh_growth", "108", "1.08"),
        ("study.demand_levels=[1,105]", "study.demand_levels.1", "105", "1.05"),
        ("study.demand_levels=105", "study.demand_levels", "105", "1.05"),
        ("demand.month_index.medical.3=98", "demand.month_index.medical.3", "98", "0.98"),
        ("effects.total_return_hr=85", "effects.total_return_hr", "85", "0.85"),
        ("effects.peer.assessment_minutes=90", "effects.peer.assessment_minutes", "90", "0.9"),
        ("effects.peer.patience_while=50", "effects.peer.patience_while", "50", "0.5"),
        ("department.groups.0.patience=80", "department.groups.all.patience", "80", "0.8"),
        (
            "department.streams.mental_health.returns.frailty=544",
            "department.streams.mental_health.returns.frailty",
            "544",
            "5.44",
        ),
    ],
)
def test_a_factor_that_is_a_percentage_is_refused_with_the_factor_to_write(
    word: str, place: str, value: str, factor: str
) -> None:
    (problem,) = problems_of("study=run", word)
    assert problem == Problem(place, value, f"is {value} a per cent? write {factor}")


def test_five_times_the_demand_may_be_asked_for() -> None:
    assert compose(["study=run", "demand.growth=5", "effects.peer.linkage_odds=20"]).scenario.demand.growth == 5.0


def test_the_range_of_a_break_even_study_is_of_factors() -> None:
    problems = problems_of("study=breakeven", "staffing=peer_added", "study.range=[60,120]")
    assert [problem.path for problem in problems] == ["study.range.0", "study.range.1"]


def test_percentages_are_refused_in_a_sweep_and_in_its_table_too(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"is 110 a per cent\? write 1.1"):
        compose_sweep(["demand.growth=range(100,120,10)"], None)
    table = tmp_path / "scenarios.csv"
    table.write_text("demand.growth\n1.0\n110\n")
    with pytest.raises(ScenarioError, match=r"is 110 a per cent\? write 1.1"):
        compose_sweep([f"sweep.csv={table}"], None)


def test_a_share_within_rounding_below_zero_is_zero() -> None:
    shares = (*HOURS[:3], -6e-11, HOURS[4] + HOURS[3], *HOURS[5:])
    demand = compose(["study=run", f"demand.hour_shares={listed(shares)}", "demand.mental_health_share=0"]).scenario
    assert demand.demand.hour_shares[3] == 0.0  # type: ignore[union-attr]
    assert min(demand.arrivals_of("medical").rate_per_hour) == 0.0


def test_a_share_within_rounding_above_one_is_one() -> None:
    assert compose(["study=run", f"support.consent={1.0 + ROUNDING / 2}"]).scenario.support.consent == 1.0


def test_signs_are_as_tolerant_as_sums_and_no_more() -> None:
    """The same deviation passes both, and twice the tolerance neither."""
    mix = (0.25, 0.25, 0.25, 0.25)
    for deviation, passes in ((0.9 * ROUNDING, True), (2.0 * ROUNDING, False)):
        for word in (listed((*mix, -deviation)), listed((*mix, deviation))):
            words = ["study=run", f"demand.acuity_mix.medical={word}"]
            if passes:
                assert compose(words).scenario is not None
            else:
                assert len(problems_of(*words)) == 1


def test_hours_whose_patients_are_all_of_mental_health_may_be_off_by_rounding() -> None:
    """All visits of an hour are those of mental health, but for the last digit: no medical visit comes then."""
    mental = compose(["study=run"]).scenario.demand.mh_hour_shares["default"]  # type: ignore[union-attr]
    first = 0.05 * mental[0] * (1.0 - 1e-12)
    shares = (first, HOURS[1] + HOURS[0] - first, *HOURS[2:])
    scenario = compose(["study=run", f"demand.hour_shares={listed(shares)}"]).scenario
    rates = np.asarray(scenario.arrivals_of("medical").rate_per_hour).reshape(7, 24)
    assert rates[:, 0].tolist() == [0.0] * 7
