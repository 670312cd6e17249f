"""Tasks for several: a lead gathers a team, it begins and ends for all together; hand timelines, a loop, refusals.

Random departments have teams too, and are judged by invariants, the referee and the other engine.
"""

import heapq
from math import nan
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.config import compose
from sim.department.arrivals import GivenVisit, Replay, Steady
from sim.department.department import Department
from sim.department.discipline import Discipline
from sim.department.expected_work import weekly_minutes
from sim.department.pathway import Branch, Choose, Delay, Task
from sim.department.patients import Escalation, ResponseTask, Stream
from sim.department.quantities import Exponential
from sim.department.roster import Break, Role, Shift, Staffing
from sim.department.scenario import Period, Scenario, ScenarioError
from sim.engine.trajectory import GATHERING, MAIN, TASK_KINDS, TEAM, Trajectory
from sim.runs.engines import ENGINES, Engine
from tests.events_met import events_of
from tests.referee import referee
from tests.worlds import always, one_stream, shift, staffed

RESUS = {"nurse": 2}


def resus(minutes: float = 20.0, team: dict[str, int] | None = None, **more: Any) -> Task:
    return Task(name="resus", role="physician", minutes=always(minutes), team=team or RESUS, **more)


def care(minutes: float = 10.0, **more: Any) -> Task:
    return Task(name="care", role="nurse", minutes=always(minutes), **more)


def two_ways(team: Task, alone: Task, *arrivals: dict[str, Any], **scenario: Any) -> Scenario:
    """CTAS 1 and 2 have the task for several, all others the other one."""
    first, others = (1.0, 1.0, 0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0, 1.0)
    branches = (Branch(name="several", share=first), Branch(name="alone", share=others))
    steps = [
        Choose(name="way", branches=branches),
        team.model_copy(update={"branch": "several"}),
        alone.model_copy(update={"branch": "alone"}),
    ]
    visits = Replay(visits=tuple(GivenVisit.model_validate({"stream": "medical", **one}) for one in arrivals))
    return one_stream(steps, scenario.pop("roles"), visits, **scenario)


def played(simulate: Engine, scenario: Scenario) -> Trajectory:
    """The run; the referee has nothing to object to."""
    run = simulate(scenario, seed=1)
    assert [str(found) for found in referee(run, scenario)] == []
    return run


def spells(run: Trajectory, kind: int, visit: int) -> list[tuple[int, float, float]]:
    """(member, started, ended) of the rows of a kind, in order of start and member."""
    tasks = run.task_columns
    mine = (tasks["kind"] == kind) & (tasks["visit"] == visit) & ~np.isnan(tasks["started"])
    names = ("member", "started", "ended")
    return sorted(zip(*(tasks[name][mine].tolist() for name in names), strict=True), key=lambda row: (row[1], row[0]))


def started(run: Trajectory, step: str) -> list[float]:
    return run.step_times[:, run.steps.index(step), 1].tolist()


def test_a_resuscitation_begins_when_the_physician_and_two_nurses_are_there(simulate: Engine) -> None:
    """A nurse is busy to 10 when a resuscitation comes at 2: the others wait for her. Who comes at 3 waits for all."""
    roles = {"physician": staffed(), "nurse": staffed(2)}
    arrivals = ({"at": 0.0, "acuity": 3}, {"at": 2.0, "acuity": 2}, {"at": 3.0, "acuity": 3})
    run = played(simulate, two_ways(resus(), care(), *arrivals, roles=roles))

    assert spells(run, GATHERING, 1) == [(0, 2.0, 10.0), (2, 2.0, 10.0), (1, 10.0, 10.0)]
    assert spells(run, MAIN, 1) == [(0, 10.0, 30.0)]
    assert spells(run, TEAM, 1) == [(1, 10.0, 30.0), (2, 10.0, 30.0)]
    assert started(run, "care")[2] == 30.0
    assert run.visit_columns["departure"].tolist() == [10.0, 30.0, 40.0]
    busy = run.staff_columns["busy"].tolist()
    assert busy == [28.0, 10.0 + 20.0 + 10.0, 28.0]


def test_who_has_joined_is_free_again_when_the_others_do_not_come_in_time(simulate: Engine) -> None:
    """One nurse of two is there: from 2 to 17 she and the physician wait, to 32 they do not, and she cares from 17 on.
    At 32 both wait again, and when the second comes on duty at 40 it begins."""
    roles = {"physician": staffed(), "nurse": Role(shifts={"all": shift(0.0, 1440.0), "late": shift(40.0, 480.0)})}
    arrivals = ({"at": 2.0, "acuity": 2}, {"at": 5.0, "acuity": 3})
    run = played(simulate, two_ways(resus(gather_minutes=15.0), care(), *arrivals, roles=roles))

    assert started(run, "care")[1] == 17.0
    assert spells(run, GATHERING, 0) == [
        (0, 2.0, 17.0),
        (1, 2.0, 17.0),
        (0, 32.0, 40.0),
        (1, 32.0, 40.0),
        (2, 40.0, 40.0),
    ]
    assert started(run, "resus")[0] == 40.0
    requested = run.task_columns["requested"][run.task_columns["visit"] == 0]
    assert requested.tolist() == [2.0] * len(requested)


def test_who_is_free_as_the_time_is_up_still_joins(simulate: Engine) -> None:
    """The second nurse is free at 12, ten minutes after the lead began to wait, which is the limit: a tie is won."""
    roles = {"physician": staffed(), "nurse": staffed(2)}
    arrivals = ({"at": 0.0, "acuity": 3}, {"at": 2.0, "acuity": 2})
    run = played(simulate, two_ways(resus(gather_minutes=10.0), care(12.0), *arrivals, roles=roles))

    assert started(run, "resus")[1] == 12.0


def test_of_two_teams_for_the_same_two_members_the_one_that_has_its_lead_first_begins(simulate: Engine) -> None:
    """At 7 physician and nurse are free, and each might lead a team with the other: the physician, whose queue is
    looked at first, does, and the nurse joins before her own queue is looked at."""
    steps = {
        "several": Task(name="a", role="physician", minutes=always(5.0), team={"nurse": 1}, gather_minutes=10.0),
        "alone": Task(name="b", role="nurse", minutes=always(7.0), team={"physician": 1}, gather_minutes=10.0),
    }
    roles = {"physician": staffed(), "nurse": staffed()}
    arrivals = ({"at": 0.0, "acuity": 3}, {"at": 2.0, "acuity": 2}, {"at": 2.0, "acuity": 3})
    run = played(simulate, two_ways(steps["several"], steps["alone"], *arrivals, roles=roles))

    assert started(run, "b")[0] == 0.0
    assert started(run, "a")[1] == 7.0
    assert started(run, "b")[2] == 12.0


def test_leads_who_wait_for_each_other_are_parted_by_time(simulate: Engine) -> None:
    """Each leads a team at 0 and lacks the other: at 10 the first parts, and its lead joins the second at once."""
    several = Task(name="a", role="physician", minutes=always(5.0), team={"nurse": 1, "clerk": 1}, gather_minutes=10.0)
    alone = Task(name="b", role="nurse", minutes=always(7.0), team={"physician": 1}, gather_minutes=30.0)
    roles = {"physician": staffed(), "nurse": staffed(), "clerk": Role(shifts={"late": shift(30.0, 600.0)})}
    arrivals = ({"at": 0.0, "acuity": 3, "minutes": {"b": 1.0}}, {"at": 0.0, "acuity": 2}, {"at": 0.5, "acuity": 3})
    run = played(simulate, two_ways(several, alone, *arrivals, roles=roles))

    assert started(run, "b")[0] == 10.0
    assert spells(run, GATHERING, 1)[0] == (0, 0.0, 10.0)
    assert run.visit_columns["departure"].tolist()[0] == 11.0


def test_patience_runs_while_a_team_gathers_and_who_leaves_frees_it(simulate: Engine) -> None:
    """One nurse of two is there; the visit leaves at 8, and she cares from then on."""
    roles = {"physician": staffed(), "nurse": Role(shifts={"all": shift(0.0, 1440.0), "late": shift(400.0, 480.0)})}
    arrivals = ({"at": 2.0, "acuity": 2, "patience": 6.0}, {"at": 5.0, "acuity": 3})
    run = played(simulate, two_ways(resus(may_leave=True), care(), *arrivals, roles=roles))

    assert run.visit_columns["departure"].tolist() == [8.0, 18.0]
    assert started(run, "care")[1] == 8.0
    assert spells(run, GATHERING, 0) == [(0, 2.0, 8.0), (1, 2.0, 8.0)]


def test_an_interrupted_member_ends_it_for_all_and_the_rest_waits_for_the_lead(simulate: Engine) -> None:
    """CTAS 1 takes a nurse at 5 of 20 minutes: all stop, 15 are left. A nurse is free at 15, so it goes on then."""
    several, others = (0.0, 1.0, 1.0, 1.0, 1.0), (1.0, 0.0, 0.0, 0.0, 0.0)
    steps = [
        Choose(name="way", branches=(Branch(name="several", share=several), Branch(name="alone", share=others))),
        resus(preemptible=True, branch="several"),
        care(branch="alone"),
    ]
    visits = Replay(
        visits=(GivenVisit(at=0.0, stream="medical", acuity=2), GivenVisit(at=5.0, stream="medical", acuity=1))
    )
    run = played(simulate, one_stream(steps, {"physician": staffed(2), "nurse": staffed(2)}, visits))

    assert spells(run, MAIN, 0) == [(0, 0.0, 5.0), (0, 15.0, 30.0)]
    assert spells(run, TEAM, 0) == [(2, 0.0, 5.0), (3, 0.0, 5.0), (2, 15.0, 30.0), (3, 15.0, 30.0)]
    assert spells(run, MAIN, 1) == [(2, 5.0, 15.0)]
    assert spells(run, GATHERING, 0)[3:] == [(0, 5.0, 15.0), (3, 5.0, 15.0), (2, 15.0, 15.0)]


def test_ctas_1_interrupts_to_be_complete(simulate: Engine) -> None:
    """Both nurses are at preemptible tasks when a resuscitation of CTAS 1 comes at 4; of CTAS 2 it waits for them."""
    roles = {"physician": staffed(), "nurse": staffed(2)}

    def begins(acuity: int) -> float:
        arrivals = ({"at": 0.0, "acuity": 3}, {"at": 0.0, "acuity": 3}, {"at": 4.0, "acuity": acuity})
        return started(played(simulate, two_ways(resus(), care(preemptible=True), *arrivals, roles=roles)), "resus")[2]

    assert begins(1) == 4.0
    assert begins(2) == 10.0


def test_shift_end_and_breaks_wait_for_who_has_joined(simulate: Engine) -> None:
    """A nurse waits from 0 for another, whose duty begins at 20. Her break of 5 to 15 and her shift's end at 10 wait:
    she is there to the end at 40, 30 minutes over, and has no break."""
    early = Role(
        shifts={"early": shift(0.0, 10.0, breaks=(Break(minutes=2.0, after=5.0),)), "late": shift(20.0, 480.0)},
    )
    run = played(
        simulate,
        two_ways(resus(), care(), {"at": 0.0, "acuity": 2}, roles={"physician": staffed(), "nurse": early}),
    )

    assert started(run, "resus") == [20.0]
    assert run.staff_columns["left"].tolist()[0] == 40.0
    assert run.staff_columns["overtime"].tolist()[0] == 30.0
    assert run.break_columns["start"].size == 0


def test_an_escalation_parts_a_team_until_the_child_is_calm(simulate: Engine) -> None:
    """A child who escalates while the team gathers: all are free for the response, and gather again when it is over."""
    late = Role(shifts={"all": shift(0.0, 1440.0), "late": shift(600.0, 480.0)})
    scenario = one_stream(
        [resus(gather_minutes=400.0)],
        {"physician": staffed(), "nurse": late, "guard": staffed()},
        Replay(visits=(GivenVisit(at=0.0, stream="medical", acuity=2),)),
        stream={"escalation": Escalation(mean_hours=1.5, response=(ResponseTask(role="guard", minutes=9.0),))},
    )
    run = played(simulate, scenario)
    tasks = run.task_columns
    response = tasks["requested"][tasks["kind"] == TASK_KINDS.index("response")].tolist()

    first = [row for row in spells(run, GATHERING, 0) if row[1] == 0.0]
    assert first == [(0, 0.0, response[0]), (1, 0.0, response[0])]
    assert [row[1] for row in spells(run, GATHERING, 0)][2:4] == [response[0] + 9.0] * 2


def test_the_lead_opens_the_case_and_those_who_join_need_no_room(simulate: Engine) -> None:
    """The nurse has one case already, and room for no other: she joins all the same, and holds no other case."""
    steps = [care(contact="first"), resus(team={"nurse": 1}, contact="first"), Delay(name="stay", minutes=always(50.0))]
    roles = {"physician": staffed(caseload=1), "nurse": staffed(caseload=1)}
    visits = Replay(visits=(GivenVisit(at=0.0, stream="medical", acuity=3),))
    run = played(simulate, one_stream(steps, roles, visits))
    cases = run.case_columns

    assert started(run, "resus") == [10.0]
    assert sorted(zip(cases["role"].tolist(), cases["member"].tolist(), cases["start"].tolist(), strict=True)) == [
        (0, 0, 10.0),
        (1, 1, 0.0),
    ]


def test_events_of_teams_are_counted_when_they_happen_and_only_then() -> None:
    """A team that is complete at once; one that parts at 17, tries again at 32 and begins at 40; one left at 8."""
    both = Role(shifts={"all": shift(0.0, 1440.0), "late": shift(40.0, 480.0)})

    def met(visit: dict[str, Any], nurse: Role, **more: Any) -> dict[str, int]:
        scenario = two_ways(resus(**more), care(), visit, roles={"physician": staffed(), "nurse": nurse})
        found = events_of(scenario, ENGINES["compiled"](scenario, seed=1))
        return {event: n for event, n in found.items() if n and ("team" in event or "lead" in event)}

    assert met({"at": 2.0, "acuity": 2}, staffed(2)) == {"a team is complete as soon as it has its lead": 1}
    assert met({"at": 2.0, "acuity": 2}, both, gather_minutes=15.0) == {
        "a lead waits for others and gets them": 1,
        "a team parts because its time is up": 1,
        "a team that was apart comes together": 1,
    }
    assert met({"at": 2.0, "acuity": 2, "patience": 6.0}, both, may_leave=True) == {
        "a visit leaves while its team gathers": 1
    }


# --- against a loop, and theory --------------------------------------------------------------------------------------


def pairs_and_singles(simulate: Engine, heads: int, share: float, seed: int) -> Trajectory:
    """Poisson arrivals, exponential minutes: a share of the visits needs two of the heads, first come first served."""
    branches = (Branch(name="two", share=share), Branch(name="one", share=1.0 - share))
    two = Task(
        name="two", role="nurse", minutes=Exponential(mean=10.0), team={"nurse": 1}, branch="two", gather_minutes=1e6
    )
    one = Task(name="one", role="nurse", minutes=Exponential(mean=10.0), branch="one")
    scenario = Scenario(
        department=Department(
            name="queue", streams={"medical": Stream(pathway=(Choose(name="way", branches=branches), two, one))}
        ),
        demand=Steady(per_hour={"medical": 9.0}, acuity_mix={"medical": (0.0, 0.0, 1.0, 0.0, 0.0)}),
        staffing=Staffing(
            name="q", roles={"nurse": Role(shifts={"all": Shift(start=0.0, minutes=1440.0, heads=heads)})}
        ),
        period=Period(minutes=6000.0),
    )
    return simulate(scenario.model_copy(update={"discipline": fifo(scenario)}).checked(), seed=seed)


def fifo(scenario: Scenario) -> Any:
    return type(scenario.discipline)(default=Discipline(rule="fifo"))


@pytest.mark.parametrize("share", [0.4, 1.0])
@pytest.mark.parametrize("heads", [3, 4])
def test_pairs_and_singles_begin_as_in_a_loop_of_ten_lines(simulate: Engine, heads: int, share: float) -> None:
    """Law: in order of arrival, each takes the head that is free first, a pair the next one too; to the last bit."""
    run = pairs_and_singles(simulate, heads, share, seed=3)
    assert run.n_visits > 700
    free = [0.0] * heads
    for row, arrival in enumerate(run.visit_columns["arrival"].tolist()):
        step = "two" if not np.isnan(run.step_times[row, run.steps.index("two"), 0]) else "one"
        _, begins, ends = run.step_times[row, run.steps.index(step)].tolist()
        due = max(arrival, heapq.heappop(free))
        if step == "two":
            due = max(due, heapq.heappop(free))
        if due >= run.horizon:
            assert np.isnan(begins)
            break
        assert begins == due
        for _ in range(1 + (step == "two")):
            heapq.heappush(free, run.horizon if np.isnan(ends) else ends)


# --- what it asks of staff, and what is refused ----------------------------------------------------------------------


def test_the_work_expected_of_a_role_counts_its_part_of_teams() -> None:
    arrivals = [{"at": 0.0, "acuity": 2}] * 10
    scenario = two_ways(
        resus(), care(), *arrivals, roles={"physician": staffed(), "nurse": staffed(2)}, minutes=10080.0
    )

    assert weekly_minutes(scenario) == {"physician": 200.0, "nurse": 400.0}


def test_a_team_has_no_other_way() -> None:
    with pytest.raises(ValidationError, match="has a team and unstaffed: a team has no other way"):
        resus(unstaffed=always(5.0))


def test_roles_of_teams_are_looked_up_and_peers_are_in_none() -> None:
    with pytest.raises(ScenarioError) as unknown:
        two_ways(resus(team={"nurze": 1}), care(), {"at": 0.0}, roles={"physician": staffed(), "nurse": staffed()})
    assert "did you mean nurse?" in str(unknown.value)

    roles = {"physician": staffed(), "nurse": staffed(), "psw": staffed(kind="peer")}
    with pytest.raises(ScenarioError, match="peer support workers do no clinical, observation or security task"):
        two_ways(resus(team={"psw": 1}), care(), {"at": 0.0}, roles=roles)


def test_a_team_for_which_there_are_never_enough_is_refused_with_how_many_there_are() -> None:
    key = "department.streams.medical.pathway.resus_assessment"
    with pytest.raises(ScenarioError) as caught:
        compose(["study=run", f"+{key}.team={{nurse: 90}}"])
    assert f"{key}.team.nurse = 'nurse': 90 of nurse at once and never more than" in str(caught.value)


def test_nobody_waits_at_the_end_of_a_run_without_a_row(simulate: Engine) -> None:
    """The run ends at 30: a team gathers since 20 and another is at its task since 10; both stand in the table."""
    roles = {"physician": staffed(2), "nurse": Role(shifts={"all": shift(0.0, 1440.0, heads=3)})}
    arrivals = ({"at": 10.0, "acuity": 2}, {"at": 20.0, "acuity": 2})
    run = played(simulate, two_ways(resus(), care(), *arrivals, roles=roles, minutes=25.0))

    def shown(kind: int, visit: int) -> list[tuple[int, float]]:
        return [row[:2] for row in spells(run, kind, visit)]

    assert shown(MAIN, 0) == [(0, 10.0)]
    assert shown(TEAM, 0) == [(2, 10.0), (3, 10.0)]
    assert shown(GATHERING, 1) == [(1, 20.0), (4, 20.0)]
    assert np.array_equal(started(run, "resus"), [10.0, nan], equal_nan=True)
    assert run.staff_columns["busy"].tolist() == [15.0, 5.0, 15.0, 15.0, 5.0]
