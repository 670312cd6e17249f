"""Measures of one replication: one flat dict of values, and what is kept of each first visit.

What each means stands in `sim.engine.measures.catalogue`; estimates over replications are made in the study ring.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.department.scenario import Scenario
from sim.engine.measures import array_loops
from sim.engine.measures.array_loops import Codes, Flags, Floats
from sim.engine.measures.catalogue import MEASURES
from sim.engine.measures.cohort import Cohort, Few, Share, VisitOutcome, one_of, parts_and_streams
from sim.engine.measures.entry import STATISTICS, Measure, NamedValues, OfVisits, Statistic, quotient
from sim.engine.measures.peer_day import PeerDay
from sim.engine.measures.staff_time import StaffTime
from sim.engine.trajectory import AMA, LWBS, Trajectory

QUANTILE_SHARES: Mapping[Statistic, float] = {name: share for name, (*_, share) in STATISTICS.items() if share}
OF_VISITS: tuple[Measure, ...] = tuple(measure for measure in MEASURES if measure.of_visits)


def measure(trajectory: Trajectory, scenario: Scenario) -> NamedValues:
    """Every measure of one replication under `key.part`, nan where undefined.

    Visits count if they arrive in [warm_up, measured_until); what else is left out is each measure's `censoring`.
    Raises ValueError if the run ends before the warm-up does.
    """
    return measure_cohort(PeerDay(trajectory, scenario))


def measure_cohort(time: PeerDay) -> NamedValues:
    """The same of a run whose visits and staff others look at too."""
    check_window(time.trajectory)
    by_stream = summaries(OF_VISITS, visit_outcomes(time), time.codes("stream"), time)
    values = {f"{key}.{part}": value for part, of_part in by_stream.items() for key, value in of_part.items()}
    values |= {f"{item.key}.all": item.of_values(values) for item in MEASURES if item.of_values}
    for item in MEASURES:
        found = item.of_run(time) if item.of_run else {}
        by_part = found if isinstance(found, dict) else {"all": found}
        values |= {f"{item.key}.{part}": value for part, value in by_part.items()}
    return values


def visit_outcomes(cohort: Cohort) -> Iterator[tuple[OfVisits, VisitOutcome]]:
    """What each visit has by every function that a measure of visits is computed with."""
    # Who sums one up before asking for more finds it still in the cache.
    for function in statistics_in_use(OF_VISITS):
        yield function, function(cohort)


def check_window(trajectory: Trajectory) -> None:
    """Raise ValueError if nothing is left to measure."""
    if trajectory.measured_until <= trajectory.warm_up:
        raise ValueError(
            f"horizon {trajectory.measured_until:g} is not after warm_up {trajectory.warm_up:g}: "
            "nothing is left to measure, add weeks to the period"
        )


def summaries(
    measures: Sequence[Measure], outcomes: Iterable[tuple[OfVisits, VisitOutcome]], streams: Codes, time: StaffTime
) -> dict[str, NamedValues]:
    """Value of each measure of visits by part and key. `streams`: of each visit its stream, or -1 to leave it out."""
    summed = summed_by_part(statistics_in_use(measures), outcomes, streams, time.trajectory)
    return {part: {item.key: statistic_of(item, summed[part], time) for item in measures} for part in summed}


def statistics_in_use(measures: Iterable[Measure]) -> dict[OfVisits, set[Statistic]]:
    """The statistics that the measures need, by the function that gives each visit its number."""
    used: dict[OfVisits, set[Statistic]] = {}
    for item in measures:
        if item.of_visits:
            used.setdefault(item.of_visits, set()).add(item.statistic)
        if item.per:
            used.setdefault(item.per, set())
    return used


@dataclass(frozen=True)
class Summed:
    """What is known of an outcome among some visits: of how many, their sum, and statistics that need each value."""

    n: int
    total: float
    statistics: Mapping[Statistic, float] = field(default_factory=dict)


def summed_by_part(
    used: Mapping[OfVisits, set[Statistic]],
    outcomes: Iterable[tuple[OfVisits, VisitOutcome]],
    streams: Codes,
    trajectory: Trajectory,
) -> dict[str, dict[OfVisits, Summed]]:
    """The sums of each outcome in use, by part."""
    summary = {part: Summary(one_of(streams, codes)) for part, codes in parts_and_streams(trajectory)}
    summed: dict[str, dict[OfVisits, Summed]] = {part: {} for part in summary}
    for function, outcome in outcomes:
        if function in used:
            for part in summary:
                summed[part][function] = summary[part].of(outcome, used[function])
    return summed


class Summary:
    """Sums up outcomes among some visits, one after the other in the same memory."""

    def __init__(self, chosen: Flags) -> None:
        self.chosen, self.rows = chosen, np.flatnonzero(chosen).astype(np.int32)
        self.values, self.deviations = np.empty((2, self.rows.size + 1))  # one for a value that turns out not to count

    def of(self, outcome: VisitOutcome, statistics: set[Statistic]) -> Summed:
        """What is known of an outcome among the chosen visits."""
        if isinstance(outcome, Share):
            asked = outcome.whom & self.chosen
            return Summed(int(np.count_nonzero(asked)), float(np.count_nonzero(asked & outcome.counted)))
        if isinstance(outcome, Few):
            n_known = array_loops.gather_few(*outcome, self.chosen, self.values)
        else:
            n_known = array_loops.gather_known(outcome, self.rows, self.values)
        values = self.values[:n_known]
        total = float(values.sum())
        found: dict[Statistic, float] = {"sd": self.sd(values, total)} if "sd" in statistics else {}
        # Last, because it moves the values, and the order of a sum shows in its last digits.
        return Summed(values.size, total, found | linear_quantiles(values, statistics))

    def sd(self, values: Floats, total: float) -> float:
        """Standard deviation (n - 1), to the bit as NumPy's."""
        if values.size <= 1:
            return np.nan
        deviations = np.subtract(values, total / values.size, out=self.deviations[: values.size])
        return float(np.sqrt(np.multiply(deviations, deviations, out=deviations).sum() / (values.size - 1)))


def linear_quantiles(
    values: Floats, statistics: Container[Statistic] = tuple(QUANTILE_SHARES)
) -> dict[Statistic, float]:
    """Quantiles among the statistics (linear interpolation, to the bit as NumPy's), nan of nothing. Reorders values."""
    rest: Floats = values
    found: dict[Statistic, float] = {}
    if values.size == 0:
        return dict.fromkeys((name for name in QUANTILE_SHARES if name in statistics), np.nan)
    for name, share in QUANTILE_SHARES.items():
        if name not in statistics:
            continue
        place = share * (values.size - 1)
        # All below the last quantile is left behind: a short search for each costs less than one for all.
        ahead = int(place) - (values.size - rest.size)
        rest.partition(ahead)
        rest = rest[ahead:]
        low = float(rest[0])
        high = float(rest[1:].min()) if rest.size > 1 else low
        part = place - int(place)
        found[name] = low + (high - low) * part if part < 0.5 else high - (high - low) * (1.0 - part)
    return found


def statistic_of(item: Measure, summed: Mapping[OfVisits, Summed], time: StaffTime) -> float:
    """The value of a measure of visits by the sums of its outcomes."""
    assert item.of_visits is not None, item.key
    outcome = summed[item.of_visits]
    if item.per:
        return quotient(outcome.total, summed[item.per].total)
    if item.statistic == "count":
        return float(outcome.n)
    if item.statistic == "per_week":
        return outcome.total / time.weeks
    if item.statistic == "per_day":
        return outcome.total / time.days
    if item.statistic == "mean":
        return quotient(outcome.total, outcome.n)
    return outcome.statistics[item.statistic]


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
