"""A peer's day: how the paid time of peer support workers was spent, and what a child met and an hour of company cost.

Idle time is split by what the children wanted meanwhile: a child waiting while a peer is idle is another matter than
nobody being there.
"""

from functools import cached_property, partial

import numpy as np

from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_HOUR
from sim.department.support import LEAST_MINUTES
from sim.engine.measures.array_loops import Flags, Floats
from sim.engine.measures.cohort import one_of
from sim.engine.measures.entry import IF_ARRIVED, IF_DEPARTED, Entries, NamedValues, quotient
from sim.engine.measures.intervals import minutes_between, minutes_by_code, outside_covers, running_at
from sim.engine.measures.staff_time import StaffTime
from sim.engine.trajectory import BRIDGING, CALL, CONTACT, MAIN, RECOVERY, RESPONSE, as_it_stands

PEER_DAY = Entries()
PEER_TIME = {
    "company": ("In company with a child", "with a child", "in company"),
    "walking": (
        "On the way to a child", "on the way to a child",
        "from the start of a contact to company, handover counted",
    ),
    "calls": ("Calls after a visit", "in calls", "in calls after a visit"),
    "bridging": ("Bridging before a child leaves", "bridging", "in bridging before a child leaves"),
    "recovery": ("Recovery, notes and debriefs", "recovering", "in recovery, notes and debriefs"),
    "other_work": ("Other work", "in other work", "in tasks of other kinds"),
    "protected": ("Protected time", "in protected time", "in protected time (supervision, training)"),
    "break": ("Breaks", "on break", "on break"),
    "idle_child_waits": (
        "Idle, a child waits for a peer", "idle while a child waits for a peer",
        "idle while a child asks for a peer, is with no clinician, and no idle peer may take the case",
    ),
    "idle_no_child_asks": (
        "Idle, no child asks", "idle while no child asks",
        "idle while consenting children are there who have had company, sleep (quiet hours) or are with a clinician",
    ),
    "idle_nobody_there": (
        "Idle, nobody is there", "idle while nobody is there",
        "idle while no child who consented is present",
    ),
}  # fmt: skip
"""Parts of a peer's paid time: as a row of a table, in a label, and what is counted. They add up to 1."""
ACTIVITIES = ("company", "walking", "calls", "bridging", "recovery", "other_work")
IN_COMPANY, ON_THE_WAY, IN_CALLS, IN_BRIDGING, IN_RECOVERY, IN_OTHER_WORK = range(len(ACTIVITIES))
ACTIVITY_OF_KIND = {CONTACT: ON_THE_WAY, CALL: IN_CALLS, BRIDGING: IN_BRIDGING, RECOVERY: IN_RECOVERY}
"""Activities by the kind of a task; a contact is the way to a child until company begins."""
RESTS = ("protected", "break")
IDLE = ("idle_child_waits", "idle_no_child_asks", "idle_nobody_there")

LONG_BOARDING_MINUTES = 12 * 60.0


class PeerDay(StaffTime):
    """The same, and how the paid time of the members of the role of peer support was spent. Minutes."""

    @cached_property
    def peer_role(self) -> int:
        """Number of the role of peer support in the trajectory, -1 if the run has none."""
        roles, wanted = self.trajectory.roles, self.scenario.support.role
        return roles.index(wanted) if wanted in roles else -1

    @property
    def paid_minutes(self) -> float:
        """Minutes rostered and filled, overtime not counted."""
        return float(self.scheduled[self.peer_role]) if self.peer_role >= 0 else 0.0

    def of_tasks(self, name: str) -> np.ndarray:
        """A column of the tasks that members of the peer role began."""
        column: np.ndarray = as_it_stands(self.trajectory.task_columns, name)[self.peer_tasks]
        return column

    @cached_property
    def peer_tasks(self) -> np.ndarray:
        """Rows of the tasks that members of the role began."""
        tasks = self.trajectory.task_columns
        role = self.role_of_member[as_it_stands(tasks, "member")]
        return np.flatnonzero((role == self.peer_role) & ~np.isnan(as_it_stands(tasks, "started")))

    @cached_property
    def spells(self) -> tuple[np.ndarray, Floats, Floats]:
        """Activity, start and end inside the shift of all work; a contact is two entries, the way there and company."""
        kind, started, ended = self.of_tasks("kind"), self.of_tasks("started"), self.of_tasks("ended")
        ended = np.fmin(ended, self.trajectory.horizon) - self.of_tasks("overtime")
        activity = np.full(kind.size, IN_OTHER_WORK, dtype=np.int8)
        for wanted, found in ACTIVITY_OF_KIND.items():
            activity[kind == wanted] = found
        contact = kind == CONTACT
        arrives = np.where(contact, np.fmin(self.of_tasks("company_since"), ended), ended)
        company = np.full(int(contact.sum()), IN_COMPANY, dtype=np.int8)
        starts, ends = np.concatenate([started, arrives[contact]]), np.concatenate([arrives, ended[contact]])
        return np.concatenate([activity, company]), starts, ends

    @cached_property
    def minutes(self) -> NamedValues:
        """Paid minutes by part of `PEER_TIME`."""
        busy = self.minutes_of(ACTIVITIES, self.spells) | self.minutes_of(RESTS, self.resting)
        return busy | self.idle(self.paid_minutes - sum(busy.values()))

    def minutes_of(self, names: tuple[str, ...], intervals: tuple[np.ndarray, Floats, Floats]) -> dict[str, float]:
        """Minutes inside the window by name, of intervals given as number of the name, start and end."""
        code, starts, ends = intervals
        minutes = minutes_by_code(code, len(names), starts, ends, self.window)[:, 0]
        return dict(zip(names, minutes.tolist(), strict=True))

    @cached_property
    def resting(self) -> tuple[np.ndarray, Floats, Floats]:
        """Protected blocks (0) and breaks (1) that began, as intervals inside the shift."""
        own = (self.rest_role == self.peer_role) & ~np.isnan(self.rests[0])
        protected = np.asarray(self.trajectory.break_columns["protected"])[own]
        return np.where(protected, 0, 1).astype(np.int8), self.rests[0][own], self.rests[1][own]

    @property
    def company_minutes(self) -> float:
        """Minutes of company inside the window, in the shift or after it."""
        contact = self.of_tasks("kind") == CONTACT
        since, ended = (self.of_tasks(name)[contact] for name in ("company_since", "ended"))
        ended = np.fmin(ended, self.trajectory.horizon)
        return float(minutes_between(since, np.fmax(since, ended), self.window)[0])

    def idle(self, minutes: float) -> dict[str, float]:
        """The idle minutes by what children want meanwhile.

        A child waits: a contact or bridging is asked for, no clinician is with the child, and no idle peer may take it
        (a colleague's case, a full caseload). No child asks: those who consented and are there have had company, sleep
        in the quiet hours, or are with a clinician. Nobody is there: no child who consented is present.
        """
        waiting = self.waiting()  # before leaving, so that a run without peers compiles it for those that follow
        if self.peer_role < 0 or self.paid_minutes == 0.0:
            return dict.fromkeys(IDLE, 0.0)
        visits = self.trajectory.visit_columns
        consenting = visits["peer_offered"] & visits["peer_consented"]
        present = visits["arrival"][consenting], np.fmin(visits["departure"][consenting], self.trajectory.horizon)
        duty = self.duty_role == self.peer_role
        on_duty = self.duties[0][duty], self.duties[1][duty]
        edges = np.concatenate([*waiting, *present, *on_duty, *self.spells[1:], *self.resting[1:], self.window])
        edges = np.unique(np.clip(edges, *self.window))
        at, length = edges[:-1], np.diff(edges)
        n_idle = running_at(*on_duty, at) - running_at(*self.spells[1:], at) - running_at(*self.resting[1:], at)
        idle = length * np.maximum(n_idle, 0)
        someone_waits, someone_there = running_at(*waiting, at) > 0, running_at(*present, at) > 0
        waits = float(idle[someone_waits].sum())
        no_one_asks = float(idle[~someone_waits & someone_there].sum())
        return dict(zip(IDLE, (waits, no_one_asks, minutes - waits - no_one_asks), strict=True))

    def waiting(self) -> tuple[Floats, Floats]:
        """Stretches in which a child asks for a peer and could have one: none of their clinicians' tasks runs."""
        tasks = self.trajectory.task_columns
        kind, visit = as_it_stands(tasks, "kind"), as_it_stands(tasks, "visit")
        requested, started, ended = (as_it_stands(tasks, name) for name in ("requested", "started", "ended"))
        asked = np.flatnonzero(as_it_stands(tasks, "role") == self.peer_role)
        asked = asked[one_of(kind[asked], (CONTACT, BRIDGING))]
        until = np.fmin(np.where(np.isnan(started[asked]), ended[asked], started[asked]), self.trajectory.horizon)
        taken = asked  # of nobody, where nobody asks
        if asked.size:
            asking = np.zeros(self.trajectory.n_visits, dtype=np.bool_)
            asking[visit[asked]] = True
            taken = np.flatnonzero(one_of(kind, (MAIN, RESPONSE)) & ~np.isnan(started) & asking[visit])
        asks = visit[asked].astype(np.int64), requested[asked], until
        over = np.fmin(ended[taken], self.trajectory.horizon)
        with_clinician = visit[taken].astype(np.int64), started[taken], over
        return outside_covers(asks, with_clinician, self.trajectory.n_visits)

    @property
    def cost(self) -> float:
        """Money for who is rostered in the role of peer support inside the window, with overtime and weekly extras."""
        staffing, name = self.scenario.staffing, self.scenario.support.role
        if name not in staffing.roles:
            return 0.0
        role = staffing.roles[name]
        overtime = float(self.overtime[self.peer_role]) / MINUTES_PER_HOUR if self.peer_role >= 0 else 0.0
        hours = role.hours_per_week(self.scenario.period.minutes)
        weekly = hours * role.hourly_cost + staffing.weekly_extra_cost
        return weekly * self.weeks + overtime * role.hourly_cost


def share_of_paid_time(time: PeerDay, part: str) -> float:
    """Minutes of one part over all paid minutes."""
    return quotient(time.minutes[part], time.paid_minutes)


for _part, (_, _words, _counted) in PEER_TIME.items():
    PEER_DAY.run(
        f"Peers' paid time {_words}", "proportion", f"Minutes of peers {_counted}",
        "Minutes of peers rostered and filled, overtime not counted", key=f"peer_time_{_part}", decimals=4,
        better="low" if _part == "idle_child_waits" else "neutral",
    )(partial(share_of_paid_time, part=_part))  # fmt: skip


@PEER_DAY.run(
    "Company of boarders", "spells/24 h", "Spells of a peer's company of 10 minutes or more that begin while boarding",
    "Days boarded by consenting children who board more than 12 h", IF_DEPARTED, better="high",
)  # fmt: skip
def boarder_company_per_24h(time: PeerDay) -> float:
    visits = time.trajectory.visit_columns
    start, end = visits["boarding_start"], np.fmin(visits["boarding_end"], visits["departure"])
    long: Flags = time.arrived_inside & visits["peer_offered"] & visits["peer_consented"]
    long &= end - start > LONG_BOARDING_MINUTES  # nan while boarding, or where nobody boards
    contact = time.of_tasks("kind") == CONTACT
    visit, since = time.of_tasks("visit")[contact], time.of_tasks("company_since")[contact]
    enough = time.of_tasks("ended")[contact] - since >= LEAST_MINUTES
    counted = enough & long[visit] & (since >= start[visit]) & (since < end[visit])
    days = float((end - start)[long].sum()) / MINUTES_PER_DAY
    return quotient(float(np.count_nonzero(counted)), days)


@PEER_DAY.run(
    "Escalations in a peer's presence", "per 1,000 h", "Escalations during a peer's company times 1,000",
    "Hours of peers rostered and filled", IF_ARRIVED, better="low", moved_by=("escalation",),
)  # fmt: skip
def peer_exposures_per_1000_hours(time: PeerDay) -> float:
    n = float(time.trajectory.visit_columns["n_peer_exposures"][time.arrived_inside].sum())
    return quotient(1000.0 * n, time.paid_minutes / MINUTES_PER_HOUR)
