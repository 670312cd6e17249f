"""Rows of the table of estimates: each value with its error, beside the value written to the configuration."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sim.calibration.estimators.shares import HOURS_PER_DAY, Shares
from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray

Label = tuple[str, str, str]
"""Weekday, hour and level of an estimate, each empty where it has none."""
HOUR_LABELS: Final[tuple[Label, ...]] = tuple(("", f"{hour:02d}", "") for hour in range(HOURS_PER_DAY))
LEVEL_LABELS: Final[tuple[Label, ...]] = tuple(("", "", str(level)) for level in ACUITIES)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row of the table: `in_config` is the value written to the configuration, None if it is not."""

    quantity: str
    weekday: str
    hour: str
    level: str
    n: int
    estimate: float
    standard_error: float | None
    in_config: float | None


def share_rows(
    quantity: str,
    shares: Shares,
    labels: Sequence[Label],
    *,
    written: Sequence[float] | None = None,
    scale: float = 1.0,
) -> Iterator[Estimate]:
    """Rows of shares with their errors, times `scale`, beside the values written."""
    return value_rows(quantity, shares.n, labels, scale * shares.share, scale * shares.standard_error, written)


def value_rows(
    quantity: str,
    n: int,
    labels: Sequence[Label],
    values: FloatArray,
    errors: FloatArray,
    written: Sequence[float] | None = None,
) -> Iterator[Estimate]:
    """A row for each value with its error, beside the value written."""
    in_config = (None,) * len(labels) if written is None else written
    for label, value, error, config in zip(labels, values, errors, in_config, strict=True):
        yield Estimate(quantity, *label, n, float(value), float(error), config)
