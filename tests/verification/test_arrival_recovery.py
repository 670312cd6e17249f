"""Counts of 21 months made by the product: what was put in is found, and totals to come lie in their intervals.

Law: over repeats the mean of an estimate is the truth (|z| < 4 with the spread of the estimates themselves; the CV of
the level, of which the files hold some twenty memories, may be 10 % off), its stated error is the spread within 35 %,
and intervals of 95 % cover 90 to 98 %. Seeds are fixed.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pytest

from sim.calibration.estimators.day_totals import DayFit, special_estimates
from sim.statistics.weekly_effects import variance_errors
from tests.verification import known_arrivals as known

REPEATS = 150
ORIGINS = (549, 595, 640)
"""Days fitted before totals are predicted: each leaves 91 to come."""


def numbers_of(found: DayFit) -> Iterator[known.Found]:
    variances, errors = found.variances, variance_errors(found.fit)
    yield known.Found("day variance", variances.of_days, errors.of_days, known.DAY_CV**2)
    yield known.Found("level variance", variances.of_weeks, errors.of_weeks, known.LEVEL_CV**2)
    at = found.design.growth_at
    assert at is not None
    growth = float(found.log_mean[at])
    yield known.Found("log growth", growth, float(np.sqrt(found.covariance[at, at])), float(np.log(known.GROWTH)))
    for name, (factor, error) in special_estimates(found).items():
        yield known.Found(name, factor, error, known.FACTORS[name])


@pytest.mark.slow
@pytest.mark.verification
def test_variances_growth_and_special_days_are_recovered_without_bias() -> None:
    found: dict[str, list[known.Found]] = defaultdict(list)
    for replication in range(REPEATS):
        for each in numbers_of(known.fitted(known.made_counts(replication).between(0, known.FITTED_DAYS))):
            found[each.name].append(each)
    for name, each in found.items():
        values, truth = np.array([one.value for one in each]), each[0].truth
        stated = float(np.nanmedian([one.error for one in each]))
        spread = float(values.std(ddof=1))
        within = float(np.mean([abs(one.z) < 1.96 for one in each]))
        print(f"{name}: {values.mean():.5f} of {truth:.5f}, spread {spread:.5f}, stated {stated:.5f}, covered {within}")
        slack = 0.1 * truth if name == "level variance" else 0.0
        assert abs(values.mean() - truth) < 4.0 * spread / np.sqrt(REPEATS) + slack, name
        assert 0.65 < stated / spread < 1.35 or name == "level variance", name


@pytest.mark.slow
@pytest.mark.verification
def test_intervals_of_28_and_91_days_cover_90_to_98_percent_from_rolling_origins() -> None:
    covered: dict[int, list[bool]] = defaultdict(list)
    for replication in range(REPEATS):
        counts = known.made_counts(replication)
        for origin in ORIGINS:
            for ahead, held in known.covered_totals(counts, origin):
                covered[ahead].append(held)
    shares = {ahead: float(np.mean(each)) for ahead, each in covered.items()}
    print(f"covered: {shares}")
    assert all(0.90 <= share <= 0.98 for share in shares.values()), shares


def test_eight_files_hold_what_was_put_into_them() -> None:
    """The same in short: means of eight within four standard errors, and no more than three of 16 totals missed."""
    found: dict[str, list[known.Found]] = defaultdict(list)
    missed = 0
    for replication in range(8):
        counts = known.made_counts(1000 + replication)
        missed += sum(not held for _, held in known.covered_totals(counts, known.FITTED_DAYS))
        for each in numbers_of(known.fitted(counts.between(0, known.FITTED_DAYS))):
            found[each.name].append(each)
    for name, each in found.items():
        values = np.array([one.value for one in each])
        assert abs(values.mean() - each[0].truth) < 4.0 * values.std(ddof=1) / np.sqrt(8), name
    assert missed <= 3
