"""From a hospital's visits file to a `demand` and a `department` configuration, with errors.

`sim.visits` reads the file, `estimators` do the arithmetic, `writing` makes the texts, `matching` narrows service
times, `holdout` predicts a part of the file from the rest. Why a calibration cannot be made is said with a line per
reason, with the place, what was found and what to do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.analysis.staffing_notes import notes_on_staffing
from sim.calibration.estimators import shares
from sim.calibration.estimators.demand_by_stream import WeekByStream, estimate_day, estimate_week
from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.shares import DemandEstimates, PartialEstimates
from sim.calibration.estimators.step_minutes import IfNoneFits, unknown_steps
from sim.calibration.estimators.streams import stream_parts
from sim.calibration.estimators.survey_weights import REFUSED_WITH_DATES, has_weights, with_usable_weights
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits
from sim.calibration.holdout import HoldOut, NothingToHoldOut, hold_out
from sim.calibration.matching import service_times
from sim.calibration.matching.history_matching import Region, Unknown
from sim.calibration.play import calibrated_scenario, simulated_visits
from sim.calibration.resources.own_resources import NO_LISTS, ResourceLists, Resources, resources_for
from sim.calibration.writing.demand_file import DemandFile, VisitsSource, about_week, demand_of_day, demand_of_week
from sim.calibration.writing.department_file import DepartmentFile, department_file
from sim.calibration.writing.staffing_file import COMPARED_WITH, staffing_texts
from sim.department.arrivals import Profile
from sim.department.scenario import Scenario
from sim.runs.output_folder import may_be_written, publish, read_mark
from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import DataQuality, csv_text
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import inspect_visits

OWNER: Final = "calibrate"
"""By which a folder of calibrations is known as one."""
WEEKS_PLAYED: Final = 26
"""Weeks that the calibrated pair is played for."""
SHORTEST_MATCH_WEEKS, LONGEST_MATCH_WEEKS = 4, 52
MATCH_RANGE: Final = (0.5, 2.0)
"""Factors on service times that are looked at."""
POINTS_PLAYED: Final = 5
"""Of the factors not ruled out, those played to predict the part held out."""


def file_names(name: str) -> dict[str, str]:
    """Every file of a calibration of that name by what it holds, relative to the calibration's folder."""
    configs = {what: f"{what}/{name}.yaml" for what in ("demand", "department", "staffing")}
    configs |= {what: f"staffing/{name}{ending}.yaml" for what, ending in COMPARED_WITH.items()}
    return configs | {what: f"{name}_{what}.csv" for what in ("estimates", "quality", "exclusions", "region")}


def always_written(name: str) -> tuple[str, ...]:
    """Files that every calibration of that name writes, relative to its folder."""
    names = file_names(name)
    return tuple(names[what] for what in ("demand", "estimates", "quality", "exclusions"))


def changed_since(folder: Path, name: str) -> tuple[str, ...]:
    """Which of the staffings to compare with are there and were changed: they are examples to change, and are kept."""
    names, mark = file_names(name), read_mark(folder)
    return tuple(what for what in COMPARED_WITH if not may_be_written(folder, names[what], mark))


@dataclass(frozen=True, slots=True)
class DepartmentReport:
    """What a calibration estimates beyond the shape of demand.

    `visits` is the table as read, `simulated` one played by the calibrated scenario; `held_out` is None where nothing
    was to be held out, or nothing could be, and then `not_held_out` says why. `region` are the factors on service times
    that are not ruled out, None where none were to be matched. `misfits`: roles that are asked for more than they have.
    """

    estimates: VisitEstimates
    file: DepartmentFile
    visits: pd.DataFrame
    simulated: pd.DataFrame
    held_out: HoldOut | None
    not_held_out: str
    region: Region | None
    resources: Resources
    misfits: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        """Estimates of the department, what could not be estimated, and how the part held out was predicted."""
        estimated = tuple(f"  {key.line()}" for key in self.file.estimated)
        held = self.held_out.lines() if self.held_out else ((self.not_held_out,) if self.not_held_out else ())
        notes = tuple(f"  note: {note}" for note in self.estimates.notes)
        region = ("", "factors on service times:", *self.region.lines()) if self.region else ()
        minutes = tuple(f"  {line}" for line in (*self.file.minutes, *(each.line() for each in self.estimates.minutes)))
        staff = (*self.resources.lines(), *self.misfits)
        resources = ("staffing and places:", *(f"  {line}" for line in staff), "")
        return (*resources, "department:", *estimated, *minutes, *notes, *(("", *held) if held else ()), *region)


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What was read and estimated. `texts` are those of the files of `file_names` that are to be written into `folder`;
    `department` is None where only demand was asked for.
    """

    quality: DataQuality
    estimates: DemandEstimates | PartialEstimates
    demand: DemandFile
    folder: Path
    texts: Mapping[str, str]
    department: DepartmentReport | None = None

    @property
    def files(self) -> dict[str, bytes]:
        """What is to be written, by name relative to the folder."""
        names = file_names(self.demand.name)
        return {names[what]: text.encode() for what, text in self.texts.items()}

    def path(self, what: str) -> Path:
        """The file that holds the `demand`, `department`, `estimates`, `quality`, `exclusions` or `region`."""
        return self.folder / file_names(self.demand.name)[what]

    def lines(self) -> tuple[str, ...]:
        """Which streams, quality, the estimates and their limits, then where they were written."""
        written = (path for what, path in file_names(self.demand.name).items() if what in self.texts)
        kept = changed_since(self.folder, self.demand.name) if self.department else ()
        names = file_names(self.demand.name)
        return (
            *self.findings(),
            "",
            *(f"written: {self.folder / path}" for path in written),
            *(f"kept as you changed it: {self.folder / names[what]}" for what in kept),
        )

    def findings(self) -> tuple[str, ...]:
        """Which streams were estimated, quality, estimates and their limits."""
        department = ("", *self.department.lines()) if self.department else ()
        first = f"{self.demand.first_line}."
        return (first, "", *self.quality.report_lines(), "", *self.demand.summary_lines(), *department)


def calibrate(
    visits_file: Path, column_map: ColumnMap, *, name: str, output: Path, **options: Any
) -> CalibrationReport:
    """Estimate as `estimate_calibration` does, with its `options`, and write the files.

    Raises OutputError, and writes nothing, where one of them would replace a file that no calibration wrote.
    """
    report = estimate_calibration(visits_file, column_map, name=name, output=output, **options)
    publish(output, report.files, OWNER)
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
    lists: ResourceLists = NO_LISTS,
) -> CalibrationReport:
    """Estimate demand from a visits file, for the files of `file_names` in the folder `output`. Writes nothing.

    With `rake` the hours are scaled to the published 8-hour blocks (ARR03-05), weekday shares kept. With `base` all
    else that the file tells is estimated too, a department is made, and the pair is played in that scenario for
    `WEEKS_PLAYED` weeks; `hold_out_share` of the days is predicted from the others; the minutes of `matched` roles (or
    `delays`) are matched to waits and stays. Minutes of steps that no family fits are written as their quantiles, or
    with `if_none_fits` `nearest` as the family nearest to them. Staff and places are those of the `lists` of the
    hospital, else the base's, scaled to its volume. Raises `VisitsFileError` with every problem at once.
    """
    if errors := tuple(obstacles_without_file(column_map, name, base, matched)):
        raise VisitsFileError(str(visits_file), errors)
    read = inspect_visits(visits_file, column_map)
    of_file = obstacles(read.frame, column_map, base, matched, rake=rake, if_none_fits=if_none_fits)
    if errors := (*read.quality.errors(), *of_file):
        raise VisitsFileError(str(visits_file), errors)
    frame, weights = with_usable_weights(read.frame)
    source = VisitsSource(name, visits_file, column_map, read.quality, rake, weights)
    estimates: DemandEstimates | PartialEstimates
    department: DepartmentReport | None = None
    if shares.has_no_weekday(frame):
        if lists != NO_LISTS:
            remedy = "no department is made that could have them: leave them out, or map a time of arrival"
            raise VisitsFileError(str(visits_file), (f"study.staff, study.places: without weekdays {remedy}",))
        of_day = estimate_day(frame)
        estimates, demand = of_day.everyone, demand_of_day(source, of_day, None if base is None else base.demand)
    else:
        if base is None:
            week = estimate_week(frame, read.uncovered_hours)
            estimates, demand = week.everyone, demand_of_week(source, week, None, None)
        else:
            calibration = _Calibration(source, base, seed, if_none_fits, matched, lists, read.uncovered_hours)
            pair = calibration.pair(frame)
            estimates, demand = pair.week.everyone, pair.demand
            department = calibration.department_report(frame, pair, hold_out_share)
    texts = {
        "demand": demand.yaml_text(),
        "estimates": demand.estimates_text(),
        "quality": read.quality.table_text(),
        "exclusions": csv_text(read.exclusions),
    }
    if department is not None:
        texts["department"] = department.file.yaml_text()
        texts |= staffing_texts(department.resources)
        for what in changed_since(output, name):
            texts.pop(what, None)
        if department.region is not None:
            texts["region"] = service_times.region_table(department.region).to_csv(index=False)
    return CalibrationReport(read.quality, estimates, demand, output, texts, department)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The demand and the department calibrated on some visits, and the estimates they were made of."""

    week: WeekByStream
    found: VisitEstimates
    demand: DemandFile
    department: DepartmentFile
    resources: Resources


@dataclass(frozen=True, slots=True)
class _Calibration:
    """How a file is to be calibrated within a scenario: the same for all its visits and for a part of them."""

    source: VisitsSource
    base: Scenario
    seed: int
    if_none_fits: IfNoneFits
    matched: tuple[str, ...]
    lists: ResourceLists
    uncovered_hours: np.ndarray

    def pair(self, frame: pd.DataFrame) -> _Pair:
        """Demand and department of some visits."""
        calendar = FileCalendar(self.uncovered_hours, self.source.column_map.special_days)
        week = estimate_week(frame, self.uncovered_hours)
        found = estimate_visits(frame, seed=self.seed, calendar=calendar)
        demand = demand_of_week(self.source, week, found, self.base.demand)
        resources = resources_for(self.lists, self.base, demand.visits_per_year, self.source.name)
        first = f"{week.parts.first_line()}."
        about = (first, *about_week(self.source, week), "Staff and places:", *resources.lines())
        department = department_file(self.source.name, resources.department, found, about, self.if_none_fits)
        return _Pair(week, found, demand, department, resources)

    def scenario(self, pair: _Pair, weeks: int) -> Scenario:
        """The scenario with demand and department of a pair."""
        base = pair.resources.on(self.base)
        return calibrated_scenario(base, pair.demand.yaml_text(), pair.department.department(), weeks)

    def department_report(self, frame: pd.DataFrame, pair: _Pair, hold_out_share: float) -> DepartmentReport:
        """Play the calibrated pair, predict the part held out, and match service times."""
        held: HoldOut | None = None
        why = ""
        if hold_out_share > 0.0:
            try:
                held = hold_out(frame, hold_out_share, self.simulated_from)
            except NothingToHoldOut as error:
                why = f"nothing was held out: {error}"
        scenario = self.scenario(pair, WEEKS_PLAYED)
        simulated = simulated_visits(scenario, self.seed)[0]
        misfits = notes_on_staffing({self.source.name: scenario}, (1.0,))
        region = self.region(frame, pair)
        return DepartmentReport(
            pair.found, pair.department, frame, simulated, held, why, region, pair.resources, misfits
        )

    def region(self, frame: pd.DataFrame, pair: _Pair) -> Region | None:
        """Service times that visits do not rule out; None where they are not to be matched.

        The department is played for as long as the visits last, within the shortest and longest match.
        """
        if not self.matched:
            return None
        days = (frame["arrival"].max() - frame["arrival"].min()).days if frame["arrival"].notna().any() else 0
        weeks = min(max(round(days / 7), SHORTEST_MATCH_WEEKS), LONGEST_MATCH_WEEKS)
        unknowns = tuple(Unknown(role, *MATCH_RANGE) for role in self.matched)
        return service_times.match_service_times(frame, self.scenario(pair, weeks), unknowns, seed=self.seed)

    def simulated_from(self, frame: pd.DataFrame) -> pd.DataFrame | None:
        """Visits played by the department calibrated on a part of the file; None where the part cannot make one.

        Service times that were to be matched are matched on the part alone, and `POINTS_PLAYED` of those not ruled out
        are played; None too where none is left.
        """
        if arrival_obstacle(frame, self.source.column_map) is not None:
            return None
        pair = self.pair(frame)
        scenario, region = self.scenario(pair, WEEKS_PLAYED), self.region(frame, pair)
        if region is None:
            return simulated_visits(scenario, self.seed)[0]
        if region.is_empty:
            return None
        spread = np.unique(np.linspace(0, len(region.points) - 1, POINTS_PLAYED).round().astype(int))
        names = [unknown.name for unknown in region.unknowns]
        factors = [dict(zip(names, point, strict=True)) for point in region.points[spread].tolist()]
        played = [simulated_visits(service_times.with_factors(scenario, each), self.seed)[0] for each in factors]
        return pd.concat(played, ignore_index=True)


# --- why a calibration cannot be made ---


MOST_DAYS: Final = 36_525
"""From the first visit to the last, a hundred years: arrays with a value per day stay small."""
_FEWEST_VISITS_A_DAY: Final = 0.5
_GAP_CHANCE: Final = 1e-6
"""Chance of a gap among visits at the file's own rate below which dates are taken for mistyped."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


def obstacles_without_file(
    column_map: ColumnMap, name: str, base: Scenario | None, matched: tuple[str, ...]
) -> Iterator[str]:
    """Everything that stands in the way of a calibration of that name whatever the file holds."""
    if not _NAME.fullmatch(name):
        yield f"name: {name!r} is no configuration name; use lower-case letters, digits and _, a letter first"
    if name == "default":
        yield "name: 'default' is the built-in demand; choose another name"
    if base is not None:
        known = service_times.roles_to_match(base.department)
        for role in matched:
            if role not in known:
                yield f"study.match: {role!r} has no minutes to match; choose of {', '.join(known)}"
        yield from unknown_steps(base.department, column_map.steps())


def obstacles(
    frame: pd.DataFrame,
    column_map: ColumnMap,
    base: Scenario | None,
    matched: tuple[str, ...],
    *,
    rake: bool = False,
    if_none_fits: IfNoneFits = "empirical",
) -> Iterator[str]:
    """Everything in the file that stands in the way of a calibration, within a scenario if one is given."""
    if (obstacle := arrival_obstacle(frame, column_map)) is not None:
        yield obstacle
    if base is not None and matched and not service_times.outcomes_in(frame):
        yield "study.match: no waits or stays with acuity levels to match; name their columns in the column map"
    yield from _weight_obstacles(frame, matched, if_none_fits)
    yield from _stream_obstacles(frame, base, rake=rake)


def _weight_obstacles(frame: pd.DataFrame, matched: tuple[str, ...], if_none_fits: IfNoneFits) -> Iterator[str]:
    """Weights are used in every estimate or refused."""
    if not has_weights(frame):
        return
    if frame["arrival"].notna().any():
        yield REFUSED_WITH_DATES
    if not (frame["weight"] > 0.0).any():
        yield "weight: no visit has a weight over 0; correct them, or leave `weight` out of the column map"
    if matched:
        yield "study.match: means that are matched have no survey weights; leave `match` or `weight` out"
    if if_none_fits == "nearest":
        yield "study.if_none_fits: no family is fitted to weighted minutes; leave it at `empirical`, or `weight` out"


def _stream_obstacles(frame: pd.DataFrame, base: Scenario | None, *, rake: bool) -> Iterator[str]:
    """A file of one stream stands beside the other of a demand by profile."""
    only = stream_parts(frame).only
    if only is None:
        return
    if base is None or not isinstance(base.demand, Profile):
        yield f"stream: every visit is of {only}: choose a demand by profile for the other, such as demand=default"
    if rake:
        yield f"study.rake: the published blocks are of all visits, the file has {only} alone; leave raking off"


def arrival_obstacle(frame: pd.DataFrame, column_map: ColumnMap) -> str | None:
    """Why no profile by hour of the week can be estimated from these visits, None if it can."""
    if shares.has_no_weekday(frame):
        return None
    if column_map.arrival is None:
        return "column map: no `arrival` and no usable acuity, so no demand can be estimated; name their columns"
    timed = shares.with_weekday_and_time(frame)
    if timed.empty:
        return "arrival: no row has a usable weekday and time; check `arrival` in the column map"
    if shares.is_dated(timed) and (found := _date_obstacle(timed)):
        return f"arrival: {found}"
    absent = sorted(set(range(7)) - set(timed["weekday"].astype(int)))
    if absent:
        return f"arrival: no visit on weekdays {absent} (0 = Monday); give a file with visits on all seven"
    return None


def _date_obstacle(timed: pd.DataFrame) -> str | None:
    period, days = shares.period_text(timed), shares.n_days(timed)
    if days > MOST_DAYS:
        found = f"{period} is {days:,} days, more than the {MOST_DAYS:,} read of a file"
        return f"{found}; dates look mistyped, correct them or cut the file"
    if shares.hours_covered(shares.hour_slots(timed)).min() < 1:
        return f"{period} is less than a week; give a file that covers every hour of the week"
    empty = len(shares.days_without_visits(timed))
    if 2 * empty > days and _has_impossible_gap(timed, days):
        found = f"{empty:,} of the {days:,} days from {period} have no visit"
        return f"{found}; dates look mistyped or shifted, correct them or cut the file"
    return None


def _has_impossible_gap(timed: pd.DataFrame, days: int) -> bool:
    """Whether visits are too few a day, or leave a gap that visits at the file's own rate would hardly ever leave."""
    n = len(timed)
    gap = float(timed["arrival"].sort_values().diff().max() / pd.Timedelta(days=1))
    return n < _FEWEST_VISITS_A_DAY * days or bool(n * np.exp(-gap * n / days) < _GAP_CHANCE)
