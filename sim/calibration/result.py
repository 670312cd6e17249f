"""What a calibration found out and writes: quality, demand, department, verdict, and the files of all that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.shares import DemandEstimates, PartialEstimates
from sim.calibration.estimators.visit_estimates import VisitEstimates
from sim.calibration.holdout import HoldOut
from sim.calibration.matching.history_matching import Region
from sim.calibration.resources.own_resources import Resources
from sim.calibration.still_default import MOST_NAMED, RULE, StillDefault
from sim.calibration.verdict import FileVerdict
from sim.calibration.writing.demand_file import DemandFile
from sim.calibration.writing.department_file import DepartmentFile
from sim.calibration.writing.staffing_file import COMPARED_WITH
from sim.runs.output_folder import may_be_written, read_mark
from sim.visits.data_quality import DataQuality

CONFIGURATIONS = ("demand", "department", "boarding", "staffing")
TABLES_WRITTEN = ("estimates", "quality", "exclusions", "region", "verdict")


def file_names(name: str) -> dict[str, str]:
    """Every file of a calibration of that name by what it holds, relative to the calibration's folder."""
    configs = {what: f"{what}/{name}.yaml" for what in CONFIGURATIONS}
    configs |= {what: f"staffing/{name}{ending}.yaml" for what, ending in COMPARED_WITH.items()}
    return configs | {what: f"{name}_{what}.csv" for what in TABLES_WRITTEN}


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

    `visits` is the table as read, `simulated` those of all replications played by the calibrated scenario, and the
    `verdict` compares them. `still_default` are the quantities nothing has told, the one that matters most first.
    `held_out` is None where nothing was to be held out, or nothing could be, and then `not_held_out` says why; `tested`
    is a second file, where one was given. `region` are the factors that are not ruled out and the nearest point, None
    where nothing was to be matched. `misfits`: roles that are asked for more than they have.
    `calendar`: which hours the file does not cover.
    """

    estimates: VisitEstimates
    file: DepartmentFile
    visits: pd.DataFrame
    simulated: pd.DataFrame
    verdict: FileVerdict
    still_default: tuple[StillDefault, ...]
    held_out: HoldOut | None
    not_held_out: str
    region: Region | None
    resources: Resources
    misfits: tuple[str, ...]
    tested: HoldOut | None = None
    calendar: FileCalendar = field(default_factory=FileCalendar)

    def head(self) -> Iterator[str]:
        """The verdict, and what matters most among what is still the default's."""
        yield f"The calibrated department {self.verdict.sentence()}."
        named = self.still_default[:MOST_NAMED]
        if named:
            yield f"Still the default's, the {len(named)} that matter most:"
            yield from (f"  {each.line()}" for each in named)
            yield f"  {RULE}"

    def lines(self) -> Iterator[str]:
        """Estimates of the department, what could not be estimated, and how the part held out was predicted."""
        yield "staffing and places:"
        yield from (f"  {line}" for line in (*self.resources.lines(), *self.misfits))
        yield from ("", "department:")
        yield from (f"  {key.line()}" for key in self.file.estimated)
        yield from (f"  {line}" for line in self.file.minutes)
        yield from (f"  {each.line()}" for each in self.estimates.minutes)
        yield from (f"  note: {note}" for note in self.estimates.notes)
        if self.held_out is not None:
            yield from ("", *self.held_out.lines())
        elif self.not_held_out:
            yield from ("", self.not_held_out)
        if self.tested is not None:
            yield from ("", *self.tested.lines())
        if self.region is not None:
            yield from ("", "matched to waits and stays:", *self.region.lines())


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
        """The verdict, which streams, quality, estimates and their limits, then where they were written."""
        return (*self.findings(), *self.written())

    def written(self) -> tuple[str, ...]:
        """Where it was written, and what of an earlier calibration was kept."""
        written = [what for what in file_names(self.demand.name) if what in self.texts]
        kept = changed_since(self.folder, self.demand.name) if self.department else ()
        return (
            "",
            *(f"written: {self.path(what)}" for what in written),
            *(f"kept as you changed it: {self.path(what)}" for what in kept),
        )

    def findings(self) -> tuple[str, ...]:
        """The verdict first, then which streams were estimated, quality, estimates and their limits."""
        head = (*self.department.head(), "") if self.department else ()
        department = ("", *self.department.lines()) if self.department else ()
        first = f"{self.demand.first_line}."
        return (*head, first, "", *self.quality.report_lines(), "", *self.demand.summary_lines(), *department)

    @property
    def further_choices(self) -> tuple[str, ...]:
        """What else is to be chosen to play what was written, besides demand, department and staffing."""
        return tuple(f"{what}={self.demand.name}" for what in ("boarding",) if what in self.texts)
