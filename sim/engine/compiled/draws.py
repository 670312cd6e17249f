"""What a visit draws, when it is needed: the same keyed quantities the workload draws all at once.

Nothing is drawn before somebody asks for it, for a draw has its value whenever it is made. Names and keys are those of
`sim.engine.workload`.
"""

from math import nan

from sim.department.quantities import (
    CONSTANT,
    EXPONENTIAL,
    GAMMA,
    TABLE_POINTS,
    knot_quantile,
    quantile,
    table_quantile,
)
from sim.engine.compiled.backend import Word
from sim.engine.compiled.memory import Row, numbers_at
from sim.engine.compiled.tables import N_ACUITIES, NONE
from sim.engine.draw_numbers import quantity_id
from sim.engine.keyed_uniforms import keyed, uniform_of

AGE, ARRIVAL_MODE, HELD, CAREGIVER = (quantity_id(name) for name in ("age", "arrival_mode", "held", "caregiver"))
SEVERITY = quantity_id("severity")
PEER_SCREEN, PEER_CONSENT, PEER_KIND, PEER_STAYS = (
    quantity_id(f"peer_{name}") for name in ("screen", "consent", "kind", "stays")
)
NEVER_LEAVES, FOLLOW_UP = quantity_id("never_leaves"), quantity_id("follow_up")
PATIENCE_MINUTES, MEETING_MINUTES = quantity_id("patience"), quantity_id("peer/first")

BYTES = 8
"""Of a double."""


def uniform(v: Row, quantity: int) -> float:
    """The uniform of one quantity of a visit."""
    return uniform_of(v.key, quantity, 0)


def uniform_for_life(ed: Row, v: Row, quantity: int) -> float:
    """The uniform of what belongs to the patient, not to one visit."""
    return uniform_of(keyed(ed.base, v.patient, 0), quantity, 0)


def of_acuity(ed: Row, v: Row, first: int) -> float:
    """The number for the visit's acuity, of five in a row."""
    return ed.numbers[first + v.acuity - 1].value


def of_class(ed: Row, v: Row, first: int) -> float:
    """The number for the visit's class of severity, of one in a row for each; the first in a stream without classes."""
    return ed.numbers[first + max(v.severity, 0)].value


def of_class_and_acuity(ed: Row, v: Row, first: int) -> float:
    """The number for the visit's class and acuity: five in a row for each class."""
    return ed.numbers[first + max(v.severity, 0) * N_ACUITIES + v.acuity - 1].value


def happens(ed: Row, v: Row, shares: int, quantity: int) -> bool:
    """Whether what happens to a share of visits happens to this one."""
    return falls_under(v, of_acuity(ed, v, shares), quantity)


def falls_under(v: Row, share: float, quantity: int) -> bool:
    """Whether the uniform of a quantity lies below a share; it is not drawn where that is known."""
    if share >= 1.0:
        return True
    return share > 0.0 and uniform(v, quantity) < share


def drawn_at(ed: Row, distribution: int, u: float) -> float:
    """Quantile of a distribution at u."""
    d = ed.distributions[distribution]
    if d.family < GAMMA:
        return quantile(d.family, d.a, d.b, d.c, u)
    table = ed.quantile_tables + int(d.b) * BYTES
    if d.family == GAMMA:
        return d.a * table_quantile(numbers_at(table, (TABLE_POINTS,)), u)
    return d.a * knot_quantile(numbers_at(table, (2 * int(d.c),)), u)


def value(ed: Row, v: Row, distributions: int, quantity: int) -> float:
    """One drawn value of a visit, from the distribution of its acuity."""
    distribution = distributions + v.acuity - 1
    d = ed.distributions[distribution]
    if d.family == CONSTANT:
        return d.a
    return drawn_at(ed, distribution, uniform(v, quantity))


def exponential(key: Word, quantity: int, counter: int, mean: float) -> float:
    """An exponential value of one quantity under a key."""
    return quantile(EXPONENTIAL, mean, 0.0, 0.0, uniform_of(key, quantity, counter))


def given_minutes(ed: Row, v: Row, plan: Row) -> float:
    """Minutes that a replayed visit brings for a step, nan where they are drawn."""
    if v.given == NONE:
        return nan
    given = ed.givens[v.given]
    for number in range(given.first_minutes, given.first_minutes + given.n_minutes):
        one = ed.given_minutes[number]
        if one.step == plan.index:
            return one.minutes
    return nan
