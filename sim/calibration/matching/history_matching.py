"""History matching in waves: the region of a simulator's parameters that observed outcomes do not rule out.

The simulator is any noisy function; `service_times` plays the department for it. A point is ruled out where an outcome
lies further from the observed one than three standard deviations of all that could explain the gap (Craig, Goldstein,
Seheult & Smith 1997; Vernon, Goldstein & Bower 2010, Bayesian Analysis 5:619-670):

    |observed - emulated| / sqrt(var emulator + var simulation + discrepancy) < 3

The answer is a region: within it the observed outcomes cannot distinguish. Beside it stands the nearest point, the
one of everything played whose worst implausibility is least. It is there when the region is empty too, with the targets
that fail at it: what a model cannot do is said in its own numbers.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from scipy import special
from scipy.stats import qmc

from sim.statistics.arrays import FloatArray
from sim.statistics.emulator import Emulator, fit_emulator

CUTOFF: Final = 3.0
"""Holds 95 % of any distribution with one mode (Pukelsheim 1994, The American Statistician 48:88-91)."""
_CANDIDATES: Final = 8192
_FEWEST_LEFT: Final = 200
_SMALLEST_GAIN: Final = 0.1
_MOST_EMULATED: Final = 4
"""Parameters up to which outcomes are emulated: an emulator wants ten points for each (Loeppky, Sacks & Welch 2009,
Technometrics 51:366-376). With forty points and more parameters emulators ruled out what playing does not."""
POINTS_OF_A_WAVE, MOST_WAVES, POINTS_OF_A_ROUND = 40, 3, 20
_ELITE: Final = 10
"""Best points that the next round is drawn around."""
_ROUNDS_TOLD: Final = 5
_LEAST_SPREAD: Final = 0.01
"""Of the unit cube, so that the search does not stand still before it is there."""
_EDGE: Final = 0.02
"""Share of the width of the box from an edge at which a parameter is said to be on it."""

Simulator = Callable[[FloatArray], FloatArray]
"""Of a point (d,) the outcomes of replications (r, k), each over as long a time as was observed; NaN if undefined."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A parameter and the range it is looked for in."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Target:
    """An observed outcome, and the variance of the model even at its best parameters (discrepancy).

    Outcomes may stand on another scale than people read: `in_unit` brings a value back to `unit`.
    """

    name: str
    observed: float
    discrepancy: float = 0.0
    unit: str = ""
    in_unit: Callable[[float], float] = float


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave: its runs, the share of the first box not ruled out after it, and how well emulators predict.

    `misses` is the share of left-out points that an emulator puts more than three standard errors wrong.
    """

    n_points: int
    share_left: float
    misses: float


@dataclass(frozen=True, slots=True)
class TargetMiss:
    """A target at a point that was played: observed, played and the standard deviation of their gap, in its unit.

    `implausibility` is the gap in those standard deviations, on the scale of the outcome.
    """

    name: str
    unit: str
    observed: float
    played: float
    spread: float
    implausibility: float

    @property
    def fails(self) -> bool:
        return not self.implausibility < CUTOFF

    def line(self) -> str:
        """`stay_minutes mean 3: observed 245 min, played 463, spread 14: 15.6 spreads away`."""
        observed = f"{self.observed:.4g} {self.unit}".rstrip()
        away = f"{self.implausibility:.1f} spreads away" if np.isfinite(self.implausibility) else "undefined"
        return f"{self.name}: observed {observed}, played {self.played:.4g}, spread {self.spread:.2g}: {away}"


@dataclass(frozen=True, slots=True)
class Nearest:
    """The point played whose worst implausibility over all targets is least, and every target at it."""

    point: FloatArray
    targets: tuple[TargetMiss, ...]

    @property
    def worst(self) -> float:
        return max(target.implausibility for target in self.targets)

    @property
    def failed(self) -> tuple[TargetMiss, ...]:
        """The worst first."""
        found = [target for target in self.targets if target.fails]
        return tuple(sorted(found, key=lambda target: -target.implausibility))


@dataclass(frozen=True, slots=True)
class Region:
    """What is not ruled out: points of it (m, d) with their implausibility (m,), the least implausible first.

    Empty where nothing in the box explains what was observed: then the model or the box is wrong, not a parameter.
    `nearest` is a point that was played, in the region or not; `n_played` counts the points played in all. Where the
    emulators leave nothing and points that were played do fit, these are the region, and there are no `emulators`.
    """

    unknowns: tuple[Unknown, ...]
    targets: tuple[Target, ...]
    points: FloatArray
    implausibility: FloatArray
    waves: tuple[Wave, ...]
    emulators: tuple[tuple["_Fitted", ...], ...]
    nearest: Nearest
    n_played: int

    @property
    def is_empty(self) -> bool:
        return len(self.points) == 0

    def ranges(self) -> tuple[tuple[str, float, float], ...]:
        """Least and greatest value of every parameter in the region."""
        return tuple(
            (unknown.name, float(column.min()), float(column.max()))
            for unknown, column in zip(self.unknowns, self.points.T, strict=True)
            if column.size
        )

    def holds(self, point: FloatArray) -> bool:
        """Whether a point is not ruled out, by any wave."""
        if not self.emulators:
            return all(low <= value <= high for value, (_, low, high) in zip(point, self.ranges(), strict=True))
        low, width = _box(self.unknowns)
        unit = (np.asarray(point, dtype=np.float64) - low) / width
        inside = bool(np.all((unit >= 0.0) & (unit <= 1.0)))
        return inside and float(_worst(self.emulators, self.targets, unit[None, :])[0]) < CUTOFF

    def nearest_values(self) -> dict[str, float]:
        """The nearest point by the name of its parameters."""
        names = (unknown.name for unknown in self.unknowns)
        return dict(zip(names, self.nearest.point.tolist(), strict=True))

    def at_edge(self) -> tuple[tuple[str, float], ...]:
        """Parameters whose nearest value lies within `_EDGE` of the width of the box from its edge, with the edge."""
        found = []
        for unknown, value in zip(self.unknowns, self.nearest.point.tolist(), strict=True):
            edge = min(unknown.low, unknown.high, key=lambda edge: abs(value - edge))
            if abs(value - edge) <= _EDGE * (unknown.high - unknown.low):
                found.append((unknown.name, edge))
        return tuple(found)

    def lines(self) -> tuple[str, ...]:
        """The region, the nearest point and the targets that fail there, in plain lines."""
        if self.is_empty:
            region = (
                "nothing in the box explains what was observed: widen it (study.match_range), match more quantities, "
                "or the model misses something"
            )
        elif self.emulators:
            share = 100 * self.waves[-1].share_left
            region = f"not ruled out: {share:.2g} % of the box after {len(self.waves)} waves"
        else:
            region = f"not ruled out: {len(self.points)} of the {self.n_played} points played"
        return (region, *self._range_lines(), *self._nearest_lines())

    def _range_lines(self) -> Iterator[str]:
        for (name, low, high), unknown in zip(self.ranges(), self.unknowns, strict=False):  # none of an empty region
            yield f"  {name}: {low:.4g} to {high:.4g} (looked for in {unknown.low:g} to {unknown.high:g})"

    def _nearest_lines(self) -> Iterator[str]:
        values = ", ".join(f"{name} {value:.3g}" for name, value in self.nearest_values().items())
        yield f"nearest of {self.n_played} points played: {values}"
        for name, edge in self.at_edge():
            yield f"  {name} is at the edge of the box, {edge:g}: study.match_range looks further"
        failed, n = self.nearest.failed, len(self.targets)
        if not failed:
            yield f"  all {n} targets are met there, within {CUTOFF:g} spreads"
            return
        yield f"  {len(failed)} of {n} targets fail there, over {CUTOFF:g} spreads away:"
        yield from (f"    {target.line()}" for target in failed)


@dataclass(frozen=True, slots=True)
class _Fitted:
    """An emulator of one outcome, and the variance of one replication of it: the logarithm is linear in the point."""

    emulator: Emulator
    variance: FloatArray

    def simulation(self, unit: FloatArray) -> FloatArray:
        """Variance of one replication at points (m, d)."""
        return np.asarray(np.exp(self.variance[0] + unit @ self.variance[1:]))


def most_points(rounds: int) -> int:
    """Points that `match` plays at most with its own waves and so many rounds."""
    return MOST_WAVES * POINTS_OF_A_WAVE + rounds * POINTS_OF_A_ROUND


def match(
    simulator: Simulator,
    unknowns: tuple[Unknown, ...],
    targets: tuple[Target, ...],
    *,
    seed: int,
    points: int = POINTS_OF_A_WAVE,
    most_waves: int = MOST_WAVES,
    rounds: int = 0,
    workers: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> Region:
    """Waves of simulation and emulation until the region hardly shrinks, or is empty; then the nearest point.

    `points` parameter settings are played a wave. More parameters than `_MOST_EMULATED` are not emulated: what is not
    ruled out is then known of the points played alone. Emulators of a wave see the runs of all waves near the region
    left. The nearest point is looked for in so many more `rounds` around the best ones (`_nearer`). So many `workers`
    (threads) play points side by side; `tell` says a line after each wave and after the rounds.
    """
    rng = np.random.default_rng(seed)
    first = qmc.LatinHypercube(len(unknowns), rng=rng).random(points)
    play = partial(_play_points, simulator, unknowns, workers)
    if len(unknowns) > _MOST_EMULATED:
        found = _Waves(play(first), [], [], first[:0])
    else:
        found = _emulated_waves(play, first, targets, most_waves, rng, tell)
    played, kept, emulators = found.played, found.kept, found.emulators
    worst = _worst(tuple(emulators), targets, kept) if len(kept) else np.zeros(0)
    for number in range(1, rounds + 1):
        played += play(_nearer(played, targets, rng))
        if number % _ROUNDS_TOLD == 0 and number < rounds:
            tell(f"round {number} of {rounds}: {len(played)} points played")
    nearest = _nearest(played, unknowns, targets)
    if rounds:
        tell(f"nearest of {len(played)} points played: worst target {nearest.worst:.1f} spreads away")
    if len(kept) == 0:  # nothing is emulated, or emulators of few runs rule out what playing does not
        gaps = _gaps(played, targets).max(axis=1)
        kept, worst = np.array([run.unit for run in played])[gaps < CUTOFF], gaps[gaps < CUTOFF]
        emulators = [] if len(kept) else emulators
    order = np.argsort(worst)
    points_left = _factors(unknowns, kept[order])
    return Region(
        unknowns, targets, points_left, worst[order], tuple(found.waves), tuple(emulators), nearest, len(played)
    )


@dataclass(frozen=True, slots=True)
class _Waves:
    """All that was played in waves, the emulators of each, and points that none of these rules out."""

    played: list["_Run"]
    emulators: list[tuple[_Fitted, ...]]
    waves: list[Wave]
    kept: FloatArray


def _emulated_waves(
    play: Callable[[FloatArray], list["_Run"]],
    first: FloatArray,
    targets: tuple[Target, ...],
    most_waves: int,
    rng: np.random.Generator,
    tell: Callable[[str], None],
) -> _Waves:
    """Play points and emulate, the next points spread over what is not ruled out, until that hardly shrinks."""
    found = _Waves([], [], [], first)
    low, high, left, chosen = np.zeros(first.shape[1]), np.ones(first.shape[1]), 1.0, first
    for _ in range(most_waves):
        found.played.extend(play(chosen))
        fitted = _fitted(found.played, low, high, len(targets))
        found.emulators.append(fitted)
        kept, box_share = _candidates(rng, tuple(found.emulators), targets, low, high)
        found = replace(found, kept=kept)
        before, left = left, box_share
        misses = np.concatenate([each.emulator.left_out_errors() for each in fitted])
        found.waves.append(Wave(len(chosen), left, float((np.abs(misses) > 3.0).mean())))
        tell(f"wave {len(found.waves)}: {len(found.played)} points played, {100 * left:.2g} % of the box not ruled out")
        if len(kept) == 0 or left > (1.0 - _SMALLEST_GAIN) * before:
            break
        low, high = _box_around(kept, 0.05, 1e-3)
        chosen = _spread(kept, len(first), rng)
    return found


def _nearer(played: list["_Run"], targets: tuple[Target, ...], rng: np.random.Generator) -> FloatArray:
    """Points of the unit cube around the best of those played, as spread as they are (an evolution strategy).

    Normal with the mean and the spread of the best `_ELITE` (Rubinstein 1999, Methodology and Computing in Applied
    Probability 1:127-190, the cross-entropy method); a point outside the cube is put on its edge.
    """
    order = np.argsort(_gaps(played, targets).max(axis=1))[:_ELITE]
    elite = np.array([run.unit for run in played])[order]
    spread = elite.std(axis=0) + _LEAST_SPREAD
    drawn = elite.mean(axis=0) + spread * rng.normal(size=(POINTS_OF_A_ROUND, elite.shape[1]))
    return np.asarray(np.clip(drawn, 0.0, 1.0))


def _nearest(played: list["_Run"], unknowns: tuple[Unknown, ...], targets: tuple[Target, ...]) -> Nearest:
    """The point played whose worst target is least far away."""
    gaps, spreads = _gaps(played, targets), _spreads(played, targets)
    best = int(gaps.max(axis=1).argmin())
    misses = []
    for target, mean, spread, gap in zip(
        targets, played[best].mean.tolist(), spreads.tolist(), gaps[best].tolist(), strict=True
    ):
        low, high = (target.in_unit(target.observed + sign * spread) for sign in (-1.0, 1.0))
        observed, there = target.in_unit(target.observed), target.in_unit(mean)
        misses.append(TargetMiss(target.name, target.unit, observed, there, abs(high - low) / 2.0, gap))
    return Nearest(_factors(unknowns, played[best].unit), tuple(misses))


def _gaps(played: list["_Run"], targets: tuple[Target, ...]) -> FloatArray:
    """Implausibility of every target (columns) at every point played (rows), infinite where an outcome is undefined."""
    means = np.array([run.mean for run in played])
    observed = np.array([target.observed for target in targets])
    gaps = np.abs(means - observed) / _spreads(played, targets)
    return np.asarray(np.where(np.isfinite(gaps), gaps, np.inf))


def _spreads(played: list["_Run"], targets: tuple[Target, ...]) -> FloatArray:
    """Standard deviation of the gap that each target may have; the file varies as one replication does.

    The variance is the median over the points that play nearest to the target. A point's own would favour departments
    without a steady state: they vary so much that nothing is far from them.
    """
    spreads = []
    for place, target in enumerate(targets):
        mean, variance = (np.array([getattr(run, what)[place] for run in played]) for what in ("mean", "variance"))
        near = np.argsort(np.abs(mean - target.observed))[:_ELITE]  # undefined ones come last
        of_one = float(np.nanmedian(variance[near])) if np.isfinite(variance[near]).any() else 0.0
        spreads.append(np.sqrt(of_one * (1.0 + 1.0 / played[0].n) + target.discrepancy))
    return np.asarray(np.maximum(np.array(spreads), 1e-12))


def _box(unknowns: tuple[Unknown, ...]) -> tuple[FloatArray, FloatArray]:
    """Lower corner and widths of the box that is searched."""
    low, width = zip(*((unknown.low, unknown.high - unknown.low) for unknown in unknowns), strict=True)
    return np.array(low), np.array(width)


def _factors(unknowns: tuple[Unknown, ...], unit: FloatArray) -> FloatArray:
    """Points of the unit cube as values of the parameters."""
    low, width = _box(unknowns)
    return np.asarray(low + unit * width)


@dataclass(frozen=True, slots=True)
class _Run:
    """A point of the unit cube with the means of its outcomes, and the variance of one replication and of the mean."""

    unit: FloatArray
    mean: FloatArray
    variance: FloatArray
    n: int


def _play_points(simulator: Simulator, unknowns: tuple[Unknown, ...], workers: int, units: FloatArray) -> list["_Run"]:
    """Points of the unit cube played, in their order."""

    def play(unit: FloatArray) -> _Run:
        outcomes = np.asarray(simulator(_factors(unknowns, unit)), dtype=np.float64)
        if outcomes.ndim != 2 or len(outcomes) < 2:
            raise ValueError(f"the simulator gives outcomes of shape {outcomes.shape}: give two replications or more")
        return _Run(unit, outcomes.mean(axis=0), outcomes.var(axis=0, ddof=1), len(outcomes))

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(play, units))


def _fitted(played: list[_Run], low: FloatArray, high: FloatArray, n_targets: int) -> tuple[_Fitted, ...]:
    """Emulators of all outcomes from the runs in or near the region left.

    The variance of a replication is smoothed over them: that of a few replications at one point is too uncertain.
    """
    x, means = np.array([run.unit for run in played]), np.array([run.mean for run in played])
    variances = np.array([run.variance for run in played])
    reach = 0.5 * (high - low)
    near = np.all((x >= low - reach) & (x <= high + reach), axis=1)
    found = []
    for outcome in range(n_targets):
        defined = np.isfinite(means[:, outcome]) & np.isfinite(variances[:, outcome])
        usable = defined & near if (defined & near).sum() >= 3 * (x.shape[1] + 1) else defined
        if usable.sum() < x.shape[1] + 3:
            raise ValueError(f"outcome {outcome} is defined at {usable.sum()} points: widen the box or leave it out")
        n = played[0].n
        variance = _variance_line(x[usable], variances[usable, outcome], n)
        noise = np.exp(variance[0] + x[usable] @ variance[1:]) / n
        found.append(_Fitted(fit_emulator(x[usable], means[usable, outcome], noise), variance))
    return tuple(found)


def _variance_line(x: FloatArray, variances: FloatArray, n: int) -> FloatArray:
    """Least squares of the logarithm of variances of n values, corrected for their bias (Bartlett & Kendall 1946)."""
    bias = float(special.digamma((n - 1) / 2.0) - np.log((n - 1) / 2.0))
    left = np.hstack((np.ones((len(x), 1)), x))
    ridge = 1e-2 * np.diag([0.0, *np.ones(x.shape[1])])
    right = np.log(np.maximum(variances, 1e-12)) - bias
    return np.asarray(np.linalg.solve(left.T @ left + ridge, left.T @ right), dtype=np.float64)


def _worst(emulators: tuple[tuple[_Fitted, ...], ...], targets: tuple[Target, ...], unit: FloatArray) -> FloatArray:
    """Largest implausibility of each point over outcomes and waves."""
    worst = np.zeros(len(unit))
    for wave in emulators:
        for fitted, target in zip(wave, targets, strict=True):
            mean, variance = fitted.emulator.predict(unit)
            spread = np.sqrt(variance + fitted.simulation(unit) + target.discrepancy)
            worst = np.maximum(worst, np.abs(target.observed - mean) / spread)
    return worst


def _candidates(
    rng: np.random.Generator,
    emulators: tuple[tuple[_Fitted, ...], ...],
    targets: tuple[Target, ...],
    low: FloatArray,
    high: FloatArray,
) -> tuple[FloatArray, float]:
    """Points of the box left that are not ruled out, and the share of the whole cube they stand for.

    Where few are left the box is drawn around them and sampled again.
    """
    kept, share = np.zeros((0, low.size)), 0.0
    for _ in range(4):
        unit = low + rng.random((_CANDIDATES, low.size)) * (high - low)
        kept = unit[_worst(emulators, targets, unit) < CUTOFF]
        share = float(np.prod(high - low)) * len(kept) / _CANDIDATES
        if len(kept) >= _FEWEST_LEFT or len(kept) < 5:
            break
        low, high = _box_around(kept, 0.2, 1e-4)
    return kept, share


def _box_around(points: FloatArray, share: float, least: float) -> tuple[FloatArray, FloatArray]:
    """Corners of the box around points, wider by a share of its width and at least a little, inside the unit cube."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = share * (high - low) + least
    return np.maximum(low - margin, 0.0), np.minimum(high + margin, 1.0)


def _spread(kept: FloatArray, n: int, rng: np.random.Generator) -> FloatArray:
    """Points far from each other: the farthest from those chosen, again and again (Johnson, Moore & Ylvisaker 1990)."""
    unit = (kept - kept.min(axis=0)) / np.maximum(np.ptp(kept, axis=0), 1e-12)
    chosen = [int(rng.integers(len(kept)))]
    distance = ((unit - unit[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < min(n, len(kept)):
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, ((unit - unit[chosen[-1]]) ** 2).sum(axis=1))
    return kept[chosen]
