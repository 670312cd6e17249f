"""A peer's day: how the paid time of peer support workers was spent, and what a child met and an hour of company cost.

Idle time is split by what the children wanted meanwhile: a child waiting while a peer is idle is another matter than
nobody being there.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_HOUR
from sim.department.support import LEAST_MINUTES
from sim.engine.measures.catalogue import PEER_TIME
from sim.engine.measures.intervals import Flags, Floats, minutes_between, minutes_by_code, running_at, uncovered
from sim.engine.measures.outcomes import one_of
from sim.engine.measures.staff_time import StaffTime, Values, quotient
from sim.engine.trajectory import BRIDGING, CALL, CONTACT, MAIN, RECOVERY, RESPONSE, as_it_stands

ACTIVITIES = ("company", "walking", "calls", "bridging", "recovery", "other_work")
COMPANY, WALKING, CALLING, LEAVING, RECOVERING, OTHER = range(len(ACTIVITIES))
RESTS = ("protected", "break")
IDLE = ("idle_child_waits", "idle_no_child_asks", "idle_nobody_there")

LONG_BOARDING_MINUTES = 12 * 60.0


def peer_measures(time: StaffTime) -> Values:
    """Shares of peers' paid time, cost per child met and hour of company, boarders' company, exposures."""
    day = PeerDay(time)
    paid = day.paid_minutes
    minutes = {**day.activities, **day.rests}
    minutes |= day.idle(paid - sum(minutes.values()))
    values = {f"peer_time_{part}.all": quotient(minutes[part], paid) for part in PEER_TIME}
    return values | day.costs() | day.boarders() | day.exposures()


@dataclass(frozen=True)
class PeerDay:
    """Tasks, duties and rests of the members of the peer role inside the measured window. Minutes."""

    time: StaffTime

    @cached_property
    def role(self) -> int:
        """Number of the peer role in the trajectory, -1 if the run has none."""
        roles, wanted = self.time.trajectory.roles, self.time.scenario.support.role
        return roles.index(wanted) if wanted in roles else -1

    @property
    def window(self) -> Floats:
        return np.asarray(self.time.window)

    @property
    def horizon(self) -> float:
        return self.time.trajectory.horizon

    @property
    def paid_minutes(self) -> float:
        """Minutes rostered and filled, overtime not counted."""
        return float(self.time.scheduled[self.role]) if self.role >= 0 else 0.0

    def of_tasks(self, name: str) -> np.ndarray:
        """A column of the tasks that members of the peer role began."""
        column: np.ndarray = as_it_stands(self.time.trajectory.task_columns, name)[self.rows]
        return column

    @cached_property
    def rows(self) -> np.ndarray:
        tasks = self.time.trajectory.task_columns
        role = self.time.role_of_member[as_it_stands(tasks, "member")]
        return np.flatnonzero((role == self.role) & ~np.isnan(as_it_stands(tasks, "started")))

    @cached_property
    def spells(self) -> tuple[np.ndarray, Floats, Floats]:
        """Activity, start and end inside the shift of all work; a contact is two entries, the way there and company."""
        kind, started, ended = self.of_tasks("kind"), self.of_tasks("started"), self.of_tasks("ended")
        ended = np.fmin(ended, self.horizon) - self.of_tasks("overtime")
        activity = np.full(kind.size, OTHER, dtype=np.int8)
        for wanted, found in ((CONTACT, WALKING), (CALL, CALLING), (BRIDGING, LEAVING), (RECOVERY, RECOVERING)):
            activity[kind == wanted] = found
        contact = kind == CONTACT
        arrives = np.where(contact, np.fmin(self.of_tasks("company_since"), ended), ended)
        company = np.full(int(contact.sum()), COMPANY, dtype=np.int8)
        return (
            np.concatenate([activity, company]),
            np.concatenate([started, arrives[contact]]),
            np.concatenate([arrives, ended[contact]]),
        )

    @property
    def activities(self) -> dict[str, float]:
        """Minutes inside the shift by activity."""
        return self.minutes_of(ACTIVITIES, self.spells)

    def minutes_of(self, names: tuple[str, ...], intervals: tuple[np.ndarray, Floats, Floats]) -> dict[str, float]:
        """Minutes inside the window by name, of intervals given as number of the name, start and end."""
        code, starts, ends = intervals
        minutes = minutes_by_code(code, len(names), starts, ends, self.window)[:, 0]
        return dict(zip(names, minutes.tolist(), strict=True))

    @cached_property
    def resting(self) -> tuple[np.ndarray, Floats, Floats]:
        """Protected blocks (0) and breaks (1) that began, as intervals inside the shift."""
        own = (self.time.rest_role == self.role) & ~np.isnan(self.time.rests[0])
        protected = np.asarray(self.time.trajectory.break_columns["protected"])[own]
        return np.where(protected, 0, 1).astype(np.int8), self.time.rests[0][own], self.time.rests[1][own]

    @property
    def rests(self) -> dict[str, float]:
        """Minutes of protected time and of breaks."""
        return self.minutes_of(RESTS, self.resting)

    @property
    def company_minutes(self) -> float:
        """Minutes of company inside the window, in the shift or after it."""
        contact = self.of_tasks("kind") == CONTACT
        since, ended = self.of_tasks("company_since")[contact], np.fmin(self.of_tasks("ended")[contact], self.horizon)
        return float(minutes_between(since, np.fmax(since, ended), self.window)[0])

    def idle(self, minutes: float) -> dict[str, float]:
        """The idle minutes by what children want meanwhile.

        A child waits: a contact or bridging is asked for, no clinician is with the child, and no idle peer may take it
        (a colleague's case, a full caseload). No child asks: those who consented and are there have had company, sleep
        in the quiet hours, or are with a clinician. Nobody is there: no child who consented is present.
        """
        waiting = self.waiting()  # before leaving, so that a run without peers compiles it for those that follow
        if self.role < 0 or self.paid_minutes == 0.0:
            return dict.fromkeys(IDLE, 0.0)
        visits = self.time.trajectory.visit_columns
        consenting = visits["peer_offered"] & visits["peer_consented"]
        present = visits["arrival"][consenting], np.fmin(visits["departure"][consenting], self.horizon)
        duty = self.time.duty_role == self.role
        on_duty = self.time.duties[0][duty], self.time.duties[1][duty]
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
        tasks = self.time.trajectory.task_columns
        kind, visit = as_it_stands(tasks, "kind"), as_it_stands(tasks, "visit")
        requested, started, ended = (as_it_stands(tasks, name) for name in ("requested", "started", "ended"))
        asked = np.flatnonzero(as_it_stands(tasks, "role") == self.role)
        asked = asked[one_of(kind[asked], (CONTACT, BRIDGING))]
        until = np.fmin(np.where(np.isnan(started[asked]), ended[asked], started[asked]), self.horizon)
        taken = asked  # of nobody, where nobody asks
        if asked.size:
            asking = np.zeros(self.time.trajectory.n_visits, dtype=np.bool_)
            asking[visit[asked]] = True
            taken = np.flatnonzero(one_of(kind, (MAIN, RESPONSE)) & ~np.isnan(started) & asking[visit])
        return uncovered(
            (visit[asked].astype(np.int64), requested[asked], until),
            (visit[taken].astype(np.int64), started[taken], np.fmin(ended[taken], self.horizon)),
            self.time.trajectory.n_visits,
        )

    def costs(self) -> Values:
        """CAD of the peer role and of weekly extras, per child met and per hour of company."""
        staffing, support = self.time.scenario.staffing, self.time.scenario.support.role
        visits, company = self.time.trajectory.visit_columns, self.company_minutes
        met = visits["peer_met"]
        n_met = int(np.count_nonzero((met >= self.window[0]) & (met < self.window[1])))
        cost = 0.0
        if support in staffing.roles:
            role = staffing.roles[support]
            overtime = float(self.time.overtime[self.role]) / MINUTES_PER_HOUR if self.role >= 0 else 0.0
            weekly = role.hours_per_week() * role.hourly_cost + staffing.weekly_extra_cost
            cost = weekly * self.time.weeks + overtime * role.hourly_cost
        return {
            "cost_per_child_met.all": quotient(cost, n_met),
            "cost_per_company_hour.all": quotient(cost, company / MINUTES_PER_HOUR),
        }

    def boarders(self) -> Values:
        """Spells of company of ten minutes or more per 24 hours boarded, of consenting children who board long."""
        visits = self.time.trajectory.visit_columns
        start, end = visits["boarding_start"], np.fmin(visits["boarding_end"], visits["departure"])
        inside = (visits["arrival"] >= self.window[0]) & (visits["arrival"] < self.window[1])
        long: Flags = inside & visits["peer_offered"] & visits["peer_consented"]
        long &= end - start > LONG_BOARDING_MINUTES  # nan while boarding, or where nobody boards
        contact = self.of_tasks("kind") == CONTACT
        visit, since = self.of_tasks("visit")[contact], self.of_tasks("company_since")[contact]
        enough = self.of_tasks("ended")[contact] - since >= LEAST_MINUTES
        counted = enough & long[visit] & (since >= start[visit]) & (since < end[visit])
        days = float((end - start)[long].sum()) / MINUTES_PER_DAY
        return {"boarder_company_per_24h.all": quotient(float(np.count_nonzero(counted)), days)}

    def exposures(self) -> Values:
        """Escalations in the presence of a peer, per 1,000 paid hours."""
        visits = self.time.trajectory.visit_columns
        inside = (visits["arrival"] >= self.window[0]) & (visits["arrival"] < self.window[1])
        n = float(visits["n_peer_exposures"][inside].sum())
        return {"peer_exposures_per_1000_hours.all": quotient(1000.0 * n, self.paid_minutes / MINUTES_PER_HOUR)}
