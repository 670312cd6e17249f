"""From a hospital's visits file to a `demand` and a `department` configuration, with errors and a verdict.

`sim.visits` reads the file, `estimators` do the arithmetic, `matching` finds what no estimator can, `verdict` plays the
result beside the file, `holdout` predicts a part of the file, or a second one, from the rest, `writing` makes the
texts, `result` holds all that was found out.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from sim.analysis.staffing_notes import notes_on_staffing
from sim.calibration.estimators import shares
<<<<<<< HEAD
from sim.calibration.estimators.shares import DemandEstimates, PartialEstimates, estimate_demand
from sim.calibration.estimators.step_minutes import IfNoneFits
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits, streams_in
from sim.calibration.holdout import HoldOut, NothingToHoldOut, hold_out, score_second
=======
from sim.calibration.estimators.demand_by_stream import WeekByStream, estimate_day, estimate_week
from sim.calibration.estimators.shares import DemandEstimates, PartialEstimates
from sim.calibration.estimators.step_minutes import IfNoneFits, unknown_steps
from sim.calibration.estimators.streams import stream_parts
from sim.calibration.estimators.survey_weights import REFUSED_WITH_DATES, has_weights, with_usable_weights
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits
from sim.calibration.holdout import HoldOut, NothingToHoldOut, hold_out
from sim.calibration.matching import service_times
>>>>>>> next
from sim.calibration.matching.history_matching import Region, Unknown
from sim.calibration.matching.match_visits import match_visits, region_table
from sim.calibration.matching.quantities import BOARDING, HEADS, PATIENCE, PLACES, with_factors
from sim.calibration.obstacles import arrival_obstacle, obstacles_in_file, obstacles_without_file
from sim.calibration.play import calibrated_scenario, simulated_visits
from sim.calibration.resources.own_resources import NO_LISTS, ResourceLists, Resources, resources_for
from sim.calibration.result import CalibrationReport, DepartmentReport, changed_since
from sim.calibration.still_default import MOST_NAMED, StillDefault, still_default
from sim.calibration.verdict import Verdict, judge
from sim.calibration.writing.demand_file import DemandFile, VisitsSource, about_week, demand_of_day, demand_of_week
from sim.calibration.writing.department_file import DepartmentFile, department_file
<<<<<<< HEAD
from sim.calibration.writing.matched_files import (
    boarding_text,
    judged_department,
    matched_department,
    matched_resources,
)
from sim.calibration.writing.staffing_file import staffing_texts
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
from sim.department.department import Calibration
from sim.department.scenario import Scenario
from sim.io.clean_text import one_line
from sim.io.strict_yaml import parsed_yaml
from sim.runs.output_folder import publish
=======
from sim.calibration.writing.staffing_file import COMPARED_WITH, staffing_texts
from sim.department.arrivals import Profile
from sim.department.scenario import Scenario
from sim.runs.output_folder import may_be_written, publish, read_mark
>>>>>>> next
from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import csv_text
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import inspect_visits

OWNER: Final = "calibrate"
"""By which a folder of calibrations is known as one."""
WEEKS_PLAYED: Final = 26
<<<<<<< HEAD
"""Weeks that the calibrated pair is played for, `REPLICATIONS` times, so that the chance of one is known."""
REPLICATIONS: Final = 5
SHORTEST_MATCH_WEEKS, LONGEST_MATCH_WEEKS = 4, 26
"""A point that is matched is played for as long as the file lasts, within these."""
MATCH_ROUNDS: Final = 30
"""Rounds in which the nearest point is looked for; with three waves at most `MOST_MATCH_RUNS` runs."""
MATCH_POINTS, MATCH_WAVES, MATCH_REPLICATIONS, POINTS_OF_A_ROUND = 40, 3, 2, 20
MOST_MATCH_RUNS: Final = MATCH_REPLICATIONS * (MATCH_WAVES * MATCH_POINTS + MATCH_ROUNDS * POINTS_OF_A_ROUND)
Boxes = Mapping[str, tuple[float, float]]
"""Quantities to be matched, each with the least and the greatest factor that is looked at."""
NOTHING_MATCHED: Final[Boxes] = MappingProxyType({})
Tell = Callable[[str], None]
=======
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
>>>>>>> next


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
    if errors := tuple(obstacles_without_file(column_map, name, base, matched)):
        raise VisitsFileError(str(visits_file), errors)
    read = inspect_visits(visits_file, column_map)
<<<<<<< HEAD
    if errors := (*read.quality.errors(), *obstacles_in_file(read.frame, column_map, matched)):
        raise VisitsFileError(str(visits_file), errors)
    test = None if test_file is None else _SecondFile.read(test_file, column_map)
    source = VisitsSource(name, visits_file, column_map, read.quality, rake)
    estimates: DemandEstimates | PartialEstimates
    department: DepartmentReport | None = None
    texts: dict[str, str] = {}
    if shares.has_no_weekday(read.frame):
=======
    of_file = obstacles(read.frame, column_map, base, matched, rake=rake, if_none_fits=if_none_fits)
    if errors := (*read.quality.errors(), *of_file):
        raise VisitsFileError(str(visits_file), errors)
    frame, weights = with_usable_weights(read.frame)
    source = VisitsSource(name, visits_file, column_map, read.quality, rake, weights)
    estimates: DemandEstimates | PartialEstimates
    department: DepartmentReport | None = None
    if shares.has_no_weekday(frame):
>>>>>>> next
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
<<<<<<< HEAD
            calibration = _Calibration(source, base, seed, if_none_fits, matched, lists, tell)
            found = calibration.of(read.frame)
            demand, department = found.pair.demand, calibration.report(read.frame, found, hold_out_share, test)
            texts = _department_texts(found, department, source)
            for what in changed_since(output, name):
                texts.pop(what, None)
    texts |= {
=======
            calibration = _Calibration(source, base, seed, if_none_fits, matched, lists, read.uncovered_hours)
            pair = calibration.pair(frame)
            estimates, demand = pair.week.everyone, pair.demand
            department = calibration.department_report(frame, pair, hold_out_share)
    texts = {
>>>>>>> next
        "demand": demand.yaml_text(),
        "estimates": demand.estimates_text(),
        "quality": read.quality.table_text(),
        "exclusions": csv_text(read.exclusions),
    }
    return CalibrationReport(read.quality, estimates, demand, output, texts, department)


@dataclass(frozen=True, slots=True)
class _SecondFile:
    """Visits that the calibration is scored on, and the name of their file."""

    name: str
    frame: pd.DataFrame

    @classmethod
    def read(cls, path: Path, column_map: ColumnMap) -> "_SecondFile":
        """Read with the map of the first file, and refused for all that the first is refused for."""
        read = inspect_visits(path, column_map)
        if errors := (*read.quality.errors(), *obstacles_in_file(read.frame, column_map, ())):
            raise VisitsFileError(f"study.test {path}", errors)
        return cls(one_line(path.name), read.frame)


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

    def told(self) -> Iterator[str]:
        """Quantities that the file, a list of the hospital, or matching has told."""
        if self.pair.found.patience:
            yield PATIENCE
        lists = self.pair.resources.lists
        if lists.staff is not None:
            yield from (f"{HEADS}{role}" for role in self.pair.resources.sourced.listed)
        if lists.places is not None:
            yield PLACES
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
<<<<<<< HEAD
    tell: Tell

    def of(self, frame: pd.DataFrame) -> _Calibrated:
        """Calibrate on some visits: estimate, then match what is to be matched, and apply the nearest point."""
        pair = self.pair(frame)
        region = self.region(frame, pair)
        scenario = self.scenario(pair, WEEKS_PLAYED)
        if region is not None:
            scenario = with_factors(scenario, region.nearest_values(), pair.measured).checked()
        return _Calibrated(pair, region, scenario)
=======
    uncovered_hours: np.ndarray
>>>>>>> next

    def pair(self, frame: pd.DataFrame) -> _Pair:
        """Demand and department of some visits."""
        week, found = estimate_week(frame, self.uncovered_hours), estimate_visits(frame, seed=self.seed)
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
            points=MATCH_POINTS,
            replications=MATCH_REPLICATIONS,
            most_waves=MATCH_WAVES,
            rounds=MATCH_ROUNDS,
            measured=pair.measured,
            tell=self.tell,
        )

    def played(self, found: _Calibrated) -> list[pd.DataFrame]:
        """Visits played by what was calibrated, of a seed that nothing was matched on, a table a replication."""
        return simulated_visits(found.scenario, self.seed + 1, REPLICATIONS)

    def played_from(self, frame: pd.DataFrame) -> list[pd.DataFrame] | None:
        """Visits played by the department calibrated on a part of the file; None where the part cannot make one."""
        if arrival_obstacle(frame, self.source.column_map) is not None:
            return None
        return self.played(self.of(frame))

    def report(
        self, frame: pd.DataFrame, found: _Calibrated, hold_out_share: float, test: _SecondFile | None
    ) -> DepartmentReport:
        """Judge what was calibrated, rank what is still the default's, predict what was held out or given to test."""
        self.tell(f"playing the calibrated department: {REPLICATIONS} runs of {WEEKS_PLAYED} weeks")
        played = self.played(found)
        verdict = judge(frame, played, WEEKS_PLAYED)
        told = frozenset(found.told())
        unknown = still_default(found.scenario, told, WEEKS_PLAYED, self.seed, found.pair.measured, self.tell)
        held, why = self._held_out(frame, hold_out_share)
        return DepartmentReport(
            found.pair.found,
            self._judged_file(found, verdict, unknown),
            frame,
            pd.concat(played, ignore_index=True),
            verdict,
            unknown,
            held,
            why,
            found.region,
            matched_resources(found.pair.resources, found.scenario, found.region),
            notes_on_staffing({self.source.name: found.scenario}, (1.0,)),
            None if test is None else self._tested(frame, test, played),
        )

    def _tested(self, frame: pd.DataFrame, test: _SecondFile, played: list[pd.DataFrame]) -> HoldOut:
        """The score of everything calibrated on the file, on a second one."""
        return score_second(frame, test.frame, (self.source.file_name, test.name), played, WEEKS_PLAYED)

    def _judged_file(self, found: _Calibrated, verdict: Verdict, unknown: tuple[StillDefault, ...]) -> DepartmentFile:
        """The department as it is written: with what was matched, and what is said of it beside every answer."""
        calibration = Calibration(
            file=self.source.file_name,
            plays_like_file=verdict.plays_like_file,
            because=verdict.because,
            still_default=tuple(each.words for each in unknown[:MOST_NAMED]),
        )
        return judged_department(matched_department(found.pair.department, found.scenario, found.region), calibration)

    def _held_out(self, frame: pd.DataFrame, share: float) -> tuple[HoldOut | None, str]:
        """The prediction of the last share of the days, or why there is none."""
        if share == 0.0:
            return None, ""
        self.tell("predicting the days held out from the others")
        try:
            return hold_out(frame, share, self.played_from, WEEKS_PLAYED), ""
        except NothingToHoldOut as error:
            return None, f"nothing was held out: {error}"


<<<<<<< HEAD
def _demand_by_stream(frame: pd.DataFrame) -> dict[str, DemandEstimates]:
    """Of each stream that has visits on all weekdays; none where the file knows no streams."""
    parts = streams_in(frame)
    if set(parts) != {MEDICAL, MENTAL_HEALTH}:
        return {}
    if any(shares.with_weekday_and_time(part)["weekday"].nunique() < 7 for part in parts.values()):
        return {}
    return {stream: estimate_demand(part) for stream, part in parts.items()}
=======
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
>>>>>>> next
