"""From a hospital's visits file to a `demand` and a `department` configuration, with errors and a verdict.

`sim.visits` reads the file, `estimators` do the arithmetic, `matching` finds what no estimator can, `verdict` plays the
result beside the file, `holdout` predicts a part of the file, or a second one, from the rest, `writing` makes the
texts, `result` holds all that was found out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.analysis.staffing_notes import notes_on_staffing
from sim.calibration.estimators import shares
from sim.calibration.estimators.daily_counts import HOURS_STAY, is_counted_by_day, with_hours
from sim.calibration.estimators.demand_by_stream import WeekByStream, estimate_day, estimate_week
from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.shares import DemandEstimates, PartialEstimates
from sim.calibration.estimators.step_minutes import IfNoneFits
from sim.calibration.estimators.survey_weights import with_usable_weights
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits
from sim.calibration.holdout import HoldOut, NothingToHoldOut, hold_out, score_second
from sim.calibration.matching.history_matching import Region, Unknown, most_points
from sim.calibration.matching.match_visits import RUNS_A_POINT, match_visits, region_table
from sim.calibration.matching.quantities import ALL_PLACES, BOARDING, HEADS, PATIENCE_FACTOR, with_factors
from sim.calibration.obstacles import arrival_obstacle, obstacles_in_file, obstacles_without_file
from sim.calibration.play import calibrated_scenario, simulated_visits
from sim.calibration.resources.own_resources import NO_LISTS, ResourceLists, Resources, resources_for
from sim.calibration.result import CalibrationReport, DepartmentReport, changed_since
from sim.calibration.second_file import SecondFile
from sim.calibration.still_default import MOST_NAMED, StillDefault, still_default
from sim.calibration.verdict import FileVerdict, judge
from sim.calibration.writing.demand_file import DemandFile, VisitsSource, about_week, demand_of_day, demand_of_week
from sim.calibration.writing.department_file import DepartmentFile, department_file
from sim.calibration.writing.matched_files import (
    boarding_text,
    judged_department,
    matched_department,
    matched_resources,
)
from sim.calibration.writing.staffing_file import staffing_texts
from sim.department.department import Calibration
from sim.department.scenario import Scenario
from sim.runs.output_folder import publish
from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import csv_text
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import VisitsFile, inspect_visits

OWNER: Final = "calibrate"
"""By which a folder of calibrations is known as one."""
WEEKS_PLAYED: Final = 26
"""Most weeks that the calibrated pair is played for, `VERDICT_REPLICATIONS` times: so the chance of one is known."""
MOST_VISITS_A_RUN: Final = 40_000
"""A busier department is played for fewer weeks, so that the runs fit into memory; that of the default has 37,500."""
FEWEST_WEEKS_PLAYED: Final = 4
VERDICT_REPLICATIONS: Final = 5
SHORTEST_MATCH_WEEKS, LONGEST_MATCH_WEEKS = 4, 26
"""A point that is matched is played for as long as the file lasts, within these."""
MATCH_ROUNDS: Final = 30
"""Rounds in which the nearest point is looked for; with three waves at most `MOST_MATCH_RUNS` runs."""
MOST_MATCH_RUNS: Final = RUNS_A_POINT * most_points(MATCH_ROUNDS)
_LISTS_WITHOUT_WEEKDAYS: Final = (
    "study.staff, study.places: without weekdays no department is made that could have them: leave them out, or map a "
    "time of arrival"
)
Boxes = Mapping[str, tuple[float, float]]
"""Quantities to be matched, each with the least and the greatest factor that is looked at."""
NOTHING_MATCHED: Final[Boxes] = MappingProxyType({})
Tell = Callable[[str], None]


def weeks_played(visits_per_year: float | None) -> int:
    """Weeks of a run of a department of this volume."""
    per_week = (visits_per_year or 1.0) * 7.0 / 365.0
    return int(min(max(MOST_VISITS_A_RUN // per_week, FEWEST_WEEKS_PLAYED), WEEKS_PLAYED))


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
    matched: Boxes = NOTHING_MATCHED,
    if_none_fits: IfNoneFits = "empirical",
    lists: ResourceLists = NO_LISTS,
    test_file: Path | None = None,
    tell: Tell = lambda _: None,
) -> CalibrationReport:
    """Estimate demand from a visits file, for the files of `file_names` in the folder `output`. Writes nothing.

    With `rake` the hours are scaled to the published 8-hour blocks (ARR03-05), weekday shares kept. With `base` all
    else that the file tells is estimated too, quantities `matched` are matched to its waits and stays, and the
    calibrated department is played and judged against the file; `hold_out_share` of the days is predicted from the
    others, and a `test_file`, read with the same map, from the whole file. Minutes of steps that no family fits are
    written as their quantiles, or with `if_none_fits` `nearest` as the family nearest to them. Staff and places are
    those of the `lists` of the hospital, else the base's, scaled to its volume. `tell` says what takes long. Raises
    `VisitsFileError` with every problem at once.
    """
    read = _read_visits(visits_file, column_map, name, base, matched, rake, if_none_fits, lists)
    rake = rake and not is_counted_by_day(column_map)
    test = None if test_file is None else SecondFile.read(test_file, column_map, base)
    frame, weights = with_usable_weights(read.frame)
    source = VisitsSource(name, visits_file, column_map, read.quality, rake, weights)
    estimates: DemandEstimates | PartialEstimates
    department: DepartmentReport | None = None
    texts: dict[str, str] = {}
    if shares.has_no_weekday(frame):
        of_day = estimate_day(frame)
        estimates, demand = of_day.everyone, demand_of_day(source, of_day, None if base is None else base.demand)
    elif base is None:
        week = estimate_week(frame, read.uncovered_hours)
        estimates, demand = week.everyone, demand_of_week(source, week, None, None)
    else:
        calendar = FileCalendar(read.uncovered_hours, column_map.special_days)
        calibration = _Calibration(source, base, seed, if_none_fits, matched, lists, calendar, tell)
        found = calibration.of(frame)
        estimates, demand = found.pair.week.everyone, found.pair.demand
        department = calibration.report(frame, found, hold_out_share, test)
        texts = _department_texts(found, department, source)
        for what in changed_since(output, name):
            texts.pop(what, None)
    texts |= {
        "demand": demand.yaml_text(),
        "estimates": demand.estimates_text(),
        "quality": read.quality.table_text(),
        "exclusions": csv_text(read.exclusions),
    }
    return CalibrationReport(read.quality, estimates, demand, output, texts, department)


def _read_visits(
    visits_file: Path,
    column_map: ColumnMap,
    name: str,
    base: Scenario | None,
    matched: Boxes,
    rake: bool,
    if_none_fits: IfNoneFits,
    lists: ResourceLists,
) -> VisitsFile:
    """The visits, with hours where they are counted by day; VisitsFileError with all that is in the way."""
    if errors := tuple(obstacles_without_file(column_map, name, base, matched)):
        raise VisitsFileError(str(visits_file), errors)
    read = inspect_visits(visits_file, column_map)
    if is_counted_by_day(column_map) and not read.quality.errors():
        read, rake = replace(read, frame=with_hours(read.frame, base)), False
    errors = (
        *read.quality.errors(),
        *obstacles_in_file(read.frame, column_map, base, matched, rake=rake, if_none_fits=if_none_fits),
    )
    if shares.has_no_weekday(read.frame) and lists != NO_LISTS:
        errors += (_LISTS_WITHOUT_WEEKDAYS,)
    if errors:
        raise VisitsFileError(str(visits_file), errors)
    return read


def _department_texts(found: "_Calibrated", report: DepartmentReport, source: VisitsSource) -> dict[str, str]:
    texts = {"department": report.file.yaml_text(), "verdict": report.verdict.table().to_csv(index=False)}
    if report.region is not None:
        texts["region"] = region_table(report.region).to_csv(index=False)
    if report.region is not None and BOARDING in report.region.nearest_values():
        texts["boarding"] = boarding_text(source.name, found.scenario.boarding, report.region, source.file_name)
    return texts | staffing_texts(report.resources)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The demand and the department calibrated on some visits, and the estimates they were made of."""

    week: WeekByStream
    found: VisitEstimates
    demand: DemandFile
    department: DepartmentFile
    resources: Resources

    @property
    def measured(self) -> frozenset[str]:
        """Names of the steps whose minutes the file holds, which no factor may change."""
        return frozenset(step for _, step in self.found.steps)


@dataclass(frozen=True, slots=True)
class _Calibrated:
    """A pair, the region of what was matched, and the scenario that carries both."""

    pair: _Pair
    region: Region | None
    scenario: Scenario

    def known_quantities(self) -> Iterator[str]:
        """Names of quantities that the file, a list of the hospital, or matching gives."""
        if self.pair.found.patience:
            yield PATIENCE_FACTOR
        lists = self.pair.resources.lists
        if lists.staff is not None:
            yield from (f"{HEADS}{role}" for role in self.pair.resources.sourced.listed)
        if lists.places is not None:
            yield ALL_PLACES
        if self.region is not None:
            yield from self.region.nearest_values()


@dataclass(frozen=True, slots=True)
class _Calibration:
    """How a file is to be calibrated within a scenario: the same for all its visits and for a part of them."""

    source: VisitsSource
    base: Scenario
    seed: int
    if_none_fits: IfNoneFits
    matched: Boxes
    lists: ResourceLists
    calendar: FileCalendar
    tell: Tell

    def of(self, frame: pd.DataFrame) -> _Calibrated:
        """Calibrate on some visits: estimate, then match what is to be matched, and apply the nearest point."""
        pair = self.pair(frame)
        region = self.region(frame, pair)
        scenario = self.scenario(pair, weeks_played(pair.demand.visits_per_year))
        if region is not None:
            scenario = with_factors(scenario, region.nearest_values(), pair.measured).checked()
        return _Calibrated(pair, region, scenario)

    def pair(self, frame: pd.DataFrame) -> _Pair:
        """Demand and department of some visits."""
        week = estimate_week(frame, self.calendar.uncovered_hours)
        found = estimate_visits(frame, seed=self.seed, calendar=self.calendar, if_none_fits=self.if_none_fits)
        demand = demand_of_week(self.source, week, found, self.base.demand)
        resources = resources_for(self.lists, self.base, demand.visits_per_year, self.source.name)
        first = f"{week.parts.first_line()}."
        about = (first, *about_week(self.source, week), "Staff and places:", *resources.lines())
        department = department_file(self.source.name, resources.department, found, about)
        return _Pair(week, found, demand, department, resources)

    def scenario(self, pair: _Pair, weeks: int) -> Scenario:
        """The scenario with demand and department of a pair."""
        base = pair.resources.on(self.base)
        return calibrated_scenario(base, pair.demand.yaml_text(), pair.department.department(), weeks)

    def region(self, frame: pd.DataFrame, pair: _Pair) -> Region | None:
        """Factors that visits do not rule out, and the nearest point; None where nothing is to be matched.

        The department is played for as long as the visits last, within the shortest and longest match.
        """
        if not self.matched:
            return None
        days = (frame["arrival"].max() - frame["arrival"].min()).days if frame["arrival"].notna().any() else 0
        weeks = min(max(round(days / 7), SHORTEST_MATCH_WEEKS), LONGEST_MATCH_WEEKS)
        self.tell(f"matching {', '.join(self.matched)}: at most {MOST_MATCH_RUNS:,} runs of {weeks} weeks")
        return match_visits(
            frame,
            self.scenario(pair, weeks),
            tuple(Unknown(name, *box) for name, box in self.matched.items()),
            seed=self.seed,
            rounds=MATCH_ROUNDS,
            measured=pair.measured,
            tell=self.tell,
        )

    def played(self, found: _Calibrated) -> list[pd.DataFrame]:
        """Visits played by what was calibrated, of a seed that nothing was matched on, a table a replication."""
        return simulated_visits(found.scenario, self.seed + 1, VERDICT_REPLICATIONS)

    def played_from(self, frame: pd.DataFrame) -> list[pd.DataFrame] | None:
        """Visits played by the department calibrated on a part of the file; None where the part cannot make one."""
        if arrival_obstacle(frame, self.source.column_map) is not None:
            return None
        return self.played(self.of(frame))

    def report(
        self, frame: pd.DataFrame, found: _Calibrated, hold_out_share: float, test: SecondFile | None
    ) -> DepartmentReport:
        """Judge what was calibrated, rank what is still the default's, predict what was held out or given to test."""
        weeks = found.scenario.period.weeks
        self.tell(f"playing the calibrated department: {VERDICT_REPLICATIONS} runs of {weeks} weeks")
        played = self.played(found)
        verdict = judge(frame, played, weeks, calendar=self.calendar)
        known = frozenset(found.known_quantities())
        unknown = still_default(found.scenario, known, weeks, self.seed, found.pair.measured, self.tell)
        held, why = self._held_out(frame, hold_out_share, weeks)
        tested = None
        if test is not None:
            names = self.source.file_name, test.name
            tested = score_second(frame, test.frame, names, played, weeks, (self.calendar, test.calendar))
        shown = frame.assign(minute_of_day=np.nan) if is_counted_by_day(self.source.column_map) else frame
        return DepartmentReport(
            found.pair.found,
            self._judged_file(found, verdict, unknown),
            shown,
            pd.concat(played, ignore_index=True),
            verdict,
            unknown,
            held,
            why,
            found.region,
            matched_resources(found.pair.resources, found.scenario, found.region),
            notes_on_staffing({self.source.name: found.scenario}, (1.0,)),
            tested,
            self.calendar,
        )

    def _judged_file(
        self, found: _Calibrated, verdict: FileVerdict, unknown: tuple[StillDefault, ...]
    ) -> DepartmentFile:
        """The department as it is written: with what was matched, and what is said of it beside every answer."""
        calibration = Calibration(
            file=self.source.file_name,
            plays_like_file=verdict.plays_like_file,
            because=verdict.because,
            still_default=tuple(each.words for each in unknown[:MOST_NAMED]),
        )
        return judged_department(matched_department(found.pair.department, found.scenario, found.region), calibration)

    def _held_out(self, frame: pd.DataFrame, share: float, weeks: int) -> tuple[HoldOut | None, str]:
        """The prediction of the last share of the days, or why there is none."""
        if share == 0.0:
            return None, ""
        if is_counted_by_day(self.source.column_map):
            return None, f"nothing was held out: {HOURS_STAY}"
        self.tell("predicting the days held out from the others")
        try:
            return hold_out(frame, share, self.played_from, weeks, self.calendar), ""
        except NothingToHoldOut as error:
            return None, f"nothing was held out: {error}"
