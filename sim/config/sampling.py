"""Samples of many keys at once: a Latin hypercube or a Sobol sequence over ranges and choices.

Which keys, and what goes before the samples, is said in `designs`.
"""

import math
import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from sim.config.overrides import Override, Range

LATIN, SOBOL = "lhs", "sobol"
SAMPLED = (LATIN, SOBOL)
FINENESS = 1e-6
"""Samples of a range are rounded to a place as fine as this part of its width: easy to read and to type."""


def sampled(
    columns: Mapping[str, Range | Sequence[Override]], kind: str, n: int, seed: int
) -> list[tuple[Override, ...]]:
    """`n` scenarios over the columns. The same seed gives the same ones on every machine."""
    unit = unit_samples(kind, n, len(columns), seed)
    chosen = [
        from_range(column, unit[:, place]) if isinstance(column, Range) else from_choices(column, unit[:, place])
        for place, column in enumerate(columns.values())
    ]
    return list(zip(*chosen, strict=True))


def unit_samples(kind: str, n: int, dimensions: int, seed: int) -> np.ndarray:
    """Samples of the unit cube, a row each."""
    from scipy.stats import qmc  # slow to load

    if kind == LATIN:
        return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(n))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no power of two: said by `note_of`
        return np.asarray(qmc.Sobol(dimensions, scramble=True, rng=seed).random(n))


def from_range(column: Range, unit: np.ndarray) -> list[Override]:
    """A number of the range for each sample."""
    decimals = math.ceil(-math.log10((column.high - column.low) * FINENESS))
    values = (round(column.low + (column.high - column.low) * float(u), decimals) for u in unit)
    return [column.holding(float(min(max(value, column.low), column.high))) for value in values]


def from_choices(choices: Sequence[Override], unit: np.ndarray) -> list[Override]:
    """A choice for each sample, every choice equally often or once more: by the order of the samples."""
    order = np.argsort(np.argsort(unit, kind="stable"), kind="stable")
    return [choices[place] for place in (order * len(choices) // len(unit)).tolist()]


def centre(column: Range) -> Override:
    """The middle of a range."""
    decimals = math.ceil(-math.log10((column.high - column.low) * FINENESS))
    return column.holding(float(round((column.low + column.high) / 2, decimals)))


def note_of(kind: str, n: int) -> list[str]:
    """What a number of samples costs a Sobol sequence."""
    if kind != SOBOL or n & (n - 1) == 0:
        return []
    below = 1 << (n.bit_length() - 1)
    return [
        f"{n} samples are no power of two: a Sobol sequence fills the space evenly at {below} or {2 * below}, "
        "in between less so"
    ]
