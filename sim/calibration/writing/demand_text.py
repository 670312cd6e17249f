"""The demand configuration of a visits file: its values, where each comes from, and the table of estimates.

A file with weekdays gives the demand of a week, one without only that of a day.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sim.calibration.estimators.demand_shares import DemandEstimates, PartialEstimates
from sim.calibration.estimators.shares import HOURS_PER_DAY, Shares, rake_to_blocks, round_to_total
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.calibration.writing.demand_file import (
    HOUR_LABELS,
    LEVEL_LABELS,
    ConfigLine,
    DemandFile,
    Estimate,
    hour_lines,
    keyed_lines,
    share_rows,
    weekday_name,
)
from sim.calibration.writing.demand_lines import demand_lines, further_estimates
from sim.calibration.writing.hour_shapes import AS_EVERYONE, POOLED, HourShapes
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
from sim.statistics.arrays import FloatArray
from sim.visits.column_map import ColumnMap, Sources
from sim.visits.data_quality import DataQuality, VisitsFileError

PUBLISHED_BLOCKS: Final = (0.126, 0.438, 0.436)  # ARR03, ARR04, ARR05: arrivals 00-08, 08-16, 16-24
_BLOCKS_TEXT: Final = " ".join(f"{share:g}" for share in PUBLISHED_BLOCKS)


@dataclass(frozen=True, slots=True)
class VisitsSource:
    """The file that is calibrated, as comments of a configuration name it."""

    file: Path
    column_map: ColumnMap
    quality: DataQuality

    @property
    def name(self) -> str:
        """The name of the file as a comment can hold it: a name may have line ends."""
        return re.sub(r"[^\w. -]", "_", self.file.name)

    @property
    def cited(self) -> Sources:
        """The sources to cite line by line: those of the column map, or else the file itself."""
        given = self.column_map.sources
        return Sources(**{key: getattr(given, key) or self.name for key in Sources.model_fields})

    def about(self, period: str) -> str:
        with self.file.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        return f"File: {self.name} (sha256 {digest}), {self.quality.n_rows:,} rows, {period}."

    def about_faults(self) -> str:
        return f"Untrue values in {self.quality.n_faulty:,} rows, set to missing."

    def about_limits(self) -> tuple[str, ...]:
        return tuple(f"Limit: {note}." for note in self.column_map.notes)

    def raked(self, profile: FloatArray) -> FloatArray:
        """A profile (7, 24) scaled to the published blocks; VisitsFileError where that cannot be."""
        try:
            return rake_to_blocks(profile, np.array(PUBLISHED_BLOCKS))
        except ValueError as error:
            raise VisitsFileError(str(self.file), (f"arrival: {error}",)) from error


# --- a week ---


def hour_profile(source: VisitsSource, week: DemandEstimates, *, rake: bool) -> FloatArray:
    """Shares of the week (7, 24) as they go into the configuration, before rounding."""
    profile = week.hour_of_week.share.reshape(7, HOURS_PER_DAY)
    return source.raked(profile) if rake else profile


def demand_of_week(
    name: str,
    source: VisitsSource,
    week: DemandEstimates,
    hours: HourShapes,
    *,
    rake: bool,
    streams: Mapping[str, DemandEstimates],
    found: VisitEstimates | None,
) -> DemandFile:
    """The configuration of a file with weekdays; `streams` are estimates of each stream where the file has both."""
    cited = source.cited
    medical = streams.get(MEDICAL, week)
    index, mix = _weekday_line(medical, cited), _acuity_line(medical, cited)
    named = f"{cited.hour_shares} raked to ARR03-05" if rake else cited.hour_shares
    by_day = [ConfigLine(hours.everyone[day], f"{named}; {_sample_of_day(day, hours, week)}") for day in range(7)]
    mental = streams.get(MENTAL_HEALTH)
    config = [*hour_lines(by_day), *keyed_lines("mh_hour_shares", {"default": _mental_hours(hours, named, mental)})]
    of_mental = (None, None) if mental is None else (_weekday_line(mental, cited), _acuity_line(mental, cited))
    config += keyed_lines("weekday_index", {MEDICAL: index, MENTAL_HEALTH: of_mental[0]})
    if mix is not None:
        config += keyed_lines("acuity_mix", {MEDICAL: mix, MENTAL_HEALTH: of_mental[1]})
    return DemandFile(
        name=name,
        about=(*about_week(source, week, rake=rake), *hours.notes),
        config=(*config, *(demand_lines(found, cited.hour_shares) if found else ())),
        estimates=(*_week_table(week, hours, index, mix), *(further_estimates(found) if found else ())),
    )


def about_week(source: VisitsSource, week: DemandEstimates, *, rake: bool) -> tuple[str, ...]:
    """What was read of a file with weekdays, and how it was used."""
    gaps, n_rows = week.n_days_without_visits, source.quality.n_rows
    empty = f" Days without any visit, counted as really empty: {gaps:,}." if gaps else ""
    levels = "no usable acuity level, the mix stays the default's."
    if week.acuity is not None:
        levels = f"usable acuity levels {week.acuity.n:,} ({100 * week.acuity.n / n_rows:.1f} %)."
    return (
        source.about(week.period),
        f"{source.about_faults()}{empty}",
        f"Usable arrivals {week.hour_of_day.n:,}; {levels}",
        _about_errors(source.column_map, week),
        _about_raking(week, rake=rake),
        _about_dispersion(week),
        "The weekday index and acuity mix are those of all visits in the file, used for the medical stream.",
        *source.about_limits(),
    )


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


def demand_of_day(name: str, source: VisitsSource, found: PartialEstimates, *, rake: bool) -> DemandFile:
    """The configuration of a file without weekdays: its hours, its acuity mix, or one of the two."""
    hours, cited = found.hour_of_day, source.cited
    config: list[str] = []
    rows: tuple[Estimate, ...] = ()
    if hours is not None:
        share = source.raked(np.tile(hours.share / 7, (7, 1)))[0] if rake else hours.share
        values = round_to_total(share, 1)
        comment = f"{cited.hour_shares}; hours of all weekdays alike, {_sample(hours)}"
        config += hour_lines([ConfigLine(values, f"{comment}; {weekday_name(day)}") for day in range(7)])
        rows = tuple(share_rows("hour_of_day_share", hours, HOUR_LABELS, written=values))
    mix = _acuity_line(found, cited)
    config += keyed_lines("acuity_mix", {MEDICAL: mix})
    about = _about_day(source, found, rake=rake)
    return DemandFile(name, about, tuple(config), (*rows, *_acuity_rows(found, mix)))


def _about_day(source: VisitsSource, found: PartialEstimates, *, rake: bool) -> tuple[str, ...]:
    hours, levels = found.hour_of_day, found.acuity
    clock = "no usable arrival times" if hours is None else f"usable times of day {hours.n:,}"
    mix = "no usable acuity level" if levels is None else f"usable acuity levels {levels.n:,}"
    return (
        source.about("no weekdays"),
        source.about_faults(),
        f"{clock.capitalize()}; {mix}.",
        *((f"Hours raked to {_BLOCKS_TEXT} (ARR03-05).",) if rake and hours is not None else ()),
        "Weekdays, and what is missing here, keep their values in demand=default; no dispersion can be tested.",
        *source.about_limits(),
    )
