"""The events the law speaks of, read off finished runs: how many of each a run shows, and how busy it was.

An event counts when it happened, not when the scenario would allow it. What makes departments meet them is
`tests.worlds`; what a run shows is `tests.seen`.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from sim.department.boarding import BedPool
from sim.department.pathway import Board, Delay, Dispose, FreePlace, Observe, Place, Release, SideTask, Task
from sim.department.patients import ARRIVAL_MODES, OLDER_CHILD_FROM
from sim.department.quantities import MINUTES_PER_DAY
from sim.department.scenario import Scenario
from sim.department.support import return_factors
from sim.engine.constants import FIRST_STAY, OUR_STAY, OUTSIDE, OUTSIDE_STAY, POOL
from sim.engine.trajectory import (
    ADMITTED,
    AMA,
    BRIDGING,
    CALL,
    CARE,
    CONTACT,
    CONTINUING,
    FIRST,
    HUDDLE,
    LWBS,
    MAIN,
    OBSERVATION,
    ONE_OFF,
    PEER_KINDS_WISHED,
    RECOVERY,
    RESPONSE,
    SIDE,
    TRANSFERRED,
    Trajectory,
)
from tests.referee.traits import Brought
from tests.seen import Seen, pairs, until_the_end

EVENTS: dict[str, Callable[[Seen], Any]] = {}
"""Every event by its sentence; the function gives a number, or flags of which the true ones count."""


def event(sentence: str) -> Callable[[Callable[[Seen], Any]], Callable[[Seen], Any]]:
    """Enter a function under the sentence it counts."""

    def enter(count: Callable[[Seen], Any]) -> Callable[[Seen], Any]:
        assert sentence not in EVENTS, sentence
        EVENTS[sentence] = count
        return count

    return enter


def events_of(scenario: Scenario, run: Trajectory) -> dict[str, int]:
    """How often each event happened in a run."""
    seen = Seen(scenario, run)
    return {sentence: int(np.sum(count(seen))) for sentence, count in EVENTS.items()}


def departments_with(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """In how many of the runs each event happened at all."""
    met: Counter[str] = Counter(dict.fromkeys(EVENTS, 0))
    for run in counts:
        met.update(sentence for sentence, n in run.items() if n > 0)
    return dict(met)


def load(run: Trajectory) -> float:
    """Minutes worked per minute on the floor (rostered, breaks taken off) of the busiest role.

    Only roles rostered for at least half as many minutes as the run has: an hour's shift is soon busy.
    """
    staff, rest = run.staff_columns, run.break_columns
    resting = np.minimum(until_the_end(rest["end"]), run.horizon) - rest["start"]
    loads = [0.0]
    for role in range(len(run.roles)):
        own = staff["role"] == role
        rostered = float((staff["scheduled_end"] - staff["scheduled_start"])[own].sum())
        if rostered >= run.horizon / 2.0:
            on_floor = rostered - float(resting[np.isin(rest["member"], staff["member"][own])].sum())
            loads.append(float((staff["busy"] + staff["overtime"])[own].sum()) / on_floor)
    return max(loads)


# --- who comes ------------------------------------------------------------------------------------------------------


def of_demand(kind: str) -> Callable[[Seen], Any]:
    """Visits that came in by one kind of demand."""
    return lambda seen: seen.run.n_visits * (seen.scenario.demand.kind == kind)


for kind in ("replay", "steady", "profile"):
    event(f"a visit comes by a {kind}")(of_demand(kind))


@event("a child comes back")
def _(seen: Seen) -> Any:
    return seen.visit["visit_number"] > 1


@event("a return left by the prelude comes")
def _(seen: Seen) -> Any:
    firsts = np.unique(seen.visit["patient"], return_index=True)[1]
    return seen.visit["visit_number"][firsts] > 1


@event("a child comes back on the day of departure")
def _(seen: Seen) -> Any:
    back = np.flatnonzero(seen.visit["next_visit"] < seen.run.horizon)
    return seen.visit["next_visit"][back] // MINUTES_PER_DAY == seen.visit["departure"][back] // MINUTES_PER_DAY


@event("minutes given with a visit are used")
def _(seen: Seen) -> Any:
    steps = seen.run.steps
    return [seen.started[row, steps.index(name)] >= 0.0 for row, given in seen.given for name in given.minutes]


@event("patience given with a visit is used up")
def _(seen: Seen) -> Any:
    return [seen.left[row] for row, given in seen.given if given.patience is not None]


# --- what they are like ---------------------------------------------------------------------------------------------


def of_class(number: int) -> Callable[[Seen], Any]:
    """Visits of one class of severity."""
    return lambda seen: seen.visit["severity"] == number


for number, words in enumerate(("first", "second", "third", "fourth")):
    event(f"a visit is of the {words} class")(of_class(number))


def frail(seen: Seen) -> np.ndarray:
    """Visits by patients who come back more often."""
    laws = [stream.returns for stream in seen.streams]
    patients = zip(seen.visit["patient"].tolist(), seen.visit["stream"].tolist(), strict=True)
    found = []
    for patient, stream in patients:
        law = laws[stream]
        found.append(law is not None and seen.workload.is_frail(patient, law))
    return np.array(found, dtype=bool)


@event("a frail child is of another class than the first")
def _(seen: Seen) -> Any:
    return frail(seen) & (seen.visit["severity"] > 0)


@event("a visit whose acuity is given has a class")
def _(seen: Seen) -> Any:
    return [seen.visit["severity"][row] >= 0 for row, given in seen.given if given.acuity is not None]


@event("a child of another class than the first escalates")
def _(seen: Seen) -> Any:
    return (seen.visit["severity"] > 0) & (seen.visit["n_escalations"] > 0)


@event("a child of another class than the first is admitted")
def _(seen: Seen) -> Any:
    return (seen.visit["severity"] > 0) & (seen.visit["disposition"] == ADMITTED)


def always_held(seen: Seen) -> np.ndarray:
    """Visits held by age and caregiver, whatever else is true of them."""
    rules = [stream.held.always if stream.held is not None else None for stream in seen.streams]
    shown = zip(*(seen.visit[name].tolist() for name in ("stream", "age_years", "caregiver")), strict=True)
    found = []
    for stream, age, caregiver in shown:
        rule = rules[stream]
        found.append(rule is not None and age < rule.under_age and caregiver == rule.caregiver)
    return np.array(found, dtype=bool)


@event("a child is held because of age and caregiver")
def _(seen: Seen) -> Any:
    return always_held(seen) & seen.visit["held"]


@event("a hold given with a visit stands against age and caregiver")
def _(seen: Seen) -> Any:
    held = always_held(seen)
    return [held[row] for row, given in seen.given if given.held is False]


def held_by_mode(mode: str) -> Callable[[Seen], Any]:
    """Held visits, of those not held always, by how they came; only where the police make a difference."""

    def count(seen: Seen) -> Any:
        matters = np.array([stream.held is not None and stream.held.odds.police != 1.0 for stream in seen.streams])
        came = seen.visit["arrival_mode"] == ARRIVAL_MODES.index(mode)
        return matters[seen.visit["stream"]] & came & seen.visit["held"] & ~always_held(seen)

    return count


for mode in ("walk_in", "police"):
    event(f"a child is held who came by {mode}")(held_by_mode(mode))


def assessments(seen: Seen) -> list[tuple[bool, bool, bool]]:
    """Of visits that will be admitted by a step that wants them assessed: (has the first need, has another, left)."""
    found = []
    asking = [any(isinstance(s, Dispose) and s.assessed_by for s in stream.pathway) for stream in seen.streams]
    for row in np.flatnonzero(np.array(asking)[seen.visit["stream"]]).tolist():
        needs = Brought(seen.run, seen.scenario, row).needs_before_admission()
        if needs:
            found.append((needs[0], any(needs[1:]), bool(seen.left[row])))
    return found


@event("an assessment is given because of admission")
def _(seen: Seen) -> Any:
    return [not first and not other for first, other, _ in assessments(seen)]


@event("another assessment than the first is enough for admission")
def _(seen: Seen) -> Any:
    return [not first and other for first, other, _ in assessments(seen)]


@event("a child given an assessment leaves before admission")
def _(seen: Seen) -> Any:
    return [left and not first and not other for first, other, left in assessments(seen)]


def wishing_for(kind: str, caregiver: bool, young: bool) -> Callable[[Seen], Any]:
    """Children who asked for a kind of peer, by age and caregiver."""

    def count(seen: Seen) -> Any:
        wished = seen.visit["peer_kind_wished"] == PEER_KINDS_WISHED.index(kind)
        of_age = (seen.visit["age_years"] < OLDER_CHILD_FROM) == young
        return wished & of_age & (seen.visit["caregiver"] == caregiver) & seen.visit["peer_consented"]

    return count


event("a child alone wishes for a youth peer")(wishing_for("youth", caregiver=False, young=False))
event("a child under 12 with a caregiver wishes for a family peer")(wishing_for("family", caregiver=True, young=True))
event("an older child with a caregiver wishes for a family peer")(wishing_for("family", caregiver=True, young=False))


@event("observation begins before the visit has a place")
def _(seen: Seen) -> Any:
    watched = seen.visit_steps_where(lambda step: isinstance(step, Observe)) & ~np.isnan(seen.requested)
    roomed = seen.visit_steps_where(lambda step: isinstance(step, Place))
    first_place = np.where(roomed, np.nan_to_num(seen.started, nan=np.inf), np.inf).min(axis=1)
    return watched.any(axis=1) & (np.where(watched, seen.requested, np.inf).min(axis=1) < first_place)


# --- ties and nothing at all ----------------------------------------------------------------------------------------


@event("two tasks end at one instant")
def _(seen: Seen) -> Any:
    ends = seen.task["ended"][seen.begun & ~np.isnan(seen.task["ended"])]
    return len(ends) - len(np.unique(ends))


@event("a child arrives as a task ends")
def _(seen: Seen) -> Any:
    return np.isin(seen.visit["arrival"], seen.task["ended"][seen.begun])


@event("two children arrive at one instant")
def _(seen: Seen) -> Any:
    return np.diff(seen.visit["arrival"]) == 0.0


@event("two visits wait for a role since the same instant")
def _(seen: Seen) -> Any:
    rows = np.flatnonzero(seen.waited)
    waits = {(seen.task["role"][r], seen.task["requested"][r], seen.task["visit"][r]) for r in rows}
    return len(waits) - len({wait[:2] for wait in waits})


@event("a visit leaves as a task ends")
def _(seen: Seen) -> Any:
    return seen.left & np.isin(seen.visit["departure"], seen.task["ended"][seen.begun])


@event("a shift ends as its member's task ends")
def _(seen: Seen) -> Any:
    return len(pairs(seen.staff["member"], seen.staff["scheduled_end"]) & seen.ends(seen.begun))


@event("a break falls due as its member's task ends")
def _(seen: Seen) -> Any:
    return len(pairs(seen.rest["member"], seen.rest["due"]) & seen.ends(seen.begun))


@event("a task takes no minutes")
def _(seen: Seen) -> Any:
    return seen.tasks(MAIN, SIDE) & (seen.task["started"] == seen.task["ended"])


@event("a delay takes no minutes")
def _(seen: Seen) -> Any:
    return seen.visit_steps_where(lambda step: isinstance(step, Delay)) & (seen.started == seen.ended)


# --- duty -----------------------------------------------------------------------------------------------------------


@event("a break begins late because a task is in hand")
def _(seen: Seen) -> Any:
    late = seen.rest["start"] > seen.rest["due"]
    return len(pairs(seen.rest["member"][late], seen.rest["start"][late]) & seen.ends(seen.begun))


@event("a break falls due during another and follows it")
def _(seen: Seen) -> Any:
    starts = (seen.rest["start"] > seen.rest["due"]) & ~np.isnan(seen.rest["start"])
    ends = pairs(seen.rest["member"], seen.rest["end"])
    return len(pairs(seen.rest["member"][starts], seen.rest["start"][starts]) & ends)


@event("a break is dropped because the shift ends first")
def _(seen: Seen) -> Any:
    taken = pairs(seen.rest["member"], seen.rest["due"])
    over = {m: [end for _, end in spells if end < seen.run.horizon] for m, spells in seen.duties.items()}
    dropped = seen.blocks.keys() - taken
    return sum(any(due <= end for end in over[member]) for member, due in dropped)


@event("a break ends with the shift")
def _(seen: Seen) -> Any:
    goes = pairs(seen.staff["member"], seen.staff["left"])
    return [
        (member, end) in goes and end < start + seen.blocks.get((member, due), 0.0)
        for member, due, start, end in zip(
            *(seen.rest[name].tolist() for name in ("member", "due", "start", "end")), strict=True
        )
    ]


@event("protected time is taken")
def _(seen: Seen) -> Any:
    return seen.rest["protected"]


@event("a fixed break is taken")
def _(seen: Seen) -> Any:
    breaks = [any(item.after is not None for item in member.breaks) for member in seen.roster]
    return [breaks[member] for member in seen.rest["member"]]


@event("a shift stays empty through absence")
def _(seen: Seen) -> Any:
    return [not seen.works(member, start) for member, start, _ in seen.shifts]


@event("two shifts of a member run together")
def _(seen: Seen) -> Any:
    return [
        any(begins < start < ends for begins, ends in seen.duties.get(member, ())) for member, start, _ in seen.shifts
    ]


@event("somebody works past the end of the shift")
def _(seen: Seen) -> Any:
    return seen.staff["overtime"] > 0.0


@event("a task waits for a role with nobody in the roster")
def _(seen: Seen) -> Any:
    return ~np.isin(seen.task["role"], seen.own_role) & (seen.task["kind"] == MAIN)


# --- who is next, and with whom -------------------------------------------------------------------------------------


def queued_under(rule: str) -> Callable[[Seen], Any]:
    """Tasks that had to wait in a queue of one discipline."""
    return lambda seen: seen.waited & seen.tasks_by_setting(lambda discipline: discipline.rule, rule)


def passed_under(rule: str) -> Callable[[Seen], Any]:
    """Tasks anybody may do that a later request of the same band has overtaken."""

    def count(seen: Seen) -> Any:
        one_off = seen.tasks(MAIN) & (seen.task["contact"] == ONE_OFF) & (seen.next_spell < 0)
        return n_passed(seen, queued_under(rule)(seen) & one_off, same_band=True)

    return count


def n_passed(seen: Seen, waited: np.ndarray, same_band: bool) -> int:
    """How many waiting tasks were overtaken by a later request of their role, of the same band or of a lower one."""
    role, band = seen.task["role"][waited], seen.task["band"][waited]
    since, start = seen.task["requested"][waited], seen.task["started"][waited]
    bands = band[:, None] == band if same_band else band[:, None] > band
    overtaken = (role[:, None] == role) & bands & (since[:, None] < since) & (start[:, None] > start)
    return int(overtaken.any(axis=1).sum())


def chosen_by(choice: str) -> Callable[[Seen], Any]:
    """Tasks anybody may do that began while a colleague of the member was free too."""

    def count(seen: Seen) -> Any:
        picked = seen.begun & (seen.level == 0) & (seen.task["contact"] == ONE_OFF) & (seen.task["kind"] != SIDE)
        rows = np.flatnonzero(picked & seen.tasks_by_setting(lambda discipline: discipline.member, choice))
        idle = seen.idle(seen.task["started"][rows])
        return (idle & (seen.own_role[:, None] == seen.task["role"][rows])).any(axis=0)

    return count


for rule in ("fifo", "acuity_fifo", "accumulating", "target"):
    event(f"a task waits under {rule}")(queued_under(rule))
    if rule != "fifo":
        event(f"a task is overtaken under {rule}")(passed_under(rule))
for choice in ("least_loaded", "longest_idle", "listed_order"):
    event(f"{choice} chooses between colleagues")(chosen_by(choice))


@event("a lower band overtakes")
def _(seen: Seen) -> Any:
    return n_passed(seen, seen.waited & (seen.task["contact"] == ONE_OFF), same_band=False)


@event("a task is served at the second level of a skill list")
def _(seen: Seen) -> Any:
    return seen.begun & (seen.level == 1)


@event("a task is served at the third level of a skill list")
def _(seen: Seen) -> Any:
    return seen.begun & (seen.level == 2)


@event("a case begins as its member has room again")
def _(seen: Seen) -> Any:
    opened = seen.waited & seen.task["opened_case"]
    rooms = pairs(seen.case["member"], seen.case["end"])
    return len(pairs(seen.task["member"][opened], seen.task["started"][opened]) & rooms)


def taken_in_last_pickup(seen: Seen, urgent: bool) -> np.ndarray:
    acuity_1 = seen.of_its_visit(seen.visit["acuity"]) == 1
    rows = np.flatnonzero(seen.begun & seen.task["opened_case"] & (acuity_1 == urgent))
    near = seen.in_last_pickup(seen.task["started"][rows])
    return near[seen.task["member"][rows], np.arange(len(rows))]


@event("in last pickup a case is taken because nobody else can")
def _(seen: Seen) -> Any:
    return taken_in_last_pickup(seen, urgent=False)


@event("in last pickup a CTAS 1 case is taken")
def _(seen: Seen) -> Any:
    return taken_in_last_pickup(seen, urgent=True)


@event("last pickup keeps a free member from a case")
def _(seen: Seen) -> Any:
    less_urgent = seen.of_its_visit(seen.visit["acuity"]) > 1
    calm = seen.of_its_visit(seen.visit["n_escalations"]) == 0
    rows = np.flatnonzero(seen.waited & seen.task["opened_case"] & less_urgent & calm & seen.tasks(MAIN))
    times = seen.task["requested"][rows]
    kept = seen.idle(times) & seen.in_last_pickup(times) & (seen.own_role[:, None] == seen.task["role"][rows])
    limits = [seen.scenario.staffing.roles[member.role].caseload for member in seen.roster]
    room = seen.n_cases(times) < np.array([np.inf if limit is None else limit for limit in limits])[:, None]
    return (kept & room).any(axis=0)


@event("CTAS 1 interrupts a task")
def _(seen: Seen) -> Any:
    return seen.task["interrupted"]


def rests(seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """Rows of interrupted tasks, and of their rests that began."""
    cut = np.flatnonzero(seen.task["interrupted"] & (seen.next_spell >= 0))
    rest = seen.next_spell[cut]
    return cut[seen.begun[rest]], rest[seen.begun[rest]]


@event("the rest of a task is done by the same member")
def _(seen: Seen) -> Any:
    cut, rest = rests(seen)
    return seen.task["member"][cut] == seen.task["member"][rest]


@event("the rest of a task is done by a colleague")
def _(seen: Seen) -> Any:
    cut, rest = rests(seen)
    return seen.task["member"][cut] != seen.task["member"][rest]


@event("a task is interrupted twice")
def _(seen: Seen) -> Any:
    return seen.task["interrupted"][rests(seen)[1]]


# --- cases ----------------------------------------------------------------------------------------------------------


@event("a case is handed over")
def _(seen: Seen) -> Any:
    return seen.staff["n_handed_over"] > 0


@event("a case is handed over to another role")
def _(seen: Seen) -> Any:
    return [
        seen.case["member"][b] >= 0 and seen.own_role[seen.case["member"][b]] != seen.case["role"][b]
        for a, b in seen.case_spells
        if seen.case["member"][a] >= 0
    ]


@event("nobody can take over a case")
def _(seen: Seen) -> Any:
    return seen.case["member"] < 0


@event("an unheld case is adopted")
def _(seen: Seen) -> Any:
    return [seen.case["member"][a] < 0 <= seen.case["member"][b] for a, b in seen.case_spells]


@event("an unheld case closes unadopted")
def _(seen: Seen) -> Any:
    followed = {a for a, _ in seen.case_spells}
    ended = np.flatnonzero((seen.case["member"] < 0) & ~np.isnan(seen.case["end"]))
    return [row not in followed for row in ended.tolist()]


@event("the rest of a task adopts its case")
def _(seen: Seen) -> Any:
    adopted = {
        (seen.case["visit"][b], seen.case["role"][b], seen.case["start"][b])
        for a, b in seen.case_spells
        if seen.case["member"][a] < 0
    }
    rows = rests(seen)[1]
    return [(seen.task["visit"][r], seen.task["role"][r], seen.task["started"][r]) in adopted for r in rows]


@event("a task is longer for a handover")
def _(seen: Seen) -> Any:
    return seen.task["handover"] > 0.0


@event("a continuing task opens a case")
def _(seen: Seen) -> Any:
    return seen.tasks(MAIN) & (seen.task["contact"] == CONTINUING) & seen.task["opened_case"]


@event("a first contact finds a case open")
def _(seen: Seen) -> Any:
    return seen.tasks(MAIN) & (seen.task["contact"] == FIRST) & ~seen.task["opened_case"]


@event("a release closes a case")
def _(seen: Seen) -> Any:
    released = np.argwhere(seen.visit_steps_where(lambda step: isinstance(step, Release)) & (seen.started >= 0.0))
    times = {(int(visit), float(seen.started[visit, step])) for visit, step in released}
    early = seen.case["end"] < seen.departure[seen.case["visit"]]
    return len(pairs(seen.case["visit"][early], seen.case["end"][early]) & times)


@event("boarding closes a case")
def _(seen: Seen) -> Any:
    boards = seen.visit["boarding_start"][seen.case["visit"]]
    return (seen.case["end"] == boards) & (boards < seen.departure[seen.case["visit"]])


def side_tasks_after_departure(seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """Continuing side tasks done after the visit is over, and who held the case last (-1: nobody ever)."""
    late = seen.tasks(SIDE) & (seen.task["contact"] == CONTINUING)
    rows = np.flatnonzero(late & (seen.task["started"] > seen.of_its_visit(seen.departure)))
    last = {
        (v, r): m
        for v, r, m in zip(*(seen.case[name].tolist() for name in ("visit", "role", "member")), strict=True)
        if m >= 0
    }
    keys = zip(seen.task["visit"][rows].tolist(), seen.task["role"][rows].tolist(), strict=True)
    return rows, np.array([last.get(key, -1) for key in keys], dtype=int)


@event("a side task after departure is done by who held the case")
def _(seen: Seen) -> Any:
    rows, last = side_tasks_after_departure(seen)
    return seen.task["member"][rows] == last


@event("a side task after departure is done by a colleague")
def _(seen: Seen) -> Any:
    rows, last = side_tasks_after_departure(seen)
    return (seen.task["member"][rows] != last) & (last >= 0)


@event("a side task takes a share of the minutes before it")
def _(seen: Seen) -> Any:
    parts = seen.tasks_of_steps_where(lambda step: isinstance(step, SideTask) and step.share_of_minutes is not None)
    return seen.begun & parts & (seen.task["ended"] > seen.task["started"])


# --- places and delays ----------------------------------------------------------------------------------------------


@event("a visit waits for a place")
def _(seen: Seen) -> Any:
    return seen.place["start"] > seen.place["requested"]


@event("a place is exchanged for another")
def _(seen: Seen) -> Any:
    return len(seen.spells(seen.place, "visit"))


@event("a place is given up before departure")
def _(seen: Seen) -> Any:
    freed = seen.visit_steps_where(lambda step: isinstance(step, FreePlace)) & (seen.started >= 0.0)
    times = {(int(visit), float(seen.started[visit, step])) for visit, step in np.argwhere(freed)}
    return len(pairs(seen.place["visit"], seen.place["end"]) & times)


@event("a place is taken as its cleaning ends")
def _(seen: Seen) -> Any:
    found = 0
    for zone, name in enumerate(seen.run.zones):
        if seen.scenario.department.zones[name].cleaning_minutes > 0.0:
            own = (seen.place["zone"] == zone) & (seen.place["start"] > seen.place["requested"])
            found += int(np.isin(seen.place["start"][own], seen.free_again(zone)).sum())
    return found


def routes_of(seen: Seen, row: int) -> list[tuple[str, ...]]:
    """Zones of the routes a place of the run may have been given on."""
    visit, since = seen.place["visit"][row], seen.place["requested"][row]
    acuity = seen.visit["acuity"][visit]
    stream = seen.streams[seen.visit["stream"][visit]]
    return [
        route.zones
        for step in stream.pathway
        if isinstance(step, Place) and seen.requested[visit, seen.run.steps.index(step.name)] == since
        for route in step.routes
        if acuity in route.acuities
    ]


@event("the ratio rule keeps a free place shut")
def _(seen: Seen) -> Any:
    if seen.scenario.department.ratio_role is None:
        return 0
    acuity, calm = seen.visit["acuity"][seen.place["visit"]], seen.visit["n_escalations"][seen.place["visit"]] == 0
    rows = np.flatnonzero((seen.place["start"] > seen.place["requested"]) & (acuity > 1) & calm)
    return [any(all(zone_is_free(seen, row, zone) for zone in zones) for zones in routes_of(seen, row)) for row in rows]


def zone_is_free(seen: Seen, row: int, zone: str) -> bool:
    """Whether the zone has a place just after this place was asked for."""
    number, time = seen.run.zones.index(zone), seen.place["requested"][row]
    starts = seen.place["start"][seen.place["zone"] == number]
    places = seen.scenario.department.zones[zone].places
    return places is None or int(((starts <= time) & (time < seen.free_again(number))).sum()) < places


@event("CTAS 1 gets a place past the ratio rule")
def _(seen: Seen) -> Any:
    if seen.scenario.department.ratio_role is None:
        return 0
    urgent = np.flatnonzero(seen.visit["acuity"][seen.place["visit"]] == 1)
    times = seen.place["start"][urgent]
    nurses = seen.on_duty(seen.role_of[seen.scenario.department.ratio_role], times)
    return seen.occupied(times) > 12 * nurses


@event("CTAS 1 goes to the corridor")
def _(seen: Seen) -> Any:
    names = np.array(seen.run.zones, dtype=object)[seen.place["zone"]]
    return (names == "corridor") & (seen.visit["acuity"][seen.place["visit"]] == 1)


@event("a visit gets a place in a later zone of its route")
def _(seen: Seen) -> Any:
    return [
        all(seen.run.zones[seen.place["zone"][row]] != zones[0] for zones in routes_of(seen, row))
        for row in range(len(seen.place["zone"]))
    ]


@event("a visit queues for a limited delay")
def _(seen: Seen) -> Any:
    limited = seen.visit_steps_where(lambda step: isinstance(step, Delay) and step.capacity is not None)
    return limited & (seen.started > seen.requested)


@event("a visit leaves the queue of a limited delay")
def _(seen: Seen) -> Any:
    limited = seen.visit_steps_where(lambda step: isinstance(step, Delay) and step.capacity is not None)
    return limited & (seen.requested >= 0.0) & np.isnan(seen.started) & seen.left[:, None]


def unstaffed(step: Any) -> bool:
    return isinstance(step, Task) and step.unstaffed is not None


@event("a task is a delay because nobody of the role is there")
def _(seen: Seen) -> Any:
    asked = {
        (v, s) for v, s in zip(seen.task["visit"].tolist(), seen.task["step"].tolist(), strict=True)
    }  # fmt: skip
    delays = np.argwhere(seen.visit_steps_where(unstaffed) & (seen.started >= 0.0))
    return [(int(visit), int(step)) not in asked for visit, step in delays]


@event("a waiting task becomes a delay as the last one goes home")
def _(seen: Seen) -> Any:
    given_up = seen.task["withdrawn"] & seen.tasks_of_steps_where(unstaffed) & (seen.task["kind"] == MAIN)
    rows = np.flatnonzero(given_up)
    return seen.started[seen.task["visit"][rows], seen.task["step"][rows]] == seen.task["ended"][rows]


# --- patience and escalation ----------------------------------------------------------------------------------------


@event("a visit leaves unseen")
def _(seen: Seen) -> Any:
    return seen.visit["disposition"] == LWBS


@event("a visit leaves against advice")
def _(seen: Seen) -> Any:
    return seen.visit["disposition"] == AMA


def first_responses(seen: Seen) -> dict[int, float]:
    """When the first escalation of each visit with a response began."""
    found: dict[int, float] = {}
    rows = np.flatnonzero(seen.task["kind"] == RESPONSE)
    for visit, since in zip(seen.task["visit"][rows].tolist(), seen.task["requested"][rows].tolist(), strict=True):
        found[visit] = min(since, found.get(visit, since))
    return found


def budget_ends(seen: Seen, visit: int) -> float:
    return float(seen.visit["arrival"][visit] + seen.visit["escalation_budget"][visit])


@event("a held visit escalates instead of leaving")
def _(seen: Seen) -> Any:
    return [
        seen.visit["held"][visit] and seen.visit["n_peer_contacts"][visit] == 0 and at < budget_ends(seen, visit) - 1e-6
        for visit, at in first_responses(seen).items()
    ]


@event("an escalation budget is used up")
def _(seen: Seen) -> Any:
    return [abs(at - budget_ends(seen, visit)) < 1e-6 for visit, at in first_responses(seen).items()]


@event("a visit escalates with nobody to respond")
def _(seen: Seen) -> Any:
    silent = np.array([stream.escalation is not None and not stream.escalation.response for stream in seen.streams])
    return silent[seen.visit["stream"]] & (seen.visit["n_escalations"] > 0)


@event("a visit escalates twice")
def _(seen: Seen) -> Any:
    return seen.visit["n_escalations"] > 1


@event("a child is restrained")
def _(seen: Seen) -> Any:
    return seen.visit["n_restraints"] > 0


@event("an escalation sets a waiting task aside")
def _(seen: Seen) -> Any:
    since = first_responses(seen)
    rows = np.flatnonzero(seen.waited & seen.tasks(MAIN))
    return [
        seen.task["requested"][row] < since.get(int(seen.task["visit"][row]), np.inf) < seen.task["started"][row]
        for row in rows
    ]


@event("a step begins as it becomes calm")
def _(seen: Seen) -> Any:
    steps = {(int(v), float(seen.requested[v, s])) for v, s in np.argwhere(seen.requested >= 0.0)}
    return len(steps & seen.visit_ends(seen.tasks(RESPONSE)))


@event("a response goes on after departure")
def _(seen: Seen) -> Any:
    return seen.tasks(RESPONSE) & (until_the_end(seen.task["ended"]) > seen.of_its_visit(seen.departure))


@event("a visit leaves while staff respond")
def _(seen: Seen) -> Any:
    visits = np.flatnonzero(seen.left)
    asked = seen.task["kind"] == RESPONSE
    waits = (seen.task["requested"][asked, None] < seen.departure[visits]) & (
        seen.departure[visits] < until_the_end(seen.task["ended"][asked])[:, None]
    )
    return (waits & (seen.task["visit"][asked, None] == visits)).any(axis=0)


def paces_differ(seen: Seen) -> bool:
    return seen.scenario.effects.peer.patience_while != 1.0


def waits_that_tire(seen: Seen) -> np.ndarray:
    """Waits that use up patience, shape (visits, steps)."""
    steps = seen.visit_steps_where(lambda step: getattr(step, "may_leave", False))
    return steps & (seen.visit["patience"] < np.inf)[:, None] & ~seen.visit["held"][:, None]


@event("the pace of patience changes while a visit waits")
def _(seen: Seen) -> Any:
    rows = np.flatnonzero(seen.tasks(CONTACT))
    visits, times = seen.task["visit"][rows], seen.task["started"][rows]
    until = np.fmin(until_the_end(seen.started[visits]), seen.departure[visits][:, None])
    waits = (seen.requested[visits] < times[:, None]) & (times[:, None] < until)
    return (waits & waits_that_tire(seen)[visits]).any(axis=1) & paces_differ(seen)


@event("a visit leaves after the pace of its patience changed")
def _(seen: Seen) -> Any:
    return seen.left & (seen.visit["n_peer_contacts"] > 0) & paces_differ(seen)


@event("calm is used up at another pace")
def _(seen: Seen) -> Any:
    running = (seen.visit["n_peer_contacts"] > 0) & (seen.visit["escalation_budget"] < np.inf)
    return running & (seen.scenario.effects.peer.escalation_while != 1.0)


# --- peers ----------------------------------------------------------------------------------------------------------


@event("a peer contact")
def _(seen: Seen) -> Any:
    return seen.tasks(CONTACT) & (seen.task["contact"] == FIRST)


@event("a repeat contact")
def _(seen: Seen) -> Any:
    return seen.tasks(CONTACT) & (seen.task["contact"] == CONTINUING)


@event("a repeat contact by another peer")
def _(seen: Seen) -> Any:
    rows = np.flatnonzero(seen.tasks(CONTACT))
    peer = {(int(seen.task["visit"][r]), int(seen.task["contact"][r])): int(seen.task["member"][r]) for r in rows}
    return [peer[visit, FIRST] != who for (visit, contact), who in peer.items() if contact == CONTINUING]


@event("a contact stands still beside a clinician")
def _(seen: Seen) -> Any:
    return seen.tasks(CONTACT) & (seen.task["paused"] > 0.0)


@event("a contact waits until the clinician goes")
def _(seen: Seen) -> Any:
    rows = seen.waited & seen.tasks(CONTACT)
    return len(
        pairs(seen.task["visit"][rows], seen.task["started"][rows]) & seen.visit_ends(seen.tasks(MAIN, RESPONSE))
    )


@event("a peer stays beside a clinician")
def _(seen: Seen) -> Any:
    rows = np.flatnonzero(seen.tasks(MAIN, RESPONSE))
    with_peer = seen.tasks(CONTACT) & (seen.task["paused"] == 0.0)
    return seen.running_at(with_peer, seen.task["visit"][rows], seen.task["started"][rows])


@event("departure cuts a contact")
def _(seen: Seen) -> Any:
    return seen.tasks(CONTACT) & (seen.task["ended"] == seen.of_its_visit(seen.departure))


@event("departure withdraws a contact")
def _(seen: Seen) -> Any:
    return (seen.task["kind"] == CONTACT) & seen.task["withdrawn"]


@event("a contact is offered though its trigger step is skipped")
def _(seen: Seen) -> Any:
    marks = {
        "after_triage": lambda step: isinstance(step, Task) and step.purpose == "triage",
        "when_roomed": lambda step: isinstance(step, Place),
    }
    if seen.scenario.support.trigger not in marks:
        return 0
    steps = seen.visit_steps_where(marks[seen.scenario.support.trigger])
    skipped = steps.any(axis=1) & ~(steps & (seen.requested >= 0.0)).any(axis=1)
    return skipped & seen.visit["peer_offered"]


@event("a peer of the kind wished is chosen before another")
def _(seen: Seen) -> Any:
    return by_wish(seen, granted=True)


@event("a peer of the other kind comes")
def _(seen: Seen) -> Any:
    return by_wish(seen, granted=False)


def by_wish(seen: Seen, granted: bool) -> Any:
    """Contacts with a peer of the kind wished while a peer of another kind was free too, or with another kind."""
    rows = np.flatnonzero(seen.tasks(CONTACT))
    kinds = np.array([member.peer_kind or "" for member in seen.roster], dtype=object)
    wished = np.array(["youth", "family"], dtype=object)[seen.of_its_visit(seen.visit["peer_kind_wished"])[rows]]
    came = kinds[seen.task["member"][rows]] == wished
    if not granted:
        return ~came
    peers = seen.own_role == seen.role_of.get(seen.scenario.support.role, -1)
    others = seen.idle(seen.task["started"][rows]) & peers[:, None] & (kinds[:, None] != wished)
    return came & others.any(axis=0)


def huddles_with_a_case(seen: Seen) -> np.ndarray:
    rows = np.flatnonzero(seen.tasks(HUDDLE))
    found = np.zeros(len(rows), dtype=bool)
    for role in np.unique(seen.task["role"][rows]):
        own = seen.task["role"][rows] == role
        found[own] = seen.holds(seen.task["visit"][rows[own]], role, seen.task["requested"][rows[own]])
    return found


@event("a huddle with who holds the case")
def _(seen: Seen) -> Any:
    return huddles_with_a_case(seen)


@event("a huddle with the last of the huddle roles")
def _(seen: Seen) -> Any:
    return ~huddles_with_a_case(seen)


@event("a peer recovers")
def _(seen: Seen) -> Any:
    return seen.tasks(RECOVERY)


@event("a peer recovers past the end of the shift")
def _(seen: Seen) -> Any:
    return seen.tasks(RECOVERY) & (seen.task["overtime"] > 0.0)


@event("a recovery lapses because the peer has gone home")
def _(seen: Seen) -> Any:
    met = np.flatnonzero((seen.visit["n_peer_contacts"] > 0) & seen.gone)
    return ~np.isin(met, seen.task["visit"][seen.task["kind"] == RECOVERY])


@event("bridging")
def _(seen: Seen) -> Any:
    return seen.tasks(BRIDGING)


@event("bridging is finished after departure")
def _(seen: Seen) -> Any:
    return seen.tasks(BRIDGING) & (seen.task["ended"] > seen.of_its_visit(seen.departure))


@event("a call instead of bridging")
def _(seen: Seen) -> Any:
    return (seen.task["kind"] == BRIDGING) & seen.task["withdrawn"]


@event("a call to a family nobody met")
def _(seen: Seen) -> Any:
    return seen.tasks(CALL) & seen.of_its_visit(seen.visit["peer_missed"])


@event("a call reaches the family")
def _(seen: Seen) -> Any:
    return seen.visit["call_reached"]


@event("a call moves the return")
def _(seen: Seen) -> Any:
    moved = seen.visit["call_reached"] & (seen.visit["next_visit"] < np.inf)
    return moved & (return_factors(seen.scenario.effects).bridging != 1.0)


@event("a call brings the return forward to its own end")
def _(seen: Seen) -> Any:
    rows = np.flatnonzero(seen.tasks(CALL))
    return seen.visit["next_visit"][seen.task["visit"][rows]] == seen.task["ended"][rows]


# --- observation and boarding ---------------------------------------------------------------------------------------


@event("an aide observes")
def _(seen: Seen) -> Any:
    return seen.tasks(OBSERVATION)


@event("an aide comes in the middle of the stay")
def _(seen: Seen) -> Any:
    return seen.tasks(OBSERVATION) & seen.waited


@event("the end of a shift cuts an observation")
def _(seen: Seen) -> Any:
    ends = pairs(seen.staff["member"], seen.staff["scheduled_end"])
    return len(ends & seen.ends(seen.tasks(OBSERVATION)))


@event("a break cuts an observation")
def _(seen: Seen) -> Any:
    return len(pairs(seen.rest["member"], seen.rest["due"]) & seen.ends(seen.tasks(OBSERVATION)))


@event("the next aide takes over at once")
def _(seen: Seen) -> Any:
    rows = np.flatnonzero(seen.tasks(OBSERVATION) & (seen.next_spell >= 0))
    return seen.task["ended"][rows] == seen.task["started"][seen.next_spell[rows]]


@event("an observation lasts to departure")
def _(seen: Seen) -> Any:
    return seen.tasks(OBSERVATION) & (seen.task["ended"] == seen.of_its_visit(seen.departure))


@event("the fallback role looks after an observation without an aide")
def _(seen: Seen) -> Any:
    roles = [next((s for s in stream.pathway if isinstance(s, Observe)), None) for stream in seen.streams]
    fallback = np.array([-1 if step is None else seen.role_of[step.fallback_role] for step in roles])
    own = seen.task["role"] == fallback[seen.of_its_visit(seen.visit["stream"])]
    boards = seen.of_its_visit(seen.visit["boarding_start"])
    return (
        seen.tasks(CARE) & own & ~(seen.task["requested"] > boards) & seen.of_its_visit(seen.visit["needs_observation"])
    )


def boarders(seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """Visits that board by distribution, and by pool."""
    times = seen.scenario.boarding.times
    pool = seen.scenario.boarding.kind == "pool"
    pooled = seen.visit_steps_where(lambda step: isinstance(step, Board) and times[step.time].pooled)
    by_pool = (pooled & (seen.started >= 0.0)).any(axis=1) & pool
    return (seen.visit["boarding_start"] >= 0.0) & ~by_pool, by_pool


@event("boarding by distribution")
def _(seen: Seen) -> Any:
    return boarders(seen)[0] & (seen.visit["boarding_end"] > seen.visit["boarding_start"])


@event("a bed of the pool is free at once")
def _(seen: Seen) -> Any:
    return boarders(seen)[1] & (seen.visit["boarding_end"] == seen.visit["boarding_start"])


@event("a boarder waits for a bed of the pool")
def _(seen: Seen) -> Any:
    return boarders(seen)[1] & (seen.visit["boarding_end"] > seen.visit["boarding_start"])


@event("the run ends with a boarder waiting")
def _(seen: Seen) -> Any:
    return (seen.visit["boarding_start"] >= 0.0) & np.isnan(seen.visit["boarding_end"])


@event("an outside request waits for a bed of the pool")
def _(seen: Seen) -> Any:
    if seen.scenario.boarding.kind != "pool" or seen.scenario.boarding.pool is None:
        return 0
    return n_outside_blocked(seen, seen.scenario.boarding.pool)


def n_outside_blocked(seen: Seen, pool: BedPool) -> int:
    """The pool played again with our requests where the run has them."""
    mean, draw = pool.mean_stay_h * 60.0, seen.workload.exponential
    asked: list[tuple[float, bool, float]] = []
    time, number = 0.0, 0
    while pool.outside_requests_per_day and time < seen.run.horizon:
        time += draw(POOL, POOL, OUTSIDE, number, MINUTES_PER_DAY / pool.outside_requests_per_day)
        asked.append((time, True, draw(POOL, POOL, OUTSIDE_STAY, number, mean)))
        number += 1
    for row in np.flatnonzero(boarders(seen)[1]):
        patient, visit_number = int(seen.visit["patient"][row]), int(seen.visit["visit_number"][row])
        stay = draw(patient, visit_number, OUR_STAY, 0, mean)
        asked.append((float(seen.visit["boarding_start"][row]), False, stay))
    taken = min(pool.beds, round(pool.outside_requests_per_day * pool.mean_stay_h / 24.0))
    free = [draw(POOL, POOL, FIRST_STAY, bed, mean) for bed in range(taken)] + [0.0] * (pool.beds - taken)
    heapq.heapify(free)
    blocked = 0
    for time, outside, stay in sorted(asked):
        begins = max(time, heapq.heappop(free))
        blocked += outside and time < begins and time < seen.run.horizon
        heapq.heappush(free, begins + stay)
    return blocked


@event("nurses care for a boarder by the hour")
def _(seen: Seen) -> Any:
    return seen.tasks(CARE) & (seen.task["requested"] > seen.of_its_visit(seen.visit["boarding_start"]))


@event("nurses care for the last part of an hour of boarding")
def _(seen: Seen) -> Any:
    return (seen.task["kind"] == CARE) & (
        seen.task["requested"] == seen.of_its_visit(seen.visit["boarding_end"])
    )  # fmt: skip


# --- how it ends ----------------------------------------------------------------------------------------------------


@event("a child is transferred")
def _(seen: Seen) -> Any:
    return seen.visit["disposition"] == TRANSFERRED


@event("a child is admitted")
def _(seen: Seen) -> Any:
    return seen.visit["disposition"] == ADMITTED


@event("a follow-up is kept")
def _(seen: Seen) -> Any:
    return seen.visit["follow_up"] > 0


@event("a safety plan is made")
def _(seen: Seen) -> Any:
    return seen.visit["safety_plan"]


@event("the run ends with a task in hand")
def _(seen: Seen) -> Any:
    return seen.begun & np.isnan(seen.task["ended"])
