"""Measures of one replication: one flat dict of values, those of the face-validity table, those of each first visit.

What each means stands in `sim.engine.measure_catalogue`; estimates over replications are made in the study ring.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numba import njit

from sim.department.scenario import Scenario
from sim.engine.intervals import Floats, Integers
from sim.engine.measure_catalogue import MEASURE_BY_KEY, MEASURES, Measure, Statistic
from sim.engine.run_measures import StaffTime, Values, all_streams, quotient, run_measures
from sim.engine.trajectory import AMA, LWBS, Trajectory
from sim.engine.visit_outcomes import Cohort, Outcomes, visit_outcomes

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


def summaries(measures: Iterable[Measure], outcomes: Outcomes, chosen: Integers, time: StaffTime) -> Values:
    """Value of each measure over the chosen visits of the cohort (by their place in it), by key."""
    known: dict[str, Floats] = {}
    quantiles: dict[str, dict[Statistic, float]] = {}
    values: Values = {}
    for item in measures:
        if item.outcome not in known:
            known[item.outcome] = known_among(outcomes[item.outcome], chosen)
        if item.statistic in QUANTILES:
            if item.outcome not in quantiles:
                quantiles[item.outcome] = quantiles_of(known[item.outcome])
            values[item.key] = quantiles[item.outcome][item.statistic]
        elif item.statistic == "ratio":
            below = known_among(outcomes[item.per], chosen)
            values[item.key] = quotient(float(known[item.outcome].sum()), float(below.sum()))
        else:
            values[item.key] = statistic_of(item.statistic, known[item.outcome], time)
    return values


@njit(cache=True, nogil=True)
def _known_among(values, chosen):  # type: ignore[no-untyped-def]
    known, n = np.empty(chosen.size), 0
    for place in chosen:
        known[n] = values[place]
        n += not np.isnan(values[place])
    return known[:n]


def known_among(values: Floats, chosen: Integers) -> Floats:
    """What is known (not nan) of the values at the chosen places."""
    known: Floats = _known_among(values, chosen)
    return known


def quantiles_of(values: Floats) -> dict[Statistic, float]:
    """All quantiles in use (linear interpolation, to the bit as NumPy's), nan of nothing."""
    if values.size == 0:
        return dict.fromkeys(QUANTILES, np.nan)
    rest, found = values.copy(), {}
    for name, share in QUANTILES.items():
        place = share * (values.size - 1)
        below = int(place)
        # What lies below the quantile before is past; NumPy's own way through all of them at once is slower.
        past = values.size - rest.size
        rest.partition(below - past)
        rest = rest[below - past :]
        low, high = float(rest[0]), float(rest[1:].min(initial=np.inf)) if rest.size > 1 else float(rest[0])
        found[name] = between(low, high, place - below)
    return found


def between(low: float, high: float, share: float) -> float:
    """The point at a share of the way from low to high."""
    return low + (high - low) * share if share < 0.5 else high - (high - low) * (1.0 - share)


def statistic_of(statistic: Statistic, values: Floats, time: StaffTime) -> float:
    """One statistic of known values."""
    if statistic == "count":
        return float(values.size)
    if statistic == "per_week":
        return float(values.sum()) / time.weeks
    if statistic == "per_day":
        return float(values.sum()) / time.days
    if values.size == 0:
        return np.nan
    if statistic == "sd":
        return float(values.std(ddof=1)) if values.size > 1 else np.nan
    return float(values.mean())


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
        "left": np.isin(visits["disposition"][rows], (LWBS, AMA)),
    }
