"""What `sim` returns: a scenario, a run and a comparison that can sum themselves up, be drawn and be saved.

Each extends the plain value of an inner ring, which knows no tables, figures or files of spreadsheets, and can stand
wherever that is asked for.
"""

from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from sim.analysis.comparison_result import Comparison as PlainComparison
from sim.department.scenario import Scenario as PlainScenario
from sim.engine.trajectory import Trajectory
from sim.io.suggest import closest
from sim.runs.result_tables import Results

if TYPE_CHECKING:  # loaded by the first method that needs them
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Comparison", "Results", "Run", "Scenario"]

MINUTES_ALONE = "minutes_without_staff_mean.mental_health"


class Scenario(PlainScenario):
    """Everything that decides what happens in a replication, but the seed. Made by `sim.load`.

    Its parts are `.staffing`, `.demand`, `.department`, `.support`, `.effects`, `.boarding`, `.discipline`, `.period`.
    """

    @classmethod
    def of(cls, plain: PlainScenario) -> Self:
        """The same scenario with what this class adds."""
        values = {name: getattr(plain, name) for name in PlainScenario.model_fields}
        return cast("Self", cls.model_construct(plain.model_fields_set, **values))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PlainScenario):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in PlainScenario.model_fields)

    def summary(self) -> "pd.DataFrame":
        """A row for each role: kind, heads (people), hours_per_week, cad_per_hour, cad_per_week; extras and total."""
        from sim.report.tables.summaries import staffing_summary

        return staffing_summary(self.staffing)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw heads on duty by hour of the week, a line for each role; into `ax`, or a figure of its own."""
        from sim.report.figures.pictures import plot_roster

        return plot_roster(self.staffing, ax)

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write roles, shifts and all settings into a workbook (.xlsx). Raises FileExistsError unless `overwrite`."""
        from sim.io.workbook import save_workbook
        from sim.report.tables.python_workbooks import scenario_sheets

        save_workbook(scenario_sheets(self), Path(path), overwrite=overwrite)


class Measures(dict[str, float]):
    """Values by `MEASURE.PART`; a name that is not there is answered with one that is."""

    def __missing__(self, name: object) -> float:
        close = closest(str(name), self)
        remedy = f"did you mean {close}?" if close else "list(run.measures) has the names, as MEASURE.PART"
        raise KeyError(f"no measure {name!r}; {remedy}")


@dataclass(frozen=True, repr=False, eq=False)
class Run(Trajectory):
    """One replication, complete. Made by `sim.simulate`.

    `.visits`, `.tasks`, `.staff` and `.census` are DataFrames; `.scenario` is what was played. What their columns mean
    stands in docs/data-dictionary.md. Times are minutes since Monday 00:00 of week 0.
    """

    scenario: PlainScenario = field(kw_only=True)

    @classmethod
    def of(cls, plain: Trajectory, scenario: PlainScenario) -> Self:
        """The same run with what this class adds; nothing is copied."""
        return cls(**_fields_of(plain, Trajectory), scenario=scenario)

    @cached_property
    def measures(self) -> dict[str, float]:
        """Every measure of the run, as in the data dictionary: shares from 0 to 1, nan where it is undefined.

        An unknown name raises KeyError with the closest one.
        """
        from sim.engine.measures.measuring import measure

        return Measures(measure(self, self.scenario))

    def summary(self) -> "pd.DataFrame":
        """The headline measures, one a row: label, part, value, unit; shares in percent."""
        from sim.report.tables.summaries import run_summary

        return run_summary(self.measures)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw mental-health visits present and peers on duty by hour of the week, mean of the measured weeks."""
        from sim.engine.measures.week import hour_of_week_table
        from sim.report.figures.pictures import plot_week

        weeks = (self.measured_until - self.warm_up) / 10_080.0
        return plot_week(hour_of_week_table(self, self.scenario), weeks, ax)

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write measures, visits, tasks, staff and census into a workbook (.xlsx).

        Raises FileExistsError unless `overwrite`. A table of more than two million cells is left out with a warning.
        """
        from sim.io.workbook import save_workbook
        from sim.report.tables.python_workbooks import run_sheets

        save_workbook(run_sheets(self, self.measures), Path(path), overwrite=overwrite)


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(PlainComparison):
    """Staffings compared on the same patients. Made by `sim.compare`.

    `.estimates`, `.differences` and the other tables are DataFrames, in the units of docs/data-dictionary.md.
    """

    @classmethod
    def of(cls, plain: PlainComparison) -> Self:
        """The same comparison with what this class adds; nothing is copied."""
        return cls(**_fields_of(plain, PlainComparison))

    def summary(self, demand: float | None = None) -> "pd.DataFrame":
        """One row a headline measure: label, part, unit, the mean of the baseline, and for each other staffing NAME
        `NAME: difference` (paired), `NAME: low`, `NAME: high` and `NAME: beyond_chance` (all rows judged together).

        Shares are in percent. `demand`: a level that was played; 1, or the nearest to it, if none is given.
        """
        from sim.report.tables.summaries import comparison_summary

        return comparison_summary(self, demand)

    def plot(self, measure: str = MINUTES_ALONE, demand: float | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the paired differences of one measure with their intervals; the title states the finding.

        `measure` is `MEASURE.PART` of the data dictionary, such as "lwbs_or_ama.all". Raises ValueError for one that
        was not compared.
        """
        from sim.report.figures.pictures import plot_differences

        return plot_differences(self, measure, demand, ax)

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write summary, estimates, differences, costs and cautions into a workbook (.xlsx), the same sheets as the
        `answer.xlsx` of a results folder. Raises FileExistsError unless `overwrite`.
        """
        from sim.io.workbook import save_workbook
        from sim.report.comparison_answer import describe_comparison
        from sim.report.tables.answer_workbook import answer_sheets

        save_workbook(answer_sheets(describe_comparison(self), {}), Path(path), overwrite=overwrite)


def _fields_of(value: object, kind: type) -> dict[str, Any]:
    """Fields of a dataclass by name, as they stand."""
    return {item.name: getattr(value, item.name) for item in fields(kind)}
