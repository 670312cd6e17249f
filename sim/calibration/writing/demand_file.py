"""The demand configuration of a visits file: its values, where each comes from, and the table of estimates.

A file with weekdays gives the demand of a week, one without only that of a day; files with dates, streams or patient
identities give more. What is estimated by stream is written by stream; the first line says whether it is.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.analysis.sentences import capital
from sim.calibration.estimators.daily_counts import HOURS_STAY, OF_HOURS, is_counted_by_day
from sim.calibration.estimators.demand_by_stream import DayByStream, WeekByStream, with_weekdays_of
from sim.calibration.estimators.returns import ReturnFit
from sim.calibration.estimators.shares import (
    DemandEstimates,
    PartialEstimates,
    Shares,
    rake_to_blocks,
    round_to_total,
)
from sim.calibration.estimators.streams import StreamParts
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.calibration.writing.arrival_lines import months_to_write, variation_lines
from sim.calibration.writing.estimate_rows import (
    HOUR_LABELS,
    Estimate,
    acuity_rows,
    further_estimates,
    share_rows,
    week_rows,
    weekday_name,
)
from sim.calibration.writing.hour_shapes import (
    AS_EVERYONE,
    COMPOSED_DECIMALS,
    POOLED,
    HourShapes,
    hours_written_alike,
    hours_written_by_weekday,
)
from sim.calibration.writing.written_volume import written_volume
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, Demand
from sim.statistics.arrays import FloatArray
from sim.visits.column_map import ColumnMap, Sources
from sim.visits.data_quality import DataQuality
from sim.visits.file_error import VisitsFileError


@dataclass(frozen=True, slots=True)
class ConfigLine:
    """Values of one line of the configuration and the comment that says where they come from."""

    values: tuple[float, ...]
    comment: str
    decimals: int = 5

    def __str__(self) -> str:
        return f"[{', '.join(f'{value:.{self.decimals}f}' for value in self.values)}]  # {self.comment}"


def hour_lines(by_day: Sequence[ConfigLine]) -> Iterator[str]:
    """The key `hour_shares`: for each weekday, Monday first, 24 shares that sum to 1."""
    yield "hour_shares:  # share of the day's arrivals by hour 00 .. 23"
    yield from (f"  - {line}" for line in by_day)


def keyed_lines(key: str, lines: Mapping[str, ConfigLine | str | None], remark: str = "") -> Iterator[str]:
    """A key of the configuration with a line for each name that has values; nothing where none has."""
    if any(lines.values()):
        yield f"{key}:{remark}"
    yield from (f"  {name}: {line}" for name, line in lines.items() if line)


def _values(lines: Mapping[str, ConfigLine | None]) -> dict[str, tuple[float, ...]]:
    """What is written for each name that has a line."""
    return {name: line.values for name, line in lines.items() if line is not None}


@dataclass(frozen=True, slots=True)
class DemandFile:
    """A demand configuration: what was read and how it was used (`about`), its keys as lines of YAML (`config`), and
    the estimates it was made of. A key that is not in `config` keeps its value in demand=default. `first_line` says
    which streams they are estimates of; `visits_per_year` is None where the file does not tell it.
    """

    name: str
    first_line: str
    about: tuple[str, ...]
    config: tuple[str, ...]
    estimates: tuple[Estimate, ...]
    visits_per_year: float | None = None

    def yaml_text(self) -> str:
        """The configuration; it names only what was estimated and keeps the rest of `demand: default`."""
        head = (
            f"demand={self.name}, {self.first_line}.",
            "When patients come and how urgent they are, from a visits file.",
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
        rows = map(_summary, (row for row in self.estimates if row.quantity.split(" ")[0] in short))
        return (*self.about, "", f"{'estimate':<40}{'value':>9}{'SE':>9}{'written':>10}", *rows)


def _summary(row: Estimate) -> str:
    label = " ".join(part for part in (row.quantity, row.weekday, row.hour, row.level) if part)
    error = "" if row.standard_error is None else f"{row.standard_error:.4f}"
    written = "" if row.in_config is None else f"{row.in_config:.5f}"
    return f"{label:<40}{row.estimate:>9.4f}{error:>9}{written:>10}"


# --- the source ---


PUBLISHED_BLOCKS: Final = (0.126, 0.438, 0.436)  # ARR03, ARR04, ARR05: arrivals 00-08, 08-16, 16-24
_BLOCKS_TEXT: Final = " ".join(f"{share:g}" for share in PUBLISHED_BLOCKS)


@dataclass(frozen=True, slots=True)
class VisitsSource:
    """The file that is calibrated, as comments of a configuration name it, and the `name` of that configuration.

    With `rake` hours are scaled to the published 8-hour blocks. `weights` say what survey weights are used in.
    """

    name: str
    file: Path
    column_map: ColumnMap
    quality: DataQuality
    rake: bool
    weights: tuple[str, ...] = ()

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
        return (read, faults, *self.weights, *used, *(f"Limit: {note}." for note in self.column_map.notes))

    def raked(self, profile: FloatArray) -> FloatArray:
        """A profile (7, 24), scaled to the published blocks; VisitsFileError where that cannot be."""
        try:
            return rake_to_blocks(profile, np.array(PUBLISHED_BLOCKS))
        except ValueError as error:
            raise VisitsFileError(str(self.file), (f"arrival: {error}",)) from error


# --- a week ---


def demand_of_week(
    source: VisitsSource, shapes: WeekByStream, found: VisitEstimates | None, base: Demand | None
) -> DemandFile:
    """The configuration of a file with weekdays; with `found` of months, growth and volume too.

    Hours are such as a demand like `base` can hold, and what the file's only stream leaves to the other is that of it.
    """
    cited = source.cited
    if found is not None:
        shapes = with_weekdays_of(shapes, found.rates)
    volume = written_volume(shapes, found, base)
    rake = source.raked if source.rake else None
    hours = hours_written_by_weekday(shapes, {} if found is None else found.rates, rake, volume.share_written, base)
    decimals = 5 if shapes.parts.is_pooled else COMPOSED_DECIMALS
    named = f"{cited.hour_shares} raked to ARR03-05" if source.rake else cited.hour_shares
    by_day = [
        ConfigLine(hours.everyone[day], f"{named}; {_sample_of_day(day, hours, shapes)}", decimals) for day in range(7)
    ]
    mental = shapes.by_stream.get(MENTAL_HEALTH)
    has_hours = not is_counted_by_day(source.column_map)
    config = [*hour_lines(by_day), *keyed_lines("mh_hour_shares", {"default": _mental_hours(hours, named, mental)})]
    config = config if has_hours else []
    written = shapes.written
    indices = {stream: _weekday_line(each, cited) for stream, each in written.items()}
    mixes = {stream: _acuity_line(each, cited) for stream, each in written.items()}
    config += keyed_lines("weekday_index", indices)
    config += keyed_lines("acuity_mix", mixes)
    rows = list(week_rows(shapes, hours, _values(indices), _values(mixes)))
    config += volume.lines(cited.hour_shares)
    if found is not None:
        config += demand_lines(found, cited.hour_shares)
        rows += further_estimates(found)
    if not has_hours:
        rows = [row for row in rows if row.quantity.split(" ")[0] not in OF_HOURS]
    about = (*about_week(source, shapes), *(hours.notes if has_hours else ()))
    per_year = None if volume.per_year is None else volume.per_year.value
    return DemandFile(source.name, shapes.parts.first_line(), about, tuple(config), tuple(rows), per_year)


def about_week(source: VisitsSource, shapes: WeekByStream) -> tuple[str, ...]:
    """What was read of a file with weekdays, and how it was used."""
    week = shapes.everyone
    gaps, n_rows = week.n_days_without_visits, source.quality.n_rows
    empty = f" Days without any visit, counted as really empty: {gaps:,}." if gaps else ""
    levels = "no usable acuity level, the mix stays the default's."
    if week.acuity is not None:
        levels = f"usable acuity levels {week.acuity.n:,} ({100 * week.acuity.n / n_rows:.1f} %)."
    of_hours = [_about_raking(week, rake=source.rake), _about_dispersion(week)]
    if is_counted_by_day(source.column_map):
        of_hours = [f"{capital(HOURS_STAY)}."]
    used = (
        *(f"{line}." for line in shapes.parts.lines()[1:]),
        f"Usable arrivals {week.hour_of_day.n:,}; {levels}",
        _about_errors(source.column_map, week, is_weighted=bool(source.weights)),
        *of_hours,
        _about_streams(shapes.parts, "Hours, weekday index and acuity mix"),
        *shapes.notes,
    )
    return source.about(week.period, used, empty)


def _about_streams(parts: StreamParts, what: str) -> str:
    """Whose the hours, weekdays and levels are, and for which stream they are written."""
    if parts.is_pooled:
        return (
            f"{what} are those of all visits in the file: hours are written for all, the others for medical; those of "
            "mental health stay the default's."
        )
    if parts.only is not None:
        return f"{what} are those of {parts.only}, the only stream in the file; the other's stay the default's."
    return (
        f"{what} are each stream's own; hours of all visits are composed of them. Hours of mental health are alike on "
        "all weekdays, as a demand holds them."
    )


def _about_errors(column_map: ColumnMap, week: DemandEstimates, *, is_weighted: bool) -> str:
    if week.n_clusters is None or week.design_effect is None:
        if is_weighted:
            return "Standard errors (SE): linearised for the weights, as if visits were independent."
        return (
            "Standard errors (SE): multinomial, as if visits were independent; those of weekdays, months and volume "
            "allow for days and weeks that are busier than others, where the file has dates."
        )
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


def _sample_of_day(day: int, hours: HourShapes, shapes: WeekByStream) -> str:
    """Which visits the hours of a weekday are those of."""
    week = shapes.everyone
    if POOLED in hours.notes:
        return f"{weekday_name(day)} as all days, {_sample(week.hour_of_day)}"
    if MEDICAL in shapes.by_stream or shapes.parts.is_pooled:
        return f"{weekday_name(day)}, {_sample(shapes.by_stream.get(MEDICAL, week).hour_by_weekday[day])}"
    return f"{weekday_name(day)}, medical as in the default, mental health {_sample(week.hour_of_day)}"


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
    return ConfigLine(hours.mental_health, f"{named}; all days, {_sample(mental.hour_of_day)}", COMPOSED_DECIMALS)


# --- a day ---


def demand_of_day(source: VisitsSource, shapes: DayByStream, base: Demand | None) -> DemandFile:
    """The configuration of a file without weekdays: its hours, its acuity mix, or one of the two."""
    cited = source.cited
    config: list[str] = []
    rows: list[Estimate] = []
    about = _about_day(source, shapes)
    volume = written_volume(shapes, None, base)
    if (hours := shapes.everyone.hour_of_day) is not None:
        rake = source.raked if source.rake else None
        found = hours_written_alike(shapes, hours, rake, volume.share_written, base)
        values, about = found.everyone[0], (*about, *found.notes)
        comment = f"{cited.hour_shares}; hours of all weekdays alike, {_sample(hours)}"
        decimals = 5 if shapes.parts.is_pooled else COMPOSED_DECIMALS
        config += hour_lines([ConfigLine(values, f"{comment}; {weekday_name(day)}", decimals) for day in range(7)])
        if found.mental_health is not None:
            line = ConfigLine(found.mental_health, f"{cited.hour_shares}; hours of mental health", COMPOSED_DECIMALS)
            config += keyed_lines("mh_hour_shares", {"default": line})
        rows += share_rows("hour_of_day_share", hours, HOUR_LABELS, written=values)
    written = shapes.written
    mixes = {stream: _acuity_line(each, cited) for stream, each in written.items()}
    config += keyed_lines("acuity_mix", mixes)
    config += volume.lines(cited.hour_shares)
    rows += acuity_rows(shapes, _values(mixes))
    return DemandFile(source.name, shapes.parts.first_line(), about, tuple(config), tuple(rows))


def _about_day(source: VisitsSource, shapes: DayByStream) -> tuple[str, ...]:
    hours, levels = shapes.everyone.hour_of_day, shapes.everyone.acuity
    clock = "no usable arrival times" if hours is None else f"usable times of day {hours.n:,}"
    mix = "no usable acuity level" if levels is None else f"usable acuity levels {levels.n:,}"
    raked = [f"Hours raked to {_BLOCKS_TEXT} (ARR03-05)."] if source.rake and hours is not None else []
    kept = "Weekdays, and what is missing here, keep their values in demand=default; no dispersion can be tested."
    named = (*(f"{line}." for line in shapes.parts.lines()[1:]), *shapes.notes)
    return source.about("no weekdays", (*named, f"{clock.capitalize()}; {mix}.", *raked, kept))


# --- what only some files give ---


def demand_lines(found: VisitEstimates, source: str) -> Iterator[str]:
    """Further keys of the demand with their errors and the file they come from."""
    rates, laws = found.rates, found.returns
    by_month = {name: ConfigLine(*months_to_write(each, source)) for name, each in rates.items()}
    yield from keyed_lines("month_index", by_month, "  # January first")
    yield from variation_lines(rates, source)
    yield from keyed_lines("visits_per_patient", {name: _per_patient(law, source) for name, law in laws.items()})


def _per_patient(law: ReturnFit, source: str) -> str | None:
    """None where the law is not identified."""
    if not law.fit.identified:
        return None
    error = law.fit.parameters()[-1].standard_error * law.visits_per_patient**2
    return f"{law.visits_per_patient:.5f}  # {source}, SE {error:.5f}; from the law of return"
