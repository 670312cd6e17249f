"""A fork of two delays against theory: the time in it is the greater of two independent times."""

from typing import Any

import numpy as np
import pytest

from sim.department.pathway import Delay, Fork
from sim.department.quantities import Exponential
from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from sim.runs.engines import ENGINES
from tests.verification.queues import Case, Measured, queue, service, step, verdicts, whole_stay_seen

LONG, SHORT = 30.0, 20.0
"""Mean minutes of the two branches."""
WARM_UP, PER_HOUR = 600.0, 30.0


def forked(engine: str, factor: float = 1.0) -> dict[str, Any]:
    """Arrivals every 2 minutes, each with two exponential delays at once and then a third alone."""

    def scenario(_: float) -> Scenario:
        steps = (
            Fork(name="at_once", branches=("a", "b")),
            Delay(name="long", branch="a", minutes=Exponential(mean=LONG * factor)),
            Delay(name="short", branch="b", minutes=Exponential(mean=SHORT)),
            Delay(name="after", minutes=Exponential(mean=10.0)),
            service(Exponential(mean=1.0), share=0.0),
        )
        return queue(steps, 1, PER_HOUR, 500.0, WARM_UP)

    def measure(run: Trajectory) -> Measured:
        seen = whole_stay_seen(run, WARM_UP)
        n = float(seen.sum())
        minutes = (step(run, "at_once", 2) - step(run, "at_once", 0))[seen]
        by_long = step(run, "long", 2)[seen] == step(run, "at_once", 2)[seen]
        stay = run.visit_columns["departure"][seen] - run.visit_columns["arrival"][seen]
        return {
            "minutes": (float(minutes.sum()), n),
            "square": (float((minutes**2).sum()), n),
            "by_long": (float(by_long.sum()), n),
            "stay": (float(stay.sum()), n),
        }

    a, b = 1.0 / LONG, 1.0 / SHORT
    greater = 1.0 / a + 1.0 / b - 1.0 / (a + b)
    targets = {
        "minutes": greater,
        "square": 2.0 / a**2 + 2.0 / b**2 - 2.0 / (a + b) ** 2,
        "by_long": b / (a + b),
        "stay": greater + 10.0,
    }
    return verdicts(ENGINES[engine], Case("fork of two delays", scenario, measure, targets), n_replications=30)


@pytest.mark.verification
def test_time_in_a_fork_is_the_greater_of_two_times(engine: str) -> None:
    """Law: of exponentials with rates a and b the mean is 1/a + 1/b - 1/(a + b) and the mean square 2/a² + 2/b² -
    2/(a + b)², and the first ends last with b/(a + b). Thirty replications, |z| < 4."""
    assert all(abs(verdict.z) < 4.0 for verdict in forked(engine).values())


@pytest.mark.verification
def test_a_branch_a_twentieth_longer_is_noticed() -> None:
    assert any(abs(verdict.z) >= 4.0 for verdict in forked("compiled", 1.05).values())


def test_branches_take_their_times_independently() -> None:
    """The draws are keyed by the names of steps: no correlation beyond four standard errors in 3,000 visits."""
    steps = (
        Fork(name="at_once", branches=("a", "b")),
        Delay(name="long", branch="a", minutes=Exponential(mean=LONG)),
        Delay(name="short", branch="b", minutes=Exponential(mean=SHORT)),
        service(Exponential(mean=1.0), share=0.0),
    )
    run = ENGINES["compiled"](queue(steps, 1, PER_HOUR, 3000.0, WARM_UP), 5)
    seen = whole_stay_seen(run, WARM_UP)
    times = [(step(run, name, 2) - step(run, name, 1))[seen] for name in ("long", "short")]
    assert abs(float(np.corrcoef(*times)[0, 1])) < 4.0 / np.sqrt(seen.sum())
