"""One-line faults for the engines: each must be caught by the invariants or the referee, and by the other engine.

Every fault is a change of one line of one source file; `planted` builds the engine it stands in from the changed
sources, the compiled one as plain Python.
"""

import ast
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType

import sim
from sim.engine.compiled import backend
from sim.engine.trajectory import Trajectory

DISPATCH, PLACES, ROSTER = "department/discipline.py", "department/places.py", "department/roster.py"
SUPPORT, SEVERITY = "department/support.py", "department/severity.py"
REFERENCE = (
    "dispatcher", "model", "entities", "company", "patient_attributes", "staff", "cases", "places", "shifts",
    "patience_and_calm", "boarding_and_observation", "returns", "trajectory_writer",
)  # fmt: skip
DISPATCHER, MODEL, ENTITIES, COMPANY, ATTRIBUTES, STAFF, CASES, ZONES, SHIFTS, PATIENCE, STAYS, RETURNS, WRITER = (
    f"engine/reference/{name}.py" for name in REFERENCE
)

RATES = "engine/hourly_rates.py"
"""Arrivals are drawn once for both engines: a fault there is planted under the SimPy engine."""
COMPILED = "engine/compiled"
"""The package of the compiled engine. A fault in one of its files is planted there, any other in the SimPy engine."""
UNCOMPILED = "PEERED_UNCOMPILED"
"""Set to 1 while its sources are imported, it makes plain Python of the compiled engine."""


@dataclass(frozen=True)
class Fault:
    """`new` instead of `old`, which stands exactly once in the file.

    `shown_by` is the random department that shows it at least cost: where it no longer does, others are tried.
    """

    name: str
    file: str
    old: str
    new: str
    shown_by: int | None = None

    def departments(self, others: Iterable[int] = range(60)) -> Iterator[int]:
        """Seeds of random departments, the one that shows the fault soonest first."""
        if self.shown_by is not None:
            yield self.shown_by
        yield from others


GENERAL_FAULTS = (
    Fault("longer waits rank lower", DISPATCH, "return -slope * (now - waiting_since)", "return slope * (now - waiting_since)", 37),
    Fault("one case more than the caseload", DISPATCH, "n_open_cases < caseload", "n_open_cases <= caseload", 22),
    Fault("no last pickup", DISPATCH, "now >= shift_end - last_pickup_minutes", "now >= shift_end", 37),
    Fault("most loaded first", DISPATCH, "        return float(n_open_cases)", "        return -float(n_open_cases)", 22),
    Fault("latest idle first", DISPATCH, "        return idle_since", "        return -idle_since", 37),
    Fault("target from the request", DISPATCH, "return target - (now - arrival)", "return target - (now - waiting_since)", 41),
    Fault("acuity upside down", DISPATCH, "        return float(acuity)", "        return -float(acuity)", 10),
    Fault("pace forgotten", DISPATCH, "left - waited * pace", "left - waited", 47),
    Fault("ratio without the new place", PLACES, "occupied_twelfths + place_twelfths <=", "occupied_twelfths <=", 10),
    Fault("ratio for CTAS 1 too", PLACES, "return acuity == 1 or occupied", "return occupied", 10),
    Fault("places without a score", ZONES, "rank = (band, request.visit.acuity != 1, worth,", "rank = (band, request.visit.acuity != 1, 0.0,", 32),
    Fault("CTAS 1 waits its turn for a place", ZONES, "request.visit.acuity != 1, worth, since, row)", "False, worth, since, row)", 2),
    Fault("equal scores for a place by row", ZONES, "worth, since, row)", "worth, row)", 14),
    Fault("bands do not rank places", ZONES, "rank = (band,", "rank = (0,", 10),
    Fault("a score for a place stays as it was when asked", ZONES, "band, worth, since, row, _ = line.rank(now, request)", "band, worth, since, row, _ = line.rank(request.since, request)", 20),
    Fault("places by the discipline of tasks", ZONES, "places = scenario.discipline.places", "places = scenario.discipline.default", 10),
    Fault("slopes of places taken for targets", ZONES, "RULES[places.rule], places.slopes, places.targets", "RULES[places.rule], places.slopes, places.slopes", 32),
    Fault("the last queue for a place goes first", ZONES, "if best is None or rank < best:", "if True:", 10),
    Fault("no overflow into a later zone", ZONES, "        for zone in zones:\n            if self.n_taken", "        for zone in zones[:1]:\n            if self.n_taken", 22),
    Fault("overflow before the first zone", ZONES, "in zones:\n            if self.n_taken[zone] <", "in reversed(zones):\n            if self.n_taken[zone] <", 22),
    Fault("overflow past a zone that the ratio rule shuts", ZONES, "may_open(occupied, self.twelfths[zone], self", "may_open(occupied, self.twelfths[zones[0]], self", 24),
    Fault("a class under target by its requests", DISPATCH, "return arrival if rule == TARGET else waiting_since", "return waiting_since", 41),
    Fault("no cleaning", ZONES, "if self.cleaning_minutes[zone] > 0.0:", "if self.cleaning_minutes[zone] < 0.0:", 41),
    Fault("old place kept", ZONES, "        self.give_up(visit)\n        visit.zone,", "        visit.zone,", 22),
    Fault("limited delay over its limit", DISPATCHER, "if line.n and self.delay_room[step] > 0:", "if line.n and self.delay_room[step] >= 0:", 37),
    Fault("near shift end opens all", DISPATCHER, "return [request for request in line.heads() if request.visit.acuity == 1]", "return line.heads()", 37),
    Fault("last pickup never lapses", CASES, "return self._near_shift_end(member) and any(", "return self._near_shift_end(member) or any(", 22),
    Fault("CTAS 1 interrupted", DISPATCHER, "            and member.task.visit.acuity != 1\n", "", 35),
    Fault("anything interrupted", DISPATCHER, "            and member.task.preemptible\n", "", 52),
    Fault("nothing interrupted", DISPATCHER, "self._starts_task() or self._interrupts() or", "self._starts_task() or", 22),
    Fault("handover takes no time", CASES, "request.handover = self.handover_minutes", "request.handover = 0.0", 14),
    Fault("adopting takes no time", CASES, "            taken_over = case is not None", "            taken_over = False", 47),
    Fault("handover to the busiest", CASES, "key=lambda m: (m.served[role], len(m.cases), m.index), default=None", "key=lambda m: (m.served[role], -len(m.cases), m.index), default=None", 35),
    Fault("rest of a task for anybody", DISPATCHER, "        request.bind(lead)\n        request.started", "        request.started", 12),
    Fault("recovery left undone", SHIFTS, "if member.task is None and not member.recoveries]", "if member.task is None]", 37),
    Fault("aide stays past the shift", DISPATCHER, "member.task.kind == OBSERVATION:", "member.task.kind == OBSERVATION and member.on_break:", 37),
    Fault("newest first on a tie of class", ENTITIES, "            insort(waiting, request)", "            waiting.append(request)", 22),
    Fault("leaving is misnamed", PATIENCE, "visit.disposition = LWBS if visit.pia != visit.pia else AMA", "visit.disposition = AMA if visit.pia != visit.pia else LWBS", 22),
    Fault("calm too early", PATIENCE, "        if visit.responding == 0:\n            self._is_calm", "        if visit.responding <= 1:\n            self._is_calm", 9),
    Fault("patience never used up", MODEL, "        self.patience_and_calm.look_again(visit)\n        return done", "        return done", 22),
    Fault("patience used up in service", MODEL, "        self.patience_and_calm.look_again(visit)\n        at = ", "        at = ", 37),
    Fault("boarders fill caseloads", STAYS, "for role in [role for role in visit.cases if role != self.dispatcher.staff.peer_role]:", "for role in []:", 22),
    Fault("half a break", MODEL, "self.calendar.time + block.minutes, ON_DUTY", "self.calendar.time + block.minutes / 2.0, ON_DUTY", 37),
    Fault("held visits walk out", PATIENCE, "        if visit.held:\n            visit.tried_to_leave = True", "        if False:\n            visit.tried_to_leave = True", 10),
    Fault("odds the wrong way round", SEVERITY, "math.log(one) for one in odds", "-math.log(one) for one in odds", 51),
    Fault("one share kept at CTAS 3 alone", SEVERITY, "shares_with_odds(weights, odds, share)", "shares_with_odds(rows[2], odds, share)", 51),
    Fault("frail patients counted once each", SEVERITY, "stream.returns.frail_share_of_visits", "stream.returns.frail_share", 51),
    Fault("classes of frail patients as of others", SEVERITY, "tuple(cumulated(second) for _, second in kinds)", "tuple(cumulated(first) for first, _ in kinds)", 51),
    Fault("always held counted twice", SEVERITY, "(stream.held_share - always) / (1.0 - always)", "stream.held_share", 5),
    Fault("held by age alone", SEVERITY, "return age < under_age and caregiver == with_caregiver", "return age < under_age", 22),
    Fault("relative rates taken as they are", SEVERITY, "tuple(one / mean for one in relative)", "relative", 51),
    Fault("the last class falls to the one before", SEVERITY, "while number < len(up_to) - 1 and", "while number < len(up_to) - 2 and", 51),
    Fault("the class of CTAS 3 for everybody", ATTRIBUTES, "up_to[frail][visit.acuity - 1]", "up_to[frail][2]", 51),
    Fault("the uniform of age for the class", ATTRIBUTES, 'self._uniform(visit, "severity")', 'self._uniform(visit, "age")', 51),
    Fault("needs of the first class", ATTRIBUTES, "rows[visit.acuity - 1][visit.severity]", "rows[visit.acuity - 1][0]", 51),
    Fault("admission of the first class", ATTRIBUTES, "admission[step.name][visit.acuity - 1][max(visit.severity, 0)]", "admission[step.name][visit.acuity - 1][0]", 51),
    Fault("police hold nobody more", ATTRIBUTES, "traits.held[of_class][visit.arrival_mode == POLICE_MODE]", "traits.held[of_class][0]", 28),
    Fault("nobody is always held", ATTRIBUTES, "            return True\n        return self._uniform(visit, \"held\")", "            pass\n        return self._uniform(visit, \"held\")", 22),
    Fault("admitted without assessment", ATTRIBUTES, "            visit.draws[needs[0]] = 1.0", "            pass", 28),
    Fault("assessed twice", ATTRIBUTES, " == ADMITTED and not any(visit.draws[at] for at in needs)", " == ADMITTED", 25),
    Fault("everybody assessed", ATTRIBUTES, "if self.disposition(visit, step) == ADMITTED and not any", "if not any", 51),
    Fault("escalation at one rate", ATTRIBUTES, "MINUTES_PER_HOUR / of_class", "MINUTES_PER_HOUR", 51),
    Fault("kinds of peer exchanged", ATTRIBUTES, "youth.under_12, youth.from_12, visit.age", "youth.from_12, youth.under_12, visit.age", 37),
)  # fmt: skip


COMPANY_FAULTS = (
    Fault("nobody walks to the child", COMPANY, "now + (contact.handover + support.WALK_MINUTES)", "now + contact.handover", 37),
    Fault("met after the least minutes", COMPANY, "min(support.LEAST_MINUTES, visit.wish_left) if visit.is_met else visit.meeting_left", "min(support.LEAST_MINUTES, visit.wish_left)", 37),
    Fault("every meeting starts anew", COMPANY, "visit.meeting_left = max(0.0, visit.meeting_left - given)", "pass", 22),
    Fault("every spell starts the wish anew", COMPANY, "visit.wish_left = max(0.0, visit.wish_left - given)", "pass", 22),
    Fault("the next wish falls due at night", COMPANY, "self._falls_due(visit, support.after_quiet_hours(due))", "self._falls_due(visit, due)", 22),
    Fault("a meeting waits like any other wish", COMPANY, "self._ask_for_company(visit, trajectory.CONTINUING, support.FIRST_BAND)", "self._ask_for_company(visit, trajectory.CONTINUING, support.REPEAT_BAND)", 37),
    Fault("recovery once more at departure", COMPANY, "visit.recovery_is_due = False", "visit.recovery_is_due = True", 22),
    Fault("no call to who was reached and not met", COMPANY, "and not visit.is_met and goes_home", "and not visit.spells and goes_home", 37),
    Fault("nobody is called away", DISPATCHER, " or self._interrupts() or self._calls_away():", " or self._interrupts():", 37),
    Fault("the rest of a meeting calls nobody away", DISPATCHER, "        lines += [member.lines[role] for member in self.in_company if role in member.lines]\n", "", 9),
    Fault("the peer stays beside a clinician", DISPATCHER, "if contact is None or visit.peer_stays:", "if contact is None or visit.peer_stays or contact.is_running:", 37),
    Fault("company goes on when a break falls due", DISPATCHER, "elif member in self.in_company:", "elif member in self.in_company and member.shift_over:", 37),
    Fault("company begins while staff respond", ENTITIES, "not self.responding and (self.peer_stays or not with_clinician)", "self.peer_stays or not with_clinician", 3),
    Fault("effects before the child is met", SUPPORT, "    if not is_met:\n        return 1.0\n    return while_accompanied if accompanied else after", "    return while_accompanied if accompanied else after if is_met else 1.0", 47),
    Fault("company begins before the handover is over", COMPANY, "(contact.handover + support.WALK_MINUTES)", "support.WALK_MINUTES", 51),
    Fault("later wishes as short as they come", COMPANY, "self._next_wish(visit, at_least=support.LEAST_MINUTES)", "self._next_wish(visit, at_least=0.0)", 51),
    Fault("every wish is the first", COMPANY, "WISH_ID, visit.wishes, mean", "WISH_ID, 0, mean", 51),
    Fault("the walk counts as company", COMPANY, "max(0.0, now - contact.company_since)", "now - contact.started", 37),
    Fault("a peer comes back for a minute", COMPANY, "elif visit.wish_left >= support.LEAST_MINUTES:", "elif visit.wish_left > 0.0:", 22),
    Fault("what is left is asked for at night", COMPANY, "if awake > now:", "if awake < now:", 37),
    Fault("the night ends at midnight", SUPPORT, "minute - of_day + (quantities.MINUTES_PER_DAY + QUIET_TO_MINUTE)", "minute - of_day + 1440.0", 30),
    Fault("the next wish comes at once", COMPANY, "self.support.again_hours * MINUTES_PER_HOUR", "self.support.again_hours", 37),
    Fault("company goes on past the shift", COMPANY, "elif peer.shift_over or peer in", "elif peer in", 37),
    Fault("company goes on though a break is due", COMPANY, "elif peer.shift_over or peer in self.dispatcher.duties.resting:", "elif peer.shift_over:", 37),
    Fault("exposed on the way", COMPANY, "if contact.company_since <= now:", "if contact.started <= now:", 9),
    Fault("a debrief is recovery", COMPANY, "visit.exposures += 1", "visit.exposures, visit.recovery_is_due = visit.exposures + 1, False", 9),
    Fault("a debrief is short", COMPANY, "self._ask_of(peer, visit, support.DEBRIEF_MINUTES)", "self._ask_of(peer, visit, support.RECOVERY_MINUTES)", 22),
    Fault("no recovery at departure", COMPANY, "if visit.recovery_is_due:", "if visit.recovery_is_due and contact is not None:", 37),
    Fault("no bridging for who is met late", COMPANY, "if visit.disposition == trajectory.DISCHARGED:", "if visit.disposition == trajectory.DISCHARGED and visit.departed:", 23),
    Fault("bridging for who was not met", COMPANY, "if visit.is_met and visit.bridging is None:", "if visit.bridging is None:", 22),
    Fault("a huddle with the first of the roles", COMPANY, "if role in visit.cases), roles[-1])", "if role in visit.cases), roles[0])", 50),
    Fault("bridging calls nobody away", DISPATCHER, "if r.kind == BRIDGING or (r.kind == CONTACT and not", "if (r.kind == CONTACT and not", 9),
    Fault("the latest company is left first", DISPATCHER, "!= wished, member.task.started, member.index", "!= wished, -member.task.started, member.index", 13),
    Fault("a peer of any kind is called away", DISPATCHER, "return member.rostered.peer_kind != wished, member", "return False, member", 4),
    Fault("the peer never stays beside a clinician", DISPATCHER, "contact is None or visit.peer_stays", "contact is None", 37),
    Fault("company begins beside a clinician", ENTITIES, " and (self.peer_stays or not with_clinician)", "", 37),
    Fault("follow-up is linked once a peer has set out", MODEL, "        if visit.is_met:\n            odds", "        if visit.spells:\n            odds", 26),
    Fault("assessments are shorter once a peer has set out", MODEL, "effects.peer.assessment_minutes if visit.is_met else 1.0", "effects.peer.assessment_minutes if visit.spells else 1.0", 26),
)  # fmt: skip
"""Faults of the law of companionship alone."""

ARRIVAL_FAULTS = (
    Fault("the level of a week is that of the week before", RATES, "FIRST_DAY + first_week - before + i", "FIRST_DAY + first_week - before + i - 1"),
    Fault("the oldest shock counts most", RATES, "weights[k] * shocks[i + before - k]", "weights[k] * shocks[i + k]"),
    Fault("the mean level is above 1", RATES, "math.exp(log_sd * z - 0.5 * log_sd * log_sd)", "math.exp(log_sd * z)"),
    Fault("shocks of all streams are the same", RATES, "u = visit_uniform(base, stream_id, PERSON, WEEK_ID,", "u = visit_uniform(base, 0, PERSON, WEEK_ID,"),
    Fault("weeks are forgotten soon", RATES, "np.exp(np.arange(n) / -memory_weeks)", "np.exp(np.arange(n) * -memory_weeks)"),
    Fault("the last special day of a date alone counts", RATES, "*= special.factor", "= special.factor"),
    Fault("special days in a typical week", RATES, "        if month_factors:\n            dates", "        if month_factors or arrivals.special_days:\n            dates", 60),
    Fault("months of special days forgotten", RATES, "self.of_calendar = self.of_calendar * special_day_factors", "self.of_calendar = special_day_factors"),
    Fault("levels begin on Sunday", RATES, "week_levels(self.days // 7,", "week_levels((self.days + 1) // 7,"),
)  # fmt: skip


BRANCH_FAULTS = (
    Fault("branches are for everybody", MODEL, "if plan.branch and not visit.branches & plan.branch:", "if False:", 9),
    Fault("sent into every branch", MODEL, "visit.branches |= plan.branches[self.attributes.branch(visit, step)]", "visit.branches |= sum(plan.branches)", 5),
    Fault("branches by the shares of CTAS 3", ATTRIBUTES, "step.up_to(visit.acuity, classes", "step.up_to(3, classes", 10),
    Fault("branches by the shares of no class", ATTRIBUTES, "classes[visit.severity] if classes else None)", "None)", 5),
)  # fmt: skip
"""Faults of ways that part."""


TEAM_FAULTS = (
    Fault("the last to come is not waited for", DISPATCHER, "if next(request.lacking(), None) is not None:", "if len(request.team or ()) < 2:", 1),
    Fault("a team is held for twice as long", DISPATCHER, "self.calendar.time + plan.gather_minutes, delay_id", "self.calendar.time + 2.0 * plan.gather_minutes, delay_id", 5),
    Fault("a team that parts gathers again at once", DISPATCHER, "            request.is_apart = True\n            self._gathering_ends_in(request)\n", "            self.put_back(request)\n", 11),
    Fault("other work comes before joining", DISPATCHER, "if self.gathering and self._somebody_joins():", "if self.gathering and not any(self.n_waiting) and self._somebody_joins():", 8),
    Fault("the rest of a task is for who was called away", DISPATCHER, "        request.bind(lead)\n", "        request.bind(member)\n", 22),
    Fault("the last of a team never goes", DISPATCHER, "for other in request.team[1:] if", "for other in request.team[1:-1] if", 11),
    Fault("teams in the order of their visits", DISPATCHER, "        for request in self.gathering:\n            for role in request.lacking():\n", "        for request in sorted(self.gathering, key=lambda r: r.visit.row):\n            for role in request.lacking():\n", 15),
    Fault("a team gathers on through an escalation", DISPATCHER, "        self._leave_line(request)\n        self._parts(request)\n        self.places", "        self._leave_line(request)\n        self.places", 22),
    Fault("helpers join first", DISPATCHER, "                for level in self.staff.free:\n", "                for level in reversed(self.staff.free):\n", 15),
    Fault("CTAS 1 teams interrupt nobody", DISPATCHER, "return bool(self.gathering) and self._team_interrupts()", "return False", 22),
    Fault("teams of any acuity interrupt", DISPATCHER, "for role in request.lacking() if request.visit.acuity == 1 else ():", "for role in request.lacking():", 8),
    Fault("the lead counts as one of the others", ENTITIES, "for member in self.team[1:]) < heads", "for member in self.team) < heads", 12),
    Fault("who waits for the others is not busy", DISPATCHER, "            member.count_minutes(member.joined, self.calendar.time)\n", "", 5),
)  # fmt: skip
"""Faults of tasks for several."""


FORK_FAULTS = (
    Fault("a visit is joined when one branch has ended", MODEL, "if stays and visit.n_side_by_side == 0:", "if stays and visit.joined is not None:", 97),
    Fault("the last branch begins first", MODEL, "for branch in range(1, visit.n_side_by_side + 1):", "for branch in range(visit.n_side_by_side, 0, -1):", 97),
    Fault("all branches ask in the slot of the main path", MODEL, "kind == trajectory.MAIN and plan.strand == MAIN_PATH", "kind == trajectory.MAIN", 97),
    Fault("a branch begins a step while staff respond", MODEL, "while visit.responding:", "while visit.responding and branch == MAIN_PATH:", 5),
    Fault("delays of one instant end as they began", MODEL, "self.calendar.time + minutes, DELAY_ENDS, delay_id(visit.row, plan.strand))", "self.calendar.time + minutes, DELAY_ENDS, delay_id(visit.row, MAIN_PATH))"),
    Fault("an escalation sets aside the first request alone", PATIENCE, "for request in self._not_begun(visit):\n            self.dispatcher.set_aside", "for request in self._not_begun(visit)[:1]:\n            self.dispatcher.set_aside", 50),
    Fault("a request is left behind by a visit that leaves", PATIENCE, "for strand in visit.strands:\n            if strand.request is not None:\n                self.dispatcher", "for strand in visit.strands[:2]:\n            if strand.request is not None:\n                self.dispatcher", 86),
    Fault("the last branch goes on first when it is calm", PATIENCE, "for strand in visit.strands:\n            if strand.calm is", "for strand in reversed(visit.strands):\n            if strand.calm is"),
    Fault("patience is used up beside a task of another branch", ENTITIES, "return waits and all(request in", "return waits and any(request in", 41),
    Fault("what is left of an interrupted task may be left", ENTITIES, "request.may_leave and not request.resumed for", "request.may_leave for", 14),
    Fault("an interruption wakes no patience", DISPATCHER, "        self.on_interrupted(request.visit)\n", "", 7),
    Fault("company begins beside the second of two tasks", ENTITIES, "any(strand.request is not None and strand.request.is_running for strand in self.strands)", "sum(strand.request is not None and strand.request.is_running for strand in self.strands) == 1", 37),
)  # fmt: skip
"""Faults of several ways at once, shown by departments with forks; those of ties by departments made for them."""


FAULTS = GENERAL_FAULTS + COMPANY_FAULTS + BRANCH_FAULTS + TEAM_FAULTS


PACKAGE = Path(sim.__file__).parent


def inside(file: str) -> str:
    """A file of the compiled engine."""
    return f"{COMPILED}/{file}"


COMPILED_FAULTS = (
    Fault("the calendar forgets kinds", inside("calendar.py"), "return is_less(instant, key, other_instant, other_key)", "return is_less(instant, other_key, other_instant, key)", 37),
    Fault("a settling waits for arrivals of later instants", inside("event_loop.py"), "if ed.settle_due and (time > ed.now or key >= SETTLE_KEY):", "if ed.settle_due and time > ed.now:", 37),
    Fault("classes are last come first served", inside("queues.py"), "        return r.order < other.order", "        return r.order > other.order", 22),
    Fault("ties by slot alone", inside("queues.py"), "    if r.since != other.since:\n        return r.since < other.since\n    if r.visit != other.visit:\n        return r.visit < other.visit\n    return r.slot < other.slot\n", "    return r.slot < other.slot\n", 22),
    Fault("bands do not rank", inside("queues.py"), "    if r.band != other.band:\n        return r.band < other.band\n    mine", "    mine", 37),
    Fault("a contact is asked beside a clinician", inside("requests.py"), "v.responding > 0 or (v.n_clinicians > 0 and not v.peer_stays)", "v.responding > 0"),
    Fault("side tasks forget who held the case", inside("requests.py"), "if r.kind == SIDE and case.last_holder != NONE:", "if r.kind == SIDE and case.last_holder == NONE:"),
    Fault("the rest of a task for anybody", inside("teams.py"), "    bind(ed, r, lead)\n    r.started", "    r.started"),
    Fault("handover takes no time", inside("tasks.py"), "        r.handover = ed.handover_minutes", "        r.handover = 0.0"),
    Fault("overtime is not counted", inside("tasks.py"), "    m.overtime += max(0.0, end - max(start, scheduled_end))", "    m.overtime += 0.0"),
    Fault("last pickup never lapses", inside("cases.py"), "        if other.index != m.index and could_adopt(ed, other):", "        if other.index != m.index:"),
    Fault("handover to the busiest", inside("cases.py"), "m.n_cases < best_cases)", "m.n_cases > best_cases)"),
    Fault("handover in order of patients", inside("cases.py"), "ed.visit_roles[before].number > case.number", "ed.visit_roles[before].number < case.number"),
    Fault("cases close the wrong way round", inside("cases.py"), "case_of(ed, v, role).number < case_of(ed, v, first).number", "case_of(ed, v, role).number > case_of(ed, v, first).number"),
    Fault("patience at one pace", inside("patience_and_calm.py"), "        v.patience_pace = patience\n", "        v.patience_pace = 1.0\n"),
    Fault("cleaning needs no time", inside("places.py"), "    if z.cleaning > 0.0:", "    if z.cleaning < 0.0:"),
    Fault("the old place still needs its nurse", inside("places.py"), "        occupied -= ed.zones[v.zone].twelfths", "        occupied -= 0"),
    Fault("places by waiting alone", inside("settling.py"), "    return ranks_before(ed, line, r, other)\n", "    return r.since < other.since\n"),
    Fault("CTAS 1 waits its turn for a place", inside("settling.py"), "        return urgent\n", "        return ranks_before(ed, line, r, other)\n"),
    Fault("CTAS 2 goes first with CTAS 1", inside("settling.py"), "    urgent = ed.visits[r.visit].acuity == 1\n", "    urgent = ed.visits[r.visit].acuity <= 2\n"),
    Fault("bands do not rank places", inside("settling.py"), "        return r.band < other.band\n    urgent", "        pass\n    urgent"),
    Fault("a queue for a place forgets the others", inside("settling.py"), "best_to_place(ed, places, best, best_zone)\n        at", "best_to_place(ed, places, NONE, NONE)\n        at"),
    Fault("places by acuity always", inside("scenario_tables.py"), "rule=RULES[places.rule], weights=weights", "rule=RULES['acuity_fifo'], weights=weights"),
    Fault("places by the slopes of the first role", inside("scenario_tables.py"), "        weights = self._weights(places)\n", "        weights = 0\n"),
    Fault("no overflow into a later zone", inside("places.py"), "for number in range(first, first + n):", "for number in range(first, first + 1):"),
    Fault("overflow before the first zone", inside("places.py"), "ed.zones_of_routes[number].zone", "ed.zones_of_routes[2 * first + n - 1 - number].zone"),
    Fault("a limited delay over its limit", inside("settling.py"), "        if line.n > 0 and line.room > 0:", "        if line.n > 0 and line.room >= 0:"),
    Fault("CTAS 2 is not interrupted", inside("teams.py"), "task.preemptible and ed.visits[task.visit].acuity != 1", "task.preemptible and ed.visits[task.visit].acuity > 2"),
    Fault("recovery is left undone", inside("settling.py"), "            if m.task == NONE and m.n_recoveries == 0:\n                goes_home", "            if m.task == NONE:\n                goes_home"),
    Fault("a break that follows a break is lost", inside("settling.py"), "    is_free(ed, m)\n    ed.settle_due = True\n    looks_ahead_to_break(ed, m, ed.duties[m.duty])", "    is_free(ed, m)\n    ed.settle_due = True"),
    Fault("roles with a new case are not looked at", inside("cases.py"), "        ed.roles_changed |= m.serves  # room again, for the holder or in the eyes of colleagues", "        ed.roles_changed |= 0"),
    Fault("no other way when the last one goes home", inside("settling.py"), "    if role.n_on_duty == 0:\n        role_goes_home", "    if role.n_on_duty < 0:\n        role_goes_home"),
    Fault("a disposition is not asked for", inside("pathway.py"), "    if plan.only_if != NONE and plan.only_if != v.disposition:", "    if plan.only_if != NONE and plan.only_if == v.disposition:"),
    Fault("a released case stays open", inside("pathway.py"), "    for number in range(plan.n_released):", "    for number in range(plan.n_released - 1):"),
    Fault("held visits walk out", inside("event_loop.py"), "    if v.held:\n        v.tried_to_leave = True", "    if False:\n        v.tried_to_leave = True"),
    Fault("leaving is misnamed", inside("event_loop.py"), "v.disposition = LWBS if v.pia != v.pia else AMA", "v.disposition = AMA if v.pia != v.pia else LWBS"),
    Fault("an hour of care too many", inside("boarding_and_observation.py"), "    minutes = (ed.now - since) * minutes_per_hour / MINUTES_PER_HOUR", "    minutes = minutes_per_hour"),
    Fault("beds by lot", inside("boarding_and_observation.py"), "    take_bed(ed, w.stay)\n    return w.visit", "    take_bed(ed, w.stay / 2.0)\n    return w.visit"),
    Fault("met after the least minutes", inside("company.py"), "min(LEAST_MINUTES, v.wish_left) if is_met(v) else v.meeting_left", "min(LEAST_MINUTES, v.wish_left)"),
    Fault("the walk counts as company", inside("company.py"), "max(0.0, ed.now - r.company_since)", "ed.now - r.started"),
    Fault("the next wish falls due at night", inside("company.py"), "after_quiet_hours(ed.now + ed.again_minutes)", "ed.now + ed.again_minutes"),
    Fault("exposed on the way", inside("company.py"), "].company_since <= ed.now", "].started <= ed.now"),
    Fault("company goes on past the shift", inside("company.py"), "return m.shift_over or m.break_block != NONE", "return m.break_block != NONE"),
    Fault("company begins while staff respond", inside("requests.py"), "v.responding > 0 or (v.n_clinicians > 0 and", "(v.n_clinicians > 0 and"),
    Fault("the latest company is left first", inside("settling.py"), "ed.requests[m.task].started < ed.requests", "ed.requests[m.task].started > ed.requests"),
    Fault("any company calls a peer away", inside("requests.py"), "r.kind == BRIDGING or (r.kind == CONTACT and not is_met(v))", "r.kind == BRIDGING or r.kind == CONTACT"),
    Fault("no bridging for who is met late", inside("peers.py"), "    if v.disposition == DISCHARGED:\n        ask_bridging", "    if v.departed:\n        ask_bridging"),
    Fault("wishes are counted from 1 when drawn", inside("company.py"), "WISH_ID, v.wishes - 1,", "WISH_ID, v.wishes,"),
    Fault("a peer comes back for less than the least minutes", inside("company.py"), "    elif v.wish_left < LEAST_MINUTES:", "    elif v.wish_left <= 0.0:"),
    Fault("handover minutes are company", inside("company.py"), "ed.now + (r.handover + WALK_MINUTES)", "ed.now + WALK_MINUTES"),
    Fault("the meeting begins anew", inside("company.py"), "        v.meeting_left = max(0.0, v.meeting_left - minutes)", "        v.meeting_left = max(0.0, v.meeting_left)"),
    Fault("company in spite of a break that is due", inside("company.py"), "    return m.shift_over or m.break_block != NONE", "    return m.shift_over"),
    Fault("a rest is asked for in the quiet hours", inside("company.py"), "    elif after_quiet_hours(ed.now) > ed.now:", "    elif after_quiet_hours(ed.now) < ed.now:"),
    Fault("recovery is owed after it was asked for", inside("company.py"), "    v.recovery_owed = False", "    v.recovery_owed = True"),
    Fault("the peer goes though the patient wants them there", inside("company.py"), "    if not v.peer_stays:\n", "    if True:\n"),
    Fault("no other pace from the meeting on", inside("peers.py"), "    v.peer_met = ed.now\n    pace_changes(ed, v, True)\n", "    v.peer_met = ed.now\n"),
    Fault("called away while the minutes are kept", inside("settling.py"), "return task.kind == CONTACT and task.kept_over", "return task.kind == CONTACT and is_met(ed.visits[task.visit])"),
    Fault("no bridging away from company of one's own", inside("settling.py"), "is_callable(ed, m) and may_take(ed, m, r)", "is_callable(ed, m) and ed.requests[m.task].visit != r.visit and may_take(ed, m, r)"),
    Fault("effects from the first spell on", inside("pathway.py"), "    met = is_met(v)\n", "    met = v.spells > 0\n"),
    Fault("a call always reaches", inside("peers.py"), "uniform_of(v.key, CALL_ID, 0) < ed.call_reached_share", "uniform_of(v.key, CALL_ID, 0) < 1.0"),
    Fault("the first huddle role always", inside("peers.py"), "        if role == NONE and v.open_cases & bit(candidate) != 0:", "        if role == NONE:"),
    Fault("classes by arrival", inside("patient_attributes.py"), "    u = uniform(v, SEVERITY)\n", "    u = uniform(v, ARRIVAL_MODE)\n"),
    Fault("the class of CTAS 1 for everybody", inside("patient_attributes.py"), "(v.acuity - 1) * s.n_classes", "0 * s.n_classes"),
    Fault("frail as others", inside("patient_attributes.py"), "s.frail_up_to if frail else s.classes_up_to", "s.classes_up_to"),
    Fault("a given need is forgotten", inside("patient_attributes.py"), "return v.given_need == plan.need_id or falls_under", "return falls_under"),
    Fault("a transfer is assessed as an admission", inside("patient_attributes.py"), "!= ADMITTED:\n        return 0\n    for", "< ADMITTED:\n        return 0\n    for"),
    Fault("only one kind of assessment counts", inside("patient_attributes.py"), "    for number in range(s.n_assessed_by):", "    for number in range(1):"),
    Fault("always held with whom they are", inside("patient_attributes.py"), "s.always_under, s.always_with_caregiver)", "s.always_under, not s.always_with_caregiver)"),
    Fault("police hold nobody more", inside("patient_attributes.py"), "s.held_with_police if v.arrival_mode == POLICE_MODE else s.held", "s.held"),
    Fault("one age for the kind of peer", inside("patient_attributes.py"), "youth_share(ed.youth_alone, ed.youth_under_12,", "youth_share(ed.youth_alone, ed.youth_from_12,"),
    Fault("escalation of the first class", inside("patient_attributes.py"), "of_class(ed, v, s.mean_escalation)", "ed.numbers[s.mean_escalation].value"),
    Fault("company of the first class", inside("company.py"), "of_class(ed, v, ed.streams[v.stream].wish)", "ed.numbers[ed.streams[v.stream].wish].value"),
    Fault("shares of a class at the acuity of another", inside("draws.py"), "max(v.severity, 0) * N_ACUITIES + v.acuity - 1", "max(v.severity, 0) * N_ACUITIES"),
    Fault("a group without its patience", inside("patient_attributes.py"), "value(ed, v, s.patience, PATIENCE_MINUTES) * ed.groups[v.group].patience", "value(ed, v, s.patience, PATIENCE_MINUTES)"),
    Fault("branches are for everybody", inside("pathway.py"), "    if plan.branch != 0 and v.branches & plan.branch == 0:\n        return False\n", ""),
    Fault("branches by the shares of the first class", inside("pathway.py"), "max(v.severity, 0) * N_ACUITIES", "0 * N_ACUITIES"),
    Fault("an inner branch takes the place of the outer", inside("pathway.py"), "v.branches |= bit(plan.branches + number)", "v.branches = bit(plan.branches + number)"),
    Fault("a team is one more", inside("teams.py"), "    return n < seat.heads", "    return n <= seat.heads"),
    Fault("a team is held for twice as long", inside("teams.py"), "ed.now + ed.plans[r.plan].gather_minutes", "ed.now + 2.0 * ed.plans[r.plan].gather_minutes"),
    Fault("teams of any acuity interrupt", inside("starting.py"), "        if ed.visits[r.visit].acuity != 1:\n            continue\n", ""),
    Fault("the rest of a task is for who was called away", inside("teams.py"), "    bind(ed, r, lead)\n", "    bind(ed, r, m)\n"),
    Fault("a team gathers on through an escalation", inside("pathway.py"), "        parts(ed, ed.requests[v.main])\n", "        pass\n"),
    Fault("the first role of a team is enough", inside("teams.py"), "    for number in range(plan.n_seats):", "    for number in range(1):"),
    Fault("a team that is apart is looked at", inside("teams.py"), "        r.is_apart = True\n        gathering_ends_in(ed, r)\n", "        put_back(ed, r, v)\n"),
    Fault("who was in a team is idle since it began", inside("tasks.py"), "        lets_go(ed, m, m.joined)\n", "        lets_go(ed, m, m.joined)\n        m.idle_since = m.joined\n"),
)  # fmt: skip


COMPILED_FORK_FAULTS = (
    Fault("a visit is joined when its first branch has ended", inside("pathway.py"), "    while path != NONE and ed.paths[path].ended:\n", "    while path != NONE and (ed.paths[path].number != 1 or ed.paths[path].ended):\n", 97),
    Fault("the last branch begins first", inside("pathway.py"), "new_path(ed, plan.n_branches - branch, v.step + 1,", "new_path(ed, branch + 1, v.step + 1,", 97),
    Fault("all branches ask in the slot of the main path", inside("pathway.py"), "    v.n_slots += 1\n    return v.n_slots\n", "    return 0\n", 97),
    Fault("an escalation sets aside the first request alone", inside("pathway.py"), "        wait_until_calm(ed, v, ed.paths[path].main)\n        path = ed.paths[path].next\n", "        wait_until_calm(ed, v, ed.paths[path].main)\n        path = NONE\n", 5),
    Fault("a request is left behind by a visit that leaves", inside("pathway.py"), "        takes_back(ed, v, ed.paths[path].main)\n        path = ed.paths[path].next\n", "        takes_back(ed, v, ed.paths[path].main)\n        path = NONE\n", 86),
    Fault("one branch alone goes on when it is calm", inside("pathway.py"), "            walks_in_branch(ed, v, p, path)\n        path = p.next\n    joins", "            walks_in_branch(ed, v, p, path)\n            break\n        path = p.next\n    joins"),
    Fault("no peer is offered in a branch", inside("pathway.py"), "    step_is_behind(ed, v, p, s)\n    walks_in_branch", "    p.step += 1\n    walks_in_branch", 66),
    Fault("a delay under way brings back who has left", inside("event_loop.py"), "        if path == NONE:\n            return  # the visit has left\n", "", 86),
    Fault("patience is used up beside a task of another branch", inside("patience_and_calm.py"), "            if not r.waiting:\n                return False\n", "", 97),
    Fault("what is left of an interrupted task may be left", inside("patience_and_calm.py"), "(r.may_leave and not r.resumed)", "r.may_leave", 37),
    Fault("an interruption wakes no patience", inside("teams.py"), "    if r.path != NONE:\n        patience_in_branches(ed, v)\n", "", 7),
    Fault("company begins beside the second of two tasks", inside("tasks.py"), "    v.n_clinicians -= 1\n", "    v.n_clinicians = 0\n", 37),
)  # fmt: skip


def source_of(file: str) -> str:
    """The source as it stands."""
    return (PACKAGE / file).read_text(encoding="utf-8")


def module_name(file: str) -> str:
    """Dotted name of a source file of the package."""
    return "sim." + file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def rebuilt_for(fault: Fault) -> list[str]:
    """Sources that are built anew for a fault, in the order of their imports."""
    drawing = [RATES, "engine/workload.py"] if fault.file == RATES else []
    return drawing + rebuilt_together(fault.file.startswith(COMPILED))


@cache
def rebuilt_together(compiled: bool) -> list[str]:
    """Sources of one engine, in the order of their imports."""
    if compiled:
        return in_order_of_imports([str(path.relative_to(PACKAGE)) for path in (PACKAGE / COMPILED).glob("*.py")])
    return in_order_of_imports(
        [DISPATCH, PLACES, ROSTER, SEVERITY, SUPPORT, *(f"engine/reference/{name}.py" for name in REFERENCE)]
    )


def in_order_of_imports(files: list[str]) -> list[str]:
    """Every file after those of the others that it imports."""
    left = {file: imported_by(file) for file in sorted(files)}
    names = {file: module_name(file) for file in left}
    order: list[str] = []
    while left:
        ready = [file for file in left if not any(names[other] in left[file] for other in left if other != file)]
        assert ready, f"these import each other: {', '.join(left)}"
        order += ready
        left = {file: imports for file, imports in left.items() if file not in ready}
    return order


def imported_by(file: str) -> set[str]:
    """Dotted names that a file imports as it is loaded."""
    found: set[str] = set()
    for node in ast.parse(source_of(file)).body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            parts = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {part if is_module(part) else node.module for part in parts}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def is_module(name: str) -> bool:
    """Whether a dotted name is a source file of the package."""
    path = PACKAGE.joinpath(*name.split(".")[1:])
    return path.with_suffix(".py").exists() or path.is_dir()


@contextmanager
def planted(fault: Fault) -> Iterator[Callable[..., Trajectory]]:
    """`simulate` of the engine with the fault; everything is put back afterwards."""
    kept: dict[str, ModuleType] = {}
    setting = os.environ.get(UNCOMPILED)
    files = rebuilt_for(fault)
    for name in map(module_name, files):
        kept[name] = importlib.import_module(name)
    try:
        os.environ[UNCOMPILED] = "1"
        for file in files:
            with plain_python(file == RATES):
                build(file, changed(file, fault))
        engine = COMPILED + "/__init__.py" if fault.file.startswith(COMPILED) else MODEL
        yield sys.modules[module_name(engine)].simulate
    finally:
        for name, module in kept.items():
            put_in_place(name, module)
        os.environ.pop(UNCOMPILED)
        if setting is not None:
            os.environ[UNCOMPILED] = setting


@contextmanager
def plain_python(wanted: bool) -> Iterator[None]:
    """No machine code of what is built meanwhile, if so wanted."""
    compiles = backend.COMPILE
    backend.COMPILE = compiles and not wanted
    try:
        yield
    finally:
        backend.COMPILE = compiles


def changed(file: str, fault: Fault) -> str:
    """The source of a file, with the fault if it belongs there."""
    source = source_of(file)
    if file != fault.file:
        return source
    assert source.count(fault.old) == 1, f"{fault.name}: stands {source.count(fault.old)} times in {file}"
    return source.replace(fault.old, fault.new)


def build(file: str, source: str) -> None:
    """The module of a file from this source, in the place of the one that is loaded."""
    name = module_name(file)
    module = ModuleType(name)
    module.__file__ = str(PACKAGE / file)
    module.__package__ = name if file.endswith("/__init__.py") else name.rpartition(".")[0]
    if file.endswith("/__init__.py"):
        module.__path__ = [str((PACKAGE / file).parent)]
    put_in_place(name, module)
    exec(code_of(file, source), module.__dict__)


def put_in_place(name: str, module: ModuleType) -> None:
    """From here on whoever imports the module gets this one, by its own name or from its package."""
    sys.modules[name] = module
    package, _, last = name.rpartition(".")
    setattr(sys.modules[package], last, module)


@cache
def code_of(file: str, source: str) -> CodeType:
    """The code of a source; that of most files is the same for every fault."""
    code: CodeType = compile(source, str(PACKAGE / file), "exec")
    return code
