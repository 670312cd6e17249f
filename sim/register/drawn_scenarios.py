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
from sim.io.strict_yaml import PlainData
from sim.register.draws import Cube, DrawnValues, leader_of
from sim.register.rows import KeyOf, Register, assumed_numbers
from sim.statistics.arrays import FloatArray

DataPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """A place in a scenario at which the value of a row is found."""

    key: KeyOf
    path: DataPath


def drawn_scenarios(
    scenario: Scenario, cube: Cube, places: FloatArray, left_alone: Collection[str] = ()
) -> Iterator[Scenario | None]:
    """The scenario once for each place (row) in the cube; None for a draw that contradicts itself.

    `left_alone`: config keys that stay as they are set.
    """
    data = as_plain(scenario.model_dump())
    values = cube.values(places)
    holders = [
        holder
        for holder in holders_in(data, cube.register, cube.keys)
        if holder.key.id in values and holder.key.key not in left_alone
    ]
    for draw in range(len(places)):
        try:
            yield drawn_scenario(data, holders, values, draw)
        except (ScenarioError, ValidationError):
            yield None


def drawn_scenario(data: PlainData, holders: Sequence[Holder], values: DrawnValues, draw: int) -> Scenario:
    """One draw of a scenario that was dumped as plain data."""
    drawn = as_plain(data)
    for holder in holders:
        numbers = (values[holder.key.id][draw] * holder.key.scale).tolist()
        within = value_in(drawn, holder.path[:-1])
        within[holder.path[-1]] = numbers[holder.key.entry or 0] if is_one_number(within[holder.path[-1]]) else numbers
    return Scenario.model_validate(drawn).checked()


def drawn_rows(scenario: Scenario, cube: Cube) -> tuple[str, ...]:
    """Ids of the drawn rows whose values the scenario holds, in the order of the register."""
    held = {holder.key.id for holder in holders_in(as_plain(scenario.model_dump()), cube.register, cube.keys)}
    return tuple(name for name, row in cube.register.items() if name in held and leader_of(row) is not None)


def keys_set_apart(scenarios: Iterable[Scenario], cube: Cube) -> set[str]:
    """Config keys that one of the scenarios sets to a value of its own, which no row of the register holds.

    What varies by design between scenarios that are compared is not drawn in the others either. Nothing (0) is no
    value of its own: a staffing without peers has no coordinator.
    """
    found = set()
    for scenario in scenarios:
        data = as_plain(scenario.model_dump())
        held = {(holder.key.key, holder.key.entry) for holder in holders_in(data, cube.register, cube.keys)}
        for key in cube.keys:
            path = path_of_key(data, key.key)
            if path is not None and (key.key, key.entry) not in held and value_in(data, path) != 0:
                found.add(key.key)
    return found


def holders_in(data: PlainData, register: Register, keys: Sequence[KeyOf]) -> list[Holder]:
    """Where the values of rows are found."""
    found = []
    for key in keys:
        path = path_of_key(data, key.key)
        if path is not None and has_value_of(value_in(data, path), key, assumed_numbers(register[key.id]) or ()):
            found.append(Holder(key, path))
    return found


def has_value_of(value: PlainData, key: KeyOf, numbers: Sequence[float]) -> bool:
    """Whether a value is that of a row."""
    found = [value] if is_one_number(value) else value
    wanted = [number * key.scale for number in ([numbers[key.entry]] if key.entry is not None else numbers)]
    return (
        isinstance(found, list)
        and len(found) == len(wanted)
        and all(is_one_number(one) and math.isclose(one, other) for one, other in zip(found, wanted, strict=True))
    )


def path_of_key(data: PlainData, key: str) -> DataPath | None:
    """Where a config key leads in a scenario: roles of a staffing have a place of their own, steps go by name."""
    group, *rest = key.split(".")
    words = [group, "roles", *rest] if group == "staffing" and rest[0] not in Staffing.model_fields else [group, *rest]
    path: DataPath = ()
    here = data
    for word in words:
        step: str | int | None = word
        if isinstance(here, list):
            named = (number for number, one in enumerate(here) if isinstance(one, dict) and one.get("name") == word)
            step = int(word) if word.isdigit() and int(word) < len(here) else next(named, None)
        elif not isinstance(here, dict) or word not in here:
            step = None
        if step is None:
            return None
        path, here = (*path, step), here[step]
    return path


def value_in(data: PlainData, path: DataPath) -> PlainData:
    """What stands at a place."""
    for step in path:
        data = data[step]
    return data


def is_one_number(value: PlainData) -> bool:
    """One number, not a list of them."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_plain(data: PlainData) -> PlainData:
    """A copy in which everything can be changed."""
    if isinstance(data, dict):
        return {key: as_plain(inner) for key, inner in data.items()}
    return [as_plain(inner) for inner in data] if isinstance(data, list | tuple) else data
