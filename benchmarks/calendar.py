"""How large the calendar of a run is, and how many of its entries are pushed and popped, watched in the SimPy model.

`n_entries` of a trajectory counts settlings too, which come at their place in the order without being in the calendar.
"""

from dataclasses import dataclass
from typing import Any

import sim
from benchmarks.departments import department
from benchmarks.runs import SEED
from sim.engine import calendar_entries
from sim.engine.reference import calendar


@dataclass(frozen=True)
class CalendarMet:
    """Share of all entries that were popped, and mean number of entries at a pop, arrivals yet to come left out."""

    pushed_share: float
    size: int


def calendar_met(weeks: int) -> CalendarMet:
    """Play the default department on the SimPy model and watch its calendar.

    Raises RuntimeError if the model no longer takes its entries out with `heappop`.
    """
    taken_out = calendar.heappop
    sizes: list[int] = []
    n_popped = 0

    def watched(queue: list[Any]) -> Any:
        nonlocal n_popped
        entry = taken_out(queue)
        if entry[1] >= calendar_entries.TASK_ENDS:
            n_popped += 1
            if n_popped % 100 == 0:
                sizes.append(1 + sum(waiting[1] != calendar_entries.ARRIVAL for waiting in queue))
        return entry

    calendar.heappop = watched  # type: ignore[assignment]
    try:
        n_entries = sim.simulate(department(weeks), seed=SEED, engine="simpy").n_entries
    finally:
        calendar.heappop = taken_out
    if not sizes:
        raise RuntimeError("sim.engine.reference.calendar no longer pops through heappop: watch it another way here")
    return CalendarMet(pushed_share=n_popped / n_entries, size=round(sum(sizes) / len(sizes)))
