"""How long it takes to say what decides and what to measure first, of so many draws that have been played.

`python -m benchmarks.sensitivity` makes up outcomes for the shipped draws, three staffings, and prints the seconds of
one processor that ranks and the value of information take, with all accounts and trials; with a results folder that
has draws, of those. Nothing is played: playing is `python -m benchmarks.second_interval`.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy is loaded, as the command does

import numpy as np

import sim
from benchmarks.machine import machine
from sim.analysis.assumption_spread import DrawnRuns
from sim.analysis.played_draws import PlayedDraws, played_draws, read_played_draws
from sim.analysis.sensitivity import SEED_OF_ANSWER, SensitivityAsked, ranks_table, value_tables
from sim.analysis.trial_worth import RETURN_HAZARD, RETURN_OUTCOME, binomial_errors
from sim.config.composition import compose
from sim.engine.measures.catalogue import HEADLINE
from sim.register.draw_table import shipped_draws
from sim.register.draws import shipped_cube
from sim.studies.settings_by_study import SensitivitySettings

STAFFINGS = ("traditional", "peer_added", "clinician_added")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="a results folder that has draws of the assumptions")
    parser.add_argument("--draws", type=int, nargs="+", default=[200, 1000])
    typed = parser.parse_args()
    study = compose(["study=sensitivity"]).study
    assert isinstance(study, SensitivitySettings)
    asked = SensitivityAsked(study.outcome, study.worth, study.presets, study.trial_sizes, binomial_errors(0.1))
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    given = typed.folder and read_played_draws(typed.folder)
    for played in [given] if given else map(made_up, typed.draws):
        ranks = seconds(lambda played=played: ranks_table(played, asked, np.random.default_rng(SEED_OF_ANSWER)))
        worth = seconds(lambda played=played: value_tables(played, asked, np.random.default_rng(SEED_OF_ANSWER)))
        print(
            f"{played.drawn.n_draws} draws x {len(played.drawn.staffings)} staffings, {len(played.rows)} rows: "
            f"ranks {ranks:.1f} s, value of information {worth:.1f} s"
        )


def made_up(n: int) -> PlayedDraws:
    """Shipped draws in which peers avoid visits as far as the effect on returns says, and all else is noise."""
    places = shipped_draws().places[:n]
    effect = shipped_cube().values(places)[RETURN_HAZARD][:, 0]
    rng, measures = np.random.default_rng(1), measures_needed()
    first = rng.standard_normal((len(places), len(STAFFINGS), len(measures)))
    first[:, 1:, measures.index("staff_cost_per_week.all")] += 3_800.0
    first[:, 1, measures.index("visits_per_week.mental_health")] += 60.0 * (effect - 1.0)
    first[:, :, measures.index(RETURN_OUTCOME)] = 0.1
    again = first + 0.3 * rng.standard_normal(first.shape)
    again[len(places) // 4 :] = np.nan
    scenarios = {name: sim.load(f"staffing={name}") for name in STAFFINGS}
    return played_draws(DrawnRuns(STAFFINGS, measures, first, again, 26, 0.95), places, scenarios)


def measures_needed() -> tuple[str, ...]:
    """Those that are ranked or valued."""
    valued = (
        "visits_per_week.mental_health", "admissions_per_week.mental_health", "boarding_hours_per_week.mental_health",
    )  # fmt: skip
    return tuple(dict.fromkeys([*HEADLINE, *valued]))


def seconds(work: Callable[[], Any]) -> float:
    """Time of the processor, which others on the machine do not lengthen."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
