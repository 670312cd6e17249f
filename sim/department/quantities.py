"""Distributions and numbers by CTAS level as frozen values, and quantile functions as plain scalar arithmetic.

Which quantity is drawn when, and from which key, is `sim.engine.workload`.
"""

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, reduce
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from sim.department.short_text import NameAndText, arguments_within, lines_html, short_value
from sim.io.short_lists import few_of

MINUTES_PER_HOUR = 60.0
MINUTES_PER_DAY = 1440.0
MINUTES_PER_WEEK = 10080.0
ACUITIES = (1, 2, 3, 4, 5)

CONSTANT, EXPONENTIAL, LOGNORMAL, WEIBULL, UNIFORM, TRIANGULAR, GAMMA, EMPIRICAL = range(8)
"""Codes of the families in lowered form; those drawn from a table come last."""


def sum_in_order(numbers: Iterable[float]) -> float:
    """The sum, added from left to right: the same bits on every Python, since 3.12 `sum` corrects for rounding."""
    return reduce(operator.add, numbers, 0.0)


class Frozen(BaseModel):
    """A value of the department: strict about keys, immutable, hashable."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def _wrong(self) -> Iterator[str]:
        """What does not fit together among valid fields, and what to do about it; the first fault is raised."""
        return iter(())

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for fault in self._wrong():
            raise ValueError(fault)
        return self

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield from arguments_within(self._fields_in_words())

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        return lines_html(type(self).__name__, self._fields_in_words())

    def _fields_in_words(self) -> Iterator[NameAndText]:
        """Name and short text of each field that has no default, or another value than that."""
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if field.is_required() or value != field.get_default(call_default_factory=True):
                yield name, short_value(value)


ROUNDING = 1e-6
"""How far a share, or a sum of shares, may miss its bound: numbers that were computed elsewhere end in rounding."""
LARGEST_DEMAND_FACTOR = 5.0
LARGEST_EFFECT_FACTOR = 20.0
"""Above these a factor is taken for a percentage. Odds ratios and paces may well be larger than factors of demand."""


def without_rounding(value: Any) -> Any:
    """A number below 0 by no more than `ROUNDING` is 0; everything else is passed on as it is."""
    return 0.0 if isinstance(value, float) and -ROUNDING <= value < 0.0 else value


def without_rounding_of_share(value: Any) -> Any:
    """The same of a share, which may miss 1 from above too."""
    return 1.0 if isinstance(value, float) and 1.0 < value <= 1.0 + ROUNDING else without_rounding(value)


def not_a_percentage(largest: float) -> Callable[[float], float]:
    """A validator that takes a factor above `largest` for a percentage."""

    def validated(value: float) -> float:
        if value > largest:
            raise ValueError(f"is {value:g} a per cent? write {value / 100.0:g}")
        return value

    return validated


Positive = Annotated[float, Field(gt=0)]
NonNegative = Annotated[float, BeforeValidator(without_rounding), Field(ge=0)]
Probability = Annotated[float, BeforeValidator(without_rounding_of_share), Field(ge=0, le=1)]
DemandFactor = Annotated[float, Field(gt=0), AfterValidator(not_a_percentage(LARGEST_DEMAND_FACTOR))]
"""Multiplies visits: 1.1 is a tenth more."""
EffectFactor = Annotated[float, Field(gt=0), AfterValidator(not_a_percentage(LARGEST_EFFECT_FACTOR))]
"""Multiplies minutes, odds or a hazard: 1 is no effect."""
FactorFromZero = Annotated[NonNegative, AfterValidator(not_a_percentage(LARGEST_EFFECT_FACTOR))]
"""Multiplies a pace or a share: 0 leaves nothing of it, 1 is no effect."""
FiveNonNegative = tuple[NonNegative, NonNegative, NonNegative, NonNegative, NonNegative]
FiveProbabilities = tuple[Probability, Probability, Probability, Probability, Probability]
ByAcuity = NonNegative | FiveNonNegative
"""One number for everybody, or five for CTAS 1 to 5."""
ShareByAcuity = Probability | FiveProbabilities


def of_acuity(value: float | tuple[float, ...], acuity: int) -> float:
    """The entry of a by-acuity number for one CTAS level (1 to 5)."""
    return value[acuity - 1] if isinstance(value, tuple) else value


Lowered = tuple[int, float, float, float]
"""Family code and three parameters, as `quantile` takes them; of a family drawn from a table see its `lowered`."""


# Every family answers for one CTAS level (1 to 5), in the unit of the quantity: `lowered` with its code and three
# parameters, as `quantile` takes them, `mean_of` with its arithmetic mean.


class Constant(Frozen):
    """Always the same value."""

    family: Literal["constant"] = "constant"
    value: ByAcuity

    def lowered(self, acuity: int) -> Lowered:
        return CONSTANT, of_acuity(self.value, acuity), 0.0, 0.0

    def mean_of(self, acuity: int) -> float:
        return of_acuity(self.value, acuity)


class Exponential(Frozen):
    """Memoryless, given by its mean."""

    family: Literal["exponential"] = "exponential"
    mean: ByAcuity

    def lowered(self, acuity: int) -> Lowered:
        return EXPONENTIAL, of_acuity(self.mean, acuity), 0.0, 0.0

    def mean_of(self, acuity: int) -> float:
        return of_acuity(self.mean, acuity)


class MeanAndCv(Frozen):
    """Given by a mean and a coefficient of variation, or where there is one mean by its standard deviation `sd`."""

    @model_validator(mode="before")
    @classmethod
    def _cv_of_sd(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("sd") is None:
            return data
        rest = {key: value for key, value in data.items() if key != "sd"}
        mean, sd = data.get("mean"), data["sd"]
        if rest.get("cv") is not None:
            raise ValueError(f"sd {sd} and cv {rest['cv']} are given: keep one, and write cv: null for an inherited cv")
        if not all(isinstance(one, int | float) and not isinstance(one, bool) and one > 0 for one in (mean, sd)):
            raise ValueError(f"sd {sd!r} with mean {mean!r}: give one number above 0 for each, or cv with five means")
        return rest | {"cv": sd / mean}


class Lognormal(MeanAndCv):
    """Lognormal given by its arithmetic mean and coefficient of variation."""

    family: Literal["lognormal"] = "lognormal"
    mean: ByAcuity
    cv: Positive

    def lowered(self, acuity: int) -> Lowered:
        mean = of_acuity(self.mean, acuity)
        if mean == 0.0:
            return CONSTANT, 0.0, 0.0, 0.0
        log_variance = math.log1p(self.cv * self.cv)
        return LOGNORMAL, math.log(mean) - log_variance / 2.0, math.sqrt(log_variance), 0.0

    def mean_of(self, acuity: int) -> float:
        return of_acuity(self.mean, acuity)


class LognormalMedian(Frozen):
    """Lognormal given by its median and the standard deviation of its logarithm."""

    family: Literal["lognormal_median"] = "lognormal_median"
    median: ByAcuity
    log_sd: Positive

    def lowered(self, acuity: int) -> Lowered:
        median = of_acuity(self.median, acuity)
        if median == 0.0:
            return CONSTANT, 0.0, 0.0, 0.0
        return LOGNORMAL, math.log(median), self.log_sd, 0.0

    def mean_of(self, acuity: int) -> float:
        return of_acuity(self.median, acuity) * math.exp(self.log_sd**2 / 2.0)


class Weibull(Frozen):
    """Weibull given by shape and scale."""

    family: Literal["weibull"] = "weibull"
    shape: Positive
    scale: ByAcuity

    def lowered(self, acuity: int) -> Lowered:
        return WEIBULL, self.shape, of_acuity(self.scale, acuity), 0.0

    def mean_of(self, acuity: int) -> float:
        return of_acuity(self.scale, acuity) * math.gamma(1.0 + 1.0 / self.shape)


class Uniform(Frozen):
    """Uniform between low and high."""

    family: Literal["uniform"] = "uniform"
    low: NonNegative
    high: NonNegative

    def _wrong(self) -> Iterator[str]:
        if self.high < self.low:
            yield f"high {self.high} is below low {self.low}: swap them"

    def lowered(self, acuity: int) -> Lowered:
        return UNIFORM, self.low, self.high, 0.0

    def mean_of(self, acuity: int) -> float:
        return (self.low + self.high) / 2.0


class Triangular(Frozen):
    """Triangular on low, mode, high."""

    family: Literal["triangular"] = "triangular"
    low: NonNegative
    mode: NonNegative
    high: NonNegative

    def _wrong(self) -> Iterator[str]:
        if not self.low <= self.mode <= self.high or self.low == self.high:
            yield f"low {self.low}, mode {self.mode}, high {self.high} must rise: give low <= mode <= high, low < high"

    def lowered(self, acuity: int) -> Lowered:
        return TRIANGULAR, self.low, self.mode, self.high

    def mean_of(self, acuity: int) -> float:
        return (self.low + self.mode + self.high) / 3.0


class Gamma(MeanAndCv):
    """Gamma given by mean and coefficient of variation; drawn from a quantile table (`gamma_table`)."""

    family: Literal["gamma"] = "gamma"
    mean: ByAcuity
    cv: Annotated[float, Field(ge=0.02, le=3.0)]

    def lowered(self, acuity: int) -> Lowered:
        return GAMMA, of_acuity(self.mean, acuity), self.cv, 0.0

    def mean_of(self, acuity: int) -> float:
        return of_acuity(self.mean, acuity)


Quantiles = Annotated[tuple[NonNegative, ...], Field(min_length=2)]
_MOST_NAMED = 5
"""So many faults of one list are named one by one, the others counted."""
FiveQuantiles = tuple[Quantiles, Quantiles, Quantiles, Quantiles, Quantiles]


def nesting_of(value: Any) -> str:
    """`nested` for a list of lists, `flat` for any other, by what the first entry is."""
    nested = isinstance(value, list | tuple) and len(value) > 0 and isinstance(value[0], list | tuple)
    return "nested" if nested else "flat"


NESTING = Discriminator(nesting_of)
"""Tells a union of a list tagged `flat` and a list of lists tagged `nested` apart: faults are those of one of them."""


class Empirical(Frozen):
    """Given by its own quantiles: the values that shares `at` of all do not exceed, straight lines between them.

    `at` rises from 0 (the smallest value) to 1 (the largest); without it the quantiles are at even steps, so that
    five are minimum, quartiles and maximum, and a sorted sample can be written as it is. `quantiles` are for everybody,
    or five lists for CTAS 1 to 5, all at the same shares; `scale` multiplies them.
    """

    family: Literal["empirical"] = "empirical"
    quantiles: Annotated[Annotated[Quantiles, Tag("flat")] | Annotated[FiveQuantiles, Tag("nested")], NESTING]
    at: Annotated[tuple[Probability, ...], Field(min_length=2)] | None = None
    scale: ByAcuity = 1.0

    def _wrong(self) -> Iterator[str]:
        wrong = list(self._out_of_order())
        if wrong:
            found = few_of([what for what, _ in wrong], _MOST_NAMED)
            yield f"{found}: {'; '.join(dict.fromkeys(remedy for _, remedy in wrong))}"

    def _out_of_order(self) -> Iterator[tuple[str, str]]:
        """What is wrong between the lists, and what to do."""
        of_one = self._lists()[0][1]
        for name, values in self._lists():
            if len(values) != len(of_one):
                yield f"{name} has {len(values)} values, the first {len(of_one)}", "give as many for every level"
            for place, (before, value) in enumerate(pairwise(values), 1):
                if value < before:
                    yield f"{name}.{place} is {value:g}, below {before:g} before it", "put quantiles in rising order"
        if self.at is None:
            return
        if len(self.at) != len(of_one):
            yield f"at has {len(self.at)} shares for {len(of_one)} quantiles", "give one for each, or leave `at` out"
        for place, share in ((0, 0.0), (len(self.at) - 1, 1.0)):
            if self.at[place] != share:
                yield f"at.{place} is {self.at[place]:g}, not {share:g}", "give shares from 0 (smallest) to 1 (largest)"
        for place, (before, share) in enumerate(pairwise(self.at), 1):
            if share <= before:
                yield f"at.{place} is {share:g}, not above {before:g} before it", "let shares rise at every step"

    def _lists(self) -> list[tuple[str, tuple[float, ...]]]:
        """Each list of quantiles with its place in the value."""
        lists = self._by_level()
        return [(f"quantiles.{place}" if len(lists) > 1 else "quantiles", values) for place, values in enumerate(lists)]

    def _by_level(self) -> tuple[tuple[float, ...], ...]:
        """The quantiles of each CTAS level, or of everybody alone."""
        lists: Any = self.quantiles
        return lists if isinstance(lists[0], tuple) else (lists,)

    def shares(self) -> tuple[float, ...]:
        """Shares of all values that do not exceed each quantile."""
        last = len(self._by_level()[0]) - 1
        return self.at if self.at is not None else tuple(place / last for place in range(last + 1))

    def quantiles_of(self, acuity: int) -> tuple[float, ...]:
        """Those of one CTAS level, not yet multiplied."""
        lists = self._by_level()
        return lists[acuity - 1] if len(lists) > 1 else lists[0]

    def knots(self, acuity: int) -> tuple[float, ...]:
        """The table `knot_quantile` reads: shares, then the quantiles at them."""
        return (*self.shares(), *self.quantiles_of(acuity))

    def lowered(self, acuity: int) -> Lowered:
        """Scale and the number of knots; whoever lays tables end to end adds where this one begins."""
        return EMPIRICAL, of_acuity(self.scale, acuity), 0.0, float(len(self.shares()))

    def mean_of(self, acuity: int) -> float:
        shares, values = self.shares(), self.quantiles_of(acuity)
        pieces = zip(shares, shares[1:], values, values[1:], strict=False)
        return of_acuity(self.scale, acuity) * math.fsum((b - a) * (low + high) / 2.0 for a, b, low, high in pieces)


Distribution = Annotated[
    Constant | Exponential | Lognormal | LognormalMedian | Weibull | Uniform | Triangular | Gamma | Empirical,
    Field(discriminator="family"),
]

TABLE_LOW, TABLE_HIGH, TABLE_STEP = -8.3, 8.3, 0.01
TABLE_POINTS = round((TABLE_HIGH - TABLE_LOW) / TABLE_STEP) + 1
"""Quantile tables are on an even grid of normal scores, so that the tails are as fine as the middle."""


@lru_cache(maxsize=64)
def gamma_table(cv: float) -> np.ndarray:
    """Quantiles of the gamma distribution with mean 1 on the grid of normal scores, shape (TABLE_POINTS,).

    Linear interpolation between them is within 3e-5 of the exact quantile, absolutely, for cv 0.02 to 1.
    """
    from scipy import special  # slow to load, and not needed to check a scenario

    scores = np.linspace(TABLE_LOW, TABLE_HIGH, TABLE_POINTS)
    shape = 1.0 / (cv * cv)
    lower = special.gammaincinv(shape, special.ndtr(scores)) * (1.0 / shape)
    upper = special.gammainccinv(shape, special.ndtr(-scores)) * (1.0 / shape)
    return np.ascontiguousarray(np.where(scores < 0.0, lower, upper))


def polynomial(
    r: float, c0: float, c1: float, c2: float, c3: float, c4: float, c5: float, c6: float, c7: float
) -> float:
    """c0 + c1 r + ... + c7 r^7, from the highest power down (Horner)."""
    return ((((((c7 * r + c6) * r + c5) * r + c4) * r + c3) * r + c2) * r + c1) * r + c0


def normal_quantile(u: float) -> float:
    """Standard normal quantile of u in (0, 1).

    Algorithm AS 241 (PPND16), Wichura 1988, Applied Statistics 37(3):477-484.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        above = polynomial(
            r, 3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
            45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
        )  # fmt: skip
        below = polynomial(
            r, 1.0, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077,
            21213.794301586595867, 39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
        )  # fmt: skip
        return q * above / below
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    if r <= 5.0:
        r -= 1.6
        above = polynomial(
            r, 1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
            1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
        )  # fmt: skip
        below = polynomial(
            r, 1.0, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455,
            0.14810397642748007459, 0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
        )  # fmt: skip
    else:
        r -= 5.0
        above = polynomial(
            r, 6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
            0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
        )  # fmt: skip
        below = polynomial(
            r, 1.0, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525,
            7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
        )  # fmt: skip
    value = above / below
    return -value if q < 0.0 else value


def table_quantile(table: np.ndarray, u: float) -> float:
    """Quantile by linear interpolation in a table on the grid of normal scores."""
    position = (normal_quantile(u) - TABLE_LOW) / TABLE_STEP
    if position < 0.0:
        return float(table[0])
    index = int(position)
    if index >= TABLE_POINTS - 1:
        return float(table[TABLE_POINTS - 1])
    return float(table[index] + (position - index) * (table[index + 1] - table[index]))


def knot_quantile(knots: np.ndarray, u: float) -> float:
    """Quantile by linear interpolation between the knots of an empirical distribution: shares, then values."""
    n = len(knots) // 2
    low, high = 0, n - 1
    while high - low > 1:
        middle = (low + high) // 2
        if knots[middle] <= u:
            low = middle
        else:
            high = middle
    part = (u - knots[low]) / (knots[high] - knots[low])
    return float(knots[n + low] + part * (knots[n + high] - knots[n + low]))


def triangular_quantile(low: float, mode: float, high: float, u: float) -> float:
    """Quantile of the triangular distribution."""
    split = (mode - low) / (high - low)
    if u < split:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))


def quantile(family: int, a: float, b: float, c: float, u: float) -> float:
    """Quantile at u in (0, 1) of every family with a closed form; the others go by their tables."""
    if family == CONSTANT:
        return a
    if family == EXPONENTIAL:
        return -a * math.log1p(-u)
    if family == LOGNORMAL:
        return math.exp(a + b * normal_quantile(u))
    if family == WEIBULL:
        return float(b * (-math.log1p(-u)) ** (1.0 / a))
    if family == UNIFORM:
        return a + u * (b - a)
    return triangular_quantile(a, b, c, u)
