"""Rosters that a search may try: shifts of the searched roles within a budget, as people may work them, cover kept.

A roster is a tuple of `ShiftLine`, each the same hours on some days of every week. All else in the scenario stays as it
is. Cover is judged by the rules of `sim.department.scenario`, what a person may work by those of
`sim.department.working_time`. How rosters are chosen among is `sim.analysis.roster_annealing`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from pydantic import ValidationError

from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_HOUR
from sim.department.roster import WEEKDAYS, Role, Shift, Staffing, clock_text
from sim.department.scenario import Scenario, below_minimum_cover, unattended
from sim.department.working_time import HOURS_OF_A_WEEK, WorkingTime, shared_among_people, spells_of_role

EVERY_DAY = 2**7 - 1
START_STEP = 60
"""Minutes by which a shift is moved: handover at the hours the shipped shifts begin."""
MOST_TRIES = 60
"""Changes that are drawn until one is legal."""
ROUNDING_OF_BUDGET = 1e-6
"""Hours or CAD by which sums of shifts may miss the budget: they end in rounding."""


class ShiftLine(NamedTuple):
    """The same hours on some days: a role, start and length in minutes, days as bits (Monday 1), heads, kind of peer
    (empty for none)."""

    role: str
    start: int
    minutes: int
    days: int
    heads: int = 1
    peer_kind: str = ""

    @property
    def weekdays(self) -> tuple[int, ...]:
        """Days from Monday 0."""
        return tuple(day for day in range(7) if self.days >> day & 1)

    @property
    def hours(self) -> float:
        """Hours a week of all heads."""
        return self.heads * len(self.weekdays) * self.minutes / MINUTES_PER_HOUR


Lines = tuple[ShiftLine, ...]


def canonical(lines: Iterable[ShiftLine]) -> Lines:
    """A roster as it is known: without empty lines, in an order that depends on nothing else."""
    return tuple(sorted(line for line in lines if line.days))


def shift_lines_of(staffing: Staffing, roles: Iterable[str]) -> Lines:
    """The shifts of some roles of a staffing."""
    return tuple(
        ShiftLine(
            name, int(shift.start), int(shift.minutes), sum(1 << day for day in shift.days),
            staffing.roles[name].heads_of(shift), shift.peer_kind or "",
        )
        for name in roles
        if name in staffing.roles
        for shift in staffing.roles[name].shifts.values()
        if staffing.roles[name].heads_of(shift)
    )  # fmt: skip


def shifts_by_name(lines: Iterable[ShiftLine]) -> dict[str, Shift]:
    """Lines of one role as shifts, each named after its start."""
    found: dict[str, Shift] = {}
    for line in sorted(lines):
        name = plain = f"from_{clock_text(line.start).replace(':', '').removesuffix('00')}"
        number = 1
        while name in found:
            number += 1
            name = f"{plain}_{number}"
        found[name] = Shift.model_validate(
            {"start": line.start, "minutes": line.minutes, "days": line.weekdays, "heads": line.heads}
            | ({"peer_kind": line.peer_kind} if line.peer_kind else {})
        )
    return found


@dataclass(frozen=True)
class RosterSpace:
    """What a search may try.

    `team` is the scenario whose `roles` are searched; `lengths` of shifts in minutes; `most_lines` of a role; the
    budget is `hours` or `money` (CAD) a week of these roles together; `limits` hold for every role by itself.
    """

    team: Scenario
    roles: tuple[str, ...]
    lengths: tuple[int, ...]
    most_lines: int
    limits: WorkingTime
    hours: float | None = None
    money: float | None = None

    @property
    def budget(self) -> float:
        """Hours or CAD a week."""
        found = self.hours if self.money is None else self.money
        assert found is not None
        return found

    @property
    def unit(self) -> str:
        """Of the budget."""
        return "h" if self.money is None else "CAD"

    def price(self, role: str) -> float:
        """What an hour of a role takes of the budget."""
        return 1.0 if self.money is None else self.team.staffing.roles[role].hourly_cost

    def spent(self, lines: Iterable[ShiftLine]) -> float:
        """What a roster takes of the budget."""
        return sum(line.hours * self.price(line.role) for line in lines)

    def is_within(self, lines: Iterable[ShiftLine]) -> bool:
        """Whether a roster is within the budget."""
        return self.spent(lines) <= self.budget + ROUNDING_OF_BUDGET

    def cover(self) -> float:
        """What the minimum cover of these roles takes of the budget."""
        needed = self.team.department.minimum_cover
        return sum(needed.get(role, 0) * HOURS_OF_A_WEEK * self.price(role) for role in self.roles)

    @cached_property
    def kinds(self) -> Mapping[str, tuple[str, ...]]:
        """Kinds of peer that the shifts of each role have now, in their order."""
        lines = shift_lines_of(self.team.staffing, self.roles)
        found = {role: [line.peer_kind for line in lines if line.role == role] for role in self.roles}
        return {role: tuple(dict.fromkeys(kinds)) or ("",) for role, kinds in found.items()}

    @cached_property
    def may_be_several(self) -> frozenset[str]:
        """Roles of which more than one may work a line; two peers at once are two lines."""
        roles = self.team.staffing.roles
        return frozenset(role for role in self.roles if roles[role].kind != "peer")

    def roles_of(self, lines: Iterable[ShiftLine]) -> dict[str, Role]:
        """The searched roles with the shifts of a roster. Raises ValidationError where breaks do not fit into one."""
        by_role: dict[str, list[ShiftLine]] = {role: [] for role in self.roles}
        for line in lines:
            by_role[line.role].append(line)
        own = self.team.staffing.roles
        return {
            role: Role.model_validate(dict(own[role]) | {"heads": None, "shifts": shifts_by_name(of_role)})
            for role, of_role in by_role.items()
        }

    def scenario(self, lines: Iterable[ShiftLine], name: str = "", label: str = "") -> Scenario:
        """The team with the shifts of a roster. Raises ValidationError."""
        staffing = self.team.staffing
        changed = {"roles": staffing.roles | self.roles_of(lines)}
        named = {"name": name or staffing.name, "label": label or staffing.label}
        return self.team.model_copy(update={"staffing": staffing.model_copy(update=changed | named)})

    def people(self, lines: Iterable[ShiftLine]) -> dict[str, int] | None:
        """How many people work the shifts of each role; None where nobody can, or there are not so many."""
        shared = {
            role: shared_among_people(spells_of_role(value), self.limits)
            for role, value in self.roles_of(lines).items()
        }
        found = {role: len(people) for role, people in shared.items() if people is not None}
        return found if len(found) == len(shared) else None

    def is_legal(self, lines: Iterable[ShiftLine]) -> bool:
        """Whether a roster may be tried: budget, lengths, breaks, what people may work, cover."""
        tried = canonical(lines)
        if not tried or not self.is_within(tried) or any(line.minutes not in self.lengths for line in tried):
            return False
        try:
            return self.people(tried) is not None and not any(self.lacks_cover(tried))
        except ValidationError:
            return False

    def lacks_cover(self, lines: Iterable[ShiftLine]) -> Iterator[object]:
        """What the rules of cover say against a roster; peers are cover for nobody, so that nothing depends on them."""
        if self.may_be_several:
            scenario = self.scenario(lines)
            yield from below_minimum_cover(scenario, frozenset())
            yield from unattended(scenario, frozenset(), frozenset())

    # --- where a search begins, and what it tries next

    def start_from(self, lines: Lines) -> Lines | None:
        """A roster that may be tried, made of one that may not be: lengths brought to allowed ones, days taken away
        from the last line on, wherever cover allows it. None where that does not make it legal."""
        found = [line._replace(minutes=nearest_length(line.minutes, self.lengths)) for line in lines]
        while not self.is_legal(found):
            shorter = self._with_a_day_less(found)
            if shorter is None:
                return None
            found = shorter
        return tuple(found)

    def _with_a_day_less(self, lines: Sequence[ShiftLine]) -> list[ShiftLine] | None:
        for place in reversed(range(len(lines))):
            line = lines[place]
            if line.days:
                fewer = [*lines]
                fewer[place] = (
                    line._replace(days=line.days & line.days - 1)
                    if line.heads == 1
                    else line._replace(heads=line.heads - 1)
                )
                if canonical(fewer) and not any(self.lacks_cover(fewer)):
                    return fewer
        return None

    def short_start(self) -> Lines:
        """The least that may be tried of roles without cover: one short shift on one day."""
        role = self.roles[0]
        return (ShiftLine(role, 12 * START_STEP, min(self.lengths), 1, peer_kind=self.kinds[role][0]),)

    def with_room(self, lines: Lines) -> Lines:
        """The lines with empty ones beside them, as many of each role as there may be."""
        found = list(lines)
        for role in self.roles:
            there = sum(line.role == role for line in lines)
            kinds = self.kinds[role]
            for place in range(there, max(self.most_lines, there)):
                kind = kinds[place % len(kinds)]
                found.append(ShiftLine(role, 12 * START_STEP, min(self.lengths), 0, peer_kind=kind))
        return tuple(found)

    def changed(self, lines: Lines, rng: np.random.Generator) -> Lines | None:
        """A legal roster that differs a little; None where none was found in `MOST_TRIES`."""
        for _ in range(MOST_TRIES):
            tried = self._within_budget(self._moved(lines, rng), rng)
            if canonical(tried) != canonical(lines) and self.is_legal(tried):
                return tried
        return None

    def _moved(self, lines: Lines, rng: np.random.Generator) -> Lines:
        """One line changed in one way, or a day given from one line to another."""
        found, place, way = list(lines), int(rng.integers(len(lines))), int(rng.integers(6))
        line = found[place]
        if way == 0:
            later = int(rng.choice((-2, -1, 1, 2))) * START_STEP
            line = line._replace(start=int((line.start + later) % MINUTES_PER_DAY))
        elif way == 1:
            line = line._replace(minutes=int(rng.choice(self.lengths)))
        elif way == 2:
            line = line._replace(days=line.days ^ 1 << int(rng.integers(7)))
        elif way == 3:
            start, days = int(rng.integers(24)) * START_STEP, int(rng.integers(1, EVERY_DAY + 1))
            line = line._replace(start=start, minutes=int(rng.choice(self.lengths)), days=days)
        elif way == 4:
            day, other = 1 << int(rng.integers(7)), int(rng.integers(len(lines)))
            found[other] = found[other]._replace(days=found[other].days | day)
            line = found[place]._replace(days=found[place].days & ~day)
        elif line.role in self.may_be_several:
            line = line._replace(heads=max(1, line.heads + int(rng.choice((-1, 1)))))
        else:
            line = line._replace(peer_kind=str(rng.choice(self.kinds[line.role])))
        found[place] = line
        return tuple(found)

    def _within_budget(self, lines: Lines, rng: np.random.Generator) -> Lines:
        """The lines with days taken away at random until the budget is kept."""
        found = list(lines)
        while not self.is_within(found):
            worked = [(place, day) for place, line in enumerate(found) for day in line.weekdays]
            place, day = worked[int(rng.integers(len(worked)))]
            found[place] = found[place]._replace(days=found[place].days & ~(1 << day))
        return tuple(found)


def nearest_length(minutes: int, lengths: Sequence[int]) -> int:
    """The allowed length of a shift that is nearest, of two the shorter."""
    return min(lengths, key=lambda length: (abs(length - minutes), length))


def days_in_words(days: Sequence[int]) -> str:
    """`daily`, `Mon to Sat`, `Mon, Wed, Sun`."""
    names = [WEEKDAYS[day].capitalize() for day in days]
    if len(days) == 7:
        return "daily"
    in_a_row = len(days) > 2 and list(days) == list(range(days[0], days[-1] + 1))
    return f"{names[0]} to {names[-1]}" if in_a_row else ", ".join(names)


def roster_in_words(lines: Iterable[ShiftLine], with_roles: bool = False) -> str:
    """`16:00-04:00 daily (youth); 08:00-12:00 Mon to Sat (family)`."""
    return "; ".join(
        (f"{line.role.replace('_', ' ')} " if with_roles else "")
        + f"{clock_text(line.start)}-{clock_text(line.start + line.minutes)} {days_in_words(line.weekdays)}"
        + (f" ({line.peer_kind})" if line.peer_kind else "")
        + (f", {line.heads} at once" if line.heads > 1 else "")
        for line in canonical(lines)
    )
