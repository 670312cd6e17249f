"""What this process plays and answers with the mathematical library it has: `test_other_libm` runs it under two.

Prints JSON: a digest of `log` and `exp`, and the answers of a comparison with their half-widths; if the word AGREE is
given, also the departments on which the engines disagree.
"""

import json
import math
import sys
from hashlib import sha256

import numpy as np

import sim
from sim.config import compose
from sim.department.scenario import Period
from sim.engine.reference.model import simulate
from sim.runs.engines import ENGINES
from tests.agree import OTHER, play
from tests.agreement import disagreement

AGREE = "agree"
DEPARTMENTS = range(300, 312)
WEEKS, REPLICATIONS = 6, 6


def main() -> None:
    uniforms = np.random.default_rng(1).random(200_000).tolist()
    values = np.array([[math.log(u), math.exp(u)] for u in uniforms])
    print(
        json.dumps(
            {
                "log_and_exp": sha256(values.tobytes()).hexdigest(),
                "disagreements": list(disagreements()) if AGREE in sys.argv[1:] else None,
                "answers": answers(),
            }
        )
    )


def disagreements() -> list[str]:
    """Random departments, and a week of the default one, on which the engines part."""
    week = compose(["staffing=peer_added", "effects=both"]).scenario.model_copy(update={"period": Period(weeks=1)})
    found = {f"random_scenario({seed})": play(seed).found for seed in DEPARTMENTS}
    found["a week of the default department"] = disagreement(week, 1, simulate, ENGINES[OTHER])
    return [f"{name}: {what}" for name, what in found.items() if what is not None]


def answers() -> dict[str, tuple[float, float]]:
    """Means of all measures of two staffings, and of their differences, with the half-widths of their intervals."""
    words = [f"study.weeks={WEEKS}", "study.demand_levels=[1.0]", "effects=both"]
    answer = sim.compare(["traditional", "peer_added"], *words, replications=REPLICATIONS, workers=1)
    return {
        f"{table} {row.staffing} {row.measure}": (row.mean, row.half_width)
        for table in ("estimates", "differences")
        for row in getattr(answer, table).itertuples()
        if not math.isnan(row.mean)
    }


if __name__ == "__main__":
    sys.exit(main())
