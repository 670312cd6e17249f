"""A second file of visits, `study.test`, on which a calibration is scored."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.survey_weights import has_weights
from sim.calibration.holdout import FEWEST_VISITS
from sim.calibration.obstacles import obstacles_in_file
from sim.department.scenario import Scenario
from sim.io.clean_text import one_line
from sim.visits.column_map import ColumnMap
from sim.visits.file_error import VisitsFileError
from sim.visits.visits_table import inspect_visits


@dataclass(frozen=True, slots=True)
class SecondFile:
    """Visits that the calibration is scored on, the name of their file, and the hours that it does not cover."""

    name: str
    frame: pd.DataFrame
    calendar: FileCalendar

    @classmethod
    def read(cls, path: Path, column_map: ColumnMap, base: Scenario | None) -> "SecondFile":
        """Read with the map of the first file, and refused for all that the first is refused for."""
        read = inspect_visits(path, column_map)
        if errors := (*read.quality.errors(), *obstacles_in_file(read.frame, column_map, base, ())):
            raise VisitsFileError(f"study.test {path}", errors)
        why = []
        if len(read.frame) < FEWEST_VISITS:
            why += [f"study.test: {len(read.frame)} visits are too few to score on: give {FEWEST_VISITS} or more"]
        if has_weights(read.frame):
            why += ["study.test: visits have survey weights, and a test is scored visit by visit; leave `weight` out"]
        if why:
            raise VisitsFileError(f"study.test {path}", tuple(why))
        return cls(one_line(path.name), read.frame, FileCalendar(read.uncovered_hours, column_map.special_days))
