"""What can go wrong with workers: one that ends in the middle of a task, and none to be had at all.

How it is noticed is the business of each executor, what becomes of the task that of `sim.runs.playing`.
"""

from collections.abc import Callable

MOST_WORKERS_LOST = 2
"""Workers that a task may cost before it is given up."""

Notice = Callable[[str], None]
"""Is called with one line about a lost worker, from whatever thread."""


def ignore_notice(_: str) -> None:
    """For callers that need to know of lost workers only when a task cannot be finished."""


class TaskLost(Exception):
    """No worker could finish a task: each that tried ended."""


class NoWorkers(Exception):
    """Workers cannot be started, cannot be reached, or are of another version of the code."""


class WorkersGone(NoWorkers):
    """There were workers, and all of them are gone in the middle of the work."""
