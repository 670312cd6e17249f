"""Kinds of entries of the calendar, in the order in which they are processed at one instant.

Both engines call them by these numbers. Why they stand in this order: docs/law.md, Calendar.
"""

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
ESCALATION_DUE = 12
GATHERING_ENDS = 13
"""What an entry causes, SimPy's own triggers, happens before the next one and is no entry."""


WISH_FALLS_DUE = 7
"""Beside the numbers of branches, in ids: a wish for company."""


def delay_id(visit_row: int, branch: int) -> int:
    """Id of what a visit enters for a branch of a fork (0 on the main path): by visit, then in order of branches."""
    return 8 * visit_row + branch


def too_many_entries(limit: int, time: float) -> RuntimeError:
    """The error of a run that does not get on: more than `limit` entries by `time` (minutes)."""
    return RuntimeError(f"{limit} calendar entries and settlings by minute {time:g}: the department does not get on")
