"""A scenario with its assumptions drawn anew.

Only numbers that are still the register's move. What a site has set to a value of its own (its minutes, its pay, its
calibrated department) stays as it is, and so does a number that no row of the register holds.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from sim.department.roster import Staffing
from sim.department.scenario import Scenario, ScenarioError
from sim.io.plain_data import KeyPath, Plain, copied, entry_named, value_at, with_values
from sim.register.draws import AssumptionCube, DrawnValues, dimension_of
from sim.register.rows import KeyOf, assumed_numbers
from sim.statistics.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class PlaceOfRow:
    """The place in a scenario of a config key that holds a row's value, and whether it still has the row's value."""

    key: KeyOf
    place: KeyPath
    is_as_assumed: bool


def drawn_scenarios(
    scenario: Scenario, cube: AssumptionCube, points: FloatArray, left_alone: Collection[str] = ()
) -> Iterator[Scenario | None]:
    """The scenario once for each point (row) of the cube; None for a draw that contradicts itself.

    `left_alone`: config keys that stay as they are set.
    """
    data, values = copied(scenario.model_dump()), cube.values(points)
    moved = [
        one
        for one in places_of_rows(data, cube)
        if one.is_as_assumed and one.key.id in values and one.key.key not in left_alone
    ]
    for draw in range(len(points)):
        try:
            yield drawn_scenario(data, moved, values, draw)
        except (ScenarioError, ValidationError):
            yield None


def drawn_scenario(data: Plain, moved: Sequence[PlaceOfRow], values: DrawnValues, draw: int) -> Scenario:
    """One draw of a scenario that was dumped as plain data."""
    changed = [(one.place, _drawn_value(value_at(data, one.place), one.key, values[one.key.id][draw])) for one in moved]
    return Scenario.model_validate(with_values(data, changed)).checked()


def _drawn_value(there: Plain, key: KeyOf, drawn: FloatArray) -> Plain:
    """A number where one is, else the row's list of them."""
    numbers = (drawn * key.scale).tolist()
    return numbers[key.entry or 0] if is_one_number(there) else numbers


def drawn_rows(scenario: Scenario, cube: AssumptionCube) -> tuple[str, ...]:
    """Ids of the drawn rows whose values the scenario holds, in the order of the register."""
    held = {one.key.id for one in places_of_rows(copied(scenario.model_dump()), cube) if one.is_as_assumed}
    return tuple(name for name, row in cube.register.items() if name in held and dimension_of(row) is not None)


def keys_with_own_values(scenarios: Iterable[Scenario], cube: AssumptionCube) -> set[str]:
    """Config keys that one of the scenarios sets to a value of its own, which no row of the register holds.

    What varies by design between scenarios that are compared is not drawn in the others either. Nothing (0) is no
    value of its own: a staffing without peers has no coordinator.
    """
    found = set()
    for scenario in scenarios:
        data = copied(scenario.model_dump())
        places = places_of_rows(data, cube)
        assumed = {(one.key.key, one.key.entry) for one in places if one.is_as_assumed}
        own = [one for one in places if (one.key.key, one.key.entry) not in assumed]
        found |= {one.key.key for one in own if value_at(data, one.place) != 0}
    return found


def places_of_rows(data: Plain, cube: AssumptionCube) -> list[PlaceOfRow]:
    """Of each config key that holds a row's value its place in a dumped scenario; keys without one are left out."""
    found = []
    for key in cube.keys:
        place = place_of_key(data, key.key)
        if place is not None:
            numbers = assumed_numbers(cube.register[key.id]) or ()
            found.append(PlaceOfRow(key, place, has_value_of(value_at(data, place), key, numbers)))
    return found


def has_value_of(value: Plain, key: KeyOf, numbers: Sequence[float]) -> bool:
    """Whether a value is that of a row."""
    found = [value] if is_one_number(value) else value
    wanted = [number * key.scale for number in ([numbers[key.entry]] if key.entry is not None else numbers)]
    return (
        isinstance(found, list)
        and len(found) == len(wanted)
        and all(is_one_number(one) and math.isclose(one, other) for one, other in zip(found, wanted, strict=True))
    )


def place_of_key(data: Plain, key: str) -> KeyPath | None:
    """Where a config key leads in a scenario; None where nothing is there. Roles of a staffing have a place apart."""
    group, *rest = key.split(".")
    words = [group, "roles", *rest] if group == "staffing" and rest[0] not in Staffing.model_fields else [group, *rest]
    place: KeyPath = ()
    here = data
    for word in words:
        found = entry_named(here, word)
        if found is None:
            return None
        place, here = (*place, found), here[found]
    return place


def is_one_number(value: Plain) -> bool:
    """One number, not a list of them."""
    return isinstance(value, int | float) and not isinstance(value, bool)
