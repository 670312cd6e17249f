"""What is drawn for a visit of each stream: flags, values and their distributions, lowered to arrays.

The draws themselves are made from these arrays in `sim.engine.workload`.
"""

import numpy as np

from sim.department.arrivals import StreamArrivals
from sim.department.pathway import Board, Choose, Delay, Dispose, FollowUp, Place, SideTask, Task
from sim.department.patients import Stream
from sim.department.quantities import (
    ACUITIES,
    MINUTES_PER_HOUR,
    TABLE_POINTS,
    Distribution,
    Empirical,
    Gamma,
    Lognormal,
    Lowered,
    Uniform,
    gamma_table,
    of_acuity,
)
from sim.department.scenario import Scenario
from sim.department.support import MEETING_CV, MEETING_MINUTES
from sim.engine.draw_numbers import UNIFORM_AT, UNIFORMS, flag_id, quantity_id


class StreamDraws:
    """What is drawn for a visit of one stream, lowered to arrays.

    `flag_of` and `value_of` give the position of a flag or drawn value in the list that `Workload.visit` returns.
    """

    def __init__(self, stream: Stream, scenario: Scenario, arrivals: StreamArrivals, tables: "QuantileTables") -> None:
        flags: list[tuple[str, float | tuple[float, ...]]] = [(f"need/{n}", s) for n, s in stream.needs.items()]
        flags += [(f"step/{step.name}", step.share) for step in stream.pathway]
        values = drawn_values(stream, scenario)
        names = [name for name, _ in flags]
        first = 1 + len(UNIFORMS)
        self.uniform_at = UNIFORM_AT
        self.flag_at = {name: first + i for i, name in enumerate(names)}
        self.value_at = {name: first + len(flags) + i for i, (name, _) in enumerate(values)}
        self.size = first + len(flags) + len(values)
        self.acuity_cumulated = np.cumsum(np.asarray(arrivals.acuity_mix))
        self.day_cumulated = arrivals.day_cumulated()
        self.arrays = (
            np.array([quantity_id(name) for name in UNIFORMS], dtype=np.int64),
            np.array([flag_id(name) for name in names], dtype=np.int64),
            np.array([[of_acuity(share, a) for a in ACUITIES] for _, share in flags], dtype=float).reshape(-1, 5),
            np.array([quantity_id(name) for name, _ in values], dtype=np.int64),
            np.array([names.index(name) if name in names else -1 for name, _ in values], dtype=np.int64),
            np.array([[tables.lowered(d, a) for a in ACUITIES] for _, d in values], dtype=float).reshape(-1, 5, 4),
        )


def drawn_values(stream: Stream, scenario: Scenario) -> list[tuple[str, Distribution]]:
    """Names and distributions of all drawn values of a stream's visits."""
    values: list[tuple[str, Distribution]] = []
    for step in stream.pathway:
        if isinstance(step, Delay | Task | SideTask):
            values.append((f"step/{step.name}", step.minutes))
        elif isinstance(step, Place | Choose | Dispose | FollowUp):
            values.append((f"step/{step.name}", UNIT))
        elif isinstance(step, Board):
            values += boarding_values(step, scenario)
        if isinstance(step, Task) and step.unstaffed is not None:
            values.append((f"unstaffed/{step.name}", step.unstaffed))
    if stream.patience.minutes is not None:
        values.append(("patience", stream.patience.minutes))
    values.append(("peer/first", MEETING))
    return values


UNIT = Uniform(low=0.0, high=1.0)
MEETING = Lognormal(mean=MEETING_MINUTES, cv=MEETING_CV)


def boarding_values(step: Board, scenario: Scenario) -> list[tuple[str, Distribution]]:
    """Two times and the uniform that chooses between them."""
    time = scenario.boarding.times[step.time]
    long_time = Lognormal(mean=scenario.boarding.mean_hours * MINUTES_PER_HOUR, cv=time.long_cv)
    return [
        (f"step/{step.name}", UNIT),
        (f"boarding/{step.name}", time.minutes),
        (f"long_boarding/{step.name}", long_time),
    ]


class QuantileTables:
    """Quantile tables end to end: of each coefficient of variation of a gamma, and the knots of empirical ones."""

    def __init__(self) -> None:
        self.size = 0
        self.places: dict[float | tuple[float, ...], int] = {}

    def lowered(self, distribution: Distribution, acuity: int) -> Lowered:
        """Lowered parameters, of which `b` is the first number of the table where there is one."""
        family, a, b, c = distribution.lowered(acuity)
        if isinstance(distribution, Gamma):
            return family, a, self._place(distribution.cv, TABLE_POINTS), c
        if isinstance(distribution, Empirical):
            knots = distribution.knots(acuity)
            return family, a, self._place(knots, len(knots)), c
        return family, a, b, c

    def _place(self, table: float | tuple[float, ...], size: int) -> float:
        if table not in self.places:
            self.places[table] = self.size
            self.size += size
        return float(self.places[table])

    def array(self) -> np.ndarray:
        """All of them, shape (size,); one number where there are none."""
        tables = [np.array(key) if isinstance(key, tuple) else gamma_table(key) for key in self.places]
        return np.concatenate(tables or [np.zeros(1)])
