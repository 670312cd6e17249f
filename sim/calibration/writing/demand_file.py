"""The demand configuration of a visits file: its values, where each comes from, and the table of estimates.

A file with weekdays gives the demand of a week, one without only that of a day; files with dates, streams or patient
identities give more. Which hours of the week a demand can hold is decided here too (`hour_shapes`): the department
takes mental-health arrivals away from all arrivals to get the medical ones, so that no hour may be left with fewer than
none. A small file has hours without a visit, and would be refused with the shapes it shows.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.estimators.arrival_rates import ArrivalRates, Estimates
from sim.calibration.estimators.returns import ReturnFit
from sim.calibration.estimators.shares import (
    HOURS_PER_DAY,
    DemandEstimates,
    PartialEstimates,
    Shares,
    rake_to_blocks,
    round_to_total,
)
from sim.calibration.estimators.step_minutes import StepMinutes
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, Demand, Profile
from sim.department.quantities import ACUITIES, sum_in_order
from sim.io.calendar_days import WEEKDAY_NAMES
from sim.statistics.arrays import FloatArray
from sim.statistics.lifetimes import Parameter
from sim.visits.column_map import ColumnMap, Sources
from sim.visits.data_quality import DataQuality
from sim.visits.file_error import VisitsFileError

Label = tuple[str, str, str]
"""Weekday, hour and level of an estimate, each empty where it has none."""
HOUR_LABELS: Final[tuple[Label, ...]] = tuple(("", f"{hour:02d}", "") for hour in range(HOURS_PER_DAY))
LEVEL_LABELS: Final[tuple[Label, ...]] = tuple(("", "", str(level)) for level in ACUITIES)


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


@dataclass(frozen=True, slots=True)
class ConfigLine:
    """Values of one line of the configuration and the comment that says where they come from."""

    values: tuple[float, ...]
    comment: str

    def __str__(self) -> str:
        return f"[{', '.join(f'{value:.5f}' for value in self.values)}]  # {self.comment}"


def hour_lines(by_day: Sequence[ConfigLine]) -> Iterator[str]:
    """The key `hour_shares`: for each weekday, Monday first, 24 shares that sum to 1."""
    yield "hour_shares:  # share of the day's arrivals by hour 00 .. 23"
    yield from (f"  - {line}" for line in by_day)


def keyed_lines(key: str, lines: Mapping[str, ConfigLine | str | None], remark: str = "") -> Iterator[str]:
    """A key of the configuration with a line for each name that has values; nothing where none has."""
    if any(lines.values()):
        yield f"{key}:{remark}"
    yield from (f"  {name}: {line}" for name, line in lines.items() if line)


@dataclass(frozen=True, slots=True)
class DemandFile:
    """A demand configuration: what was read and how it was used (`about`), its keys as lines of YAML (`config`), and
    the estimates it was made of. A key that is not in `config` keeps its value in demand=default.
    """

    name: str
    about: tuple[str, ...]
    config: tuple[str, ...]
    estimates: tuple[Estimate, ...]

    def yaml_text(self) -> str:
        """The configuration; it names only what was estimated and keeps the rest of `demand: default`."""
        head = (
            f"demand={self.name}: when patients come and how urgent they are, from a visits file.",
            "Written by `peered study=calibrate`: change the visits file or its column map, not this file.",
            "What is not named here keeps its value in demand=default.",
            *self.about,
        )
        keys = ("defaults:", "  - default", "  - _self_", "", f"name: {self.name}", *self.config)
        return "".join(f"{line}\n" for line in (*(f"# {line}" for line in head), *keys))

    def estimates_text(self) -> str:
        """The table of estimates as CSV."""
        return str(pd.DataFrame(self.estimates).to_csv(index=False, float_format="%.6f", lineterminator="\n"))

    def summary_lines(self) -> tuple[str, ...]:
        """What a reader of the console needs: how it was done, and every share not by hour of the week."""
        short = ("hour_of_day_share", "block_share", "weekday_index", "acuity_share")
        rows = map(_summary, (row for row in self.estimates if row.quantity in short))
        return (*self.about, "", f"{'estimate':<32}{'value':>9}{'SE':>9}{'written':>10}", *rows)


def _summary(row: Estimate) -> str:
    label = " ".join(part for part in (row.quantity, row.weekday, row.hour, row.level) if part)
    error = "" if row.standard_error is None else f"{row.standard_error:.4f}"
    written = "" if row.in_config is None else f"{row.in_config:.5f}"
    return f"{label:<32}{row.estimate:>9.4f}{error:>9}{written:>10}"


def weekday_name(day: int) -> str:
    """Monday for 0 .. Sunday for 6."""
    return WEEKDAY_NAMES[day].capitalize()


# --- which hours a demand can hold ---


POOLED = (
    "The hours are those of all weekdays together: too few visits by hour of the week to take mental-health visits out."
)
AS_EVERYONE = (
    "Assumption: mental-health visits come at the hours of all visits, because no other shape leaves room for them."
)


@dataclass(frozen=True, slots=True)
class HourShapes:
    """Shares of each day's arrivals, rounded as they are written.

    `everyone` seven days of 24, Monday first; `mental_health` 24, None where the default's shape is kept. `notes` say
    what had to be done so that medical arrivals are nowhere negative.
    """

    everyone: tuple[tuple[float, ...], ...]
    mental_health: tuple[float, ...] | None
    notes: tuple[str, ...] = ()


def hour_shapes(week: FloatArray, mental: Shares | None, share: float | None, base: Demand | None) -> HourShapes:
    """The shapes to write.

    `week` (7, 24) shares of the week's arrivals. `mental` (24) are the hours of mental-health visits and `share` is
    their part of all, None where the file does not separate them; then it is that of `base`. Without a
    profile as base there is nothing to fit into, and the hours are taken as they are.
    """
    by_day = tuple(round_to_total(day, 1) for day in week)
    own = None if mental is None else round_to_total(mental.share, 1)
    if not isinstance(base, Profile):
        return HourShapes(by_day, own)
    part = base.mental_health_share if share is None else share
    return next(found for found in _candidates(week, by_day, own, base) if _leaves_room(found, part, base))


def _candidates(
    week: FloatArray, by_day: tuple[tuple[float, ...], ...], own: tuple[float, ...] | None, base: Profile
) -> Iterator[HourShapes]:
    """The plainest first; the last one always leaves room."""
    pooled = round_to_total(week.reshape(7, HOURS_PER_DAY).sum(axis=0), 1)
    yield HourShapes(by_day, own)
    yield HourShapes((pooled,) * 7, own, (POOLED,))
    yield HourShapes((pooled,) * 7, pooled, (POOLED, AS_EVERYONE))


def _leaves_room(found: HourShapes, share: float, base: Profile) -> bool:
    """Whether medical arrivals are nowhere negative."""
    changed = {"hour_shares": found.everyone, "mental_health_share": share}
    if found.mental_health is not None:
        changed["mh_hour_shares"] = {**base.mh_hour_shares, "default": found.mental_health}
    return bool(np.all(base.model_copy(update=changed).medical_shares() >= 0.0))


# --- the source ---


PUBLISHED_BLOCKS: Final = (0.126, 0.438, 0.436)  # ARR03, ARR04, ARR05: arrivals 00-08, 08-16, 16-24
_BLOCKS_TEXT: Final = " ".join(f"{share:g}" for share in PUBLISHED_BLOCKS)


@dataclass(frozen=True, slots=True)
class VisitsSource:
    """The file that is calibrated, as comments of a configuration name it, and the `name` of that configuration.

    With `rake` hours are scaled to the published 8-hour blocks.
    """

    name: str
    file: Path
    column_map: ColumnMap
    quality: DataQuality
    rake: bool

    @property
    def file_name(self) -> str:
        """The name of the file as a comment can hold it: a name may have line ends."""
        return re.sub(r"[^\w. -]", "_", self.file.name)

    @property
    def cited(self) -> Sources:
        """The sources to cite line by line: those of the column map, or else the file itself."""
        given = self.column_map.sources
        return Sources(**{key: getattr(given, key) or self.file_name for key in Sources.model_fields})

    def about(self, period: str, used: Sequence[str], gaps: str = "") -> tuple[str, ...]:
        """What was read, how it was used, and the limits of the file."""
        with self.file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        read = f"File: {self.file_name} (sha256 {digest}), {self.quality.n_rows:,} rows, {period}."
        faults = f"Untrue values in {self.quality.n_faulty:,} rows, set to missing.{gaps}"
        return (read, faults, *used, *(f"Limit: {note}." for note in self.column_map.notes))

    def raked(self, profile: FloatArray) -> FloatArray:
        """A profile (7, 24), scaled to the published blocks if asked for; VisitsFileError where that cannot be."""
        try:
            return profile if not self.rake else rake_to_blocks(profile, np.array(PUBLISHED_BLOCKS))
        except ValueError as error:
            raise VisitsFileError(str(self.file), (f"arrival: {error}",)) from error


# --- a week ---


Streams = Mapping[str, DemandEstimates]
"""Estimates of each stream; none where the file does not separate them."""


def demand_of_week(
    source: VisitsSource, week: DemandEstimates, streams: Streams, found: VisitEstimates | None, base: Demand | None
) -> DemandFile:
    """The configuration of a file with weekdays; with `found` of months, growth and mental health too.

    Hours are such as a demand like `base` can hold.
    """
    cited = source.cited
    medical, mental = streams.get(MEDICAL, week), streams.get(MENTAL_HEALTH)
    profile = source.raked(week.hour_of_week.share.reshape(7, HOURS_PER_DAY))
    own = None if source.rake or mental is None else mental.hour_of_day
    hours = hour_shapes(profile, own, mental_health_share(found) if found else None, base)
    index, mix = _weekday_line(medical, cited), _acuity_line(medical, cited)
    named = f"{cited.hour_shares} raked to ARR03-05" if source.rake else cited.hour_shares
    by_day = [ConfigLine(hours.everyone[day], f"{named}; {_sample_of_day(day, hours, week)}") for day in range(7)]
    config = [*hour_lines(by_day), *keyed_lines("mh_hour_shares", {"default": _mental_hours(hours, named, mental)})]
    of_mental = (None, None) if mental is None else (_weekday_line(mental, cited), _acuity_line(mental, cited))
    config += keyed_lines("weekday_index", {MEDICAL: index, MENTAL_HEALTH: of_mental[0]})
    if mix is not None:
        config += keyed_lines("acuity_mix", {MEDICAL: mix, MENTAL_HEALTH: of_mental[1]})
    rows = [*_week_table(week, hours, index, mix)]
    if found is not None:
        config += demand_lines(found, cited.hour_shares)
        rows += further_estimates(found)
    return DemandFile(source.name, (*about_week(source, week), *hours.notes), tuple(config), tuple(rows))


def about_week(source: VisitsSource, week: DemandEstimates) -> tuple[str, ...]:
    """What was read of a file with weekdays, and how it was used."""
    gaps, n_rows = week.n_days_without_visits, source.quality.n_rows
    empty = f" Days without any visit, counted as really empty: {gaps:,}." if gaps else ""
    levels = "no usable acuity level, the mix stays the default's."
    if week.acuity is not None:
        levels = f"usable acuity levels {week.acuity.n:,} ({100 * week.acuity.n / n_rows:.1f} %)."
    used = (
        f"Usable arrivals {week.hour_of_day.n:,}; {levels}",
        _about_errors(source.column_map, week),
        _about_raking(week, rake=source.rake),
        _about_dispersion(week),
        "The weekday index and acuity mix are those of all visits in the file, used for the medical stream.",
    )
    return source.about(week.period, used, empty)


def _about_errors(column_map: ColumnMap, week: DemandEstimates) -> str:
    if week.n_clusters is None or week.design_effect is None:
        return "Standard errors (SE): multinomial, as if visits were independent."
    named = " + ".join(column_map.cluster)
    return (
        f"Standard errors (SE): robust to {week.n_clusters:,} clusters ({named}); the median variance "
        f"of an hour's share is {week.design_effect:.2f} times that of independent visits."
    )


def _about_raking(week: DemandEstimates, *, rake: bool) -> str:
    found = f"Shares of 00-08, 08-16, 16-24: {' '.join(f'{share:.4f}' for share in week.blocks.share)}"
    if not rake:
        return f"{found}; not raked."
    kept = "with weekday shares kept; SEs belong to the shares before raking."
    return f"{found} in the file, raked to {_BLOCKS_TEXT} (ARR03-05) {kept}"


def _about_dispersion(week: DemandEstimates) -> str:
    found = week.dispersion
    if found is None:
        return "Dispersion: not testable, the file has no dates or covers under two weeks."
    p = "under 0.001" if found.p_value < 0.001 else f"{found.p_value:.3f}"
    return (
        f"Dispersion of hourly counts given the hour of the week: {found.index:.2f} (Poisson 1; "
        f"{found.degrees:,} degrees of freedom, p {p}); {found.n_uneven} of "
        f"{found.n_hours} hours uneven at the 5 % level, {0.05 * found.n_hours:.0f} expected of Poisson."
    )


def _sample_of_day(day: int, hours: HourShapes, week: DemandEstimates) -> str:
    """Which visits the hours of a weekday are those of."""
    if POOLED in hours.notes:
        return f"{weekday_name(day)} as all days, {_sample(week.hour_of_day)}"
    return f"{weekday_name(day)}, {_sample(week.hour_by_weekday[day])}"


def _sample(shares: Shares, scale: float = 1.0) -> str:
    return f"n = {shares.n:,}, largest SE {scale * shares.standard_error.max():.4f}"


def _weekday_line(week: DemandEstimates, cited: Sources) -> ConfigLine:
    index = round_to_total(week.weekday.share, 7)
    return ConfigLine(index, f"{cited.weekday_index}, {_sample(week.weekday, scale=7.0)}")


def _acuity_line(found: DemandEstimates | PartialEstimates, cited: Sources) -> ConfigLine | None:
    if found.acuity is None:
        return None
    return ConfigLine(round_to_total(found.acuity.share, 1), f"{cited.acuity_mix}, {_sample(found.acuity)}")


def _mental_hours(hours: HourShapes, named: str, mental: DemandEstimates | None) -> ConfigLine | None:
    """Hours of mental-health visits, None where they are the default's."""
    if hours.mental_health is None:
        return None
    if mental is None or AS_EVERYONE in hours.notes:
        return ConfigLine(hours.mental_health, "assumption: as all")
    return ConfigLine(hours.mental_health, f"{named}; all days, {_sample(mental.hour_of_day)}")


def _week_table(
    week: DemandEstimates, hours: HourShapes, index: ConfigLine, mix: ConfigLine | None
) -> Iterator[Estimate]:
    """Every estimate with its error, beside the value written where there is one."""
    days = [weekday_name(day)[:3] for day in range(7)]
    by_hour = [[(day, hour, "") for _, hour, _ in HOUR_LABELS] for day in days]
    yield from share_rows("block_share", week.blocks, [("", block, "") for block in ("00-07", "08-15", "16-23")])
    yield from share_rows("hour_of_day_share", week.hour_of_day, HOUR_LABELS)
    weekdays = [(day, "", "") for day in days]
    yield from share_rows("weekday_index", week.weekday, weekdays, written=index.values, scale=7.0)
    for shares, labels, written in zip(week.hour_by_weekday, by_hour, hours.everyone, strict=True):
        yield from share_rows("hour_share", shares, labels, written=written)
    of_week = [label for labels in by_hour for label in labels]
    yield from share_rows("hour_of_week_share", week.hour_of_week, of_week)
    yield from _acuity_rows(week, mix)
    if week.dispersion is not None:
        for label, value in zip(of_week, week.dispersion.by_hour, strict=True):
            if np.isfinite(value):
                yield Estimate("dispersion_index", *label, week.hour_of_week.n, float(value), None, None)


def _acuity_rows(found: DemandEstimates | PartialEstimates, mix: ConfigLine | None) -> Iterator[Estimate]:
    if found.acuity is not None and mix is not None:
        yield from share_rows("acuity_share", found.acuity, LEVEL_LABELS, written=mix.values)


# --- a day ---


def demand_of_day(source: VisitsSource, found: PartialEstimates) -> DemandFile:
    """The configuration of a file without weekdays: its hours, its acuity mix, or one of the two."""
    hours, cited = found.hour_of_day, source.cited
    config: list[str] = []
    rows: tuple[Estimate, ...] = ()
    if hours is not None:
        share = source.raked(np.tile(hours.share / 7, (7, 1)))[0] if source.rake else hours.share
        values = round_to_total(share, 1)
        comment = f"{cited.hour_shares}; hours of all weekdays alike, {_sample(hours)}"
        config += hour_lines([ConfigLine(values, f"{comment}; {weekday_name(day)}") for day in range(7)])
        rows = tuple(share_rows("hour_of_day_share", hours, HOUR_LABELS, written=values))
    mix = _acuity_line(found, cited)
    config += keyed_lines("acuity_mix", {MEDICAL: mix})
    return DemandFile(source.name, _about_day(source, found), tuple(config), (*rows, *_acuity_rows(found, mix)))


def _about_day(source: VisitsSource, found: PartialEstimates) -> tuple[str, ...]:
    hours, levels = found.hour_of_day, found.acuity
    clock = "no usable arrival times" if hours is None else f"usable times of day {hours.n:,}"
    mix = "no usable acuity level" if levels is None else f"usable acuity levels {levels.n:,}"
    raked = [f"Hours raked to {_BLOCKS_TEXT} (ARR03-05)."] if source.rake and hours is not None else []
    kept = "Weekdays, and what is missing here, keep their values in demand=default; no dispersion can be tested."
    return source.about("no weekdays", (f"{clock.capitalize()}; {mix}.", *raked, kept))


# --- what only some files give ---


_MONTHS = [("", "", f"{month:02d}") for month in range(1, 13)]
_AGE_GROUPS = [("", "", group) for group in ("0-5", "6-11", "12-17")]


def demand_lines(found: VisitEstimates, source: str) -> Iterator[str]:
    """Further keys of the demand with their errors and the file they come from."""
    yield from _volume(found, source)
    rates, laws = found.rates, found.returns
    by_month = {name: _months(each, source) for name, each in rates.items()}
    yield from keyed_lines("month_index", by_month, "  # January first")
    yield from keyed_lines("day_factor_cv", {name: _day_factor(each, source) for name, each in rates.items()})
    yield from keyed_lines("visits_per_patient", {name: _per_patient(law, source) for name, law in laws.items()})


def _months(rates: ArrivalRates, source: str) -> ConfigLine | None:
    """None where the file does not cover every month."""
    index = rates.months
    sample = "" if index is None else f"{source}, largest SE {index.standard_error.max():.4f}"
    return None if index is None else ConfigLine(round_to_total(index.value, 12), sample)


def _volume(found: VisitEstimates, source: str) -> Iterator[str]:
    if MEDICAL not in found.rates:
        return
    by_stream = {stream: rates.visits_per_year for stream, rates in found.rates.items()}
    total = sum_in_order(float(each.value[0]) for each in by_stream.values())
    error = sum_in_order(float(each.standard_error[0]) ** 2 for each in by_stream.values()) ** 0.5
    yield f"visits_per_year: {total:.1f}  # {source}, SE {error:.1f}; at the end of the file, returns included"
    share = mental_health_share(found)
    if share is not None:
        mental, other = by_stream[MENTAL_HEALTH], by_stream[MEDICAL]
        error = share * (1.0 - share) * (_relative(mental) ** 2 + _relative(other) ** 2) ** 0.5
        yield f"mental_health_share: {share:.5f}  # {source}, SE {error:.5f}"


def mental_health_share(found: VisitEstimates) -> float | None:
    """Part of all visits, None where the file does not separate them."""
    if not {MEDICAL, MENTAL_HEALTH} <= found.rates.keys():
        return None
    mental, other = (float(found.rates[name].visits_per_year.value[0]) for name in (MENTAL_HEALTH, MEDICAL))
    return mental / (mental + other)


def _relative(each: Estimates) -> float:
    return float(each.standard_error[0] / each.value[0])


def _day_factor(rates: ArrivalRates, source: str) -> str:
    error = f"SE {rates.days.cv_standard_error:.4f}" if rates.days.cv > 0.0 else "no more than Poisson's"
    return f"{rates.days.cv:.4f}  # {source}, {error}"


def _per_patient(law: ReturnFit, source: str) -> str | None:
    """None where the law is not identified."""
    if not law.fit.identified:
        return None
    error = law.fit.parameters()[-1].standard_error * law.visits_per_patient**2
    return f"{law.visits_per_patient:.5f}  # {source}, SE {error:.5f}; from the law of return"


def further_estimates(found: VisitEstimates) -> Iterator[Estimate]:
    """Rows of the table of estimates: rates, months, growth, day factor, patience, returns, admission, ages."""
    for stream, rates in found.rates.items():
        yield from _rows_of_rates(stream, rates)
    if found.patience is not None:
        levels = found.patience.levels
        yield from _rows_of("patience", found.patience.fit.parameters(), levels, int(found.patience.fit.n))
    for stream, law in found.returns.items():
        yield from _rows_of(f"returns {stream}", law.parameters(), (), law.n_visits)
    for level, shares in found.admission.items():
        value, error = float(shares.share[1]), float(shares.standard_error[1])
        yield Estimate("admission_share", "", "", str(level), shares.n, value, error, None)
    for stream in (MEDICAL, MENTAL_HEALTH):
        if stream in found.ages:
            yield from share_rows(f"age_share {stream}", found.ages[stream], _AGE_GROUPS)
    for name, choice in (("wait", found.waits), ("stay", found.stays)):
        if choice is not None:
            fit = choice.nearest
            yield from _rows_of(f"{name} {fit.family}", fit.parameters(), found.levels, int(fit.n))
    for of_step in found.steps.values():
        yield from _rows_of_step(of_step)


def _rows_of_step(found: StepMinutes) -> Iterator[Estimate]:
    """Of the family that fits, else of the nearest, and then the file's quantiles too."""
    name = f"minutes {found.stream} {found.step}".replace("  ", " ")
    fit = found.fit or found.choice.nearest
    yield from _rows_of(f"{name} {fit.family}", fit.parameters(), found.levels, int(fit.n))
    for group, quantiles in enumerate(found.choice.table if found.fit is None else ()):
        level = str(found.levels[group]) if found.levels else ""
        for chance, value in zip(found.choice.at, quantiles, strict=True):
            n = found.values[group].size
            yield Estimate(f"{name} quantile {chance:g}", "", "", level, n, float(value), None, None)


def _rows_of_rates(stream: str, rates: ArrivalRates) -> Iterator[Estimate]:
    by_hour = [(weekday_name(day)[:3], hour, "") for day in range(7) for _, hour, _ in HOUR_LABELS]
    for name, each, labels in (
        ("rate_per_hour", rates.per_hour, by_hour),
        ("visits_per_year", rates.visits_per_year, [("", "", "")]),
        ("month_index", rates.months, _MONTHS),
        ("yearly_growth", rates.growth, [("", "", "")]),
    ):
        if each is not None:
            yield from value_rows(f"{name} {stream}", rates.n, labels, each.value, each.standard_error)
    days = rates.days
    error = days.cv_standard_error if days.cv > 0.0 else None
    yield Estimate(f"day_factor_cv {stream}", "", "", "", rates.n_days, days.cv, error, days.cv)
    yield Estimate(f"daily_dispersion {stream}", "", "", "", rates.n_days, days.index, None, None)


def _rows_of(quantity: str, parameters: tuple[Parameter, ...], levels: tuple[int, ...], n: int) -> Iterator[Estimate]:
    for each in parameters:
        level = str(levels[each.group]) if 0 <= each.group < len(levels) else ""
        yield Estimate(f"{quantity} {each.name}", "", "", level, n, each.value, each.standard_error, None)
