"""The answer of docs/trials.md as its first command gives it, and how long that takes on this machine.

`python -m benchmarks.trial` plays the command in results/trials, prints wall seconds, and writes the five lines between
the markers of the page, with both figures beside it; with `--kept` it lays out the folder that is there.

Two checks of decision 56, on a seed that the analysis was not chosen on: with `--nobody` it counts false positives in
500 sites in which nobody is offered a peer; with `--power` it plays the study and prints the share of trials that found
something beside the formula, with limits that hold for all shares of a design and outcome at once, and how many are
inside. `--sites` plays fewer; with `--kept` the folder that is there is judged.
"""

import argparse
import re
import shlex
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
from scipy import special

from benchmarks.machine import machine
from benchmarks.questions import END, lines_of, provenance
from sim.analysis.trials import BEFORE, NEVER_OFFERED, PlayedSites, TrialPlan, TrialsOfPlan, null_rows
from sim.cli import main as peered
from sim.config import compose
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.playing import play_all
from sim.runs.tables_on_disk import read_table
from sim.runs.worker_pool import n_cores
from sim.studies.trial import trial_plan_of

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "trials.md"
FOLDER = ROOT / "results" / "trials"
FIGURES = ROOT / "docs" / "trials"
START = "<!-- answer: made by python -m benchmarks.trial -->"
PICTURES = {"trial_power": "Power by months of recruiting", "trial_size": "Months by effect and number of sites"}
FRESH = ("study=trial", "seed=58")
"""The seed of both checks."""
NOBODY_SITES = 500
CONFIDENCE = 0.95


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.trial", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, help="where the answer is, or is to be")
    parser.add_argument("--kept", action="store_true", help="play nothing: use the folder that is there")
    parser.add_argument("--nobody", action="store_true", help="false positives alone")
    parser.add_argument("--power", action="store_true", help="trials played against the formula")
    parser.add_argument("--sites", type=int, help="simulated sites of either check")
    typed = parser.parse_args()
    if typed.nobody:
        print(false_positives(nobody_plan(typed.sites or NOBODY_SITES)).to_string(index=False))
        return 0
    words = [*FRESH, *([f"study.replications={typed.sites}"] if typed.sites else [])] if typed.power else command()
    folder = typed.folder or (FOLDER.with_name("trials_power") if typed.power else FOLDER)
    if not typed.kept:
        started = time.perf_counter()
        if peered([*words, f"output={folder}"]):
            return 1
        print(", ".join(f"{name} {value}" for name, value in machine().items()))
        print(f"{time.perf_counter() - started:.0f} s with {n_cores()} cores")
    if typed.power:
        table = against_formula(read_table(folder / "power.parquet"))
        print(table.to_string(index=False, float_format="{:.3f}".format))
        print(how_many_inside(table).to_string(index=False))
        return 0
    store(folder)
    return 0


def command() -> list[str]:
    """The words behind `peered` of the first line of code of the page."""
    line = re.findall(r"^```\n(peered .*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)[0]
    return shlex.split(line)[1:]


def store(folder: Path) -> None:
    """Put the five lines of a folder into the page, and its figures beside it."""
    pictures = []
    FIGURES.mkdir(exist_ok=True)
    for name, caption in PICTURES.items():
        shutil.copyfile(folder / "figures" / f"{name}.png", FIGURES / f"{name}.png")
        pictures += ["", f"![{caption}](trials/{name}.png)"]
    before, _, after = PAGE.read_text(encoding="utf-8").partition(START)
    lines = "\n".join([START, "", *lines_of(folder), "", provenance(folder), *pictures, ""])
    PAGE.write_text(f"{before}{lines}\n{after[after.index(END) :]}", encoding="utf-8")


def nobody_plan(n_sites: int) -> TrialPlan:
    """Sites of which only those in which nobody is offered a peer are looked at."""
    return trial_plan_of(compose([*FRESH, f"study.replications={n_sites}", "study.effect_sizes=1"]))


def against_formula(power: pd.DataFrame) -> pd.DataFrame:
    """The table `power` of a study: shares played beside the formula, with limits and whether it is inside.

    Limits are those of Clopper & Pearson 1934, Biometrika 26:404-413. Those `at_once` hold with probability .95 for all
    rows of a design and outcome together, however they depend on each other (Bonferroni); `alone` for each by itself.
    `error_over_spread`: the standard error stated over the standard deviation of the estimates.
    """
    rows_at_once = power.groupby(["design", "outcome"])["share"].transform("size")
    table = power[["design", "outcome", "effect", "sites", "weeks", "n_trials", "share", "formula"]].copy()
    for name, missed in (("at_once", (1.0 - CONFIDENCE) / rows_at_once), ("alone", 1.0 - CONFIDENCE)):
        low, high = exact_limits(power["n_found"], power["n_trials"], missed)
        table[f"{name}_low"], table[f"{name}_high"] = low, high
        table[f"inside_{name}"] = (low <= power["formula"]) & (power["formula"] <= high)
    return table.assign(error_over_spread=power["estimate_se"] / power["estimate_sd"])


def exact_limits(n_found: pd.Series, n: pd.Series, missed: pd.Series | float) -> tuple[pd.Series, pd.Series]:
    """Limits of shares that leave the true one out with probability `missed` at most."""
    low, high = (
        special.betaincinv(n_found, n - n_found + 1, missed / 2.0),
        special.betaincinv(n_found + 1, n - n_found, 1.0 - missed / 2.0),
    )
    return low.where(n_found > 0, 0.0), high.where(n_found < n, 1.0)


def how_many_inside(table: pd.DataFrame) -> pd.DataFrame:
    """Of each design and outcome: shares, how many have the formula inside the limits at once, and inside their own."""
    of_cell = table.groupby(["design", "outcome"], sort=False)
    return of_cell.agg(
        shares=("share", "size"), inside_at_once=("inside_at_once", "sum"), inside_alone=("inside_alone", "sum")
    ).reset_index()


def false_positives(plan: TrialPlan) -> pd.DataFrame:
    """How often trials of each size find something where nobody is offered a peer; plays those sites alone."""
    labels = (NEVER_OFFERED, BEFORE)
    scenarios, hashed = ({label: each[label] for label in labels} for each in (plan.design.scenarios, plan.design.keys))
    design = replace(plan.design, scenarios=scenarios, hashed=hashed, groups={label: (label,) for label in labels})
    plan, runs = replace(plan, design=design), RunsInMemory()
    for results in play_all(design.tasks(), workers=n_cores()):
        runs.add(results)
    found = TrialsOfPlan(plan, PlayedSites(plan, runs))
    return pd.DataFrame(
        [row for kind in plan.designs for outcome in plan.outcomes for row in null_rows(found, kind, outcome)]
    )


if __name__ == "__main__":
    sys.exit(main())
