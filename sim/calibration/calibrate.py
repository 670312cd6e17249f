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
from sim.calibration.estimators import demand_shares
from sim.calibration.estimators.demand_shares import DemandEstimates, PartialEstimates, estimate_demand
from sim.calibration.estimators.step_minutes import IfNoneFits
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits, streams_in
from sim.calibration.holdout import HoldOut, NothingToHoldOut, hold_out
from sim.calibration.matching.history_matching import Region, Unknown
from sim.calibration.matching.service_times import match_service_times, region_table, with_factors
from sim.calibration.play import calibrated_scenario, simulated_visits
from sim.calibration.report import CalibrationReport, DepartmentReport
from sim.calibration.writing.demand_file import DemandFile, VisitsSource, about_week, demand_of_day, demand_of_week
from sim.calibration.writing.department_file import DepartmentFile, department_file
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
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
    source = VisitsSource(name, visits_file, column_map, read.quality, rake)
    estimates: DemandEstimates | PartialEstimates
    department: DepartmentReport | None = None
    if demand_shares.has_no_weekday(read.frame):
        estimates = demand_shares.estimate_without_weekdays(read.frame)
        demand = demand_of_day(source, estimates)
    else:
        estimates = estimate_demand(read.frame)
        if base is None:
            demand = demand_of_week(source, estimates, {}, None, None)
        else:
            calibration = _Calibration(source, base, seed, if_none_fits, matched)
            pair = calibration.pair(read.frame)
            demand, department = pair.demand, calibration.department_report(read.frame, pair, hold_out_share)
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


@dataclass(frozen=True, slots=True)
class _Calibration:
    """How a file is to be calibrated within a scenario: the same for all its visits and for a part of them."""

    source: VisitsSource
    base: Scenario
    seed: int
    if_none_fits: IfNoneFits
    matched: tuple[str, ...]

    def pair(self, frame: pd.DataFrame) -> _Pair:
        """Demand and department of some visits."""
        week, found = estimate_demand(frame), estimate_visits(frame, seed=self.seed)
        about = about_week(self.source, week)
        department = department_file(self.source.name, self.base.department, found, about, self.if_none_fits)
        demand = demand_of_week(self.source, week, _demand_by_stream(frame), found, self.base.demand)
        return _Pair(found, demand, department)

    def scenario(self, pair: _Pair, weeks: int) -> Scenario:
        """The scenario with demand and department of a pair."""
        return calibrated_scenario(self.base, pair.demand.yaml_text(), pair.department.department(), weeks)

    def department_report(self, frame: pd.DataFrame, pair: _Pair, hold_out_share: float) -> DepartmentReport:
        """Play the calibrated pair, predict the part held out, and match service times."""
        held: HoldOut | None = None
        why = ""
        if hold_out_share > 0.0:
            try:
                held = hold_out(frame, hold_out_share, self.simulated_from)
            except NothingToHoldOut as error:
                why = f"nothing was held out: {error}"
        simulated = simulated_visits(self.scenario(pair, WEEKS_PLAYED), self.seed)[0]
        region = self.region(frame, pair)
        return DepartmentReport(pair.found, pair.department, frame, simulated, held, why, region)

    def region(self, frame: pd.DataFrame, pair: _Pair) -> Region | None:
        """Service times that visits do not rule out; None where they are not to be matched.

        The department is played for as long as the visits last, within the shortest and longest match.
        """
        if not self.matched:
            return None
        days = (frame["arrival"].max() - frame["arrival"].min()).days if frame["arrival"].notna().any() else 0
        weeks = min(max(round(days / 7), SHORTEST_MATCH_WEEKS), LONGEST_MATCH_WEEKS)
        unknowns = tuple(Unknown(role, *MATCH_RANGE) for role in self.matched)
        return match_service_times(frame, self.scenario(pair, weeks), unknowns, seed=self.seed)

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
        played = [simulated_visits(with_factors(scenario, each), self.seed)[0] for each in factors]
        return pd.concat(played, ignore_index=True)


def _demand_by_stream(frame: pd.DataFrame) -> dict[str, DemandEstimates]:
    """Of each stream that has visits on all weekdays; none where the file knows no streams."""
    parts = streams_in(frame)
    if set(parts) != {MEDICAL, MENTAL_HEALTH}:
        return {}
    if any(demand_shares.with_weekday_and_time(part)["weekday"].nunique() < 7 for part in parts.values()):
        return {}
    return {stream: estimate_demand(part) for stream, part in parts.items()}
