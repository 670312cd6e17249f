"""Peers in small departments played by hand: every time is worked out on paper from the law, Peer support.

The docstring of a test is the law it shows, where the name does not say it all. `M` is the meeting that is drawn for
the first child under seed 1; a wish for company is made as long as a test needs it. Minutes are counted from 08:00,
where nothing else is said, for the quiet hours end at 07:00.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.department.boarding import Boarding, BoardingTime
from sim.department.pathway import Board, Delay, Dispose, FollowUp, Task
from sim.department.patients import Escalation, ResponseTask
from sim.department.quantities import Lognormal, quantile
from sim.department.roster import Break, Role, Shift
from sim.department.support import Effects, RoleEffects, Support, YouthPeer, after_quiet_hours
from sim.engine.draw_numbers import ESCALATION_ID, WISH_ID, quantity_id
from sim.engine.event_log import event_log
from sim.engine.keyed_uniforms import visit_uniform
from sim.engine.trajectory import Trajectory
from sim.engine.workload import draw_base
from sim.runs.engines import Engine
from tests.test_timelines import TRIAGE, care, dispositions, replay
from tests.worlds import always, one_stream, shift, staffed

SEED = 1
Player = Callable[..., Trajectory]

HOUR, DAY = 60.0, 1440.0
EIGHT = 8 * HOUR
BRIEF = 1e-9
"""Mean of wishes that are all the shortest there can be: the meeting, later the least minutes."""
ENDLESS = 1e9
"""Mean of wishes that are never used up."""


def asking_youth(share: float) -> YouthPeer:
    """The same share asks for a youth peer at every age."""
    return YouthPeer(without_caregiver=share, under_12=share, from_12=share)


def uniform(patient: int, quantity: int, counter: int = 0) -> float:
    return float(visit_uniform(draw_base(SEED, 0), patient, 1, quantity, counter))


def meeting(patient: int) -> float:
    return float(quantile(*Lognormal(mean=20.0, cv=0.5).lowered(3), uniform(patient, quantity_id("peer/first"))))


M = meeting(0)


def wish_of(minutes: float, patient: int = 0, number: int = 1) -> float:
    """The mean at which the wish of that number lasts so many minutes."""
    return float(minutes / -np.log1p(-uniform(patient, WISH_ID, number - 1)))


def stay(minutes: float, name: str = "stay") -> Delay:
    return Delay(name=name, minutes=always(minutes))


ALL_DAY = Role(kind="peer", shifts={"day": Shift(start=0.0, minutes=DAY)})


def peer(*breaks: Break, start: float = 0.0, minutes: float = 900.0, **more: Any) -> Role:
    """A peer who comes on duty so many minutes after 08:00, every day."""
    return Role(kind="peer", shifts={"day": shift(EIGHT + start, minutes)}, breaks=breaks, **more)


@pytest.fixture
def play(simulate: Engine) -> Player:
    """Children who come for mental health at the given minutes, some with minutes of steps; no huddles unless told."""

    def played(
        pathway: list[Any],
        psw: Role | None = ALL_DAY,
        at: tuple[float | tuple[float, dict[str, float]], ...] = (0.0,),
        *,
        roles: dict[str, Role] | None = None,
        patience: float | None = None,
        minutes: float = DAY,
        effects: Effects | None = None,
        wish: float = BRIEF,
        scenario: dict[str, Any] | None = None,
        **support: Any,
    ) -> Trajectory:
        told = {"consent": 1.0, "huddle_share": 0.0, "youth_peer": asking_youth(1.0), "wish_minutes": wish} | support
        visits = [one if isinstance(one, tuple) else (one, {}) for one in at]
        given = {"stream": "mental_health"} | ({} if patience is None else {"patience": patience})
        people = {"nurse": staffed(3)} | (roles or {}) | ({} if psw is None else {"psw": psw})
        world = one_stream(
            pathway,
            people,
            replay(*({"at": EIGHT + time, "minutes": steps} | given for time, steps in visits)),
            name="mental_health",
            support=Support.model_validate(told),
            effects=effects or Effects(),
            minutes=EIGHT + minutes,
            **(scenario or {}),
        )
        return simulate(world, SEED)

    return played


def near(rows: list[list[float]]) -> Any:
    return [pytest.approx(row, abs=1e-6, nan_ok=True) for row in rows]


def rows(trajectory: Trajectory, kind: str, visit: int | None = None) -> Any:
    """The rows of `tasks` of a kind, in the order of asking, of all visits or of one; times in minutes from 08:00."""
    times = ["requested", "started", "ended", "company_since"]
    tasks = trajectory.tasks.assign(**{name: trajectory.tasks[name] - EIGHT for name in times})
    chosen = tasks[(tasks.kind == kind) & ((tasks.visit == visit) if visit is not None else True)]
    return chosen.sort_values(["requested", "visit", "started"])


def spells(trajectory: Trajectory, kind: str, visit: int | None = None) -> list[list[float]]:
    """[requested, started, ended] of all tasks of a kind."""
    return rows(trajectory, kind, visit)[["requested", "started", "ended"]].to_numpy().tolist()


def of_visit(trajectory: Trajectory, name: str, visit: int = 0) -> Any:
    """A column of a visit; times in minutes from 08:00."""
    value = trajectory.visit_columns[name][visit].item()
    return value - EIGHT if name in ("departure", "peer_started", "peer_met", "peer_ended") else value


# --- wishes and spells ----------------------------------------------------------------------------------------------


def test_a_peer_comes_after_triage_walks_three_minutes_and_recovers_when_the_wish_is_over(play: Player):
    """The first wish is never shorter than the meeting; when the meeting is over the child is met."""
    trajectory = play([TRIAGE, stay(200.0)])
    assert spells(trajectory, "contact") == near([[5.0, 5.0, 8.0 + M]])
    assert rows(trajectory, "contact").company_since.tolist() == [8.0]
    assert not rows(trajectory, "contact").interrupted.any()
    assert spells(trajectory, "recovery") == near([[8.0 + M, 8.0 + M, 18.0 + M]])
    assert of_visit(trajectory, "minutes_accompanied") == pytest.approx(M)
    met = [of_visit(trajectory, name) for name in ("peer_started", "peer_met", "peer_ended", "n_peer_spells")]
    assert met == pytest.approx([5.0, 8.0 + M, 8.0 + M, 1])
    assert of_visit(trajectory, "departure") == 205.0
    assert np.isnan(trajectory.tasks[trajectory.tasks.kind != "contact"].company_since).all()


def test_company_goes_on_after_the_meeting_until_the_wish_is_used_up(play: Player):
    trajectory = play([TRIAGE, stay(200.0)], wish=wish_of(M + 40.0))
    assert spells(trajectory, "contact") == near([[5.0, 5.0, 48.0 + M]])
    assert of_visit(trajectory, "peer_met") == pytest.approx(8.0 + M)
    assert of_visit(trajectory, "minutes_accompanied") == pytest.approx(M + 40.0)


def test_a_wish_comes_again_four_hours_after_it_is_over_and_is_never_shorter_than_ten_minutes(play: Player):
    """The wish is over at 8 + M; the next falls due 240 minutes later, and is over 13 minutes after that."""
    trajectory = play([TRIAGE, stay(700.0)], peer())
    over = 8.0 + M
    assert spells(trajectory, "contact") == near(
        [[5.0, 5.0, over], [over + 240.0, over + 240.0, over + 253.0], [over + 493.0, over + 493.0, over + 506.0]]
    )
    assert rows(trajectory, "contact").band.tolist() == [2, 3, 3]
    assert rows(trajectory, "contact").contact.tolist() == ["first", "continuing", "continuing"]
    assert rows(trajectory, "contact").opened_case.tolist() == [True, False, False]
    assert len(spells(trajectory, "recovery")) == 3
    assert of_visit(trajectory, "minutes_accompanied") == pytest.approx(M + 20.0)


def test_the_second_wish_has_minutes_of_its_own(play: Player):
    mean = wish_of(50.0, number=2)
    first = max(M, mean * -np.log1p(-uniform(0, WISH_ID)))
    trajectory = play([TRIAGE, stay(700.0)], wish=mean, again_hours=0.5)
    over = 8.0 + first
    assert spells(trajectory, "contact")[:2] == near([[5.0, 5.0, over], [over + 30.0, over + 30.0, over + 83.0]])


def test_a_wish_that_falls_due_in_the_quiet_hours_is_asked_for_at_seven(play: Player):
    """Met at 19:33 + M, so that the next wish falls due past 23:00; the first contact of 02:05 knows no quiet hours."""
    evening = play([TRIAGE, stay(900.0)], at=(11.5 * HOUR,), minutes=2 * DAY)
    assert [row[0] for row in spells(evening, "contact")] == [11.5 * HOUR + 5.0, 23 * HOUR]
    night = play([TRIAGE, stay(100.0)], at=(-6 * HOUR,))
    assert spells(night, "contact")[0][:2] == [-355.0, -355.0]


def test_quiet_hours_last_from_eleven_to_seven():
    day = 3 * DAY
    quiet = {23 * HOUR: DAY + 7 * HOUR, 23.5 * HOUR: DAY + 7 * HOUR, 0.0: 7 * HOUR, 6.9 * HOUR: 7 * HOUR}
    for minute, end in quiet.items():
        assert after_quiet_hours(day + minute) == day + end
    for minute in (7 * HOUR, 12 * HOUR, 22.99 * HOUR):
        assert after_quiet_hours(day + minute) == day + minute


def test_what_is_left_of_a_wish_put_down_in_quiet_hours_waits_until_seven_but_a_meeting_does_not(play: Player):
    """Care comes at 02:10 in the meeting and again at 03:00 when the child is met, with an endless wish."""
    pathway = [TRIAGE, stay(5.0, "first"), care(minutes=10.0), stay(40.0, "second"), care(minutes=10.0, name="again")]
    trajectory = play([*pathway, stay(600.0)], at=(-6 * HOUR,), wish=ENDLESS)
    assert [row[:2] for row in spells(trajectory, "contact")] == [[-355.0, -355.0], [-350.0, -340.0], [-60.0, -60.0]]


# --- beside clinicians ----------------------------------------------------------------------------------------------


def test_a_clinician_puts_a_meeting_down_and_it_is_taken_up_again(play: Player):
    """Company from 8 gives 7 minutes until care comes at 15; after 45 the peer walks again, and M - 7 are left."""
    trajectory = play([TRIAGE, stay(10.0, "wait"), care(minutes=30.0), stay(60.0)])
    assert spells(trajectory, "contact") == near([[5.0, 5.0, 15.0], [15.0, 45.0, 41.0 + M]])
    assert rows(trajectory, "contact").interrupted.tolist() == [True, False]
    assert rows(trajectory, "contact").band.tolist() == [2, 2]
    assert rows(trajectory, "contact").contact.tolist() == ["first", "continuing"]
    assert of_visit(trajectory, "peer_met") == pytest.approx(41.0 + M)
    assert of_visit(trajectory, "minutes_accompanied") == pytest.approx(M)
    assert of_visit(trajectory, "n_peer_spells") == 2


def test_each_spell_of_company_is_an_activity_of_its_own_in_the_event_log(play: Player):
    """The rest is another request, so nothing is suspended that would never be resumed."""
    log = event_log(play([TRIAGE, stay(10.0, "wait"), care(minutes=30.0), stay(60.0)]))
    assert log[log.activity == "contact psw"].lifecycle.tolist() == ["schedule", "start", "complete"] * 2


def test_a_spell_put_down_on_the_way_gives_no_company_and_the_peer_is_free_for_others(play: Player):
    """Care comes at 7, in the walk of 5 to 8; the second child, asking since 6, has the peer from 7 on."""
    trajectory = play([TRIAGE, stay(2.0, "wait"), care(minutes=60.0), stay(100.0)], at=(0.0, 1.0))
    assert spells(trajectory, "contact", 0)[0] == [5.0, 5.0, 7.0]
    assert spells(trajectory, "contact", 1)[0][:2] == [6.0, 7.0]
    assert of_visit(trajectory, "minutes_accompanied") == pytest.approx(M)


def test_a_child_who_wants_the_peer_there_has_company_beside_the_clinician(play: Player):
    pathway = [TRIAGE, stay(10.0, "wait"), care(minutes=30.0), stay(60.0)]
    trajectory = play(pathway, stays_with_clinician_share=1.0)
    assert spells(trajectory, "contact") == near([[5.0, 5.0, 8.0 + M]])
    late = play(
        [TRIAGE, care(minutes=60.0), stay(10.0)], peer(start=30.0, minutes=900.0), stays_with_clinician_share=1.0
    )
    assert spells(late, "contact")[0][:2] == [5.0, 30.0]


def test_a_contact_does_not_begin_while_a_clinician_is_with_the_patient(play: Player):
    """The peer comes on duty at 10, in the middle of care from 5 to 35; waiting since stays 5."""
    trajectory = play([TRIAGE, care(minutes=30.0), stay(100.0)], peer(start=10.0, minutes=900.0))
    assert spells(trajectory, "contact")[0] == near([[5.0, 35.0, 38.0 + M]])[0]


@pytest.mark.parametrize(("left", "comes_back"), [(10.5, True), (9.5, False)])
def test_who_is_met_has_the_rest_of_the_wish_if_it_is_worth_coming_back(play: Player, left: float, comes_back: bool):
    """Care comes when 20 minutes of company after the meeting were given; the wish was `left` longer than that."""
    pathway = [TRIAGE, stay(3.0 + M + 20.0, "wait"), care(minutes=30.0), stay(500.0)]
    trajectory = play(pathway, wish=wish_of(M + 20.0 + left))
    put_down = 28.0 + M
    first, second = rows(trajectory, "contact").to_dict("records")[:2]
    assert (first["ended"], first["interrupted"]) == (pytest.approx(put_down), True)
    if comes_back:
        assert second["band"] == 3
        assert (second["requested"], second["started"]) == pytest.approx((put_down, put_down + 30.0))
        assert second["ended"] == pytest.approx(put_down + 33.0 + left)
        assert spells(trajectory, "recovery")[0][0] == pytest.approx(second["ended"])
    else:
        assert second["requested"] == pytest.approx(put_down + 240.0)
        assert spells(trajectory, "recovery")[0] == near([[put_down, put_down, put_down + 10.0]])[0]


# --- calling away ---------------------------------------------------------------------------------------------------


def test_a_child_nobody_has_met_calls_the_peer_away_from_company(play: Player):
    """The second child asks at 65; the first, met, waits for what is left until the second is met and gone."""
    trajectory = play([TRIAGE, stay(200.0)], at=(0.0, 60.0), wish=ENDLESS)
    assert spells(trajectory, "contact", 0) == near([[5.0, 5.0, 65.0], [65.0, NEVER, 205.0]])
    assert spells(trajectory, "contact", 1) == near([[65.0, 65.0, 265.0]])
    assert rows(trajectory, "contact", 0).interrupted.tolist() == [True, False]
    assert rows(trajectory, "contact", 0).withdrawn.tolist() == [False, True]


NEVER = float("nan")


def test_a_child_whose_meeting_was_put_down_calls_the_peer_back_when_the_clinician_has_gone(play: Player):
    """Care of the first child comes at 7, on the way, and lasts until 107; from 7 on the peer is with the second."""
    pathway = [TRIAGE, stay(2.0, "wait"), care(minutes=100.0), stay(300.0)]
    trajectory = play(pathway, at=(0.0, (1.0, {"wait": 300.0})), wish=ENDLESS)
    assert spells(trajectory, "contact", 0)[:2] == near([[5.0, 5.0, 7.0], [7.0, 107.0, 407.0]])
    assert spells(trajectory, "contact", 1)[0] == [6.0, 7.0, 107.0]


def test_nobody_is_called_away_in_the_kept_minutes(play: Player):
    """The second child asks at 11, in the meeting of the first, which is over at 8 + M."""
    trajectory = play([TRIAGE, stay(200.0)], at=(0.0, 6.0), wish=ENDLESS)
    assert spells(trajectory, "contact", 0)[0] == near([[5.0, 5.0, 8.0 + M]])[0]
    assert spells(trajectory, "contact", 1)[0][:2] == near([[11.0, 8.0 + M]])[0]


def test_the_kept_minutes_of_a_later_spell_are_ten(play: Player):
    """Care puts the first child's company down at 205; from 215 on there are ten kept minutes again, until 228."""
    pathway = [TRIAGE, stay(200.0, "wait"), care(minutes=10.0), stay(300.0)]
    for asks, has in ((219.0, 228.0), (300.0, 300.0)):
        trajectory = play(pathway, at=(0.0, asks - 5.0), wish=ENDLESS)
        assert spells(trajectory, "contact", 1)[0][:2] == [asks, has]


def test_a_child_who_has_been_met_calls_nobody_away(play: Player):
    """The first child's wish comes again while the peer is with the second, whose wish has no end."""
    mean = wish_of(ENDLESS, patient=1)
    first = mean * -np.log1p(-uniform(0, WISH_ID))
    assert first > 1e6  # so that both have no end: the first is put down by the second, and must wait
    trajectory = play([TRIAGE, stay(600.0)], at=(0.0, HOUR), wish=mean)
    assert np.isnan(spells(trajectory, "contact", 0)[1][1])


def test_a_peer_called_away_is_of_the_kind_wished_then_the_one_longest_with_a_child(play: Player):
    """Two peers are in company since 5 and 6; the third child wishes a youth peer, or would take either."""
    kinds = {name: Shift(start=0.0, minutes=DAY, peer_kind=name) for name in ("family", "youth")}
    for share, called in ((1.0, "youth"), (0.0, "family")):
        trajectory = play(
            [TRIAGE, stay(300.0)],
            Role(kind="peer", shifts=kinds),
            (0.0, 1.0, 120.0),
            wish=ENDLESS,
            youth_peer=asking_youth(share),
        )
        (third,) = rows(trajectory, "contact", 2).to_dict("records")
        assert (third["started"], trajectory.members[third["member"]]) == (125.0, f"psw/{called}/1")
    either = {name: Shift(start=0.0, minutes=DAY) for name in ("a", "b")}
    trajectory = play([TRIAGE, stay(300.0)], Role(kind="peer", shifts=either), (0.0, 1.0, 120.0), wish=ENDLESS)
    longest, third = rows(trajectory, "contact", 0), rows(trajectory, "contact", 2)
    assert longest.member.tolist()[0] == third.member.tolist()[0]


def test_who_has_no_room_for_another_case_is_not_called_away(play: Player):
    """With a caseload of one the second child waits until the first has gone at 205 and the peer has recovered."""
    for caseload, begins in ((1, 215.0), (2, 65.0)):
        trajectory = play([TRIAGE, stay(200.0)], at=(0.0, 60.0), wish=ENDLESS, caseload=caseload)
        assert spells(trajectory, "contact", 1)[0][1] == begins


GOES_HOME = [Dispose(name="dispose", admission=0.0)]


def test_bridging_calls_the_peer_away_from_company_with_the_same_child(play: Player):
    trajectory = play([TRIAGE, stay(100.0, "wait"), *GOES_HOME, stay(60.0)], wish=ENDLESS)
    assert spells(trajectory, "contact") == near([[5.0, 5.0, 105.0], [105.0, 120.0, 165.0]])
    assert spells(trajectory, "bridging") == [[105.0, 105.0, 120.0]]
    assert of_visit(trajectory, "bridged") is True


def test_who_is_met_after_the_decision_to_go_home_is_bridged_when_met(play: Player):
    """The decision is at 6; the meeting is over at 8 + M, and so is the wish."""
    trajectory = play([TRIAGE, stay(1.0, "wait"), *GOES_HOME, stay(120.0)])
    assert spells(trajectory, "bridging") == near([[8.0 + M, 18.0 + M, 33.0 + M]])  # recovery comes first


def test_who_has_gone_before_bridging_begins_is_called(play: Player):
    trajectory = play([TRIAGE, stay(100.0, "wait"), *GOES_HOME], wish=BRIEF)
    assert of_visit(trajectory, "bridged") is False
    assert spells(trajectory, "call") == [[105.0, 105.0, 120.0]]
    assert rows(trajectory, "call").band.tolist() == [4]


# --- breaks and shifts ----------------------------------------------------------------------------------------------


def test_a_break_puts_company_down_once_the_kept_minutes_are_over(play: Player):
    """Due at 60, in company: put down at once, taken up after the break of 30. Due at 10, in the meeting: when met."""
    trajectory = play([TRIAGE, stay(200.0)], peer(Break(minutes=30.0, after=60.0)), wish=ENDLESS)
    assert spells(trajectory, "contact") == near([[5.0, 5.0, 60.0], [60.0, 90.0, 205.0]])
    kept = play([TRIAGE, stay(200.0)], peer(Break(minutes=30.0, after=10.0)), wish=ENDLESS)
    assert spells(kept, "contact") == near([[5.0, 5.0, 8.0 + M], [8.0 + M, 38.0 + M, 205.0]])
    assert kept.break_columns["start"][0] - EIGHT == pytest.approx(8.0 + M)


def test_the_shift_of_a_peer_ends_when_the_kept_minutes_are_over(play: Player):
    """The shift ends at 20 in the meeting: the peer stays until the child is met, and what is left is handed over."""
    shifts = {"early": shift(EIGHT, 20.0), "late": shift(EIGHT + 15.0, 900.0)}
    trajectory = play(
        [TRIAGE, stay(200.0)],
        Role(kind="peer", shifts=shifts),
        wish=ENDLESS,
        scenario={"department": {"handover_minutes": 4.0}},
    )
    met = 8.0 + M
    assert spells(trajectory, "contact") == near([[5.0, 5.0, met], [met, met, 205.0]])
    contacts = rows(trajectory, "contact")
    assert [trajectory.members[member] for member in contacts.member] == ["psw/early/1", "psw/late/1"]
    assert contacts.handover.tolist() == [0.0, 4.0]
    assert contacts.company_since.tolist() == near([[8.0, met + 7.0]])[0]
    assert of_visit(trajectory, "minutes_accompanied") == pytest.approx(M + 205.0 - met - 7.0)
    early = trajectory.staff[trajectory.staff.name == "psw/early/1"]
    assert early.left.tolist() == near([[EIGHT + met]])[0]
    assert early.overtime.tolist() == near([[met - 20.0]])[0]


def test_the_end_of_the_shift_puts_company_down_at_once_when_the_child_is_met(play: Player):
    trajectory = play([TRIAGE, stay(200.0)], peer(minutes=90.0), wish=ENDLESS)
    assert spells(trajectory, "contact")[0] == [5.0, 5.0, 90.0]
    assert trajectory.staff[trajectory.staff.role == "psw"].overtime.tolist()[0] == 0.0


def test_the_peers_recovery_comes_before_going_home(play: Player):
    """The meeting runs past the shift's end at 20; ten minutes of recovery are overtime too."""
    trajectory = play([TRIAGE, stay(200.0)], peer(minutes=20.0), minutes=300.0)
    psw = trajectory.staff[trajectory.staff.role == "psw"]
    assert psw.left.tolist() == near([[EIGHT + 18.0 + M]])[0]
    assert psw.overtime.tolist() == near([[M - 2.0]])[0]


# --- escalation -----------------------------------------------------------------------------------------------------


def escalates_at(minute: float, *response: float) -> dict[str, Any]:
    """A stream whose first visit escalates so many minutes after it came, answered by the guard."""
    mean = minute / -np.log1p(-uniform(0, ESCALATION_ID))
    tasks = tuple(ResponseTask(role="guard", minutes=minutes) for minutes in response)
    return {"stream": {"escalation": Escalation(mean_hours=float(mean) / HOUR, response=tasks)}}


GUARD = {"guard": staffed(2)}


def test_an_escalation_sends_the_peer_out_who_is_debriefed_and_comes_back_when_it_is_calm(play: Player):
    """Escalation at 100, calm at 130; the debrief of 20 minutes is asked for before the response."""
    trajectory = play([TRIAGE, stay(160.0)], roles=GUARD, wish=ENDLESS, scenario=escalates_at(100.0, 30.0))
    assert of_visit(trajectory, "n_escalations") == 1, "another seed, please"
    assert of_visit(trajectory, "n_peer_exposures") == 1
    assert spells(trajectory, "contact") == near([[5.0, 5.0, 100.0], [100.0, 130.0, 165.0]])
    assert spells(trajectory, "recovery")[0] == near([[100.0, 100.0, 120.0]])[0]
    tasks = trajectory.tasks.sort_values("slot")
    kinds = tasks[(tasks.requested - EIGHT).between(99.9, 100.1)].kind.tolist()
    assert kinds == ["contact", "recovery", "response"]


def test_who_is_on_the_way_when_distress_escalates_has_seen_nothing(play: Player):
    """Escalation at 7, in the walk; the meeting is still to be had, at 37."""
    trajectory = play([TRIAGE, stay(60.0)], roles=GUARD, scenario=escalates_at(7.0, 30.0), minutes=90.0)
    assert of_visit(trajectory, "n_peer_exposures") == 0
    assert spells(trajectory, "contact")[:2] == near([[5.0, 5.0, 7.0], [7.0, 37.0, 40.0 + M]])
    assert spells(trajectory, "recovery") == near([[40.0 + M, 40.0 + M, 50.0 + M]])


def test_a_contact_that_waits_when_distress_escalates_waits_until_calm(play: Player):
    """The peer comes at 20, in the response of 10 to 40, and the child wants the peer beside clinicians."""
    trajectory = play(
        [TRIAGE, stay(60.0)], peer(start=20.0, minutes=900.0), roles=GUARD, scenario=escalates_at(10.0, 30.0),
        stays_with_clinician_share=1.0, minutes=60.0,
    )  # fmt: skip
    assert spells(trajectory, "contact")[0][:2] == near([[5.0, 40.0]])[0]


def test_an_escalation_nobody_answers_ends_company_too(play: Player):
    """Calm at once: the peer is debriefed from 100 to 120, then comes back."""
    trajectory = play([TRIAGE, stay(160.0)], wish=ENDLESS, scenario=escalates_at(100.0), minutes=150.0)
    assert of_visit(trajectory, "n_peer_exposures") == 1
    assert spells(trajectory, "contact") == near([[5.0, 5.0, 100.0], [100.0, 120.0, NEVER]])


# --- departure ------------------------------------------------------------------------------------------------------


def test_departure_cuts_a_spell_and_what_falls_due_later_is_void(play: Player):
    """Departure at 105 in company: what it gave counts, its row is not interrupted, the peer recovers."""
    trajectory = play([TRIAGE, stay(100.0)], wish=ENDLESS)
    assert spells(trajectory, "contact") == [[5.0, 5.0, 105.0]]
    assert not rows(trajectory, "contact").interrupted.any()
    assert of_visit(trajectory, "minutes_accompanied") == 97.0
    assert spells(trajectory, "recovery") == [[105.0, 105.0, 115.0]]
    brief = play([TRIAGE, stay(100.0)])
    assert len(spells(brief, "contact")) == len(spells(brief, "recovery")) == 1


def test_who_leaves_before_being_met_was_missed_and_is_called(play: Player):
    """The child goes at 9, a minute into the meeting: reached, not met; the peer recovers, then calls."""
    trajectory = play([TRIAGE, stay(4.0)], huddle_share=1.0, huddle_roles=("nurse",))
    assert of_visit(trajectory, "peer_missed") is True
    assert np.isnan(of_visit(trajectory, "peer_met"))
    assert of_visit(trajectory, "minutes_accompanied") == 1.0
    assert spells(trajectory, "recovery") == [[9.0, 9.0, 19.0]]
    assert spells(trajectory, "call") == [[9.0, 19.0, 34.0]]
    assert spells(trajectory, "huddle") == []


def test_who_leaves_on_the_way_to_being_met_has_had_no_company(play: Player):
    trajectory = play([TRIAGE, stay(2.0)])
    assert of_visit(trajectory, "minutes_accompanied") == 0.0
    assert rows(trajectory, "contact").company_since.tolist() == [8.0]
    assert of_visit(trajectory, "n_peer_spells") == 1


def test_who_is_missed_is_called_when_a_peer_is_there(play: Player):
    trajectory = play([TRIAGE], peer(start=600.0, minutes=120.0))
    assert of_visit(trajectory, "peer_missed") is True
    assert spells(trajectory, "call") == [[5.0, 600.0, 615.0]]
    assert of_visit(trajectory, "called") is True


def test_company_at_the_end_of_the_run_counts_up_to_it(play: Player):
    trajectory = play([TRIAGE, stay(600.0)], wish=ENDLESS, minutes=100.0)
    assert of_visit(trajectory, "minutes_accompanied") == 92.0
    assert spells(trajectory, "contact") == near([[5.0, 5.0, NEVER]])


def test_company_goes_on_while_a_child_boards(play: Player):
    """Cases of others close at boarding at 65; the peer's stays, and so does the peer."""
    boards = [Dispose(name="dispose", admission=1.0), Board(name="board", time="ward")]
    boarding = Boarding(times={"ward": BoardingTime(minutes=always(600.0), nurse_minutes_per_hour=0.0)})
    trajectory = play([TRIAGE, stay(60.0), *boards], wish=wish_of(M + 300.0), scenario={"boarding": boarding})
    assert spells(trajectory, "contact")[0] == near([[5.0, 5.0, 308.0 + M]])[0]


# --- what hangs on being met ----------------------------------------------------------------------------------------


def waits_for_assessment(play: Player, effects: Effects, psw: Role | None) -> float:
    """When a visit with 60 minutes of patience leaves, who waits from 5 on; the wish is 10 minutes over the meeting."""
    trajectory = play(
        [TRIAGE, care("crisis", 30.0, may_leave=True)],
        psw,
        roles={"crisis": Role(shifts={"late": shift(EIGHT + 600.0, 120.0)})},
        patience=60.0,
        effects=effects,
        wish=wish_of(M + 10.0),
        minutes=300.0,
    )
    assert dispositions(trajectory) == ["lwbs"]
    return of_visit(trajectory, "departure")


@pytest.mark.parametrize(
    ("while_accompanied", "after", "longer"), [(1.0, 1.0, 0.0), (0.5, 1.0, 5.0), (0.0, 1.0, 10.0), (1.0, 2.0, None)]
)
def test_patience_runs_at_another_pace_once_the_child_is_met(
    play: Player, while_accompanied: float, after: float, longer: float | None
):
    """Before the meeting is over the pace is 1; of the 10 minutes after it 10, 5 or none are used up."""
    effects = Effects(peer=RoleEffects(patience_while=while_accompanied, patience_after=after))
    leaves = 65.0 + longer if longer is not None else 18.0 + M + (65.0 - 18.0 - M) / 2.0
    assert waits_for_assessment(play, effects, ALL_DAY) == pytest.approx(leaves)
    assert waits_for_assessment(play, effects, None) == 65.0


@pytest.mark.parametrize(("wait", "minutes"), [(60.0, 32.0), (10.0, 40.0)])
def test_an_assessment_is_shorter_by_the_assumed_factor_if_the_child_has_been_met(
    play: Player, wait: float, minutes: float
):
    assessment = Task(name="assess", role="nurse", minutes=always(40.0), purpose="assessment")
    effects = Effects(peer=RoleEffects(assessment_minutes=0.8))
    trajectory = play([TRIAGE, stay(wait), assessment], effects=effects)
    assert of_visit(trajectory, "n_peer_spells") >= 1
    assert of_visit(trajectory, "departure") == 5.0 + wait + minutes


@pytest.mark.parametrize(("wait", "linked"), [(60.0, 1), (10.0, 0)])
def test_follow_up_is_likelier_if_the_child_has_been_met(play: Player, wait: float, linked: int):
    """The child's uniform is a little above the share linked without a peer; doubled odds reach it."""
    share = 0.95 * uniform(0, quantity_id("follow_up"))
    follow_up = FollowUp(name="follow_up", within_7_days=share, within_30_days=share)
    trajectory = play([TRIAGE, stay(wait), follow_up], effects=Effects(peer=RoleEffects(linkage_odds=2.0)))
    assert of_visit(trajectory, "follow_up") == linked


def test_a_huddle_is_asked_for_when_the_child_is_met(play: Player):
    """Company goes on; with the nurse, for the visit has no case with the crisis clinician."""
    trajectory = play([TRIAGE, stay(100.0)], wish=ENDLESS, huddle_share=1.0, huddle_roles=("nurse",))
    assert spells(trajectory, "huddle") == near([[8.0 + M, 8.0 + M, 11.0 + M]])


def test_the_peer_kind_wished_is_preferred_but_no_condition(play: Player):
    """Both wish a youth peer, who is second in the roster; the second visit takes the family peer rather than wait."""
    kinds = {name: Shift(start=0.0, minutes=DAY, peer_kind=name) for name in ("family", "youth")}
    trajectory = play([TRIAGE, stay(95.0)], Role(kind="peer", shifts=kinds), (0.0, 1.0))
    contacts = rows(trajectory, "contact").sort_values("visit")
    assert [trajectory.members[member] for member in contacts.member] == ["psw/youth/1", "psw/family/1"]
    assert contacts.started.tolist() == [5.0, 6.0]
