"""What a comparison plays: scenarios by staffing at levels of demand, as a design of blocks of matched patients.

Settings make plans (`sim.studies.compare`); what their runs say is `sim.analysis.compare`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from sim.analysis.assumption_spread import Draws, draws_design
from sim.analysis.comparison_result import central_of
from sim.analysis.valuation import Worth
from sim.department.scenario import Scenario
from sim.runs.design import Design, EventLog, RunFiles, at_demand
from sim.runs.result_tables import EVENTS
from sim.runs.run_store import VISITS
from sim.runs.run_summary import summarised

Cell = tuple[float, str]
"""A level of demand and a staffing."""


@dataclass(frozen=True)
class Plan:
    """The scenarios of `base` by name of staffing, at levels of demand; one of them is the baseline.

    `worth` and `presets`: what differences are worth in money, and the accounts of it that are shown. `changed`: what
    was typed that differs from the shipped question. `keep_all_visits`, `event_log`: what is written beside measures.
    `draws` of the assumptions that all staffings are played in too.
    """

    base: Design
    baseline: str
    levels: tuple[float, ...]
    keep_all_visits: bool = False
    event_log: str | None = None
    changed: tuple[str, ...] = ()
    worth: tuple[Worth, ...] = ()
    presets: tuple[str, ...] = ()
    draws: Draws | None = None

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Scenarios by name of staffing, at demand as it is."""
        return self.base.scenarios

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Level and staffing of each scenario of the design, by its label; levels rising, the baseline first."""
        return {f"{name}-demand{level:g}": (level, name) for level in sorted(self.levels) for name in self.staffings}

    @cached_property
    def design(self) -> Design:
        """One task a level of demand and replication: all staffings on the same patients.

        The central level comes first: its answer can be shown while the others are played. Of the others first
        replications come first, so that an interrupted study has all of them.
        """
        groups = {
            group_name(level): tuple(label for label, (of, _) in self.cells.items() if of == level)
            for level in self.levels
        }
        return replace(
            self.base,
            scenarios={label: at_demand(self.scenarios[name], level) for label, (level, name) in self.cells.items()},
            groups=groups,
            first_groups={group_name(self.central_level)},
            reduce=summarised,
        )

    @cached_property
    def draws_design(self) -> Design | None:
        """Every staffing in every draw of the assumptions, at demand as it is; None where none is asked for."""
        if self.draws is None:
            return None
        scenarios = {name: self.scenarios[name] for name in self.staffings}
        return draws_design(self.base, scenarios, self.draws)

    @property
    def staffings(self) -> list[str]:
        """Names of the staffings, the baseline first."""
        return [self.baseline, *(name for name in self.scenarios if name != self.baseline)]

    def files_in(self, folder: Path) -> Callable[[str, int], RunFiles | None]:
        """What is written of each run below a folder: the visits of replication 0 at the central level, or of all if
        asked for, and the event log of that replication.
        """

        def files(label: str, replication: int) -> RunFiles | None:
            level, name = self.cells[label]
            is_first = replication == 0 and level == self.central_level
            if not (self.keep_all_visits or is_first):
                return None
            monday = self.scenarios[name].department.calendar_start
            wanted = is_first and self.event_log is not None
            events = EventLog(str(self.event_log), folder / EVENTS, name, monday) if wanted else None
            visits = folder / VISITS / f"{label}-{replication:04d}.parquet"
            return RunFiles(visits, {"demand": level, "staffing": name}, events)

        return files

    @property
    def central_level(self) -> float:
        """Demand as it is, or the level nearest to it."""
        return central_of(self.levels)


def group_name(level: float) -> str:
    """How the tasks of a level of demand are called."""
    return f"demand {level:g}"
