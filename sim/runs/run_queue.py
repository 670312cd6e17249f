"""A queue of runs for several people at once: each run is played once, shared fairly and dropped when nobody waits.

Whoever asks gets the first 4, 8, 12 ... replications of some scenarios as soon as they are all there, never what
happens to be done: an answer is a function of their number alone. Values are cached for the next question, up to a
bound. Turns go to the client who has had least (start-time fair queueing of runs of equal length: Goyal, Vin and Cheng
1996, https://doi.org/10.1145/248156.248171), so that nobody who moves a slider without end keeps another waiting.
Nothing here knows of files, pages or a network.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from sim.department.scenario import Scenario

RunValues = np.ndarray
"""Measures of one run, in the order of whoever plays it."""
PlayRun = Callable[[Scenario, int, int], RunValues]
"""Plays scenario, seed, replication."""
MOST_CACHED_RUNS = 20_000
"""Some 30 MB of measures: a day of moving sliders, after which the run that nobody asked for longest is dropped."""
MOST_OPEN = 200
"""Questions that are waited for at once."""


class ResultKey(NamedTuple):
    """What decides the result of a run."""

    scenario: str
    seed: int
    replication: int


class FirstRuns(NamedTuple):
    """The first `n` replications: values by scenario, replication and measure, shape (scenarios, n, measures)."""

    n: int
    values: np.ndarray


class QueueFull(Exception):
    """More is asked for at once than is answered."""


class RunNotPlayed(Exception):
    """A run of the question failed; the cause is the error."""


@dataclass(eq=False)
class RunRequest:
    """One question under way: the runs it still waits for, and what it has of the others.

    `to_play` and `found` are by replication and place of the scenario.
    """

    client: str
    scenarios: Sequence[Scenario]
    keys: Sequence[str]
    seed: int
    replications: int
    to_play: deque[tuple[int, int]] = field(default_factory=deque)
    found: dict[tuple[int, int], RunValues] = field(default_factory=dict)
    failed: BaseException | None = None
    is_closed: bool = False

    def key(self, replication: int, place: int) -> ResultKey:
        return ResultKey(self.keys[place], self.seed, replication)

    def n_complete(self) -> int:
        """Replications from the first on that are there for every scenario."""
        n = 0
        while n < self.replications and all((n, place) in self.found for place in range(len(self.scenarios))):
            n += 1
        return n

    def first(self, n: int) -> np.ndarray:
        """Values of the first replications, shape (scenarios, n, measures)."""
        places = range(len(self.scenarios))
        return np.array([[self.found[replication, place] for replication in range(n)] for place in places])


class RunQueue:
    """Threads that play what is asked for; `close` ends them. `keys` of scenarios are `Scenario.result_key`."""

    def __init__(self, play: PlayRun, n_workers: int, most_cached: int = MOST_CACHED_RUNS, most_open: int = MOST_OPEN):
        self._play, self._most_cached, self.most_open = play, most_cached, most_open
        self._changed = threading.Condition()
        self._cache: OrderedDict[ResultKey, RunValues] = OrderedDict()
        self._playing: set[ResultKey] = set()
        self._open: list[RunRequest] = []
        self._turns: dict[str, int] = {}
        self._is_ended = False
        self.n_played = self.n_reused = self.n_dropped = 0
        self._threads = [
            threading.Thread(target=self._work, name=f"run-{number}", daemon=True) for number in range(n_workers)
        ]
        for thread in self._threads:
            thread.start()

    def open(self, client: str, scenarios: Sequence[Scenario], seed: int, replications: int) -> RunRequest:
        """Queue the runs that are not cached. Raises QueueFull."""
        keys = [scenario.result_key() for scenario in scenarios]
        request = RunRequest(client, scenarios, keys, seed, replications)
        with self._changed:
            if len(self._open) >= self.most_open:
                raise QueueFull(f"{len(self._open)} questions are waited for already: close a page, or try again later")
            for replication in range(replications):
                for place in range(len(scenarios)):
                    self._queue_or_reuse(request, replication, place)
            self._begin_turns(client)
            self._open.append(request)
            self._changed.notify_all()
        return request

    def wait_for(self, request: RunRequest, n: int) -> FirstRuns:
        """Wait until the first `n` replications are there. Raises RunNotPlayed, also when it was dropped meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: request.is_closed or request.n_complete() >= n)
            if request.failed is not None:
                raise RunNotPlayed(str(request.failed)) from request.failed
            if request.is_closed:
                raise RunNotPlayed("the question was dropped")
            return FirstRuns(n, request.first(n))

    def drop(self, request: RunRequest) -> None:
        """Leave unplayed what nobody else waits for; what is being played is played to its end and kept."""
        with self._changed:
            if request in self._open:
                self._open.remove(request)
                self.n_dropped += len(request.to_play)
            self._close(request)

    def close(self) -> None:
        """End the threads after the runs in hand; whoever waits is told."""
        with self._changed:
            self._is_ended = True
            for request in tuple(self._open):
                self._open.remove(request)
                self._close(request)
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    @property
    def n_cached(self) -> int:
        """Runs in the cache."""
        return len(self._cache)

    @property
    def n_open(self) -> int:
        """Questions that are waited for."""
        return len(self._open)

    @property
    def n_clients(self) -> int:
        """Clients whose turns are counted."""
        return len(self._turns)

    # --- with the lock held

    def _close(self, request: RunRequest) -> None:
        request.is_closed = True
        request.to_play.clear()
        if not any(other.client == request.client for other in self._open):
            self._forget_turns(request.client)
        self._changed.notify_all()

    def _queue_or_reuse(self, request: RunRequest, replication: int, place: int) -> None:
        values = self._cache.get(request.key(replication, place))
        if values is None:
            request.to_play.append((replication, place))
            return
        self._cache.move_to_end(request.key(replication, place))
        request.found[replication, place] = values
        self.n_reused += 1

    def _begin_turns(self, client: str) -> None:
        """A client who comes begins level with whoever has had least of those who wait, and claims nothing back."""
        waiting = [self._turns[other.client] for other in self._open]
        self._turns[client] = max(self._turns.get(client, 0), min(waiting, default=0))

    def _forget_turns(self, client: str) -> None:
        """Turns matter only while others wait; a client who comes back meanwhile goes on where it was."""
        if not self._open:
            self._turns.clear()
        elif len(self._turns) > self.most_open:
            waiting = {request.client for request in self._open}
            self._turns = {name: turns for name, turns in self._turns.items() if name in waiting or name == client}

    def _next_run(self) -> tuple[ResultKey, Scenario] | None:
        """The next run of the client who has had least; None if all that is wanted is being played."""
        for request in sorted(self._open, key=lambda request: self._turns[request.client]):
            for cell in request.to_play:
                key = request.key(*cell)
                if key not in self._playing:
                    self._turns[request.client] += 1
                    self._playing.add(key)
                    return key, request.scenarios[cell[1]]
        return None

    def _finish(self, key: ResultKey, values: RunValues | None, error: Exception | None) -> None:
        """Hand a run to everybody who waits for it, and keep it."""
        self._playing.discard(key)
        self.n_played += 1
        if values is not None:
            self._cache[key] = values
            while len(self._cache) > self._most_cached:
                self._cache.popitem(last=False)
        for request in tuple(self._open):
            cells = [cell for cell in request.to_play if request.key(*cell) == key]
            for cell in cells:
                request.to_play.remove(cell)
                if values is not None:
                    request.found[cell] = values
            if cells and error is not None:
                request.failed = error
                self._open.remove(request)
                self._close(request)
        self._changed.notify_all()

    # --- the threads

    def _work(self) -> None:
        while (turn := self._wait_for_run()) is not None:
            key, scenario = turn
            values, error = None, None
            try:
                values = self._play(scenario, key.seed, key.replication)
            except Exception as failed:
                error = failed
            with self._changed:
                self._finish(key, values, error)

    def _wait_for_run(self) -> tuple[ResultKey, Scenario] | None:
        """The next run, None when the queue is closed."""
        with self._changed:
            while not self._is_ended:
                if (turn := self._next_run()) is not None:
                    return turn
                self._changed.wait()
        return None
