"""Who may do what, and who comes first: the ranking sentences of the law, written from its text.

Pure functions of the state. Nothing is taken from the rules the engines share.
"""

from collections.abc import Iterable, Sequence

from sim.department.discipline import Discipline
from sim.department.scenario import Scenario
from sim.engine.trajectory import BRIDGING, CALL, CONTACT, CONTINUING, MAIN, ONE_OFF, RECOVERY
from tests.referee.state import Person, PlaceRequest, Request

PEER_WISHES = ("youth", "family")


def task_rank(request: Request, discipline: Discipline, now: float) -> tuple[float, ...]:
    """Band; score of the discipline; waiting since; visit row; slot."""
    visit = request.visit
    if discipline.rule == "fifo":
        score = 0.0
    elif discipline.rule == "acuity_fifo":
        score = float(visit.acuity)
    elif discipline.rule == "accumulating":
        score = -(discipline.slopes[visit.acuity - 1] * (now - request.since))
    else:
        score = discipline.targets[visit.acuity - 1] - (now - visit.arrival)
    own = 0.0 if request.kind == RECOVERY else 1.0
    return own, float(request.band), score, request.since, float(visit.row), float(request.slot)


def class_rank(request: Request, discipline: Discipline) -> tuple[float, ...]:
    """How tasks of one band and acuity stand in their queue."""
    first = request.visit.arrival if discipline.rule == "target" else request.since
    return first, request.since, float(request.visit.row), float(request.slot)


def best_task(requests: Iterable[Request], discipline: Discipline, now: float) -> Request | None:
    """The best-ranked of these; of each band and acuity only the first in its queue is compared."""
    firsts: dict[tuple[int, int, int], Request] = {}
    for request in requests:
        key = (request.band, request.visit.acuity, request.kind == RECOVERY)
        if key not in firsts or class_rank(request, discipline) < class_rank(firsts[key], discipline):
            firsts[key] = request
    return min(firsts.values(), key=lambda request: task_rank(request, discipline, now), default=None)


def has_room(person: Person) -> bool:
    return person.caseload is None or person.n_cases < person.caseload


def past_shift_end(person: Person, now: float) -> bool:
    return now >= person.shift_end


def in_last_pickup(person: Person, now: float) -> bool:
    return now >= person.shift_end - person.last_pickup


def could_adopt(person: Person, role: str, now: float) -> bool:
    """Whether a member could take a case on: on duty, serving the role, not at the end of the shift, with room."""
    return (
        person.on_duty
        and role in person.levels
        and not past_shift_end(person, now)
        and not in_last_pickup(person, now)
        and has_room(person)
    )


def may_open(person: Person, role: str, acuity: int, people: Sequence[Person], now: float) -> bool:
    """Whether a member with no other hindrance may open or adopt a case."""
    if not has_room(person):
        return False
    if acuity == 1 or not in_last_pickup(person, now):
        return True
    return not any(could_adopt(other, role, now) for other in people if other is not person)


def needs_case(request: Request) -> bool:
    """Whether the task belongs to a case: the holder does it, or whoever does it becomes the holder."""
    return request.contact != ONE_OFF and request.kind in (MAIN, CONTACT, BRIDGING)


def follows_case(request: Request) -> bool:
    """Continuing work beside the path: with the case's member if there, else with anyone."""
    return request.contact == CONTINUING and not needs_case(request)


def handover_order(person: Person, role: str) -> tuple[int, int, int]:
    return person.levels[role], person.n_cases, person.index


def member_rank(person: Person, request: Request, wished: int, scenario: Scenario) -> tuple[float, ...]:
    """Peer kind wished, then the rule of the role, then the lowest index."""
    peer_task = request.kind in (CONTACT, BRIDGING, CALL, RECOVERY)
    other_kind = float(peer_task and person.peer_kind != PEER_WISHES[wished])
    rule = scenario.discipline.of(request.role).member
    if rule == "least_loaded":
        preference = float(person.n_cases)
    elif rule == "longest_idle":
        preference = person.idle_since
    else:
        preference = 0.0
    return other_kind, preference, float(person.index)


def call_away_rank(person: Person, wished: int) -> tuple[float, ...]:
    """Peer kind wished, then the contact started earliest, then the lowest index."""
    started = person.work.started if person.work is not None else 0.0
    return float(person.peer_kind != PEER_WISHES[wished]), started, float(person.index)


def place_rank(request: PlaceRequest, scenario: Scenario, now: float) -> tuple[float, ...]:
    """Band; CTAS 1 before all others; score of the discipline of places; waiting since; visit row."""
    visit, discipline = request.visit, scenario.discipline.places
    number = visit.acuity - 1
    score_by_rule = {
        "fifo": 0.0,
        "acuity_fifo": float(visit.acuity),
        "accumulating": -(discipline.slopes[number] * (now - request.since)),
        "target": discipline.targets[number] - (now - visit.arrival),
    }
    others = 0.0 if visit.acuity == 1 else 1.0
    return float(request.band), others, score_by_rule[discipline.rule], request.since, float(visit.row)


def class_rank_of_place(request: PlaceRequest, scenario: Scenario) -> tuple[float, ...]:
    """How requests for a place of one route, band and acuity stand."""
    first = request.visit.arrival if scenario.discipline.places.rule == "target" else request.since
    return first, request.since, float(request.visit.row)


def best_for_a_place(requests: Iterable[PlaceRequest], scenario: Scenario, now: float) -> PlaceRequest | None:
    """The best-ranked of these; of each route, band and acuity only the first is compared."""
    firsts: dict[tuple[object, ...], PlaceRequest] = {}
    for request in sorted(requests, key=lambda each: class_rank_of_place(each, scenario)):
        firsts.setdefault((request.zones, request.band, request.visit.acuity), request)
    return min(firsts.values(), key=lambda request: place_rank(request, scenario, now), default=None)
