"""Heads and places of a department of another volume: in proportion, and whole, so that rounding does not add up."""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from sim.department.places import Zone
from sim.department.roster import Role, heads_by_minute

NEARLY_SAME: Final = 0.05
"""A volume so near is no other volume: a step of one head is more than a twentieth in every shift as shipped."""
_ROUNDING: Final = 1e-9
"""Error of a product that is whole."""
_MOST_HEADS: Final = 200
"""At once in a shift, as a staffing may have."""


def nearest_whole(value: float) -> int:
    """To the nearest whole number, halves up."""
    return math.floor(value + 0.5)


def scaled_cover(heads: int, factor: float) -> int:
    """Heads at all times in proportion, at least one where there is one."""
    return max(1, nearest_whole(heads * factor)) if heads else 0


def scaled_heads(role: Role, factor: float, cover: int = 0) -> dict[str, int]:
    """Heads of each shift in proportion, whole, by the name of the shift.

    At every minute there are at least `cover` heads, and one where there was one. Heads are rounded up and taken away
    again where the largest part of one was added, as long as the hours of the week come nearer the exact product.
    """
    if not role.shifts:
        return {}
    present = np.array([heads_by_minute(_alone(role, name)) for name in role.shifts])
    before = np.array([role.heads_of(shift) for shift in role.shifts.values()])
    exact = before * factor
    heads = np.ceil(exact - _ROUNDING).astype(np.int64)
    needed = np.where(before @ present > 0, max(1, cover), 0)
    hours = present.sum(axis=1) / 60.0
    while True:
        surplus = heads - exact
        too_many = float(surplus @ hours)
        removable = [
            shift
            for shift in np.argsort(-surplus, kind="stable").tolist()
            if surplus[shift] > _ROUNDING
            and abs(too_many - hours[shift]) < abs(too_many)
            and (heads @ present - present[shift] >= needed).all()
        ]
        if not removable:
            break
        heads[removable[0]] -= 1
    return dict(zip(role.shifts, np.minimum(heads, _MOST_HEADS).tolist(), strict=True))


def _alone(role: Role, shift_name: str) -> Role:
    """The role with one of its shifts, worked by one."""
    shift = role.shifts[shift_name].model_copy(update={"heads": 1})
    return role.model_copy(update={"heads": None, "shifts": {shift_name: shift}})


def scaled_places(zones: Mapping[str, Zone], factor: float) -> dict[str, int]:
    """Places of each zone that has a limit in proportion, whole, at least one where there is one.

    All together they are as near the exact product as that allows.
    """
    limited = {name: zone.places for name, zone in zones.items() if zone.places is not None}
    exact = {name: places * factor for name, places in limited.items()}
    found = {name: max(math.floor(exact[name] + _ROUNDING), min(1, places)) for name, places in limited.items()}
    for name in sorted(exact, key=lambda zone: found[zone] - exact[zone]):
        if found[name] < exact[name] and sum(found.values()) < nearest_whole(sum(exact.values())):
            found[name] += 1
    return found
