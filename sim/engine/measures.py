"""Measures of one replication: one flat dict of values, those of the face-validity table, those of each first visit.

What each means stands in `sim.engine.measure_catalogue`; estimates over replications are made in the study ring.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import njit

from sim.department.scenario import Scenario
from sim.engine.intervals import Flags, Floats
from sim.engine.measure_catalogue import MEASURE_BY_KEY, MEASURES, Measure, Statistic
from sim.engine.run_measures import StaffTime, Values, all_streams, quotient, run_measures
from sim.engine.trajectory import AMA, LWBS, Trajectory
from sim.engine.visit_outcomes import Cohort, Outcomes, Share, one_of, visit_outcomes

QUANTILES: Mapping[Statistic, float] = {"p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
OF_VISITS: tuple[Measure, ...] = tuple(measure for measure in MEASURES if measure.outcome)

FACE_VALIDITY: Mapping[str, str] = {
    "wait_triage_to_physician_mean": "wait_triage_to_pia_mean.all",
    "wait_triage_to_physician_median": "wait_triage_to_pia_median.all",
    "wait_triage_to_physician_p90": "wait_triage_to_pia_p90.all",
    "los_all_median_h": "length_of_stay_median.all",
    "los_all_lower_quartile_h": "length_of_stay_p25.all",
    "los_all_upper_quartile_h": "length_of_stay_p75.all",
    "los_discharged_median_h": "length_of_stay_discharged_median.all",
    "los_admitted_median_h": "length_of_stay_admitted_median.all",
    "lwbs_or_ama_share": "lwbs_or_ama.all",
    "admission_share": "admission.all",
    "arrivals_00_08_share": "arrivals_00_08.all",
    "arrivals_08_16_share": "arrivals_08_16.all",
    "arrivals_16_24_share": "arrivals_16_24.all",
    "wait_before_triage_ctas3_median": "time_to_triage_ctas3_median.all",
    "mh_minus_medical_wait_ctas3_median": "mh_minus_medical_wait_ctas3_median.all",
    "mh_wait_ctas3_median": "wait_triage_to_pia_ctas3_median.mental_health",
    "mh_los_mean_h": "length_of_stay_mean.mental_health",
    "mh_los_median_h": "length_of_stay_median.mental_health",
    "mh_los_over_12h_share": "stay_over_12h.mental_health",
    "mh_los_over_24h_share": "stay_over_24h.mental_health",
    "mh_admitted_los_over_12h_share": "admitted_stay_over_12h.mental_health",
    "mh_admitted_share": "admission.mental_health",
    "mh_restraint_share": "restraint.mental_health",
    "mh_return_180d_per_patient": "return_180d_per_patient.mental_health",
    "mh_repeat_share": "repeat_visit.mental_health",
    "follow_up_7d_share": "follow_up_7d.mental_health",
    "follow_up_30d_share": "follow_up_30d.mental_health",
    "physician_hours_demanded_per_day": "physician_hours_demanded_per_day.all",
    "patients_per_physician_hour": "patients_per_physician_hour.all",
    "clearance_extra_stay": "clearance_extra_stay.all",
    "peer_contacts_per_day": "peer_contacts_per_day.mental_health",
}
"""Keys of the face-validity table and the measure each one is."""


def measure(trajectory: Trajectory, scenario: Scenario) -> Values:
    """Every measure of one replication under `key.part`, nan where undefined.

    Visits count if they arrive in [warm_up, measured_until); what else is left out is each measure's `censoring`.
    Raises ValueError if the run ends before the warm-up does.
    """
    return measures_of(Cohort(trajectory, scenario), StaffTime(trajectory, scenario))


def measures_of(cohort: Cohort, time: StaffTime) -> Values:
    """The same of a run whose visits and staff others look at too."""
    check_window(cohort.trajectory)
    outcomes = visit_outcomes(cohort)
    values: Values = {}
    for part, chosen in all_streams(cohort.trajectory, cohort.codes("stream")):
        for key, value in summaries(OF_VISITS, outcomes, chosen, time).items():
            values[f"{key}.{part}"] = value
    values["mh_minus_medical_wait_ctas3_median.all"] = (
        values["wait_triage_to_pia_ctas3_median.mental_health"] - values["wait_triage_to_pia_ctas3_median.medical"]
    )
    return values | run_measures(cohort, time)


def check_window(trajectory: Trajectory) -> None:
    """Raise ValueError if nothing is left to measure."""
    if trajectory.measured_until <= trajectory.warm_up:
        raise ValueError(
            f"horizon {trajectory.measured_until:g} is not after warm_up {trajectory.warm_up:g}: "
            "nothing is left to measure, add weeks to the period"
        )


def summaries(measures: Iterable[Measure], outcomes: Outcomes, chosen: Flags, time: StaffTime) -> Values:
    """Value of each measure over the chosen visits of the cohort, by key."""
    known: dict[str, Known] = {}
    values: Values = {}
    for item in measures:
        if item.outcome not in known:
            known[item.outcome] = known_among(outcomes[item.outcome], chosen)
        if item.statistic == "ratio":
            below = known_among(outcomes[item.per], chosen)
            values[item.key] = quotient(known[item.outcome].total, below.total)
        else:
            values[item.key] = statistic_of(item.statistic, known[item.outcome], time)
    return values


@dataclass(frozen=True)
class Known:
    """What is known of an outcome among some visits: of how many, their sum, and each value unless it is yes and no."""

    n: int
    total: float
    values: Floats

    @cached_property
    def quantiles(self) -> dict[Statistic, float]:
        return quantiles_of(self.values)


def known_among(outcome: Floats | Share, chosen: Flags) -> Known:
    """What is known of an outcome among the chosen visits."""
    if isinstance(outcome, Share):
        asked = outcome.whom & chosen
        n, total = np.count_nonzero(asked), np.count_nonzero(asked & outcome.counted)
        return Known(int(n), float(total), np.empty(0))
    values: Floats = _known_among(outcome, chosen)
    return Known(values.size, float(values.sum()), values)


@njit(cache=True, nogil=True)
def _known_among(values, chosen):  # type: ignore[no-untyped-def]
    known, n = np.empty(values.size), 0
    for row in range(values.size):
        known[n] = values[row]
        # No branch: whether a visit is chosen cannot be guessed.
        n += chosen[row] & (not np.isnan(values[row]))
    return known[:n]


def quantiles_of(values: Floats) -> dict[Statistic, float]:
    """All quantiles in use (linear interpolation, to the bit as NumPy's), nan of nothing."""
    if values.size == 0:
        return dict.fromkeys(QUANTILES, np.nan)
    rest, found = values.copy(), {}
    for name, share in QUANTILES.items():
        place = share * (values.size - 1)
        # All below the last quantile is left behind: four short searches cost less than one for all.
        ahead = int(place) - (values.size - rest.size)
        rest.partition(ahead)
        rest = rest[ahead:]
        low = float(rest[0])
        high = float(rest[1:].min()) if rest.size > 1 else low
        found[name] = between(low, high, place - int(place))
    return found


def between(low: float, high: float, share: float) -> float:
    """The point at a share of the way from low to high."""
    return low + (high - low) * share if share < 0.5 else high - (high - low) * (1.0 - share)


def statistic_of(statistic: Statistic, known: Known, time: StaffTime) -> float:
    """One statistic of known values."""
    if statistic == "count":
        return float(known.n)
    if statistic == "per_week":
        return known.total / time.weeks
    if statistic == "per_day":
        return known.total / time.days
    if statistic in QUANTILES:
        return known.quantiles[statistic]
    if statistic == "sd":
        return float(known.values.std(ddof=1)) if known.n > 1 else np.nan
    return quotient(known.total, known.n)


def measure_of(key: str) -> Measure:
    """The catalogue entry of a value's key (`time_to_pia_mean.medical`). Raises KeyError for an unknown one."""
    return MEASURE_BY_KEY[key.split(".", 1)[0]]


def face_validity_values(trajectory: Trajectory, scenario: Scenario) -> Values:
    """Simulated value of every key of the face-validity table."""
    values = measure(trajectory, scenario)
    return {key: values[name] for key, name in FACE_VALIDITY.items()}


def per_visit_outcomes(trajectory: Trajectory) -> dict[str, np.ndarray]:
    """First visits of patients that arrive in the measured window, to match simulated patients across scenarios.

    Arrays of equal length: `patient`, `visit_number` (always 1), `stream`, `time_to_pia` (minutes, nan if never seen),
    `length_of_stay` (hours, nan while present), `left` (of their own accord). Two scenarios under one seed share
    `patient`: an outside patient keeps its number.
    """
    visits = trajectory.visit_columns
    inside = (visits["arrival"] >= trajectory.warm_up) & (visits["arrival"] < trajectory.measured_until)
    rows = np.flatnonzero(inside & (visits["visit_number"] == 1))
    return {
        "patient": visits["patient"][rows],
        "visit_number": visits["visit_number"][rows],
        "stream": visits["stream"][rows],
        "time_to_pia": (visits["pia"] - visits["arrival"])[rows],
        "length_of_stay": (visits["departure"] - visits["arrival"])[rows] / 60.0,
        "left": one_of(visits["disposition"][rows], (LWBS, AMA)),
    }
