"""What `sim` returns: a scenario, a run, a comparison and others that sum themselves up, are drawn and are saved.

Examples are of a `scenario` with staffing peer_added, a `run` of it, an `answer` and a `journey` of it beside
traditional staffing, and the `tables` of a folder.

Each extends the plain value of an inner ring, which knows no tables, figures or files of spreadsheets, and can stand
wherever that is asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from sim.analysis.comparison_result import Comparison as PlainComparison
from sim.department.scenario import Scenario as PlainScenario
from sim.department.short_text import NameAndText, lines_html, lines_text
from sim.engine.measures.currency import money_in
from sim.engine.trajectory import Trajectory, identical
from sim.io.suggest import closest
from sim.report.journey_answer import TwoJourneys
from sim.runs.result_tables import Results as PlainResults

if TYPE_CHECKING:  # loaded by the first method that needs them
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sim.report.description import Finding

__all__ = ["Comparison", "Journey", "Results", "Run", "Scenario"]

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
        """A row for each role: kind, heads (people), hours_per_week, cost_per_hour, cost_per_week; extras and total.

        >>> table = scenario.summary()
        >>> float(table.loc["psw", "hours_per_week"])
        108.0
        """
        from sim.report.tables.summaries import staffing_summary

        return staffing_summary(self.staffing)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw heads on duty by hour of the week, a line for each role; into `ax`, or a figure of its own.

        Raises TypeError for what is no Axes.

        >>> axes = scenario.plot()
        >>> axes.get_title(loc="left").startswith("Peers added: a peer on duty")
        True
        """
        from sim.report.figures.pictures import plot_roster

        return plot_roster(self.staffing, ax)

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write roles, shifts and all settings into a workbook (.xlsx). Raises FileExistsError unless `overwrite`.

        >>> import pathlib, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     scenario.to_excel(folder + "/scenario.xlsx")
        ...     [file.name for file in pathlib.Path(folder).iterdir()]
        ['scenario.xlsx']
        """
        from sim.io.workbook import save_workbook
        from sim.report.tables.python_workbooks import scenario_sheets

        with money_in(self.staffing.currency):
            save_workbook(scenario_sheets(self), Path(path), overwrite=overwrite)


class Measures(dict[str, float]):
    """Values by `MEASURE.PART`; a name that is not there is answered with one that is.

    What each of them counts is told by `sim.measures`.
    """

    def __missing__(self, name: object) -> float:
        close = closest(str(name), self)
        remedy = f"did you mean {close}?" if close else "list(run.measures) has the names, as MEASURE.PART"
        raise KeyError(f"no measure {name!r}; {remedy}")

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __repr__(self) -> str:
        return lines_text(f"{len(self)} values of measures", self._facts_in_words())

    def _repr_html_(self) -> str:
        return lines_html(f"{len(self)} values of measures", self._facts_in_words())

    def _facts_in_words(self) -> Iterator[NameAndText]:
        from sim.engine.measures.catalogue import HEADLINE

        yield from ((name, f"{self[name]:.4g}") for name in HEADLINE if name in self)
        yield "and more", 'list(run.measures), pandas.Series(run.measures), sim.measures.search("wait")'


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

    def __eq__(self, other: object) -> bool:
        """The same replication of the same scenario, the same to the last bit; the engine does not matter."""
        if not isinstance(other, Run):
            return NotImplemented
        same = all(getattr(self, name) == getattr(other, name) for name in ("seed", "replication", "scenario"))
        return same and identical(self, other)

    def __hash__(self) -> int:
        return hash((self.seed, self.replication, self.n_visits))

    @cached_property
    def measures(self) -> dict[str, float]:
        """Every measure of the run, as in the data dictionary: shares from 0 to 1, nan where it is undefined.

        An unknown name raises KeyError with the closest one.

        >>> run.measures["lwbs_or_ama"]
        Traceback (most recent call last):
        ...
        KeyError: "no measure 'lwbs_or_ama'; did you mean lwbs_or_ama.all?"
        """
        from sim.engine.measures.measuring import measure

        return Measures(measure(self, self.scenario))

    def summary(self) -> "pd.DataFrame":
        """The headline measures, one a row: label, part, value, unit; shares in percent.

        >>> run.summary().loc["lwbs_or_ama.all", "unit"]
        '%'
        """
        from sim.report.tables.summaries import run_summary

        with money_in(self.scenario.staffing.currency):
            return run_summary(self.measures)

    def breakdown(self, by: str) -> "pd.DataFrame":
        """Who is met, waits and leaves, by a trait such as "arrival_hour": a row a group, stream and measure.

        Columns: by, cell (the group), stream, measure, n (visits counted), value (shares from 0 to 1), hidden (fewer
        than 10 visits: no value). One run has no intervals: for those `.breakdown` of a comparison. Raises ValueError
        for an unknown trait, with those there are.

        >>> table = run.breakdown("age_group")
        >>> sorted(table["stream"].unique())
        ['all', 'medical', 'mental_health']
        """
        from sim.engine.measures.week import breakdown

        return breakdown(self, self.scenario, by)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw mental-health visits present and peers on duty by hour of the week, mean of the measured weeks.

        Into `ax`, or a figure of its own. Raises TypeError for what is no Axes.

        >>> axes = run.plot()
        >>> "no peer on duty" in axes.get_title(loc="left")
        True
        """
        from sim.engine.measures.week import hour_of_week_table
        from sim.report.figures.pictures import plot_week

        weeks = (self.measured_until - self.warm_up) / 10_080.0
        return plot_week(hour_of_week_table(self, self.scenario), weeks, ax)

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write measures, visits, tasks, staff and census into a workbook (.xlsx).

        Raises FileExistsError unless `overwrite`. A table of more than two million cells is left out with a warning.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     run.to_excel(folder + "/run.xlsx")
        """
        from sim.io.workbook import save_workbook
        from sim.report.tables.python_workbooks import run_sheets

        with money_in(self.scenario.staffing.currency):
            save_workbook(run_sheets(self, self.measures), Path(path), overwrite=overwrite)


@dataclass(frozen=True, repr=False, eq=False)
class Comparison(PlainComparison):
    """Staffings compared on the same patients. Made by `sim.compare`, or read by `sim.results(FOLDER).comparison()`.

    `print(answer.finding)` is the answer in five lines, `.summary()` a small table, `answer["lwbs_or_ama.all"]` what
    is known of one measure. `.estimates`, `.differences` and the other tables are DataFrames, in the units of
    docs/data-dictionary.md.
    """

    @classmethod
    def of(cls, plain: PlainComparison) -> Self:
        """The same comparison with what this class adds; nothing is copied."""
        return cls(**_fields_of(plain, PlainComparison))

    def __eq__(self, other: object) -> bool:
        """The same answer in every number of every table, however long it took."""
        if not isinstance(other, PlainComparison):
            return NotImplemented
        names = [item.name for item in fields(PlainComparison) if item.name != "seconds"]
        return all(_same(getattr(self, name), getattr(other, name)) for name in names)

    def __hash__(self) -> int:
        return hash((self.baseline, self.staffings, self.levels, self.replications))

    def __getitem__(self, measure: str) -> "pd.DataFrame":
        """What is known of one measure, a row for each staffing, and for each level of demand if there are several.

        Columns: demand, mean, low, high (its interval), difference from the baseline on the same patients,
        difference_low, difference_high, beyond_chance (of headline measures all judged together), sentence; shares from
        0 to 1. Raises KeyError for a measure that was not compared, with the closest one.

        >>> answer["lwbs_or_ama.all"].index.tolist()
        ['traditional', 'peer_added']
        """
        from sim.report.tables.summaries import measure_by_staffing

        if measure not in self:
            close = closest(str(measure), self)
            remedy = f"did you mean {close}?" if close else "list(answer) has the names, as MEASURE.PART"
            raise KeyError(f"no measure {measure!r}; {remedy}")
        return measure_by_staffing(self, measure)

    def __contains__(self, measure: object) -> bool:
        return any(name == measure for name in self)

    def __iter__(self) -> Iterator[str]:
        """Names of all measures that were compared, as MEASURE.PART; `sim.measures` says what each is."""
        return iter(dict.fromkeys(name for _, name in self.estimate_rows))

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    @property
    def finding(self) -> str:
        """The question, and the answer in five lines: what changes, what does not, cost, the same money, how sure."""
        from sim.report.comparison_answer import describe_comparison

        with money_in(self.currency):
            return _told(describe_comparison(self).finding)

    def _repr_html_(self) -> str:
        question, *lines = self.finding.split("\n")
        return lines_html(question, self._facts_in_words(), lines)

    def summary(self, demand: float | None = None) -> "pd.DataFrame":
        """One row a headline measure: label, part, unit, the mean of the baseline, and for each other staffing NAME
        `NAME: difference` (paired), `NAME: low`, `NAME: high` and `NAME: beyond_chance` (all rows judged together).

        Shares are in percent. `demand`: a level that was played; 1, or the nearest to it, if none is given. Raises
        ValueError for another.

        >>> answer.summary().loc["reach.mental_health", "unit"]
        '%'
        """
        from sim.report.tables.summaries import comparison_summary

        with money_in(self.currency):
            return comparison_summary(self, demand)

    def plot(self, measure: str = MINUTES_ALONE, demand: float | None = None, ax: "Axes | None" = None) -> "Axes":
        """Draw the paired differences of one measure with their intervals; the title states the finding.

        `measure` is `MEASURE.PART`, one of `list(answer)`, such as "lwbs_or_ama.all". Raises ValueError for one that
        was not compared, TypeError for what is no Axes.

        >>> axes = answer.plot("lwbs_or_ama.all")
        >>> axes.get_title(loc="left").startswith("Left without being seen")
        True
        """
        from sim.report.figures.pictures import plot_differences

        with money_in(self.currency):
            return plot_differences(self, measure, demand, ax)

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write summary, estimates, differences, costs and cautions into a workbook (.xlsx), the same sheets as the
        `answer.xlsx` of a results folder. Raises FileExistsError unless `overwrite`.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     answer.to_excel(folder + "/answer.xlsx")
        """
        from sim.io.workbook import save_workbook
        from sim.report.comparison_answer import describe_comparison
        from sim.report.tables.answer_workbook import answer_sheets

        with money_in(self.currency):
            save_workbook(answer_sheets(describe_comparison(self), {}), Path(path), overwrite=overwrite)


@dataclass(frozen=True, repr=False, eq=False)
class Journey(TwoJourneys):
    """One child's visit under two staffings, the baseline first. Made by `sim.journey`.

    `print(journey.text)` tells both, `.summary()` is a small table, `.plot()` draws both. An illustration, no evidence.
    """

    names: tuple[str, str] = ("", "")

    @classmethod
    def of(cls, plain: TwoJourneys, names: tuple[str, str]) -> Self:
        """The same journeys with what this class adds: the names of the staffings; nothing is copied."""
        return cls(**_fields_of(plain, TwoJourneys), names=names)

    def __eq__(self, other: object) -> bool:
        """The same visit in the same two runs, to the last bit."""
        if not isinstance(other, Journey):
            return NotImplemented
        same = all(identical(*runs) for runs in zip(self.runs, other.runs, strict=True))
        return same and (self.names, self.visit) == (other.names, other.visit)

    def __hash__(self) -> int:
        return hash((self.names, self.visit))

    def __repr__(self) -> str:
        return lines_text(type(self).__name__, self._facts_in_words())

    def _repr_html_(self) -> str:
        question, *lines = self.finding.split("\n")
        return lines_html(question, self._facts_in_words(), lines)

    def _facts_in_words(self) -> Iterator[NameAndText]:
        from sim.report.journey_answer import differences_in_words

        yield "child", f"patient {self.visit.patient}, stream {self.stream}"
        yield "under", " and ".join(self.names)
        yield "differs", differences_in_words(self)
        yield "more", ".text, .summary(), .bars, .plot(), .to_excel(path)"

    @property
    def finding(self) -> str:
        """Whose journey it is, what differs, how the child was chosen, and that one child is no evidence."""
        from sim.report.journey_answer import journeys_answer

        return _told(journeys_answer(self).finding)

    @property
    def text(self) -> str:
        """The finding, and both journeys in words, minute by minute."""
        each = ("\n".join([label, *lines]) for label, lines in zip(self.labels, self.lines, strict=True))
        return "\n\n".join([self.finding, *each])

    @cached_property
    def bars(self) -> "pd.DataFrame":
        """Everything that lasts: staffing, row (who, or which wait), what, start and end in minutes after arrival."""
        import pandas as pd

        from sim.report.figures.journey_figure import bars_of

        tables = [bars_of(run, row, self.forks) for run, row in zip(self.runs, self.visit.rows, strict=True)]
        named = (table.assign(staffing=name) for name, table in zip(self.names, tables, strict=True))
        return pd.concat(named, ignore_index=True)[["staffing", "row", "what", "start", "end"]]

    def summary(self) -> "pd.DataFrame":
        """Minutes to the first physician, without staff, with a peer, until the child leaves, and how the visit ends.

        A row for each, a column for each staffing; nan where it did not happen.

        >>> journey.summary().loc["minutes_with_a_peer", "traditional"]
        0.0
        """
        from sim.report.journey_answer import journey_summary

        return journey_summary(self, self.names)

    def plot(self) -> "Figure":
        """Both journeys as bars along the time since arrival, one below the other, as one matplotlib Figure.

        >>> len(journey.plot().axes)
        2
        """
        from sim.report.figures.journey_figure import journeys_figure
        from sim.report.figures.theme import styled

        with styled():
            return journeys_figure(self).figure

    def to_excel(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the summary, the bars and the words into a workbook (.xlsx). Raises FileExistsError unless `overwrite`.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     journey.to_excel(folder + "/journey.xlsx")
        """
        from sim.io.workbook import save_workbook
        from sim.report.journey_answer import journeys_answer, journeys_table
        from sim.report.tables.python_workbooks import journey_sheets

        question, *said = self.finding.split("\n")
        sheets = journey_sheets(question, said, self.summary(), self.bars, journeys_table(journeys_answer(self)))
        save_workbook(sheets, Path(path), overwrite=overwrite)


class Results(PlainResults):
    """The tables of a results folder by name, as items (`tables["estimates"]`) or attributes (`tables.estimates`).

    A table is read when it is first asked for, and kept. `read` gives some columns or rows of a large one, `.summary()`
    lists them, `.facts` is run.json, `print(tables.answer)` the answer in words. Made by `sim.results`.
    """

    def summary(self) -> "pd.DataFrame":
        """A row for each table, by name: rows, columns, how many files it is read from, and the names of the columns.

        >>> "difference" in tables.summary().loc["differences", "names"]
        False
        """
        import pandas as pd

        rows = [(name, *self.size_of(name)) for name in self]
        return pd.DataFrame(rows, columns=["table", "rows", "columns", "files", "names"]).set_index("table")

    @property
    def answer(self) -> str:
        """The whole answer in words: `answer.md` as Markdown. Raises FileNotFoundError where the study wrote none."""
        return self.text_of("answer.md")

    def comparison(self) -> Comparison:
        """What `sim.compare` returns, of a folder of `study=compare` or `study=run`: `.plot()`, `.finding` and others.

        Raises ValueError for the folder of another study, ScenarioError for tables that are not as they were written.

        >>> tables.comparison().baseline
        'traditional'
        """
        from sim.analysis.stored_comparison import stored_comparison
        from sim.runs.result_tables import study_of

        if study_of(self.folder) not in ("compare", "run"):
            raise ValueError(f"{self.folder}: holds no comparison; its tables are {', '.join(self)}")
        return Comparison.of(stored_comparison(self.folder))


def _told(finding: "Finding") -> str:
    """The question and the lines that answer it, a line each."""
    return "\n".join([finding.question, *(f"{line.label}: {line.text}" for line in finding.lines)])


def _same(left: Any, right: Any) -> bool:
    """Equal values; tables equal in every cell, nan equal to nan."""
    return bool(left.equals(right)) if hasattr(left, "equals") else bool(left == right)


def _fields_of(value: object, kind: type) -> dict[str, Any]:
    """Fields of a dataclass by name, as they stand."""
    return {item.name: getattr(value, item.name) for item in fields(kind)}
