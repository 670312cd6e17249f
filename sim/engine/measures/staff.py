"""Staff: utilisation, hours and overtime, cases handed over, protected time, physicians' work, and what all costs."""

import numpy as np

from sim.department.quantities import MINUTES_PER_HOUR, sum_in_order
from sim.department.roster import members_of
from sim.engine.measures import entry
from sim.engine.measures.array_loops import Floats
from sim.engine.measures.cohort import roles_for
from sim.engine.measures.peer_day import PeerDay
from sim.engine.measures.staff_time import StaffTime

STAFF = entry.Entries()


def by_role(time: StaffTime, values: Floats) -> entry.NamedValues:
    """A value for each role of the run, by name."""
    return dict(zip(time.trajectory.roles, values.tolist(), strict=True))


def busy_share(time: StaffTime, minutes: Floats) -> entry.NamedValues:
    """Minutes busy inside the shift over minutes of each role, of roles that are no peers."""
    shares = map(entry.quotient, time.busy.sum(axis=1).tolist(), minutes.tolist())
    found = zip(time.trajectory.roles, shares, time.peers, strict=True)
    return {role: share for role, share, of_peers in found if not of_peers}


@STAFF.run(
    "Utilisation", "proportion", "Minutes busy inside the shift",
    "Minutes rostered and filled, breaks and protected time taken off; not given for peers", by="role", decimals=4,
)  # fmt: skip
def utilisation(time: StaffTime) -> entry.NamedValues:
    return busy_share(time, time.scheduled - time.minutes_of_roles(time.rest_role, *time.rests))


@STAFF.run(
    "Utilisation, breaks not taken off", "proportion", "Minutes busy inside the shift",
    "Minutes rostered and filled; not given for peers", by="role", decimals=4,
)  # fmt: skip
def utilisation_raw(time: StaffTime) -> entry.NamedValues:
    return busy_share(time, time.scheduled)


@STAFF.run("Hours on the roster and filled", "h/week", "Hours of duty scheduled", entry.WEEKS, by="role", decimals=1)
def scheduled_hours_per_week(time: StaffTime) -> entry.NamedValues:
    return by_role(time, time.scheduled / MINUTES_PER_HOUR / time.weeks)


@STAFF.run(
    "Hours of work inside shifts", "h/week", "Hours with a task inside the shift", entry.WEEKS, by="role", decimals=1
)
def busy_hours_per_week(time: StaffTime) -> entry.NamedValues:
    return by_role(time, time.busy.sum(axis=1) / MINUTES_PER_HOUR / time.weeks)


@STAFF.run(
    "Overtime", "h/week", "Hours of work after the end of the member's shift", entry.WEEKS, by="role", better="low"
)
def overtime_hours_per_week(time: StaffTime) -> entry.NamedValues:
    return by_role(time, time.overtime / MINUTES_PER_HOUR / time.weeks)


def cases_left(time: StaffTime, column: str) -> entry.NamedValues:
    """Cases a week, by role, of a column of duties whose member went home inside the window."""
    staff = time.trajectory.staff_columns
    inside = (staff["left"] >= time.trajectory.warm_up) & (staff["left"] <= time.trajectory.measured_until)
    return by_role(time, time.by_role(time.duty_role, np.where(inside, staff[column], 0.0)) / time.weeks)


@STAFF.run(
    "Cases handed over", "cases/week", "Cases taken over by a colleague at shift end", entry.WEEKS, entry.AT_ITS_MOMENT,
    by="role", decimals=1, better="low",
)  # fmt: skip
def handovers_per_week(time: StaffTime) -> entry.NamedValues:
    return cases_left(time, "n_handed_over")


@STAFF.run(
    "Cases nobody could take over", "cases/week", "Cases left unheld at shift end", entry.WEEKS, entry.AT_ITS_MOMENT,
    by="role", better="low",
)  # fmt: skip
def unheld_per_week(time: StaffTime) -> entry.NamedValues:
    return cases_left(time, "n_unheld")


@STAFF.run(
    "Protected time kept", "proportion", "Minutes of protected time taken",
    "Minutes of protected time due in the window (by the roster)",
    "Blocks due in the window; those not begun while the member is still on duty at the end are left out; a block "
    "cut by the end of the run counts in full",
    by="role", decimals=4, better="high",
)  # fmt: skip
def protected_time_kept(time: StaffTime) -> entry.NamedValues:
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
    return dict(zip(time.trajectory.roles, map(entry.quotient, *of_roles), strict=True))


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
    entry.AT_ITS_MOMENT,
)  # fmt: skip
def patients_per_physician_hour(time: StaffTime) -> float:
    rostered = time.scheduled[physicians(time)].sum() / MINUTES_PER_HOUR
    return entry.quotient(time.n_inside("pia"), float(rostered))


# --- money


STAFF_COSTS = entry.Entries()


@STAFF_COSTS.run(
    "Staff cost a week", "CAD/week",
    "Rostered hours at the hourly cost (absent or not), weekly extras, and overtime at the same hourly cost",
    entry.WEEKS, kind="cost", decimals=0, better="low",
    phrase=entry.Phrase("staff cost {amount} {way}", "the weekly staff cost", "less", "more"),
    headline=entry.Headline(
        120, ("all",), "Staff cost a week", "cost {amount} {way} a week", protocol=entry.Protocol(6, "reported", "all")
    ),
)  # fmt: skip
def staff_cost_per_week(time: StaffTime) -> float:
    return time.scenario.staffing.weekly_cost() + overtime_cost_per_week(time)


@STAFF_COSTS.run(
    "of which overtime", "CAD/week", "Overtime at the hourly cost", entry.WEEKS, kind="cost", decimals=0, better="low"
)
def overtime_cost_per_week(time: StaffTime) -> float:
    overtime, roles = time.overtime / MINUTES_PER_HOUR / time.weeks, time.scenario.staffing.roles
    rates = [roles[role].hourly_cost if role in roles else 0.0 for role in time.trajectory.roles]
    return float(overtime @ np.asarray(rates, dtype=np.float64)) if rates else 0.0


@STAFF_COSTS.run(
    "Staff cost per visit", "CAD/visit", "Staff cost a week; of a time that ends, of who is rostered in it",
    "Visits a week", entry.AS_ITS_PARTS, kind="cost",
    better="low", phrase=entry.share_of("the staff cost per visit"),
    headline=entry.Headline(130, ("all",), "Staff cost per visit", "cost {amount} {way} a visit"),
)  # fmt: skip
def cost_per_visit(time: StaffTime) -> float:
    rostered = time.scenario.staffing.weekly_cost(time.scenario.period.minutes)
    return entry.quotient(rostered + overtime_cost_per_week(time), time.n_inside("arrival") / time.weeks)


@STAFF_COSTS.run(
    "Cost per child met by a peer", "CAD/child", "Hours of peers at their hourly cost, weekly extras and overtime",
    "Visits met by a peer inside the window", kind="cost", decimals=0, better="low",
)  # fmt: skip
def cost_per_child_met(time: PeerDay) -> float:
    return entry.quotient(time.cost, time.n_inside("peer_met"))


@STAFF_COSTS.run(
    "Cost per hour of a peer's company", "CAD/h", "As cost_per_child_met", "Hours of company, in shifts or after",
    kind="cost", decimals=0, better="low",
)  # fmt: skip
def cost_per_company_hour(time: PeerDay) -> float:
    return entry.quotient(time.cost, time.company_minutes / MINUTES_PER_HOUR)
