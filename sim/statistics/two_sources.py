"""Chance and assumptions told apart: what values of draws of the assumptions, played once each, say of their spread.

Some draws are played twice. Half the mean squared difference of the two is the variance of chance; what is left of the
variance of all draws is that of the assumptions. Values are drawn together until their spread is that of the
assumptions alone (Louis 1984, J. Am. Stat. Assoc. 79:393-398), a little wider for what is not known of that spread
(a quantile of t with the degrees of freedom of Satterthwaite 1946, Biometrics Bull. 2:110-114). Their quantiles are the
interval. Where the variance of all draws is not beyond that of chance, values are left as they are: the interval is
then an upper limit.
"""

from dataclasses import dataclass

import numpy as np
from scipy import special

from sim.statistics.arrays import FloatArray, check_confidence

FEWEST_DRAWS = 40
"""With fewer the ends of a 95 % interval are beyond the outermost draws."""


TEST_LEVEL = 0.95
"""Of the test whether draws vary beyond chance, and of the interval whose width is widened rightly."""


@dataclass(frozen=True, slots=True)
class Split:
    """`values` of draws (n,) with the spread of the assumptions; variances of one run of a draw.

    `beyond_chance`: whether draws vary by more than chance. If not, the spread of the values is that of both.
    """

    values: FloatArray
    of_chance: float
    of_assumptions: float
    beyond_chance: bool

    def interval(self, confidence: float) -> tuple[float, float]:
        """The central interval, which holds another draw as often as its confidence says (Weibull's positions)."""
        check_confidence(confidence)
        ends = ((1.0 - confidence) / 2.0, (1.0 + confidence) / 2.0)
        low, high = np.quantile(self.values[np.isfinite(self.values)], ends, method="weibull")
        return float(low), float(high)


def split_of(first: FloatArray, again: FloatArray) -> Split:
    """Values of all draws (n,) and of a second run of each (n,), nan where there was none.

    Raises ValueError for fewer than `FEWEST_DRAWS` values, or fewer than two pairs.
    """
    known = np.isfinite(first)
    pairs = known & np.isfinite(again)
    if known.sum() < FEWEST_DRAWS or pairs.sum() < 2:
        raise ValueError(f"{known.sum()} draws, {pairs.sum()} of them twice: give {FEWEST_DRAWS} and 2 at least")
    total = float(first[known].var(ddof=1))
    of_chance = float(((first - again)[pairs] ** 2).mean() / 2.0)
    of_assumptions = max(total - of_chance, 0.0)
    n, n_pairs = int(known.sum()), int(pairs.sum())
    beyond_chance = bool(total > of_chance * special.fdtri(n - 1, n_pairs, TEST_LEVEL))
    closer = 1.0
    if beyond_chance:
        freedom = of_assumptions**2 / (total**2 / (n - 1) + of_chance**2 / n_pairs)
        wider = special.stdtrit(freedom, (1.0 + TEST_LEVEL) / 2.0) / special.ndtri((1.0 + TEST_LEVEL) / 2.0)
        closer = min(np.sqrt(of_assumptions / total) * wider, 1.0)
    middle = float(first[known].mean())
    return Split(middle + closer * (first - middle), of_chance, of_assumptions, beyond_chance)


def chances_of_being_best(values: FloatArray) -> FloatArray:
    """Of draws (n, k) the share in which each of k choices is greatest, ties shared; draws with a nan do not count."""
    known = values[np.isfinite(values).all(axis=1)]
    best = known == known.max(axis=1, keepdims=True)
    found: FloatArray = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
    return found


def expected_regrets(values: FloatArray) -> FloatArray:
    """Of draws (n, k): how much less each of k choices brings on average than choosing the greatest in every draw."""
    known = values[np.isfinite(values).all(axis=1)]
    found: FloatArray = (known.max(axis=1, keepdims=True) - known).mean(axis=0)
    return found
