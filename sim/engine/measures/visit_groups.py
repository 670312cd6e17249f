"""Eligible mental-health visits by what is known of a child or a visit: whom a peer meets, who waits and for how long.

Counts and sums alone, which can be added up over groups; shares, means and their intervals are made of them in
`sim.analysis.subgroups`. Nothing here says why a group differs: the model lets hours, patience and consent differ, and
in `group` what `department.groups` states.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.department.arrivals import MENTAL_HEALTH
from sim.department.patients import AGE_GROUPS, ARRIVAL_MODES
from sim.department.quantities import ACUITIES
from sim.department.roster import WEEKDAYS
from sim.engine.measures.array_loops import Codes, Floats
from sim.engine.measures.cohort import Cohort, hours_of_day, hours_of_week
from sim.engine.trajectory import AMA, LWBS, PEER_KINDS_WISHED, Trajectory
from sim.io.suggest import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

HOURS_PER_BLOCK = 4
HOUR_BLOCKS = tuple(f"{hour:02d}-{hour + HOURS_PER_BLOCK:02d}" for hour in range(0, 24, HOURS_PER_BLOCK))
NO_YES = ("no", "yes")
SUMS = ("visits", "met", "seen", "wait_minutes", "left", "minutes_without_staff", "longest_unseen_minutes")
"""Of each group: its visits; those met by a peer; those seen by a physician, and the sum of their minutes from triage
to the physician; those that left unseen or against advice; sums of minutes without staff and of the longest stretches
of them."""


FEWEST_IN_GROUP = 10
"""Visits of a group in one replication below which it is hidden: there one child moves a share by over 10 points."""


class Attribute(NamedTuple):
    """What visits are grouped by: the names of its groups in a run, and of each visit the number of its group, -1 where
    it is in none."""

    groups: Callable[[Trajectory], tuple[str, ...]]
    codes: Callable[[Cohort], Codes]


def _of_flag(column: str) -> Attribute:
    return Attribute(lambda _: NO_YES, lambda cohort: cohort.flags(column).astype(np.int8))


def _of_code(column: str, names: tuple[str, ...], first: int = 0) -> Attribute:
    return Attribute(lambda _: names, lambda cohort: cohort.codes(column) - np.int8(first))


def _classes(trajectory: Trajectory) -> tuple[str, ...]:
    """Classes of severity of mental-health visits, none where they have none."""
    by_stream = dict(zip(trajectory.streams, trajectory.severities, strict=False))
    return by_stream.get(MENTAL_HEALTH, ())


VISIT_ATTRIBUTES: Mapping[str, Attribute] = {
    "age_group": _of_code("age_group", AGE_GROUPS),
    "arrival_hour": Attribute(
        lambda _: HOUR_BLOCKS, lambda cohort: (hours_of_day(cohort.arrival) // HOURS_PER_BLOCK).astype(np.int8)
    ),
    "weekday": Attribute(lambda _: WEEKDAYS, lambda cohort: (hours_of_week(cohort.arrival) // 24).astype(np.int8)),
    "caregiver": _of_flag("caregiver"),
    "group": Attribute(lambda run: run.groups, lambda cohort: cohort.codes("group")),
    "held": _of_flag("held"),
    "boarding": Attribute(lambda _: NO_YES, lambda cohort: (~np.isnan(cohort.times("boarding_start"))).astype(np.int8)),
    "acuity": _of_code("acuity", tuple(map(str, ACUITIES)), min(ACUITIES)),
    "severity": Attribute(
        _classes, lambda cohort: np.where(cohort.mental_health, cohort.codes("severity"), np.int8(-1))
    ),
    "arrival_mode": _of_code("arrival_mode", ARRIVAL_MODES),
    "peer_kind_wished": _of_code("peer_kind_wished", PEER_KINDS_WISHED),
}
"""What visits can be grouped by, by name. All but `boarding` are as the child arrives."""


NOT_IN_THE_MODEL = {
    "language": "the model knows no language: describe children who need another as a group of department.groups, with "
    "the consent, patience and triage you can justify, and give group",
    "peer_match": "whether the peer was of the kind wished is played by the roster's peer_kind; give peer_kind_wished",
}
"""Attributes that are asked for and not there, and what to do instead."""


def attribute_name(name: str) -> str:
    """The name of an attribute as it stands. Raises ValueError for one that is none, as `what: remedy`."""
    if name not in VISIT_ATTRIBUTES:
        remedy = NOT_IN_THE_MODEL.get(name) or did_you_mean(name, VISIT_ATTRIBUTES)
        raise ValueError(f"{name!r} is nothing that visits are grouped by: {remedy}")
    return name


def checked_attributes(by: str | Iterable[str]) -> tuple[str, ...]:
    """Attributes by name, each once. Raises ValueError for one that is none."""
    try:
        return tuple(map(attribute_name, (by,) if isinstance(by, str) else dict.fromkeys(by)))
    except ValueError as error:
        raise ValueError(f"by = {error}") from None


def group_sums(cohort: Cohort) -> "pd.DataFrame":
    """Sums of every group of every attribute: columns by, group and `SUMS`, a row for each group a run can have.

    Visits are those of the mental-health stream that arrive in the measured window, have departed and are eligible for
    a peer, as in `minutes_without_staff_mean.mental_health`.
    """
    import pandas as pd  # slow to load, and a command that plays nothing needs none

    chosen = np.flatnonzero(cohort.eligible & cohort.mental_health)
    numbers = _numbers_of(cohort, chosen)
    names, sums = list[tuple[str, str]](), list[Floats]()
    for by, attribute in VISIT_ATTRIBUTES.items():
        groups = attribute.groups(cohort.trajectory)
        codes = attribute.codes(cohort)[chosen].astype(np.intp)
        codes[codes < 0] = len(groups)  # counted behind the last, and left out
        names += [(by, group) for group in groups]
        sums.append(np.array([np.bincount(codes, each, len(groups) + 1)[: len(groups)] for each in numbers]))
    found = dict(zip(SUMS, np.concatenate(sums, axis=1), strict=True))
    return pd.DataFrame(
        {column: [each[place] for each in names] for place, column in enumerate(("by", "group"))} | found
    )


def _numbers_of(cohort: Cohort, chosen: np.ndarray) -> list[Floats]:
    """What each of the chosen visits adds to each of `SUMS`."""
    wait = cohort.from_triage_to_physician[chosen]
    minutes, longest = (
        _of_chosen(*part, cohort, chosen) for part in (cohort.alone.without_staff, cohort.alone.longest)
    )
    return [
        np.ones(chosen.size), cohort.met[chosen].astype(float), (~np.isnan(wait)).astype(float),
        np.nan_to_num(wait, nan=0.0), cohort.ended_as(LWBS, AMA)[chosen].astype(float), minutes, longest,
    ]  # fmt: skip


def _of_chosen(visits: np.ndarray, values: Floats, cohort: Cohort, chosen: np.ndarray) -> Floats:
    """The number of each chosen visit, of an outcome that eligible visits of all streams have, in their order."""
    of_all: Floats = np.zeros(cohort.size)
    of_all[visits] = values
    found: Floats = of_all[chosen]
    return found
