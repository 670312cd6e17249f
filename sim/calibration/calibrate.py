"""From a hospital's visits file to a `demand` and a `department` configuration, with errors.

`visits` reads the file, `share_estimates` and `visit_estimates` do the arithmetic, `demand_file` and `department_file`
write, `holdout` predicts a part held out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.calibration.estimators.shares import (
    BLOCK_HOURS,
    HOURS_PER_DAY,
    HOURS_PER_WEEK,
    Dispersion,
    Shares,
    dispersion,
    estimate_shares,
    hours_covered,
    rake_to_blocks,
    round_to_total,
)
from sim.calibration.estimators.step_minutes import IfNoneFits, unknown_steps
from sim.calibration.estimators.visit_estimates import (
    MEDICAL,
    MENTAL_HEALTH,
    VisitEstimates,
    estimate_visits,
    streams_in,
)
from sim.calibration.holdout import HoldOut, NothingToHoldOut, hold_out
from sim.calibration.matching.history_matching import Region, Unknown
from sim.calibration.matching.service_times import (
    match_service_times,
    outcomes_in,
    region_table,
    roles_to_match,
    with_factors,
)
from sim.calibration.play import calibrated_scenario, simulated_visits
from sim.calibration.writing.demand_file import ConfigLine, DemandFile, Estimate, weekday_name
from sim.calibration.writing.demand_lines import demand_lines, further_estimates, mental_health_share
from sim.calibration.writing.department_file import DepartmentFile, department_file
from sim.calibration.writing.hour_shapes import AS_EVERYONE, POOLED, HourShapes, hour_shapes
from sim.calibration.writing.partial_demand import PartialEstimates, demand_in_part, estimate_in_part, knows_no_weekday
from sim.department.arrivals import Demand
from sim.department.scenario import Scenario
from sim.runs.output_folder import publish
from sim.statistics.arrays import FloatArray, IntArray
from sim.visits.column_map import ColumnMap, Sources
from sim.visits.data_quality import DataQuality, VisitsFileError, exclusions_text
from sim.visits.visits_table import VisitsFile, inspect_visits

N_ACUITIES: Final = 5
PUBLISHED_BLOCKS: Final = (0.126, 0.438, 0.436)  # ARR03, ARR04, ARR05: arrivals 00-08, 08-16, 16-24
_EPOCH_MONDAY: Final = pd.Timestamp("1900-01-01")
WEEKS_PLAYED: Final = 26
SHORTEST_MATCH, LONGEST_MATCH = 4, 52
MATCH_RANGE: Final = (0.5, 2.0)
POINTS_PLAYED: Final = 5
FEWEST_A_DAY: Final = 0.5
A_CHANCE: Final = 1e-6
MOST_DAYS: Final = 36_525
"""From the first visit to the last, a hundred years: whatever is made for every day stays small."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class DemandEstimates:
    """What the file says about arrivals and acuity.

    Shares: `hour_of_day` (24,), `hour_by_weekday` seven of (24,), Monday first, `weekday` (7,) of a week,
    `hour_of_week` (168,), `blocks` (3,) of 8 hours, `acuity` (5,) or None when no level is usable.
    `design_effect` is the median over the 24 hours of the clustered over the multinomial variance, None
    without clusters. `period` is the first to the last arrival; `n_days_without_visits` within it counts as
    really empty, None without dates. `dispersion` is None when the file has no dates or covers under two weeks.
    """

    hour_of_day: Shares
    hour_by_weekday: tuple[Shares, ...]
    weekday: Shares
    hour_of_week: Shares
    blocks: Shares
    acuity: Shares | None
    dispersion: Dispersion | None
    n_clusters: int | None
    design_effect: float | None
    period: str
    n_days_without_visits: int | None


@dataclass(frozen=True, slots=True)
class Deeper:
    """What a calibration tells beyond the shape of demand.

    `visits` is the table as read, `simulated` one that the calibrated scenario gave; `held_out` is None where nothing
    was to be held out, or could be, and then `not_held_out` says why. `region` is what is not ruled out of service
    times, None where they were not to be matched.
    """

    estimates: VisitEstimates
    department: DepartmentFile
    department_file: Path
    visits: pd.DataFrame
    simulated: pd.DataFrame
    held_out: HoldOut | None
    not_held_out: str
    region: Region | None

    def lines(self) -> tuple[str, ...]:
        """Estimates of the department, what could not be told, and how the part held out was predicted."""
        told = tuple(f"  {item.line()}" for item in self.department.told)
        held = self.held_out.lines() if self.held_out else ((self.not_held_out,) if self.not_held_out else ())
        notes = tuple(f"  note: {note}" for note in self.estimates.notes)
        region = ("", "factors on service times:", *self.region.lines()) if self.region else ()
        minutes = tuple(f"  {line}" for line in self.department.minutes)
        return ("department:", *told, *minutes, *notes, *(("", *held) if held else ()), *region)


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What was read and estimated, and the texts of the files; `deeper` is None where only demand was asked for."""

    quality: DataQuality
    estimates: DemandEstimates | PartialEstimates
    demand: DemandFile
    config_file: Path
    estimates_file: Path
    quality_file: Path
    exclusions_file: Path
    texts: Mapping[str, str]
    deeper: Deeper | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """What is to be written, by name relative to the folder."""
        return {name: text.encode() for name, text in self.texts.items()}

    def lines(self) -> tuple[str, ...]:
        """Quality first, then the estimates and their limits, then where they were written."""
        return (*self.findings(), "", *(f"written: {path}" for path in self._paths()))

    def findings(self) -> tuple[str, ...]:
        """Quality, estimates and their limits."""
        deeper = ("", *self.deeper.lines()) if self.deeper else ()
        return (*self.quality.report_lines(), "", *self.demand.summary_lines(), *deeper)

    def _paths(self) -> tuple[Path, ...]:
        department = (self.deeper.department_file,) if self.deeper else ()
        return (self.config_file, *department, self.estimates_file, self.quality_file, self.exclusions_file)


STUDY: Final = "calibrate"


def always_written(name: str) -> tuple[str, ...]:
    """Files that every calibration of that name writes, relative to its folder."""
    return f"demand/{name}.yaml", *(f"{name}_{what}.csv" for what in ("estimates", "quality", "exclusions"))


def calibrate(visits_file: Path, column_map: ColumnMap, *, name: str, output: Path, **how: Any) -> CalibrationReport:
    """Estimate as `estimate_calibration` does, which knows what else can be asked, and write the files.

    Raises OutputError, and writes nothing, where one of them would replace a file that no calibration wrote.
    """
    report = estimate_calibration(visits_file, column_map, name=name, output=output, **how)
    publish(output, report.files, STUDY)
    return report


def estimate_calibration(
    visits_file: Path,
    column_map: ColumnMap,
    *,
    name: str,
    output: Path,
    rake: bool = False,
    base: Scenario | None = None,
    seed: int = 1,
    hold_out_share: float = 0.0,
    matched: tuple[str, ...] = (),
    if_none_fits: IfNoneFits = "empirical",
) -> CalibrationReport:
    """Estimate demand from a visits file, for `output/demand/NAME.yaml`, `output/NAME_estimates.csv`, the quality
    report `output/NAME_quality.csv` and every value set to missing, `output/NAME_exclusions.csv`. Writes nothing.

    With `rake` the hours are scaled to the published 8-hour blocks (ARR03-05), weekday shares kept. With `base` all
    else that the file tells is estimated too, `output/department/NAME.yaml` is written, and the pair is played in that
    scenario for `WEEKS_PLAYED` weeks; `hold_out_share` of the days is predicted from the others; the minutes of
    `matched` roles (or `delays`) are matched to waits and stays, and `output/NAME_region.csv` holds the factors that
    are not ruled out. Minutes of steps that no family fits are written as their quantiles, or with `if_none_fits`
    `nearest` as the family nearest to them. Raises `VisitsFileError` with every problem at once.
    """
    read = inspect_visits(visits_file, column_map)
    obstacles = (
        *_name_obstacles(name),
        *_arrival_obstacles(read.frame, column_map),
        *(_match_obstacles(base, matched, read.frame) if base is not None else ()),
        *(unknown_steps(base.department, column_map.steps()) if base is not None else ()),
    )
    if errors := (*read.quality.errors(), *obstacles):
        raise VisitsFileError(str(visits_file), errors)
    estimates: DemandEstimates | PartialEstimates
    deeper: Deeper | None
    if knows_no_weekday(read.frame):
        estimates, demand, deeper = *_demand_in_part(visits_file, column_map, read, name, rake=rake), None
    else:
        reading = _Reading(visits_file, column_map, read.quality, name, rake, seed, if_none_fits, matched)
        estimates = estimate_demand(read.frame)
        deeper = None
        if base is None:
            demand = reading.demand(read.frame, estimates, None, None)
        else:
            pair = reading.pair(read.frame, base)
            demand, deeper = pair.demand, _deeper(read.frame, base, reading, pair, output, hold_out_share)
    names = always_written(name)
    contents = (
        demand.yaml_text(), demand.estimates_text(), read.quality.table_text(), exclusions_text(read.exclusions),
    )  # fmt: skip
    texts = dict(zip(names, contents, strict=True))
    if deeper is not None:
        texts[f"department/{name}.yaml"] = deeper.department.yaml_text()
        if deeper.region is not None:
            texts[f"{name}_region.csv"] = region_table(deeper.region).to_csv(index=False)
    config_file, estimates_file, quality_file, exclusions_file = (output / each for each in names)
    return CalibrationReport(
        read.quality, estimates, demand, config_file, estimates_file, quality_file, exclusions_file, texts, deeper
    )


def _demand_in_part(
    visits_file: Path, column_map: ColumnMap, read: VisitsFile, name: str, *, rake: bool
) -> tuple[PartialEstimates, DemandFile]:
    """All that a file tells of a day which knows no weekdays."""
    found = estimate_in_part(read.frame)
    told = _about_part(visits_file, column_map, read.quality, found, rake=rake)
    blocks = np.array(PUBLISHED_BLOCKS) if rake else None
    try:
        return found, demand_in_part(name, told, _cited(column_map, visits_file), found, blocks)
    except ValueError as error:
        raise VisitsFileError(str(visits_file), (f"arrival: {error}",)) from error


@dataclass(frozen=True, slots=True)
class _Pair:
    """What visits tell beyond the shape of demand, and the demand and department to write."""

    found: VisitEstimates
    demand: DemandFile
    department: DepartmentFile

    def scenario(self, base: Scenario, weeks: int) -> Scenario:
        return calibrated_scenario(base, self.demand.yaml_text(), self.department.department(), weeks)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file as it is to be read: the same for all its visits and for a part of them."""

    file: Path
    column_map: ColumnMap
    quality: DataQuality
    name: str
    rake: bool
    seed: int
    if_none_fits: IfNoneFits
    matched: tuple[str, ...]

    def pair(self, frame: pd.DataFrame, base: Scenario) -> _Pair:
        """Demand and department of some visits, within a scenario."""
        week = estimate_demand(frame)
        found = estimate_visits(frame, seed=self.seed)
        department = department_file(self.name, base.department, found, self.about(week), self.if_none_fits)
        return _Pair(found, self.demand(frame, week, found, base.demand), department)

    def demand(
        self, frame: pd.DataFrame, week: DemandEstimates, found: VisitEstimates | None, base: Demand | None
    ) -> DemandFile:
        """All that visits tell of a week; with `found` of months, growth and mental health too, within `base`."""
        profile = _hour_profile(self.file, week, rake=self.rake)
        streams = {} if found is None else _by_stream(frame)
        mental = None if self.rake or MENTAL_HEALTH not in streams else streams[MENTAL_HEALTH].hour_of_day
        hours = hour_shapes(profile, mental, None if found is None else mental_health_share(found), base)
        cited = _cited(self.column_map, self.file)
        return _demand_file(
            self.name, self.about(week), cited, week, hours, rake=self.rake, streams=streams, found=found
        )

    def about(self, week: DemandEstimates) -> tuple[str, ...]:
        return _about(self.file, self.column_map, self.quality, week, rake=self.rake)

    def region(self, frame: pd.DataFrame, base: Scenario, pair: _Pair) -> Region | None:
        """Service times that visits do not rule out; None where they are not to be matched.

        The department is played for as long as the visits last, within `SHORTEST_MATCH` and `LONGEST_MATCH` weeks.
        """
        if not self.matched:
            return None
        days = (frame["arrival"].max() - frame["arrival"].min()).days if frame["arrival"].notna().any() else 0
        weeks = min(max(round(days / 7), SHORTEST_MATCH), LONGEST_MATCH)
        unknowns = tuple(Unknown(role, *MATCH_RANGE) for role in self.matched)
        return match_service_times(frame, pair.scenario(base, weeks), unknowns, seed=self.seed)

    def simulated_from(self, frame: pd.DataFrame, base: Scenario) -> pd.DataFrame | None:
        """What the department calibrated on a part of the file plays; None where the part cannot make one.

        Service times that were to be matched are so, on the part alone, and `POINTS_PLAYED` of those not ruled out are
        played; nothing is played where none is left.
        """
        if _arrival_obstacles(frame, self.column_map):
            return None
        pair = self.pair(frame, base)
        scenario, region = pair.scenario(base, WEEKS_PLAYED), self.region(frame, base, pair)
        if region is None:
            return simulated_visits(scenario, self.seed)
        if region.is_empty:
            return None
        names = [unknown.name for unknown in region.unknowns]
        spread = np.linspace(0, len(region.points) - 1, POINTS_PLAYED).round().astype(int)
        played = []
        for point in region.points[np.unique(spread)]:
            factors = dict(zip(names, map(float, point), strict=True))
            changed = {"department": with_factors(scenario.department, factors)}
            played.append(simulated_visits(scenario.model_copy(update=changed), self.seed))
        return pd.concat(played, ignore_index=True)


def _by_stream(frame: pd.DataFrame) -> dict[str, DemandEstimates]:
    """Of each stream that has visits on all weekdays; none where the file knows no streams."""
    parts = streams_in(frame)
    if set(parts) != {MEDICAL, MENTAL_HEALTH}:
        return {}
    usable = {stream: _usable(part) for stream, part in parts.items()}
    if any(part["weekday"].nunique() < 7 for part in usable.values()):
        return {}
    return {stream: estimate_demand(part) for stream, part in parts.items()}


def _deeper(
    frame: pd.DataFrame, base: Scenario, reading: _Reading, pair: _Pair, output: Path, hold_out_share: float
) -> Deeper:
    held, why = None, ""
    if hold_out_share > 0.0:
        try:
            held = hold_out(frame, hold_out_share, lambda part: reading.simulated_from(part, base))
        except NothingToHoldOut as error:
            why = f"nothing was held out: {error}"
    return Deeper(
        estimates=pair.found,
        department=pair.department,
        department_file=output / "department" / f"{reading.name}.yaml",
        visits=frame,
        simulated=simulated_visits(pair.scenario(base, WEEKS_PLAYED), reading.seed),
        held_out=held,
        not_held_out=why,
        region=reading.region(frame, base, pair),
    )


# --- what stands in the way ---


def _name_obstacles(name: str) -> tuple[str, ...]:
    if not _NAME.fullmatch(name):
        return (f"name: {name!r} is no configuration name; use lower-case letters, digits and _, a letter first",)
    return ("name: 'default' is the built-in demand; choose another name",) if name == "default" else ()


def _match_obstacles(base: Scenario, matched: tuple[str, ...], frame: pd.DataFrame) -> tuple[str, ...]:
    known = roles_to_match(base.department)
    unknown = [role for role in matched if role not in known]
    found = [f"study.match: {role!r} has no minutes to match; choose of {', '.join(known)}" for role in unknown]
    if matched and not outcomes_in(frame):
        found.append("study.match: no waits or stays with acuity levels to match; name their columns in the column map")
    return tuple(found)


def _arrival_obstacles(frame: pd.DataFrame, column_map: ColumnMap) -> tuple[str, ...]:
    """Why no hour-of-week profile can come from these visits, if so."""
    if knows_no_weekday(frame):
        return ()
    if column_map.arrival is None:
        return ("column map: no `arrival` and no usable acuity, so no demand can be estimated; name their columns",)
    usable = _usable(frame)
    if usable.empty:
        return ("arrival: no row has a usable weekday and time; check `arrival` in the column map",)
    if _dated(usable) and _n_days(usable) > MOST_DAYS:
        found = f"{_period(usable)} is {_n_days(usable):,} days, more than the {MOST_DAYS:,} read of a file"
        return (f"arrival: {found}; dates look mistyped, correct them or cut the file",)
    if _dated(usable) and hours_covered(_slots(usable)).min() < 1:
        return (f"arrival: {_period(usable)} is less than a week; give a file that covers every hour of the week",)
    if _dated(usable) and _emptied_by_dates(usable):
        empty = len(_days_without_visits(usable))
        found = f"{empty:,} of the {_n_days(usable):,} days from {_period(usable)} have no visit"
        return (f"arrival: {found}; dates look mistyped or shifted, correct them or cut the file",)
    absent = sorted(set(range(7)) - set(usable["weekday"].astype(int)))
    if absent:
        return (f"arrival: no visit on weekdays {absent} (0 = Monday); give a file with visits on all seven",)
    return ()


def _usable(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["weekday"].notna() & frame["minute_of_day"].notna()]


def _dated(usable: pd.DataFrame) -> bool:
    return bool(usable["arrival"].notna().all())


def _n_days(usable: pd.DataFrame) -> int:
    days = usable["arrival"].dt.normalize()
    return int((days.max() - days.min()).days) + 1


def _days_without_visits(usable: pd.DataFrame) -> pd.DatetimeIndex:
    days = usable["arrival"].dt.normalize()
    return pd.date_range(days.min(), days.max(), freq="D").difference(pd.DatetimeIndex(days))


def _emptied_by_dates(usable: pd.DataFrame) -> bool:
    """Most days are empty, and not because visits are few: a small department has empty days, but no gap so long that
    visits at its own rate would leave one with a chance of `A_CHANCE`, and no fewer visits than `FEWEST_A_DAY`.
    """
    n, days = len(usable), _n_days(usable)
    if 2 * len(_days_without_visits(usable)) <= days:
        return False
    gap = float(usable["arrival"].sort_values().diff().max() / pd.Timedelta(days=1))
    return n < FEWEST_A_DAY * days or n * np.exp(-gap * n / days) < A_CHANCE


# --- estimates ---


def estimate_demand(frame: pd.DataFrame) -> DemandEstimates:
    """Shares of arrivals by hour of the week and of acuity from a tidy visits table (`VisitsFile.frame`).

    Where arrivals have dates, each hour of the week is weighted by how often the file covers it; without
    dates every hour counts as equally covered. Visits without a usable arrival or level are left out of that
    estimate.
    """
    usable = _usable(frame)
    cell = _hour_of_week(usable)
    weight = 1.0 / hours_covered(_slots(usable))[cell] if _dated(usable) else np.ones(len(cell))
    cluster = _clusters(usable)
    hour_of_day = estimate_shares(cell % HOURS_PER_DAY, HOURS_PER_DAY, weight=weight, cluster=cluster)
    return DemandEstimates(
        hour_of_day=hour_of_day,
        hour_by_weekday=tuple(_hours_of(day, cell, weight, cluster) for day in range(7)),
        weekday=estimate_shares(cell // HOURS_PER_DAY, 7, weight=weight, cluster=cluster),
        hour_of_week=estimate_shares(cell, HOURS_PER_WEEK, weight=weight, cluster=cluster),
        blocks=estimate_shares(cell % HOURS_PER_DAY // BLOCK_HOURS, 3, weight=weight, cluster=cluster),
        acuity=_acuity_shares(frame),
        dispersion=dispersion(_slots(usable)) if _dated(usable) else None,
        n_clusters=None if cluster is None else len(np.unique(cluster)),
        design_effect=_design_effect(hour_of_day, cell, weight) if cluster is not None else None,
        period=_period(usable),
        n_days_without_visits=len(_days_without_visits(usable)) if _dated(usable) else None,
    )


def _hour_of_week(usable: pd.DataFrame) -> IntArray:
    """0 = Monday 00:00-00:59 .. 167."""
    hour: IntArray = (usable["minute_of_day"] // 60).to_numpy(np.int64)
    day: IntArray = usable["weekday"].to_numpy(np.int64)
    return day * HOURS_PER_DAY + hour


def _slots(usable: pd.DataFrame) -> IntArray:
    """Whole hours since a Monday 00:00."""
    return np.asarray((usable["arrival"] - _EPOCH_MONDAY) // pd.Timedelta(hours=1), dtype=np.int64)


def _clusters(frame: pd.DataFrame) -> IntArray | None:
    """A number per cluster; a row without one is its own; None when the file names at most one."""
    if frame["cluster"].nunique() < 2:
        return None
    codes = pd.factorize(frame["cluster"])[0].astype(np.int64)
    return np.where(codes < 0, codes.max() + 1 + np.arange(len(codes)), codes).astype(np.int64)


def _hours_of(day: int, cell: IntArray, weight: FloatArray, cluster: IntArray | None) -> Shares:
    here = cell // HOURS_PER_DAY == day
    within = None if cluster is None else cluster[here]
    return estimate_shares(cell[here] % HOURS_PER_DAY, HOURS_PER_DAY, weight=weight[here], cluster=within)


def _acuity_shares(frame: pd.DataFrame) -> Shares | None:
    known = frame[frame["acuity"].notna()]
    if known.empty:
        return None
    return estimate_shares(known["acuity"].to_numpy(np.int64) - 1, N_ACUITIES, cluster=_clusters(known))


def _design_effect(clustered: Shares, cell: IntArray, weight: FloatArray) -> float:
    simple = estimate_shares(cell % HOURS_PER_DAY, HOURS_PER_DAY, weight=weight)
    seen = simple.standard_error > 0
    return float(np.median((clustered.standard_error[seen] / simple.standard_error[seen]) ** 2))


def _period(usable: pd.DataFrame) -> str:
    if _dated(usable):
        first, last = usable["arrival"].min(), usable["arrival"].max()
        return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    years = usable["year"].dropna()
    return f"years {int(years.min())} to {int(years.max())}" if len(years) else "no dates"


# --- what is written ---


def _hour_profile(visits_file: Path, estimates: DemandEstimates, *, rake: bool) -> FloatArray:
    """Shares of the week (7, 24) as they go into the configuration, before rounding."""
    profile = estimates.hour_of_week.share.reshape(7, HOURS_PER_DAY)
    if not rake:
        return profile
    try:
        return rake_to_blocks(profile, np.array(PUBLISHED_BLOCKS))
    except ValueError as error:
        raise VisitsFileError(str(visits_file), (f"arrival: {error}",)) from error


def _cited(column_map: ColumnMap, visits_file: Path) -> Sources:
    """The sources to cite line by line: those of the column map, or else the file itself."""
    given = column_map.sources
    return Sources(
        hour_shares=given.hour_shares or _named(visits_file),
        weekday_index=given.weekday_index or _named(visits_file),
        acuity_mix=given.acuity_mix or _named(visits_file),
    )


def _about(
    visits_file: Path, column_map: ColumnMap, quality: DataQuality, estimates: DemandEstimates, *, rake: bool
) -> tuple[str, ...]:
    return (
        f"File: {_named(visits_file)} (sha256 {_digest(visits_file)}), {quality.n_rows:,} rows, {estimates.period}.",
        f"Untrue values in {quality.n_faulty:,} rows, set to missing.{_gaps_about(estimates)}",
        f"Usable arrivals {estimates.hour_of_week.n:,}; {_acuity_about(quality, estimates)}",
        _error_about(column_map, estimates),
        _rake_about(estimates, rake=rake),
        _dispersion_about(estimates),
        "The weekday index and acuity mix are those of all visits in the file, used for the medical stream.",
        *(f"Limit: {note}." for note in column_map.notes),
    )


def _named(visits_file: Path) -> str:
    """The name of the file as a comment can hold it: a name may have line ends."""
    return re.sub(r"[^\w. -]", "_", visits_file.name)


def _digest(visits_file: Path) -> str:
    with visits_file.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _about_part(
    visits_file: Path, column_map: ColumnMap, quality: DataQuality, found: PartialEstimates, *, rake: bool
) -> tuple[str, ...]:
    """What a file without weekdays was used for."""
    hours, levels = found.hour_of_day, found.acuity
    clock = "no usable arrival times" if hours is None else f"usable times of day {hours.n:,}"
    target = " ".join(f"{share:g}" for share in PUBLISHED_BLOCKS)
    mix = "no usable acuity level" if levels is None else f"usable acuity levels {levels.n:,}"
    return (
        f"File: {_named(visits_file)} (sha256 {_digest(visits_file)}), {quality.n_rows:,} rows, no weekdays.",
        f"Untrue values in {quality.n_faulty:,} rows, set to missing.",
        f"{clock.capitalize()}; {mix}.",
        *((f"Hours raked to {target} (ARR03-05).",) if rake and hours is not None else ()),
        "Weekdays, and what is missing here, keep their values in demand=default; no dispersion can be tested.",
        *(f"Limit: {note}." for note in column_map.notes),
    )


def _gaps_about(estimates: DemandEstimates) -> str:
    if not estimates.n_days_without_visits:
        return ""
    return f" Days without any visit, counted as really empty: {estimates.n_days_without_visits:,}."


def _acuity_about(quality: DataQuality, estimates: DemandEstimates) -> str:
    if estimates.acuity is None:
        return "no usable acuity level, the mix stays the default's."
    return f"usable acuity levels {estimates.acuity.n:,} ({100 * estimates.acuity.n / quality.n_rows:.1f} %)."


def _error_about(column_map: ColumnMap, estimates: DemandEstimates) -> str:
    if estimates.n_clusters is None or estimates.design_effect is None:
        return "Standard errors (SE): multinomial, as if visits were independent."
    named = " + ".join(column_map.cluster)
    return (
        f"Standard errors (SE): robust to {estimates.n_clusters:,} clusters ({named}); the median variance "
        f"of an hour's share is {estimates.design_effect:.2f} times that of independent visits."
    )


def _rake_about(estimates: DemandEstimates, *, rake: bool) -> str:
    found = " ".join(f"{share:.4f}" for share in estimates.blocks.share)
    if not rake:
        return f"Shares of 00-08, 08-16, 16-24: {found}; not raked."
    target = " ".join(f"{share:g}" for share in PUBLISHED_BLOCKS)
    return (
        f"Shares of 00-08, 08-16, 16-24: {found} in the file, raked to {target} (ARR03-05) with weekday "
        "shares kept; SEs belong to the shares before raking."
    )


def _dispersion_about(estimates: DemandEstimates) -> str:
    found = estimates.dispersion
    if found is None:
        return "Dispersion: not testable, the file has no dates or covers under two weeks."
    return (
        f"Dispersion of hourly counts given the hour of the week: {found.index:.2f} (Poisson 1; "
        f"{found.degrees:,} degrees of freedom, p {_p_text(found.p_value)}); {found.n_uneven} of "
        f"{found.n_hours} hours uneven at the 5 % level, {0.05 * found.n_hours:.0f} expected of Poisson."
    )


def _p_text(p_value: float) -> str:
    return "under 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def _demand_file(
    name: str,
    about: tuple[str, ...],
    cited: Sources,
    estimates: DemandEstimates,
    hours: HourShapes,
    *,
    rake: bool,
    streams: Mapping[str, DemandEstimates],
    found: VisitEstimates | None,
) -> DemandFile:
    medical = streams.get(MEDICAL, estimates)
    index = round_to_total(medical.weekday.share, 7)
    mix = None if medical.acuity is None else round_to_total(medical.acuity.share, 1)
    source = f"{cited.hour_shares} raked to ARR03-05" if rake else cited.hour_shares
    return DemandFile(
        name=name,
        about=(*about, *hours.notes),
        hour_shares=tuple(
            ConfigLine(hours.everyone[day], f"{source}; {_of_day(day, hours, estimates)}") for day in range(7)
        ),
        weekday_index=_weekday_line(index, cited, medical),
        acuity_mix=_acuity_line(mix, cited, medical.acuity),
        estimates=(*_table(estimates, hours.everyone, index, mix), *(further_estimates(found) if found else ())),
        mental_health={**_mental_hours(hours, source, streams), **_mental_lines(streams, cited)},
        further=demand_lines(found, cited.hour_shares) if found else (),
    )


def _of_day(day: int, hours: HourShapes, estimates: DemandEstimates) -> str:
    """Which visits the hours of a weekday are those of."""
    if POOLED in hours.notes:
        return f"{weekday_name(day)} as all days, {_sample(estimates.hour_of_day)}"
    return f"{weekday_name(day)}, {_sample(estimates.hour_by_weekday[day])}"


def _weekday_line(index: tuple[float, ...], cited: Sources, estimates: DemandEstimates) -> ConfigLine:
    return ConfigLine(index, f"{cited.weekday_index}, {_sample(estimates.weekday, scale=7.0)}")


def _mental_hours(hours: HourShapes, source: str, streams: Mapping[str, DemandEstimates]) -> dict[str, ConfigLine]:
    """Hours of mental-health visits, where they are not the default's."""
    if hours.mental_health is None:
        return {}
    measured = AS_EVERYONE not in hours.notes
    said = f"{source}; all days, {_sample(streams[MENTAL_HEALTH].hour_of_day)}" if measured else "assumption: as all"
    return {"hour_shares": ConfigLine(hours.mental_health, said)}


def _mental_lines(streams: Mapping[str, DemandEstimates], cited: Sources) -> dict[str, ConfigLine]:
    """Weekdays and acuity of mental-health visits, where the file tells them from the others."""
    if MENTAL_HEALTH not in streams:
        return {}
    estimates = streams[MENTAL_HEALTH]
    lines = {"weekday_index": _weekday_line(round_to_total(estimates.weekday.share, 7), cited, estimates)}
    if estimates.acuity is not None:
        mix = _acuity_line(round_to_total(estimates.acuity.share, 1), cited, estimates.acuity)
        lines |= {"acuity_mix": mix} if mix is not None else {}
    return lines


def _acuity_line(mix: tuple[float, ...] | None, cited: Sources, acuity: Shares | None) -> ConfigLine | None:
    return None if mix is None or acuity is None else ConfigLine(mix, f"{cited.acuity_mix}, {_sample(acuity)}")


def _sample(shares: Shares, scale: float = 1.0) -> str:
    return f"n = {shares.n:,}, largest SE {scale * shares.standard_error.max():.4f}"


def _table(
    estimates: DemandEstimates,
    hours: tuple[tuple[float, ...], ...],
    index: tuple[float, ...],
    mix: tuple[float, ...] | None,
) -> tuple[Estimate, ...]:
    """Every estimate with its error, beside the value written where there is one."""
    days = tuple(weekday_name(day)[:3] for day in range(7))
    clock = tuple(f"{hour:02d}" for hour in range(HOURS_PER_DAY))
    week = tuple((day, hour) for day in days for hour in clock)
    none7, none24, none168 = ("",) * 7, ("",) * HOURS_PER_DAY, ("",) * HOURS_PER_WEEK
    rows = [
        *_rows("block_share", estimates.blocks, ("",) * 3, ("00-07", "08-15", "16-23"), ("",) * 3),
        *_rows("hour_of_day_share", estimates.hour_of_day, none24, clock, none24),
        *_rows("weekday_index", estimates.weekday, days, none7, none7, written=index, scale=7.0),
    ]
    for day, shares in enumerate(estimates.hour_by_weekday):
        rows += _rows("hour_share", shares, (days[day],) * HOURS_PER_DAY, clock, none24, written=hours[day])
    named = tuple(zip(*week, strict=True))
    rows += _rows("hour_of_week_share", estimates.hour_of_week, named[0], named[1], none168)
    if estimates.acuity is not None:
        levels = tuple(str(level) for level in range(1, N_ACUITIES + 1))
        blank = ("",) * N_ACUITIES
        rows += _rows("acuity_share", estimates.acuity, blank, blank, levels, written=mix)
    return (*rows, *_dispersion_rows(estimates.dispersion, week, estimates.hour_of_week.n))


def _rows(
    quantity: str,
    shares: Shares,
    weekday: tuple[str, ...],
    hour: tuple[str, ...],
    level: tuple[str, ...],
    *,
    written: tuple[float, ...] | None = None,
    scale: float = 1.0,
) -> list[Estimate]:
    values = written if written is not None else (None,) * len(shares.share)
    columns = zip(weekday, hour, level, shares.share, shares.standard_error, values, strict=True)
    return [
        Estimate(quantity, day, clock, grade, shares.n, scale * float(share), scale * float(error), value)
        for day, clock, grade, share, error, value in columns
    ]


def _dispersion_rows(found: Dispersion | None, week: tuple[tuple[str, str], ...], n: int) -> tuple[Estimate, ...]:
    if found is None:
        return ()
    named = zip(week, found.by_hour, strict=True)
    return tuple(
        Estimate("dispersion_index", day, hour, "", n, float(index), None, None)
        for (day, hour), index in named
        if np.isfinite(index)
    )
