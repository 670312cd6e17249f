"""Intervals that keep their word while somebody watches them narrow.

A 95 % interval looked at after 4, 8, 12 and 20 replications leaves the truth out at least once in 14 of 100 studies,
not in 5. So the error that is allowed is spent once, over all looks together: `EARLY_SHARE` of it over the early ones,
in proportion to the replications they have (the linear spending function of Lan and DeMets), the rest at the last.
Levels follow from what is spent by Boole's inequality: the chance that any of the intervals shown of one measure
leaves its truth out is at most what is spent, however the looks depend on each other. Looks stand at fixed numbers of
replications: if the eye or the clock placed them, the sum would not hold.

Against levels that use the correlation sqrt(n_i / n_j) of two looks, the last interval of 20 replications is 2 % wider
(docs/decisions/0038-early-looks-are-wide-and-the-last-one-is-the-answer.md). Values are taken as normal, as in
`sim.statistics.intervals`.

Source: Lan KKG, DeMets DL. Discrete sequential boundaries for clinical trials. Biometrika 1983;70(3):659-663.
"""

from collections.abc import Sequence
from itertools import pairwise

from numpy.typing import ArrayLike

from sim.statistics.arrays import check_confidence, rows_of_measures
from sim.statistics.intervals import EstimateColumns, mean_intervals

EARLY_SHARE = 0.2
"""Of the error allowed, spent over all early looks together: 1 % of 5 %. The last interval of 20 replications is then
5 % wider than one that nobody watched."""
FIRST_LOOKS = (4, 8, 12, 20, 32, 50, 80, 125, 200)
"""Replications at which to look, about half as many again each time. After 2 an interval that keeps its word is
hundreds of times as wide as the last."""
LATEST_EARLY_LOOK = 0.75
"""Of the replications planned: later the answer itself is near."""


def look_numbers(planned: int) -> tuple[int, ...]:
    """Replications after which to look: a function of those planned alone. The last are all of them."""
    if planned < 1:
        raise ValueError(f"{planned} replications are planned: give 1 or more")
    return (*(n for n in FIRST_LOOKS if n <= LATEST_EARLY_LOOK * planned), planned)


def look_levels(looks: Sequence[int], confidence: float = 0.95) -> dict[int, float]:
    """The confidence of the interval at each look, by its number of replications, rising; the last are those planned.

    All of them together hold at `confidence`. The last level is for whoever may stop at any look; a study that always
    plays what it planned, and reports that, keeps `confidence` for its last interval. Raises ValueError if the looks
    do not rise.
    """
    check_confidence(confidence)
    if not looks or any(later <= n for n, later in pairwise((0, *looks))):
        raise ValueError(f"looks are {list(looks)}: give numbers of replications that rise, those planned last")
    *early, last = looks
    if not early:
        return {last: confidence}
    spent = EARLY_SHARE * (1.0 - confidence)
    levels = {n: 1.0 - spent * (n - before) / early[-1] for before, n in pairwise((0, *early))}
    return {**levels, last: confidence + spent}


def intervals_at_look(table: ArrayLike, looks: Sequence[int], confidence: float = 0.95) -> EstimateColumns:
    """What `mean_intervals` gives, at the level of the look that the table's number of columns is.

    table: shape (m, n), a row per measure, the first n replications. Raises ValueError if n is no look.
    """
    x, levels = rows_of_measures(table, "table"), look_levels(looks, confidence)
    if x.shape[1] not in levels:
        raise ValueError(f"{x.shape[1]} replications are no look: there are those of {', '.join(map(str, levels))}")
    return mean_intervals(x, levels[x.shape[1]])
