"""Where staffing and demand do not fit, roles that never work, and the roster that `--dry-run` shows."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.staffing_notes import notes_on_staffing
from sim.cli import main
from sim.config import compose
from sim.department.arrivals import Steady
from sim.department.boarding import Boarding, BoardingTime
from sim.department.expected_work import loads, weekly_minutes
from sim.department.pathway import Board, Dispose, Observe, SideTask, Task
from sim.department.patients import Escalation, ResponseTask
from sim.department.roster import Role, Staffing
from sim.department.scenario import Scenario
from sim.report.words.roster_text import days_text, role_text, roster_lines
from sim.studies.compare import compare_in_memory, plan_of
from tests.worlds import always, one_stream, shift, staffed


def scenario_of(*words: str) -> Scenario:
    return compose(["study=run", *words]).scenario


def notes_of(*words: str, levels: Sequence[float] = (1.0,)) -> tuple[str, ...]:
    scenario = scenario_of(*words)
    return notes_on_staffing({scenario.staffing.name: scenario}, levels)


# --- the reckoning ----------------------------------------------------------------------------------------------------

TOLERANCES = {
    "physician": 0.05,
    "nurse": 0.05,
    "triage_nurse": 0.05,
    "crisis_clinician": 0.1,
    "observation_aide": 0.25,
    "psychiatrist": 0.35,
    "security": 0.6,
}
"""Relative. The rarer the work the more a run of a year has by chance (some 1,100 patients see a psychiatrist in two
years, 290 escalate); observation and escalations last as long as stays, whose waits are not reckoned."""


def test_the_work_reckoned_is_the_work_done_in_a_run_of_the_default_department() -> None:
    composed = compose(["study=run", "study.weeks=26", "study.warm_up_weeks=2", "study.replications=3"])
    estimates = compare_in_memory(plan_of(composed)).estimates.set_index("measure")["mean"]
    for role, load in loads(composed.scenario).items():
        done = estimates[f"busy_hours_per_week.{role}"] + estimates[f"overtime_hours_per_week.{role}"]
        assert load.own == pytest.approx(done, rel=TOLERANCES[role]), role


def test_every_kind_of_work_is_reckoned_by_hand() -> None:
    """Ten visits a week: looked at 12 minutes, charted a quarter of it, observed, admitted by half, boarded an hour."""
    pathway = [
        Observe(name="watch", role="aide", fallback_role="nurse", fallback_minutes_per_hour=5.0),
        Task(name="look", role="nurse", minutes=always(12.0)),
        Task(name="ask", role="nurse", minutes=always(40.0), share=0.1, unstaffed=always(40.0)),
        SideTask(name="chart", role="nurse", minutes=always(1.0), share_of_minutes=0.25),
        Dispose(name="dispose", admission=0.5),
        Board(name="board", time="ward", only_if="admission"),
        Task(name="teach", role="teacher", minutes=always(20.0), only_if="discharge"),
    ]
    scenario = one_stream(
        pathway,
        {
            "aide": staffed(1),
            "nurse": Role(shifts={"half": shift(0.0, 720.0)}),
            "teacher": staffed(1),
            "guard": staffed(1),
        },
        Steady(per_hour={"medical": 10.0 / 168.0}),
        stream={"escalation": Escalation(mean_hours=1.0, response=(ResponseTask(role="guard", minutes=6.0),))},
        boarding=Boarding(times={"ward": BoardingTime(minutes=always(60.0), nurse_minutes_per_hour=8.0)}),
    )
    stay = 12.0 + 0.1 * 40.0 + 0.5 * 60.0 + 0.5 * 20.0
    with_patients = 12.0 + 0.1 * 0.5 * 40.0  # a nurse is there for half of the day
    assert weekly_minutes(scenario) == pytest.approx(
        {
            "aide": 10 * stay,
            "nurse": 10 * (1.25 * with_patients + 0.5 * 8.0),
            "teacher": 10 * 0.5 * 20.0,
            "guard": 10 * stay / 60.0 * 6.0,
        }
    )


def test_returns_and_growth_bring_work() -> None:
    base, grown = loads(scenario_of()), loads(scenario_of("demand.growth=1.2"))
    assert grown["nurse"].own == pytest.approx(1.2 * base["nurse"].own)


def test_hours_of_a_role_that_serves_the_queue_count_as_far_as_its_own_queue_leaves_them() -> None:
    tasks = [
        Task(name="look", role="nurse", minutes=always(60.0)),
        Task(name="see", role="physician", minutes=always(30.0)),
    ]

    def too_large(rate: float) -> bool:
        roles = {"nurse": staffed(1), "physician": staffed(1, also_serves=(("nurse",),))}
        return loads(one_stream(tasks, roles, Steady(per_hour={"medical": rate})))["nurse"].is_too_large

    alone = one_stream(tasks, {"nurse": staffed(1), "physician": staffed(1)}, Steady(per_hour={"medical": 1.2}))
    assert loads(alone)["nurse"].is_too_large
    assert not too_large(1.2)  # 1.2 of work, 1 + 0.4 of hours
    assert too_large(1.4)  # 1.4 of work, 1 + 0.3 of hours


# --- what is said -----------------------------------------------------------------------------------------------------


def test_nothing_is_said_of_the_shipped_department_under_any_staffing() -> None:
    scenarios = compose(["study.staffing=all"]).scenarios
    assert len(scenarios) == 9
    assert notes_on_staffing(scenarios, (0.95, 1.0, 1.05)) == ()


def test_the_staff_of_a_larger_department_is_named() -> None:
    (note,) = notes_of("demand.visits_per_year=30000")
    assert note == (
        "Staffing and demand do not fit in Traditional: nurse is busy for 28 % of its 1,512 hours a week, "
        "as in the roster of a larger department."
    )
    both = notes_of("demand.visits_per_year=20000", levels=(1.0, 0.9))
    assert [note.split(": ")[1].split(" is ")[0] for note in both] == ["physician", "nurse"]
    assert "in Traditional at demand 0.9 (and 1 more): physician is busy for 22 %" in both[0]


def test_work_that_no_hours_are_there_for_is_named() -> None:
    (note,) = notes_of("demand.growth=1.3")
    assert "in Traditional: physician is asked for 864 hours of work a week and has 728," in note


def test_work_of_a_role_that_is_switched_off_is_named() -> None:
    (note,) = notes_of("staffing.psychiatrist.heads=0")
    assert "psychiatrist is never on duty, and 2.7 hours of its work a week are left undone." in note


def estimates(**means: dict[str, float]) -> pd.DataFrame:
    """Busy and rostered hours a week by role, as measured at demand 1 over two replications."""
    rows = [
        {"demand": 1.0, "staffing": "traditional", "measure": f"{measure}.{role}", "mean": mean, "n": 2}
        for role, by_measure in means.items()
        for measure, mean in by_measure.items()
    ]
    return pd.DataFrame(rows)


def hours(busy: float, rostered: float) -> dict[str, float]:
    return {
        "busy_hours_per_week": busy,
        "overtime_hours_per_week": 0.0,
        "scheduled_hours_per_week": rostered,
    }


def notes_after(*words: str, **measured: dict[str, float]) -> tuple[str, ...]:
    scenario = scenario_of(*words)
    return notes_on_staffing({"traditional": scenario}, (1.0,), estimates(**measured))


def test_a_role_that_never_worked_is_named_with_what_it_costs() -> None:
    (note,) = notes_after(triage_nurse=hours(0.0, 336.0))
    assert note.endswith("in Traditional: triage nurse never worked, at 21,302 CAD a week.")


def test_a_role_that_had_no_work_by_chance_is_not_named() -> None:
    """Security is asked for an hour or two a week: none in two runs of two weeks says nothing, in 26 weeks it does."""
    assert notes_after("study.weeks=2", security=hours(0.0, 168.0)) == ()
    assert len(notes_after("study.weeks=26", security=hours(0.0, 168.0))) == 1


def test_after_a_run_staff_is_as_busy_as_it_was_there() -> None:
    (note,) = notes_after(physician=hours(200.0, 728.0))
    assert "physician is busy for 27 % of its 728 hours" in note
    assert notes_after("demand.visits_per_year=30000", nurse=hours(500.0, 1512.0)) == ()


def test_what_does_not_fit_stands_beside_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["study=run", "demand.visits_per_year=20000", "study.weeks=3", "study.warm_up_weeks=0"]
    assert main([*words, "study.replications=2", f"output={tmp_path / 'out'}"]) == 0
    assert "Staffing and demand do not fit in Traditional: nurse is busy for" in " ".join(
        capsys.readouterr().out.split()
    )
    answer = (tmp_path / "out" / "answer.md").read_text()
    assert "nurse is busy for" in answer


# --- the roster shown -------------------------------------------------------------------------------------------------


def test_a_dry_run_shows_the_rosters_understood_in_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dry-run"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 25
    assert (
        "traditional, psychiatrist: on_site 08:00-16:00 daily x 1, on_call 16:00-00:00 daily x 1; 112.0 h a week; "
        "fewest on duty 0 (Mon 00:00)" in lines
    )
    assert sum(line.startswith("traditional, nurse:") for line in lines) == 1
    assert not any("do not fit" in line for line in lines)


def test_a_dry_run_says_what_does_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dry-run", "study=run", "demand.visits_per_year=30000"]) == 0
    assert "nurse is busy for 28 % of its 1,512 hours" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "rosters"),
    [
        (["-m", "staffing=peer_evening,peer_247"], ["peer_evening", "peer_247"]),
        (["study=breakeven", "staffing=peer_added"], ["traditional", "peer_added"]),
    ],
)
def test_dry_runs_of_a_sweep_and_of_a_break_even_study_show_rosters(
    words: list[str], rosters: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--dry-run", *words]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = [line.split(",")[0] for line in lines if " h a week; " in line]
    assert list(dict.fromkeys(shown)) == rosters
    assert any("psw: " in line for line in lines)


def test_a_roster_is_written_as_people_read_it() -> None:
    role = Role(
        shifts={
            "day": shift(420.0, 720.0, heads=6, days=(0, 1, 2, 3, 4)),
            "long": shift(450.0, 2880.0, days=(1, 5)),
        }
    )
    assert role_text(role) == (
        "day 07:00-19:00 mon-fri x 6, long 07:30 for 48 h tue sat x 1; 456.0 h a week; fewest on duty 0 (Mon 19:00)"
    )
    assert role_text(Role(heads=2)) == "no shifts"
    assert [days_text(days) for days in ((0, 2, 4), (5, 6), (6, 5, 4))] == ["mon wed fri", "sat sun", "fri-sun"]


def test_rosters_that_staffings_share_are_shown_once() -> None:
    nurse, aide = staffed(2), staffed(1)
    staffings = {
        "base": Staffing(name="base", roles={"nurse": nurse, "aide": aide}),
        "more": Staffing(name="more", roles={"nurse": staffed(3), "aide": aide}),
        "also": Staffing(name="also", roles={"nurse": staffed(3)}),
    }
    nurses = "always 00:00 for 24 h daily x {0}; {1} h a week; {0} on duty at all times"
    assert list(roster_lines(staffings)) == [
        f"base, nurse: {nurses.format(2, '336.0')}",
        f"base, aide: {nurses.format(1, '168.0')}",
        f"more, nurse: {nurses.format(3, '504.0')}",
        "also: nurse as in more, no aide",
    ]
