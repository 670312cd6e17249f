"""The events the law speaks of, read off finished runs: how many of each a run shows, and how busy it was.

An event counts when it happened, not when the scenario would allow it. What makes departments meet them is
`tests.worlds`; what a run shows is `tests.seen`.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from sim.department.arrivals import DatesWithFactor, Hourly, Profile
from sim.department.boarding import BedPool
from sim.department.forks import steps_side_by_side
from sim.department.pathway import (
    Board,
    Choose,
    Delay,
    Dispose,
    Fork,
    FreePlace,
    Observe,
    Place,
    Release,
    SideTask,
    Task,
)
from sim.department.patients import ARRIVAL_MODES, OLDER_CHILD_FROM
from sim.department.quantities import MINUTES_PER_DAY
from sim.department.scenario import Scenario
from sim.department.support import DEBRIEF_MINUTES, LEAST_MINUTES, after_quiet_hours, return_factors
from sim.engine.draw_numbers import FIRST_STAY_ID, OUR_STAY_ID, OUTSIDE_GAP_ID, OUTSIDE_STAY_ID, POOL
from sim.engine.hourly_rates import special_day_factors
from sim.engine.trajectory import (
    ADMITTED,
    AMA,
    BRIDGING,
    CALL,
    CARE,
    CONTACT,
    CONTINUING,
    FIRST,
    GATHERING,
    HUDDLE,
    LWBS,
    MAIN,
    OBSERVATION,
    ONE_OFF,
    PEER_KINDS_WISHED,
    RECOVERY,
    RESPONSE,
    SIDE,
    TEAM,
    TRANSFERRED,
    Trajectory,
)
from tests.referee.traits import Brought
from tests.seen import ForkTaken, Pairs, Seen, once, pairs, until_the_end

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


for kind, text in {
    "replay": "by a list of visits",
    "steady": "at steady rates",
    "hourly": "at hourly rates",
    "profile": "by a profile of hours",
}.items():
    event(f"a visit comes {text}")(of_demand(kind))


@event("a visit of a third stream comes at its own hours beside a profile")
def _(seen: Seen) -> Any:
    demand = seen.scenario.demand
    further = demand.per_hour if isinstance(demand, Profile) else {}
    return np.array([name in further for name in seen.run.streams])[seen.visit["stream"]]


@event("a visit comes in a week with a level of its own")
def _(seen: Seen) -> Any:
    demand = seen.scenario.demand
    levels = demand.slow_level if isinstance(demand, Profile | Hourly) else {}
    uneven = [name in levels and levels[name].cv > 0.0 for name in seen.run.streams]
    return np.array(uneven)[seen.visit["stream"]] & (seen.visit["visit_number"] == 1)


@event("a visit comes on a special day")
def _(seen: Seen) -> Any:
    demand, start = seen.scenario.demand, np.datetime64(seen.scenario.department.calendar_start)
    if not isinstance(demand, Profile) or not seen.scenario.period.uses_month_factors:
        return 0
    dates = start + np.floor(seen.visit["arrival"] / MINUTES_PER_DAY).astype(int)
    special = [DatesWithFactor(day.dates, 2.0) for day in demand.special_days.values()]
    return special_day_factors(special, dates) != 1.0


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
    return seen.task["interrupted"] & (seen.task["kind"] != CONTACT)


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


@event("the ratio rule keeps a free place shut")
def _(seen: Seen) -> Any:
    if seen.scenario.department.ratio_role is None:
        return 0
    acuity, calm = seen.visit["acuity"][seen.place["visit"]], seen.visit["n_escalations"][seen.place["visit"]] == 0
    rows = np.flatnonzero((seen.place["start"] > seen.place["requested"]) & (acuity > 1) & calm)
    asked = seen.place["requested"]
    return [
        any(all(seen.has_room(zone, asked[row]) for zone in route.zones) for _, route in seen.place_steps[row])
        for row in rows
    ]


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
    return in_later_zone(seen)


def in_later_zone(seen: Seen) -> np.ndarray:
    """Places that are not in the first zone of the route."""
    names = [seen.run.zones[zone] for zone in seen.place["zone"]]
    found = [
        all(name != route.zones[0] for _, route in steps) for name, steps in zip(names, seen.place_steps, strict=True)
    ]
    return np.array(found, dtype=bool)


def first_zone_has_room(seen: Seen, row: int) -> bool:
    """Whether the first zone of the route of a place has a place free just after this one was given."""
    return all(seen.has_room(route.zones[0], seen.place["start"][row]) for _, route in seen.place_steps[row])


@event("a visit gets a place in a later zone while the first is full")
def _(seen: Seen) -> Any:
    return [not first_zone_has_room(seen, row) for row in np.flatnonzero(in_later_zone(seen))]


@event("a visit gets a place in a later zone while the ratio rule shuts the first")
def _(seen: Seen) -> Any:
    if seen.scenario.department.ratio_role is None:
        return 0
    return [first_zone_has_room(seen, row) for row in np.flatnonzero(in_later_zone(seen))]


@event("visits of two routes wait for one zone")
def _(seen: Seen) -> Any:
    waiting = seen.place_waits
    return (waiting.could_have_had & (waiting.route[:, None] != waiting.route)).any(axis=1)


def place_given_under(rule: str) -> Callable[[Seen], Any]:
    """Places given under a discipline while somebody else of the band waited for one in that zone."""

    def count(seen: Seen) -> Any:
        waiting = seen.place_waits
        chosen = (waiting.could_have_had & waiting.same_band).any(axis=0)
        return chosen & (seen.scenario.discipline.places.rule == rule)

    return count


def overtaken_for_a_place_under(rule: str) -> Callable[[Seen], Any]:
    """Visits that a later request of their band, not of CTAS 1, has overtaken for a place."""

    def count(seen: Seen) -> Any:
        waiting = seen.place_waits
        overtaken = waiting.could_have_had & waiting.same_band & waiting.asked_before & (waiting.acuity > 1)
        return overtaken.any(axis=1) & (seen.scenario.discipline.places.rule == rule)

    return count


for rule in ("fifo", "acuity_fifo", "accumulating", "target"):
    event(f"two wait when a place is given under {rule}")(place_given_under(rule))
    if rule != "fifo":
        event(f"a visit is overtaken for a place under {rule}")(overtaken_for_a_place_under(rule))


@event("a visit passes one of higher acuity for a place")
def _(seen: Seen) -> Any:
    waiting = seen.place_waits
    return waiting.could_have_had & waiting.same_band & (waiting.acuity[:, None] < waiting.acuity)


@event("CTAS 1 passes one who waits longer for a place")
def _(seen: Seen) -> Any:
    if seen.scenario.department.ratio_role is not None or seen.scenario.discipline.places.rule == "acuity_fifo":
        return 0
    waiting = seen.place_waits
    urgent = (waiting.acuity == 1) & (waiting.acuity[:, None] > 1)
    return waiting.could_have_had & waiting.same_band & waiting.asked_before & urgent


@event("a lower band passes CTAS 1 for a place")
def _(seen: Seen) -> Any:
    waiting = seen.place_waits
    return waiting.could_have_had & (waiting.band[:, None] > waiting.band) & (waiting.acuity[:, None] == 1)


@event("who gives up a place passes one of the same class")
def _(seen: Seen) -> Any:
    waiting, arrival = seen.place_waits, seen.of_its_place(seen.visit["arrival"])
    by_arrival = seen.scenario.discipline.places.rule == "target"
    stands_before = arrival[:, None] < arrival if by_arrival else waiting.asked_before
    return waiting.waited_while & waiting.same_class & stands_before & waiting.gave_up


@event("who came earlier and asked later gets a place first under target")
def _(seen: Seen) -> Any:
    if seen.scenario.discipline.places.rule != "target":
        return 0
    waiting, arrival = seen.place_waits, seen.of_its_place(seen.visit["arrival"])
    came_later = arrival[:, None] > arrival
    return waiting.could_have_had & waiting.same_class & waiting.asked_before & came_later


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
        seen.visit["held"][visit] and at < min(budget_ends(seen, visit) - 1e-6, seen.met[visit])
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
    visits = np.flatnonzero(np.isfinite(seen.met))
    times = seen.met[visits]
    until = np.fmin(until_the_end(seen.started[visits]), seen.departure[visits][:, None])
    waits = (seen.requested[visits] < times[:, None]) & (times[:, None] < until)
    return (waits & waits_that_tire(seen)[visits]).any(axis=1) & paces_differ(seen)


@event("a visit leaves after the pace of its patience changed")
def _(seen: Seen) -> Any:
    return seen.left & np.isfinite(seen.met) & paces_differ(seen)


@event("calm is used up at another pace")
def _(seen: Seen) -> Any:
    running = np.isfinite(seen.met) & (seen.visit["escalation_budget"] < np.inf)
    return running & (seen.scenario.effects.peer.escalation_while != 1.0)


# --- peers ----------------------------------------------------------------------------------------------------------


@event("a spell of company")
def _(seen: Seen) -> Any:
    return seen.tasks(CONTACT)


@event("a child is met")
def _(seen: Seen) -> Any:
    return np.isfinite(seen.met)


@event("a child is met in a later spell than the first")
def _(seen: Seen) -> Any:
    first = seen.tasks(CONTACT) & (seen.task["contact"] == FIRST) & np.isfinite(seen.of_its_visit(seen.met))
    return first & (seen.task["ended"] < seen.of_its_visit(seen.met))


@event("a meeting takes the whole wish")
def _(seen: Seen) -> Any:
    return wishes_used_up(seen) & (seen.task["ended"] == seen.of_its_visit(seen.met))


@event("a contact waits until the clinician goes")
def _(seen: Seen) -> Any:
    rows = seen.waited & seen.tasks(CONTACT)
    return len(pairs(seen.task["visit"][rows], seen.task["started"][rows]) & seen.visit_ends(seen.tasks(MAIN)))


@event("a contact waits until it is calm")
def _(seen: Seen) -> Any:
    rows = seen.waited & seen.tasks(CONTACT)
    return len(pairs(seen.task["visit"][rows], seen.task["started"][rows]) & seen.visit_ends(seen.tasks(RESPONSE)))


@event("a peer stays beside a clinician")
def _(seen: Seen) -> Any:
    rows = np.flatnonzero(seen.tasks(MAIN))
    return seen.running_at(seen.tasks(CONTACT), seen.task["visit"][rows], seen.task["started"][rows])


def put_down(seen: Seen) -> np.ndarray:
    return seen.tasks(CONTACT) & seen.task["interrupted"]


def wishes_used_up(seen: Seen) -> np.ndarray:
    """Spells of company that ended by themselves."""
    return seen.tasks(CONTACT) & ~seen.task["interrupted"] & (seen.task["ended"] < seen.of_its_visit(seen.departure))


def at_end(seen: Seen, who: str, spells: Iterable[tuple[int, float]]) -> np.ndarray:
    """Which tasks end at one of these (visit or member, time)."""
    known = set(spells)
    return np.array(
        [pair in known for pair in zip(seen.task[who].tolist(), seen.task["ended"].tolist(), strict=True)], dtype=bool
    )


def by_clinician(seen: Seen) -> np.ndarray:
    main = seen.tasks(MAIN)
    return put_down(seen) & at_end(seen, "visit", pairs(seen.task["visit"][main], seen.task["started"][main]))


def by_escalation(seen: Seen) -> np.ndarray:
    asked = seen.task["kind"] == RESPONSE
    return put_down(seen) & at_end(seen, "visit", pairs(seen.task["visit"][asked], seen.task["requested"][asked]))


def by_break(seen: Seen) -> np.ndarray:
    rest = pairs(seen.rest["member"], seen.rest["start"]) | pairs(seen.rest["member"], seen.rest["due"])
    return put_down(seen) & at_end(seen, "member", rest)


def by_shift_end(seen: Seen) -> np.ndarray:
    ends = pairs(seen.staff["member"], seen.staff["scheduled_end"]) | pairs(seen.staff["member"], seen.staff["left"])
    return put_down(seen) & at_end(seen, "member", ends)


def called_away(seen: Seen) -> np.ndarray:
    """For every task the row with which its peer was called away from company, -1 where that is not so."""
    cause = np.full(len(seen.begun), -1)
    other = by_clinician(seen) | by_escalation(seen) | by_break(seen) | by_shift_end(seen)
    unmet = seen.tasks(CONTACT) & (seen.task["started"] < seen.of_its_visit(seen.met))
    begun = {
        (int(seen.task["member"][row]), float(seen.task["started"][row])): row
        for row in np.flatnonzero(unmet | seen.tasks(BRIDGING)).tolist()
    }
    for row in np.flatnonzero(put_down(seen) & ~other).tolist():
        cause[row] = begun.get((int(seen.task["member"][row]), float(seen.task["ended"][row])), -1)
    return cause


@event("a clinician puts down company before the child is met")
def _(seen: Seen) -> Any:
    return by_clinician(seen) & (seen.task["ended"] < seen.of_its_visit(seen.met))


@event("a clinician puts down company after the child was met")
def _(seen: Seen) -> Any:
    return by_clinician(seen) & (seen.task["ended"] >= seen.of_its_visit(seen.met))


@event("a clinician comes while the peer is on the way")
def _(seen: Seen) -> Any:
    return by_clinician(seen) & (seen.task["ended"] < seen.task["company_since"])


@event("a child nobody has reached calls a peer away")
def _(seen: Seen) -> Any:
    cause = called_away(seen)
    return (cause >= 0) & (seen.task["contact"][cause] == FIRST)


@event("what is left of a meeting calls a peer away")
def _(seen: Seen) -> Any:
    cause = called_away(seen)
    return (cause >= 0) & (seen.task["kind"][cause] == CONTACT) & (seen.task["contact"][cause] == CONTINUING)


@event("bridging calls a peer away from another child")
def _(seen: Seen) -> Any:
    cause = called_away(seen)
    return (cause >= 0) & (seen.task["kind"][cause] == BRIDGING) & (seen.task["visit"][cause] != seen.task["visit"])


@event("bridging calls a peer away from its own visit")
def _(seen: Seen) -> Any:
    cause = called_away(seen)
    return (cause >= 0) & (seen.task["kind"][cause] == BRIDGING) & (seen.task["visit"][cause] == seen.task["visit"])


@event("kept minutes keep a peer from being called away until they are over")
def _(seen: Seen) -> Any:
    over = (seen.task["ended"] == seen.of_its_visit(seen.met)) | (
        seen.task["ended"] == seen.task["company_since"] + LEAST_MINUTES
    )
    cause = called_away(seen)
    return (cause >= 0) & over & (seen.task["requested"][cause] < seen.task["ended"])


@event("a peer whose recovery waits is called away")
def _(seen: Seen) -> Any:
    own = seen.tasks(RECOVERY) & seen.waited
    away = called_away(seen) >= 0
    return [
        np.any(
            away
            & (seen.task["member"] == seen.task["member"][row])
            & (seen.task["requested"][row] < seen.task["ended"])
            & (seen.task["ended"] < seen.task["started"][row])
        )
        for row in np.flatnonzero(own)
    ]


@event("a wish is used up")
def _(seen: Seen) -> Any:
    return wishes_used_up(seen)


def follows(seen: Seen, times: Callable[[float], float]) -> np.ndarray:
    """Spells of company of children met after which the next contact is asked for at such a time of their end."""
    found = np.zeros(len(seen.begun), dtype=bool)
    for row, following in seen.next_contact.items():
        end = float(seen.task["ended"][row])
        met = end >= seen.met[seen.task["visit"][row]]
        found[row] = met and seen.task["requested"][following] == times(end)
    return found


def again(seen: Seen) -> Callable[[float], float]:
    """When the next wish is due that follows one that is over."""
    return lambda end: end + seen.scenario.support.again_hours * 60.0


def by_next_wish(seen: Seen) -> np.ndarray:
    """Spells of company with which a wish was over, as the peer's recovery and the next contact tell."""
    due = again(seen)
    own = recoveries(seen)
    over = at_end(seen, "visit", pairs(seen.task["visit"][own], seen.task["requested"][own]))
    return over & follows(seen, lambda end: after_quiet_hours(due(end)))


def recoveries(seen: Seen) -> np.ndarray:
    """Recovery that is no debrief, as far as it has begun."""
    minutes = seen.task["ended"] - seen.task["started"]
    return (seen.task["kind"] == RECOVERY) & ~(minutes > DEBRIEF_MINUTES - 1.0)


@event("a wish is over with a rest below the least minutes")
def _(seen: Seen) -> Any:
    return by_next_wish(seen) & put_down(seen)


@event("the next wish falls due")
def _(seen: Seen) -> Any:
    return by_next_wish(seen)


@event("a visit wishes for company a third time")
def _(seen: Seen) -> Any:
    return np.bincount(seen.task["visit"][by_next_wish(seen)], minlength=seen.run.n_visits) >= 2


@event("the next wish is put off to the end of the quiet hours")
def _(seen: Seen) -> Any:
    return by_next_wish(seen) & ~follows(seen, again(seen))


@event("the rest of a wish is put off to the end of the quiet hours")
def _(seen: Seen) -> Any:
    later = follows(seen, after_quiet_hours) & ~follows(seen, lambda end: end)
    return later & put_down(seen) & ~by_next_wish(seen)


@event("a meeting goes on in the quiet hours")
def _(seen: Seen) -> Any:
    unmet = seen.tasks(CONTACT) & (seen.task["ended"] < seen.of_its_visit(seen.met))
    quiet = [after_quiet_hours(time) != time for time in seen.task["ended"][unmet].tolist()]
    return np.array(quiet, dtype=bool)


@event("an escalation in company is debriefed")
def _(seen: Seen) -> Any:
    return seen.visit["n_peer_exposures"] > 0


@event("an escalation interrupts a meeting")
def _(seen: Seen) -> Any:
    unmet = seen.task["ended"] < seen.of_its_visit(seen.met)
    return by_escalation(seen) & unmet & (seen.task["company_since"] <= seen.task["ended"])


@event("an escalation that nobody answers exposes a peer")
def _(seen: Seen) -> Any:
    silent = np.array([stream.escalation is not None and not stream.escalation.response for stream in seen.streams])
    return silent[seen.visit["stream"]] & (seen.visit["n_peer_exposures"] > 0)


@event("a peer still on the way escapes an escalation")
def _(seen: Seen) -> Any:
    return by_escalation(seen) & (seen.task["company_since"] > seen.task["ended"])


@event("a break ends a spell of company")
def _(seen: Seen) -> Any:
    return by_break(seen) & ~by_clinician(seen)


@event("a break waits until the kept minutes are over")
def _(seen: Seen) -> Any:
    late = seen.rest["due"] < seen.rest["start"]
    starts = pairs(seen.rest["member"][late], seen.rest["start"][late])
    return put_down(seen) & at_end(seen, "member", starts) & ~by_clinician(seen)


@event("the end of a shift ends a spell of company")
def _(seen: Seen) -> Any:
    return by_shift_end(seen) & ~by_clinician(seen)


@event("kept minutes last past the end of the shift")
def _(seen: Seen) -> Any:
    return put_down(seen) & ~by_clinician(seen) & (seen.task["overtime"] > 0.0)


def passed_on(seen: Seen, met: bool) -> Any:
    """Rests of company done by another peer than the spell before them."""
    rests = follows(seen, lambda end: end) if met else seen.task["ended"] < seen.of_its_visit(seen.met)
    return [
        rests[row] and seen.begun[following] and seen.task["member"][row] != seen.task["member"][following]
        for row, following in seen.next_contact.items()
    ]


@event("what is left of a wish is handed over with the case")
def _(seen: Seen) -> Any:
    return passed_on(seen, met=True)


@event("what is left of a meeting is handed over with the case")
def _(seen: Seen) -> Any:
    return passed_on(seen, met=False)


@event("company begins later for a handover")
def _(seen: Seen) -> Any:
    return seen.tasks(CONTACT) & (seen.task["handover"] > 0.0)


def cut_by_departure(seen: Seen) -> np.ndarray:
    gone = seen.task["ended"] == seen.of_its_visit(seen.departure)
    return seen.tasks(CONTACT) & gone & ~seen.task["interrupted"]


@event("departure cuts a meeting")
def _(seen: Seen) -> Any:
    unmet = np.isinf(seen.of_its_visit(seen.met))
    return cut_by_departure(seen) & unmet & (seen.task["company_since"] < seen.task["ended"])


@event("departure cuts company in its kept minutes after the child was met")
def _(seen: Seen) -> Any:
    early = seen.task["ended"] < seen.task["company_since"] + LEAST_MINUTES
    return cut_by_departure(seen) & early & (seen.task["started"] > seen.of_its_visit(seen.met))


@event("departure cuts company after its kept minutes")
def _(seen: Seen) -> Any:
    late = seen.task["ended"] > np.maximum(seen.task["company_since"] + LEAST_MINUTES, seen.of_its_visit(seen.met))
    return cut_by_departure(seen) & late


@event("departure comes while the peer is on the way")
def _(seen: Seen) -> Any:
    return cut_by_departure(seen) & (seen.task["ended"] < seen.task["company_since"])


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


@event("a peer recovers twice from one visit")
def _(seen: Seen) -> Any:
    own = seen.begun & recoveries(seen)
    return np.bincount(seen.task["visit"][own], minlength=seen.run.n_visits) >= 2


@event("a peer recovers past the end of the shift")
def _(seen: Seen) -> Any:
    return seen.tasks(RECOVERY) & (seen.task["overtime"] > 0.0)


@event("a recovery lapses because the peer has gone home")
def _(seen: Seen) -> Any:
    reached = np.flatnonzero((seen.visit["n_peer_spells"] > 0) & seen.gone)
    return ~np.isin(reached, seen.task["visit"][seen.task["kind"] == RECOVERY])


@event("bridging")
def _(seen: Seen) -> Any:
    return seen.tasks(BRIDGING)


@event("a child is met after it was disposed to discharge")
def _(seen: Seen) -> Any:
    return (seen.task["kind"] == BRIDGING) & (seen.task["requested"] == seen.of_its_visit(seen.met))


@event("bridging is finished after departure")
def _(seen: Seen) -> Any:
    return seen.tasks(BRIDGING) & (seen.task["ended"] > seen.of_its_visit(seen.departure))


@event("a call instead of bridging")
def _(seen: Seen) -> Any:
    return (seen.task["kind"] == BRIDGING) & seen.task["withdrawn"]


@event("a call to a family nobody reached")
def _(seen: Seen) -> Any:
    missed = seen.visit["peer_missed"] & (seen.visit["n_peer_spells"] == 0)
    return seen.tasks(CALL) & seen.of_its_visit(missed)


@event("a call to a family reached but not met")
def _(seen: Seen) -> Any:
    missed = seen.visit["peer_missed"] & (seen.visit["n_peer_spells"] > 0)
    return seen.tasks(CALL) & seen.of_its_visit(missed)


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
    mean, draw = pool.mean_stay_hours * 60.0, seen.workload.exponential
    asked: list[tuple[float, bool, float]] = []
    time, number = 0.0, 0
    while pool.outside_requests_per_day and time < seen.run.horizon:
        time += draw(POOL, POOL, OUTSIDE_GAP_ID, number, MINUTES_PER_DAY / pool.outside_requests_per_day)
        asked.append((time, True, draw(POOL, POOL, OUTSIDE_STAY_ID, number, mean)))
        number += 1
    for row in np.flatnonzero(boarders(seen)[1]):
        patient, visit_number = int(seen.visit["patient"][row]), int(seen.visit["visit_number"][row])
        stay = draw(patient, visit_number, OUR_STAY_ID, 0, mean)
        asked.append((float(seen.visit["boarding_start"][row]), False, stay))
    taken = min(pool.beds, round(pool.outside_requests_per_day * pool.mean_stay_hours / 24.0))
    free = [draw(POOL, POOL, FIRST_STAY_ID, bed, mean) for bed in range(taken)] + [0.0] * (pool.beds - taken)
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


# --- ways that part ---------------------------------------------------------------------------------------------------


@once
def chosen_ways(seen: Seen) -> list[tuple[Choose, int, Brought]]:
    """Choose steps taken, the number of the branch of each and what the visit brought."""
    chosen = seen.visit_steps_where(lambda step: isinstance(step, Choose)) & ~np.isnan(seen.requested)
    found = []
    for row, column in np.argwhere(chosen).tolist():
        step = next(s for s in seen.stream_of(row).pathway if s.name == seen.run.steps[column])
        brought = Brought(seen.run, seen.scenario, row)
        names = [branch.name for branch in step.branches]
        found.append((step, names.index(brought.way(step)), brought))
    return found


def of_chosen(count: Callable[[Choose, int, Brought], bool]) -> Callable[[Seen], Any]:
    """Choose steps taken of which something is true, given the number of the branch and what the visit brought."""
    return lambda seen: [count(*way) for way in chosen_ways(seen)]


for number, words in enumerate(("first", "second", "third")):
    event(f"a visit goes the {words} of several ways")(of_chosen(lambda _, found, __, n=number: found == n))  # type: ignore[misc]


@event("a way parts again")
@of_chosen
def _(step: Choose, found: int, brought: Brought) -> bool:
    return step.branch is not None


@event("a visit goes a way by the share of its class")
@of_chosen
def _(step: Choose, found: int, brought: Brought) -> bool:
    return brought.class_name in step.branches[found].by_class


def in_a_branch(seen: Seen) -> np.ndarray:
    """Steps of the visits that are in a branch, shape (visits, steps)."""
    return seen.visit_steps_where(lambda step: step.branch is not None)


@event("a visit that was sent nowhere passes the steps of all branches")
def _(seen: Seen) -> Any:
    chooses = seen.visit_steps_where(lambda step: isinstance(step, Choose) and step.branch is None)
    passed = chooses & np.isnan(seen.requested)
    return seen.gone & ~seen.left & passed.any(axis=1)


@event("a visit leaves while it waits in a branch")
def _(seen: Seen) -> Any:
    waiting = in_a_branch(seen) & ~np.isnan(seen.requested) & np.isnan(seen.started)
    return seen.left & waiting.any(axis=1)


@event("a task in a branch waits for its role")
def _(seen: Seen) -> Any:
    return seen.waited & seen.tasks(MAIN) & seen.tasks_of_steps_where(lambda step: step.branch is not None)


# --- tasks for several ------------------------------------------------------------------------------------------------


@once
def leads(seen: Seen) -> np.ndarray:
    """Rows of leads that wait for their team: the first to gather at its moment, in the order of rows."""
    gathering = np.flatnonzero(seen.task["kind"] == GATHERING)
    keys = zip(*(seen.task[name][gathering].tolist() for name in ("visit", "step", "ended")), strict=True)
    first: dict[tuple[int, int, str], int] = {}
    for row, (visit, step, ended) in zip(gathering.tolist(), keys, strict=True):
        first.setdefault((visit, step, repr(ended)), row)
    found = np.zeros(len(seen.begun), dtype=bool)
    found[list(first.values())] = True
    return found


def waited_for_others(seen: Seen) -> np.ndarray:
    return (seen.task["kind"] == GATHERING) & (until_the_end(seen.task["ended"]) > seen.task["started"])


@once
def came_together(seen: Seen) -> np.ndarray:
    """Leads whose task begins as the gathering ends."""
    begins = pairs(seen.task["visit"][seen.tasks(MAIN)], seen.task["started"][seen.tasks(MAIN)])
    shown = zip(seen.task["visit"].tolist(), seen.task["ended"].tolist(), strict=True)
    return leads(seen) & np.array([one in begins for one in shown], dtype=bool)


@once
def parted(seen: Seen) -> np.ndarray:
    return leads(seen) & ~came_together(seen) & ~np.isnan(seen.task["ended"])


@once
def limits(seen: Seen) -> np.ndarray:
    """Minutes a team gathers at most, for every row of tasks; 0 where there is none."""
    found = np.zeros(len(seen.begun))
    for name, stream in zip(seen.run.streams, seen.streams, strict=True):
        for step in stream.pathway:
            if isinstance(step, Task) and step.team:
                of_stream = seen.of_its_visit(seen.visit["stream"]) == seen.run.streams.index(name)
                found[of_stream & (seen.task["step"] == seen.run.steps.index(step.name))] = step.gather_minutes
    return found


def time_was_up(seen: Seen) -> np.ndarray:
    return parted(seen) & (np.abs(seen.task["ended"] - seen.task["started"] - limits(seen)) < 1e-9)


@event("a team is complete as soon as it has its lead")
def _(seen: Seen) -> Any:
    return came_together(seen) & ~waited_for_others(seen)


@event("a lead waits for others and gets them")
def _(seen: Seen) -> Any:
    return came_together(seen) & waited_for_others(seen)


@event("a team parts because its time is up")
def _(seen: Seen) -> Any:
    return time_was_up(seen)


@event("a team that was apart comes together")
def _(seen: Seen) -> Any:
    apart = pairs(seen.task["visit"][time_was_up(seen)], seen.task["requested"][time_was_up(seen)])
    return len(apart & pairs(seen.task["visit"][came_together(seen)], seen.task["requested"][came_together(seen)]))


@event("an escalation parts a team")
def _(seen: Seen) -> Any:
    response = seen.task["kind"] == RESPONSE
    asked = pairs(seen.task["visit"][response], seen.task["requested"][response])
    return len(asked & seen.visit_ends(parted(seen)))


@event("a visit leaves while its team gathers")
def _(seen: Seen) -> Any:
    return parted(seen) & seen.of_its_visit(seen.left) & (seen.task["ended"] == seen.of_its_visit(seen.departure))


def urgent_begins(seen: Seen, *kinds: int) -> Pairs:
    """(member, time) at which somebody takes up something for CTAS 1."""
    mine = np.isin(seen.task["kind"], kinds) & seen.begun & (seen.of_its_visit(seen.visit["acuity"]) == 1)
    return pairs(seen.task["member"][mine], seen.task["started"][mine])


@event("CTAS 1 takes somebody from a team that gathers")
def _(seen: Seen) -> Any:
    cut = waited_for_others(seen) & (seen.of_its_visit(seen.visit["acuity"]) > 1)
    return len(seen.ends(cut) & urgent_begins(seen, MAIN, GATHERING))


@event("CTAS 1 interrupts a team at its task")
def _(seen: Seen) -> Any:
    return (seen.task["kind"] == TEAM) & seen.task["interrupted"]


@event("a CTAS 1 team interrupts another task to be complete")
def _(seen: Seen) -> Any:
    joined = (seen.task["kind"] == GATHERING) & ~leads(seen) & (seen.of_its_visit(seen.visit["acuity"]) == 1)
    return len(pairs(seen.task["member"][joined], seen.task["started"][joined]) & seen.ends(seen.task["interrupted"]))


@event("the rest of a task for several is taken up by a team")
def _(seen: Seen) -> Any:
    lead = np.isin(seen.task["kind"], (MAIN,)) & seen.task["interrupted"] & (limits(seen) > 0.0)
    after = seen.next_spell[lead]
    return seen.begun[after[after >= 0]]


@event("a shift ends while its member waits with a team")
def _(seen: Seen) -> Any:
    return waited_for_others(seen) & (seen.task["overtime"] > 0.0)


@event("a team is at work past the end of a shift")
def _(seen: Seen) -> Any:
    return (seen.task["kind"] == TEAM) & (seen.task["overtime"] > 0.0)


@event("a break waits for a team to come together or part")
def _(seen: Seen) -> Any:
    late = seen.rest["start"] > seen.rest["due"]
    ends = seen.ends(waited_for_others(seen) | (seen.task["kind"] == TEAM))
    return len(pairs(seen.rest["member"][late], seen.rest["start"][late]) & ends)


@event("two teams gather at once")
def _(seen: Seen) -> Any:
    rows = np.flatnonzero(leads(seen) & waited_for_others(seen))
    starts, ends = seen.task["started"][rows], until_the_end(seen.task["ended"])[rows]
    return [bool(((starts < start) & (ends > start)).any()) for start in starts]


@event("somebody of another role joins a team")
def _(seen: Seen) -> Any:
    joined = np.flatnonzero((seen.task["kind"] == GATHERING) & ~leads(seen))
    return seen.own_role[seen.task["member"][joined]] != seen.task["role"][joined]


@event("a lead opens a case and its team parts")
def _(seen: Seen) -> Any:
    return parted(seen) & seen.task["opened_case"]


@event("a task for several is longer for a handover")
def _(seen: Seen) -> Any:
    return seen.tasks(MAIN) & (limits(seen) > 0.0) & (seen.task["handover"] > 0.0)


@event("a child escalates while a team is at work with it")
def _(seen: Seen) -> Any:
    response = np.flatnonzero(seen.task["kind"] == RESPONSE)
    visits, times = seen.task["visit"][response], seen.task["requested"][response]
    return seen.running_at(seen.task["kind"] == TEAM, visits, times)


@event("the run ends with a team that gathers")
def _(seen: Seen) -> Any:
    return leads(seen) & np.isnan(seen.task["ended"])


@event("the run ends with a team at its task")
def _(seen: Seen) -> Any:
    return (seen.task["kind"] == TEAM) & np.isnan(seen.task["ended"])


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


# --- several ways at once ---------------------------------------------------------------------------------------------


def of_fork(count: Callable[[Seen, ForkTaken], Any]) -> Callable[[Seen], Any]:
    """Forks begun of which something is true."""
    return lambda seen: [bool(count(seen, fork)) for fork in seen.forks]


@once
def spells_in(seen: Seen, fork: ForkTaken) -> list[tuple[int, float, float]]:
    """(branch, start, end) of the main-path tasks in a fork that took some time."""
    ends = until_the_end(seen.task["ended"])
    shown = ((row, float(seen.task["started"][row]), float(ends[row])) for row in fork.main_rows if seen.begun[row])
    return [(fork.branch(int(seen.task["step"][row])), start, end) for row, start, end in shown if start < end]


@once
def together(seen: Seen, fork: ForkTaken) -> list[tuple[float, float]]:
    """Spells in which tasks of two branches run."""
    spells = spells_in(seen, fork)
    return [
        (max(start, other_start), min(end, other_end))
        for number, (branch, start, end) in enumerate(spells)
        for other, other_start, other_end in spells[:number]
        if other != branch and max(start, other_start) < min(end, other_end)
    ]


@once
def waits_in(seen: Seen, fork: ForkTaken) -> list[tuple[int, int, float, float]]:
    """(branch, step, since, until) of the steps of a fork that were waited for, until it was over at the latest."""
    found = []
    for step, branch in fork.branch_of.items():
        since, begun = float(seen.requested[fork.visit, step]), float(seen.started[fork.visit, step])
        until = begun if begun == begun else fork.until
        if since < until:
            found.append((branch, step, since, until))
    return found


def may_leave(seen: Seen, fork: ForkTaken, step: int) -> bool:
    """Whether a visit may leave while it waits for a step."""
    name = seen.run.steps[step]
    return any(one.name == name and getattr(one, "may_leave", False) for one in seen.stream_of(fork.visit).pathway)


@once
def responses(seen: Seen, fork: ForkTaken) -> dict[float, float]:
    """When the visit of a fork escalated in it, and when it was calm again."""
    rows = np.flatnonzero((seen.task["kind"] == RESPONSE) & (seen.task["visit"] == fork.visit))
    ends, found = until_the_end(seen.task["ended"]), dict[float, float]()
    for row in rows.tolist():
        at = float(seen.task["requested"][row])
        if fork.begun <= at < fork.until:
            found[at] = max(found.get(at, 0.0), float(ends[row]))
    return found


def is_inside(spans: Iterable[tuple[float, float]], time: float) -> bool:
    return any(start <= time < end for start, end in spans)


@event("branches are joined")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    return fork.joined == fork.joined


@event("all branches end as they begin")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    return fork.begun == fork.joined


@event("a branch ends long before the visit is joined")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    last = [0.0] * len(fork.step.branches)
    for step, branch in fork.branch_of.items():
        last[branch - 1] = max(last[branch - 1], float(np.nan_to_num(seen.ended[fork.visit, step])))
    return fork.joined == fork.joined and 0.0 < min(last) < fork.joined


@event("two branches end at one instant")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    ends = {branch for step, branch in fork.branch_of.items() if seen.ended[fork.visit, step] == fork.joined}
    return fork.begun < fork.joined and len(ends) > 1


@event("a fork begins in a branch of a choice")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    return fork.step.branch is not None


@event("a choice is made in a branch of a fork")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    choices = [s.name for s in seen.stream_of(fork.visit).pathway if isinstance(s, Choose)]
    chosen = [seen.run.steps.index(name) for name in choices]
    return any(step in fork.branch_of and seen.requested[fork.visit, step] >= 0.0 for step in chosen)


@event("a visit passes a fork with its branches")
def _(seen: Seen) -> Any:
    passed = seen.visit_steps_where(lambda step: isinstance(step, Fork)) & np.isnan(seen.requested)
    return seen.gone & ~seen.left & passed.any(axis=1)


@event("tasks of two branches run at once")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    return bool(together(seen, fork))


@event("two branches wait for their tasks at once")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    waits = waits_in(seen, fork)
    return any(b != other and max(a, c) < min(e, d) for b, _, a, e in waits for other, _, c, d in waits)


@event("a visit leaves its branches")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    return seen.left[fork.visit] and fork.joined != fork.joined


@event("requests of two branches are withdrawn as the visit leaves")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    leaves = seen.left[fork.visit] and fork.joined != fork.joined
    rows = [row for row in fork.main_rows if seen.task["withdrawn"][row] and seen.task["ended"][row] == fork.until]
    return leaves and len({seen.task["step"][row] for row in rows}) > 1


@event("a delay is under way in a branch as the visit leaves")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    delays = {s.name for s in seen.stream_of(fork.visit).pathway if isinstance(s, Delay)}
    return (
        seen.left[fork.visit]
        and fork.joined != fork.joined
        and any(
            seen.run.steps[step] in delays
            and seen.started[fork.visit, step] >= 0.0
            and np.isnan(seen.ended[fork.visit, step])
            for step in fork.branch_of
        )
    )


@event("patience rests in a branch while somebody is there for another")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    leaving = [wait for wait in waits_in(seen, fork) if may_leave(seen, fork, wait[1])]
    spells = spells_in(seen, fork)
    return any(o != b and max(s, c) < min(e, d) for b, _, s, e in leaving for o, c, d in spells)


@event("a task of a branch waits for longer than the patience of its visit")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    left = seen.visit["patience"][fork.visit]
    return any(may_leave(seen, fork, step) and until - since > left for _, step, since, until in waits_in(seen, fork))


@event("a task of a branch is interrupted")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    return any(seen.task["interrupted"][row] for row in fork.main_rows)


@event("a task of a branch is interrupted while another branch waits")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    for row in fork.main_rows:
        at, branch = float(seen.task["ended"][row]), fork.branch(int(seen.task["step"][row]))
        others = [(since, until) for b, step, since, until in waits_in(seen, fork) if b != branch]
        if seen.task["interrupted"][row] and is_inside(others, at):
            return True
    return False


@event("a child escalates while a branch waits and a task of another runs")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    waits = [(since, until) for _, _, since, until in waits_in(seen, fork)]
    spells = [(start, end) for _, start, end in spells_in(seen, fork)]
    return any(is_inside(waits, at) and is_inside(spells, at) for at in responses(seen, fork))


@event("a child escalates while two branches wait")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    waits = waits_in(seen, fork)
    return any(
        len({branch for branch, _, since, until in waits if since <= at < until}) > 1 for at in responses(seen, fork)
    )


@event("a branch begins a step when the child is calm")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    calm = set(responses(seen, fork).values())
    for step, branch in fork.branch_of.items():
        at = float(seen.requested[fork.visit, step])
        before = [
            float(seen.ended[fork.visit, other])
            for other, its in fork.branch_of.items()
            if its == branch and seen.ended[fork.visit, other] <= at and other != step
        ]
        if at in calm and before and max(before) < at:
            return True
    return False


@event("branches are joined while staff respond")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    return any(at < fork.joined < calm for at, calm in responses(seen, fork).items())


@event("a task of a branch is done by a team")
def _(seen: Seen) -> Any:
    rows = {row for fork in seen.forks for row in fork.main_rows if seen.begun[row]}
    teams = pairs(seen.task["visit"][seen.task["kind"] == TEAM], seen.task["started"][seen.task["kind"] == TEAM])
    return [(seen.task["visit"][row], seen.task["started"][row]) in teams for row in rows]


@event("two teams of one visit gather at once")
def _(seen: Seen) -> Any:
    rows, ends = np.flatnonzero(seen.task["kind"] == GATHERING).tolist(), until_the_end(seen.task["ended"])
    by_visit: dict[int, list[int]] = {}
    for row in rows:
        by_visit.setdefault(int(seen.task["visit"][row]), []).append(row)
    start, step = seen.task["started"], seen.task["step"]
    return [
        step[a] != step[b] and max(start[a], start[b]) < min(ends[a], ends[b])
        for of_visit in by_visit.values()
        for number, a in enumerate(of_visit)
        for b in of_visit[:number]
    ]


@event("a task of a branch becomes its unstaffed delay")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    tasks = {s.name for s in seen.stream_of(fork.visit).pathway if isinstance(s, Task) and s.unstaffed is not None}
    return any(
        seen.run.steps[step] in tasks
        and seen.started[fork.visit, step] >= 0.0
        and seen.run.step_members[fork.visit, step] < 0
        for step in fork.branch_of
    )


@event("a limited delay is waited for in a branch")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    limited = {s.name for s in seen.stream_of(fork.visit).pathway if isinstance(s, Delay) and s.capacity is not None}
    return any(seen.run.steps[step] in limited for _, step, _, _ in waits_in(seen, fork))


@event("a side task is asked for in a branch")
def _(seen: Seen) -> Any:
    inside = [steps_side_by_side(stream.pathway) for stream in seen.streams]
    shown = zip(seen.task["step"].tolist(), seen.of_its_visit(seen.visit["stream"]).tolist(), strict=True)
    side = seen.task["kind"] == SIDE
    return [side[row] and seen.run.steps[step] in inside[stream] for row, (step, stream) in enumerate(shown)]


@event("a peer is offered in a branch")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    trigger = seen.scenario.support.trigger
    first = next(
        (s.name for s in seen.stream_of(fork.visit).pathway if isinstance(s, Task) and s.purpose == "triage"), None
    )
    is_here = trigger == "after_triage" and first is not None and seen.run.steps.index(first) in fork.branch_of
    return is_here and bool(seen.visit["peer_offered"][fork.visit])


@event("company waits until the last of two tasks is over")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    both = together(seen, fork)
    if not both:
        return False
    contacts = (seen.task["kind"] == CONTACT) & seen.waited & (seen.task["visit"] == fork.visit)
    asked, begun = seen.task["requested"], seen.task["started"]
    ends = {end for _, _, end in spells_in(seen, fork)}
    return any(
        begun[row] in ends and any(asked[row] < end and start < begun[row] for start, end in both)
        for row in np.flatnonzero(contacts)
    )


@event("a peer stays while two tasks run at once")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    ends = until_the_end(seen.task["ended"])
    contacts = seen.tasks(CONTACT) & (seen.task["visit"] == fork.visit)
    shown = [(seen.task["started"][row], ends[row]) for row in np.flatnonzero(contacts)]
    return any(max(s, a) < min(e, b) for s, e in shown for a, b in together(seen, fork))


@event("the run ends with branches under way")
@of_fork
def _(seen: Seen, fork: ForkTaken) -> bool:
    return not seen.gone[fork.visit] and fork.joined != fork.joined
