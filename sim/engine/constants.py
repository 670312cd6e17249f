"""What both engines call by the same number: kinds of entries of the calendar, bands, and draws of no step.

Nothing here loads an engine. Draws of steps, visits and arrivals are named in `sim.engine.workload`.
"""

from sim.engine.workload import quantity_id

TASK_ENDS = 2
DELAY_ENDS = 3
BED_POOL = 4
CARE_DUE = 5
CLEANED = 6
ON_DUTY = 7
OFF_DUTY = 8
ARRIVAL = 9
SETTLE = 10
PATIENCE = 11
ESCALATION = 12
"""Kinds in order. What an entry causes, SimPy's own triggers, happens before the next one and is no entry."""

RECOVERY_BAND = 0
RESPONSE_BAND = 0
BRIDGING_BAND = 1

RESTRAINT_ID = quantity_id("restraint")
WISH_ID = quantity_id("peer/wish")
HUDDLE_ID = quantity_id("peer/huddle")
CALL_ID = quantity_id("peer/call_reached")

OUTSIDE = quantity_id("bed_pool/outside")
OUTSIDE_STAY = quantity_id("bed_pool/outside_stay")
FIRST_STAY = quantity_id("bed_pool/first_stay")
OUR_STAY = quantity_id("bed_pool/stay")
POOL = 0
"""Stands for the patient and visit number of draws that belong to no visit but to the pool of beds."""


def too_many(limit: int, time: float) -> RuntimeError:
    """The error of a run that does not get on."""
    return RuntimeError(f"{limit} calendar entries and settlings by minute {time:g}: the department does not get on")
