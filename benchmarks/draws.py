"""How many keyed draws a run cannot do without, counted from its trajectory and its scenario.

Counted for each visit: its acuity; the uniforms handed over at arrival; a flag for every step reached, and for every
need asked about, whose share lies strictly between 0 and 1; a value for every duration of a step that happened, for a
patience that is not infinite, for a route, a disposition, a follow-up, a boarding time; escalations with their budgets;
frailty; and for a first visit the gap to the next. Left out, as not needed visit by visit: the visits of the prelude,
day factors, absences, wishes for company after the first, and what a run draws without using it.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.department.pathway import Board, Delay, Dispose, FollowUp, Place, SideTask, Task
from sim.department.patients import Stream
from sim.department.quantities import ACUITIES, CONSTANT, EXPONENTIAL, of_acuity
from sim.department.scenario import Scenario
from sim.engine.draw_numbers import UNIFORMS
from sim.engine.stream_draws import MEETING, QuantileTables
from sim.engine.trajectory import AMA, LWBS, PRESENT, Trajectory

Lowered = tuple[float, ...]
FAMILIES = ("constant", "exponential", "lognormal", "weibull", "uniform", "triangular", "gamma", "empirical")
UNIT_EXPONENTIAL: Lowered = (float(EXPONENTIAL), 1.0, 0.0, 0.0)


@dataclass(frozen=True)
class Draws:
    """Plain uniforms, and how often each set of lowered parameters is drawn from."""

    visits: int
    uniforms: int
    parameters: np.ndarray
    counts: np.ndarray
    tables: np.ndarray

    def by_kind(self) -> dict[str, int]:
        """Uniforms and draws of each family."""
        found = Counter({"uniform": self.uniforms})
        for row, count in zip(self.parameters, self.counts, strict=True):
            found[FAMILIES[int(row[0])]] += int(count)
        return dict(found)


class Tally:
    """Counts draws as they are met."""

    def __init__(self) -> None:
        self.uniforms = 0
        self.values: Counter[Lowered] = Counter()
        self.tables = QuantileTables()

    def flags(self, share: Any, acuity: np.ndarray, asked: np.ndarray) -> None:
        """One uniform for everybody asked whose share is neither 0 nor 1."""
        shares = np.array([of_acuity(share, level) for level in ACUITIES])[acuity - 1]
        self.uniforms += int((asked & (shares > 0.0) & (shares < 1.0)).sum())

    def durations(self, distribution: Any, acuity: np.ndarray, happened: np.ndarray) -> None:
        """One value for everybody to whom it happened, unless it is constant."""
        for level in ACUITIES:
            lowered = self.tables.lowered(distribution, level)
            count = int((happened & (acuity == level)).sum())
            if lowered[0] != CONSTANT and count:
                self.values[lowered] += count


def draws_needed(run: Trajectory, scenario: Scenario) -> Draws:
    """The draws of a whole run."""
    tally = Tally()
    for number, (name, stream) in enumerate(scenario.department.streams.items()):
        count_stream(tally, run, scenario, stream, run.visit_columns["stream"] == number, name)
    return Draws(
        visits=run.n_visits,
        uniforms=tally.uniforms,
        parameters=np.array(list(tally.values), dtype=float).reshape(-1, 4),
        counts=np.array(list(tally.values.values()), dtype=np.int64),
        tables=tally.tables.array(),
    )


def count_stream(
    tally: Tally, run: Trajectory, scenario: Scenario, stream: Stream, mine: np.ndarray, name: str
) -> None:
    """The draws of one stream's visits."""
    columns = {key: values[mine] for key, values in run.visit_columns.items()}
    acuity = columns["acuity"].astype(int)
    n = len(acuity)
    everybody = np.ones(n, dtype=bool)
    tally.uniforms += n * (1 + len(UNIFORMS))
    tally.values[UNIT_EXPONENTIAL] += int((columns["visit_number"] == 1).sum())
    times = run.step_times[mine][:, [run.steps.index(step.name) for step in stream.pathway]]
    reached = steps_reached(times, columns["disposition"])
    for need, share in stream.needs.items():
        places = [place for place, step in enumerate(stream.pathway) if step.need == need]
        tally.flags(share, acuity, reached[:, places].any(axis=1))
    for place, step in enumerate(stream.pathway):
        tally.flags(step.share, acuity, reached[:, place])
        count_step(tally, scenario, step, acuity, ~np.isnan(times[:, place, 1]))
    if stream.patience.minutes is not None:
        tally.durations(stream.patience.minutes, acuity, np.isfinite(columns["patience"]))
    if stream.escalation is not None:
        tally.values[UNIT_EXPONENTIAL] += n + int(columns["n_escalations"].sum())
        tally.uniforms += int(columns["n_escalations"].sum())
    if stream.returns is not None:
        tally.flags(stream.returns.frail_share, acuity, everybody)
    if name in scenario.support.streams:
        count_contacts(tally, run, mine)


def steps_reached(times: np.ndarray, disposition: np.ndarray) -> np.ndarray:
    """Which steps of the pathway a visit has come to, skipped ones included, shape (visits, steps)."""
    n_steps = times.shape[1]
    asked = ~np.isnan(times[:, :, 0])
    last = np.where(asked.any(axis=1), n_steps - 1 - np.argmax(asked[:, ::-1], axis=1), -1)
    last = np.where(np.isin(disposition, (PRESENT, LWBS, AMA)), last, n_steps - 1)
    return np.arange(n_steps)[None, :] <= last[:, None]


def count_step(tally: Tally, scenario: Scenario, step: Any, acuity: np.ndarray, happened: np.ndarray) -> None:
    """What is drawn for one step of those to whom it happened."""
    if isinstance(step, Delay | Task | SideTask):
        tally.durations(step.minutes, acuity, happened)
    elif isinstance(step, Place):
        for level in ACUITIES:
            if sum(level in route.acuities for route in step.routes) > 1:
                tally.uniforms += int((happened & (acuity == level)).sum())
    elif isinstance(step, Dispose):
        tally.flags(step.admission, acuity, happened)
    elif isinstance(step, FollowUp):
        tally.uniforms += int(happened.sum())
    elif isinstance(step, Board):
        tally.uniforms += int(happened.sum())
        tally.durations(scenario.boarding.times[step.time].minutes, acuity, happened)


def count_contacts(tally: Tally, run: Trajectory, mine: np.ndarray) -> None:
    """The minutes of a meeting and of a first wish for every visit that a peer came to."""
    begun = mine & ~np.isnan(run.visit_columns["peer_started"])
    tally.durations(MEETING, run.visit_columns["acuity"].astype(int), begun)
    tally.values[UNIT_EXPONENTIAL] += int(begun.sum())
