"""Rows of the trajectory's tables, written down as they come to be known.

The tables and their columns are `sim.engine.trajectory`; rows of visits are written when the run ends
(`sim.engine.reference.trajectory_writer`).
"""

from sim.engine import trajectory
from sim.engine.reference.calendar import Calendar
from sim.engine.reference.entities import Case, Member, Request, Visit


class Records:
    """The tables of tasks, places, cases, duties and breaks. Times are minutes; nan is for what the run's end cuts."""

    def __init__(self, calendar: Calendar, horizon: float) -> None:
        self.calendar, self.horizon = calendar, horizon
        self.tasks = trajectory.GrowingTable(trajectory.TASK_COLUMNS)
        self.places = trajectory.GrowingTable(trajectory.PLACE_COLUMNS)
        self.cases = trajectory.GrowingTable(trajectory.CASE_COLUMNS)
        self.duties = trajectory.GrowingTable(trajectory.STAFF_COLUMNS)
        self.breaks = trajectory.GrowingTable(trajectory.BREAK_COLUMNS)

    def task(
        self, request: Request, started: float, ended: float, interrupted: bool = False, withdrawn: bool = False
    ) -> None:
        """A spell of work, or a request that never began (`started` nan)."""
        member = request.member
        self.tasks.append(
            (
                request.visit.row, request.role, request.step, request.kind, request.contact, request.slot,
                request.band, -1 if member is None else member.index, request.since, started, ended,
                request.company_since, interrupted, withdrawn, request.opened_case and not request.gathers,
                request.handover, overtime_of(member, started, ended),
            )
        )  # fmt: skip

    def of_team(self, request: Request, member: Member, kind: int, ended: float, interrupted: bool = False) -> None:
        """The time since a member of a team joined, or since the team began."""
        assert request.team is not None
        opened = request.opened_case and member is request.team[0]
        self.tasks.append(
            (
                request.visit.row, member.seat, request.step, kind, request.contact, request.slot, request.band,
                member.index, request.since, member.joined, ended, request.company_since, interrupted, False, opened,
                0.0, overtime_of(member, member.joined, ended),
            )
        )  # fmt: skip

    def withdrawn(self, request: Request) -> None:
        """A request that is taken back now, before it began."""
        self.task(request, float("nan"), self.calendar.time, withdrawn=True)

    def place(self, visit: Visit, end: float) -> None:
        """The spell of a visit in the place it holds."""
        self.places.append((visit.row, visit.zone, visit.place_request, visit.place_since, end))

    def case(self, case: Case, end: float) -> None:
        """The spell of a case with its holder, or with nobody."""
        holder = -1 if case.holder is None else case.holder.index
        self.cases.append((case.visit.row, case.role, holder, case.since, end))

    def rest(self, member: Member, end: float) -> None:
        """The break a member is on."""
        self.breaks.append((member.index, member.due_at, member.break_start, end, member.break_due.protected))

    def duty(self, member: Member, left: float, handed_over: int, unheld: int) -> None:
        """A spell of duty, clipped to the run."""
        duty = member.duty
        assert duty is not None
        self.duties.append(
            (
                member.index, member.role, max(0.0, duty.start), min(self.horizon, duty.end), left,
                member.busy, member.overtime, handed_over, unheld,
            )
        )  # fmt: skip


def overtime_of(member: Member | None, started: float, ended: float) -> float:
    """Minutes of a spell of work that lie after the end of the member's duty."""
    if member is None or member.duty is None or not ended > member.duty.end:
        return 0.0
    return ended - max(started, member.duty.end)
