"""The table of estimates of a calibration: a row for each value with its error, beside the value written."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.calibration.estimators.arrival_rates import ArrivalRates
from sim.calibration.estimators.demand_by_stream import DayByStream, WeekByStream
from sim.calibration.estimators.shares import HOURS_PER_DAY, Shares
from sim.calibration.estimators.step_minutes import StepMinutes
from sim.calibration.estimators.survey_weights import REPORTED_CHANCES, WeightedMinutes
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.calibration.writing.hour_shapes import HourShapes
from sim.department.arrivals import LARGEST_LEVEL_CV, MEDICAL, MENTAL_HEALTH
from sim.department.quantities import ACUITIES
from sim.io.calendar_days import WEEKDAY_NAMES
from sim.statistics.arrays import FloatArray
from sim.statistics.lifetimes import Parameter

Label = tuple[str, str, str]
"""Weekday, hour and level of an estimate, each empty where it has none."""
HOUR_LABELS: Final[tuple[Label, ...]] = tuple(("", f"{hour:02d}", "") for hour in range(HOURS_PER_DAY))
_LEVEL_LABELS: Final[tuple[Label, ...]] = tuple(("", "", str(level)) for level in ACUITIES)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row of the table: `in_config` is the value written to the configuration, None if it is not."""

    quantity: str
    weekday: str
    hour: str
    level: str
    n: int
    estimate: float
    standard_error: float | None
    in_config: float | None


def share_rows(
    quantity: str,
    shares: Shares,
    labels: Sequence[Label],
    *,
    written: Sequence[float] | None = None,
    scale: float = 1.0,
) -> Iterator[Estimate]:
    """Rows of shares with their errors, times `scale`, beside the values written."""
    return value_rows(quantity, shares.n, labels, scale * shares.share, scale * shares.standard_error, written)


def value_rows(
    quantity: str,
    n: int,
    labels: Sequence[Label],
    values: FloatArray,
    errors: FloatArray,
    written: Sequence[float] | None = None,
) -> Iterator[Estimate]:
    """A row for each value with its error, beside the value written."""
    in_config = (None,) * len(labels) if written is None else written
    for label, value, error, config in zip(labels, values, errors, in_config, strict=True):
        yield Estimate(quantity, *label, n, float(value), float(error), config)


def weekday_name(day: int) -> str:
    """Monday for 0 .. Sunday for 6."""
    return WEEKDAY_NAMES[day].capitalize()


_DAYS: Final = tuple(weekday_name(day)[:3] for day in range(7))
_HOURS_OF_WEEK: Final[tuple[Label, ...]] = tuple((day, hour, "") for day in _DAYS for _, hour, _ in HOUR_LABELS)
_MONTHS = [("", "", f"{month:02d}") for month in range(1, 13)]
_AGE_GROUPS = [("", "", group) for group in ("0-5", "6-11", "12-17")]


def week_rows(
    shapes: WeekByStream,
    hours: HourShapes,
    indices: Mapping[str, Sequence[float]],
    mixes: Mapping[str, Sequence[float]],
) -> Iterator[Estimate]:
    """Every estimate with its error, beside the value written where there is one; a stream's under its name."""
    week = shapes.everyone
    yield from share_rows("block_share", week.blocks, [("", block, "") for block in ("00-07", "08-15", "16-23")])
    yield from share_rows("hour_of_day_share", week.hour_of_day, HOUR_LABELS)
    if MENTAL_HEALTH in shapes.by_stream:
        of_mental = shapes.by_stream[MENTAL_HEALTH].hour_of_day
        yield from share_rows("hour_of_day_share mental_health", of_mental, HOUR_LABELS, written=hours.mental_health)
    weekdays = [(day, "", "") for day in _DAYS]
    for stream, each in shapes.written.items():
        name = _with_stream("weekday_index", stream, shapes)
        yield from share_rows(name, each.weekday, weekdays, written=indices[stream], scale=7.0)
    for day, (shares, by_hour) in enumerate(zip(week.hour_by_weekday, hours.everyone, strict=True)):
        of_day = _HOURS_OF_WEEK[day * HOURS_PER_DAY : (day + 1) * HOURS_PER_DAY]
        yield from share_rows("hour_share", shares, of_day, written=by_hour)
    yield from share_rows("hour_of_week_share", week.hour_of_week, _HOURS_OF_WEEK)
    yield from acuity_rows(shapes, mixes)
    if week.dispersion is not None:
        for label, value in zip(_HOURS_OF_WEEK, week.dispersion.by_hour, strict=True):
            if np.isfinite(value):
                yield Estimate("dispersion_index", *label, week.hour_of_week.n, float(value), None, None)


def acuity_rows(shapes: WeekByStream | DayByStream, mixes: Mapping[str, Sequence[float]]) -> Iterator[Estimate]:
    """Shares of levels of each stream that has any, beside the mix written."""
    for stream, each in shapes.written.items():
        if each.acuity is not None:
            name = _with_stream("acuity_share", stream, shapes)
            yield from share_rows(name, each.acuity, _LEVEL_LABELS, written=mixes[stream])


def _with_stream(quantity: str, stream: str, shapes: WeekByStream | DayByStream) -> str:
    """Only where the file names streams."""
    return quantity if shapes.parts.is_pooled else f"{quantity} {stream}"


def further_estimates(found: VisitEstimates) -> Iterator[Estimate]:
    """Rows of the table of estimates, beyond the shape of the week."""
    for stream, rates in found.rates.items():
        yield from _rows_of_rates(stream, rates)
    for stream, patience in found.patience.items():
        name = f"patience {stream}".strip()
        yield from _rows_of(name, patience.fit.parameters(), patience.levels, int(patience.fit.n))
    for stream, law in found.returns.items():
        yield from _rows_of(f"returns {stream}", law.parameters(), (), law.n_visits)
    for stream, by_level in found.admission.items():
        for level, shares in by_level.items():
            yield _share_row(f"admission_share {stream}".strip(), str(level), shares)
    for stream, shares in found.left_unseen.items():
        yield _share_row(f"left_unseen_share {stream}".strip(), "", shares)
    for stream in (MEDICAL, MENTAL_HEALTH):
        if stream in found.ages:
            yield from share_rows(f"age_share {stream}", found.ages[stream], _AGE_GROUPS)
    for name, choice in (("wait", found.waits), ("stay", found.stays)):
        if choice is not None:
            fit = choice.nearest
            yield from _rows_of(f"{name} {fit.family}", fit.parameters(), found.levels, int(fit.n))
    for each in found.minutes:
        yield from _rows_of_minutes(each)
    for of_step in found.steps.values():
        yield from _rows_of_step(of_step)


def _share_row(quantity: str, level: str, shares: Shares) -> Estimate:
    """Of the second of two."""
    value, error = float(shares.share[1]), float(shares.standard_error[1])
    return Estimate(quantity, "", "", level, shares.n, value, error, None)


def _rows_of_minutes(found: WeightedMinutes) -> Iterator[Estimate]:
    name, level = found.name.removesuffix("_minutes"), str(found.level)
    yield Estimate(f"{name} mean", "", "", level, found.n, found.mean, found.mean_error, None)
    for chance, value, error in zip(REPORTED_CHANCES, found.quantiles, found.quantile_errors, strict=True):
        yield Estimate(f"{name} quantile {chance:g}", "", "", level, found.n, float(value), float(error), None)


def _rows_of_step(found: StepMinutes) -> Iterator[Estimate]:
    """Of the family that fits, else of the nearest, and then the file's quantiles too."""
    name = f"minutes {found.stream} {found.step}".replace("  ", " ")
    fit = found.fit or (found.choice.nearest if found.choice.fits else None)
    if fit is not None:
        yield from _rows_of(f"{name} {fit.family}", fit.parameters(), found.levels, int(fit.n))
    for group, quantiles in enumerate(found.choice.table if found.fit is None else ()):
        level = str(found.levels[group]) if found.levels else ""
        for chance, value in zip(found.choice.at, quantiles, strict=True):
            n = found.values[group].size
            yield Estimate(f"{name} quantile {chance:g}", "", "", level, n, float(value), None, None)


def _rows_of_rates(stream: str, rates: ArrivalRates) -> Iterator[Estimate]:
    for name, each, labels in (
        ("rate_per_hour", rates.per_hour, _HOURS_OF_WEEK),
        ("visits_per_year", rates.visits_per_year, [("", "", "")]),
        ("month_index", rates.months, _MONTHS),
        ("yearly_growth", rates.growth, [("", "", "")]),
    ):
        if each is not None:
            yield from value_rows(f"{name} {stream}", rates.n, labels, each.value, each.standard_error)
    yield from variation_rows(stream, rates)


def variation_rows(stream: str, rates: ArrivalRates) -> Iterator[Estimate]:
    """Of the factor of days, the level of weeks, special days, and of what was chosen among shapes of the day."""

    def row(quantity: str, value: float, error: float | None = None, written: float | None = None) -> Estimate:
        known_error = error if error is not None and np.isfinite(error) else None
        return Estimate(quantity, "", "", "", rates.n_days, value, known_error, written)

    days, level = rates.days, rates.level
    yield row(f"day_factor_cv {stream}", days.cv, days.cv_standard_error if days.cv > 0.0 else None, days.cv)
    yield row(f"daily_dispersion {stream}", days.index)
    if level.is_estimated:
        yield row(f"slow_level_cv {stream}", level.cv, level.cv_standard_error, min(level.cv, LARGEST_LEVEL_CV))
    if level.is_estimated and level.cv > 0.0:
        log_error = np.log(level.memory_high / level.memory_low) / (2.0 * 1.96)
        memory_error = level.memory_weeks * float(log_error)
        yield row(f"slow_level_memory_weeks {stream}", level.memory_weeks, memory_error, level.memory_weeks)
    for name, factor in rates.special_days.items():
        yield row(f"special_day {stream} {name}", factor.factor, factor.standard_error, factor.factor)
    for shape, score in rates.profile.scores:
        yield row(f"hours_log_score {stream} {shape}", score)


def _rows_of(quantity: str, parameters: tuple[Parameter, ...], levels: tuple[int, ...], n: int) -> Iterator[Estimate]:
    for each in parameters:
        level = str(levels[each.group]) if 0 <= each.group < len(levels) else ""
        yield Estimate(f"{quantity} {each.name}", "", "", level, n, each.value, each.standard_error, None)
