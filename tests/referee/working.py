"""Work begun, paused, finished, cut and interrupted.

That it begins is decided in `settling`.
"""

import math

from sim.department.pathway import Task
from sim.engine.constants import REPEAT_ID
from sim.engine.trajectory import (
    AMA,
    CARE,
    CONTACT,
    CONTINUING,
    HUDDLE,
    LWBS,
    MAIN,
    OBSERVATION,
    RECOVERY,
    RESPONSE,
)
from sim.engine.workload import base_of, visit_uniform
from tests.referee.choices import (
    follows_case,
    needs_case,
)
from tests.referee.clock import (
    CLOSE,
    DELAY_ENDS,
    TASK_ENDS,
)
from tests.referee.state import Person, Request, Visit, Work


class Working:
    """Members at work."""

    def start(self, request: Request, person: Person) -> None:
        spell, visit = request.spell, request.visit
        if spell.started != self.now or spell.member != person.index or spell.row in self.begun:
            raise self.foul(
                self.told(spell),
                f"begun at {spell.started!r} by member {spell.member}",
                f"it is the best-ranked startable task of {request.role} now, member {person.index} takes it",
            )
        self.begun.add(spell.row)
        self.waiting[request.role].remove(request)
        work = person.work = Work(request, person, self.now)
        self.join_case(request, person)
        if request.kind in (MAIN, RESPONSE):
            self.clinician_comes(visit)
        if request.kind == MAIN:
            self.ends_waiting(visit)
            step = visit.step
            visit.seen = visit.seen or (isinstance(step, Task) and step.purpose == "physician")
        if request.kind == CONTACT:
            visit.reached, visit.contact = True, work
            self.repace(visit)
        if request.kind == OBSERVATION:
            visit.observation = work
            self.ask(visit, CARE)
        self.lay_out_end(work)

    def join_case(self, request: Request, person: Person) -> None:
        spell, key = request.spell, (request.visit.row, request.role)
        case, expected = self.cases.get(key), 0.0
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
        if spell.handover != expected:
            self.object(self.told(spell), f"{spell.handover} minutes of handover", f"{expected} are due")
        if spell.opened_case != opens:
            self.object(
                self.told(spell), f"opened_case {spell.opened_case}", f"it {'opens' if opens else 'opens no'} case"
            )

    def lay_out_end(self, work: Work) -> None:
        request, spell = work.request, work.request.spell
        if spell.interrupted or request.kind == OBSERVATION or math.isnan(spell.ended):
            return
        departure = self.facts.value("departure", request.visit.row)
        at_departure = request.kind == CONTACT and spell.ended == departure and spell.ended > spell.started
        if at_departure and not self.huddle_follows(request):
            if int(self.t.visit_columns["disposition"][request.visit.row]) in (LWBS, AMA):
                self.push(spell.ended, TASK_ENDS, work.member.index, lambda: self.finishes_unless_cut(work))
            return
        self.push(spell.ended, TASK_ENDS, work.member.index, lambda: self.finishes(work))

    def huddle_follows(self, request: Request) -> bool:
        """Whether a huddle tells that the contact ended by itself; one that is cut causes none."""
        asked = (asked.first for asked in self.facts.asked[request.visit.row])
        return any(first.kind == HUDDLE and first.requested == request.spell.ended for first in asked)

    def finishes_unless_cut(self, work: Work) -> None:
        """A contact ends in the instant its visit leaves: by itself, or cut.

        The table does not say which. It is cut if patience ends now at the present pace, and if doubted the other way.
        """
        visit, row = work.request.visit, work.request.spell.row
        self.doubtful[row] = self.now
        cut = False
        if visit.pace > 0.0 and visit.waiting_since is not None:
            cut = visit.waiting_since + visit.patience_left / visit.pace <= self.now + CLOSE
        if cut == (row in self.doubted):
            self.finishes(work)

    def finishes(self, work: Work) -> None:
        request, visit, spell = work.request, work.request.visit, work.request.spell
        self.lay_down(work)
        if request.kind == CONTACT:
            self.contact_ends(work)
        if request.kind == MAIN:
            ended = self.facts.step_times(visit.row, spell.step)[2]
            if ended != self.now:
                raise self.foul(f"visit {visit.row}, {spell.step}", f"ends at {ended!r}", "its task ends now")
            step = visit.step
            if isinstance(step, Task):
                self.trigger(visit, step)
            self.advance(visit)
        if request.kind == RESPONSE:
            visit.n_responses -= 1
            if not visit.n_responses:
                self.is_calm(visit)

    def lay_down(self, work: Work) -> None:
        work.member.work, work.member.idle_since = None, self.now
        late = max(0.0, self.now - max(work.started, work.member.shift_end))
        spell = work.request.spell
        if abs(spell.overtime - late) > CLOSE:
            self.object(self.told(spell), f"overtime {spell.overtime!r}", f"it ran {late!r} past the shift's end")
        if work.request.kind in (MAIN, RESPONSE):
            self.clinician_goes(work.request.visit)

    def clinician_comes(self, visit: Visit) -> None:
        visit.n_with_clinician += 1
        contact = visit.contact
        if contact is not None and contact.paused_since is None and not visit.stays:
            contact.paused_since = self.now
            self.repace(visit)

    def clinician_goes(self, visit: Visit) -> None:
        visit.n_with_clinician -= 1
        contact = visit.contact
        if contact is not None and contact.paused_since is not None and not visit.n_with_clinician:
            contact.paused += self.now - contact.paused_since
            contact.paused_since = None
            self.repace(visit)

    def contact_ends(self, work: Work) -> None:
        visit, spell = work.request.visit, work.request.spell
        if work.paused_since is not None:
            work.paused += self.now - work.paused_since
            work.paused_since = None
        if abs(work.paused - spell.paused) > CLOSE:
            self.object(self.told(spell), f"paused {spell.paused!r}", f"clinicians were there for {work.paused!r}")
        visit.contact = None
        self.repace(visit)
        self.ask(visit, HUDDLE)
        if work.request.contact == CONTINUING or not self.repeat_follows(visit):
            self.ask(visit, RECOVERY)
        for asked in self.facts.asked[visit.row]:
            if asked.first.kind == CONTACT and asked.first.requested >= self.now and not asked.taken:
                gap_end = asked.first.requested
                self.push(gap_end, DELAY_ENDS, visit.row * 2 + 1, lambda: self.ask_contact(visit))

    def repeat_follows(self, visit: Visit) -> bool:
        """Whether a second contact was drawn, and recovery waits for it or for departure."""
        patient, number = (int(self.t.visit_columns[name][visit.row]) for name in ("patient", "visit_number"))
        u = visit_uniform(base_of(self.t.seed, self.t.replication), patient, number, REPEAT_ID, 0)
        return bool(u < self.scenario.support.repeat_share)

    def ask_contact(self, visit: Visit) -> None:
        if not visit.gone:
            self.ask(visit, CONTACT)

    def cut(self, work: Work) -> None:
        spell = work.request.spell
        if spell.ended != self.now:
            raise self.foul(self.told(spell), f"goes on to {spell.ended!r}", "it is cut now")
        self.lay_down(work)
        if work.request.kind == CONTACT:
            self.contact_ends(work)
        else:
            work.request.visit.observation = None

    def cut_observation(self, person: Person) -> None:
        """Shift end and a break falling due cut an observation; it is asked for again at once."""
        work = person.work
        if work is None or work.request.kind != OBSERVATION:
            return
        self.cut(work)
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
        spell = work.request.spell
        if not spell.interrupted or spell.ended != self.now:
            raise self.foul(self.told(spell), f"goes on to {spell.ended!r}", "a CTAS 1 task interrupts it now")
        self.lay_down(work)
        work.request.only_for = work.member.index
        self.ask_again(work.request)
