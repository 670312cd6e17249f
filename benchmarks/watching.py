"""What a look at the first replications costs while the rest is played, nine staffings at once: a table in ms.

python -m benchmarks.watching
"""

from random import Random
from timeit import repeat

import numpy as np

from sim.analysis.early_looks import EarlyLooks
from sim.report.early_table import EARLY_MEASURES, early_differences
from sim.runs.design import Design, RunKey
from sim.runs.run_store import RunResult
from sim.statistics.watching import intervals_at_look, look_numbers

STAFFINGS, PLANNED, TIMES = [f"staffing {n}" for n in range(9)], 20, 20


def results() -> list[RunResult]:
    """Values of every measure of the table, of nine staffings and the first 12 replications."""
    drawn = Random(1)
    return [
        RunResult(RunKey(name, number), name, {measure: drawn.random() for measure in EARLY_MEASURES})
        for number in range(12)
        for name in STAFFINGS
    ]


def milliseconds(call: object) -> float:
    """The fastest of three times, for one call."""
    return 1000.0 * min(repeat(call, number=TIMES, repeat=3)) / TIMES  # type: ignore[call-overload]


def main() -> None:
    """Print how long the parts of a look take."""
    ten = np.random.default_rng(1).normal(size=(10, 12))
    played, looks = results(), look_numbers(PLANNED)

    def look() -> None:
        watched = EarlyLooks(Design({}, PLANNED, 1), {name: name for name in STAFFINGS}, EARLY_MEASURES)
        found = watched.add(played)
        assert found is not None
        early_differences({}, found).rows(100)

    print(f"intervals of ten measures: {milliseconds(lambda: intervals_at_look(ten, looks)):.2f} ms")
    print(f"a look at {len(STAFFINGS)} staffings, with its table: {milliseconds(look):.1f} ms")


if __name__ == "__main__":
    main()
