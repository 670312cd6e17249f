"""Every run keeps the invariants, and every invariant notices the breach it is there for."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim.department.discipline import Discipline
from sim.department.pathway import Delay, Dispose, Place, Route, SideTask, Task
from sim.department.patients import Escalation, ResponseTask
from sim.department.places import Zone
from sim.department.roster import Break, Role
from sim.department.scenario import Scenario
from sim.department.support import Support
from sim.engine.trajectory import AMA, BRIDGING, CONTACT, FIRST, LWBS, MAIN, RECOVERY, SIDE, Trajectory
from sim.runs.engines import Engine
from tests.invariants import violations
from tests.invariants.checked_run import highest_count, overlaps, time_integral
from tests.worlds import always, one_stream, random_scenario, random_scenarios, shift, visits_at

Tamper = Callable[[dict[str, np.ndarray]], None]


@pytest.mark.slow_on_simpy
@pytest.mark.parametrize("seed", range(0, 60, 2))
def test_a_random_department_keeps_every_invariant(simulate: Engine, seed: int) -> None:
    scenario = random_scenario(seed)

    assert violations(simulate(scenario, seed=1), scenario) == []


@settings(max_examples=15)
@given(random_scenarios())
def test_any_department_keeps_every_invariant(simulate: Engine, scenario: Scenario) -> None:
    assert violations(simulate(scenario, seed=2), scenario) == []


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """Two physicians, one nurse, three places, breaks, a shift change, and visits that wait and leave."""
    everyone = Route(acuities=(1, 2, 3, 4, 5), zones=("acute",))
    return one_stream(
        [
            Place(name="room", routes=(everyone,), may_leave=True),
            Task(
                name="assessment",
                role="physician",
                contact="first",
                minutes=always(30.0),
                may_leave=True,
                purpose="physician",
            ),
            Task(name="treatment", role="nurse", minutes=always(10.0), preemptible=True),
            Task(name="review", role="physician", contact="continuing", minutes=always(5.0), band=1),
            SideTask(name="charting", role="physician", contact="continuing", minutes=always(4.0)),
        ],
        {
            "physician": Role(
                shifts={"day": shift(0.0, 300.0, 2), "late": shift(300.0, 600.0, 1)},
                caseload=2,
                breaks=(Break(minutes=15.0),),
            ),
            "nurse": Role(shifts={"all": shift(0.0, 1440.0, 1)}),
        },
        visits_at(*[10.0 * number for number in range(60)], patience=90.0),
        zones={"acute": Zone(places=3, nurse_twelfths=4, cleaning_minutes=5.0), "spare": Zone(places=1)},
        department={"ratio_role": "nurse", "handover_minutes": 3.0},
        discipline=Discipline(rule="fifo"),
    )


@pytest.fixture(scope="module")
def run(simulate: Engine, scenario: Scenario) -> Trajectory:
    return simulate(scenario, seed=1)


def test_the_sound_run_that_the_next_tests_spoil_keeps_every_invariant(run: Trajectory, scenario: Scenario) -> None:
    assert violations(run, scenario) == []


def with_table(run: Trajectory, table: str, tamper: Tamper) -> Trajectory:
    columns = {name: values.copy() for name, values in getattr(run, f"{table}_columns").items()}
    tamper(columns)
    return replace(run, **{f"{table}_columns": columns})


def setting(column: str, row: int, value: Any) -> Tamper:
    def tamper(columns: dict[str, np.ndarray]) -> None:
        columns[column][row] = value

    return tamper


def moving(columns: tuple[str, ...], row: int, minutes: float) -> Tamper:
    def tamper(table: dict[str, np.ndarray]) -> None:
        for column in columns:
            table[column][row] += minutes

    return tamper


def leaver(run: Trajectory) -> int:
    return int(np.flatnonzero(np.isin(run.visit_columns["disposition"], (LWBS, AMA)))[0])


def row_where(run: Trajectory, table: str, **values: Any) -> int:
    columns = getattr(run, f"{table}_columns")
    flags = np.ones(len(next(iter(columns.values()))), dtype=bool)
    for name, value in values.items():
        flags &= columns[name] == value
    return int(np.flatnonzero(flags)[0])


def spoilt_runs(run: Trajectory) -> dict[str, Trajectory]:
    """Breaches by what must be said of them."""
    charting, treatment = run.steps.index("charting"), run.steps.index("treatment")
    handed = row_where(run, "staff", role=0, n_handed_over=2) if 2 in run.staff_columns["n_handed_over"] else 0
    done = int(np.flatnonzero(~np.isnan(run.place_columns["end"]))[0])
    return {
        "does not fit disposition": with_table(run, "visit", setting("departure", 0, np.nan)),
        "outside": with_table(run, "visit", setting("departure", 0, run.horizon + 1.0)),
        "before time 0": with_table(run, "visit", setting("arrival", 1, -1.0)),
        "is before started": with_table(run, "task", setting("ended", 0, -1.0)),
        "before the visit's arrival": with_table(run, "task", setting("requested", 20, 0.0)),
        "of its steps": replace(run, step_times=run.step_times[:, ::-1]),
        "of the main path overlap": with_table(run, "task", moving(("ended",), 0, 25.0)),
        "and again from": with_table(run, "task", setting("member", row_where(run, "task", member=0), 1)),
        "is off duty": with_table(run, "task", moving(("started", "ended"), row_where(run, "task", member=2), -200.0)),
        "was free at": with_table(run, "staff", moving(("left",), 0, 7.0)),
        "the caseload is": with_table(run, "case", setting("end", 0, np.nan)),
        "two holders of one case": with_table(run, "case", setting("visit", 1, run.case_columns["visit"][0])),
        "after the departure of visit": with_table(run, "case", setting("end", 0, run.horizon)),
        "being cleaned": with_table(run, "place", moving(("start",), 5, -30.0)),
        "holds two places": with_table(run, "place", setting("visit", done + 1, run.place_columns["visit"][done])),
        "is held and left": with_table(run, "visit", setting("held", leaver(run), True)),
        "with first physician contact": with_table(run, "visit", setting("disposition", leaver(run), AMA)),
        "on a budget of": with_table(run, "visit", setting("patience", 8, 1.0)),
        "of a budget of": with_table(run, "visit", setting("patience", leaver(run), 500.0)),
        "of kind": with_table(run, "task", setting("kind", row_where(run, "task", step=charting), 6)),
        "does a task of nurse": with_table(run, "task", setting("member", row_where(run, "task", step=treatment), 0)),
        "in one of places and step_times only": with_table(run, "place", moving(("start",), 0, 0.5)),
        "is on no route": with_table(run, "place", setting("zone", 0, 1)),
        "of patient": with_table(run, "visit", setting("visit_number", 3, 2)),
        "never came": with_table(run, "visit", setting("next_visit", 0, 700.0)),
        "same patient": with_table(run, "visit", setting("patient", 1, run.visit_columns["patient"][0])),
        "busy": with_table(run, "staff", moving(("busy",), 0, 1.0)),
        "overtime": with_table(run, "staff", moving(("overtime",), 0, 1.0)),
        "past the shift": with_table(run, "task", setting("overtime", 0, 2.0)),
        "cases show": with_table(run, "staff", moving(("n_handed_over",), handed, 1)),
        "handover minutes": with_table(run, "task", setting("handover", 0, 1.0)),
        "spells of company told": with_table(run, "visit", setting("n_peer_spells", 0, 1)),
        "peer_missed": with_table(run, "visit", setting("peer_missed", 0, True)),
        "company without consent": with_table(run, "visit", setting("peer_started", 0, 50.0)),
        "observed": with_table(run, "visit", setting("minutes_observed", 0, 5.0)),
        "observation unmet": with_table(run, "visit", setting("minutes_observation_unmet", 0, 5.0)),
        "response tasks": with_table(run, "visit", setting("n_escalations", 0, 1)),
        "may not be": with_table(run, "task", setting("interrupted", 0, True)),
        "does not dispose": with_table(run, "visit", setting("disposition", 0, 2)),
        "boards after": with_table(run, "visit", setting("boarding_end", 0, 1400.0)),
        "horizon": replace(run, horizon=run.horizon + 1.0),
        "those of the roster": replace(run, members=run.members[:-1]),
    }


def test_every_breach_is_named_in_the_words_of_its_invariant(run: Trajectory, scenario: Scenario) -> None:
    found = {words: violations(spoilt, scenario) for words, spoilt in spoilt_runs(run).items()}

    assert {
        words: breaches for words, breaches in found.items() if not any(words in breach for breach in breaches)
    } == {}


# --- company --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_peers() -> Scenario:
    """Two peers with breaks and children who are seen, escalate, go home, and wish for company by day and night."""
    steps = [
        Delay(name="calm", minutes=always(40.0)),
        Task(name="assessment", role="physician", minutes=always(15.0), purpose="assessment"),
        Dispose(name="dispose", admission=0.0),
        Delay(name="lift_home", minutes=always(1500.0)),
    ]
    return one_stream(
        steps,
        {
            "physician": Role(shifts={"always": shift(0.0, 1440.0)}),
            "psw": Role(kind="peer", shifts={"always": shift(0.0, 1440.0, 2)}, breaks=(Break(minutes=15.0),)),
        },
        visits_at(*[300.0 + 70.0 * number for number in range(14)], stream="mental_health"),
        name="mental_health",
        stream={"escalation": Escalation(mean_hours=6.0, response=(ResponseTask(role="physician", minutes=9.0),))},
        support=Support(consent=1.0, caseload=None, again_hours=1.0, trigger="at_arrival", huddle_roles=("physician",)),
        minutes=3 * 1440.0,
    )


def contact_at(run: Trajectory, **values: Any) -> int:
    return row_where(run, "task", kind=CONTACT, **values)


def spoilt_company(run: Trajectory) -> dict[str, Trajectory]:
    """Breaches by what must be said of them, in a run with peers."""
    tasks = run.task_columns
    main = tasks["kind"] == MAIN
    begins = set(zip(tasks["visit"][main].tolist(), tasks["started"][main].tolist(), strict=True))
    by_clinician = next(
        row
        for row in np.flatnonzero((tasks["kind"] == CONTACT) & tasks["interrupted"])
        if (int(tasks["visit"][row]), float(tasks["ended"][row])) in begins
    )
    bridged = row_where(run, "task", kind=BRIDGING)
    used_up = contact_at(run, interrupted=False, withdrawn=False)
    recovery = row_where(run, "task", kind=RECOVERY)
    again = contact_at(run, band=3)
    debriefed = row_where(run, "visit", n_peer_exposures=1)
    last = int(np.flatnonzero((tasks["kind"] == CONTACT) & (tasks["visit"] == tasks["visit"][used_up]))[-1])
    return {
        "last spell of company": with_table(run, "visit", moving(("peer_ended",), 0, 1.0)),
        "company since": with_table(run, "task", moving(("company_since",), used_up, -3.0)),
        "the meeting is": with_table(run, "visit", moving(("peer_met",), 0, -4.0)),
        "in 0 spells of company": with_table(run, "visit", setting("peer_met", 0, 1.0)),
        "company beside a clinician": with_table(run, "task", moving(("ended",), by_clinician, 5.0)),
        "its first contact is not first": with_table(run, "task", setting("contact", again, FIRST)),
        "the last ended at": with_table(run, "task", moving(("requested",), again, 1.0)),
        "no contact is asked for by": with_table(run, "task", setting("kind", last, SIDE)),
        "a contact at band 2": with_table(run, "task", setting("band", again, 2)),
        "a contact at band 5": with_table(run, "task", setting("band", again, 5)),
        "in the quiet hours": with_table(run, "task", setting("requested", again, 1440.0)),
        "no recovery is asked for": with_table(run, "task", setting("kind", recovery, SIDE)),
        "when no company ends": with_table(run, "task", moving(("requested",), recovery, 1.0)),
        "recovery of 14": with_table(run, "task", moving(("ended",), recovery, 4.0)),
        "exposures told": with_table(run, "visit", setting("n_peer_exposures", debriefed, 2)),
        "times bridging": with_table(run, "visit", setting("peer_met", int(tasks["visit"][bridged]), np.nan)),
        "calls, 1 are due": with_table(
            run, "visit", setting("peer_missed", row_where(run, "visit", disposition=1), True)
        ),
    }


def test_every_breach_of_company_is_named(simulate: Engine, with_peers: Scenario) -> None:
    run = simulate(with_peers, seed=1)
    assert violations(run, with_peers) == []

    found = {words: violations(spoilt, with_peers) for words, spoilt in spoilt_company(run).items()}

    assert {
        words: breaches for words, breaches in found.items() if not any(words in breach for breach in breaches)
    } == {}


def test_places_beyond_the_nurse_ratio_are_noticed(run: Trajectory, scenario: Scenario) -> None:
    zones = scenario.department.zones | {"acute": Zone(places=3, nurse_twelfths=6, cleaning_minutes=5.0)}
    stricter = scenario.model_copy(update={"department": scenario.department.model_copy(update={"zones": zones})})

    assert any("twelfths in use" in breach for breach in violations(run, stricter))


def test_counting_ends_before_starts_at_one_instant() -> None:
    starts, ends = np.array([0.0, 5.0, 5.0]), np.array([5.0, 9.0, 5.0])

    assert highest_count(starts, ends) == (1, 0.0)


def test_touching_spells_do_not_overlap_but_nested_ones_do() -> None:
    owners = np.array([1, 1, 1, 2])

    found = overlaps(owners, np.array([0.0, 2.0, 3.0, 0.0]), np.array([2.0, 9.0, 4.0, 9.0]))

    assert found == [(1, 2)]


def test_the_area_under_a_count_is_the_sum_of_the_spells() -> None:
    starts, ends = np.array([1.0, 2.0, 8.0]), np.array([4.0, np.inf, np.inf])

    assert time_integral(starts, ends, 10.0) == pytest.approx(3.0 + 8.0 + 2.0)
