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
        self.lock = threading.Lock()

    def of(self, scenario: Scenario) -> ScenarioTables:
        """The tables of all that stands in the scenario. Raises what `ScenarioTables` does; a failure is not kept."""
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
        return lowered


class SeenScenario:
    """A scenario object, what stood in it when it was looked at, and the items of all its dicts at that time."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.dicts: list[DictAsSeen] = []
        self.is_known = all(self._look_at(value) for value in fields_of(scenario))
        self.content = pickle.dumps(scenario)

    def is_still(self, scenario: Scenario) -> bool:
        """Whether this is the object, with the same objects in the same dicts. All else in it cannot change."""
        return self.is_known and self.scenario is scenario and all(map(is_as_seen, self.dicts))

    def _look_at(self, value: Any) -> bool:
        """Note the dicts in a value; False if there is anything in it of which nobody knows whether it can change."""
        if isinstance(value, dict):
            self.dicts.append((value, list(value), list(map(id, value.values())), dict(value)))
            return all(map(self._look_at, value.values()))
        if isinstance(value, tuple):
            return all(map(self._look_at, value))
        if isinstance(value, Frozen):
            return all(map(self._look_at, fields_of(value)))
        return value is None or isinstance(value, str | int | float | datetime.date)


def fields_of(value: Frozen) -> Iterator[Any]:
    """What stands in the fields of a frozen value."""
    return (getattr(value, name) for name in type(value).model_fields)


DictAsSeen = tuple[dict[Any, Any], list[Any], list[int], dict[Any, Any]]
"""A dict, its keys in order, which objects stood under them, and these, so that no other gets their identity."""


def is_as_seen(seen: DictAsSeen) -> bool:
    """Whether a dict holds the same objects under the same keys, in the same order, as it did."""
    now, keys, identities, _ = seen
    return list(map(id, now.values())) == identities and list(now) == keys


SCENARIO_CACHE = ScenarioCache()
