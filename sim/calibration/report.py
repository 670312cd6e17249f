"""What a calibration found: the estimates, their limits, and the texts of the files it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.calibration.estimators.demand_shares import DemandEstimates, PartialEstimates
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.calibration.holdout import HoldOut
from sim.calibration.matching.history_matching import Region
from sim.calibration.writing.demand_file import DemandFile
from sim.calibration.writing.department_file import DepartmentFile
from sim.visits.data_quality import DataQuality


def file_names(name: str) -> dict[str, str]:
    """Every file of a calibration of that name by what it holds, relative to the calibration's folder."""
    configs = {what: f"{what}/{name}.yaml" for what in ("demand", "department")}
    return configs | {what: f"{name}_{what}.csv" for what in ("estimates", "quality", "exclusions", "region")}


def always_written(name: str) -> tuple[str, ...]:
    """Files that every calibration of that name writes, relative to its folder."""
    names = file_names(name)
    return tuple(names[what] for what in ("demand", "estimates", "quality", "exclusions"))


@dataclass(frozen=True, slots=True)
class DepartmentReport:
    """What a calibration estimates beyond the shape of demand.

    `visits` is the table as read, `simulated` one played by the calibrated scenario; `held_out` is None where nothing
    was to be held out, or nothing could be, and then `not_held_out` says why. `region` are the factors on service times
    that are not ruled out, None where none were to be matched.
    """

    estimates: VisitEstimates
    file: DepartmentFile
    visits: pd.DataFrame
    simulated: pd.DataFrame
    held_out: HoldOut | None
    not_held_out: str
    region: Region | None

    def lines(self) -> tuple[str, ...]:
        """Estimates of the department, what could not be estimated, and how the part held out was predicted."""
        estimated = tuple(f"  {key.line()}" for key in self.file.estimated)
        held = self.held_out.lines() if self.held_out else ((self.not_held_out,) if self.not_held_out else ())
        notes = tuple(f"  note: {note}" for note in self.estimates.notes)
        region = ("", "factors on service times:", *self.region.lines()) if self.region else ()
        minutes = tuple(f"  {line}" for line in self.file.minutes)
        return ("department:", *estimated, *minutes, *notes, *(("", *held) if held else ()), *region)


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
        """Quality first, then the estimates and their limits, then where they were written."""
        written = (path for what, path in file_names(self.demand.name).items() if what in self.texts)
        return (*self.findings(), "", *(f"written: {self.folder / path}" for path in written))

    def findings(self) -> tuple[str, ...]:
        """Quality, estimates and their limits."""
        department = ("", *self.department.lines()) if self.department else ()
        return (*self.quality.report_lines(), "", *self.demand.summary_lines(), *department)
