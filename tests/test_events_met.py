"""Events are counted when they happen, and only then: small departments whose events are known by hand."""

from typing import Any

import pytest

from sim.department.arrivals import GivenVisit, Replay
from sim.department.boarding import BedPool, Boarding, BoardingTime
from sim.department.discipline import PlaceDiscipline
from sim.department.pathway import Board, Delay, Dispose, Place, Route, Task
from sim.department.places import Zone
from sim.department.roster import Break, Role
from sim.department.scenario import Scenario
from sim.department.support import Support
from sim.engine.reference.model import simulate
from tests.events_met import EVENTS, departments_with, events_of, load
from tests.worlds import ALL, always, one_stream, shift, staffed, visits_at


def met(scenario: Scenario) -> dict[str, int]:
    """The events that happen, and how often."""
    counts = events_of(scenario, simulate(scenario, seed=1))
    return {sentence: n for sentence, n in counts.items() if n}


def care(minutes: float = 10.0, **more: Any) -> Task:
    return Task(name="care", role="nurse", minutes=always(minutes), **more)


def test_a_quiet_department_meets_its_demand_and_nothing_else() -> None:
    assert met(one_stream([care()], {"nurse": staffed()}, visits_at(5.0))) == {"a visit comes by a list of visits": 1}


def test_a_second_child_waits_and_leaves_unseen() -> None:
    found = met(one_stream([care(may_leave=True)], {"nurse": staffed()}, visits_at(5.0, 6.0, patience=4.0)))

    assert found == {
        "a visit comes by a list of visits": 2,
        "patience given with a visit is used up": 1,
        "a visit leaves unseen": 1,
    }


def two_contacts(**roles: Role) -> Scenario:
    """A physician whose shift ends at 30 has a child open who is seen again at 55."""
    steps = [
        Task(name="first", role="physician", contact="first", minutes=always(10.0)),
        Delay(name="imaging", minutes=always(40.0)),
        Task(name="second", role="physician", contact="continuing", minutes=always(10.0)),
    ]
    return one_stream(steps, roles, visits_at(5.0), department={"handover_minutes": 3.0})


def test_a_case_goes_to_the_colleague_on_duty() -> None:
    found = met(two_contacts(physician=Role(shifts={"early": shift(0.0, 30.0), "late": shift(0.0, 480.0)})))

    assert found["a case is handed over"] == found["a task is longer for a handover"] == 1
    assert "nobody can take over a case" not in found


def test_a_case_is_adopted_by_who_comes_later() -> None:
    found = met(two_contacts(physician=Role(shifts={"early": shift(0.0, 30.0), "late": shift(50.0, 480.0)})))

    assert found["nobody can take over a case"] == found["an unheld case is adopted"] == 1
    assert "a case is handed over" not in found
    assert "an unheld case closes unadopted" not in found


@pytest.mark.parametrize(("twelfths", "times"), [(12, 1), (4, 0)])
def test_the_ratio_rule_keeps_a_free_place_shut_when_nurses_are_few(twelfths: int, times: int) -> None:
    steps = [Place(name="room", routes=(Route(acuities=ALL, zones=("acute",)),)), care(20.0)]
    zones = {"acute": Zone(places=2, nurse_twelfths=twelfths)}
    small = one_stream(
        steps, {"nurse": staffed()}, visits_at(5.0, 6.0), zones=zones, department={"ratio_role": "nurse"}
    )

    assert met(small).get("the ratio rule keeps a free place shut", 0) == times


def rooms(*acuities: int, rule: str = "fifo", **given: Any) -> Scenario:
    """A child a minute for one place in acute, or, CTAS 4 and 5, in fast track and then acute; half an hour each."""
    steps = [
        Place(
            name="room",
            routes=(Route(acuities=(1, 2, 3), zones=("acute",)), Route(acuities=(4, 5), zones=("fast_track", "acute"))),
            **given,
        ),
        Delay(name="stay", minutes=always(30.0)),
    ]
    visits = tuple(
        GivenVisit(at=float(at), stream="medical", acuity=acuity) for at, acuity in enumerate(acuities, start=1)
    )
    zones = {"acute": Zone(places=1), "fast_track": Zone(places=1)}
    return one_stream(steps, {}, Replay(visits=visits), zones=zones, places=PlaceDiscipline(rule=rule))


def test_overflow_is_met_when_the_first_zone_is_full() -> None:
    found = met(rooms(4, 4))

    assert found["a visit gets a place in a later zone while the first is full"] == 1
    assert "a visit gets a place in a later zone while the ratio rule shuts the first" not in found
    assert "a visit waits for a place" not in found
    assert "a visit gets a place in a later zone of its route" not in met(rooms(4, 3))


@pytest.mark.parametrize(("rule", "passes"), [("fifo", 1), ("acuity_fifo", 0)])
def test_a_visit_passes_one_of_higher_acuity_for_the_zone_both_wait_for(rule: str, passes: int) -> None:
    """Fast track is left at 31 and taken by the third; acute, for which a CTAS 4 and a CTAS 3 wait, is left at 32."""
    found = met(rooms(5, 3, 4, 4, 3, rule=rule))

    assert found.get("a visit passes one of higher acuity for a place", 0) == passes
    assert found["visits of two routes wait for one zone"] >= 1
    assert found[f"two wait when a place is given under {rule}"] >= 1


def test_ctas_1_passes_one_who_waits_longer_and_a_lower_band_passes_ctas_1() -> None:
    first, lower = "CTAS 1 passes one who waits longer for a place", "a lower band passes CTAS 1 for a place"

    assert met(rooms(3, 3, 1)).get(first) == 1
    assert lower not in met(rooms(3, 3, 1))
    found = met(rooms(3, 3, 1, band=(2, 2, 1, 2, 2)))
    assert found.get(lower) == 1
    assert first not in found


def test_breaks_begin_late_and_are_dropped() -> None:
    nurse = Role(
        shifts={"day": shift(0.0, 60.0)}, breaks=(Break(minutes=5.0, after=10.0), Break(minutes=5.0, after=50.0))
    )
    found = met(one_stream([care(7.0)], {"nurse": nurse}, visits_at(5.0, 49.0, 49.0)))

    assert found["a break begins late because a task is in hand"] == 2  # at 12, and at 56 between the two children
    assert "a break is dropped because the shift ends first" not in found

    found = met(one_stream([care(12.0)], {"nurse": nurse}, visits_at(49.0)))
    assert found["a break is dropped because the shift ends first"] == 1
    assert found["somebody works past the end of the shift"] == 1


@pytest.mark.parametrize(("per_day", "waits"), [(0.0, False), (2000.0, True)])
def test_outside_requests_wait_when_there_are_many(per_day: float, waits: bool) -> None:
    steps = [Dispose(name="dispose", admission=1.0), Board(name="board", time="ward")]
    boarding = Boarding(
        kind="pool",
        times={"ward": BoardingTime(minutes=always(5.0), pooled=True)},
        pool=BedPool(beds=1, mean_stay_hours=4.0, outside_requests_per_day=per_day),
    )
    nurse = {"nurse": staffed()}
    found = met(one_stream([care(), *steps], nurse, visits_at(5.0), boarding=boarding))

    assert ("an outside request waits for a bed of the pool" in found) == waits
    assert ("a bed of the pool is free at once" in found) != waits


def with_peer(
    pathway: list[Any], *times: float, psw: Role | None = None, minutes: float = 1440.0, **support: Any
) -> dict[str, int]:
    """Events of children who all want a peer; one peer all day, no huddles, wishes as short as they can be."""
    told = {"consent": 1.0, "trigger": "at_arrival", "huddle_share": 0.0, "huddle_roles": ("nurse",)} | support
    roles = {"nurse": staffed(3), "psw": psw or Role(kind="peer", shifts={"day": shift(0.0, 1440.0)})}
    return met(
        one_stream(
            [*pathway, NEVER],
            roles,
            visits_at(*times, stream="mental_health"),
            name="mental_health",
            minutes=minutes,
            support=Support(**({"wish_minutes": BRIEF} | told)),
        )
    )


BRIEF, ENDLESS = 1e-9, 1e9
"""Means of wishes that are all as short as they can be, and of wishes that are never used up."""
STAY = Delay(name="stay", minutes=always(500.0))
NEVER = Task(name="never", role="nurse", minutes=always(1.0), share=0.0)
"""Asks for the nurse, with whom peers would huddle."""


def test_short_wishes_are_used_up_and_come_again() -> None:
    found = with_peer([STAY], 480.0)  # met by about 8:30, and again for ten minutes about 12:30 and at 16:50 too late

    assert found == {
        "a visit comes by a list of visits": 1,
        "a spell of company": 2,
        "a child is met": 1,
        "a meeting takes the whole wish": 1,
        "a wish is used up": 2,
        "the next wish falls due": 1,
        "a peer of the other kind comes": 2,
        "a peer recovers": 2,
        "a peer recovers twice from one visit": 1,
        "a child under 12 with a caregiver wishes for a family peer": 1,
    }


@pytest.mark.parametrize(("second", "kept"), [(482.0, 1), (590.0, 0)])
def test_a_child_who_comes_calls_the_peer_away_when_the_kept_minutes_are_over(second: float, kept: int) -> None:
    found = with_peer([STAY], 480.0, second, wish_minutes=ENDLESS)

    assert found["a child nobody has reached calls a peer away"] == 1
    assert found.get("kept minutes keep a peer from being called away until they are over", 0) == kept
    assert "a wish is used up" not in found


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (1.0, "a clinician comes while the peer is on the way"),
        (4.0, "a clinician puts down company before the child is met"),
        (300.0, "a clinician puts down company after the child was met"),
    ],
)
def test_a_clinician_puts_down_company(minutes: float, sentence: str) -> None:
    found = with_peer([Delay(name="before", minutes=always(minutes)), care(20.0), STAY], 480.0, wish_minutes=ENDLESS)

    assert found[sentence] == 1
    assert found["a contact waits until the clinician goes"] == 1


@pytest.mark.parametrize(("stays", "times"), [(1.0, 1), (0.0, 0)])
def test_a_peer_stays_beside_a_clinician_if_the_patient_wants_it(stays: float, times: int) -> None:
    pathway = [Delay(name="before", minutes=always(100.0)), care(20.0), STAY]
    found = with_peer(pathway, 480.0, wish_minutes=ENDLESS, stays_with_clinician_share=stays)

    assert found.get("a peer stays beside a clinician", 0) == times


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (2.0, "departure comes while the peer is on the way"),
        (4.0, "departure cuts a meeting"),
        (300.0, "departure cuts company after its kept minutes"),
    ],
)
def test_departure_cuts_company(minutes: float, sentence: str) -> None:
    found = with_peer([Delay(name="before", minutes=always(minutes))], 480.0, wish_minutes=ENDLESS)

    assert found[sentence] == 1
    assert found.get("a call to a family reached but not met", 0) == (minutes < 100.0)


def test_bridging_calls_a_peer_away_from_its_own_visit_and_from_another() -> None:
    steps = [Delay(name="before", minutes=always(100.0)), Dispose(name="dispose", admission=0.0), STAY]
    found = with_peer(steps, 480.0, wish_minutes=ENDLESS)
    assert found["bridging calls a peer away from its own visit"] == found["bridging"] == 1

    found = with_peer(steps, 480.0, 530.0, wish_minutes=ENDLESS)
    assert found["bridging calls a peer away from another child"] == 2  # first from the second child, then the reverse


@pytest.mark.parametrize(
    ("minutes", "break_after", "sentence"),
    [
        (200.0, 700.0, "the end of a shift ends a spell of company"),
        (10.0, 700.0, "kept minutes last past the end of the shift"),
        (600.0, 100.0, "a break ends a spell of company"),
        (600.0, 5.0, "a break waits until the kept minutes are over"),
    ],
)
def test_breaks_and_the_end_of_a_shift_end_company(minutes: float, break_after: float, sentence: str) -> None:
    breaks = (Break(minutes=10.0, after=break_after),) if break_after < minutes else ()
    psw = Role(kind="peer", shifts={"day": shift(480.0, max(minutes, 60.0))}, breaks=breaks)
    at = 480.0 + max(0.0, 60.0 - minutes)
    found = with_peer([STAY], at, psw=psw, wish_minutes=ENDLESS)

    assert found[sentence] == 1


@pytest.mark.parametrize(("arrival", "times"), [(1250.0, 1), (1100.0, 0)])
def test_the_rest_of_a_wish_waits_until_the_quiet_hours_are_over(arrival: float, times: int) -> None:
    """A nurse comes three hours after arrival: ten minutes before midnight, or at 21:20."""
    pathway = [Delay(name="before", minutes=always(180.0)), care(20.0), Delay(name="stay", minutes=always(700.0))]
    found = with_peer(pathway, arrival, minutes=2880.0, wish_minutes=ENDLESS)

    assert found.get("the rest of a wish is put off to the end of the quiet hours", 0) == times


def test_load_is_minutes_worked_over_minutes_on_the_floor() -> None:
    nurse = Role(shifts={"day": shift(0.0, 100.0)}, breaks=(Break(minutes=20.0, after=70.0),))
    run = simulate(one_stream([care(40.0)], {"nurse": nurse}, visits_at(5.0), minutes=100.0), seed=1)

    assert load(run) == pytest.approx(40.0 / 80.0)


def test_departments_are_counted_once_however_often_an_event_happens() -> None:
    sentence = next(iter(EVENTS))
    counted = departments_with([{sentence: 5}, {sentence: 0}, {sentence: 1}])

    assert counted[sentence] == 2
    assert set(counted) == set(EVENTS)
