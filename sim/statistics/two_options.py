"""Which of two options is better, from paired differences: how probable it is, and what choosing either loses.

Chance alone: the mean difference is taken as normal with unknown variance and nothing known before, so that what is
believed of it afterwards is Student's t around the mean seen. The expected loss of a choice is the linear loss of Chick
and Inoue 2001 (Operations Research 49:732-743, https://doi.org/10.1287/opre.49.5.732.10615).
"""

import math
from typing import NamedTuple

import numpy as np
import scipy

from sim.statistics.arrays import FloatArray


class OneOrOther(NamedTuple):
    """Of a mean difference: `chance` that it is above 0, and what is lost on average by choosing either option.

    `loss_of_first` is lost by whoever chooses the option that the difference is for and it is below 0,
    `loss_of_second` by whoever chooses the other and it is above 0; both in the unit of the differences.
    """

    chance: float
    loss_of_first: float
    loss_of_second: float


def one_or_other(differences: FloatArray) -> OneOrOther:
    """Of paired differences, shape (n,), more is better; differences that are all equal leave no doubt.

    Raises ValueError for fewer than three: with fewer the expected loss has no value.
    """
    n = differences.size
    if n < 3:
        raise ValueError(f"{n} differences: give three or more")
    mean, error = float(differences.mean()), float(differences.std(ddof=1)) / math.sqrt(n)
    if np.ptp(differences) == 0.0:
        chance = 0.5 if mean == 0.0 else float(mean > 0.0)
        return OneOrOther(chance, max(-mean, 0.0), max(mean, 0.0))
    at = mean / error
    chance = float(scipy.special.stdtr(n - 1, at))
    return OneOrOther(chance, error * expected_shortfall(at, n - 1), error * expected_shortfall(-at, n - 1))


def expected_shortfall(at: float, freedom: int) -> float:
    """Mean of max(0, -X) where X is Student's t with so many degrees of freedom, moved by `at`."""
    log_density = (
        math.lgamma((freedom + 1) / 2)
        - math.lgamma(freedom / 2)
        - math.log(freedom * math.pi) / 2
        - (freedom + 1) / 2 * math.log1p(at * at / freedom)
    )
    density = math.exp(log_density)
    tail = float(scipy.special.stdtr(freedom, -at))
    return max(0.0, (freedom + at * at) / (freedom - 1) * density - at * tail)
