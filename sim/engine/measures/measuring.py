"""Measures of one replication: one flat dict of values, those of the face-validity table, those of each first visit.

What each means stands in `sim.engine.measures.catalogue`; estimates over replications are made in the study ring.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.scenario import Scenario
from sim.engine.measures import array_loops
from sim.engine.measures.catalogue import CTAS_OVER_CTAS3, MEASURE_BY_KEY, MEASURES, Measure, Statistic
from sim.engine.measures.intervals import Codes, Flags, Floats
from sim.engine.measures.outcomes import Cohort, Few, Outcome, Share, one_of, visit_outcomes
from sim.engine.measures.peer_day import peer_measures
from sim.engine.measures.staff_time import StaffTime, Values, all_streams, quotient, run_measures
from sim.engine.trajectory import AMA, LWBS, Trajectory

QUANTILES: Mapping[Statistic, float] = {"p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "p99": 0.99, "max": 1.0}
OF_VISITS: tuple[Measure, ...] = tuple(measure for measure in MEASURES if measure.outcome)

FACE_VALIDITY: Mapping[str, str] = {
    "wait_triage_to_physician_mean": "wait_triage_to_pia_mean.all",
    "wait_triage_to_physician_sd": "wait_triage_to_pia_sd.all",
    "wait_triage_to_physician_median": "wait_triage_to_pia_median.all",
    "wait_triage_to_physician_p90": "wait_triage_to_pia_p90.all",
    "wait_triage_to_physician_p99_h": "wait_triage_to_pia_p99.all",
    "wait_triage_to_physician_longest_h": "wait_triage_to_pia_max.all",
    "wait_ctas4_over_ctas3": "wait_triage_to_pia_ctas4_to_ctas3.all",
    "wait_ctas5_over_ctas3": "wait_triage_to_pia_ctas5_to_ctas3.all",
    "wait_triage_to_physician_ctas2_median": "wait_triage_to_pia_ctas2_median.all",
    "wait_for_nurse_mean": "wait_for_nurse_mean.all",
    "los_all_median_h": "length_of_stay_median.all",
    "los_all_lower_quartile_h": "length_of_stay_p25.all",
    "los_all_upper_quartile_h": "length_of_stay_p75.all",
    "los_discharged_median_h": "length_of_stay_discharged_median.all",
    "los_admitted_median_h": "length_of_stay_admitted_median.all",
    "lwbs_or_ama_share": "lwbs_or_ama.all",
    "ctas3_of_leavers_share": "ctas3_of_leavers.all",
    "mh_lwbs_or_ama_share": "lwbs_or_ama.mental_health",
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
    "children_met_per_day": "children_met_per_day.mental_health",
}
"""Keys of the face-validity table and the measure each one is."""
MINUTES_SHOWN_IN_HOURS = ("wait_triage_to_physician_p99_h", "wait_triage_to_physician_longest_h")
"""Keys of the face-validity table that are in hours, their measures in minutes."""


def measure(trajectory: Trajectory, scenario: Scenario) -> Values:
    """Every measure of one replication under `key.part`, nan where undefined.

    Visits count if they arrive in [warm_up, measured_until); what else is left out is each measure's `censoring`.
    Raises ValueError if the run ends before the warm-up does.
    """
    cohort = Cohort(trajectory, scenario)
    return measures_of(cohort, StaffTime(cohort))


def measures_of(cohort: Cohort, time: StaffTime) -> Values:
    """The same of a run whose visits and staff others look at too."""
    check_window(cohort.trajectory)
    by_part = summaries(OF_VISITS, visit_outcomes(cohort), cohort.codes("stream"), time)
    values = {f"{key}.{part}": value for part, of_part in by_part.items() for key, value in of_part.items()}
    values["mh_minus_medical_wait_ctas3_median.all"] = (
        values["wait_triage_to_pia_ctas3_median.mental_health"] - values["wait_triage_to_pia_ctas3_median.medical"]
    )
    for level in CTAS_OVER_CTAS3:
        values[f"wait_triage_to_pia_ctas{level}_to_ctas3.all"] = quotient(
            values[f"wait_triage_to_pia_ctas{level}_mean.all"], values["wait_triage_to_pia_ctas3_mean.all"]
        )
    return values | run_measures(cohort, time) | peer_measures(time)


def check_window(trajectory: Trajectory) -> None:
    """Raise ValueError if nothing is left to measure."""
    if trajectory.measured_until <= trajectory.warm_up:
        raise ValueError(
            f"horizon {trajectory.measured_until:g} is not after warm_up {trajectory.warm_up:g}: "
            "nothing is left to measure, add weeks to the period"
        )


def summaries(
    measures: Sequence[Measure], outcomes: Iterable[tuple[str, Outcome]], streams: Codes, time: StaffTime
) -> dict[str, Values]:
    """Value of each measure by part and key. `streams` has the stream of each visit, or -1 to leave it out."""
    known = known_by_part(statistics_in_use(measures), outcomes, streams, time.trajectory)
    return {part: {item.key: value_of(item, known[part], time) for item in measures} for part in known}


def statistics_in_use(measures: Iterable[Measure]) -> dict[str, set[Statistic]]:
    """What is asked of each outcome."""
    asked: dict[str, set[Statistic]] = {}
    for item in measures:
        asked.setdefault(item.outcome, set()).add(item.statistic)
        if item.statistic == "ratio":
            asked.setdefault(item.per, set())
    return asked


@dataclass(frozen=True)
class Known:
    """What is known of an outcome among some visits: of how many, their sum, and statistics that need each value."""

    n: int
    total: float
    statistics: Mapping[Statistic, float] = field(default_factory=dict)


def known_by_part(
    asked: Mapping[str, set[Statistic]],
    outcomes: Iterable[tuple[str, Outcome]],
    streams: Codes,
    trajectory: Trajectory,
) -> dict[str, dict[str, Known]]:
    """What is known of each outcome in use, by part."""
    summary = {part: Summary(chosen) for part, chosen in all_streams(trajectory, streams)}
    known: dict[str, dict[str, Known]] = {part: {} for part in summary}
    for name, outcome in outcomes:
        if name in asked:
            for part in summary:
                known[part][name] = summary[part].of(outcome, asked[name])
    return known


class Summary:
    """Sums up outcomes among some visits, one after the other in the same memory."""

    def __init__(self, chosen: Flags) -> None:
        self.chosen, self.rows = chosen, np.flatnonzero(chosen).astype(np.int32)
        self.values, self.deviations = np.empty((2, self.rows.size + 1))  # one for a value that turns out not to count

    def of(self, outcome: Outcome, statistics: set[Statistic]) -> Known:
        """What is known of an outcome among the chosen visits."""
        if isinstance(outcome, Share):
            asked = outcome.whom & self.chosen
            return Known(int(np.count_nonzero(asked)), float(np.count_nonzero(asked & outcome.counted)))
        if isinstance(outcome, Few):
            n_known = array_loops.gather_few(*outcome, self.chosen, self.values)
        else:
            n_known = array_loops.gather_known(outcome, self.rows, self.values)
        values = self.values[:n_known]
        total = float(values.sum())
        found: dict[Statistic, float] = {"sd": self.sd(values, total)} if "sd" in statistics else {}
        # Last, because it moves the values, and the order of a sum shows in its last digits.
        return Known(values.size, total, found | quantiles_of(values, statistics))

    def sd(self, values: Floats, total: float) -> float:
        """Standard deviation (n - 1), to the bit as NumPy's."""
        if values.size <= 1:
            return np.nan
        deviations = np.subtract(values, total / values.size, out=self.deviations[: values.size])
        return float(np.sqrt(np.multiply(deviations, deviations, out=deviations).sum() / (values.size - 1)))


def quantiles_of(values: Floats, statistics: Container[Statistic] = tuple(QUANTILES)) -> dict[Statistic, float]:
    """Quantiles among the statistics (linear interpolation, to the bit as NumPy's), nan of nothing. Reorders values."""
    rest: Floats = values
    found: dict[Statistic, float] = {}
    for name, share in QUANTILES.items():
        if name not in statistics:
            continue
        if values.size == 0:
            found[name] = np.nan
            continue
        place = share * (values.size - 1)
        # All below the last quantile is left behind: a short search for each costs less than one for all.
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


def value_of(item: Measure, known: Mapping[str, Known], time: StaffTime) -> float:
    """A measure by what is known of its outcomes."""
    outcome = known[item.outcome]
    if item.statistic == "ratio":
        return quotient(outcome.total, known[item.per].total)
    if item.statistic == "count":
        return float(outcome.n)
    if item.statistic == "per_week":
        return outcome.total / time.weeks
    if item.statistic == "per_day":
        return outcome.total / time.days
    if item.statistic == "mean":
        return quotient(outcome.total, outcome.n)
    return outcome.statistics[item.statistic]


def measure_of(key: str) -> Measure:
    """The catalogue entry of a value's key (`time_to_pia_mean.medical`). Raises KeyError for an unknown one."""
    return MEASURE_BY_KEY[key.split(".", 1)[0]]


def face_validity_values(trajectory: Trajectory, scenario: Scenario) -> Values:
    """Simulated value of every key of the face-validity table, in the unit of its row.

    The longest wait is that of the measured window: only 52 measured weeks make it the longest of a year.
    """
    values = measure(trajectory, scenario)
    found = {key: values[name] for key, name in FACE_VALIDITY.items()}
    return found | {key: found[key] / MINUTES_PER_HOUR for key in MINUTES_SHOWN_IN_HOURS}


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
