"""Draws of the register that look like the published departments: proposed by an emulator, decided by playing.

The ranges of the register, drawn independently, are not a department: in a fourth of the draws more than one child in
twenty leaves unseen. A draw is accepted if, played once, it lies inside the accepted range of at least two thirds of
the rows of the face-validity table that a run of that length has a value for. Waves make that quick: what has been
played is emulated, row by row, and new draws are proposed in proportion to the chance the emulators give them. What is
accepted therefore follows the ranges of the register times that chance, which is a little narrower than the ranges
and the decision alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import logit
from scipy.stats import qmc

from sim.analysis.measures_that_apply import measures_that_apply
from sim.analysis.validation import PLAYED_WITH_PEERS, PublishedRow, published_rows, unit_of_row
from sim.department.scenario import Scenario
from sim.register.draw_table import on_steps
from sim.register.drawn_scenarios import drawn_scenarios
from sim.register.draws import AssumptionCube
from sim.runs.design import Design, PlannedRun, RunKey, RunTask
from sim.runs.playing import play_all
from sim.runs.worker_pool import n_cores
from sim.statistics.arrays import BoolArray, FloatArray
from sim.statistics.forward_selection import fit_forward

LEAST_INSIDE = 2.0 / 3.0
"""Share of the rows that a department must meet to look like the published ones."""
MOST_TRIED = 200
"""Times that candidates are tried for one wave."""
NONE_LIKE_IT = (
    "no draw of a wave looks like the published departments, by two thirds of their figures: see by study=validate "
    "which of them it misses, and change demand, steps or staffing; or do without draws of the assumptions, and sweep "
    "what may be otherwise"
)
CANDIDATES, RESIDUALS = 4000, 25
"""Places tried at a time, and left-out errors added to what is emulated of each."""
LEFT, MANY_LOST = "lwbs_or_ama.all", 0.05
LIKELY = 0.6
"""A place with this chance of being accepted, or a better one, is always proposed."""
LEAST_SHARE = 0.002
"""Shares are emulated as log-odds, none nearer to 0 or 1 than this; other positive values as logarithms."""

PlayDraws = Callable[[FloatArray, int], FloatArray]
"""Values of the rows (n, rows) at places (n, d), nan where undefined or no department; the number of the first."""


class DrawsPlayed(NamedTuple):
    """Draws that were played together, how many could not be a department, and how many were accepted."""

    n_played: int
    n_impossible: int
    n_accepted: int


@dataclass(frozen=True)
class Conditioned:
    """Accepted draws: `places` (n, dimensions) in the unit cube, `values` (n, rows) of the published rows, `waves`."""

    rows: tuple[PublishedRow, ...]
    dimensions: tuple[str, ...]
    places: FloatArray
    values: FloatArray
    waves: tuple[DrawsPlayed, ...]

    @property
    def inside(self) -> BoolArray:
        """Whether each draw (rows) meets each published row (columns)."""
        return are_inside(self.rows, self.values)

    @property
    def medians(self) -> FloatArray:
        """Of each published row the median over the draws, nan where no draw has a value."""
        known = [column[np.isfinite(column)] for column in self.values.T]
        return np.array([np.median(column) if column.size else np.nan for column in known])

    @property
    def share_losing_many(self) -> float:
        """Share of the draws in which more than `MANY_LOST` of the visits leave unseen or against advice."""
        column = [row.value for row in self.rows].index(LEFT)
        return float((self.values[:, column] > MANY_LOST).mean())


def condition(
    play: PlayDraws,
    cube: AssumptionCube,
    rows: Sequence[PublishedRow],
    n_wanted: int,
    seed: int,
    *,
    wave: int = 300,
    waves: int = 3,
    tell: Callable[[str], None] = lambda _: None,
) -> Conditioned:
    """Waves of draws until enough are accepted.

    Inputs: `wave` draws are played at a time, after each of the first `waves` emulators are fitted anew; `tell` says a
    line after each. Raises ValueError where a wave of proposals has nothing to accept: then the department is none
    like the published ones.
    """
    rng = np.random.default_rng(seed)
    width = len(cube.dimensions)
    places, values = np.zeros((0, width)), np.zeros((0, len(rows)))
    accepted, found, emulators = np.zeros(0, bool), [], None
    proposed = on_steps(qmc.LatinHypercube(width, rng=rng).random(wave))
    while True:
        played = play(proposed, len(places))
        fits = look_published(rows, played)
        found.append(DrawsPlayed(len(proposed), int(np.isnan(played).all(axis=1).sum()), int(fits.sum())))
        places, values = np.vstack((places, proposed)), np.vstack((values, played))
        # The first wave comes from the whole cube: it teaches, and is not among what is proposed later.
        accepted = np.concatenate((accepted, fits & (len(found) > 1)))
        n_accepted = int(accepted.sum())
        tell(f"wave {len(found)}: {fits.sum()} of {len(proposed)} accepted, {n_accepted} of {n_wanted} are there")
        if n_accepted >= n_wanted:
            break
        if len(found) > 1 and not fits.any():
            raise ValueError(NONE_LIKE_IT)
        if len(found) <= waves:
            emulators = Emulators(rows, places, values, seed)
        assert emulators is not None
        proposed = np.array(list(emulators.proposals(rng, wave)))
    kept = np.flatnonzero(accepted)[:n_wanted]
    return Conditioned(tuple(rows), cube.dimensions, places[kept], values[kept], tuple(found))


def conditions() -> tuple[PublishedRow, ...]:
    """Published rows that one staffing without peers is held against."""
    return tuple(row for row in published_rows() if row.key != PLAYED_WITH_PEERS)


def are_inside(rows: Sequence[PublishedRow], values: FloatArray) -> BoolArray:
    """Whether values (n, rows) lie inside the accepted ranges; an undefined one does not."""
    low, high = (np.array([getattr(row, end) for row in rows]) for end in ("accept_low", "accept_high"))
    found: BoolArray = (low <= values) & (values <= high)
    return found


def look_published(rows: Sequence[PublishedRow], values: FloatArray) -> BoolArray:
    """Whether each draw meets enough of the rows that it has a value for."""
    defined = np.isfinite(values).sum(axis=1)
    found: BoolArray = (are_inside(rows, values).sum(axis=1) >= LEAST_INSIDE * defined) & (defined > 0)
    return found


class Emulators:
    """What playing a place would come to, row by row, each with the errors it makes where it was not fitted."""

    def __init__(self, rows: Sequence[PublishedRow], places: FloatArray, values: FloatArray, seed: int) -> None:
        possible = np.isfinite(values).any(axis=1)
        self.terms = terms_of(places[possible])
        self.rows, self.fits = [], []
        self.errors = np.zeros((int(possible.sum()), 0))
        for row, column in zip(rows, values[possible].T, strict=True):
            defined = np.isfinite(column)
            if defined.mean() < 0.5:  # no run of this length has a value
                continue
            fit = fit_forward(self.terms[defined], to_line(row, column[defined]), seed)
            errors = np.full(len(column), np.median(fit.errors))
            errors[defined] = fit.errors
            self.rows.append(row)
            self.fits.append(fit)
            self.errors = np.column_stack((self.errors, errors))

    def chances(self, places: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Of each place the chance of being accepted; errors of the rows go together as they did."""
        terms = terms_of(places)
        means = np.column_stack([fit.predict(terms) for fit in self.fits])
        low, high = (
            np.array([to_line(row, np.array([getattr(row, end)]))[0] for row in self.rows])
            for end in ("accept_low", "accept_high")
        )
        chosen = rng.integers(len(self.errors), size=RESIDUALS)
        several = means[:, None, :] + self.errors[chosen]
        n_inside = ((low <= several) & (several <= high)).sum(axis=2)
        chances: FloatArray = (n_inside >= LEAST_INSIDE * len(self.rows)).mean(axis=1)
        return chances

    def proposals(self, rng: np.random.Generator, n: int) -> Iterator[FloatArray]:
        """Places of the cube, each proposed in proportion to its chance. Raises ValueError where hardly any has one."""
        n_left, most_tried = n, iter(range(MOST_TRIED))
        while n_left:
            if next(most_tried, None) is None:
                raise ValueError(NONE_LIKE_IT)
            places = on_steps(rng.random((CANDIDATES, self.terms.shape[1] // 2)))
            likely = places[rng.random(CANDIDATES) * LIKELY < self.chances(places, rng)][:n_left]
            yield from likely
            n_left -= len(likely)


def terms_of(places: FloatArray) -> FloatArray:
    """Lines and parabolas of each dimension."""
    centred = places - 0.5
    return np.hstack((centred, centred**2 - 1.0 / 12.0))


def to_line(row: PublishedRow, values: FloatArray) -> FloatArray:
    """Values of a row on a scale on which inputs add up."""
    if row.unit == "proportion":
        found: FloatArray = logit(np.clip(values, LEAST_SHARE, 1.0 - LEAST_SHARE))
        return found
    return values if row.accept_low < 0.0 else np.log(np.maximum(values, 1e-3))


def playing_draws(scenario: Scenario, cube: AssumptionCube, rows: Sequence[PublishedRow], design: Design) -> PlayDraws:
    """Plays each place as one replication of a number of its own, as a design says; rows of what the department has not
    have no value."""
    there = measures_that_apply([scenario])
    known = [row.value if there.has(row.value) else "" for row in rows]

    def play(places: FloatArray, first: int) -> FloatArray:
        values = np.full((len(places), len(rows)), np.nan)
        tasks = {
            number: task_of(drawn, first + number)
            for number, drawn in enumerate(drawn_scenarios(scenario, cube, places))
            if drawn is not None
        }
        played = play_all(list(tasks.values()), design.executor, design.workers or n_cores(), design.address)
        for number, (result,) in zip(tasks, played, strict=True):
            found = zip(known, rows, strict=True)
            values[number] = [result.values.get(name, np.nan) / unit_of_row(row) for name, row in found]
        return values

    def task_of(drawn: Scenario, number: int) -> RunTask:
        run = PlannedRun(RunKey(f"draw {number}", number), f"draw {number}", drawn)
        return RunTask(run.label, (run,), number, design.seed, design.engine)

    return play
