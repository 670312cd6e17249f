"""A patient comes in: what the draws say about them and this visit. Rules are the department's.

What becomes of the visit is told in `pathway`.
"""

from math import inf

from sim.department.pathway import disposed
from sim.department.patients import OLDER_CHILD_FROM, age_of, arrival_mode_of, never_leaves_of_the_free
from sim.department.severity import held_always
from sim.department.support import eligible, youth_share
from sim.engine.compiled.draws import (
    AGE,
    ARRIVAL_MODE,
    CAREGIVER,
    HELD,
    NEVER_LEAVES,
    PATIENCE_MINUTES,
    PEER_CONSENT,
    PEER_KIND,
    PEER_SCREEN,
    PEER_STAYS,
    SEVERITY,
    exponential,
    falls_under,
    happens,
    of_acuity,
    of_class,
    of_class_and_acuity,
    uniform,
    uniform_for_life,
    value,
)
from sim.engine.compiled.memory import Row, copy_bytes
from sim.engine.compiled.tables import MOMENTS, NONE, STEP_MEMBER, STEP_TIME, VISIT, VISIT_ROLE
from sim.engine.draw_numbers import ACUITY_ID, ESCALATION_ID, FRAILTY_ID, GROUP_ID
from sim.engine.keyed_uniforms import keyed
from sim.engine.reference.patient_attributes import POLICE_MODE
from sim.engine.trajectory import ADMITTED, DISCHARGED

YOUTH, FAMILY = range(2)

VISIT_BYTES, CASE_BYTES, TIME_BYTES, MEMBER_BYTES = (
    row.itemsize for row in (VISIT, VISIT_ROLE, STEP_TIME, STEP_MEMBER)
)


def new_visit(ed: Row, patient: int, number: int, stream: int, given: int) -> Row:
    """A visit gets its row, and is met."""
    clear_visit(ed, ed.n_visits)
    v = ed.visits[ed.n_visits]
    v.row = ed.n_visits
    ed.n_visits += 1
    if ed.n_visits > ed.room_for_visits:
        ed.needs_memory = True
    v.patient, v.number, v.stream, v.given, v.arrival = patient, number, stream, given, ed.now
    v.key = keyed(ed.base, patient, number)
    meet(ed, v)
    return v


def clear_visit(ed: Row, row: int) -> None:
    """Nothing has happened yet: the rows of a visit are copies of blank ones."""
    roles, steps, moments = row * ed.n_roles, row * ed.n_steps, row * ed.n_steps * MOMENTS
    copy_bytes(ed.visits + row * VISIT_BYTES, ed.blank_visit, VISIT_BYTES)
    copy_bytes(ed.visit_roles + roles * CASE_BYTES, ed.blank_roles, ed.n_roles * CASE_BYTES)
    copy_bytes(ed.step_times + moments * TIME_BYTES, ed.blank_times, ed.n_steps * MOMENTS * TIME_BYTES)
    copy_bytes(ed.step_members + steps * MEMBER_BYTES, ed.blank_members, ed.n_steps * MEMBER_BYTES)


def meet(ed: Row, v: Row) -> None:
    """What the draws say about the patient and this visit; what a replayed visit brings takes their place."""
    s = ed.streams[v.stream]
    v.acuity = acuity_of(ed, v, s)
    v.severity = severity_of(ed, v, s)
    v.given_need = assessment_given(ed, v, s)
    v.age, v.age_group = age_of(uniform(v, AGE), three(ed, s.age_shares))
    v.arrival_mode = arrival_mode_of(uniform(v, ARRIVAL_MODE), of_class(ed, v, s.ambulance), of_class(ed, v, s.police))
    v.group = group_of(ed, v)
    caregiver_share = s.caregiver_old if v.age >= OLDER_CHILD_FROM else s.caregiver_young
    v.caregiver = uniform(v, CAREGIVER) < caregiver_share
    v.held = is_held(ed, v, s)
    meet_peer_wishes(ed, v, s)
    v.patience = patience_of(ed, v, s)
    if v.given != NONE:
        given = ed.givens[v.given]
        if given.held != NONE:
            v.held = given.held == 1
        if given.patience == given.patience:
            v.patience = given.patience
    v.patience_left = v.patience
    v.escalation_budget = v.escalation_left = escalation_budget(ed, v, 0)


def acuity_of(ed: Row, v: Row, s: Row) -> int:
    """CTAS 1 to 5, drawn or given."""
    if v.given != NONE and ed.givens[v.given].acuity > 0:
        return ed.givens[v.given].acuity
    u = uniform(v, ACUITY_ID)
    acuity = 0
    while acuity < 4 and u >= ed.numbers[s.acuity_cumulated + acuity].value:
        acuity += 1
    return acuity + 1


def severity_of(ed: Row, v: Row, s: Row) -> int:
    """The class of the visit, NONE where its stream has none."""
    if s.n_classes == 0:
        return NONE
    frail = s.returns and uniform_for_life(ed, v, FRAILTY_ID) < s.frail_share
    first = (s.frail_up_to if frail else s.classes_up_to) + (v.acuity - 1) * s.n_classes
    u = uniform(v, SEVERITY)
    number = 0
    while number < s.n_classes - 1 and u >= ed.numbers[first + number].value:
        number += 1
    return number


def has_need(ed: Row, v: Row, plan: Row) -> bool:
    """Whether the visit has the need that a step asks for."""
    return v.given_need == plan.need_id or falls_under(v, of_class_and_acuity(ed, v, plan.need_shares), plan.need_id)


def disposition_of(ed: Row, v: Row, plan: Row) -> int:
    """What becomes of the visit at a step; known as soon as the visit comes in."""
    admission, transfer = of_class_and_acuity(ed, v, plan.admission), of_acuity(ed, v, plan.transfer)
    return DISCHARGED + disposed(uniform(v, plan.value_id), admission, transfer)


def assessment_given(ed: Row, v: Row, s: Row) -> int:
    """Key of the need given to a visit that will be admitted and has none that counts as assessed; 0 for all others."""
    v.given_need = 0
    if s.assessing_plan == NONE:
        return 0
    step = ed.plans[s.assessing_plan]
    if not happens(ed, v, step.shares, step.share_id):
        return 0
    if step.need_shares != NONE and not has_need(ed, v, step):
        return 0
    if disposition_of(ed, v, step) != ADMITTED:
        return 0
    for number in range(s.n_assessed_by):
        if has_need(ed, v, ed.plans[int(ed.numbers[s.assessed_by + number].value)]):
            return 0
    return ed.plans[int(ed.numbers[s.assessed_by].value)].need_id


def is_held(ed: Row, v: Row, s: Row) -> bool:
    """Whether the visit is held: always by age and caregiver, else by class and arrival with the police."""
    if held_always(v.age, v.caregiver, s.always_under, s.always_with_caregiver):
        return True
    share = of_class(ed, v, s.held_with_police if v.arrival_mode == POLICE_MODE else s.held)
    return share > 0.0 and uniform(v, HELD) < share


def three(ed: Row, first: int) -> tuple[float, float, float]:
    """Three numbers in a row."""
    return (
        ed.numbers[first].value,
        ed.numbers[first + 1].value,
        ed.numbers[first + 2].value,
    )


def group_of(ed: Row, v: Row) -> int:
    """The patient's equity group."""
    if ed.n_groups == 1:
        return 0
    u = uniform_for_life(ed, v, GROUP_ID)
    group = 0
    while group < ed.n_groups - 1 and u >= ed.groups[group].cumulated:
        group += 1
    return group


def meet_peer_wishes(ed: Row, v: Row, s: Row) -> None:
    """Whether a peer may be offered, is wanted, and of which kind."""
    screened = ed.positive_screen > 0.0 and uniform(v, PEER_SCREEN) < ed.positive_screen
    v.eligible = eligible(s.supported, screened, v.age, ed.minimum_age, v.caregiver)
    v.consented = v.eligible and uniform(v, PEER_CONSENT) < ed.consent * ed.groups[v.group].consent
    youth = youth_share(ed.youth_alone, ed.youth_under_12, ed.youth_from_12, v.age, v.caregiver)
    v.peer_kind = YOUTH if uniform(v, PEER_KIND) < youth else FAMILY
    v.peer_stays = v.consented and uniform(v, PEER_STAYS) < ed.stays_share


def patience_of(ed: Row, v: Row, s: Row) -> float:
    """Minutes of waiting the visit bears, inf for never leaves."""
    if not s.leaves or (v.acuity == 1 and s.ctas1_never_leaves):
        return inf
    if uniform(v, NEVER_LEAVES) < never_leaves_of_the_free(s.never_leaves, s.held_share):
        return inf
    return value(ed, v, s.patience, PATIENCE_MINUTES) * ed.groups[v.group].patience


def escalation_budget(ed: Row, v: Row, counter: int) -> float:
    """Minutes until distress escalates; inf where the stream has no escalation. `counter` numbers the budgets."""
    s = ed.streams[v.stream]
    if not s.escalates:
        return inf
    return exponential(v.key, ESCALATION_ID, counter, of_class(ed, v, s.mean_escalation))
