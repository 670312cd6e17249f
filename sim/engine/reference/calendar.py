"""The calendar: SimPy's event list with a total order that can be stated in one line, `(time, kind, id)`.

What the entries mean is the model's business; the reasons for the order are in docs/law.md.
"""

import gc
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.events import NORMAL

from sim.engine.calendar_entries import SETTLE, too_many_entries

KEY_SHIFT = 34
"""Entries of equal time, kind and id stand in order of creation: the key is id * 2**34 + running number."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Collect garbage seldom: a run makes many objects and few rings, and looking through all costs a sixth of it."""
    thresholds = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


class Entry(simpy.Event):
    """An event with a fixed time. `subject` is what it is about; None when it has been crossed out."""

    def __init__(self, calendar: "Calendar", time: float, callback: Callable[[Any], None] | None, subject: Any) -> None:
        self.env = calendar
        self.callbacks = [] if callback is None else [callback]
        self._ok = True
        self._value = None
        self.time = time
        self.subject = subject


class Calendar(simpy.Environment):
    """A SimPy environment whose own entries are ordered by time, kind and id.

    What SimPy triggers happens at the instant it is triggered, so that two queues are enough for it: processes that
    begin (`urgent`) and all else (`triggered`), each first come first served.
    """

    def __init__(self) -> None:
        super().__init__()
        self.urgent: deque[simpy.Event] = deque()
        self.triggered: deque[simpy.Event] = deque()
        self.n_created = 0
        self.limit = 1 << 62
        self.time = 0.0  # the present instant, as a plain attribute
        self.settle_due = False  # something changed: settle at this instant

    def at(
        self, time: float, kind: int, ident: int, callback: Callable[[Any], None] | None = None, subject: Any = None
    ) -> Entry:
        """An entry at an absolute time; `callback` is called with it before any process that waits for it goes on."""
        entry = Entry(self, time, callback, subject)
        self.n_created += 1
        if self.n_created > self.limit:  # here too, for a settling that goes round in circles never comes back
            raise too_many_entries(self.limit, self.time)
        queue: list[Any] = self._queue
        heappush(queue, (time, kind, (ident << KEY_SHIFT) + self.n_created, entry))
        return entry

    def schedule(self, event: simpy.Event, priority: int = NORMAL, delay: float = 0.0) -> None:
        """What SimPy itself triggers; times to come are entered with `at`."""
        if delay > 0.0:
            raise ValueError(f"an event of SimPy's own in {delay:g} minutes: enter it with Calendar.at")
        (self.triggered if priority == NORMAL else self.urgent).append(event)

    def close(self, horizon: float) -> None:
        """The clock stands at the end of the run."""
        self._now = self.time = horizon

    def play(self, horizon: float, settle: Callable[[], bool], step_limit: int | None = None) -> int:
        """Process every entry before the horizon and return how many there were, settlings included.

        When `settle_due` is set, `settle` is called in its place in the order: after everything that comes before a
        settling at this instant. If it answers False it is called again as soon as SimPy's own triggers are through
        (a visit moves on), before any entry. Raises RuntimeError when `step_limit` entries and settlings did not
        reach the horizon.
        """
        queue, urgent, triggered = self._queue, self.urgent, self.triggered
        limit = self.limit = step_limit if step_limit is not None else self.limit
        n_settlings = 0
        settled = True
        now = self.time
        while True:
            if urgent:
                event = urgent.popleft()
            elif triggered:
                event = triggered.popleft()
            elif not settled or (self.settle_due and (not queue or queue[0][0] > now or queue[0][1] >= SETTLE)):
                self.settle_due = False
                n_settlings += settled
                settled = settle()
                if self.n_created + n_settlings > limit:
                    raise too_many_entries(limit, now)
                continue
            elif queue and queue[0][0] < horizon:
                now, _, _, event = heappop(queue)
                self._now = self.time = now
            else:
                return n_settlings + self.n_created - len(queue)
            callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
            for callback in callbacks:
                callback(event)
            if not event._ok:
                raise event._value
            if self.n_created + n_settlings > limit:
                raise too_many_entries(limit, now)
