"""Which measures a sweep shows: chosen by what is varied, unless the user names them.

The rule stands in `SHOWN_BY`, one row for each kind of key. Every measure of every scenario stays in the tables of the
folder, and which differences are judged together does not depend on what is shown.
"""

from collections.abc import Mapping, Sequence

from sim.analysis.estimates import LEAVING
from sim.analysis.valuation import STAFF_COST
from sim.engine.measures.catalogue import CHOSEN_LATE

PEER_REACH, WITHOUT_STAFF_MEAN = "reach.mental_health", "minutes_without_staff_mean.mental_health"
PHYSICIAN_WAIT = "wait_triage_to_pia_mean.all"
MH_STAY, MH_STAY_WITHOUT_BOARDING = (
    "length_of_stay_mean.mental_health",
    "length_of_stay_without_boarding_mean.mental_health",
)
BOARDING_PER_ADMISSION, WITHOUT_STAFF_P90 = (
    "boarding_hours_per_admitted.mental_health",
    "minutes_without_staff_p90.mental_health",
)
COST_PER_CHILD = "cost_per_child_met.all"
_RETURNS = ("return_72h_per_patient.mental_health", "return_30d_per_patient.mental_health")

SHOWN_BY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("staffing.", (PEER_REACH, WITHOUT_STAFF_MEAN, WITHOUT_STAFF_P90, STAFF_COST)),
    ("support", (PEER_REACH, WITHOUT_STAFF_MEAN, WITHOUT_STAFF_P90, STAFF_COST)),
    ("staffing", (PEER_REACH, WITHOUT_STAFF_MEAN, PHYSICIAN_WAIT, LEAVING, STAFF_COST)),
    ("demand.mh_shape", (PEER_REACH, WITHOUT_STAFF_MEAN, COST_PER_CHILD)),
    ("demand", (PHYSICIAN_WAIT, LEAVING, WITHOUT_STAFF_MEAN)),
    ("boarding", (MH_STAY, MH_STAY_WITHOUT_BOARDING, BOARDING_PER_ADMISSION, WITHOUT_STAFF_MEAN)),
    (
        "effects",
        (WITHOUT_STAFF_MEAN, LEAVING, *_RETURNS),
    ),
    ("department", (PHYSICIAN_WAIT, LEAVING, MH_STAY, WITHOUT_STAFF_MEAN)),
    ("", (PHYSICIAN_WAIT, LEAVING, WITHOUT_STAFF_MEAN, *CHOSEN_LATE, STAFF_COST)),
)
"""How a key that is varied begins, and the measures that it is shown by, the telling one first; the first row that fits
holds."""
MOST_MEASURES = 6
"""Measures shown where several keys are varied."""


def shown_for(keys: Sequence[str], asked: Sequence[str] = ()) -> tuple[str, ...]:
    """Names of the measures shown of a sweep over these keys: those `asked` for, or two of every key in turn.

    What belongs to the world (demand, boarding) goes before what is chosen; cost is last.
    """
    if asked:
        return tuple(dict.fromkeys(asked))
    of_each = [shown_by(key) for key in sorted(keys, key=order_of)] or [SHOWN_BY[-1][1]]
    longest = max(map(len, of_each))
    in_turn = (name for place in range(0, longest, 2) for names in of_each for name in names[place : place + 2])
    found = [name for name in dict.fromkeys(in_turn) if name != STAFF_COST][: MOST_MEASURES - 1]
    return (*found, STAFF_COST) if any(STAFF_COST in names for names in of_each) else tuple(found)


def shown_by(key: str) -> tuple[str, ...]:
    """Measures that a key is shown by."""
    return next(names for begins, names in SHOWN_BY if key.startswith(begins))


def order_of(key: str) -> int:
    """0 for what nobody chooses when a roster is chosen, 1 for what can be chosen; the hours of arrivals count as
    chosen by the roster that meets them."""
    return 0 if key.startswith(("demand.growth", "demand.mh_growth", "boarding", "department", "effects")) else 1


def available(shown: Sequence[str], means: Mapping[str, float]) -> tuple[str, ...]:
    """Those of the measures that the runs have, by name with their means; the longest waits for steps in place of that
    for a physician where nobody waits for one."""
    found: list[str] = []
    for name in shown:
        if name in means:
            found.append(name)
        elif name == PHYSICIAN_WAIT:
            found += longest_step_waits(means)
    return tuple(dict.fromkeys(found))


MOST_STEPS = 3
"""Steps whose wait is shown where nobody waits for a physician."""


def longest_step_waits(means: Mapping[str, float]) -> list[str]:
    """Names of the waits for steps of all visits, the longest first, of measures with their means."""
    waits = [name for name in means if name.startswith("step_wait_mean.") and name.count(".") == 1]
    return sorted(waits, key=lambda name: -means[name])[:MOST_STEPS]
