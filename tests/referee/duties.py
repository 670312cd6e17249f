"""Who comes, rests and goes home, as rosters and tables have it, and as the law has it.

What becomes of the cases of those who go is in `holding`; when it happens is decided in `settling`.
"""

import math

from sim.department.pathway import Task
from sim.engine.trajectory import (
    MAIN,
    RECOVERY,
)
from tests.referee.choices import (
    could_adopt,
    handover_order,
)
from tests.referee.clock import (
    ON_DUTY,
)
from tests.referee.state import Case, Person, Request


class Duties:
    """Duty, breaks, going home."""

    def comes_on_duty(self, person: Person, end: float, row: int) -> None:
        person.on_duty, person.idle_since, person.staff_row = True, self.now, row
        person.shift_over = False
        person.shift_end = self.true_end(person, self.now, end)

    def shift_ends(self, person: Person) -> None:
        person.shift_over = True
        self.cut_observation(person)
        self.company_yields(person)

    def break_is_due(self, person: Person, block: object) -> None:
        person.due.append(block)  # type: ignore[arg-type]
        self.cut_observation(person)
        self.company_yields(person)

    def begins_break(self, person: Person) -> None:
        block = person.due.pop(0)
        rows = self.break_rows[person.index]
        table = self.t.break_columns
        row = next(
            (r for r in rows if table["start"][r] == self.now and table["protected"][r] == block.protected), None
        )
        name = self.t.members[person.index]
        end = self.now + block.minutes
        if row is None and end < self.t.horizon:
            raise self.foul(name, "takes no break", f"the break due at {block.at!r} begins as soon as they are free")
        if row is not None and table["due"][row] != block.at:
            self.object(name, f"break said to be due at {table['due'][row]!r}", f"it was due at {block.at!r}")
        if (
            row is not None
            and table["end"][row] not in (end, self.t.staff_columns["left"][person.staff_row])
            and not (math.isnan(table["end"][row]) and end >= self.t.horizon)
        ):
            self.object(name, f"break ends at {table['end'][row]!r}", f"it is taken at full length, to {end!r}")
        person.resting = True
        duty = person.staff_row
        self.push(end, ON_DUTY, person.index, lambda: self.back_from_break(person, duty))

    def back_from_break(self, person: Person, duty: int) -> None:
        if person.resting and person.staff_row == duty:
            person.resting, person.idle_since = False, self.now

    def goes_home(self, person: Person) -> None:
        left = float(self.t.staff_columns["left"][person.staff_row])
        name = self.t.members[person.index]
        if left != self.now:
            raise self.foul(name, f"left at {left!r}", "goes home when the shift is over and they are free")
        person.on_duty = person.resting = False
        person.due.clear()
        for case in sorted(self.cases.values(), key=lambda case: case.number):
            if case.holder == person.index:
                self.hand_over(case, person)
        for queue in self.waiting.values():
            for request in list(queue):
                if request.only_for == person.index and request.kind == RECOVERY:
                    queue.remove(request)
                elif request.only_for == person.index:
                    request.only_for = None
        for key in [key for key, holder in self.last_holder.items() if holder == person.index]:
            del self.last_holder[key]
        self.unstaff(person.role)

    def hand_over(self, case: Case, person: Person) -> None:
        able = [other for other in self.people if other is not person and could_adopt(other, case.role, self.now)]
        heir = min(able, key=lambda other: handover_order(other, case.role), default=None)
        self.hold(case, heir.index if heir else -1)
        case.taken_over = True

    def unstaff(self, role: str) -> None:
        """Waiting tasks with an `unstaffed` delay become it when the last of the role has gone home."""
        if any(person.on_duty and person.role == role for person in self.people):
            return
        for request in list(self.waiting[role]):
            step = self.step_of(request)
            if request.kind != MAIN or request.visit.set_aside or request.spell_number:  # the rest of a task never does
                continue
            if isinstance(step, Task) and step.unstaffed:
                self.waiting[role].remove(request)
                assert request.way is not None
                self.ends_waiting(request.way)
                self.becomes_delay(request.way, step.name, request.since)

    def step_of(self, request: Request) -> object:
        pathway = request.visit.stream.pathway
        return next((step for step in pathway if step.name == request.asked.first.step), None)
