"""Duties: members come on duty, rest when a break is due, and go home when the shift is over.

When each of it may happen is settled by `sim.engine.reference.dispatcher`.
"""

from collections.abc import Callable

from sim.department.roster import Duty, OffFloor
from sim.engine.calendar_entries import OFF_DUTY
from sim.engine.reference.calendar import Calendar, Entry
from sim.engine.reference.cases import Cases
from sim.engine.reference.entities import Member
from sim.engine.reference.places import Places
from sim.engine.reference.records import Records
from sim.engine.reference.staff import Staff


class Duties:
    """Spells of duty. `going` are members whose shift is over, `resting` those whose break is due or running.

    `leave_patient` is called when a member must leave whom they watch or keep company, `wait_anew` with a member who
    has gone home and whose line waits. `on_unstaffed` is called with a role whose last member has gone home.
    """

    def __init__(
        self,
        calendar: Calendar,
        staff: Staff,
        cases: Cases,
        places: Places,
        records: Records,
        leave_patient: Callable[[Member], None],
        wait_anew: Callable[[Member], None],
        on_unstaffed: Callable[[int], None],
    ) -> None:
        self.calendar, self.staff, self.cases, self.places, self.records = calendar, staff, cases, places, records
        self.leave_patient, self.wait_anew, self.on_unstaffed = leave_patient, wait_anew, on_unstaffed
        self.going: set[Member] = set()
        self.resting: set[Member] = set()

    def begin(self, member: Member, duty: Duty) -> None:
        """A spell of duty begins; its end is entered in the calendar."""
        member.duty = duty
        member.on_duty = True
        member.shift_over = member.on_break = False
        member.break_due = None
        member.idle_since = self.calendar.time
        member.busy = member.overtime = 0.0
        self.staff.n_on_duty[member.role] += 1
        self.places.changed = True
        self.staff.is_free(member)
        self.calendar.at(duty.end, OFF_DUTY, member.index, self._shift_ends, member)
        if member.last_pickup > 0.0 and duty.end - member.last_pickup > self.calendar.time:
            self.calendar.at(duty.end - member.last_pickup, OFF_DUTY, member.index, self._last_pickup_begins, member)
        self.calendar.settle_due = True

    def _last_pickup_begins(self, entry: Entry) -> None:
        self.staff.changed.update(entry.subject.served)
        self.calendar.settle_due = True

    def _shift_ends(self, entry: Entry) -> None:
        member: Member = entry.subject
        member.shift_over = True
        self.staff.changed.update(member.served)  # colleagues may now be all there is
        self.going.add(member)
        self.leave_patient(member)
        self.calendar.settle_due = True

    def someone_goes_home(self) -> bool:
        """The first member who may go home goes; False if there is none."""
        ready = [member for member in self.going if member.task is None and not member.recoveries]
        if not ready:
            return False
        self._go_home(min(ready, key=lambda member: member.index))
        return True

    def _go_home(self, member: Member) -> None:
        if member.on_break:
            self.records.rest(member, self.calendar.time)
        self.going.discard(member)
        self.resting.discard(member)
        self.staff.is_busy(member)
        member.on_duty = member.on_break = False
        self.staff.changed.update(member.served)
        self.staff.n_on_duty[member.role] -= 1
        self.places.changed = True
        handed_over, unheld = self.cases.hand_over(member)
        self.wait_anew(member)
        self.records.duty(member, self.calendar.time, handed_over, unheld)
        member.duty = None
        if self.staff.n_on_duty[member.role] == 0:
            self.on_unstaffed(member.role)
        if member.rest is not None and not member.rest.triggered:
            member.rest.succeed(False)
        assert member.gone is not None
        member.gone.succeed()

    # --- breaks -------------------------------------------------------------------------------------------------

    def break_falls_due(self, member: Member, block: OffFloor) -> None:
        """A break is due; the settling lets the member go as soon as no task is in hand."""
        member.break_due = block
        member.due_at = block.at
        self.resting.add(member)
        self.leave_patient(member)
        self.calendar.settle_due = True

    def someone_rests(self) -> bool:
        """The first member who may begin a break begins it; False if there is none."""
        ready = [m for m in self.resting if m.task is None and not m.recoveries and not m.shift_over]
        if not ready:
            return False
        self._begin_break(min(ready, key=lambda member: member.index))
        return True

    def _begin_break(self, member: Member) -> None:
        self.resting.discard(member)
        member.on_break = True
        member.break_start = self.calendar.time
        self.staff.is_busy(member)
        assert member.rest is not None
        member.rest.succeed(True)

    def back_from_break(self, member: Member) -> None:
        """The break is over."""
        self.records.rest(member, self.calendar.time)
        member.on_break = False
        member.break_due = None
        member.idle_since = self.calendar.time
        self.staff.is_free(member)
        self.calendar.settle_due = True
