"""Money: what the staff cost, overtime included, a week, a visit, a child met and an hour of company."""

import numpy as np

from sim.department.quantities import MINUTES_PER_HOUR
from sim.engine.measures.entry import (
    AS_ITS_PARTS,
    WEEKS,
    Entries,
    Headline,
    Phrase,
    Protocol,
    quotient,
    share_of,
)
from sim.engine.measures.peer_day import PeerDay
from sim.engine.measures.staff_time import StaffTime

STAFF_COSTS = Entries()


@STAFF_COSTS.run(
    "Staff cost a week", "CAD/week",
    "Rostered hours at the hourly cost (absent or not), weekly extras, and overtime at the same hourly cost", WEEKS,
    kind="cost", decimals=0, better="low",
    phrase=Phrase("staff cost {amount} {way}", "the weekly staff cost", "less", "more"),
    headline=Headline(
        120, ("all",), "Staff cost a week", "cost {} less a week", "cost {} more a week",
        protocol=Protocol(6, "reported", "all"),
    ),
)  # fmt: skip
def staff_cost_per_week(time: StaffTime) -> float:
    return time.scenario.staffing.weekly_cost() + overtime_cost_per_week(time)


@STAFF_COSTS.run(
    "of which overtime", "CAD/week", "Overtime at the hourly cost", WEEKS, kind="cost", decimals=0, better="low"
)
def overtime_cost_per_week(time: StaffTime) -> float:
    overtime, roles = time.overtime / MINUTES_PER_HOUR / time.weeks, time.scenario.staffing.roles
    rates = [roles[role].hourly_cost if role in roles else 0.0 for role in time.trajectory.roles]
    return float(overtime @ np.asarray(rates, dtype=np.float64)) if rates else 0.0


@STAFF_COSTS.run(
    "Staff cost per visit", "CAD/visit", "Staff cost a week", "Visits a week", AS_ITS_PARTS, kind="cost", better="low",
    phrase=share_of("the staff cost per visit"),
    headline=Headline(130, ("all",), "Staff cost per visit", "cost {} less a visit", "cost {} more a visit"),
)  # fmt: skip
def cost_per_visit(time: StaffTime) -> float:
    return quotient(staff_cost_per_week(time), time.n_inside("arrival") / time.weeks)


@STAFF_COSTS.run(
    "Cost per child met by a peer", "CAD/child", "Hours of peers at their hourly cost, weekly extras and overtime",
    "Visits met by a peer inside the window", kind="cost", decimals=0, better="low",
)  # fmt: skip
def cost_per_child_met(time: PeerDay) -> float:
    return quotient(time.cost, time.n_inside("peer_met"))


@STAFF_COSTS.run(
    "Cost per hour of a peer's company", "CAD/h", "As cost_per_child_met", "Hours of company, in shifts or after",
    kind="cost", decimals=0, better="low",
)  # fmt: skip
def cost_per_company_hour(time: PeerDay) -> float:
    return quotient(time.cost, time.company_minutes / MINUTES_PER_HOUR)
