"""What may be asked of one person in a week: most hours and shifts, least rest between two; whether a roster keeps it.

A roster says how many are there, not who they are. Here its shifts are given to people, each of whom works the same
week again and again.
"""

from collections.abc import Iterable
from typing import Annotated, NamedTuple

from pydantic import Field

from sim.department.quantities import MINUTES_PER_HOUR, MINUTES_PER_WEEK, Frozen
from sim.department.roster import Role

HOURS_OF_A_WEEK = MINUTES_PER_WEEK / MINUTES_PER_HOUR
WeeklyHours = Annotated[float, Field(gt=0, le=HOURS_OF_A_WEEK)]
RestHours = Annotated[float, Field(ge=0, lt=HOURS_OF_A_WEEK)]
PeopleThere = Annotated[int, Field(ge=1, le=1000)]


class WorkingTime(Frozen):
    """Limits for a person: hours and shifts a week, hours of rest between the end of a shift and the next.

    `people`: how many there are to share a role, None: as many as it takes.
    """

    person_hours: WeeklyHours = 40.0
    person_shifts: Annotated[int, Field(ge=1, le=14)] = 5
    rest_hours: RestHours = 11.0
    people: PeopleThere | None = None


class WorkedSpell(NamedTuple):
    """One shift of one person: start and end in minutes after Monday 00:00; the end may be in the next week."""

    start: float
    end: float


def spells_of_role(role: Role) -> list[WorkedSpell]:
    """Every shift that somebody of a role works in a week, in order of its start."""
    found = [
        WorkedSpell(start, start + shift.minutes)
        for shift in role.shifts.values()
        for start in shift.starts_in_week()
        for _ in range(role.heads_of(shift))
    ]
    return sorted(found)


def shared_among_people(spells: Iterable[WorkedSpell], limits: WorkingTime) -> list[list[WorkedSpell]] | None:
    """The shifts of each person, for as few people as were found; None if there are not so many, or a shift is longer
    than a person may work.

    Each shift goes to whoever of those who may work it has most hours already. That is tried from every shift of the
    week on; fewer people may do, but those found can work it.
    """
    order = list(spells)
    ways = [_shared_in_order(order[first:] + order[:first], limits) for first in range(max(len(order), 1))]
    found = min((way for way in ways if way is not None), key=len, default=None)
    if found is None or (limits.people is not None and len(found) > limits.people):
        return None
    return found


def _shared_in_order(spells: list[WorkedSpell], limits: WorkingTime) -> list[list[WorkedSpell]] | None:
    people: list[list[WorkedSpell]] = []
    if any(_hours([spell]) > limits.person_hours for spell in spells):
        return None
    for spell in spells:
        free = [person for person in people if _may_work(person, spell, limits)]
        if free:
            max(free, key=_hours).append(spell)
        else:
            people.append([spell])
    return people


def _may_work(person: list[WorkedSpell], spell: WorkedSpell, limits: WorkingTime) -> bool:
    """Whether a person may work a shift beside those they have."""
    if len(person) >= limits.person_shifts or _hours([*person, spell]) > limits.person_hours:
        return False
    return all(_rest_hours(own, spell) >= limits.rest_hours for own in person)


def _hours(spells: Iterable[WorkedSpell]) -> float:
    return sum(spell.end - spell.start for spell in spells) / MINUTES_PER_HOUR


def _rest_hours(one: WorkedSpell, other: WorkedSpell) -> float:
    """The shorter of the two rests between shifts that come every week; below 0 where they overlap."""
    apart = (other.start - one.start) % MINUTES_PER_WEEK
    after_one = apart - (one.end - one.start)
    after_other = (MINUTES_PER_WEEK - apart) - (other.end - other.start)
    return min(after_one, after_other) / MINUTES_PER_HOUR
