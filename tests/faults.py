"""One-line faults for the engines: each must be caught by the invariants or the referee, and by the other engine.

Every fault is a change of one line of one source file; `planted` builds the engine it stands in from the changed
sources, the compiled one as plain Python.
"""

import ast
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import sim
from sim.engine.trajectory import Trajectory

DISPATCH, PLACES, ROSTER = "department/dispatch.py", "department/places.py", "department/roster.py"
FLOOR, MODEL, PEOPLE = "engine/floor.py", "engine/model.py", "engine/people.py"

COMPILED = "engine/compiled"
"""The package of the compiled engine. A fault in one of its files is planted there, any other in the SimPy engine."""
UNCOMPILED = "PEERED_UNCOMPILED"
"""Set to 1 while its sources are imported, it makes plain Python of the compiled engine."""


@dataclass(frozen=True)
class Fault:
    """`new` instead of `old`, which stands exactly once in the file."""

    name: str
    file: str
    old: str
    new: str


FAULTS = (
    Fault("longer waits rank lower", DISPATCH, "return -slope * (now - waiting_since)", "return slope * (now - waiting_since)"),
    Fault("one case more than the caseload", DISPATCH, "n_open_cases < caseload", "n_open_cases <= caseload"),
    Fault("no last pickup", DISPATCH, "now >= shift_end - last_pickup_minutes", "now >= shift_end"),
    Fault("most loaded first", DISPATCH, "        return float(n_open_cases)", "        return -float(n_open_cases)"),
    Fault("latest idle first", DISPATCH, "        return idle_since", "        return -idle_since"),
    Fault("target from the request", DISPATCH, "return target - (now - arrival)", "return target - (now - waiting_since)"),
    Fault("acuity upside down", DISPATCH, "        return float(acuity)", "        return -float(acuity)"),
    Fault("pace forgotten", DISPATCH, "left - waited * pace", "left - waited"),
    Fault("ratio without the new place", PLACES, "occupied_twelfths + place_twelfths <=", "occupied_twelfths <="),
    Fault("ratio for CTAS 1 too", PLACES, "return acuity == 1 or occupied", "return occupied"),
    Fault("places without a score", FLOOR, "rank = (band, request.visit.acuity != 1, worth,", "rank = (band, request.visit.acuity != 1, 0.0,"),
    Fault("CTAS 1 waits its turn for a place", FLOOR, "request.visit.acuity != 1, worth, since, row)", "False, worth, since, row)"),
    Fault("equal scores for a place by row", FLOOR, "worth, since, row)", "worth, row)"),
    Fault("bands do not rank places", FLOOR, "rank = (band,", "rank = (0,"),
    Fault("a score for a place stays as it was when asked", FLOOR, "band, worth, since, row, _ = line.rank(now, request)", "band, worth, since, row, _ = line.rank(request.since, request)"),
    Fault("places by the discipline of tasks", FLOOR, "places = scenario.discipline.places", "places = scenario.discipline.default"),
    Fault("slopes of places taken for targets", FLOOR, "RULES[places.rule], places.slopes, places.targets", "RULES[places.rule], places.slopes, places.slopes"),
    Fault("the last queue for a place goes first", FLOOR, "if best is None or rank < best:", "if True:"),
    Fault("no overflow into a later zone", FLOOR, "        for zone in zones:\n            if self.n_taken", "        for zone in zones[:1]:\n            if self.n_taken"),
    Fault("overflow before the first zone", FLOOR, "in zones:\n            if self.n_taken[zone] <", "in reversed(zones):\n            if self.n_taken[zone] <"),
    Fault("overflow past a zone that the ratio rule shuts", FLOOR, "may_open(occupied, self.twelfths[zone], self", "may_open(occupied, self.twelfths[zones[0]], self"),
    Fault("a class under target by its requests", DISPATCH, "return arrival if rule == TARGET else waiting_since", "return waiting_since"),
    Fault("no cleaning", FLOOR, "if self.cleaning[zone] > 0.0:", "if self.cleaning[zone] < 0.0:"),
    Fault("old place kept", FLOOR, "        self.give_up_place(visit)\n        visit.zone,", "        visit.zone,"),
    Fault("limited delay over its limit", FLOOR, "if line.n and self.delay_room[step] > 0:", "if line.n and self.delay_room[step] >= 0:"),
    Fault("near shift end opens all", FLOOR, "return [request for request in line.heads() if request.visit.acuity == 1]", "return line.heads()"),
    Fault("last pickup never lapses", FLOOR, "return self._near_shift_end(member) and any(", "return self._near_shift_end(member) or any("),
    Fault("CTAS 1 interrupted", FLOOR, "            and task.visit.acuity != 1\n", ""),
    Fault("anything interrupted", FLOOR, "            and task.preemptible\n", ""),
    Fault("nothing interrupted", FLOOR, "if self._starts_task() or self._interrupts():", "if self._starts_task():"),
    Fault("handover takes no time", FLOOR, "request.handover = self.handover_minutes", "request.handover = 0.0"),
    Fault("adopting takes no time", FLOOR, "            taken_over = case is not None", "            taken_over = False"),
    Fault("clock runs on beside a clinician", FLOOR, "            contact.paused_at = self.calendar.time\n            contact.ending = None\n", "            return\n"),
    Fault("a pause shortens the contact", FLOOR, "max(now, contact.ends + pause)", "max(now, contact.ends)"),
    Fault("contact begins beside a clinician", FLOOR, "        if request.kind == CONTACT and visit.clinicians and not visit.peer_stays:\n            return\n", ""),
    Fault("handover to the busiest", FLOOR, "key=lambda m: (m.served[role], len(m.cases), m.index), default=None", "key=lambda m: (m.served[role], -len(m.cases), m.index), default=None"),
    Fault("rest of a task for anybody", FLOOR, "        request.bind(member)\n        request.started", "        request.started"),
    Fault("recovery left undone", FLOOR, "if member.task is None and not member.recoveries]", "if member.task is None]"),
    Fault("aide stays past the shift", FLOOR, "if member.task is not None and member.task.kind == OBSERVATION:", "if member.task is None:"),
    Fault("newest first on a tie of class", PEOPLE, "            insort(waiting, request)", "            waiting.append(request)"),
    Fault("leaving is misnamed", MODEL, "visit.disposition = LWBS if visit.pia != visit.pia else AMA", "visit.disposition = AMA if visit.pia != visit.pia else LWBS"),
    Fault("calm too early", MODEL, "            if visit.responding == 0:\n                self.is_calm", "            if visit.responding <= 1:\n                self.is_calm"),
    Fault("patience never used up", MODEL, "        if request.may_leave:\n            self.wait_begins(visit)\n", ""),
    Fault("patience used up in service", MODEL, "        if request.may_leave:\n            self.wait_ends(visit)\n        at = ", "        at = "),
    Fault("boarders fill caseloads", MODEL, "for role in [role for role in visit.cases if role != self.peer_role]:", "for role in []:"),
    Fault("half a break", MODEL, "self.calendar.time + block.minutes, ON_DUTY", "self.calendar.time + block.minutes / 2.0, ON_DUTY"),
    Fault("held visits walk out", MODEL, "        if visit.held:\n            visit.tried_to_leave = True", "        if False:\n            visit.tried_to_leave = True"),
    Fault("two contacts at once", MODEL, "            yield self.calendar.at(self.calendar.time + self.support.repeat_gap_min, DELAY_ENDS, 2 * visit.row + 1)\n", ""),
)  # fmt: skip


PACKAGE = Path(sim.__file__).parent


def inside(file: str) -> str:
    """A file of the compiled engine."""
    return f"{COMPILED}/{file}"


COMPILED_FAULTS = (
    Fault("the calendar forgets kinds", inside("calendar.py"), "return is_less(instant, key, other_instant, other_key)", "return is_less(instant, other_key, other_instant, key)"),
    Fault("a settling waits for arrivals of later instants", inside("loop.py"), "if ed.settle_due and (time > ed.now or key >= SETTLE_KEY):", "if ed.settle_due and time > ed.now:"),
    Fault("classes are last come first served", inside("queues.py"), "        return r.order < other.order", "        return r.order > other.order"),
    Fault("ties by slot alone", inside("queues.py"), "    if r.since != other.since:\n        return r.since < other.since\n    if r.visit != other.visit:\n        return r.visit < other.visit\n    return r.slot < other.slot\n", "    return r.slot < other.slot\n"),
    Fault("bands do not rank", inside("queues.py"), "    if r.band != other.band:\n        return r.band < other.band\n    mine", "    mine"),
    Fault("a contact is asked beside a clinician", inside("requests.py"), "    if r.kind == CONTACT and v.clinicians > 0 and not v.peer_stays:\n        return\n", ""),
    Fault("side tasks forget who held the case", inside("requests.py"), "if r.kind == SIDE and case.last_holder != NONE:", "if r.kind == SIDE and case.last_holder == NONE:"),
    Fault("the rest of a task for anybody", inside("tasks.py"), "    bind(ed, r, m)\n    r.started", "    r.started"),
    Fault("handover takes no time", inside("tasks.py"), "        r.handover = ed.handover_minutes", "        r.handover = 0.0"),
    Fault("a pause shortens the contact", inside("tasks.py"), "max(ed.now, contact.ends + pause)", "max(ed.now, contact.ends)"),
    Fault("overtime is not counted", inside("tasks.py"), "    m.overtime += max(0.0, end - max(start, scheduled_end))", "    m.overtime += 0.0"),
    Fault("last pickup never lapses", inside("cases.py"), "        if other.index != m.index and could_adopt(ed, other):", "        if other.index != m.index:"),
    Fault("handover to the busiest", inside("cases.py"), "m.n_cases < best_cases)", "m.n_cases > best_cases)"),
    Fault("handover in order of patients", inside("cases.py"), "visit_role_at(ed.visit_roles, before).number > case.number", "visit_role_at(ed.visit_roles, before).number < case.number"),
    Fault("cases close the wrong way round", inside("cases.py"), "case_of(ed, v, role).number < case_of(ed, v, first).number", "case_of(ed, v, role).number > case_of(ed, v, first).number"),
    Fault("patience at one pace", inside("budgets.py"), "        v.patience_pace = patience\n", "        v.patience_pace = 1.0\n"),
    Fault("cleaning needs no time", inside("places.py"), "    if z.cleaning > 0.0:", "    if z.cleaning < 0.0:"),
    Fault("the old place still needs its nurse", inside("places.py"), "        occupied -= zone_at(ed.zones, v.zone).twelfths", "        occupied -= 0"),
    Fault("places by waiting alone", inside("settling.py"), "    return ranks_before(ed, line, r, other)\n", "    return r.since < other.since\n"),
    Fault("CTAS 1 waits its turn for a place", inside("settling.py"), "        return urgent\n", "        return ranks_before(ed, line, r, other)\n"),
    Fault("CTAS 2 goes first with CTAS 1", inside("settling.py"), "    urgent = visit_at(ed.visits, r.visit).acuity == 1\n", "    urgent = visit_at(ed.visits, r.visit).acuity <= 2\n"),
    Fault("bands do not rank places", inside("settling.py"), "        return r.band < other.band\n    urgent", "        pass\n    urgent"),
    Fault("a queue for a place forgets the others", inside("settling.py"), "best_to_place(ed, places, best, best_zone)\n        at", "best_to_place(ed, places, NONE, NONE)\n        at"),
    Fault("places by acuity always", inside("lowering.py"), "rule=RULES[places.rule], weights=weights", "rule=RULES['acuity_fifo'], weights=weights"),
    Fault("places by the slopes of the first role", inside("lowering.py"), "        weights = self._weights(places)\n", "        weights = 0\n"),
    Fault("no overflow into a later zone", inside("places.py"), "for number in range(first, first + n):", "for number in range(first, first + 1):"),
    Fault("overflow before the first zone", inside("places.py"), "zone_of_route_at(ed.zones_of_routes, number).zone", "zone_of_route_at(ed.zones_of_routes, 2 * first + n - 1 - number).zone"),
    Fault("a limited delay over its limit", inside("settling.py"), "        if line.n > 0 and line.room > 0:", "        if line.n > 0 and line.room >= 0:"),
    Fault("CTAS 1 is interrupted too", inside("settling.py"), "task.preemptible and visit_at(ed.visits, task.visit).acuity != 1 and may_take(ed, m, r)", "task.preemptible and may_take(ed, m, r)"),
    Fault("recovery is left undone", inside("settling.py"), "            if m.task == NONE and m.n_recoveries == 0:\n                goes_home", "            if m.task == NONE:\n                goes_home"),
    Fault("a break that follows a break is lost", inside("settling.py"), "    is_free(ed, m)\n    ed.settle_due = True\n    looks_ahead_to_break(ed, m, duty_at(ed.duties, m.duty))", "    is_free(ed, m)\n    ed.settle_due = True"),
    Fault("roles with a new case are not looked at", inside("cases.py"), "        ed.roles_changed |= m.serves  # room again, for the holder or in the eyes of colleagues", "        ed.roles_changed |= 0"),
    Fault("no other way when the last one goes home", inside("settling.py"), "    if role.n_on_duty == 0:\n        role_goes_home", "    if role.n_on_duty < 0:\n        role_goes_home"),
    Fault("a disposition is not asked for", inside("pathway.py"), "    if plan.only_if != NONE and plan.only_if != v.disposition:", "    if plan.only_if != NONE and plan.only_if == v.disposition:"),
    Fault("a released case stays open", inside("pathway.py"), "    for number in range(plan.n_released):", "    for number in range(plan.n_released - 1):"),
    Fault("held visits walk out", inside("loop.py"), "    if v.held:\n        v.tried_to_leave = True", "    if False:\n        v.tried_to_leave = True"),
    Fault("leaving is misnamed", inside("loop.py"), "v.disposition = LWBS if v.pia != v.pia else AMA", "v.disposition = AMA if v.pia != v.pia else LWBS"),
    Fault("an hour of care too many", inside("stays.py"), "    minutes = (ed.now - since) * minutes_per_hour / MINUTES_PER_HOUR", "    minutes = minutes_per_hour"),
    Fault("beds by lot", inside("stays.py"), "    take_bed(ed, w.stay)\n    return w.visit", "    take_bed(ed, w.stay / 2.0)\n    return w.visit"),
    Fault("a call always reaches", inside("peers.py"), "uniform_of(v.key, CALL_ID, 0) < ed.call_reached_share", "uniform_of(v.key, CALL_ID, 0) < 1.0"),
    Fault("the first huddle role always", inside("peers.py"), "        if role == NONE and v.open_cases & bit(candidate) != 0:", "        if role == NONE:"),
    Fault("a group without its patience", inside("meeting.py"), "value(ed, v, s.patience, PATIENCE_MINUTES) * group_at(ed.groups, v.group).patience", "value(ed, v, s.patience, PATIENCE_MINUTES)"),
)  # fmt: skip


def source_of(file: str) -> str:
    """The source as it stands."""
    return (PACKAGE / file).read_text(encoding="utf-8")


def module_name(file: str) -> str:
    """Dotted name of a source file of the package."""
    return "sim." + file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def rebuilt_for(fault: Fault) -> list[str]:
    """Sources that are built anew, in the order of their imports."""
    if fault.file.startswith(COMPILED):
        return in_order_of_imports([str(path.relative_to(PACKAGE)) for path in (PACKAGE / COMPILED).glob("*.py")])
    return in_order_of_imports([DISPATCH, PLACES, ROSTER, PEOPLE, FLOOR, MODEL])


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
            build(file, changed(file, fault))
        engine = COMPILED + "/__init__.py" if fault.file.startswith(COMPILED) else MODEL
        yield sys.modules[module_name(engine)].simulate
    finally:
        sys.modules.update(kept)
        os.environ.pop(UNCOMPILED)
        if setting is not None:
            os.environ[UNCOMPILED] = setting


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
    sys.modules[name] = module
    exec(compile(source, str(PACKAGE / file), "exec"), module.__dict__)
