"""Shipped comparators, scenarios and vacancies compose, cost what they say, and do what their files say."""

from functools import lru_cache

import numpy as np
import pytest

from sim.config import compose
from sim.config.sweeps import compose_sweep
from sim.department.arrivals import Profile
from sim.department.pathway import SideTask
from sim.department.scenario import ScenarioError
from sim.engine.measures.measuring import measure
from sim.engine.trajectory import TASK_KINDS, Trajectory, identical
from sim.runs.engines import ENGINES
from sim.studies.question import Question
from tests.invariants import violations

COMPARATORS = {
    "nurse_practitioner_added": ("nurse_practitioner", "physician"),
    "mh_nurse_added": ("mental_health_nurse", "crisis_clinician"),
    "clinician_callback": ("callback_clinician", "crisis_clinician"),
}
"""The added role, and whose queue it serves first."""
EVENING, MORNING = 21 * 60, 11 * 60
CALLS = ("staffing=clinician_callback", "department=callback")
SEED = 5


@lru_cache
def composed(*words: str) -> Question:
    return compose(["study=run", "study.weeks=1", "study.warm_up_weeks=0", *words])


@lru_cache
def played(*words: str) -> Trajectory:
    return ENGINES["compiled"](composed(*words).scenario, SEED)


def weekly_cost(staffing: str) -> float:
    return composed(f"staffing={staffing}").scenario.staffing.weekly_cost()


@pytest.mark.parametrize("name", COMPARATORS)
def test_a_comparator_costs_what_peers_cost_within_one_percent(name: str) -> None:
    peers = weekly_cost("peer_added") - weekly_cost("traditional")
    assert weekly_cost(name) - weekly_cost("traditional") == pytest.approx(peers, rel=0.01)


@pytest.mark.parametrize("name", COMPARATORS)
def test_a_comparator_is_the_traditional_team_and_one_clinical_role(name: str) -> None:
    ours, traditional = (composed(f"staffing={one}").scenario.staffing.roles for one in (name, "traditional"))
    (added,) = set(ours) - set(traditional)
    assert (added, ours[added].also_serves[0][0]) == COMPARATORS[name]
    assert ours[added].kind == "clinical"
    assert {role: ours[role] for role in traditional} == traditional


@pytest.mark.parametrize(
    "words",
    [
        *[(f"staffing={name}",) for name in (*COMPARATORS, "nurse_tight")],
        *[CALLS, ("demand=crowded",), ("staffing=peer_added", "staffing.psw.absence_share=0.33")],
        *[("staffing=peer_added", f"staffing.psw.shifts.evening.heads={heads}") for heads in (0, 1)],
    ],
    ids=" ".join,
)
def test_what_is_shipped_plays_a_sound_week(words: tuple[str, ...]) -> None:
    run = played(*words)
    assert run.n_visits > 1000
    assert list(violations(run, composed(*words).scenario)) == []


def test_both_engines_play_calls_after_discharge_to_the_same_bit() -> None:
    assert identical(played(*CALLS), ENGINES["simpy"](composed(*CALLS).scenario, SEED))


def queues_served(run: Trajectory, role: str) -> set[str]:
    """Roles whose tasks the members of a role have done."""
    members = [row for row, name in enumerate(run.members) if name.startswith(f"{role}/")]
    done = np.isin(run.task_columns["member"], members)
    return {run.roles[place] for place in np.unique(run.task_columns["role"][done])}


def test_each_comparator_works_for_the_queues_its_file_names_and_no_other() -> None:
    assert queues_served(played("staffing=nurse_practitioner_added"), "nurse_practitioner") == {"physician"}
    served = queues_served(played("staffing=mh_nurse_added"), "mental_health_nurse")
    assert served == {"crisis_clinician", "nurse"}
    assert queues_served(played(*CALLS), "callback_clinician") == {"callback_clinician", "crisis_clinician"}


# --- calls after discharge


def calls(run: Trajectory) -> dict[str, np.ndarray]:
    """Rows of the answered calls of clinicians."""
    rows = (run.task_columns["step"] == run.steps.index("call_back")) & ~np.isnan(run.task_columns["ended"])
    assert set(run.task_columns["kind"][rows].tolist()) == {TASK_KINDS.index("side")}
    return {name: run.task_columns[name][rows] for name in ("visit", "started", "ended")}


def test_families_are_called_by_day_and_after_they_have_left() -> None:
    found = calls(played(*CALLS))
    departed = played(*CALLS).visit_columns["departure"][found["visit"]]
    assert len(departed) > 20
    assert (found["started"] >= departed).all()
    clock = found["started"] % 1440
    assert ((clock >= MORNING) & (clock < EVENING)).all()


def test_an_answered_call_leaves_nobody_empty_handed() -> None:
    """Of four weeks, every call answered, and the same department whose calls count as no calls."""
    every = (*CALLS, "department.streams.mental_health.pathway.call_back.share=1", "study.weeks=4")
    with_calls, without = (
        measure(played(*words), composed(*words).scenario)["went_home_empty_handed.mental_health"]
        for words in (every, (*every, "department.streams.mental_health.pathway.call_back.purpose=none"))
    )
    assert with_calls < without - 0.1


def test_calls_need_a_staffing_that_makes_them() -> None:
    with pytest.raises(ScenarioError, match=r"pathway.call_back.role.*callback_clinician.*no such role"):
        compose(["study=run", "department=callback"])


def test_added_steps_stand_behind_the_pathway_that_is_inherited() -> None:
    default, callback = (composed(*words).scenario.department for words in (("staffing=traditional",), CALLS))
    for name, stream in default.streams.items():
        added = callback.streams[name].pathway[len(stream.pathway) :]
        assert callback.streams[name].pathway[: len(stream.pathway)] == stream.pathway
        assert [step.name for step in added] == (["call_back"] if name == "mental_health" else [])
    (call,) = (step for step in callback.streams["mental_health"].pathway if step.name == "call_back")
    assert isinstance(call, SideTask)
    assert call.purpose == "call"


def test_an_added_step_is_set_as_any_other() -> None:
    share = "department.streams.mental_health.pathway.call_back.share"
    changed = composed(*CALLS, f"{share}=0.25").scenario.department.streams["mental_health"].pathway[-1]
    assert changed.share == 0.25
    with pytest.raises(ScenarioError, match=r"call_back.share = 2: give at most 1"):
        compose(["study=run", *CALLS, f"{share}=2"])


# --- scenarios and experiments


def test_the_crowded_demand_is_a_tenth_more_and_nothing_else() -> None:
    crowded, default = (composed(f"demand={name}").scenario.demand for name in ("crowded", "default"))
    assert isinstance(crowded, Profile)
    assert isinstance(default, Profile)
    assert crowded.visits_per_year == pytest.approx(1.1 * default.visits_per_year)
    assert crowded.model_copy(update={"name": "default", "visits_per_year": default.visits_per_year}) == default


def test_tight_nurses_are_what_the_guide_says_to_type_under_another_staffing() -> None:
    typed = composed("staffing.nurse.shifts.from_0930.heads=0", "staffing.nurse.breaks=[{minutes: 90}]").scenario
    tight = composed("staffing=nurse_tight").scenario
    assert tight.content_hash() == typed.content_hash()
    assert tight.staffing.roles["nurse"].hours_per_week() == 7 * 204


def test_comparators_are_played_beside_the_founding_staffings_each_in_its_department() -> None:
    sweep = compose_sweep(["experiment=comparators"])
    played_as = [(one.staffing.name, one.department.name) for one in sweep.scenarios.values()]
    founding = ["traditional", "peer_added", "clinician_added", "nurse_added"]
    others = ["nurse_practitioner_added", "mh_nurse_added"]
    assert played_as == [*[(name, "default") for name in (*founding, *others)], ("clinician_callback", "callback")]


def test_vacancies_leave_shifts_unfilled_and_ramp_up_is_two_rosters() -> None:
    shares = [
        one.staffing.roles["psw"].absence_share for one in compose_sweep(["experiment=vacancies"]).scenarios.values()
    ]
    assert shares == [0.0, 0.08, 0.15, 0.33] * 2
    hours = [
        one.staffing.roles["psw"].hours_per_week() for one in compose_sweep(["experiment=ramp_up"]).scenarios.values()
    ]
    assert hours == [72, 108]


def test_fewer_peers_on_duty_meet_fewer_children() -> None:
    """Of four weeks: a third of the shifts unfilled, and the second head taken away."""
    whole, vacant, one = (
        measure(run, composed(*words).scenario)["reach.mental_health"]
        for words in (
            ("staffing=peer_added", "study.weeks=4"),
            ("staffing=peer_added", "study.weeks=4", "staffing.psw.absence_share=0.33"),
            ("staffing=peer_added", "study.weeks=4", "staffing.psw.shifts.evening.heads=0"),
        )
        for run in [played(*words)]
    )
    assert vacant < 0.85 * whole
    assert one < whole
