"""Score a prediction on visits it was not made from: the part of a file held out by time, or a second file.

The prediction is made of the other part, or of the first file: numbers with 95 % intervals, daily counts, quantiles of
waits and stays, and what the department calibrated on it plays. Every score stands beside two others: that of saying
that all will be as before, and the best there could have been, of the visits predicted themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from scipy import special, stats

from sim.calibration.estimators.arrival_rates import ArrivalRates, fit_arrivals
from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.hourly_counts import Counts
from sim.calibration.estimators.shares import estimate_shares
from sim.calibration.estimators.survey_weights import has_weights
from sim.calibration.verdict import DURATIONS, SCORED_QUANTILES, FileVerdict, count_arrivals_of, judge, loss_of
from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray
from sim.statistics.scoring import central_interval, crps_of_counts, log_score, negative_binomial

FEWEST_VISITS: Final = 20
_UNUSED: Final = ("row", "month", "triage_time", "physician_time", "triage_minutes", "seen_recently")


class NothingToHoldOut(ValueError):
    """The file has no time by which to split it, or too little of it."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One number of the part held out: predicted with its 95 % interval, and as it came.

    The interval allows for the error of the estimate and for the spread of what was observed.
    """

    quantity: str
    level: str
    predicted: float
    low: float
    high: float
    observed: float
    n: int

    @property
    def is_inside(self) -> bool:
        return self.low <= self.observed <= self.high


@dataclass(frozen=True, slots=True)
class DailyCounts:
    """Daily counts of the part held out against predicted: arrays with a value per day.

    `crps` (visits) is to be read beside `crps_plain`, the score of saying every day the counts of all days fitted, and
    `crps_best`, that of the mean of each weekday among the days predicted and their spread; `log_score` likewise.
    """

    days: np.ndarray
    predicted: FloatArray
    low: FloatArray
    high: FloatArray
    observed: FloatArray
    crps: float
    crps_plain: float
    crps_best: float
    log_score: float
    log_score_plain: float
    log_score_best: float

    @property
    def n_inside(self) -> int:
        """Days inside their 95 % interval."""
        return int(((self.low <= self.observed) & (self.observed <= self.high)).sum())

    @property
    def coverage(self) -> float:
        """Share of days inside their 95 % interval."""
        return self.n_inside / self.observed.size

    def lines(self) -> Iterator[str]:
        """As they are printed."""
        n = self.observed.size
        yield (
            f"  daily counts: {self.n_inside} of {n} days in 95 % intervals, {expected_range(n)}: "
            f"{coverage_verdict(self.n_inside, n)}"
        )
        yield (
            f"  daily counts: CRPS {self.crps:.2f} visits (all days as before {self.crps_plain:.2f}, "
            f"the best possible {self.crps_best:.2f}), log score {self.log_score:.2f} "
            f"({self.log_score_plain:.2f}, {self.log_score_best:.2f})"
        )


@dataclass(frozen=True, slots=True)
class QuantileScore:
    """Quantiles of a duration at `SCORED_QUANTILES`: those of the part fitted, scored on the part held out.

    `loss` is the mean pinball loss in minutes, `least` that of the held-out part's own quantiles: none can be smaller.
    `simulated` are those of visits simulated by the department calibrated on the part fitted, and `loss_simulated`
    their loss; None where nothing, or too little, was simulated. A department that loses no more than `loss` predicts
    as well as saying that all will be as before.
    """

    quantity: str
    level: int
    predicted: FloatArray
    observed: FloatArray
    loss: float
    least: float
    n: int
    simulated: FloatArray | None = None
    loss_simulated: float | None = None

    def line(self) -> str:
        lost = self.loss_simulated
        simulated = "" if lost is None else f", of the department simulated {lost:.2f}"
        return (
            f"  {self.quantity} level {self.level}: pinball loss {self.loss:.2f} min{simulated}, "
            f"at least {self.least:.2f} was to be had (n {self.n:,})"
        )


@dataclass(frozen=True, slots=True)
class HoldOut:
    """What was fitted on, what was predicted, how the prediction did. `daily` is None where the files have no dates.

    `verdict` judges what the department calibrated on the part fitted plays, None where it played nothing; `what` says
    in words whether a part was held out or a second file given.
    """

    fitted: str
    held_out: str
    n_fitted: int
    n_held_out: int
    predictions: tuple[Prediction, ...]
    daily: DailyCounts | None
    quantiles: tuple[QuantileScore, ...]
    verdict: FileVerdict | None = None
    what: str = "held out"

    @property
    def largest_hour_gap(self) -> float:
        """Largest difference of an hour's share, in percentage points."""
        rows = [row for row in self.predictions if row.quantity == "hour_of_day_share"]
        return 100.0 * max((abs(row.predicted - row.observed) for row in rows), default=0.0)

    @property
    def n_inside(self) -> int:
        """Numbers inside their 95 % interval."""
        return int(sum(row.is_inside for row in self.predictions))

    def lines(self) -> Iterator[str]:
        """The answer in plain lines, the verdict first."""
        n = len(self.predictions)
        yield (
            f"{self.what}: {self.held_out} ({self.n_held_out:,} visits), predicted from {self.fitted} "
            f"({self.n_fitted:,})"
        )
        if self.verdict is not None:
            yield f"  the department calibrated on {self.fitted} {self.verdict.sentence()}"
        inside = f"lie inside their 95 % interval, {expected_range(n)}: {coverage_verdict(self.n_inside, n)}"
        yield f"  {self.n_inside} of {n} numbers {inside}"
        yield f"  hour of day: the largest gap is {self.largest_hour_gap:.2f} percentage points"
        if self.daily is not None:
            yield from self.daily.lines()
        yield from (score.line() for score in self.quantiles)


def expected_inside(n: int) -> tuple[int, int]:
    """How many of n 95 % intervals hold what they predict, but for a chance of 5 %, if they are right and apart."""
    low, high = (int(stats.binom.ppf(chance, n, 0.95)) for chance in (0.025, 0.975))
    return low, high


def expected_range(n: int) -> str:
    """`41 to 46 expected`."""
    low, high = expected_inside(n)
    return f"{low} to {high} expected"


def coverage_verdict(n_inside: int, n: int) -> str:
    """Whether intervals cover as often as they say; numbers that go together vary more than `expected_inside` says."""
    low, high = expected_inside(n)
    if n_inside < low:
        return "the intervals are too narrow, or what came is another world"
    return "as stated" if n_inside <= high else "more than stated"


def split_by_time(frame: pd.DataFrame, share: float) -> tuple[pd.DataFrame, pd.DataFrame, str, str]:
    """The part to fit and the part held out, with their names: the last days, or without dates the last year."""
    if not 0.0 < share < 1.0:
        raise NothingToHoldOut(f"the share held out is {share:g}: give one between 0 and 1, such as 0.25")
    arrival = frame["arrival"]
    if arrival.notna().any():
        day = arrival.dt.normalize()
        first, n_days = day.min(), (day.max() - day.min()).days + 1
        cut = first + pd.Timedelta(days=round(n_days * (1.0 - share)))
        fitted, rest = rows_of(frame, day < cut), rows_of(frame, day >= cut)
        names = f"{first:%Y-%m-%d} to {cut - pd.Timedelta(days=1):%Y-%m-%d}", f"{cut:%Y-%m-%d} to {day.max():%Y-%m-%d}"
    else:
        years = sorted(frame["year"].dropna().unique())
        if len(years) < 2:
            raise NothingToHoldOut("the file has neither dates nor two years: nothing can be held out by time")
        fitted, rest = rows_of(frame, frame["year"] < years[-1]), rows_of(frame, frame["year"] == years[-1])
        names = f"{years[0]:.0f} to {years[-2]:.0f}", f"{years[-1]:.0f}"
    refuse_few(fitted, rest)
    return fitted, rest, *names


def refuse_few(fitted: pd.DataFrame, rest: pd.DataFrame) -> None:
    """Raise NothingToHoldOut where there is too little to fit or to predict."""
    if len(fitted) < FEWEST_VISITS or len(rest) < FEWEST_VISITS:
        raise NothingToHoldOut(
            f"{len(fitted)} visits to fit, {len(rest)} held out: at least {FEWEST_VISITS} of both are needed"
        )


Simulate = Callable[[pd.DataFrame], Sequence[pd.DataFrame] | None]
"""From a part of a table, the visits that a department calibrated on it plays, a table a replication, or None."""


def rows_of(frame: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """The rows chosen; those that follow each other, as in a file in order of time, without a copy of them."""
    places = np.flatnonzero(chosen.to_numpy(np.bool_))
    if places.size and places[-1] - places[0] + 1 == places.size:
        return frame.iloc[places[0] : places[-1] + 1]
    return frame[chosen]


def hold_out(
    frame: pd.DataFrame,
    share: float,
    simulate: Simulate | None = None,
    weeks: int = 1,
    calendar: FileCalendar | None = None,
) -> HoldOut:
    """Predict the last `share` of a tidy visits table (`VisitsFile.frame`) from the rest.

    The `calendar` says which hours the file does not cover, and names days. What `simulate` plays lasts `weeks`. Raises
    NothingToHoldOut where visits have survey weights: scores of visits one by one would not be of those they stand for.
    """
    if has_weights(frame):
        raise NothingToHoldOut("visits have survey weights, and what is held out is scored visit by visit")
    frame = frame.drop(columns=[name for name in _UNUSED if name in frame.columns])  # its parts are copies
    fitted, rest, name, held = split_by_time(frame, share)
    everything = count_arrivals_of(frame, calendar)
    daily = None
    if everything is not None:
        first = rest["arrival"].min().to_datetime64().astype("datetime64[D]")
        n_fitted = int((first - everything.first_day).astype(int))
        before, after = everything.between(0, n_fitted), everything.between(n_fitted, len(everything.by_hour))
        daily = _daily(before, after)
    played = None if simulate is None else simulate(fitted)
    return _scored(fitted, rest, (name, held), daily, played, weeks, calendar)


def score_second(
    fitted: pd.DataFrame,
    test: pd.DataFrame,
    names: tuple[str, str],
    played: Sequence[pd.DataFrame],
    weeks: int,
    calendars: tuple[FileCalendar, FileCalendar],
) -> HoldOut:
    """Score predictions made of one tidy visits table on another; `names` are those of the files.

    The `calendars` say which hours each of them does not cover, and name days. `played` are the visits of the
    department calibrated on the first, a table for each replication of `weeks`.
    Raises NothingToHoldOut where one of the two has too few visits.
    """
    refuse_few(fitted, test)
    before, after = count_arrivals_of(fitted, calendars[0]), count_arrivals_of(test, calendars[1])
    daily = None if before is None or after is None else _daily(before, after)
    return replace(_scored(fitted, test, names, daily, played, weeks, calendars[1]), what="second file")


def _scored(
    fitted: pd.DataFrame,
    rest: pd.DataFrame,
    names: tuple[str, str],
    daily: DailyCounts | None,
    played: Sequence[pd.DataFrame] | None,
    weeks: int,
    calendar: FileCalendar | None,
) -> HoldOut:
    predictions = (
        *_shares_of(fitted, rest),
        *(row for quantity in DURATIONS for row in _means_of(quantity, fitted, rest)),
    )
    together = pd.concat(played, ignore_index=True) if played else None
    scores = tuple(score for quantity in DURATIONS for score in _quantiles_of(quantity, fitted, rest, together))
    verdict = judge(rest, played, weeks, names[1], calendar) if played else None
    return HoldOut(*names, len(fitted), len(rest), predictions, daily, scores, verdict)


Sample = tuple[np.ndarray, np.ndarray | None]
"""Of each visit its category, 0 the first, and its cluster, None where the file has no clusters."""


def _hours(frame: pd.DataFrame) -> Sample:
    minutes, cluster = _known(frame, "minute_of_day")
    return np.minimum(minutes // 60, 23), cluster


def _weekdays(frame: pd.DataFrame) -> Sample:
    """Of a table with dates those of whole weeks, so that each weekday occurs as often as the others."""
    day = frame["arrival"].dt.normalize()
    if day.isna().all():
        return _known(frame, "weekday")
    since = (day - day.min()).dt.days
    in_weeks = since < 7 * ((since.max() + 1) // 7)
    return _known(frame.loc[in_weeks], "weekday")


def _levels(frame: pd.DataFrame) -> Sample:
    level, cluster = _known(frame, "acuity")
    return level - 1, cluster


def _known(frame: pd.DataFrame, column: str) -> Sample:
    known = frame[frame[column].notna()]
    cluster = pd.factorize(known["cluster"])[0].astype(np.int64) if known["cluster"].nunique() > 1 else None
    return known[column].to_numpy(np.int64), cluster


_SHARES: Final = (
    ("hour_of_day_share", _hours, [f"{hour:02d}" for hour in range(24)], 1),
    ("weekday_share", _weekdays, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], 1),
    ("acuity_share", _levels, [str(level) for level in ACUITIES], FEWEST_VISITS),
)
"""Shares that are predicted: the categories of visits, their names, and the fewest visits of either part."""


def _shares_of(fitted: pd.DataFrame, rest: pd.DataFrame) -> Iterator[Prediction]:
    """Shares are predicted to stay as they were, up to the errors of both samples."""
    for quantity, sample, names, fewest in _SHARES:
        (before, cluster_before), (after, cluster_after) = sample(fitted), sample(rest)
        if min(before.size, after.size) < fewest:
            continue
        ours = estimate_shares(before, len(names), cluster=cluster_before)
        theirs = estimate_shares(after, len(names), cluster=cluster_after)
        half = special.ndtri(0.975) * np.hypot(ours.standard_error, theirs.standard_error)
        for name, value, reach, observed in zip(names, ours.share, half, theirs.share, strict=True):
            low, high = float(value - reach), float(value + reach)
            yield Prediction(quantity, name, float(value), low, high, float(observed), theirs.n)


def _by_level(quantity: str, frame: pd.DataFrame) -> dict[int, FloatArray]:
    known = frame[frame[quantity].notna() & frame["acuity"].notna()]
    return {
        level: known.loc[known["acuity"] == level, quantity].to_numpy(np.float64)
        for level in ACUITIES
        if (known["acuity"] == level).sum() >= FEWEST_VISITS
    }


def _level_pairs(quantity: str, fitted: pd.DataFrame, rest: pd.DataFrame) -> list[tuple[int, FloatArray, FloatArray]]:
    """Values of either part at each level of which both have enough."""
    ours, theirs = _by_level(quantity, fitted), _by_level(quantity, rest)
    return [(level, ours[level], theirs[level]) for level in sorted(set(ours) & set(theirs))]


def _means_of(quantity: str, fitted: pd.DataFrame, rest: pd.DataFrame) -> Iterator[Prediction]:
    for level, x, y in _level_pairs(quantity, fitted, rest):
        half = special.ndtri(0.975) * x.std(ddof=1) * np.sqrt(1.0 / x.size + 1.0 / y.size)
        mean = float(x.mean())
        yield Prediction(f"{quantity}_mean", str(level), mean, mean - half, mean + half, float(y.mean()), y.size)


def _quantiles_of(
    quantity: str, fitted: pd.DataFrame, rest: pd.DataFrame, played: pd.DataFrame | None
) -> Iterator[QuantileScore]:
    simulated = {} if played is None else _by_level(quantity, played)
    for level, x, y in _level_pairs(quantity, fitted, rest):
        before, after = np.quantile(x, SCORED_QUANTILES), np.quantile(y, SCORED_QUANTILES)
        of_played = np.quantile(simulated[level], SCORED_QUANTILES) if level in simulated else None
        lost = None if of_played is None else loss_of(of_played, y)
        yield QuantileScore(
            quantity, level, before, after, loss_of(before, y), loss_of(after, y), y.size, of_played, lost
        )


def _daily(before: Counts, after: Counts) -> DailyCounts | None:
    """Scores of the counts of whole days; None where the first part has no rates, or the second no whole day."""
    try:
        rates = fit_arrivals(before)
    except ValueError:
        return None
    whole = np.asarray(after.inside.all(axis=1))
    if not whole.any():
        return None
    chances = _chances_of_days(rates, after, whole)
    observed = after.by_hour[whole].sum(axis=1)
    most = chances.shape[1] - 1
    plain = before.by_hour[before.inside.all(axis=1)].sum(axis=1)
    alike = negative_binomial(plain.mean(), plain.var(ddof=1), most).repeat(observed.size, axis=0)
    best = _chances_of_weekdays(observed, after.weekday[whole], most)
    low, high = central_interval(chances)
    predicted = chances @ np.arange(chances.shape[1])
    rules = (crps_of_counts, log_score)
    scores = [float(rule(said, observed).mean()) for rule in rules for said in (chances, alike, best)]
    return DailyCounts(after.days[whole], predicted, low, high, observed, *scores)


def _chances_of_weekdays(observed: FloatArray, weekday: np.ndarray, most: int) -> FloatArray:
    """Of each day the mean of its weekday among the days themselves, and their spread around such means."""
    n = np.bincount(weekday, minlength=7)
    mean = (np.bincount(weekday, weights=observed, minlength=7) / np.maximum(n, 1))[weekday]
    variance = float(((observed - mean) ** 2).mean())
    return negative_binomial(np.maximum(mean, 0.1), np.full(observed.size, variance), most)


def _chances_of_days(rates: ArrivalRates, after: Counts, whole: np.ndarray) -> FloatArray:
    """Of each whole day: negative binomial with the mean and the variance that the model predicts, its factor of whole
    days, its level of weeks and the errors of the estimates included."""
    mean, covariance = rates.expected_days(after)
    total, variance = mean[whole], np.diag(covariance)[whole]
    most = int(max(after.by_hour[whole].sum(axis=1).max(), (total + 12.0 * np.sqrt(variance)).max()))
    return negative_binomial(total, variance, most)
