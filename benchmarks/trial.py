"""The answer of docs/trials.md as its first command gives it, and how long that takes on this machine.

`python -m benchmarks.trial` plays the command in results/trials, prints wall seconds, and writes the five lines between
the markers of the page, with both figures beside it; with `--kept` it lays out the folder that is there. With
`--nobody` it counts false positives in 500 sites in which nobody is offered a peer, and prints them with their limits.
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

from benchmarks.machine import machine
from benchmarks.questions import END, lines_of, provenance
from sim.analysis.trials import BEFORE, NEVER_OFFERED, PlayedSites, TrialPlan, TrialsOfPlan, null_rows
from sim.cli import main as peered
from sim.config import compose
from sim.runs.comparison_runs import RunsInMemory
from sim.runs.playing import play_all
from sim.runs.worker_pool import n_cores
from sim.studies.trial import trial_plan_of

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "trials.md"
FOLDER = ROOT / "results" / "trials"
FIGURES = ROOT / "docs" / "trials"
START = "<!-- answer: made by python -m benchmarks.trial -->"
PICTURES = {"trial_power": "Power by months of recruiting", "trial_size": "Months by effect and number of sites"}
NOBODY = ("study=trial", "seed=11", "study.replications=500", "study.effect_sizes=1")


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.trial", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the answer is, or is to be")
    parser.add_argument("--kept", action="store_true", help="play nothing: lay out the folder that is there")
    parser.add_argument("--nobody", action="store_true", help="false positives alone")
    typed = parser.parse_args()
    if typed.nobody:
        print(false_positives(trial_plan_of(compose([*NOBODY]))).to_string(index=False))
        return 0
    if not typed.kept:
        started = time.perf_counter()
        if peered([*command(), f"output={typed.folder}"]):
            return 1
        print(", ".join(f"{name} {value}" for name, value in machine().items()))
        print(f"{time.perf_counter() - started:.0f} s with {n_cores()} cores")
    store(typed.folder)
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
