"""Work begun, finished, cut and interrupted.

That it begins is decided in `settling`; a peer's company is reckoned in `company`.
"""

import math

from sim.department.pathway import Task
from sim.engine.trajectory import (
    CALL,
    CARE,
    CONTACT,
    MAIN,
    OBSERVATION,
    RESPONSE,
)
from tests.referee.choices import (
    follows_case,
    needs_case,
)
from tests.referee.clock import (
    CLOSE,
    TASK_ENDS,
)
from tests.referee.facts import Spell
from tests.referee.state import Person, Request, Work


class Working:
    """Members at work."""

    def start(self, request: Request, person: Person) -> None:
        if self.team_of(request):
            self.gathers(request, person)
            return
        self.waiting[request.role].remove(request)
        self.join_case(request, person, request.spell)
        self.begins(request, person)

    def begins(self, request: Request, person: Person) -> None:
        spell, visit = request.spell, request.visit
        if spell.started != self.now or spell.member != person.index or spell.row in self.begun:
            raise self.foul(
                self.told(spell),
                f"begun at {spell.started!r} by member {spell.member}",
                f"it is the best-ranked startable task of {request.role} now, member {person.index} takes it",
            )
        self.begun.add(spell.row)
        work = person.work = Work(request, person, self.now)
        if request.kind == MAIN:
            visit.n_main_tasks += 1
            assert request.way is not None
            self.ends_waiting(request.way)
            if request.spell_number == 0:
                request.begun_met = visit.wish.met
            self.clinician_comes(visit)
            step = request.way.step
            visit.seen = visit.seen or (isinstance(step, Task) and step.purpose == "physician")
        if request.kind == OBSERVATION:
            visit.observation = work
            self.ask(visit, CARE)
        self.lay_out_end(work)

    def join_case(self, request: Request, person: Person, opening: Spell) -> None:
        """The case is opened or held; `opening` is the row that tells of it, the task that of minutes of handover."""
        spell, key = request.spell, (request.visit.row, request.role)
        case, expected = self.cases.get(key), request.handover_due
        opens = needs_case(request) and case is None
        if opens:
            case = self.open_case(*key, person.index)
        elif needs_case(request) and case is not None and case.holder < 0:
            self.hold(case, person.index)
        if (
            case is not None
            and case.holder == person.index
            and case.taken_over
            and (needs_case(request) or follows_case(request))
        ):
            case.taken_over, expected = False, self.scenario.department.handover_minutes
        if opening is not spell:
            request.handover_due = expected
        elif spell.handover != expected:
            self.object(self.told(spell), f"{spell.handover} minutes of handover", f"{expected} are due")
        if opening.opened_case != opens or (opening is not spell and spell.opened_case):
            self.object(
                self.told(opening), f"opened_case {opening.opened_case}", f"it {'opens' if opens else 'opens no'} case"
            )

    def lay_out_end(self, work: Work) -> None:
        request, spell = work.request, work.request.spell
        if request.kind == CONTACT:
            self.company_starts(work)
        elif not (spell.interrupted or request.kind == OBSERVATION or math.isnan(spell.ended)):
            self.push(spell.ended, TASK_ENDS, work.member.index, lambda: self.finishes(work))

    def finishes(self, work: Work) -> None:
        request, visit, spell = work.request, work.request.visit, work.request.spell
        self.lay_down(work)
        self.others_lay_down(request)
        if request.kind == MAIN:
            ended = self.facts.step_times(visit.row, spell.step)[2]
            if ended != self.now:
                raise self.foul(f"visit {visit.row}, {spell.step}", f"ends at {ended!r}", "its task ends now")
            assert request.way is not None
            step = request.way.step
            if isinstance(step, Task):
                self.assessment_takes_its_minutes(request, step)
                self.trigger(visit, step)
            self.advance(request.way)
        if request.kind == RESPONSE:
            visit.n_responses -= 1
            if not visit.n_responses:
                self.is_calm(visit)
        if request.kind == CALL and visit.row in self.returns_by_call:
            self.lay_out_arrival(self.returns_by_call[visit.row])

    def lay_down(self, work: Work) -> None:
        work.member.work, work.member.idle_since = None, self.now
        late = max(0.0, self.now - max(work.started, work.member.shift_end))
        spell = work.spell or work.request.spell
        if abs(spell.overtime - late) > CLOSE:
            self.object(self.told(spell), f"overtime {spell.overtime!r}", f"it ran {late!r} past the shift's end")
        if work.request.kind == MAIN and work.spell is None:
            work.request.visit.n_main_tasks -= 1
            self.waiting_changes(work.request.visit)

    def cut_for_good(self, work: Work) -> None:
        """An observation ends with the aide's spell of duty, a break, or departure."""
        spell = work.request.spell
        if spell.ended != self.now:
            raise self.foul(self.told(spell), f"goes on to {spell.ended!r}", "it is cut now")
        self.lay_down(work)
        work.request.visit.observation = None

    def cut_observation(self, person: Person) -> None:
        """Shift end and a break falling due cut an observation; it is asked for again at once."""
        work = person.work
        if work is None or work.request.kind != OBSERVATION:
            return
        self.cut_for_good(work)
        self.ask_again(work.request)
        visit = work.request.visit
        self.care_entries(visit, self.now, self.next_start_of(work.request))

    def next_start_of(self, request: Request) -> float:
        started = request.spell.started
        departure = self.facts.value("departure", request.visit.row)
        return departure if math.isnan(started) else started

    def ask_again(self, request: Request) -> None:
        request.spell_number += 1
        if request.spell_number >= len(request.asked.spells):
            spell = request.asked.spells[-1]
            raise self.foul(self.told(spell), "is not asked for again", "the rest waits, keeping its waiting since")
        if request.spell.requested != request.since:
            self.object(
                self.told(request.spell), f"since {request.spell.requested!r}", f"waits since {request.since!r}"
            )
        self.waiting[request.role].append(request)

    def interrupt(self, work: Work) -> None:
        """A CTAS 1 task takes a member: the task, of a team the whole of it, is put down; the rest is its lead's."""
        request = work.request
        if request in self.gatherings:
            self.parts(request)
            return
        lead = request.team[0].work if request.team else work
        spell = request.spell
        if not spell.interrupted or spell.ended != self.now:
            raise self.foul(self.told(spell), f"goes on to {spell.ended!r}", "a CTAS 1 task interrupts it now")
        self.lay_down(lead)
        self.others_lay_down(request)
        request.only_for, request.handover_due = lead.member.index, 0.0
        self.ask_again(request)
