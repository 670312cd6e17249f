"""How a row of the register is drawn: its value at each quantile, as the word in `distribution` says.

A row of several numbers (CTAS 1 to 5) has one quantile: its numbers move together. A two-piece distribution has the
value as its median and low and high as its 2.5 and 97.5 % points, whatever the three are: half a normal distribution
to each side on the scale of the logarithm (`two-piece lognormal`) or of the log-odds (`two-piece logit-normal`). Two
parameters, as those of a beta, cannot hold three such numbers.
"""

import math
import re
from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit, ndtri

from sim.register.rows import Assumption, assumed_numbers
from sim.statistics.arrays import FloatArray

FACTOR = re.compile(r"x([\d.]+)")
Z_OF_LIMITS = 1.959964
"""The 97.5 % point of the standard normal distribution."""
STEEPEST = 8.0
"""Slope of a tilt beyond which no mix of the register lies inside its limits."""


class NotDrawable(ValueError):
    """A row whose range and distribution cannot be read."""


def quantiles(row: Assumption, shares: FloatArray) -> FloatArray:
    """The row's numbers (columns) at each share (rows), between 0 and 1. Raises NotDrawable."""
    draw = DISTRIBUTIONS.get(row.distribution)
    values = assumed_numbers(row)
    if draw is None or values is None:
        known = ", ".join(DISTRIBUTIONS)
        raise NotDrawable(f"{row.id}: {row.value!r} is not drawn as {row.distribution!r}: one of {known}")
    u = np.asarray(shares, np.float64)[:, None]
    try:
        return draw(row, np.array(values), u)
    except ValueError as error:
        raise NotDrawable(f"{row.id}: {row.low} to {row.high}, {row.distribution}: {error}") from None


def limits(row: Assumption, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Low and high of each number of a row."""
    low, high = (np.array([float(part) for part in text.split("/")]) for text in (row.low, row.high))
    if not len(low) == len(values) == len(high):
        raise ValueError("as many limits as values are needed")
    return low, high


def factors(row: Assumption, u: FloatArray) -> FloatArray:
    """A factor between `low` and `high`, written x0.7 and x1.3."""
    low, high = FACTOR.fullmatch(row.low), FACTOR.fullmatch(row.high)
    if low is None or high is None:
        raise ValueError("factors are written x0.7 and x1.3")
    return float(low[1]) + u * (float(high[1]) - float(low[1]))


def evenly(row: Assumption, values: FloatArray, u: FloatArray) -> FloatArray:
    low, high = limits(row, values)
    return low + u * (high - low)


def whole_numbers(row: Assumption, values: FloatArray, u: FloatArray) -> FloatArray:
    low, high = limits(row, values)
    return np.minimum(np.floor(low + u * (high - low + 1.0)), high)


def triangular(row: Assumption, values: FloatArray, u: FloatArray) -> FloatArray:
    low, high = limits(row, values)
    below = u < (values - low) / (high - low)
    return np.where(
        below,
        low + np.sqrt(u * (high - low) * (values - low)),
        high - np.sqrt((1.0 - u) * (high - low) * (high - values)),
    )


def two_piece(to_line: Callable[[FloatArray], FloatArray], back: Callable[[FloatArray], FloatArray]) -> "Draw":
    """Half a normal distribution to each side of the value, on a scale without ends."""

    def draw(row: Assumption, values: FloatArray, u: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            low, middle, high = (to_line(end) for end in (limits(row, values)[0], values, limits(row, values)[1]))
        if not np.isfinite([low, middle, high]).all():
            raise ValueError("the limits are at or beyond the ends of what is possible")
        spread = np.where(u < 0.5, middle - low, high - middle) / Z_OF_LIMITS
        return back(middle + ndtri(u) * spread)

    return draw


def tilted(row: Assumption, values: FloatArray, u: FloatArray) -> FloatArray:
    """A mix that leans to its earlier parts (shares below a half) or its later ones, at most to its limits."""
    low, high = limits(row, values)
    earliest, latest = (farthest_tilt(values, low, high, sign) for sign in (-1, 1))
    return leaning(values, (2.0 * u - 1.0) * np.where(u < 0.5, earliest, latest))


def farthest_tilt(values: FloatArray, low: FloatArray, high: FloatArray, sign: int) -> float:
    """The steepest slope at which every part is inside its limits."""
    least, most = 0.0, STEEPEST
    for _ in range(60):
        middle = (least + most) / 2
        parts = leaning(values, np.array([[sign * middle]]))
        inside = bool(((low <= parts) & (parts <= high)).all())
        least, most = (middle, most) if inside else (least, middle)
    return least


def leaning(values: FloatArray, slopes: FloatArray) -> FloatArray:
    """Each part times exp(slope x place), brought back to their total."""
    weights = values * np.exp(slopes * np.arange(len(values)))
    parts: FloatArray = values.sum() * weights / weights.sum(axis=1, keepdims=True)
    return parts


def common_factor(row: Assumption, values: FloatArray, u: FloatArray) -> FloatArray:
    return np.minimum(values * factors(row, u), 1.0 if row.unit == "proportion" else math.inf)


def departure(row: Assumption, values: FloatArray, u: FloatArray) -> FloatArray:
    """Each number's distance from their mean, times a factor; no number falls below zero, their sum stays."""
    parts = np.maximum(values.mean() + factors(row, u) * (values - values.mean()), 0.0)
    moved: FloatArray = values.sum() * parts / parts.sum(axis=1, keepdims=True)
    return moved


def departure_from_1(row: Assumption, values: FloatArray, u: FloatArray) -> FloatArray:
    return 1.0 + factors(row, u) * (values - 1.0)


Draw = Callable[[Assumption, FloatArray, FloatArray], FloatArray]
DISTRIBUTIONS: dict[str, Draw] = {
    "uniform": evenly,
    "integer uniform": whole_numbers,
    "triangular": triangular,
    "two-piece lognormal": two_piece(np.log, np.exp),
    "two-piece logit-normal": two_piece(logit, expit),
    "tilt, uniform": tilted,
    "common factor, uniform": common_factor,
    "departure factor, uniform": departure,
    "departure from 1, uniform": departure_from_1,
}
