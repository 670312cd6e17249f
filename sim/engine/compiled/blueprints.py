"""Blueprints of the scenarios in use, each made once a process and shared by all its threads.

What a blueprint is made of is `lowering`; replications read it and write into copies of their own.
"""

import pickle
import threading
from collections import OrderedDict

from sim.department.scenario import Scenario
from sim.engine.compiled.lowering import Blueprint

MOST_KEPT = 128
"""Above the scenarios of a large study, staffings times demand levels; a year of a department takes about 1 MB."""


class Blueprints:
    """The blueprints used last."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self.kept: OrderedDict[bytes, Blueprint] = OrderedDict()
        self.lock = threading.Lock()

    def of(self, scenario: Scenario) -> Blueprint:
        """The blueprint of all that stands in the scenario. Raises what `Blueprint` does; a failure is not kept."""
        # A frozen value can hold a dict that somebody changes, so what stands in it decides and not which object it is.
        content = pickle.dumps(scenario)
        with self.lock:  # held while one is made: threads that wait for the same one would make it again
            blueprint = self.kept.pop(content, None) or Blueprint(scenario)
            self.kept[content] = blueprint
            if len(self.kept) > self.most:
                self.kept.popitem(last=False)
        return blueprint


BLUEPRINTS = Blueprints()
