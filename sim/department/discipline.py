"""The rules of giving out work and places: who is next, which member. Pure functions on scalars.

The state they judge belongs to the engines; times are minutes.
"""

import math
from typing import Literal

from pydantic import Field

from sim.department.quantities import FiveNonNegative, Frozen

FIFO, ACUITY_FIFO, ACCUMULATING, TARGET = range(4)
RULES = {"fifo": FIFO, "acuity_fifo": ACUITY_FIFO, "accumulating": ACCUMULATING, "target": TARGET}
LEAST_LOADED, LONGEST_IDLE, LISTED_ORDER = range(3)
CHOICES = {"least_loaded": LEAST_LOADED, "longest_idle": LONGEST_IDLE, "listed_order": LISTED_ORDER}


Rule = Literal["fifo", "acuity_fifo", "accumulating", "target"]


class Ranking(Frozen):
    """How those who wait for the same thing are ranked within a band.

    `slopes` are priority per minute waited for CTAS 1 to 5 (`accumulating`: delay-dependent priority, Kleinrock
    1964); `targets` are CTAS minutes to physician (`target`: least time left first, counted from arrival).
    """

    rule: Rule = "fifo"
    slopes: FiveNonNegative = (1.0, 1.0, 1.0, 1.0, 1.0)
    targets: FiveNonNegative = (0.0, 15.0, 30.0, 60.0, 120.0)


class Discipline(Ranking):
    """How a role's waiting tasks are ranked and who of the free members takes the chosen one."""

    member: Literal["least_loaded", "longest_idle", "listed_order"] = "least_loaded"


class PlaceDiscipline(Ranking):
    """How visits waiting for a place are ranked. CTAS 1 goes first under every rule, whatever its slope or target."""

    rule: Rule = "accumulating"
    slopes: FiveNonNegative = (1000.0, 6.0, 1.5, 1.0, 1.0)


class Disciplines(Frozen):
    """The discipline of every role without one of its own, those of named roles, and that of places."""

    name: str = "default"
    default: Discipline = Discipline()
    roles: dict[str, Discipline] = Field(default_factory=dict)
    places: PlaceDiscipline = PlaceDiscipline()

    def of(self, role: str) -> Discipline:
        """The discipline of a role."""
        return self.roles.get(role, self.default)


def score(
    rule: int, slope: float, target: float, acuity: int, waiting_since: float, arrival: float, now: float
) -> float:
    """Rank of a waiting request within its band: lower goes first; equal scores go by waiting since, row, slot."""
    if rule == FIFO:
        return 0.0
    if rule == ACUITY_FIFO:
        return float(acuity)
    if rule == ACCUMULATING:
        return -slope * (now - waiting_since)
    return target - (now - arrival)


def order_within_class(rule: int, waiting_since: float, arrival: float) -> float:
    """What orders requests of equal band and acuity at every instant: arrival under `target`, else waiting since."""
    return arrival if rule == TARGET else waiting_since


def has_room(n_open_cases: int, caseload: int) -> bool:
    """A member may open one more case; a negative caseload means no limit."""
    return caseload < 0 or n_open_cases < caseload


def in_last_pickup(now: float, shift_end: float, last_pickup_minutes: float) -> bool:
    """The part of a shift in which no case is taken on."""
    return now >= shift_end - last_pickup_minutes


def preference(choice: int, n_open_cases: int, idle_since: float) -> float:
    """Rank of a free member for a chosen task: lower takes it; equal ranks go by member index."""
    if choice == LEAST_LOADED:
        return float(n_open_cases)
    if choice == LONGEST_IDLE:
        return idle_since
    return 0.0


def patience_left(left: float, waited: float, pace: float) -> float:
    """Budget left after waiting at a pace."""
    return max(0.0, left - waited * pace)


def used_up_at(since: float, left: float, pace: float) -> float:
    """When a budget that is used up at a pace from `since` on is gone; never at pace 0."""
    return since + left / pace if pace > 0.0 else math.inf
