"""What can go wrong with those who play blocks: a worker that ends in the middle of one, and none to be had at all.

How it is noticed is the business of each executor, what becomes of the block that of the study.
"""

from collections.abc import Callable

MOST_LOST = 2
"""Workers that a block may cost before it is given up."""

Notice = Callable[[str], None]
"""Is told of a lost worker, in one line."""


def nobody_told(_: str) -> None:
    """Who needs to know of lost workers only when a block cannot be finished."""


class Lost(Exception):
    """No worker could finish a block: each that tried ended."""


class NoWorkers(Exception):
    """There is nobody to play blocks: they cannot be started, cannot be reached, or are of another version."""


class WorkersGone(NoWorkers):
    """There were workers, and all of them are gone in the middle of the work."""
