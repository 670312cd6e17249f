"""From a hospital's visits file to a `demand` and a `department` configuration, with errors.

`sim.visits` reads the file, `estimators` do the arithmetic, `writing` makes the texts, `matching` narrows service
times, `holdout` predicts a part of the file from the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.calibration.checks import arrival_obstacle, obstacles
from sim.calibration.estimators.demand_shares import (
    DemandEstimates,
    PartialEstimates,
    estimate_demand,
    estimate_without_weekdays,
    has_no_weekday,
    with_weekday_and_time,
)
from sim.calibration.estimators.step_minutes import IfNoneFits
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits, streams_in
from sim.calibration.holdout import HoldOut, NothingToHoldOut, hold_out
from sim.calibration.matching.history_matching import Region, Unknown
from sim.calibration.matching.service_times import match_service_times, region_table, with_factors
from sim.calibration.play import calibrated_scenario, simulated_visits
from sim.calibration.report import CalibrationReport, DepartmentReport
from sim.calibration.writing.demand_file import DemandFile
from sim.calibration.writing.demand_lines import mental_health_share
from sim.calibration.writing.demand_text import VisitsSource, about_week, demand_of_day, demand_of_week, hour_profile
from sim.calibration.writing.department_file import DepartmentFile, department_file
from sim.calibration.writing.hour_shapes import hour_shapes
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH, Demand
from sim.department.scenario import Scenario
from sim.runs.output_folder import publish
from sim.visits.column_map import ColumnMap
from sim.visits.data_quality import VisitsFileError, exclusions_text
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
) -> CalibrationReport:
    """Estimate demand from a visits file, for the files of `file_names` in the folder `output`. Writes nothing.

    With `rake` the hours are scaled to the published 8-hour blocks (ARR03-05), weekday shares kept. With `base` all
    else that the file tells is estimated too, a department is made, and the pair is played in that scenario for
    `WEEKS_PLAYED` weeks; `hold_out_share` of the days is predicted from the others; the minutes of `matched` roles (or
    `delays`) are matched to waits and stays. Minutes of steps that no family fits are written as their quantiles, or
    with `if_none_fits` `nearest` as the family nearest to them. Raises `VisitsFileError` with every problem at once.
    """
    read = inspect_visits(visits_file, column_map)
    if errors := (*read.quality.errors(), *obstacles(read.frame, column_map, name, base, matched)):
        raise VisitsFileError(str(visits_file), errors)
    source = VisitsSource(visits_file, column_map, read.quality)
    estimates: DemandEstimates | PartialEstimates
    department: DepartmentReport | None = None
    if has_no_weekday(read.frame):
        estimates = estimate_without_weekdays(read.frame)
        demand = demand_of_day(name, source, estimates, rake=rake)
    else:
        estimates = estimate_demand(read.frame)
        calibration = _Calibration(source, name, rake, seed, if_none_fits, matched)
        if base is None:
            demand = calibration.demand(read.frame, estimates, None, None)
        else:
            pair = calibration.pair(read.frame, base)
            demand, department = pair.demand, calibration.department_report(read.frame, base, pair, hold_out_share)
    texts = {
        "demand": demand.yaml_text(),
        "estimates": demand.estimates_text(),
        "quality": read.quality.table_text(),
        "exclusions": exclusions_text(read.exclusions),
    }
    if department is not None:
        texts["department"] = department.file.yaml_text()
        if department.region is not None:
            texts["region"] = region_table(department.region).to_csv(index=False)
    return CalibrationReport(read.quality, estimates, demand, output, texts, department)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The demand and the department calibrated on some visits, and the estimates beyond the shape of demand."""

    found: VisitEstimates
    demand: DemandFile
    department: DepartmentFile

    def scenario(self, base: Scenario, weeks: int) -> Scenario:
        return calibrated_scenario(base, self.demand.yaml_text(), self.department.department(), weeks)


@dataclass(frozen=True, slots=True)
class _Calibration:
    """How a file is to be calibrated: the same for all its visits and for a part of them."""

    source: VisitsSource
    name: str
    rake: bool
    seed: int
    if_none_fits: IfNoneFits
    matched: tuple[str, ...]

    def pair(self, frame: pd.DataFrame, base: Scenario) -> _Pair:
        """Demand and department of some visits, within a scenario."""
        week = estimate_demand(frame)
        found = estimate_visits(frame, seed=self.seed)
        about = about_week(self.source, week, rake=self.rake)
        department = department_file(self.name, base.department, found, about, self.if_none_fits)
        return _Pair(found, self.demand(frame, week, found, base.demand), department)

    def demand(
        self, frame: pd.DataFrame, week: DemandEstimates, found: VisitEstimates | None, base: Demand | None
    ) -> DemandFile:
        """The demand of some visits; with `found` of months, growth and mental health too, within `base`."""
        profile = hour_profile(self.source, week, rake=self.rake)
        streams = {} if found is None else _demand_by_stream(frame)
        mental = None if self.rake or MENTAL_HEALTH not in streams else streams[MENTAL_HEALTH].hour_of_day
        hours = hour_shapes(profile, mental, None if found is None else mental_health_share(found), base)
        return demand_of_week(self.name, self.source, week, hours, rake=self.rake, streams=streams, found=found)

    def department_report(
        self, frame: pd.DataFrame, base: Scenario, pair: _Pair, hold_out_share: float
    ) -> DepartmentReport:
        """Play the calibrated pair, predict the part held out, and match service times."""
        held: HoldOut | None = None
        why = ""
        if hold_out_share > 0.0:
            try:
                held = hold_out(frame, hold_out_share, lambda part: self.simulated_from(part, base))
            except NothingToHoldOut as error:
                why = f"nothing was held out: {error}"
        return DepartmentReport(
            estimates=pair.found,
            file=pair.department,
            visits=frame,
            simulated=simulated_visits(pair.scenario(base, WEEKS_PLAYED), self.seed)[0],
            held_out=held,
            not_held_out=why,
            region=self.region(frame, base, pair),
        )

    def region(self, frame: pd.DataFrame, base: Scenario, pair: _Pair) -> Region | None:
        """Service times that visits do not rule out; None where they are not to be matched.

        The department is played for as long as the visits last, within the shortest and longest match.
        """
        if not self.matched:
            return None
        days = (frame["arrival"].max() - frame["arrival"].min()).days if frame["arrival"].notna().any() else 0
        weeks = min(max(round(days / 7), SHORTEST_MATCH_WEEKS), LONGEST_MATCH_WEEKS)
        unknowns = tuple(Unknown(role, *MATCH_RANGE) for role in self.matched)
        return match_service_times(frame, pair.scenario(base, weeks), unknowns, seed=self.seed)

    def simulated_from(self, frame: pd.DataFrame, base: Scenario) -> pd.DataFrame | None:
        """Visits played by the department calibrated on a part of the file; None where the part cannot make one.

        Service times that were to be matched are matched on the part alone, and `POINTS_PLAYED` of those not ruled out
        are played; None too where none is left.
        """
        if arrival_obstacle(frame, self.source.column_map) is not None:
            return None
        pair = self.pair(frame, base)
        scenario, region = pair.scenario(base, WEEKS_PLAYED), self.region(frame, base, pair)
        if region is None:
            return simulated_visits(scenario, self.seed)[0]
        if region.is_empty:
            return None
        spread = np.unique(np.linspace(0, len(region.points) - 1, POINTS_PLAYED).round().astype(int))
        names = [unknown.name for unknown in region.unknowns]
        factors = [dict(zip(names, point, strict=True)) for point in region.points[spread].tolist()]
        played = [simulated_visits(with_factors(scenario, each), self.seed)[0] for each in factors]
        return pd.concat(played, ignore_index=True)


def _demand_by_stream(frame: pd.DataFrame) -> dict[str, DemandEstimates]:
    """Of each stream that has visits on all weekdays; none where the file knows no streams."""
    parts = streams_in(frame)
    if set(parts) != {MEDICAL, MENTAL_HEALTH}:
        return {}
    if any(with_weekday_and_time(part)["weekday"].nunique() < 7 for part in parts.values()):
        return {}
    return {stream: estimate_demand(part) for stream, part in parts.items()}
