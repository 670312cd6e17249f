"""How arrivals vary, as lines of a demand configuration."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from sim.calibration.estimators.arrival_rates import ArrivalRates
from sim.calibration.estimators.shares import round_to_total
from sim.department.arrivals import LARGEST_LEVEL_CV, LONGEST_MEMORY_WEEKS
from sim.department.quantities import LARGEST_DEMAND_FACTOR
from sim.engine.measures.number_text import counted

Rates = Mapping[str, ArrivalRates]
"""By stream, of those that have rates."""
NEUTRAL_MONTHS: Final = (1.0,) * 12
_PLAIN_NAME: Final = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


def variation_lines(rates: Mapping[str, ArrivalRates], source: str) -> Iterator[str]:
    """The factor of days, the level of weeks and special days of the streams that have rates."""
    if rates:
        yield "day_factor_cv:"
        yield from (f"  {stream}: {_day_factor(each, source)}" for stream, each in rates.items())
        yield "slow_level:"
        yield from (f"  {stream}: {_slow_level(each, source)}" for stream, each in rates.items())
    yield from _special_days(rates, source)


def _day_factor(rates: ArrivalRates, source: str) -> str:
    error = f"SE {rates.days.cv_standard_error:.4f}" if rates.days.cv > 0.0 else "no more than Poisson's"
    return f"{rates.days.cv:.4f}  # {source}, {error}"


def _slow_level(rates: ArrivalRates, source: str) -> str:
    """Within what a demand may say; a level of none has some memory all the same."""
    level = rates.level
    if level.cv == 0.0:
        why = "no level found" if level.is_estimated else "too few weeks to tell a level"
        return f"{{cv: 0, memory_weeks: 4}}  # {source}, {why}"
    cv, memory = min(level.cv, LARGEST_LEVEL_CV), min(level.memory_weeks, LONGEST_MEMORY_WEEKS)
    ends = f"95 % {level.memory_low:.1f} to {level.memory_high:.1f}"
    memory_error = f"memory {ends} weeks" if np.isfinite(level.memory_low) else "memory uncertain"
    return f"{{cv: {cv:.4f}, memory_weeks: {memory:.2f}}}  # {source}, SE {level.cv_standard_error:.4f}; {memory_error}"


def _special_days(rates: Mapping[str, ArrivalRates], source: str) -> Iterator[str]:
    """By name the dates and the factor of each stream; a stream without a factor of its own has 1."""
    dates = {name: each for one in rates.values() for name, each in one.of_days.totals.calendar.special_days.items()}
    found = {
        name: {stream: one.special_days[name] for stream, one in rates.items() if name in one.special_days}
        for name in dates
    }
    if any(found.values()):
        yield "special_days:"
    for name, by_stream in found.items():
        if by_stream:
            yield f"  {name if _PLAIN_NAME.fullmatch(name) else json.dumps(name)}:"
            yield f"    dates: {json.dumps(list(dates[name]))}"
            for stream, factor in by_stream.items():
                value = min(factor.factor, LARGEST_DEMAND_FACTOR)
                error, n_days = f"SE {factor.standard_error:.4f}", counted(factor.n_days, "day")
                yield f"    {stream}: {value:.4f}  # {source}, {error}, {n_days}"


def months_to_write(rates: ArrivalRates, source: str) -> tuple[tuple[float, ...], str]:
    """The months of a stream and what stands behind them. Neutral ones where the file does not cover every month: those
    of the default are not the hospital's."""
    if rates.months is None:
        return NEUTRAL_MONTHS, f"{source} does not cover every month: neutral"
    largest = rates.months.standard_error.max()
    return round_to_total(rates.months.value, 12), f"{source}, largest SE {largest:.4f}"
