"""The figures of the docs, drawn from small tables that stand beside them.

`python -m benchmarks.figures COMPARISON BREAKEVEN VALIDATION SWEEP` takes these tables out of four results folders:
those of `peered study.assumptions=true`, of `peered study=breakeven staffing=peer_added`, of `peered study=validate`
and of `peered -m` with the words of `SWEEP`. Then it draws the figures. Without folders they are drawn from the tables
that are there, as after a change of how they look. A test compares what is drawn with the pictures in docs/figures.
"""

import argparse
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

import numpy as np
import pandas as pd

from sim.analysis.breakeven import BreakEvenAnswer, BreakEvenPlan, answer_of_runs
from sim.analysis.compare import fields_of_scenarios
from sim.analysis.comparison_result import BEST_OF_ALL, Comparison
from sim.analysis.estimates import FLAGS, GUARDS, LEAVING, cautions_table
from sim.analysis.validation import stored_validation
from sim.calibration.estimators.demand_by_stream import estimate_week
from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.visit_estimates import VisitEstimates, estimate_visits
from sim.calibration.holdout import HoldOut, hold_out
from sim.calibration.play import calibrated_scenario, simulated_visits
from sim.calibration.result import DepartmentReport
from sim.calibration.writing.demand_file import VisitsSource, demand_of_week
from sim.calibration.writing.department_file import department_file
from sim.config import compose
from sim.config.sweeps import compose_sweep
from sim.engine.code_version import code_version
from sim.engine.measures.catalogue import HEADLINE
from sim.engine.measures.visit_groups import SUMS
from sim.report.figures.breakeven_figure import break_even_figure
from sim.report.figures.calibration_figures import CAPTIONS, figures_known
from sim.report.figures.draw_all import FIGURE_MAKERS
from sim.report.figures.frame import WIDTH, Frame
from sim.report.figures.headline_figures import SHOWN_MEASURES
from sim.report.figures.journey_figure import journeys_figure
from sim.report.figures.left_out_figure import left_out_figure
from sim.report.figures.sweep_figures import sweep_figure
from sim.report.figures.theme import styled
from sim.report.figures.validation_figure import validation_figure
from sim.report.tables.comparison_rows import PAID_SHARES
from sim.report.words.left_out_text import REACH
from sim.report.words.shown_measures import PHYSICIAN_WAIT
from sim.report.words.sweep_finding import SweepReport
from sim.runs.run_store import RunStore
from sim.runs.tables_on_disk import read_table
from sim.studies.breakeven import break_even_plan_of
from sim.studies.compare import plan_of
from sim.studies.journey import journeys_of
from sim.studies.sweep import sweep_and_comparison, sweep_design
from sim.studies.validate import VALIDATION_FILE
from sim.visits.visits_table import inspect_visits
from tests.calibration_worlds import MAP, known_scenario, played, written_as_exported

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "figures"
TABLES = FIGURES / "data"
COMPARISON = ("study.assumptions=true",)
BREAK_EVEN = ("study=breakeven", "staffing=peer_added")
"""The words of the two questions after `peered`."""
SWEEP = ("staffing=traditional,peer_added,clinician_added", "demand.growth=0.95,1,1.05,1.1,1.2", "boarding=pool")
"""Those after `peered -m`."""
JOURNEY = ("study=journey", "study.staffing=[traditional,peer_247]")
"""Played anew, in a second: two short runs, which are the same to the last bit everywhere."""
OF_COMPARISON = (
    "finding", "scorecard", "differences", "cost", "minutes_without_staff", "hour_of_week", "not_met", "peer_day",
    "waits_by_acuity", "return_curves", "heads_and_load", "utilisation", "demand",
)  # fmt: skip
"""Figures of a comparison that there are tables for."""
OF_ROLES = ("heads_and_load", "utilisation")
"""Those drawn from the mean day of each role."""
WAITING = ("traditional", "nurse_added", "peer_added")
"""Staffings whose waits are stored; those of others are as close."""
FEW_DIGITS = "%.5g"
ESTIMATES = ["demand", "staffing", "measure", "mean", "low", "high", "half_width", "sd", "n"]
DIFFERENCES = [*ESTIMATES, "simultaneous_half_width", *FLAGS]
CAUTIONS = ["demand", "staffing", *cautions_table(np.empty((1, len(GUARDS), 0)), 0.95)]
WEEK = [
    "demand", "staffing", "hour_of_week", "mh_present", "mh_without_peer", "mh_no_peer_on_duty", "peers_on_duty",
]  # fmt: skip
SPREAD = ["staffing", "measure", "mean", "low", "high", "of_chance", "of_assumptions", "beyond_chance", "n"]
CHANCES = ["measure", "staffing", "against", "probability"]
PRIMARY = "minutes_without_staff_mean.mental_health"
"""The outcome of which the five lines say how often one staffing does better than another."""
GROUPS = ["demand", "staffing", "replication", "by", "group", "visits", "met"]
"""Of the sums of groups those that being met is made of."""
CALIBRATION, WEEKS_OF_FILE, HELD_OUT = "example", 8, 0.25
"""Name of the calibration that is drawn, weeks of the file it is made of, and the share of its days held out."""
SWEPT = [*dict.fromkeys((PHYSICIAN_WAIT, LEAVING, *GUARDS))]
"""Measures of a sweep that are stored: the two that are drawn, and those that the guards look at."""
RUNS = ["label", "measure", "replication", "value"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.figures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="of the four studies")
    folders = parser.parse_args().folders
    if len(folders) not in (0, 4):
        parser.error("give four folders, of the comparison, break-even study, validation and sweep, or none")
    if folders:
        write_tables(*folders)
    for path in draw(FIGURES):
        print(path)
    return 0


def write_tables(comparison: Path, break_even: Path, validation: Path, sweep: Path) -> None:
    """What the figures are drawn from, out of four results folders."""
    TABLES.mkdir(parents=True, exist_ok=True)
    for name, columns in (("estimates", ESTIMATES), ("differences", DIFFERENCES)):
        table = read_table(comparison / f"{name}.parquet")
        write(table[table["measure"].isin({*SHOWN_MEASURES, *HEADLINE})], name, columns)
    write(read_table(comparison / "cautions.parquet"), "cautions", CAUTIONS)
    week = read_table(comparison / "week.parquet")
    write(week[np.isclose(week["demand"], 1.0)], "week", WEEK)
    write(read_table(comparison / "assumptions.parquet"), "assumptions", SPREAD)
    chances = read_table(comparison / "chances.parquet")
    write(chances[chances["measure"] == PRIMARY], "chances", CHANCES)
    write_groups(read_table(comparison / "groups.parquet"))
    write(runs_of(break_even), "breakeven_runs", RUNS)
    write(swept_runs(sweep), "sweep_runs", [*RUNS[:1], *RUNS[2:3], *SWEPT])
    write_spreads(comparison)
    (TABLES / VALIDATION_FILE).write_bytes((validation / VALIDATION_FILE).read_bytes())


def write_groups(groups: pd.DataFrame) -> None:
    """Eligible visits and those met, at the central level of demand, of staffings under which anybody was."""
    shown = central(groups)
    shown = shown[shown["by"].isin(plan_of(compose(COMPARISON)).by)]
    met = shown.groupby("staffing")["met"].transform("sum") > 0.0
    write(shown[met], "groups", GROUPS)


def write_spreads(comparison: Path) -> None:
    """Distributions, curves and clouds at the central level of demand, with as many digits as can be seen."""
    estimates = central(read_table(comparison / "estimates.parquet"))
    of_peers = estimates["measure"].isin({*PAID_SHARES, REACH})
    write(estimates[of_peers].dropna(), "peer_day", ESTIMATES, FEW_DIGITS)
    waits = central(read_table(comparison / "waits.parquet"))
    waits = waits[waits["staffing"].isin(WAITING) & (waits["n"] > 0)]
    write(
        waits, "waits", ["demand", "staffing", "stream", "acuity", "from_minute", "to_minute", "n", "share"], FEW_DIGITS
    )
    returns = central(read_table(comparison / "returns.parquet"))
    keys = ["demand", "staffing", "index", "days"]
    write(returns, "returns", [*keys, "returned", "standard_error"], FEW_DIGITS)
    write(central(read_table(comparison / "followed.parquet")), "followed", [*keys, "at_risk"], FEW_DIGITS)
    alone = central(read_table(comparison / "alone.parquet"))
    write(alone, "alone", ["demand", "staffing", "from_minute", "to_minute", "share"], FEW_DIGITS)
    cloud = read_table(comparison / "cloud.parquet")
    write(cloud, "cloud", ["staffing", "source", "number", "measure", "value"], FEW_DIGITS)
    write(mean_days(central(read_table(comparison / "week.parquet"))), "days", None, FEW_DIGITS)


def central(table: pd.DataFrame) -> pd.DataFrame:
    """Rows at demand as it is."""
    return table[np.isclose(table["demand"], 1.0)]


def mean_days(week: pd.DataFrame) -> pd.DataFrame:
    """Heads, work and load of every role by the hour of the mean day: a week of one day."""
    columns = [name for name in week if name.startswith(("heads_", "load_", "busy_"))]
    return week.groupby(["demand", "staffing", "hour"], sort=False)[columns].mean().reset_index()


def write(table: pd.DataFrame, name: str, columns: list[str] | None, digits: str = "%.10g") -> None:
    """Ten digits, far more than a figure shows; a table of the same numbers has the same bytes."""
    chosen = table if columns is None else table[columns]
    chosen.to_csv(TABLES / f"{name}.csv", index=False, float_format=digits, lineterminator="\n")


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(TABLES / f"{name}.csv")


def draw(folder: Path) -> Iterable[Path]:
    """Every figure of the docs as PNG, as broad as a slide."""
    for name, make in gallery(stored_comparison()).items():
        with styled():
            yield from make().save(folder, name, ("png",), DOCS_DPI)


DOCS_DPI = 1280 / WIDTH
"""As broad as a slide."""


def gallery(comparison: Comparison) -> dict[str, Callable[[], Frame]]:
    """What makes each figure of the docs, by name."""
    days = replace(comparison, week=read("days"))
    made: dict[str, Callable[[], Frame]] = {
        name: partial(FIGURE_MAKERS[name], days if name in OF_ROLES else comparison) for name in OF_COMPARISON
    }
    published = stored_validation(TABLES / VALIDATION_FILE, *VALIDATED)
    return made | {
        **{f"calibration_{name}": partial(calibration_figure, name) for name in CAPTIONS},
        "left_out": lambda: left_out_figure(with_groups(comparison)),
        "journey": lambda: journeys_figure(journeys_of(compose(JOURNEY))),
        "sweep": lambda: sweep_figure(stored_sweep()),
        "breakeven": lambda: break_even_figure(stored_break_even()),
        "validation": lambda: validation_figure(published),
    }


VALIDATED = 52, 0.95
"""Weeks of a replication and confidence of the stored validation."""


def stored_comparison() -> Comparison:
    """The comparison as far as it is stored: what the figures and the answer in words need not is empty."""
    plan = plan_of(compose(COMPARISON))
    estimates = [read("estimates"), read("peer_day")]
    spreads = ("waits", "returns", "followed", "alone", "cloud")
    return Comparison(
        **fields_of_scenarios(plan.scenarios, plan.baseline),
        labels={name: scenario.staffing.label or name for name, scenario in plan.scenarios.items()},
        levels=plan.levels,
        replications=plan.base.replications,
        n_finished=plan.base.replications * len(plan.levels),
        confidence=plan.base.confidence,
        estimates=pd.concat(estimates, ignore_index=True),
        differences=read("differences"),
        cautions=read("cautions"),
        week=read("week"),
        **{name: read(name) for name in spreads},
        assumptions=read("assumptions"),
        chances=read("chances").fillna({"against": BEST_OF_ALL}),
    )


def with_groups(comparison: Comparison) -> Comparison:
    """The comparison with its groups, of which those who were met are stored; other sums are zero."""
    sums = {name: 0.0 for name in SUMS if name not in GROUPS}
    return replace(comparison, groups=read("groups").assign(**sums), by=plan_of(compose(COMPARISON)).by)


def runs_of(folder: Path) -> pd.DataFrame:
    """Measures of the runs of a break-even study: those that are valued, and those that the guards look at."""
    plan = break_even_plan_of(compose(BREAK_EVEN))
    store = RunStore(folder, plan.design.seed, code_version())
    wanted = {*(item.measure for item in plan.worth), *GUARDS}
    measures, values = store.values(list(plan.design.labels), plan.design.replications, sorted(wanted))
    return pd.DataFrame({"value": values.ravel()}, index=runs_index(plan, measures)).reset_index()


def stored_break_even() -> BreakEvenAnswer:
    """The break-even study, made anew of the stored measures of its runs."""
    plan, runs = break_even_plan_of(compose(BREAK_EVEN)), read("breakeven_runs")
    measures = sorted(runs["measure"].unique())
    values = runs.set_index(RUNS[:3])["value"].reindex(runs_index(plan, measures))
    shape = len(plan.design.labels), len(measures), plan.design.replications
    return answer_of_runs(plan, measures, values.to_numpy().reshape(shape))


def swept_runs(folder: Path) -> pd.DataFrame:
    """Measures of the runs of a sweep, a row a scenario and replication."""
    design = sweep_design(compose_sweep(SWEEP))
    store = RunStore(folder, design.seed, code_version())
    measures, values = store.values(list(design.labels), design.replications, SWEPT)
    index = pd.MultiIndex.from_product([design.labels.values(), range(design.replications)], names=["label", RUNS[2]])
    table = pd.DataFrame(np.moveaxis(values, 1, 2).reshape(len(index), -1), index=index, columns=list(measures))
    return table.reset_index()


@dataclass(frozen=True)
class StoredRuns:
    """Runs of a sweep as they are stored here, read as a results folder is."""

    table: pd.DataFrame

    def values(
        self, scenarios: Sequence[str], replications: int, _: object = None
    ) -> tuple[tuple[str, ...], np.ndarray]:
        """As `RunStore.values`; all scenarios are there, in the order of the table."""
        values = self.table[sorted(SWEPT)].to_numpy().reshape(len(scenarios), replications, len(SWEPT))
        return tuple(sorted(SWEPT)), np.moveaxis(values, 2, 1)

    def failed(self, *_: object) -> pd.DataFrame:
        """None did."""
        return pd.DataFrame({"label": [], "replication": [], "traceback": []})


def stored_sweep() -> SweepReport:
    """The sweep, made anew of the stored measures of its runs."""
    design, runs = sweep_design(compose_sweep(SWEEP)), StoredRuns(read("sweep_runs"))
    report, _ = sweep_and_comparison(design, cast(RunStore, runs), [], lambda compared: compared)
    return report


@dataclass(frozen=True)
class Calibrated:
    """Of a `DepartmentReport` what its figures are drawn from: the rest takes ten times as long to find out."""

    estimates: VisitEstimates
    visits: pd.DataFrame
    simulated: pd.DataFrame
    held_out: HoldOut
    calendar: FileCalendar


def calibration_figure(name: str) -> Frame:
    """One figure of the calibration."""
    report = calibrated()
    return figures_known(report)[name](report, CALIBRATION)


@cache
def calibrated() -> DepartmentReport:
    """A department calibrated on a file that a run of a known one left."""
    world, calendar = known_scenario(WEEKS_OF_FILE), FileCalendar()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "visits.csv"
        written_as_exported(played(0, WEEKS_OF_FILE).visits.copy(), file)
        read = inspect_visits(file, MAP)
        source = VisitsSource(CALIBRATION, file, MAP, read.quality, rake=False)
        week, found = (
            estimate_week(read.frame, calendar.uncovered_hours),
            estimate_visits(read.frame, calendar=calendar),
        )
        demand = demand_of_week(source, week, found, world.demand)
    department = department_file(CALIBRATION, world.department, found, ()).department()
    scenario = calibrated_scenario(world, demand.yaml_text(), department, WEEKS_OF_FILE)
    simulated = pd.concat(simulated_visits(scenario, 2, 2), ignore_index=True)
    held = hold_out(read.frame, HELD_OUT, calendar=calendar)
    return cast(DepartmentReport, Calibrated(found, read.frame, simulated, held, calendar))


def runs_index(plan: BreakEvenPlan, measures: Sequence[str]) -> pd.MultiIndex:
    """Every scenario, measure and replication, in the order of `RunStore.values`."""
    return pd.MultiIndex.from_product(
        [plan.design.labels.values(), measures, range(plan.design.replications)], names=RUNS[:3]
    )


if __name__ == "__main__":
    raise SystemExit(main())
