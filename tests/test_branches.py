"""Ways that part: a choose step sends each visit into one branch, by one draw; hand timelines, a closed form, refusals.

Random departments have branches too, and are judged by invariants, the referee and the other engine.
"""

from math import nan
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.department.arrivals import GivenVisit, Replay
from sim.department.expected_work import weekly_minutes
from sim.department.pathway import Branch, Choose, Delay, Dispose, FreePlace, Place, Route, Task
from sim.department.patients import Stream
from sim.department.places import Zone
from sim.department.quantities import Exponential
from sim.department.scenario import Scenario, ScenarioError
from sim.department.severity import Severity
from sim.engine.draw_numbers import quantity_id
from sim.engine.trajectory import Trajectory
from sim.engine.workload import Workload
from sim.runs.engines import ENGINES, Engine
from tests.verification import theory
from tests.verification.queues import Case, Measured, queue, service, step, verdicts, whole_stay_seen
from tests.worlds import ALL, always, one_stream, staffed, visits_at


def choose(shares: dict[str, Any], **more: Any) -> Choose:
    return Choose(name="way", branches=tuple(Branch(name=name, share=share) for name, share in shares.items()), **more)


def scan(minutes: float, branch: str | None, name: str | None = None, **more: Any) -> Delay:
    return Delay(name=name or f"scan_{branch}", minutes=always(minutes), branch=branch, **more)


def started(run: Trajectory, name: str) -> list[float]:
    return run.step_times[:, run.steps.index(name), 1].tolist()


def test_of_a_60_40_branch_each_visit_goes_the_way_of_its_uniform(simulate: Engine) -> None:
    """Below 0.6 it has the long scan, from 0.6 on the short one; behind them all meet again."""
    arrivals = [5.0 * number for number in range(40)]
    steps = [
        choose({"long": 0.6, "short": 0.4}), scan(50.0, "long"), scan(20.0, "short"), scan(1.0, None, name="desk"),
    ]  # fmt: skip
    scenario = one_stream(steps, {}, visits_at(*arrivals))
    run, workload = simulate(scenario, seed=1), Workload(scenario, 1, 0)
    long = [workload.uniform(patient, 1, quantity_id("step/way")) < 0.6 for patient in range(40)]

    stays = [50.0 if one else 20.0 for one in long]
    due = [at + stay + 1.0 for at, stay in zip(arrivals, stays, strict=True)]
    assert run.visit_columns["departure"].tolist() == due
    assert np.array_equal(np.isnan(started(run, "scan_long")), ~np.array(long))
    assert np.array_equal(np.isnan(started(run, "scan_short")), np.array(long))
    assert run.step_times[:, run.steps.index("way")].tolist() == [[at] * 3 for at in arrivals]
    assert 15 <= sum(long) <= 33


def test_shares_may_go_by_acuity_and_by_class_of_severity(simulate: Engine) -> None:
    """CTAS 2 always goes the first way and CTAS 4 never; who is of the second class goes the second way anyhow."""
    first = Branch(name="first", share=(1.0, 1.0, 1.0, 0.0, 0.0), by_class={"other": 0.0})
    second = Branch(name="second", share=(0.0, 0.0, 0.0, 1.0, 1.0), by_class={"other": 1.0})
    steps = [Choose(name="way", branches=(first, second)), scan(10.0, "first"), scan(20.0, "second")]

    def stays(share: tuple[float, float]) -> list[float]:
        severity = Severity(classes=("brief", "other"), share=(share,) * 5)
        given = [GivenVisit(at=0.0, stream="medical", acuity=acuity) for acuity in (2, 4)]
        run = simulate(one_stream(steps, {}, Replay(visits=tuple(given)), stream={"severity": severity}), seed=1)
        return run.visit_columns["departure"].tolist()

    assert stays((1.0, 0.0)) == [10.0, 20.0]
    assert stays((0.0, 1.0)) == [20.0, 20.0]


def test_a_way_may_part_again_and_who_was_not_sent_there_passes_it(simulate: Engine) -> None:
    """The first way parts in two; the second has nothing of that. A choice that is skipped sends nobody anywhere."""
    inner = Choose(
        name="inner", branch="first", branches=(Branch(name="left", share=0.0), Branch(name="right", share=1.0))
    )

    def times(share: float, first: float) -> dict[str, float]:
        outer = choose({"first": first, "second": 1.0 - first}, share=share)
        steps = [
            outer,
            inner,
            scan(7.0, "left"),
            scan(11.0, "right"),
            scan(13.0, "second"),
            scan(2.0, None, name="all"),
        ]
        run = simulate(one_stream(steps, {}, visits_at(0.0)), seed=1)
        return {name: at[0] for name in run.steps if (at := started(run, name))[0] == at[0]}

    assert times(1.0, 1.0) == {"way": 0.0, "inner": 0.0, "scan_right": 0.0, "all": 11.0}
    assert times(1.0, 0.0) == {"way": 0.0, "scan_second": 0.0, "all": 13.0}
    assert times(0.0, 1.0) == {"all": 0.0}


def test_waiting_in_a_branch_uses_up_patience_as_anywhere(simulate: Engine) -> None:
    """One scanner: the second waits 5 minutes for it on a patience of 5, and wins the tie of 10; the third leaves."""
    steps = [choose({"in": 1.0, "out": 0.0}), scan(10.0, "in", capacity=1, may_leave=True)]
    run = simulate(one_stream(steps, {}, visits_at(0.0, 5.0, 6.0, patience=5.0)), seed=1)

    assert run.visit_columns["departure"].tolist() == [10.0, 20.0, 11.0]
    assert np.array_equal(started(run, "scan_in"), [0.0, 10.0, nan], equal_nan=True)


def thinned(engine: str, factor: float = 1.0) -> dict[str, Any]:
    """Of an arrival every 2 minutes a share of 0.6 goes to an M/M/4 with means of 10 minutes."""
    warm_up, mean, every = 2000.0, 10.0, 2.0 / 0.6

    def scenario(_: float) -> Scenario:
        steps = (
            choose({"seen": 0.6 * factor, "home": 1.0 - 0.6 * factor}),
            service(Exponential(mean=mean), branch="seen"),
            scan(15.0, "home"),
        )
        return queue(steps, 4, 30.0, 1500.0, warm_up)

    def measure(run: Trajectory) -> Measured:
        sent = whole_stay_seen(run, warm_up) & ~np.isnan(step(run, "service", 0))
        waits = (step(run, "service", 1) - step(run, "service", 0))[sent]
        minutes = run.horizon - 2.0 * warm_up
        return {"Wq": (float(waits.sum()), float(sent.sum())), "rate": (float(sent.sum()), minutes)}

    targets = {"Wq": theory.mmc_wait(1.0 / every, mean, 4), "rate": 1.0 / every}
    return verdicts(ENGINES[engine], Case("thinned M/M/4", scenario, measure, targets), n_replications=60)


@pytest.mark.verification
def test_a_branch_of_a_poisson_stream_is_a_poisson_stream() -> None:
    """Law: waits are those of M/M/4 at the thinned rate. Sixty replications, |z| < 4; a share of 0.63 is noticed."""
    assert all(abs(verdict.z) < 4.0 for verdict in thinned("compiled").values())
    assert any(abs(verdict.z) >= 4.0 for verdict in thinned("compiled", 1.05).values())


# --- what it asks of staff -------------------------------------------------------------------------------------------


def test_the_work_expected_of_a_role_counts_who_is_sent_there() -> None:
    """0.6 of the visits go the first way, 0.5 of these on to care, where half are admitted: 0.15 have the last task."""
    inner = Choose(name="again", branch="a", branches=(Branch(name="c", share=0.5), Branch(name="d", share=0.5)))
    steps = [
        choose({"a": 0.6, "b": 0.4}), inner,
        Task(name="care", role="nurse", minutes=always(10.0), branch="c"),
        Dispose(name="dispose", admission=0.5, branch="c"),
        Task(name="ward", role="nurse", minutes=always(100.0), branch="c", only_if="admission"),
    ]  # fmt: skip
    scenario = one_stream(steps, {"nurse": staffed()}, visits_at(*[0.0] * 100), minutes=10080.0)

    assert weekly_minutes(scenario)["nurse"] == pytest.approx(100 * (0.3 * 10.0 + 0.15 * 100.0))


def test_dispositions_decided_in_branches_are_those_of_their_visits() -> None:
    """0.6 are all admitted and 0.4 all go home: 0.6 of all go to the ward, of the second way none."""
    steps = [
        choose({"a": 0.6, "b": 0.4}),
        Dispose(name="sick", admission=1.0, branch="a"),
        Dispose(name="well", admission=0.0, branch="b"),
        Task(name="ward", role="nurse", minutes=always(1.0), only_if="admission"),
        Task(name="none", role="nurse", minutes=always(100.0), only_if="admission", branch="b"),
        Task(name="home", role="nurse", minutes=always(10.0), only_if="discharge", branch="b"),
    ]
    scenario = one_stream(steps, {"nurse": staffed()}, visits_at(*[0.0] * 100), minutes=10080.0)

    assert weekly_minutes(scenario)["nurse"] == pytest.approx(100 * (0.6 + 0.4 * 10.0))


# --- what is refused -------------------------------------------------------------------------------------------------


def refusal(make: Any) -> str:
    with pytest.raises((ValidationError, ScenarioError)) as caught:
        make()
    return str(caught.value)


def test_shares_that_do_not_sum_to_one_are_named_by_acuity_and_class() -> None:
    branches = (
        Branch(name="a", share=(0.5, 0.5, 0.5, 0.5, 0.6), by_class={"brief": 0.7}),
        Branch(name="b", share=0.5),
    )
    text = refusal(lambda: Choose(name="way", branches=branches))

    assert "shares of the branches of CTAS 5 sum to 1.1" in text
    assert "shares of the branches in class brief sum to 1.2" in text
    assert "CTAS 4" not in text


def test_branches_nobody_is_sent_into_and_names_used_twice_are_all_named_at_once() -> None:
    again = Choose(name="again", branches=(Branch(name="a", share=1.0), Branch(name="d", share=0.0)))
    far = Branch(name="e", share=1.0, by_class={"severe": 1.0})
    last = Choose(name="last", branches=(far, Branch(name="f", share=0.0)))
    steps = (scan(1.0, "b", name="early"), choose({"a": 0.5, "b": 0.5}), again, last, scan(1.0, "z", name="lost"))
    text = refusal(lambda: Stream(pathway=steps))

    assert "step 'early' is in branch 'b'; branches of choose and fork steps before it: none" in text
    assert "step 'lost' is in branch 'z'; branches of choose and fork steps before it: a, b, a, d, e, f" in text
    assert "branch 'a' is named twice" in text
    assert "by_class of branch 'e' names 'severe', classes of the stream are none" in text


def test_who_is_assessed_before_admission_must_be_known_at_arrival() -> None:
    dispose = Dispose(name="dispose", admission=0.5, assessed_by=("crisis",), branch="a")
    care = Task(name="care", role="nurse", minutes=always(1.0), need="crisis")
    steps = (choose({"a": 0.5, "b": 0.5}), care, dispose)

    assert "has assessed_by and branch" in refusal(lambda: Stream(pathway=steps, needs={"crisis": 0.5}))


def roomed(*branches: str | None, free: bool = False) -> Scenario:
    """Two places one after the other, both ways round, in these branches."""
    steps: list[Any] = [choose({"a": 0.5, "b": 0.5})]
    for number, (branch, zones) in enumerate(zip(branches, ("xy", "yx"), strict=True)):
        for zone in zones:
            routes = (Route(acuities=ALL, zones=(zone,)),)
            steps.append(Place(name=f"room_{number}_{zone}", routes=routes, branch=branch))
        if free:
            steps.append(FreePlace(name=f"leave_{number}", branch=branch))
    return one_stream(steps, {}, visits_at(0.0), zones={"x": Zone(places=1), "y": Zone(places=1)})


def test_places_taken_in_a_ring_are_refused_in_branches_too() -> None:
    """Who goes the first way holds x and waits for y, who goes the second holds y and waits for x: both may wait."""
    assert "places wait for each other in a ring" in refusal(lambda: roomed("a", "b", free=True))


def test_places_of_branches_that_exclude_each_other_are_not_held_at_once() -> None:
    """x then z one way, z then the lounge the other: no visit holds the lounge and waits for x."""
    steps = [choose({"a": 0.5, "b": 0.5})]
    for branch, zones in (("b", "xy"), ("a", "yz")):
        for zone in zones:
            routes = (Route(acuities=ALL, zones=(zone,)),)
            steps.append(Place(name=f"room_{branch}_{zone}", routes=routes, branch=branch))
    more = Place(name="last", routes=(Route(acuities=ALL, zones=("x",)),), branch="b")
    zones = {zone: Zone(places=1) for zone in "xyz"}

    assert one_stream([*steps[:3], *steps[3:]], {}, visits_at(0.0), zones=zones)
    assert "ring" in refusal(lambda: one_stream([*steps, more], {}, visits_at(0.0), zones=zones))
