"""What is written down as it comes to be known: rows of tasks, places, cases, duties and breaks.

The tables they become are those of `sim.engine.trajectory`; `rows_to_columns` hands them over.
"""

from sim.engine.compiled.memory import Row
from sim.engine.compiled.tables import NONE


def write_task(ed: Row, r: Row, started: float, ended: float, interrupted: bool, withdrawn: bool) -> None:
    """A spell of work, or a request that never began."""
    row = ed.task_rows[ed.n_task_rows]
    ed.n_task_rows += 1
    overtime = 0.0
    if r.member != NONE and ended == ended:
        duty = ed.members[r.member].duty
        if duty != NONE:
            overtime = max(0.0, ended - max(started, ed.duties[duty].end))
    row.visit, row.role, row.step, row.kind, row.contact = r.visit, r.role, r.step, r.kind, r.contact
    row.slot, row.band, row.member = r.slot, r.band, r.member
    row.requested, row.started, row.ended, row.company_since = r.since, started, ended, r.company_since
    row.interrupted, row.withdrawn, row.opened_case = interrupted, withdrawn, r.opened_case and not r.gathers
    row.handover, row.overtime = r.handover, overtime


def write_of_team(ed: Row, r: Row, m: Row, kind: int, ended: float, interrupted: bool) -> None:
    """The time since a member of a team joined, or since the team began."""
    row = ed.task_rows[ed.n_task_rows]
    ed.n_task_rows += 1
    if ed.n_task_rows + ed.n_open_requests > ed.room_for_task_rows:
        ed.needs_memory = True
    overtime = 0.0
    if m.duty != NONE and ended == ended:
        overtime = max(0.0, ended - max(m.joined, ed.duties[m.duty].end))
    row.visit, row.role, row.step, row.kind, row.contact = r.visit, m.seat, r.step, kind, r.contact
    row.slot, row.band, row.member = r.slot, r.band, m.index
    row.requested, row.started, row.ended, row.company_since = r.since, m.joined, ended, r.company_since
    row.interrupted, row.withdrawn, row.opened_case = interrupted, False, r.opened_case and m.index == r.first_in_team
    row.handover, row.overtime = 0.0, overtime


def write_place(ed: Row, v: Row, end: float) -> None:
    """The time a visit held a place."""
    row = ed.place_rows[ed.n_place_rows]
    ed.n_place_rows += 1
    ed.n_places_held -= 1
    row.visit, row.zone, row.requested, row.start, row.end = v.row, v.zone, v.place_request, v.place_since, end


def write_case(ed: Row, v: Row, role: int, holder: int, start: float, end: float) -> None:
    """The time one member held a case, or nobody did."""
    row = ed.case_rows[ed.n_case_rows]
    ed.n_case_rows += 1
    if ed.n_case_rows + ed.n_cases_open > ed.room_for_case_rows:
        ed.needs_memory = True  # a handover leaves as many cases open as there were
    row.visit, row.role, row.member, row.start, row.end = v.row, role, holder, start, end


def write_duty(ed: Row, m: Row, left: float, n_handed_over: int, n_unheld: int) -> None:
    """A spell of duty, clipped to the run."""
    duty = ed.duties[m.duty]
    row = ed.staff_rows[ed.n_staff_rows]
    ed.n_staff_rows += 1
    if ed.n_staff_rows > ed.room_for_staff_rows:
        ed.needs_memory = True
    row.member, row.role = m.index, m.role
    row.scheduled_start, row.scheduled_end = max(0.0, duty.start), min(ed.horizon, duty.end)
    row.left, row.busy, row.overtime = left, m.busy, m.overtime
    row.n_handed_over, row.n_unheld = n_handed_over, n_unheld


def write_break(ed: Row, m: Row, end: float) -> None:
    """A break or protected block that has begun."""
    row = ed.break_rows[ed.n_break_rows]
    ed.n_break_rows += 1
    if ed.n_break_rows > ed.room_for_break_rows:
        ed.needs_memory = True
    row.member, row.due, row.start, row.end = m.index, m.due_at, m.break_start, end
    row.protected = ed.blocks[m.break_block].protected
