"""Staff: who works in the department, who is on duty and free, and who has room for another case.

When members come and go is `sim.engine.reference.shifts`; who gets work, `sim.engine.reference.dispatcher`.
"""

from sim.department.roster import duties_of, members_of, shift_starts
from sim.department.scenario import Scenario
from sim.engine.reference.calendar import Calendar
from sim.engine.reference.entities import Member
from sim.engine.workload import Workload


class Staff:
    """Members of the roster, by what they serve. Shifts that go unfilled are drawn by the workload.

    `free[level][role]` are the free members who serve a role at a level of their skill list.
    `changed` are the roles in which something may have become startable since the last settling.
    """

    def __init__(self, scenario: Scenario, workload: Workload, calendar: Calendar) -> None:
        self.calendar = calendar
        names = tuple(scenario.staffing.roles)
        if scenario.support.role not in names:
            names = (*names, scenario.support.role)
        self.role_names = names
        self.role_of = {name: number for number, name in enumerate(names)}
        self.peer_role = self.role_of[scenario.support.role]
        self.changed: set[int] = set()
        self._hire(scenario, workload)
        n_levels = 1 + max((max(member.served.values()) for member in self.members), default=0)
        self.free: list[list[set[Member]]] = [[set() for _ in names] for _ in range(n_levels)]
        for member in self.members:
            member.free_in = tuple(self.free[level][role] for role, level in member.served.items())
        self.serving: list[list[Member]] = [
            [member for member in self.members if role in member.served] for role in range(len(names))
        ]
        self.n_on_duty = [0] * len(names)

    def _hire(self, scenario: Scenario, workload: Workload) -> None:
        self.members: list[Member] = []
        for rostered in members_of(scenario.staffing.roles):
            role = scenario.staffing.roles[rostered.role]
            starts = shift_starts(rostered.shift, scenario.period.horizon)
            starts = [start for start in starts if not workload.is_absent(rostered.name, start, role.absence_share)]
            caseload = scenario.support.caseload if rostered.role == scenario.support.role else role.caseload
            levels = ((rostered.role,), *role.also_serves)
            served: dict[int, int] = {}
            for level, names in enumerate(levels):
                for name in names:
                    served.setdefault(self.role_of[name], level)
            self.members.append(
                Member(
                    rostered=rostered,
                    index=rostered.index,
                    role=self.role_of[rostered.role],
                    served=served,
                    caseload=-1 if caseload is None else caseload,
                    last_pickup=role.last_pickup_minutes,
                    duties=duties_of(rostered, starts),
                    lines={},
                )
            )

    def is_free(self, member: Member) -> None:
        """A member may be given work."""
        for free in member.free_in:
            free.add(member)
        self.changed.update(member.served)

    def is_busy(self, member: Member) -> None:
        """A member may not be given work: with a task, on a break, or gone home."""
        for free in member.free_in:
            free.discard(member)
