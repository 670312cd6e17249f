"""How long a second interval takes beside the comparison it belongs to, with so many draws of the assumptions.

`python -m benchmarks.second_interval` plays four staffings, first as a comparison of one level of demand and then in
draws, with all cores, and prints wall seconds and their ratio. Composing the scenarios of the draws counts too.
"""

import argparse
import time

import sim
from benchmarks.machine import machine
from sim.analysis.assumption_spread import Draws, draws_design
from sim.register.draw_table import shipped_draws
from sim.runs.comparison_runs import summarised
from sim.runs.design import Design
from sim.runs.playing import play_all
from sim.runs.worker_pool import n_cores

STAFFINGS = ("traditional", "peer_added", "peer_evening", "clinician_added")
COMPARED_WEEKS, REPLICATIONS = 52, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--weeks", type=int, default=26)
    asked = parser.parse_args()
    scenarios = {name: sim.load(f"staffing={name}", f"study.weeks={COMPARED_WEEKS}") for name in STAFFINGS}
    base = Design(scenarios, REPLICATIONS, seed=1, groups={"all": tuple(scenarios)}, reduce=summarised)
    play_all(Design(scenarios, 1, seed=2).tasks()[:1])  # loads what there is to load
    compared = seconds(base)
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"{len(scenarios)} staffings, {REPLICATIONS} x {COMPARED_WEEKS} weeks: {compared:.1f} s")
    for n in asked.draws:
        started = time.perf_counter()
        design = draws_design(Design(scenarios, 1, seed=1), scenarios, Draws(shipped_draws().places[:n], asked.weeks))
        composed = time.perf_counter() - started
        total = composed + seconds(design)
        print(
            f"{n} draws x {len(scenarios)} x {asked.weeks} weeks: {total:.1f} s, {total / compared:.1f} times that; "
            f"{design.n_tasks} tasks, composed in {composed:.1f} s"
        )


def seconds(design: Design) -> float:
    """Wall time of all tasks of a design on all cores."""
    started = time.perf_counter()
    play_all(design.tasks(), workers=n_cores())
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
