"""A department whose parameters are known and not the default's, and the visits file its runs would leave.

Its waits are all time that patience runs through, so that a file can tell patience; medical visits come from outside
only, mental-health visits come back. What calibration must make of the file is for the tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.calibration.estimators.arrival_rates import Estimates, fit_arrivals
from sim.calibration.estimators.hourly_counts import count_arrivals
from sim.calibration.estimators.patience import fit_patience
from sim.calibration.estimators.returns import fit_returns, gaps_between
from sim.calibration.estimators.shares import estimate_shares
from sim.calibration.matching.history_matching import Region, Unknown
from sim.calibration.matching.match_visits import match_visits
from sim.calibration.matching.quantities import DELAYS, with_factors
from sim.calibration.play import simulated_visits
from sim.department.arrivals import Profile
from sim.department.department import Department
from sim.department.pathway import Delay, Dispose, Task
from sim.department.patients import Patience, ReturnVisits, Stream
from sim.department.quantities import Gamma, LognormalMedian
from sim.department.roster import Role, Shift, Staffing
from sim.department.scenario import Period, Scenario
from sim.engine.trajectory import DISPOSITIONS
from sim.runs.engines import ENGINES
from sim.statistics.lifetimes import LifetimeFit, durations, fit_families
from sim.visits.column_map import ColumnMap

CALENDAR_START = np.datetime64("2024-01-01")
WEEKS = 104
HOUR_SHARES = np.array(
    [22, 18, 15, 14, 12, 13, 17, 25, 36, 49, 58, 61, 60, 58, 57, 59, 62, 64, 65, 61, 54, 48, 40, 32], dtype=float
)
HOUR_SHARES /= HOUR_SHARES.sum()
WEEKDAYS = (1.12, 1.03, 0.99, 0.97, 0.96, 0.95, 0.98)
MONTHS = (1.09, 1.04, 1.01, 0.97, 0.95, 0.93, 0.9, 0.94, 1.0, 1.03, 1.06, 1.08)
VISITS_PER_YEAR = 20_000.0
MENTAL_SHARE = 0.2
DAY_CV = 0.11
ACUITY = {"medical": (0.02, 0.18, 0.4, 0.3, 0.1), "mental_health": (0.01, 0.3, 0.5, 0.15, 0.04)}
AGES = (0.41, 0.33, 0.26)
ADMISSION = (0.8, 0.3, 0.1, 0.03, 0.01)
PATIENCE_MEDIAN = (400.0, 400.0, 230.0, 120.0, 80.0)
PATIENCE_LOG_SD = 0.6
NEVER_LEAVES = 0.25
ASSESSMENT_MEAN, ASSESSMENT_CV = 22.0, 0.6
TREATMENT_MEAN = (95.0, 80.0, 55.0, 32.0, 21.0)
TREATMENT_CV = 0.65
SUSCEPTIBLE, SHAPE, SCALE_DAYS = 0.31, 0.82, 37.0
VISITS_PER_PATIENT = 1.0 / (1.0 - SUSCEPTIBLE)
MAP = ColumnMap.model_validate(
    {
        "arrival": {"kind": "timestamp", "column": "arrival"},
        "physician_time": "physician",
        "departure_time": "departure",
        "patient": "patient",
        "stream": "stream",
        "disposition": "disposition",
        "age": "age",
        "acuity": {"column": "acuity", "recode": {str(level): level for level in range(1, 6)}},
    }
)


def known_scenario(weeks: int = WEEKS) -> Scenario:
    """Two streams that wait for one physician queue, then are treated for a time the file shows."""
    patience = Patience(
        never_leaves=NEVER_LEAVES,
        ctas1_never_leaves=True,
        minutes=LognormalMedian(median=PATIENCE_MEDIAN, log_sd=PATIENCE_LOG_SD),
    )
    pathway = (
        Task(
            name="assessment",
            role="physician",
            contact="first",
            purpose="physician",
            minutes=Gamma(mean=ASSESSMENT_MEAN, cv=ASSESSMENT_CV),
            may_leave=True,
        ),
        Delay(name="treatment", minutes=Gamma(mean=TREATMENT_MEAN, cv=TREATMENT_CV)),
        Dispose(name="dispose", admission=ADMISSION, transfer=0.0),
    )
    returns = ReturnVisits(susceptible=SUSCEPTIBLE, shape=SHAPE, scale_days=SCALE_DAYS, prelude_days=400.0)
    streams = {
        "medical": Stream(age_shares=AGES, patience=patience, pathway=pathway),
        "mental_health": Stream(age_shares=AGES, patience=patience, pathway=pathway, returns=returns),
    }
    shares = tuple(float(share) for share in HOUR_SHARES)
    demand = Profile(
        name="known",
        visits_per_year=VISITS_PER_YEAR,
        mental_health_share=MENTAL_SHARE,
        hour_shares=shares,
        mh_hour_shares={"default": shares},
        weekday_index={"medical": WEEKDAYS, "mental_health": (1.0,) * 7},
        month_index={"medical": MONTHS, "mental_health": (1.0,) * 12},
        acuity_mix=ACUITY,
        day_factor_cv={"medical": DAY_CV, "mental_health": 0.0},
        visits_per_patient={"medical": 1.0, "mental_health": VISITS_PER_PATIENT},
    )
    always = {"always": Shift(start=0.0, minutes=1440.0, heads=1)}
    return Scenario(
        department=Department(name="known", streams=streams, zones={}, calendar_start="2024-01-01"),
        demand=demand,
        staffing=Staffing(name="known", roles={"physician": Role(shifts=always)}),
        period=Period(weeks=weeks, month_factors=True),
    ).checked()


@dataclass(frozen=True)
class Played:
    """The visits of one run as a table, and the minute it ends."""

    visits: pd.DataFrame
    horizon: float


@lru_cache(maxsize=2)
def played(replication: int, weeks: int = WEEKS, seed: int = 5) -> Played:
    """The visits of one replication as a hospital's file has them: whole minutes since 2024-01-01, cut off below."""
    scenario = known_scenario(weeks)
    trajectory = ENGINES["compiled"](scenario, seed, replication)
    columns = trajectory.visit_columns
    names = np.array(trajectory.streams, dtype=object)
    tasks = trajectory.task_columns
    assessed = np.full(trajectory.n_visits, np.nan)
    assessed[tasks["visit"]] = tasks["ended"]  # the pathway has one task
    assessed[np.isnan(columns["pia"])] = np.nan
    visits = pd.DataFrame(
        {
            "patient": columns["patient"],
            "stream": names[columns["stream"]],
            "acuity": columns["acuity"].astype(int),
            "age": columns["age_years"].astype(int),
            "arrival": columns["arrival"],
            "physician": columns["pia"],
            "assessed": assessed,
            "departure": columns["departure"],
            "disposition": np.array(DISPOSITIONS, dtype=object)[columns["disposition"]],
        }
    )
    times = ["arrival", "physician", "assessed", "departure"]
    visits[times] = np.floor(visits[times])
    return Played(visits, scenario.period.horizon)


def written_as_exported(visits: pd.DataFrame, path: Path) -> None:
    """Times as text, blank where there is none."""
    for column in ("arrival", "physician", "departure"):
        times = CALENDAR_START + visits[column].fillna(0.0).to_numpy().astype("timedelta64[m]")
        text = pd.Series(pd.DatetimeIndex(times).strftime("%Y-%m-%d %H:%M"))
        visits[column] = text.where(visits[column].notna(), "")
    visits.drop(columns="assessed").to_csv(path, index=False)


@dataclass(frozen=True)
class Recovered:
    """A parameter as estimated, with its stated 95 % interval, and as it was."""

    name: str
    low: float
    high: float
    truth: float

    @property
    def is_covered(self) -> bool:
        return self.low <= self.truth <= self.high

    @property
    def z(self) -> float:
        """Distance of the truth from the middle of the interval in standard errors."""
        return abs(self.truth - (self.low + self.high) / 2.0) / ((self.high - self.low) / (2.0 * 1.96))


def recovered(replication: int, weeks: int = WEEKS) -> list[Recovered]:
    """Every known parameter, calibrated from the visits of one replication."""
    run = played(replication, weeks)
    visits = run.visits
    medical = visits[visits["stream"] == "medical"]
    mental = visits[visits["stream"] == "mental_health"]
    return [*rates_of(medical, mental), *mixes_of(visits), *durations_of(visits), *behaviour_of(visits, mental, run)]


def rates_of(medical: pd.DataFrame, mental: pd.DataFrame) -> Iterator[Recovered]:
    found = fit_arrivals(count_arrivals(instants(medical), medical["patient"]))
    with_returns = fit_arrivals(count_arrivals(instants(mental), mental["patient"]))
    weekdays, months = np.array(WEEKDAYS) / np.mean(WEEKDAYS), np.array(MONTHS) / np.mean(MONTHS)
    yield from each("visits_per_year", found.visits_per_year, [VISITS_PER_YEAR * (1.0 - MENTAL_SHARE)])
    yield from each("visits_per_year with returns", with_returns.visits_per_year, [VISITS_PER_YEAR * MENTAL_SHARE])
    yield from each("weekday_index", found.weekday, weekdays)
    of_mondays = Estimates(found.hour_shares.value[0], found.hour_shares.standard_error[0])
    yield from each("hour_share", of_mondays, HOUR_SHARES)
    if found.months is not None:
        yield from each("month_index", found.months, months)
    if found.growth is not None:
        yield from each("growth", found.growth, [1.0])
    half = 1.96 * found.days.cv_standard_error
    yield Recovered("day_factor_cv", found.days.cv - half, found.days.cv + half, DAY_CV)


def instants(visits: pd.DataFrame) -> np.ndarray:
    """Arrivals as times of the calendar."""
    return CALENDAR_START + visits["arrival"].to_numpy().astype("timedelta64[m]")


def each(name: str, estimates: Estimates, truth: Any) -> Iterator[Recovered]:
    for place, (low, high, true) in enumerate(zip(*estimates.interval(), truth, strict=True)):
        yield Recovered(f"{name} {place}", float(low), float(high), float(true))


def mixes_of(visits: pd.DataFrame) -> Iterator[Recovered]:
    for stream, truth in ACUITY.items():
        mine = visits[visits["stream"] == stream]
        yield from shares(f"acuity {stream}", mine["acuity"].to_numpy(np.int64) - 1, truth)
        groups = np.digitize(mine["age"], (6, 12)).astype(np.int64)
        patient = pd.factorize(mine["patient"])[0].astype(np.int64)
        yield from shares(f"age {stream}", groups, AGES, cluster=patient)
    ended = visits[visits["disposition"].isin(["discharge", "admission"])]
    for level, truth in enumerate(ADMISSION, 1):
        admitted = (ended.loc[ended["acuity"] == level, "disposition"] == "admission").to_numpy(np.int64)
        yield from shares(f"admission {level}", admitted, (1.0 - truth, truth))


def shares(name: str, category: np.ndarray, truth: Any, cluster: np.ndarray | None = None) -> Iterator[Recovered]:
    found = estimate_shares(category, len(truth), cluster=cluster)
    # The last share is what the others leave, and covered when a single other is.
    kept = range(len(truth)) if len(truth) > 2 else (1,)
    for place in kept:
        half = 1.96 * float(found.standard_error[place])
        value = float(found.share[place])
        yield Recovered(f"{name} {place}", value - half, value + half, float(truth[place]))


def durations_of(visits: pd.DataFrame) -> Iterator[Recovered]:
    seen = visits[visits["departure"].notna() & visits["assessed"].notna()]
    assessment = (seen["assessed"] - seen["physician"]).to_numpy()
    treatment = (seen["departure"] - seen["assessed"]).to_numpy()
    group = seen["acuity"].to_numpy(np.int64) - 1
    fit = fit_families(durations(assessment, assessment, grid=1.0))[0]
    yield from parameters_of("assessment", fit, {"mean": (ASSESSMENT_MEAN,), "cv": (ASSESSMENT_CV,)})
    fit = fit_families(durations(treatment, treatment, group, grid=1.0))[0]
    yield from parameters_of("treatment", fit, {"mean": TREATMENT_MEAN, "cv": (TREATMENT_CV,)})


def parameters_of(name: str, fit: LifetimeFit, truth: dict[str, tuple[float, ...]]) -> Iterator[Recovered]:
    """A family that is not the true one has other names, and covers nothing."""
    for parameter in fit.parameters():
        true = truth.get(parameter.name, (np.nan,))[max(parameter.group, 0)]
        yield Recovered(f"{name} {parameter.name} {parameter.group}", parameter.low, parameter.high, true)


def behaviour_of(visits: pd.DataFrame, mental: pd.DataFrame, run: Played) -> Iterator[Recovered]:
    left = (visits["disposition"] == "lwbs").to_numpy()
    until = np.where(left, visits["departure"], visits["physician"])
    known = ~np.isnan(until)
    waited = until[known] - visits["arrival"].to_numpy()[known]
    patience = fit_patience(waited, left[known], visits["acuity"].to_numpy()[known], grid=1.0)
    median = tuple(PATIENCE_MEDIAN[level - 1] for level in patience.levels)
    truth = {"median": median, "log_sd": (PATIENCE_LOG_SD,), "never": (NEVER_LEAVES,)}
    yield from parameters_of("patience", patience.fit, truth)
    returns = fit_returns(gaps_between(mental["patient"], mental["arrival"], mental["departure"], run.horizon))
    for parameter, true in zip(returns.parameters(), (SUSCEPTIBLE, SHAPE, SCALE_DAYS), strict=True):
        yield Recovered(f"returns {parameter.name}", parameter.low, parameter.high, true)


@dataclass(frozen=True)
class Matched:
    """Whether a region held the truth, and what share of the box it left."""

    holds: bool
    share_left: float
    region: Region


PHYSICIAN, TREATMENT = Unknown("physician", 0.6, 1.3), Unknown(DELAYS, 0.5, 2.0)


def matched_world(seed: int, points: int = 30, replications: int = 4, most_waves: int = 2) -> Matched:
    """Half a year of visits under unknown service times, and the region that history matching leaves of them."""
    rng = np.random.default_rng(seed)
    truth = {each.name: float(rng.uniform(each.low * 1.2, each.high * 0.85)) for each in (PHYSICIAN, TREATMENT)}
    scenario = known_scenario(weeks=26)
    seen = simulated_visits(with_factors(scenario, truth), seed=1000 + seed)[0]
    region = match_visits(
        seen,
        scenario,
        (PHYSICIAN, TREATMENT),
        seed=seed,
        points=points,
        replications=replications,
        most_waves=most_waves,
    )
    holds = region.holds(np.array([truth[PHYSICIAN.name], truth[TREATMENT.name]]))
    return Matched(holds, region.waves[-1].share_left, region)
