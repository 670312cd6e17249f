"""A staffing of a hospital: the roles of its staff list, and where the list is silent the base's, scaled.

Each value is kept with where it comes from, which is written beside it in the file of the staffing.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from sim.calibration.resources.csv_list import rows_text
from sim.calibration.resources.scaling import Volume, scaled_cover, scaled_heads, with_heads_of_shifts
from sim.calibration.resources.staff_list import StaffList, StaffRow
from sim.department.quantities import sum_in_order
from sim.department.roster import WEEKDAYS, Break, Role, Shift, Staffing, clock_text
from sim.department.scenario import Scenario
from sim.register.rows import assumed_numbers, read_keys, read_register

PRICED: Final = ("hourly_cost", "caseload", "last_pickup_minutes", "protected_share")
"""Numbers of a role that stand in the register."""


@dataclass(frozen=True, slots=True)
class SourcedRole:
    """A role, and where it is from: as a whole, each of its keys, each of its shifts."""

    role: Role
    source: str
    key_sources: Mapping[str, str] = field(default_factory=dict)
    shift_sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourcedStaffing:
    """A staffing with where each of its roles is from. `listed` are roles of the list, `unlisted` those of `whose`."""

    staffing: Staffing
    roles: Mapping[str, SourcedRole]
    listed: tuple[str, ...]
    unlisted: tuple[str, ...]
    whose: str

    @property
    def peers(self) -> tuple[str, ...]:
        """Roles of peers that have hours."""
        roles = self.staffing.roles.items()
        return tuple(name for name, role in roles if role.kind == "peer" and role.hours_per_week() > 0.0)


def staffing_for(staff: StaffList | None, base: Scenario, volume: Volume, name: str) -> SourcedStaffing:
    """The staffing of a list, else the base's: of roles that are not in the list the base's, scaled to the volume.

    Roles of peers are never scaled: they are what is compared.
    """
    whose = f"staffing={base.staffing.name}"
    roles: dict[str, SourcedRole] = {}
    for role_name, role in base.staffing.roles.items():
        rows = staff.rows_of(role_name) if staff else []
        keys = {key: f"{row_of_register(role_name, key, getattr(role, key))}as in {whose}" for key in PRICED}
        if staff and rows:
            roles[role_name] = listed_role(role, rows, staff.file, keys)
        else:
            cover = scaled_cover(base.department.minimum_cover.get(role_name, 0), volume.factor)
            factor = 1.0 if role.kind == "peer" else volume.factor
            roles[role_name] = scaled_role(role, factor, cover, whose, keys)
    listed = tuple(role for role in roles if staff and staff.rows_of(role))
    unlisted = tuple(role for role in roles if role not in listed)
    update = {"name": name, "label": name, "roles": {role: each.role for role, each in roles.items()}}
    return SourcedStaffing(base.staffing.model_copy(update=update), roles, listed, unlisted, whose)


def row_of_register(role: str, key: str, value: float | None) -> str:
    """`COSA01 ` for a value of a role that is the one of its row of the register, else nothing."""
    row, number = values_of_register().get(f"staffing.{role}.{key}", ("", math.nan))
    return f"{row} " if value is not None and math.isclose(number, value, rel_tol=1e-9) else ""


@lru_cache(maxsize=1)
def values_of_register() -> dict[str, tuple[str, float]]:
    """Row and value of each key of a staffing that is one number."""
    register, found = read_register(), dict[str, tuple[str, float]]()
    for each in read_keys():
        numbers = assumed_numbers(register[each.id])
        if each.key.startswith("staffing.") and each.entry is None and numbers is not None and len(numbers) == 1:
            found[each.key] = each.id, numbers[0] * each.scale
    return found


# --- of a list ---


def listed_role(base: Role, rows: list[StaffRow], file: str, keys: Mapping[str, str]) -> SourcedRole:
    """A role as the list has it: its shifts, and what else it says; the rest is the base's."""
    said: dict[str, float | int] = {}
    from_list = dict(keys)
    for key in ("hourly_cost", "caseload"):
        stated = [row for row in rows if getattr(row, key) is not None]
        if stated:
            said[key] = getattr(stated[0], key)
            from_list[key] = f"{file}, {rows_text([row.row for row in stated])}"
    shifts, sources = {}, {}
    for shift_name, together in named_shifts(rows).items():
        row = together[0]
        breaks, of_breaks = breaks_for(base, row)
        shifts[shift_name] = Shift(
            start=row.start, minutes=row.minutes, days=days_of(together), heads=row.heads, breaks=breaks,
            peer_kind=row.peer_kind,
        )  # fmt: skip
        sources[shift_name] = f"{file}, {rows_text([each.row for each in together])}{of_breaks}"
    role = base.model_copy(update={"shifts": shifts, "heads": None, **said})
    return SourcedRole(Role.model_validate(role.model_dump()), f"{file}: {hours_a_week(role)}", from_list, sources)


def named_shifts(rows: list[StaffRow]) -> dict[str, list[StaffRow]]:
    """Rows that are one shift on several days, by a name as `from_07_mon_fri`."""
    alike: dict[tuple[object, ...], list[StaffRow]] = {}
    for row in rows:
        key = (row.start, row.minutes, row.heads, row.break_minutes, row.peer_kind)
        alike.setdefault(key, []).append(row)
    groups = sorted(alike.values(), key=lambda group: (group[0].start, group[0].minutes, days_of(group)))
    short = Counter(short_name(group) for group in groups)
    named: dict[str, list[StaffRow]] = {}
    for group in groups:
        name = short_name(group)
        if short[name] > 1:
            name = f"{name}_{group[0].minutes}_minutes"
        number, own = 1, name
        while own in named:  # same hours and days, other heads, breaks or kind of peer
            number += 1
            own = f"{name}_{number}"
        named[own] = group
    return named


def short_name(group: list[StaffRow]) -> str:
    """`from_07` of a shift on all days, `from_0730_mon_fri` of a run of three days or more, `from_22_mon_wed`."""
    time = clock_text(group[0].start).removesuffix(":00").replace(":", "")
    days = days_of(group)
    if len(days) == 7:
        return f"from_{time}"
    is_run = len(days) > 2 and days == tuple(range(days[0], days[-1] + 1))
    return "_".join((f"from_{time}", *(WEEKDAYS[day] for day in ((days[0], days[-1]) if is_run else days))))


def days_of(group: list[StaffRow]) -> tuple[int, ...]:
    """Days on which a shift of several rows begins."""
    return tuple(sorted({day for row in group for day in row.days}))


def breaks_for(base: Role, row: StaffRow) -> tuple[tuple[Break, ...] | None, str]:
    """Breaks of a shift and what to say of them: those of the list, else the base's in proportion to the length.

    None where they are those of the role.
    """
    if row.break_minutes is not None:
        return ((Break(minutes=row.break_minutes),) if row.break_minutes else ()), ", breaks too"
    lengths = {shift.minutes for shift in base.shifts.values()}
    if not base.breaks or lengths == {row.minutes} or len(lengths) != 1:
        return None, ""
    ratio = row.minutes / lengths.pop()
    scaled = tuple(
        Break(
            minutes=each.minutes * ratio,
            after=None if each.after is None else each.after * ratio,
            protected=each.protected,
        )
        for each in base.breaks
    )
    total = sum_in_order(each.minutes for each in base.breaks)
    return scaled, f"; breaks {total * ratio:g} min, in proportion to {total:g} in {row.minutes / ratio / 60:g} h"


# --- of the base ---


def scaled_role(role: Role, factor: float, cover: int, whose: str, keys: Mapping[str, str]) -> SourcedRole:
    """A role of the base with its heads in proportion, each with the exact figure."""
    if factor == 1.0:
        shifts = dict.fromkeys(role.shifts, f"as in {whose}")
        return SourcedRole(with_heads_of_shifts(role, {}), f"as in {whose}: {hours_a_week(role)}", keys, shifts)
    scaled = with_heads_of_shifts(role, scaled_heads(role, factor, cover))
    sources = {
        name: f"{whose} {role.heads_of(shift)} x {factor:.3f} = {role.heads_of(shift) * factor:.2f}"
        for name, shift in role.shifts.items()
    }
    whole = f"scaled from {whose}: {hours_a_week(scaled)}, exactly {role.hours_per_week() * factor:.1f}"
    return SourcedRole(scaled, whole, keys, sources)


def hours_a_week(role: Role) -> str:
    """`56 hours a week`."""
    return f"{role.hours_per_week():,.10g} hours a week"
