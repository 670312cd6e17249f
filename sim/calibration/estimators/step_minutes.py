"""The minutes of steps that a visits file measures: the family that fits is written, or their quantiles."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from sim.calibration.estimators.family_choice import (
    Choice,
    choose_distribution,
    kolmogorov_smirnov,
    quantile_table,
    rounding_of,
    ties_apart,
)
from sim.calibration.estimators.streams import name_of
from sim.calibration.estimators.survey_weights import clusters_of, weights_of
from sim.department.department import Department
from sim.department.pathway import Delay, SideTask, Step, Task
from sim.department.quantities import ACUITIES, Empirical
from sim.io.suggest import did_you_mean
from sim.statistics.arrays import FloatArray
from sim.statistics.lifetimes import FAMILIES, Family, LifetimeFit, TooFewDurations
from sim.statistics.weighted import weighted_mean

IfNoneFits = Literal["empirical", "nearest"]
_FEWEST: Final = 50
_MOST_ZEROS: Final = 0.01
"""Share of zeros, which no family gives, up to which they are taken for slips."""
_DIGITS: Final = 6
"""Of a number that is written."""


@dataclass(frozen=True, slots=True)
class StepMinutes:
    """The minutes of one step: `values` by group, one for each of `levels`, or one for everybody.

    `observed_means` of each group are (mean, standard error); `weights` are empty where the file has none. `pooled` is
    whether they are those of all streams, the stream's own being too few. `if_none_fits` says what is written then.
    """

    stream: str
    step: str
    levels: tuple[int, ...]
    values: tuple[FloatArray, ...]
    choice: Choice
    observed_means: tuple[tuple[float, float], ...]
    weights: tuple[FloatArray, ...] = ()
    pooled: bool = False
    if_none_fits: IfNoneFits = "empirical"

    @property
    def n(self) -> int:
        return sum(values.size for values in self.values)

    @property
    def has_zeros(self) -> bool:
        """More than slips."""
        return self.choice.n_zero > _MOST_ZEROS * self.n

    @property
    def fit(self) -> LifetimeFit | None:
        """The family that fits, None if none does."""
        return None if self.has_zeros else self.choice.chosen

    @property
    def written_fit(self) -> LifetimeFit | None:
        """The family that is written, None where it is the quantiles."""
        return self.fit or (self.choice.nearest if self.if_none_fits == "nearest" and self.choice.fits else None)

    def written(self) -> dict[str, Any]:
        """The value of `minutes` in the department's configuration."""
        if self.written_fit is not None:
            return family_written(self.written_fit, self.levels)
        lists = [[rounded(value) for value in quantiles] for quantiles in self.choice.table]
        by_level = [lists[group] for group in nearest_groups(self.levels)] if self.levels else lists[0]
        return {"family": "empirical", "quantiles": by_level, "at": list(self.choice.at)}

    def statement(self) -> str:
        """Where the numbers are from and what was found, for the file and the report."""
        counts = zip(self.levels, self.values, strict=True) if self.levels else ()
        by_level = ", ".join(f"CTAS {level} {values.size:,}" for level, values in counts)
        pooled = ", of all streams together" if self.pooled else ""
        sample = f"minutes, n = {self.n:,}{f' ({by_level})' if by_level else ''}{pooled}"
        if self.fit is not None:
            return f"{sample}; {self.choice.verdict()}"
        zeros = f"{self.choice.n_zero:,} are 0, which no family gives; " if self.has_zeros else ""
        verdict = self.choice.verdict()
        if self.choice.chosen is not None:
            verdict = f"none of {', '.join(FAMILIES)} fits (without them {verdict})"
        if self.written_fit is not None:
            written = f"{self.written_fit.family} is written all the same, as asked for"
        else:
            written = f"written as empirical, largest distance {max(self.distances()):.3f}"
        return f"{sample}; {zeros}{verdict}; {written}"

    def distances(self) -> list[float]:
        """Kolmogorov distance of what is written from the file's values, by group.

        Where many values are equal, the share up to and with them is compared.
        """
        fit = self.written_fit
        if fit is None:
            weights = self.weights or tuple(np.ones(values.size) for values in self.values)
            groups = zip(self.values, weights, self.choice.table, strict=True)
            return [ties_apart(values, table, self.choice.at, weight) for values, weight, table in groups]
        return [kolmogorov_smirnov(1.0 - fit.survival(values, g)) for g, values in enumerate(self.values)]

    def means(self) -> list[float]:
        """Of what is written, by group."""
        fit = self.written_fit
        chances = (np.arange(2000) + 0.5) / 2000
        if fit is not None:
            return [float(fit.quantiles(chances, group).mean()) for group in range(len(self.values))]
        return [Empirical(quantiles=tuple(row), at=self.choice.at).mean_of(3) for row in self.choice.table.tolist()]


def measured(
    parts: Mapping[str, pd.DataFrame], seed: int, notes: list[str], if_none_fits: IfNoneFits = "empirical"
) -> dict[tuple[str, str], StepMinutes]:
    """The minutes of each measured step by stream and step, from the table's columns `minutes_STEP`.

    A stream with too few has those of all streams together.
    """
    found: dict[tuple[str, str], StepMinutes] = {}
    for stream, part in parts.items():
        for step in (str(name).removeprefix("minutes_") for name in part.columns if str(name).startswith("minutes_")):
            of_step, why = _measured(stream, step, part, seed)
            if of_step is None and len(parts) > 1:
                of_step, _ = _measured(stream, step, pd.concat(parts.values()), seed)
                of_step = of_step and replace(of_step, pooled=True)
                why += ": pooled, those of all streams are taken" if of_step else ""
            if why:
                notes.append(f"{name_of(stream)}, {step}: {why}{'' if of_step else ': the step keeps its own'}")
            if of_step is not None:
                found[stream, step] = replace(of_step, if_none_fits=if_none_fits)
    return found


def _measured(stream: str, step: str, part: pd.DataFrame, seed: int) -> tuple[StepMinutes | None, str]:
    """The minutes of one step, or why there are none."""
    known = part[part[f"minutes_{step}"].notna()]
    counts = known["acuity"].value_counts()
    levels = tuple(level for level in ACUITIES if counts.get(level, 0) >= _FEWEST)
    if not levels and len(known) < _FEWEST:
        return None, f"{len(known):,} minutes, under {_FEWEST}"
    if levels:
        known = known[known["acuity"].isin(levels)]
    values = known[f"minutes_{step}"].to_numpy(np.float64)
    level = known["acuity"].to_numpy(np.float64) if levels else np.zeros(values.size)
    group = np.searchsorted(levels or (0,), level).astype(np.int64)
    rows = [group == number for number in range(max(len(levels), 1))]
    by_group, weight, cluster = tuple(values[mine] for mine in rows), weights_of(known), clusters_of(known)
    if weight is not None:
        weights = tuple(weight[mine] for mine in rows)
        clusters = [None if cluster is None else cluster[mine] for mine in rows]
        means = tuple(map(weighted_mean, by_group, weights, clusters))
        at, table = quantile_table(list(by_group), list(weights))
        choice = Choice((), (), rounding_of(values), int((values == 0.0).sum()), at, table)
        return StepMinutes(stream, step, levels, by_group, choice, means, weights), ""
    try:
        choice = choose_distribution(values, group, seed=seed)
    except TooFewDurations as error:
        return None, str(error)
    means = tuple((float(mine.mean()), float(mine.std(ddof=1) / mine.size**0.5)) for mine in by_group)
    return StepMinutes(stream, step, levels, by_group, choice, means), ""


def is_measurable(step: Step) -> bool:
    """It has minutes of its own, which are neither a share of others nor given elsewhere."""
    return isinstance(step, Delay | Task) or (isinstance(step, SideTask) and step.share_of_minutes is None)


def unknown_steps(department: Department, names: Iterable[str]) -> Iterator[str]:
    """What is wrong with the steps a column map measures: those whose minutes no file can give."""
    steps = [step for stream in department.streams.values() for step in stream.pathway]
    known = tuple(dict.fromkeys(step.name for step in steps if is_measurable(step)))
    for name in names:
        if name not in known:
            yield f"step_minutes.{name}: no step of the department with minutes of its own; {did_you_mean(name, known)}"


def family_written(fit: LifetimeFit, levels: tuple[int, ...]) -> dict[str, Any]:
    """A family as `sim.department.quantities` holds it; a level without an estimate takes its neighbour's scale.

    Without levels the scale is everybody's.
    """
    of_groups = [rounded(scale) for scale in fit.scale]
    scale = [of_groups[group] for group in nearest_groups(levels)] if levels else of_groups[0]
    shape = rounded(fit.shape)
    written: dict[Family, dict[str, Any]] = {
        Family.EXPONENTIAL: {"family": "exponential", "mean": scale},
        Family.GAMMA: {"family": "gamma", "mean": scale, "cv": shape},
        Family.LOGNORMAL: {"family": "lognormal_median", "median": scale, "log_sd": shape},
        Family.WEIBULL: {"family": "weibull", "shape": shape, "scale": scale},
    }
    return written[Family(fit.family)]


def nearest_groups(levels: tuple[int, ...]) -> Iterator[int]:
    """For CTAS 1 to 5 the group that speaks for it."""
    for level in ACUITIES:
        yield min(range(len(levels)), key=lambda group: abs(levels[group] - level))


def rounded(value: float) -> float:
    """As it is written."""
    return float(f"{value:.{_DIGITS}g}")
