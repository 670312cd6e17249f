"""Tasks for several: a lead takes one, others join, and it begins and ends for all of them together, or parts.

That a lead takes it is decided in `settling`; what happens when it begins is told in `working`.
"""

from sim.department.pathway import Task
from sim.engine.trajectory import GATHERING, MAIN, TEAM
from tests.referee.clock import GATHERING_ENDS
from tests.referee.facts import Spell
from tests.referee.state import Joined, Person, Request, Visit, Work


class Teaming:
    """Teams come together and part."""

    def team_of(self, request: Request) -> dict[str, int]:
        """Whom the task needs besides its lead."""
        step = self.step_of(request)
        return dict(step.team) if request.kind == MAIN and isinstance(step, Task) else {}

    def gathers(self, request: Request, lead: Person) -> None:
        self.waiting[request.role].remove(request)
        request.team = []
        self.joins(request, lead, request.role)
        self.join_case(request, lead, request.team[0].spell)
        self.gatherings.append(request)
        self.gathering_ends_later(request)

    def gathering_ends_later(self, request: Request) -> None:
        step, token = self.step_of(request), object()
        request.limit = token
        request.limit_at = self.now + step.gather_minutes  # type: ignore[attr-defined]
        assert request.way is not None
        ident = request.way.ident
        self.push(request.limit_at, GATHERING_ENDS, ident, lambda: self.gathered_long_enough(request, token))

    def joins(self, request: Request, person: Person, role: str) -> None:
        spell = self.row_of(request, person, role, GATHERING)
        work = person.work = Work(request, person, self.now, spell=spell)
        request.team.append(Joined(work, role, spell))

    def row_of(self, request: Request, person: Person, role: str, kind: int) -> Spell:
        """The row of a member of a team that begins now."""
        for asked in self.facts.asked[request.visit.row]:
            for spell in asked.spells:
                same = (spell.kind, spell.member, spell.role, spell.started) == (kind, person.index, role, self.now)
                as_asked = (spell.step, spell.requested, spell.band, spell.contact, spell.slot) == (
                    request.asked.first.step, request.since, request.band, request.contact, request.slot,
                )  # fmt: skip
                if same and as_asked and spell.row not in self.begun:
                    self.begun.add(spell.row)
                    return spell
        what = "joins" if kind == GATHERING else "is at the task"
        raise self.foul(self.told(request.spell), "has no such row", f"member {person.index} {what} as {role} now")

    def lacking(self, request: Request) -> list[str]:
        """Roles of which the team lacks somebody, in roster order."""
        there = [joined.role for joined in request.team[1:]]
        team = self.team_of(request)
        return [role for role in self.t.roles if there.count(role) < team.get(role, 0)]

    def somebody_joins(self) -> bool:
        """The first team in the order of their leads, its first role in roster order, level by level."""
        for request in self.gatherings:
            for role in self.lacking(request):
                free = [person for person in self.people if person.free and role in person.levels]
                level = min((person.levels[role] for person in free), default=0)
                chosen = self.preferred_for(role, [person for person in free if person.levels[role] == level])
                if chosen is not None:
                    self.joins_and_maybe_begins(request, chosen, role)
                    return True
        return False

    def preferred_for(self, role: str, people: list[Person]) -> Person | None:
        """By the rule of the role, then the lowest index."""
        rule = self.scenario.discipline.of(role).member
        worth = {"least_loaded": lambda p: float(p.n_cases), "longest_idle": lambda p: p.idle_since}
        return min(people, key=lambda p: (worth.get(rule, lambda _: 0.0)(p), p.index), default=None)

    def a_team_interrupts(self) -> bool:
        """A CTAS 1 team that gathers takes who is at a preemptible task."""
        for request in [each for each in self.gatherings if each.visit.acuity == 1]:
            for role in self.lacking(request):
                able = [p for p in self.serving(role) if p.role == role and self.interruptible(p)]
                chosen = self.preferred_for(role, able)
                if chosen is not None and chosen.work is not None:
                    self.interrupt(chosen.work)
                    self.joins_and_maybe_begins(request, chosen, role)
                    return True
        return False

    def joins_and_maybe_begins(self, request: Request, person: Person, role: str) -> None:
        self.joins(request, person, role)
        if self.lacking(request):
            return
        self.gatherings.remove(request)
        request.limit = None
        lead, *others = request.team
        for joined in request.team:
            self.gathering_is_over(joined)
        if request.spell.handover != request.handover_due:
            told = f"{request.spell.handover} minutes of handover"
            self.object(self.told(request.spell), told, f"{request.handover_due} are due")
        for joined in others:
            joined.spell = self.row_of(request, joined.work.member, joined.role, TEAM)
            whole, own = request.spell, joined.spell
            if (repr(own.ended), own.interrupted) != (repr(whole.ended), whole.interrupted):
                raise self.foul(self.told(own), f"ends at {own.ended!r}", f"all end together, at {whole.ended!r}")
            joined.work = joined.work.member.work = Work(request, joined.work.member, self.now, spell=own)
        self.begins(request, lead.work.member)
        lead.work = lead.work.member.work  # type: ignore[assignment]

    def gathering_is_over(self, joined: Joined) -> None:
        if joined.spell.ended != self.now or joined.spell.interrupted:
            raise self.foul(self.told(joined.spell), f"waits to {joined.spell.ended!r}", "its waiting is over now")

    def parts(self, request: Request) -> None:
        """Who has joined is free; the request waits in its queue, unless it is set aside."""
        for joined in request.team:
            self.gathering_is_over(joined)
            self.lay_down(joined.work)
        self.gatherings.remove(request)
        request.team, request.limit = [], None
        self.waiting[request.role].append(request)

    def teams_part(self, visit: Visit) -> None:
        """A visit that escalates or leaves has no team that gathers."""
        for request in [each for each in self.gatherings if each.visit is visit]:
            self.parts(request)

    def gathered_long_enough(self, request: Request, token: object) -> None:
        if request.limit is not token:
            return
        if request in self.gatherings:
            self.parts(request)
            request.apart = True
            self.gathering_ends_later(request)
        else:
            request.apart = False

    def others_lay_down(self, request: Request) -> None:
        """Who was at the task beside its lead is free with the lead."""
        for joined in request.team[1:]:
            self.lay_down(joined.work)
        request.team = []
