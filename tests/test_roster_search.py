"""Rosters that a search may try: within the budget, as people may work them, cover kept; and the search itself."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.roster_annealing import RosterFloor, SearchGoal, search_rosters
from sim.analysis.roster_choice import choose_best
from sim.analysis.roster_search import Lines, RosterSpace, ShiftLine, canonical, roster_in_words, shift_lines_of
from sim.analysis.roster_search_objectives import OBJECTIVES, objective_named
from sim.config import compose
from sim.department.roster import Role, Shift
from sim.department.scenario import below_minimum_cover
from sim.department.working_time import WorkedSpell, WorkingTime, shared_among_people, spells_of_role
from sim.statistics.fronts import far_apart, non_dominated

LENGTHS = (240, 360, 480, 600, 720)
FREE = WorkingTime(person_hours=168, person_shifts=14, rest_hours=0)


@pytest.fixture(scope="module")
def peers() -> RosterSpace:
    """108 hours of peers a week, for four people."""
    team = compose(["study=run", "staffing=peer_evening"]).scenario
    return RosterSpace(team, ("psw",), LENGTHS, 3, WorkingTime(people=4), hours=108.0)


@pytest.fixture(scope="module")
def clinicians(peers: RosterSpace) -> RosterSpace:
    """Eight hours a week more of crisis clinicians than there are."""
    lines = shift_lines_of(peers.team.staffing, ("crisis_clinician",))
    return replace(
        peers, roles=("crisis_clinician",), limits=WorkingTime(), most_lines=5,
        hours=sum(line.hours for line in lines) + 8.0,
    )  # fmt: skip


def evening(space: RosterSpace) -> Lines:
    return shift_lines_of(space.team.staffing, space.roles)


# --- what people may work


def spells(*hours: tuple[int, int]) -> list[WorkedSpell]:
    return [WorkedSpell(60.0 * start, 60.0 * end) for start, end in hours]


@pytest.mark.parametrize(
    ("limits", "hours", "people"),
    [
        (WorkingTime(), [(8, 20), (32, 44), (56, 68)], 1),
        (WorkingTime(), [(8, 20), (30, 42)], 2),
        (WorkingTime(rest_hours=10), [(8, 20), (30, 42)], 1),
        (WorkingTime(), [(8, 20), (32, 44), (56, 68), (80, 92)], 2),
        (WorkingTime(person_hours=48), [(8, 20), (32, 44), (56, 68), (80, 92)], 1),
        (WorkingTime(person_shifts=2), [(8, 12), (32, 36), (56, 60)], 2),
        (WorkingTime(rest_hours=0), [(8, 12), (8, 12)], 2),
        (WorkingTime(), [(0, 8), (156, 168)], 2),
        (WorkingTime(rest_hours=0), [(0, 8), (156, 168)], 1),
    ],
    ids=[
        "three days", "ten hours of rest", "ten are enough", "48 hours", "48 are allowed", "a third shift",
        "two at once", "Sunday night, then Monday morning", "without rest",
    ],
)  # fmt: skip
def test_shifts_are_shared_among_as_many_people_as_hours_and_rest_take(limits, hours, people) -> None:
    shared = shared_among_people(spells(*hours), limits)
    assert shared is not None
    assert len(shared) == people
    assert sorted(spell for person in shared for spell in person) == sorted(spells(*hours))


def test_a_shift_nobody_may_work_or_too_few_people_are_told() -> None:
    assert shared_among_people(spells((8, 20)), WorkingTime(person_hours=10)) is None
    assert shared_among_people(spells((8, 20), (8, 20)), WorkingTime(people=1)) is None
    assert shared_among_people([], WorkingTime()) == []


def test_a_shift_of_two_heads_is_worked_by_two() -> None:
    role = Role(shifts={"day": Shift(start=480, minutes=480, days=(0,), heads=2)})
    assert spells_of_role(role) == spells((8, 16), (8, 16))


# --- what may be tried


def test_the_shipped_roster_is_legal_and_kept_as_a_start(peers: RosterSpace) -> None:
    assert peers.is_legal(evening(peers))
    assert peers.start_from(evening(peers)) == evening(peers)
    assert peers.people(evening(peers)) == {"psw": 3}
    scenario = peers.scenario(evening(peers))
    own = peers.team.staffing.roles["psw"]
    assert list(scenario.staffing.roles["psw"].shifts.values()) == list(own.shifts.values())
    assert scenario.staffing.roles | {"psw": own} == peers.team.staffing.roles


def test_every_change_is_legal_and_a_change(peers: RosterSpace) -> None:
    rng, lines = np.random.default_rng(5), peers.with_room(evening(peers))
    for _ in range(150):
        changed = peers.changed(lines, rng)
        assert changed is not None
        assert canonical(changed) != canonical(lines)
        assert len(canonical(changed)) <= 3
        assert peers.spent(changed) <= 108.0
        assert {line.minutes for line in changed} <= set(LENGTHS)
        people = shared_among_people(spells_of_role(peers.roles_of(canonical(changed))["psw"]), peers.limits)
        assert people is not None
        assert len(people) <= 4
        lines = changed


def test_cover_of_clinicians_is_kept_by_every_change(clinicians: RosterSpace) -> None:
    rng, lines = np.random.default_rng(6), clinicians.with_room(evening(clinicians))
    others = {name: role for name, role in clinicians.team.staffing.roles.items() if name != "crisis_clinician"}
    for _ in range(12):
        changed = clinicians.changed(lines, rng)
        assert changed is not None
        scenario = clinicians.scenario(canonical(changed))
        assert not list(below_minimum_cover(scenario, frozenset()))
        assert {name: scenario.staffing.roles[name] for name in others} == others
        lines = changed


def test_a_roster_that_leaves_cover_is_refused(clinicians: RosterSpace) -> None:
    lines = evening(clinicians)
    assert clinicians.is_legal(lines)
    assert not clinicians.is_legal(lines[:-1])
    assert clinicians.cover() == 168.0


def test_a_start_is_cut_to_the_budget_from_its_last_line_on(peers: RosterSpace) -> None:
    less = replace(peers, hours=90.0)
    start = less.start_from(evening(peers))
    assert start is not None
    assert less.is_legal(start)
    assert start[0] == evening(peers)[0]
    assert less.spent(start) == 88.0


def test_money_is_spent_by_the_cost_of_each_role(peers: RosterSpace) -> None:
    paid = replace(peers, hours=None, money=1000.0)
    assert paid.spent(evening(peers)) == pytest.approx(108 * 31.7)
    assert not paid.is_within(evening(peers))
    assert paid.unit == "CAD"


def test_a_roster_is_told_in_words() -> None:
    lines = (ShiftLine("psw", 480, 240, 0b0111111, peer_kind="family"), ShiftLine("psw", 960, 720, 0b1111111))
    assert roster_in_words(lines) == "08:00-12:00 Mon to Sat (family); 16:00-04:00 daily"
    assert roster_in_words([ShiftLine("nurse", 0, 60, 0b1000101, 2)], with_roles=True) == (
        "nurse 00:00-01:00 Mon, Wed, Sun, 2 at once"
    )


# --- the search, on a department that is a formula


def late_hours(several: Sequence[Lines]) -> list[dict[str, float]]:
    """`reach` counts hours worked between 16:00 and 24:00, `company` all hours, as if they were known exactly."""
    found = []
    for lines in several:
        late = sum(
            len(line.weekdays) * max(0, min(line.start + line.minutes, 1440) - max(line.start, 960)) / 60
            for line in canonical(lines)
        )
        found.append({"reach": late / 100.0, "company": sum(line.hours for line in lines)})
    return found


def test_annealing_finds_what_is_best_and_never_values_a_roster_twice(peers: RosterSpace) -> None:
    valued: list[Lines] = []

    def value(several: Sequence[Lines]) -> list[dict[str, float]]:
        valued.extend(map(canonical, several))
        return late_hours(several)

    space = replace(peers, hours=56.0, limits=FREE)
    start = space.start_from(evening(peers))
    assert start is not None
    goals = [SearchGoal(OBJECTIVES["reach"]), SearchGoal(OBJECTIVES["company"])]
    found = search_rosters(space, [start], goals, 400, 1, value)
    assert len(valued) == len(set(valued)) == len(found) <= 400
    assert max(values["reach"] for values in found.values()) == pytest.approx(0.56)
    again = search_rosters(space, [start], goals, 400, 1, late_hours)
    assert again == found
    assert search_rosters(space, [start], goals, 400, 2, late_hours) != found


def test_a_floor_is_worth_more_than_the_goal() -> None:
    floor = RosterFloor(OBJECTIVES["longest_unseen"], 100.0)
    goal = SearchGoal(OBJECTIVES["reach"], (floor,))
    kept, missed = {"reach": 0.4, "longest_unseen": 99.0}, {"reach": 0.5, "longest_unseen": 104.0}
    assert floor.is_met(kept)
    assert not floor.is_met(missed)
    assert not floor.is_met({"longest_unseen": float("nan")})
    assert goal.score(kept) > goal.score(missed)


def test_a_measure_of_the_catalogue_is_an_objective_and_one_without_a_direction_is_none() -> None:
    found = objective_named("minutes_without_staff_mean.mental_health", 2.0)
    assert (found.better, found.matters, found.unit) == ("low", 2.0, "min")
    for name in ("peer_declined.mental_health", "nothing.all"):
        with pytest.raises(KeyError):
            objective_named(name)


# --- the last ones, and the front


def test_the_best_is_chosen_and_who_is_ruled_out_is_not_played_on() -> None:
    rng, asked = np.random.default_rng(7), list[tuple[int, int]]()
    draws = rng.normal(size=(4, 500)) * 0.01 + np.array([[0.40], [0.43], [0.20], [0.41]])

    def play(places, replications):
        asked.extend((place, number) for place in places for number in replications)
        return draws[np.ix_(list(places), list(replications))]

    chosen = choose_best(play, 4, OBJECTIVES["reach"], 0.95)
    assert chosen.place == 1
    assert chosen.is_decided
    assert len(asked) == len(set(asked))
    assert max(number for place, number in asked if place == 2) == 9


def test_where_nothing_is_decided_in_time_the_best_mean_is_taken_and_that_is_said() -> None:
    rng = np.random.default_rng(8)
    draws = rng.normal(size=(2, 40))
    chosen = choose_best(lambda places, n: draws[np.ix_(list(places), list(n))], 2, OBJECTIVES["reach"], 0.95, 10, 40)
    assert not chosen.is_decided
    assert chosen.place == int(draws.mean(axis=1).argmax())
    assert choose_best(lambda *_: draws, 1, OBJECTIVES["reach"], 0.95).place == 0


def test_the_front_holds_whoever_no_other_beats_in_everything() -> None:
    rng = np.random.default_rng(9)
    values = rng.integers(0, 6, size=(60, 3)).astype(float)
    beaten = [any((other >= one).all() and (other > one).any() for other in values) for one in values]
    assert non_dominated(values).tolist() == [not each for each in beaten]


def test_rosters_that_are_shown_lie_far_apart_with_the_best_of_each_objective() -> None:
    values = np.array([[5.0, 0.0], [0.0, 5.0], [2.0, 2.0], [2.1, 1.9], [5.0, 0.0]])
    assert far_apart(values, 3).tolist() == [0, 1, 2]
    assert far_apart(values, 10).tolist() == [0, 1, 2, 3]
