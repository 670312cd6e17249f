"""Zones, their places, and the nurse ratio rule.

Who gets the next place is ranked by the discipline of places (`sim.department.discipline`).
"""

from typing import Annotated

from pydantic import Field

from sim.department.quantities import Frozen, NonNegative

TWELFTHS = 12
"""Ratio weights are whole twelfths of a nurse, so that sums are exact."""


class Zone(Frozen):
    """Places of one kind. `places` None: no limit. `nurse_twelfths` is the nurse load of one occupied place."""

    places: Annotated[int, Field(ge=0)] | None
    nurse_twelfths: Annotated[int, Field(ge=0)] = 0
    cleaning_minutes: NonNegative = 0.0


def may_open(occupied_twelfths: int, place_twelfths: int, nurses_on_duty: int, acuity: int) -> bool:
    """The ratio rule: a place opens if the nurses on duty can take it; CTAS 1 is exempt."""
    return acuity == 1 or occupied_twelfths + place_twelfths <= TWELFTHS * nurses_on_duty
