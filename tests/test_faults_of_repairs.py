"""Faults are looked past by trial repairs; what a repair makes wrong is not said, what the user has wrong is."""

from pathlib import Path

import pytest

from sim.config import compose
from sim.department.scenario import ScenarioError
from tests.test_factors_and_rounding import HOURS, listed


def places_and_values(*words: str, folder: Path | None = None) -> list[tuple[str, str]]:
    with pytest.raises(ScenarioError) as caught:
        compose(["study=run", *words], folder)
    return [(problem.path, problem.value) for problem in caught.value.problems]


MH = "department.streams.mental_health"
FOLLOW_UP = f"{MH}.pathway.follow_up"
ROUTES = "department.streams.medical.pathway.place.routes"
SAFETY_PLAN = f"{MH}.pathway.safety_plan.minutes"
IMAGING = "department.streams.medical.pathway.imaging.minutes"


def with_hour(number: int, share: object) -> str:
    hours = [repr(value) for value in HOURS]
    hours[number] = str(share)
    return f"demand.hour_shares=[{','.join(hours)}]"


OWN_EARLY = (0.1, *HOURS[1:])
CASES: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "a share below zero beside shares that are right": (
        [with_hour(3, -0.2)],
        [("demand.hour_shares.3", "-0.2")],
    ),
    "a word among shares that are the user's own": (
        [f"demand.hour_shares=[{','.join(['0.04'] * 12 + ['x'] + ['0.04'] * 11)}]"],
        [("demand.hour_shares.12", "'x'")],
    ),
    "a wrong sum of shares and an entry elsewhere that is no number": (
        [f"demand.hour_shares={listed(OWN_EARLY)}", "demand.weekday_index.medical.0=x"],
        [
            ("demand.hour_shares", "hour_shares of day 0 (0 is Monday) sum to 1.076, not 1"),
            ("demand.weekday_index.medical.0", "'x'"),
        ],
    ),
    "a later share above an earlier one that is no number": (
        [f"{FOLLOW_UP}.within_7_days=x", f"{FOLLOW_UP}.within_30_days=0.2"],
        [(f"{FOLLOW_UP}.within_7_days", "'x'")],
    ),
    "an order that is wrong whatever the entry that is no number may be": (
        [f"{SAFETY_PLAN}={{family: empirical, quantiles: [9, 3, x, 40]}}"],
        [
            (f"{SAFETY_PLAN}.quantiles.1", "quantiles.1 is 3, below 9 before it"),
            (f"{SAFETY_PLAN}.quantiles.2", "'x'"),
        ],
    ),
    "the route of some levels gone with its fault": (
        [f"{ROUTES}.3.share=x", f"{ROUTES}.2.share=0.6"],
        [(f"{ROUTES}.3.share", "'x'")],
    ),
    "a share of mental health that fits no hour beside an hour that is no number": (
        ["demand.mental_health_share=0.9", with_hour(4, "x")],
        [("demand.hour_shares.4", "'x'")],
    ),
    "admission and transfer": (
        [f"{MH}.pathway.dispose.admission=[.9,.9,.9,.9,x]", f"{MH}.pathway.dispose.transfer=0.05"],
        [(f"{MH}.pathway.dispose.admission.4", "'x'")],
    ),
    "admission and transfer that are too much together at another level": (
        [f"{MH}.pathway.dispose.admission=[.99,.9,.9,.9,x]", f"{MH}.pathway.dispose.transfer=0.05"],
        [
            (f"{MH}.pathway.dispose.admission.4", "'x'"),
            (f"{MH}.pathway.dispose.admission", "admission and transfer of CTAS 1 sum to 1.04"),
        ],
    ),
    "breaks that overlap only with the break that was put in": (
        ["staffing.nurse.shifts.from_11.breaks=[{minutes: 30, after: -60}, {minutes: 30, after: 10}]"],
        [("staffing.nurse.shifts.from_11.breaks.0.after", "-60")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_only_what_the_user_has_wrong_is_said(case: str) -> None:
    words, expected = CASES[case]
    assert sorted(places_and_values(*words)) == sorted(expected)
