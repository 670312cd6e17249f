"""The tables of the scenarios in use, made once a process and shared by all its threads.

What they are made of is `scenario_tables`; replications read them and write into copies of their own. Tables belong to
all that stands in a scenario, by its pickle. That is worked out once for a scenario object, and again only if a dict in
it has changed: a frozen value can hold one that somebody changes.
"""

import datetime
import pickle
import threading
from collections import OrderedDict
from collections.abc import Iterator
from itertools import chain
from operator import is_
from typing import Any

from sim.department.quantities import Frozen
from sim.department.scenario import Scenario
from sim.engine.compiled.scenario_tables import ScenarioTables

MOST_BYTES = 400_000_000
"""A thousand scenarios of a month, or some hundreds of a year, so that a sweep makes them once."""
MOST_SEEN = 100
"""Scenario objects that are known by what they are, not by what stands in them."""


class ScenarioCache:
    """The tables used last, as many as fit into `most` bytes, and at least those of one scenario."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self.n_bytes = most, 0
        self.kept: OrderedDict[bytes, ScenarioTables] = OrderedDict()
        self.seen: OrderedDict[int, SeenScenario] = OrderedDict()
        self.last: tuple[SeenScenario, ScenarioTables] | None = None
        self.lock = threading.Lock()

    def of(self, scenario: Scenario) -> ScenarioTables:
        """The tables of all that stands in the scenario. Raises what `ScenarioTables` does; a failure is not kept."""
        last = self.last
        if last is not None and last[0].is_still(scenario):
            return last[1]  # still the one used last: no order changes
        seen = self.seen.get(id(scenario))
        if seen is None or not seen.is_still(scenario):
            seen = SeenScenario(scenario)
        with self.lock:  # held while one is made: threads that wait for the same one would make it again
            lowered = self.kept.get(seen.content)
            if lowered is None:
                lowered = self.kept[seen.content] = ScenarioTables(scenario)
                self.n_bytes += lowered.n_bytes
            self.kept.move_to_end(seen.content)
            while self.n_bytes > self.most and len(self.kept) > 1:
                _, forgotten = self.kept.popitem(last=False)
                self.n_bytes -= forgotten.n_bytes
            self.seen[id(scenario)] = seen
            while len(self.seen) > MOST_SEEN:
                self.seen.popitem(last=False)
            self.last = seen, lowered
        return lowered


class SeenScenario:
    """A scenario object, what stood in it when it was looked at, and all its dicts with their items at that time.

    The items are kept as they were, so that no other object gets the identity of one of them; `values_now` are views,
    which follow what becomes of the dicts. This is asked before every run, so empty dicts, which are most of them, are
    only asked whether they still are.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        dicts: list[dict[Any, Any]] = []
        self.is_known = all(look_at(value, dicts) for value in fields_of(scenario))
        self.empty = [each for each in dicts if not each]
        self.filled = [each for each in dicts if each]
        self.lengths, self.keys = list(map(len, self.filled)), list(chain.from_iterable(self.filled))
        self.values_now = [each.values() for each in self.filled]
        self.values = list(chain.from_iterable(self.values_now))
        self.content = pickle.dumps(scenario)

    def is_still(self, scenario: Scenario) -> bool:
        """Whether this is the object, with the same objects in the same dicts. All else in it cannot change."""
        return (
            self.scenario is scenario
            and self.is_known
            and not any(self.empty)
            and list(map(len, self.filled)) == self.lengths
            and list(chain.from_iterable(self.filled)) == self.keys
            and all(map(is_, chain.from_iterable(self.values_now), self.values))
        )


def look_at(value: Any, dicts: list[dict[Any, Any]]) -> bool:
    """Note the dicts in a value; False if there is anything in it of which nobody knows whether it can change."""
    if isinstance(value, dict):
        dicts.append(value)
        return all(look_at(each, dicts) for each in value.values())
    if isinstance(value, tuple):
        return all(look_at(each, dicts) for each in value)
    if isinstance(value, Frozen):
        return all(look_at(each, dicts) for each in fields_of(value))
    return value is None or isinstance(value, str | int | float | datetime.date)


def fields_of(value: Frozen) -> Iterator[Any]:
    """What stands in the fields of a frozen value."""
    return (getattr(value, name) for name in type(value).model_fields)


SCENARIO_CACHE = ScenarioCache()
