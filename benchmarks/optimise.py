"""How long a search of rosters takes: trying them, telling the best of the last ones apart, confirming the choice.

`python -m benchmarks.optimise` tries 10,000 rosters of 8 weeks with all cores, then selects by KN, then confirms on 20
replications of a year, and prints wall seconds of each; `--quick` tries 200.
"""

import argparse
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.machine import machine
from sim.analysis.roster_choice import choose_best, finalists_of
from sim.analysis.roster_search import canonical, roster_in_words
from sim.config import compose
from sim.engine.code_version import code_version
from sim.runs.comparison_runs import RunJournal
from sim.runs.worker_pool import worker_pool
from sim.studies.optimise import (
    RosterPlayer,
    confirmation_design,
    confirmed_scenario,
    searched,
    selected_values,
)
from sim.studies.optimise_plan import optimise_plan_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rosters", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="200 rosters")
    asked = parser.parse_args()
    n_rosters = 200 if asked.quick else asked.rosters
    question = compose(["study=optimise", f"study.rosters={n_rosters}"])
    plan = optimise_plan_of(question)
    design = confirmation_design(question, plan, plan.team)
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    with TemporaryDirectory() as folder, worker_pool(design.executor) as pool:
        journal = RunJournal.opened(Path(folder), design.seed, code_version())
        player = RosterPlayer(pool, design, journal, Console(quiet=True))
        player.values({"first": plan.space.team}, 0, range(1), plan.names)  # loads what there is to load
        started = time.perf_counter()
        found = searched(plan, player)
        print(f"{len(found)} rosters of {plan.space.team.period.weeks} weeks: {time.perf_counter() - started:.1f} s")
        rosters, started = finalists_of(plan, found), time.perf_counter()
        play = partial(selected_values, plan, player, rosters)
        chosen = choose_best(play, len(rosters), plan.goal.objective, plan.probability)
        n_runs = len(player.runs.results) - len(found) - 1
        print(f"KN among {len(rosters)}: {time.perf_counter() - started:.1f} s, {n_runs} runs")
        best, started = canonical(rosters[chosen.place]), time.perf_counter()
        compared = {"found": confirmed_scenario(plan, best), **plan.beside}
        values = player.values(compared, plan.seeds["confirmation"], range(plan.replications), plan.names)
        print(f"confirmed beside {len(plan.beside)} others: {time.perf_counter() - started:.1f} s")
        print(f"{roster_in_words(best)}: {values[0, 0].mean():.4f}, {plan.baseline} {values[1, 0].mean():.4f}")


if __name__ == "__main__":
    main()
