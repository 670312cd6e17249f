"""What must hold in every trajectory, whatever the rules of choice: `violations` names every breach.

It reads the tables and the scenario alone. Whether the right task went to the right member is judged by the referee of
the tests. Invariants stand by subject: `visits`, `staff`, `cases`, `places`, `peer_support`.
"""

from collections.abc import Callable, Iterator

from sim.department.scenario import Scenario
from sim.engine.trajectory import Trajectory
from tests.invariants import cases, peer_support, places, staff, visits
from tests.invariants.checked_run import CheckedRun

MOST_BREACHES = 5
"""At most so many breaches of one invariant are listed; the rest are counted."""

Invariant = Callable[[CheckedRun], Iterator[str]]

INVARIANTS: tuple[Invariant, ...] = (
    visits.tables_fit_the_scenario,
    visits.visits_depart_once_or_are_present,
    visits.clock_never_runs_back,
    visits.steps_follow_the_pathway,
    visits.visits_go_one_way,
    visits.one_main_task_at_a_time,
    visits.forks_are_joined_by_the_last_branch,
    staff.one_thing_at_a_time,
    staff.work_is_done_on_duty,
    staff.members_leave_when_free,
    cases.caseloads_are_kept,
    cases.cases_have_one_holder,
    places.zones_are_never_overfull,
    places.one_place_at_a_time,
    places.places_open_within_the_ratio,
    visits.held_visits_stay,
    visits.patience_is_never_overrun,
    peer_support.peers_do_peer_work,
    staff.skill_lists_are_kept,
    places.littles_law_holds,
    places.places_are_the_place_steps,
    visits.returns_follow_their_visit,
    staff.staff_rows_are_sums_of_tasks,
    cases.handovers_match_cases,
    cases.handover_minutes_are_the_departments,
    peer_support.visits_tell_of_their_company,
    peer_support.company_begins_after_the_walk,
    peer_support.visits_are_met_when_the_meeting_is_over,
    peer_support.clinicians_and_company_take_turns,
    peer_support.only_the_eligible_are_accompanied,
    peer_support.wishes_come_again,
    peer_support.nights_are_quiet,
    peer_support.peers_recover,
    peer_support.exposures_are_debriefed,
    peer_support.bridging_and_calls_have_their_ground,
    staff.observation_is_accounted_for,
    visits.escalations_are_answered,
    staff.interruptions_are_rightful,
    staff.teams_begin_and_end_together,
    visits.dispositions_fit_the_pathway,
)


def violations(trajectory: Trajectory, scenario: Scenario) -> list[str]:
    """Every breach of an invariant, in words; empty for a sound trajectory.

    `scenario` is the one the run was made from. Of each invariant at most `MOST_BREACHES` breaches are spelt out.
    """
    run = CheckedRun(trajectory, scenario)
    found: list[str] = []
    for invariant in INVARIANTS:
        breaches = list(invariant(run))
        found += breaches[:MOST_BREACHES]
        if len(breaches) > MOST_BREACHES:
            found.append(f"... and {len(breaches) - MOST_BREACHES} more of {invariant.__name__}")
    return found
