"""Who was on duty, off the floor and at work, and which places were in use, inside the measured window of a run.

What measures are made of it is told in the entries of `sim.engine.measures.staff`, `money` and others.
"""

from functools import cached_property

import numpy as np

from sim.department.quantities import MINUTES_PER_DAY, MINUTES_PER_WEEK
from sim.department.scenario import Scenario
from sim.engine.measures.array_loops import Codes, Flags, Floats
from sim.engine.measures.cohort import Cohort, roles_for
from sim.engine.measures.intervals import end_of_last_begun, minutes_by_code
from sim.engine.trajectory import as_it_stands


class StaffTime(Cohort):
    """The same, and who was on duty, off the floor and at work, as intervals inside [warm_up, measured_until).

    Duties are rows of `staff`, rests rows of `breaks` that began (cut at the scheduled end of their duty), spells rows
    of `tasks` that started. `…_role` is the role of the member, which need not be the role whose queue a task was in.
    """

    @property
    def window(self) -> Floats:
        """Start and end of the measured window, in minutes."""
        return np.array([self.trajectory.warm_up, self.trajectory.measured_until])

    @property
    def weeks(self) -> float:
        return (self.trajectory.measured_until - self.trajectory.warm_up) / MINUTES_PER_WEEK

    @property
    def days(self) -> float:
        return (self.trajectory.measured_until - self.trajectory.warm_up) / MINUTES_PER_DAY

    @property
    def duties(self) -> tuple[Floats, Floats]:
        staff = self.trajectory.staff_columns
        return staff["scheduled_start"], staff["scheduled_end"]

    @property
    def duty_role(self) -> Codes:
        role: Codes = self.trajectory.staff_columns["role"]
        return role

    @cached_property
    def scheduled(self) -> Floats:
        """Minutes of duty inside the window, by role."""
        return self.minutes_of_roles(self.duty_role, *self.duties)

    @cached_property
    def rests(self) -> tuple[Floats, Floats]:
        """Starts and ends of breaks and protected blocks, nan start for those never begun."""
        breaks = self.trajectory.break_columns
        ends = np.fmin(breaks["end"], self.trajectory.horizon)
        due = np.clip(breaks["due"], 0.0, self.trajectory.horizon)
        line = self.role_of_member.size, self.trajectory.horizon + 1.0
        members = self.trajectory.staff_columns["member"]
        # Scheduled end of the duty each break belongs to, inf where there is none.
        end_of_duty = end_of_last_begun(*line, members, *self.duties, breaks["member"], due)
        return breaks["start"], np.maximum(breaks["start"], np.minimum(ends, end_of_duty))

    @property
    def rest_role(self) -> Codes:
        member: Codes = self.trajectory.break_columns["member"]
        return self.role_of_member[member]

    @property
    def busy(self) -> Floats:
        """Minutes of spells inside the shift and each of the hours, a row a role."""
        return self.work.in_shift

    @property
    def overtime(self) -> Floats:
        """Minutes of spells after the end of the shift and inside the window, by role."""
        return self.work.late

    def minutes_of_roles(self, roles: Codes, starts: Floats, ends: Floats) -> Floats:
        """Minutes of intervals inside the window, summed for each role of the trajectory."""
        return minutes_by_code(roles, len(self.trajectory.roles), starts, ends, self.window)[:, 0]

    def by_role(self, roles: Codes, values: Floats) -> Floats:
        """Sum of values for each role of the trajectory."""
        known = roles >= 0
        found = np.bincount(roles[known], weights=values[known], minlength=len(self.trajectory.roles))
        return found.astype(np.float64)

    @cached_property
    def places_in_use(self) -> Floats:
        """Mean places in use of each zone of the trajectory."""
        places = self.trajectory.place_columns
        zone, starts, ends = (as_it_stands(places, name) for name in ("zone", "start", "end"))
        minutes = minutes_by_code(zone, len(self.trajectory.zones), starts, ends, self.window)
        return minutes[:, 0] / (self.trajectory.measured_until - self.trajectory.warm_up)

    def n_inside(self, moment: str) -> int:
        """Visits to whom a moment, such as `pia`, comes inside the window."""
        return int(np.count_nonzero(self._is_inside(moment)))

    @property
    def arrived_inside(self) -> Flags:
        """Whether each visit of the trajectory arrives inside the window."""
        return self._is_inside("arrival")

    def _is_inside(self, moment: str) -> Flags:
        times = self.trajectory.visit_columns[moment]
        return np.asarray((times >= self.trajectory.warm_up) & (times < self.trajectory.measured_until))

    @cached_property
    def peers(self) -> Flags:
        """Whether each role of the trajectory is one of peers."""
        peers = peer_roles(self.scenario)
        return np.array([name in peers for name in self.trajectory.roles], dtype=np.bool_)


def peer_roles(scenario: Scenario) -> tuple[str, ...]:
    """Names of the roles of peers: that of peer support, and any of kind peer on the roster."""
    others = (name for name, role in scenario.staffing.roles.items() if role.kind == "peer")
    return tuple(dict.fromkeys((scenario.support.role, *others)))


def main_roles(scenario: Scenario) -> tuple[str, ...]:
    """Names of the roles whose work is set against their heads: who sees each child first, whom the ratio rule counts,
    who assesses mental health, and peers."""
    first, then = (roles_for(scenario, purpose) for purpose in ("physician", "assessment"))
    nurse = scenario.department.ratio_role
    return tuple(dict.fromkeys((*first, *([nurse] if nurse else []), *then, *peer_roles(scenario))))
