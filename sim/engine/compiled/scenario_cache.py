"""Blueprints of the scenarios in use, each made once a process and shared by all its threads.

What a blueprint is made of is `lowering`; replications read it and write into copies of their own.
"""

import pickle
import threading
from collections import OrderedDict

from sim.department.scenario import Scenario
from sim.engine.compiled.scenario_tables import Blueprint

MOST_BYTES = 400_000_000
"""A thousand scenarios of a month, or some hundreds of a year, so that a sweep makes each blueprint once."""


class Blueprints:
    """The blueprints used last, as many as fit into `most` bytes, and at least one."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self.most, self.n_bytes = most, 0
        self.kept: OrderedDict[bytes, Blueprint] = OrderedDict()
        self.lock = threading.Lock()

    def of(self, scenario: Scenario) -> Blueprint:
        """The blueprint of all that stands in the scenario. Raises what `Blueprint` does; a failure is not kept."""
        # A frozen value can hold a dict that somebody changes, so what stands in it decides and not which object it is.
        content = pickle.dumps(scenario)
        with self.lock:  # held while one is made: threads that wait for the same one would make it again
            blueprint = self.kept.pop(content, None)
            if blueprint is None:
                blueprint = Blueprint(scenario)
                self.n_bytes += blueprint.n_bytes
            self.kept[content] = blueprint
            while self.n_bytes > self.most and len(self.kept) > 1:
                _, forgotten = self.kept.popitem(last=False)
                self.n_bytes -= forgotten.n_bytes
        return blueprint


BLUEPRINTS = Blueprints()
