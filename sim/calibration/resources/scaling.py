"""The volume of a file beside the base's, and heads and places in proportion: whole, and rounding does not add up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.department.places import Zone
from sim.department.roster import MOST_HEADS, Role, Staffing, heads_by_minute
from sim.department.scenario import Scenario
from sim.statistics.arrays import IntArray

NEARLY_SAME: Final = 0.05
"""A volume so near is no other volume: a step of one head is more than a twentieth in every shift as shipped."""
_ROUNDING: Final = 1e-9
"""Error of a product that is whole."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Visits a year of the file and of the base's demand; None where either does not tell. `demand`: the base's.

    `own` names a choice of the user's own, such as `staffing=mine`, which is taken as it is, whatever the volume.
    """

    of_file: float | None
    of_base: float | None
    demand: str
    own: str = ""

    @property
    def factor(self) -> float:
        """By which heads and places of the base are multiplied: 1 where volumes are not known, or nearly the same."""
        if self.own or self.of_file is None or self.of_base is None:
            return 1.0
        exact = self.of_file / self.of_base
        return 1.0 if abs(exact - 1.0) <= NEARLY_SAME else exact

    @property
    def is_scaled(self) -> bool:
        """The base is not taken as it is."""
        return self.factor != 1.0

    def state(self, what: str, key: str) -> str:
        """What was done to `what` (staffing, places) of the base, why, and the key that gives one's own."""
        if self.own:
            return f"{what} yours, as in {self.own}"
        if self.is_scaled:
            done = "scaled from the default's to your volume, not yours"
        elif self.of_file is None:
            done = "the default's as they are, not yours, for the file does not tell visits a year"
        elif self.of_base is None:
            done = "the default's as they are, not yours, for the base's demand has no volume"
        else:
            done = f"the default's as they are, not yours; your volume is within {NEARLY_SAME:.0%} of theirs"
        return f"{what} {done}: give {key}"

    def text_of_unlisted(self) -> str:
        """What is done with roles or zones that no list names."""
        if self.own:
            return f"are kept as in {self.own}"
        return f"are kept from the default, {'scaled to your volume' if self.is_scaled else 'as they are'}"

    def text(self) -> str:
        """Both volumes and the factor."""
        if self.of_file is None or self.of_base is None:
            return "visits a year are not known"
        ratio = self.of_file / self.of_base
        return f"{self.of_file:,.0f} visits a year / {self.of_base:,.0f} of demand={self.demand} = {ratio:.3f}"


def volume_of(base: Scenario, visits_per_year: float | None, own: str = "") -> Volume:
    """The volume of a file beside the base's."""
    of_base, demand = getattr(base.demand, "visits_per_year", None), getattr(base.demand, "name", "")
    return Volume(visits_per_year, of_base, demand, own)


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
    present = np.array([present_by_minute(role, name) for name in role.shifts])
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
    return dict(zip(role.shifts, np.minimum(heads, MOST_HEADS).tolist(), strict=True))


def with_heads_of_shifts(role: Role, heads: Mapping[str, int]) -> Role:
    """The role with heads by shift instead of a number for all; a shift that is not named keeps its own."""
    shifts = {
        name: shift.model_copy(update={"heads": heads.get(name, role.heads_of(shift))})
        for name, shift in role.shifts.items()
    }
    return role.model_copy(update={"shifts": shifts, "heads": None})


def present_by_minute(role: Role, shift_name: str) -> IntArray:
    """Heads at each minute of the week if one person worked this shift and nobody another."""
    return heads_by_minute(with_heads_of_shifts(role, {name: int(name == shift_name) for name in role.shifts}))


def fewest_heads(staffing: Staffing, role: str) -> int | None:
    """Heads of a role when it has fewest; None of a role that the staffing does not know."""
    return int(heads_by_minute(staffing.roles[role]).min()) if role in staffing.roles else None


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
