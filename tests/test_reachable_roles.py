"""Roles are judged by what reaches them: tasks of their own, or those of a role they serve."""

from pathlib import Path

import pytest

from sim.config import compose
from sim.department.pathway import Observe, Task
from sim.department.roster import Role
from sim.department.scenario import Problem, ScenarioError, unattended
from tests.worlds import always, one_stream, staffed, visits_at

NURSE_PRACTITIONER = """
defaults: [traditional, _self_]
name: ours
nurse_practitioner:
  hourly_cost: 85
  shifts: {SHIFTS}
  also_serves: NP
physician:
  also_serves: PHYSICIAN
"""
DAY = "{day: {start: '09:00', minutes: 480}}"


def composed_with(folder: Path, np: str = "[]", physician: str = "[]", shifts: str = DAY, more: str = "") -> None:
    text = NURSE_PRACTITIONER.replace("NP", np).replace("PHYSICIAN", physician).replace("{SHIFTS}", shifts)
    (folder / "staffing").mkdir()
    (folder / "staffing" / "ours.yaml").write_text(text + more)
    compose(["study=run", "staffing=ours"], folder)


def problems_of(folder: Path, **lists: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        composed_with(folder, **lists)
    return caught.value.problems


def test_a_role_that_only_helps_one_that_is_asked_for_is_accepted(tmp_path: Path) -> None:
    composed_with(tmp_path, np="[[physician]]")


def test_a_role_that_is_only_helped_is_refused(tmp_path: Path) -> None:
    """The physicians would serve a queue in which nothing ever stands."""
    (problem,) = problems_of(tmp_path, physician="[[nurse_practitioner]]")
    assert (problem.path, problem.value) == ("staffing.nurse_practitioner", "'nurse_practitioner'")
    assert "no step asks for this role" in problem.remedy
    assert "staffing.nurse_practitioner.also_serves: [[crisis_clinician]]" in problem.remedy


def test_roles_that_serve_each_other_and_nobody_asked_for_are_refused(tmp_path: Path) -> None:
    shifts = "shifts: {day: {start: '09:00', minutes: 480}}"
    helper = f"\nscribe: {{hourly_cost: 40, {shifts}, also_serves: [[nurse_practitioner]]}}\n"
    problems = problems_of(tmp_path, np="[[scribe]]", more=helper)
    assert [problem.path for problem in problems] == ["staffing.nurse_practitioner", "staffing.scribe"]
    assert "nor for scribe, which it also serves" in problems[0].remedy


def test_a_queue_that_stays_empty_is_not_served(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, np="[[physician]]", physician="[[nurse_practitioner]]")
    assert (problem.path, problem.value) == ("staffing.physician.also_serves", "'nurse_practitioner'")
    assert "its queue stays empty: take it out" in problem.remedy


def test_a_role_is_not_called_idle_where_the_step_that_names_it_is_at_fault(tmp_path: Path) -> None:
    step = "{name: look, kind: tsk, role: nurse_practitioner}"
    department = f"defaults: [default, _self_]\nname: ours\nstreams: {{medical: {{pathway: [{step}]}}}}\n"
    (tmp_path / "department").mkdir()
    (tmp_path / "department" / "ours.yaml").write_text(department)
    (tmp_path / "staffing").mkdir()
    (tmp_path / "staffing" / "ours.yaml").write_text(
        NURSE_PRACTITIONER.replace("NP", "[]").replace("PHYSICIAN", "[]").replace("{SHIFTS}", DAY)
    )
    with pytest.raises(ScenarioError) as caught:
        compose(["study=run", "staffing=ours", "department=ours"], tmp_path)
    assert not any("no step asks" in problem.remedy for problem in caught.value.problems)


WAITS = "department.streams.medical.pathway[0] (look)"


def unattended_in(**roles: Role) -> list[Problem]:
    pathway = [
        Task(name="look", role="nurse", minutes=always(5.0)),
        Task(name="see", role="nurse", minutes=always(5.0)),
    ]
    scenario = one_stream(pathway, roles, visits_at(0.0))
    return list(unattended(scenario, frozenset(), frozenset()))


def test_a_role_without_shifts_that_visits_wait_for_is_refused() -> None:
    (problem,) = unattended_in(nurse=Role(heads=2))
    assert (problem.path, problem.value) == ("staffing.nurse", "no shifts")
    assert f"visits wait for ever ({WAITS}): add a shift, +staffing.nurse.shifts.day={{start: '07:00'" in problem.remedy


def test_a_role_whose_shifts_have_no_heads_is_refused_like_one_without_shifts() -> None:
    (problem,) = unattended_in(nurse=staffed(0))
    assert problem.value == "0 heads in every shift"


def test_a_role_without_shifts_may_be_served_by_another() -> None:
    assert unattended_in(nurse=Role(), physician=staffed(1, also_serves=(("nurse",),))) == []
    (problem,) = unattended_in(nurse=Role(), physician=staffed(0, also_serves=(("nurse",),)))
    assert problem.path == "staffing.nurse"


def test_a_shift_without_heads_beside_others_is_no_fault() -> None:
    day, night = staffed(2).shifts["always"], staffed(0).shifts["always"]
    assert unattended_in(nurse=Role(shifts={"day": day, "night": night})) == []


def test_nobody_has_to_be_there_for_what_goes_another_way(tmp_path: Path) -> None:
    """A task that becomes a telephone call, and observation, which is counted as unmet."""
    assert compose(["study=run", "staffing.psychiatrist.heads=0"]).scenario is not None
    pathway = [
        Observe(name="watch", role="aide", fallback_role="nurse", fallback_minutes_per_hour=5.0),
        Task(name="look", role="nurse", minutes=always(5.0)),
    ]
    scenario = one_stream(pathway, {"aide": Role(), "nurse": staffed(1)}, visits_at(0.0))
    assert list(unattended(scenario, frozenset(), frozenset())) == []


def test_a_role_without_shifts_is_refused_where_a_question_is_asked(tmp_path: Path) -> None:
    (tmp_path / "department").mkdir()
    (tmp_path / "department" / "ours.yaml").write_text(
        "defaults: [default, _self_]\nname: ours\nminimum_cover: {triage_nurse: 0}\n"
    )
    (tmp_path / "staffing").mkdir()
    (tmp_path / "staffing" / "ours.yaml").write_text("defaults: [traditional, _self_]\nname: ours\n")
    with pytest.raises(ScenarioError) as caught:
        compose(["study=run", "staffing=ours", "department=ours", "staffing.triage_nurse.heads=0"], tmp_path)
    (problem,) = caught.value.problems
    assert (problem.path, problem.value) == ("staffing.triage_nurse", "0 heads in every shift")
