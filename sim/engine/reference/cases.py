"""Cases: which member looks after which patient, how cases open and close, and how they are handed over.

The law is docs/law.md, Cases. Last pickup, near the end of a duty, is here too: it keeps a member from new cases.
"""

from collections.abc import Callable

from sim.department.discipline import has_room, in_last_pickup
from sim.engine.reference.calendar import Calendar
from sim.engine.reference.entities import Case, Member, Request, Visit
from sim.engine.reference.records import Records
from sim.engine.reference.staff import Staff
from sim.engine.trajectory import BRIDGING, CONTACT, MAIN, ONE_OFF

OPENS_CASES = frozenset((MAIN, CONTACT, BRIDGING))
"""Kinds of task that open a case, or adopt an unheld one; side tasks never do."""


class Cases:
    """Every open case. `look_again` is called with a visit and role whose waiting requests may belong elsewhere."""

    def __init__(
        self,
        calendar: Calendar,
        staff: Staff,
        records: Records,
        handover_minutes: float,
        look_again: Callable[[Visit, int], None],
    ) -> None:
        self.calendar, self.staff, self.records = calendar, staff, records
        self.handover_minutes = handover_minutes
        self.look_again = look_again
        self.n_opened = 0

    def is_held_back(self, member: Member, role: int) -> bool:
        """Whether last pickup keeps this member from new cases: only while a colleague could take them."""
        return self._near_shift_end(member) and any(
            other is not member and self.could_adopt(other) for other in self.staff.serving[role]
        )

    def could_adopt(self, member: Member) -> bool:
        """Whether a colleague could take a case over, now or when free: on duty, not near its end, with room."""
        return (
            member.on_duty
            and not member.shift_over
            and not self._near_shift_end(member)
            and has_room(len(member.cases), member.caseload)
        )

    def _near_shift_end(self, member: Member) -> bool:
        duty = member.duty
        return (
            member.last_pickup > 0.0
            and duty is not None
            and in_last_pickup(self.calendar.time, duty.end, member.last_pickup)
        )

    def take(self, request: Request, member: Member) -> bool:
        """Open or adopt the case if the task needs that, and add the minutes of taking it over; whether it opened."""
        if request.contact == ONE_OFF or request.owner_present is not None:
            return False
        case = request.visit.cases.get(request.role)
        opened = False
        if request.kind in OPENS_CASES and (case is None or case.holder is None):
            opened = case is None
            taken_over = case is not None
            if case is not None:
                self._end_spell(case)
            if case is None:
                self.n_opened += 1
            number = self.n_opened if case is None else case.number
            case = Case(request.visit, request.role, member, self.calendar.time, number, taken_over)
            self._begin_spell(case)
            self.look_again(request.visit, request.role)
        if case is not None and case.taken_over and case.holder is member:
            case.taken_over = False
            request.handover = self.handover_minutes
        return opened

    def close(self, visit: Visit, role: int) -> None:
        """A case ends; its holder has room again. Requests that waited for the holder look for their place anew."""
        case = visit.cases.pop(role, None)
        if case is None:
            return
        self._end_spell(case)
        self.look_again(visit, role)
        self.calendar.settle_due = True

    def hand_over(self, member: Member) -> tuple[int, int]:
        """Every open case of a member goes to a colleague or to nobody; how many each."""
        handed_over = unheld = 0
        for case in sorted(member.cases, key=lambda case: case.number):
            self._end_spell(case)
            colleague = self._colleague_for(case.role)
            taken_over = colleague is not None
            self._begin_spell(Case(case.visit, case.role, colleague, self.calendar.time, case.number, taken_over))
            handed_over += colleague is not None
            unheld += colleague is None
        return handed_over, unheld

    def _colleague_for(self, role: int) -> Member | None:
        able = [other for other in self.staff.serving[role] if self.could_adopt(other)]
        return min(able, key=lambda m: (m.served[role], len(m.cases), m.index), default=None)

    def _begin_spell(self, case: Case) -> None:
        case.visit.cases[case.role] = case
        if case.holder is not None:
            case.holder.cases.append(case)
            case.visit.last_holder[case.role] = case.holder, case.holder.duty
            if not has_room(len(case.holder.cases), case.holder.caseload):
                self.staff.changed.update(case.holder.served)  # one colleague fewer who could take a case

    def _end_spell(self, case: Case) -> None:
        self.records.case(case, self.calendar.time)
        if case.holder is not None:
            case.holder.cases.remove(case)
            self.staff.changed.update(case.holder.served)  # room again, for the holder or in the eyes of colleagues
