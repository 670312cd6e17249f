"""What every test shares: each engine in turn, and property tests that draw the same examples on every machine.

`engine` and `simulate` play a test once on every engine; most tests need no more than one of them in their arguments.
"""

import pytest
from hypothesis import settings

from sim.study.engines import ENGINES, Engine

# A first call may compile for seconds, and a red run must be red again for whoever looks at it.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of each engine in turn."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def simulate(engine: str) -> Engine:
    """Each engine in turn."""
    return ENGINES[engine]
