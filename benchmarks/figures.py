"""The figures of the README, drawn from small tables that stand beside them.

`python -m benchmarks.figures COMPARISON BREAKEVEN` takes these tables out of two results folders, those of `peered
study.assumptions=true` and of `peered study=breakeven staffing=peer_added`, and draws the figures. Without folders
they are drawn from the tables that are there, as after a change of how they look. A test compares what is drawn with
the pictures in docs/figures.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.breakeven import BreakEvenAnswer, BreakEvenPlan, answer_of_runs
from sim.analysis.compare import fields_of_scenarios
from sim.analysis.comparison_result import BEST_OF_ALL, Comparison
from sim.analysis.estimates import FLAGS, GUARDS, cautions_table
from sim.config import compose
from sim.engine.code_version import code_version
from sim.engine.measures.catalogue import HEADLINE
from sim.report.figures.breakeven_figure import draw_break_even
from sim.report.figures.draw_all import draw_figure
from sim.report.figures.headline_figures import SHOWN_MEASURES
from sim.runs.run_store import RunStore
from sim.runs.tables_on_disk import read_table
from sim.studies.breakeven import break_even_plan_of
from sim.studies.compare import plan_of

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "figures"
TABLES = FIGURES / "data"
COMPARISON = ("study.assumptions=true",)
BREAK_EVEN = ("study=breakeven", "staffing=peer_added")
"""The words of the two questions after `peered`."""
OF_COMPARISON = ("finding", "scorecard", "hour_of_week")
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
RUNS = ["label", "measure", "replication", "value"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.figures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="of the comparison and the break-even")
    folders = parser.parse_args().folders
    if len(folders) not in (0, 2):
        parser.error("give two folders, of the comparison and of the break-even study, or none")
    if folders:
        write_tables(*folders)
    for path in draw(FIGURES):
        print(path)
    return 0


def write_tables(comparison: Path, break_even: Path) -> None:
    """What the figures are drawn from, out of two results folders."""
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
    write(runs_of(break_even), "breakeven_runs", RUNS)


def write(table: pd.DataFrame, name: str, columns: list[str]) -> None:
    """Ten digits, far more than a figure shows; a table of the same numbers has the same bytes."""
    table[columns].to_csv(TABLES / f"{name}.csv", index=False, float_format="%.10g", lineterminator="\n")


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(TABLES / f"{name}.csv")


def draw(folder: Path) -> Iterable[Path]:
    """Every figure of the README as PNG."""
    comparison = stored_comparison()
    for name in OF_COMPARISON:
        yield from draw_figure(name, comparison, folder, ("png",))
    yield from draw_break_even(stored_break_even(), folder, ("png",))


def stored_comparison() -> Comparison:
    """The comparison as far as it is stored: what the other figures and the answer in words need is empty."""
    plan = plan_of(compose(COMPARISON))
    nothing = pd.DataFrame()
    return Comparison(
        **fields_of_scenarios(plan.scenarios, plan.baseline),
        labels={name: scenario.staffing.label or name for name, scenario in plan.scenarios.items()},
        levels=plan.levels,
        replications=plan.base.replications,
        n_finished=plan.base.replications * len(plan.levels),
        confidence=plan.base.confidence,
        estimates=read("estimates"),
        differences=read("differences"),
        cautions=read("cautions"),
        changes=nothing,
        week=read("week"),
        waits=nothing,
        returns=nothing,
        alone=nothing,
        assumptions=read("assumptions"),
        chances=read("chances").fillna({"against": BEST_OF_ALL}),
    )


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


def runs_index(plan: BreakEvenPlan, measures: Sequence[str]) -> pd.MultiIndex:
    """Every scenario, measure and replication, in the order of `RunStore.values`."""
    return pd.MultiIndex.from_product(
        [plan.design.labels.values(), measures, range(plan.design.replications)], names=RUNS[:3]
    )


if __name__ == "__main__":
    raise SystemExit(main())
