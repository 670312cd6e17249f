"""Staff: utilisation, hours and overtime, cases handed over, protected time kept, and physicians' work."""

import numpy as np

from sim.department.quantities import MINUTES_PER_HOUR, sum_in_order
from sim.department.roster import members_of
from sim.engine.measures.cohort import roles_for
from sim.engine.measures.entry import AT_ITS_MOMENT, WEEKS, Entries, NamedValues, quotient
from sim.engine.measures.intervals import Floats
from sim.engine.measures.staff_time import StaffTime

STAFF = Entries()


def by_role(time: StaffTime, values: Floats) -> NamedValues:
    """A value for each role of the run, by name."""
    return dict(zip(time.trajectory.roles, values.tolist(), strict=True))


def busy_share(time: StaffTime, minutes: Floats) -> NamedValues:
    """Minutes busy inside the shift over minutes of each role, of roles that are no peers."""
    shares = map(quotient, time.busy.sum(axis=1).tolist(), minutes.tolist())
    return {
        role: share
        for role, share, of_peers in zip(time.trajectory.roles, shares, time.peers, strict=True)
        if not of_peers
    }


@STAFF.run(
    "Utilisation", "proportion", "Minutes busy inside the shift",
    "Minutes rostered and filled, breaks and protected time taken off; not given for peers", by="role", decimals=4,
)  # fmt: skip
def utilisation(time: StaffTime) -> NamedValues:
    return busy_share(time, time.scheduled - time.minutes_of_roles(time.rest_role, *time.rests))


@STAFF.run(
    "Utilisation, breaks not taken off", "proportion", "Minutes busy inside the shift",
    "Minutes rostered and filled; not given for peers", by="role", decimals=4,
)  # fmt: skip
def utilisation_raw(time: StaffTime) -> NamedValues:
    return busy_share(time, time.scheduled)


@STAFF.run("Hours on the roster and filled", "h/week", "Hours of duty scheduled", WEEKS, by="role", decimals=1)
def scheduled_hours_per_week(time: StaffTime) -> NamedValues:
    return by_role(time, time.scheduled / MINUTES_PER_HOUR / time.weeks)


@STAFF.run("Hours of work inside shifts", "h/week", "Hours with a task inside the shift", WEEKS, by="role", decimals=1)
def busy_hours_per_week(time: StaffTime) -> NamedValues:
    return by_role(time, time.busy.sum(axis=1) / MINUTES_PER_HOUR / time.weeks)


@STAFF.run("Overtime", "h/week", "Hours of work after the end of the member's shift", WEEKS, by="role", better="low")
def overtime_hours_per_week(time: StaffTime) -> NamedValues:
    return by_role(time, time.overtime / MINUTES_PER_HOUR / time.weeks)


def cases_left(time: StaffTime, column: str) -> NamedValues:
    """Cases a week, by role, of a column of duties whose member went home inside the window."""
    staff = time.trajectory.staff_columns
    inside = (staff["left"] >= time.trajectory.warm_up) & (staff["left"] <= time.trajectory.measured_until)
    return by_role(time, time.by_role(time.duty_role, np.where(inside, staff[column], 0.0)) / time.weeks)


@STAFF.run(
    "Cases handed over", "cases/week", "Cases taken over by a colleague at shift end", WEEKS, AT_ITS_MOMENT, by="role",
    decimals=1, better="low",
)  # fmt: skip
def handovers_per_week(time: StaffTime) -> NamedValues:
    return cases_left(time, "n_handed_over")


@STAFF.run(
    "Cases nobody could take over", "cases/week", "Cases left unheld at shift end", WEEKS, AT_ITS_MOMENT, by="role",
    better="low",
)  # fmt: skip
def unheld_per_week(time: StaffTime) -> NamedValues:
    return cases_left(time, "n_unheld")


@STAFF.run(
    "Protected time kept", "proportion", "Minutes of protected time taken",
    "Minutes of protected time due in the window (by the roster)",
    "Blocks due in the window; those not begun while the member is still on duty at the end are left out; a block "
    "cut by the end of the run counts in full",
    by="role", decimals=4, better="high",
)  # fmt: skip
def protected_time_kept(time: StaffTime) -> NamedValues:
    """Of each role, nan for roles without any."""
    breaks = time.trajectory.break_columns
    begun = ~np.isnan(breaks["start"])
    inside = (breaks["due"] >= time.trajectory.warm_up) & (breaks["due"] < time.trajectory.measured_until)
    due = breaks["protected"] & inside
    due &= begun | (breaks["due"] < on_duty_since(time)[breaks["member"]])
    planned = protected_minutes(time)
    running = begun & np.isnan(breaks["end"])
    taken = np.where(running, planned, np.where(begun, breaks["end"] - breaks["start"], 0.0))
    of_roles = (time.by_role(time.rest_role, np.where(due, minutes, 0.0)).tolist() for minutes in (taken, planned))
    return dict(zip(time.trajectory.roles, map(quotient, *of_roles), strict=True))


def on_duty_since(time: StaffTime) -> Floats:
    """Start of the duty each member is still on when the run ends, inf for those at home."""
    staff = time.trajectory.staff_columns
    since = np.full(time.role_of_member.size, np.inf)
    still = np.isnan(staff["left"])
    since[staff["member"][still]] = staff["scheduled_start"][still]
    return since


def protected_minutes(time: StaffTime) -> Floats:
    """Minutes each protected block was to last: the member's by the roster, an even split if there are several."""
    lengths = np.zeros(time.role_of_member.size)
    for member in members_of(time.scenario.staffing.roles):
        blocks = [block.minutes for block in member.breaks if block.protected]
        if blocks and member.index < lengths.size:
            lengths[member.index] = sum_in_order(blocks) / len(blocks)
    minutes: Floats = lengths[time.trajectory.break_columns["member"]]
    return minutes


def physicians(time: StaffTime) -> list[int]:
    """Numbers of the roles that see a child first."""
    names = roles_for(time.scenario, "physician")
    return [number for number, role in enumerate(time.trajectory.roles) if role in names]


@STAFF.run(
    "Physician hours demanded a day", "h/day",
    "Hours of physician tasks on the visits' path and beside it (charting, notes), escalation responses left out",
    "Days of the window", decimals=1,
)  # fmt: skip
def physician_hours_demanded_per_day(time: StaffTime) -> float:
    return float(time.work.asked[physicians(time)].sum() / MINUTES_PER_HOUR / time.days)


@STAFF.run(
    "Patients per physician-hour", "patients/h", "First physician contacts", "Physician hours rostered and filled",
    AT_ITS_MOMENT,
)  # fmt: skip
def patients_per_physician_hour(time: StaffTime) -> float:
    rostered = time.scheduled[physicians(time)].sum() / MINUTES_PER_HOUR
    return quotient(time.n_inside("pia"), float(rostered))
