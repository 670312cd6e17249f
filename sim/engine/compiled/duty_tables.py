"""Spells of duty of a whole roster as tables: `sim.department.roster.duties_of` for all shifts of a member at once.

The same operations in the same order, so that every moment is the same to the last bit. Which shifts are filled is
decided by the caller.
"""

from collections.abc import Sequence

import numpy as np

from sim.department.roster import RosteredMember
from sim.engine.compiled.tables import BLOCK, DUTY


def duty_tables(
    roster: Sequence[RosteredMember], starts: Sequence[np.ndarray], members: np.ndarray
) -> dict[str, np.ndarray]:
    """The tables `duties` and `blocks`, from the sorted starts of each member's filled shifts.

    Where they begin and how many they are is filled into `members`.
    """
    n_duties = n_blocks = 0
    duties, blocks = [np.empty(0, DUTY)], [np.empty(0, BLOCK)]
    for member, of_member in zip(roster, starts, strict=True):
        merged, off_floor = duties_of_member(member, of_member, n_blocks)
        row = members[member.index : member.index + 1]
        row["first_duty"] = row["next_duty"] = n_duties
        row["n_duties"] = len(merged)
        n_duties, n_blocks = n_duties + len(merged), n_blocks + len(off_floor)
        duties.append(merged)
        blocks.append(off_floor)
    return {"duties": never_empty(duties), "blocks": never_empty(blocks)}


def duties_of_member(member: RosteredMember, starts: np.ndarray, first_block: int) -> tuple[np.ndarray, np.ndarray]:
    """One member's duties, merged where they touch, and the breaks and protected blocks in them."""
    ends = starts + member.shift.minutes
    begins = np.append(True, starts[1:] > ends[:-1])[: len(starts)]
    firsts = np.flatnonzero(begins)
    lasts = np.append(firsts[1:], len(starts)) - 1 if len(starts) else firsts
    off_floor = off_floor_of_member(member, starts)
    per_shift = off_floor.shape[1]
    duties = np.zeros(len(firsts), DUTY)
    duties["start"], duties["end"] = starts[firsts], ends[lasts]
    duties["first_block"] = first_block + per_shift * firsts
    duties["n_blocks"] = per_shift * (lasts - firsts + 1)
    return duties, off_floor.ravel()


def off_floor_of_member(member: RosteredMember, starts: np.ndarray) -> np.ndarray:
    """Breaks of each shift in time order, a row a shift."""
    floating = [item for item in member.breaks if item.after is None]
    fixed = [item for item in member.breaks if item.after is not None]
    off_floor = np.zeros((len(starts), len(member.breaks)), BLOCK)
    for column, item in enumerate((*fixed, *floating)):
        off_floor["minutes"][:, column], off_floor["protected"][:, column] = item.minutes, item.protected
    for column, item in enumerate(fixed):
        off_floor["at"][:, column] = starts + (item.after or 0.0)
    window = member.shift.minutes / max(1, len(floating))
    fraction = (member.rank + 1) / (member.colleagues + 1)
    for number, item in enumerate(floating):
        middle = starts + number * window + fraction * window
        latest = starts + member.shift.minutes - item.minutes
        off_floor["at"][:, len(fixed) + number] = np.minimum(np.maximum(starts, middle - item.minutes / 2.0), latest)
    order = np.argsort(off_floor["at"], axis=1, kind="stable")
    return np.take_along_axis(off_floor, order, axis=1)


def never_empty(parts: Sequence[np.ndarray]) -> np.ndarray:
    """All rows together, one row of zeros if there are none."""
    table = np.concatenate(parts)
    return table if len(table) else np.zeros(1, table.dtype)
