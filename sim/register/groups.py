"""Groups of rows of the register, and who can know a row: a site by itself within weeks, or nobody without a trial.

Both are judgements of this project, no findings (`sim/data/assumption_groups.csv`).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sim.register.rows import DATA

GROUPS_OF_ROWS = DATA / "assumption_groups.csv"
LEARNED_BY: Mapping[str, str] = {
    "records": "from its own records",
    "timing": "by timing tasks",
    "offering": "by offering peer support for a while",
    "trial": "by a trial alone",
}
"""How a row is learned, in words: all but the last a site can do by itself within weeks."""
BY_TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class GroupOfRows:
    """The `group` of a row in words, and how it is `learned_by`, one of `LEARNED_BY`."""

    group: str
    learned_by: str

    @property
    def needs_trial(self) -> bool:
        """Whether no site can find it out by itself."""
        return self.learned_by == BY_TRIAL


@cache
def group_of_row(row: str) -> GroupOfRows:
    """Of a row by its id: the longest beginning that is listed counts. Raises KeyError for an id that none begins."""
    beginnings = [begins for begins in _listed() if row.startswith(begins)]
    if not beginnings:
        raise KeyError(f"{row}: no beginning of it in {GROUPS_OF_ROWS.name}: add one")
    return _listed()[max(beginnings, key=len)]


@cache
def _listed() -> dict[str, GroupOfRows]:
    with GROUPS_OF_ROWS.open(newline="", encoding="utf-8") as lines:
        return {row["begins"]: GroupOfRows(row["group"], row["learned_by"]) for row in csv.DictReader(lines)}
