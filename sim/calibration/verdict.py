"""Whether a calibrated department plays like its file: one value, with the reasons in words.

The department is played several times and compared with the visits of the file: quantiles of waits and stays by acuity
level (and stream), the share that left unseen, the share admitted, and arrivals a day. What is compared, and how far
it may lie off, are the constants below; decision 0036 says why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.hourly_counts import Counts, count_arrivals
from sim.calibration.estimators.streams import STREAMS
from sim.calibration.estimators.survey_weights import has_weights
from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray
from sim.statistics.scoring import pinball
from sim.statistics.weighted import weighted_quantile

SCORED_QUANTILES: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
MOST_LOSS: Final = 1.25
"""Mean pinball loss of the played quantiles at most so many times that of the file's own, the least there can be."""
MOST_MEDIAN_RATIO: Final = 4.0 / 3.0
"""A played median is at most a third longer than the file's, or the file's a third longer than the played one."""
LEAST_MINUTES_APART: Final = 10.0
"""Minutes by which a median may lie off whatever the ratio, or more where chance allows more."""
LEAST_LOSS_APART: Final = 0.25
"""Minutes of loss that are never a miss: where half the waits are 0 the file's own loss is a fraction of a minute."""
SHARE_MARGIN: Final = 0.01
"""Of a share, beyond chance: one visit in a hundred more or less changes no decision."""
ARRIVALS_MARGIN: Final = 0.05
"""Of arrivals a day, beyond chance: the demand written is that of the end of the file, not of its middle."""
FEWEST_JUDGED: Final = 50
"""Visits of the file from which a level is judged; with fewer its own quantiles are not known well enough."""
MOST_REASONS: Final = 3
"""Misses named in a sentence."""
_MEDIAN: Final = SCORED_QUANTILES.index(0.5)
_Z: Final = 1.96
DURATIONS: Final = {"wait_minutes": "wait", "stay_minutes": "stay"}
"""Columns of minutes that are compared, and the word for each."""
_LEFT, _ADMITTED, _ENDED = "lwbs", ("admission", "transfer"), ("admission", "transfer", "discharge")
_MANY_LEFT: Final = 0.05
_EVEN_SHARES: Final = 2000
OnesWithWeights = tuple[FloatArray, FloatArray]
"""Of each visit whether (1) or not (0), and its weight."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One quantity compared: what the file has, what was played, and how far off that is of what is tolerated.

    `excess` is that ratio: above 1 it is a miss. `words` say both values.
    """

    quantity: str
    words: str
    excess: float
    n: int

    @property
    def is_miss(self) -> bool:
        return not self.excess <= 1.0


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """All that was compared, what could not be, and the one value."""

    judged: tuple[Judged, ...]
    not_judged: tuple[str, ...]
    replications: int
    weeks: int
    of: str = "your file"

    @property
    def knows_durations(self) -> bool:
        """Whether any wait or stay was compared; without one nothing is known of how the department plays."""
        return any(each.quantity.startswith(tuple(DURATIONS.values())) for each in self.judged)

    @property
    def plays_like_file(self) -> bool | None:
        """Whether nothing compared is a miss; None where nothing is and the file has no waits and no stays."""
        if any(each.is_miss for each in self.judged):
            return False
        return True if self.knows_durations else None

    @property
    def misses(self) -> tuple[Judged, ...]:
        """The worst first."""
        return tuple(sorted((each for each in self.judged if each.is_miss), key=lambda each: -each.excess))

    @property
    def because(self) -> tuple[str, ...]:
        """Why it does not play like the file, the worst first; nothing where it does, or where nobody can tell."""
        nothing = ("the file has neither waits nor stays by acuity level to compare",)
        misses = tuple(each.words for each in self.misses)
        return misses if self.knows_durations or not misses else (*misses, *nothing)

    def sentence(self) -> str:
        """`plays like your file: ...`, `does not play like your file, because ...`, or that it cannot be judged."""
        n = len(self.judged)
        if self.plays_like_file is None:
            return f"cannot be judged against {self.of}, which has neither waits nor stays by acuity level"
        if self.plays_like_file:
            furthest = max(self.judged, key=lambda each: each.excess)
            return f"plays like {self.of}: all {n} numbers compared are near enough; furthest off, {furthest.words}"
        reasons = "; ".join(self.because[:MOST_REASONS])
        more = len(self.because) - MOST_REASONS
        missed = f" ({len(self.misses)} of {n} numbers missed)" if more > 0 else ""
        return f"does not play like {self.of}, because {reasons}{missed}"

    def table(self) -> pd.DataFrame:
        """Everything compared, a row each, in the order it was compared in."""
        rows = [(each.quantity, each.n, each.excess, each.is_miss, each.words) for each in self.judged]
        return pd.DataFrame(rows, columns=["quantity", "n", "of_what_is_tolerated", "is_miss", "words"])


def judge(
    visits: pd.DataFrame,
    played: Sequence[pd.DataFrame],
    weeks: int,
    of: str = "your file",
    calendar: FileCalendar | None = None,
) -> FileVerdict:
    """Compare the visits of a file with those played, a table for each replication of `weeks` weeks.

    The `calendar` says which hours the file does not cover.
    """
    covered = (calendar or FileCalendar()).over(visits["arrival"].to_numpy(dtype="datetime64[h]"))
    judged: list[Judged] = []
    left_out: list[str] = []
    for words, of_file, of_played in _parts(visits, played):
        judged += _durations(words, of_file, of_played)
        judged += _admission(words, of_file, of_played)
        judged += _left_unseen(words, of_file, of_played, left_out)
        judged += _arrivals(words, of_file, of_played, weeks, covered, left_out)
    return FileVerdict(tuple(judged), tuple(left_out), len(played), weeks, of)


_JUDGED: Final = (
    "stream", "arrival", "acuity", "wait_minutes", "stay_minutes", "disposition", "weight", "cluster", "patient",
)  # fmt: skip
"""Columns that are compared: parts of the table are copied."""


def _parts(
    visits: pd.DataFrame, played: Sequence[pd.DataFrame]
) -> Iterator[tuple[str, pd.DataFrame, list[pd.DataFrame]]]:
    """By stream where the file names them; a file without streams is compared with everybody."""
    visits = visits[[name for name in _JUDGED if name in visits.columns]]
    there = [stream for stream in STREAMS if (visits["stream"] == stream).any()]
    if not there:
        yield "", visits, list(played)
    for stream in there:
        words = f" ({stream.replace('_', ' ')})"
        yield words, visits[visits["stream"] == stream], [table[table["stream"] == stream] for table in played]


def minutes_at(visits: pd.DataFrame, duration: str, level: int) -> FloatArray:
    """Known minutes of a duration at an acuity level."""
    values = visits.loc[visits["acuity"] == level, duration]
    return values.dropna().to_numpy(np.float64)


def _minutes_of_file(visits: pd.DataFrame, duration: str, level: int) -> tuple[FloatArray, int]:
    """The same of a file, and how many visits know them; with survey weights values at even shares of the weight."""
    values = minutes_at(visits, duration, level)
    if not has_weights(visits) or values.size == 0:
        return values, values.size
    known = visits[(visits["acuity"] == level) & visits[duration].notna()]
    shares = (np.arange(_EVEN_SHARES) + 0.5) / _EVEN_SHARES
    return weighted_quantile(values, known["weight"].to_numpy(np.float64), shares), values.size


def loss_of(quantiles: FloatArray, observed: FloatArray) -> float:
    """Mean pinball loss in minutes over `SCORED_QUANTILES`."""
    return float(pinball(quantiles, SCORED_QUANTILES, observed).mean())


def _durations(words: str, visits: pd.DataFrame, played: list[pd.DataFrame]) -> Iterator[Judged]:
    for duration, word in DURATIONS.items():
        for level in ACUITIES:
            observed, n = _minutes_of_file(visits, duration, level)
            if n < FEWEST_JUDGED:
                continue
            name = f"{word} at level {level}{words}"
            by_replication = [minutes_at(table, duration, level) for table in played]
            all_played = np.concatenate(by_replication)
            if all_played.size == 0:
                yield Judged(name, f"{name}: none played, {n:,} in the file", np.inf, n)
                continue
            yield _quantiles_judged(name, observed, n, all_played, by_replication)


def _quantiles_judged(
    name: str, observed: FloatArray, n: int, all_played: FloatArray, by_replication: Iterable[FloatArray]
) -> Judged:
    """The played quantiles beside those of the file, which `n` visits have told."""
    own, of_played = np.quantile(observed, SCORED_QUANTILES), np.quantile(all_played, SCORED_QUANTILES)
    least, lost = loss_of(own, observed), loss_of(of_played, observed)
    losses = [loss_of(np.quantile(each, SCORED_QUANTILES), observed) for each in by_replication if each.size]
    ratios = " to ".join(f"{loss / max(least, 1e-9):.2f}" for loss in (min(losses), max(losses)))
    of_loss, of_median = _loss_excess(lost, least), _median_excess(of_played[_MEDIAN], observed, n)
    place = _MEDIAN if of_median > 1.0 >= of_loss else _quantile_furthest_off(own, of_played)
    which = "median" if SCORED_QUANTILES[place] == 0.5 else f"{100 * SCORED_QUANTILES[place]:.0f} % quantile"
    values = f"{which} {of_played[place]:.0f} min played, {own[place]:.0f} in the file"
    loss = f"loss {lost / max(least, 1e-9):.2f} times the file's own, {ratios} by replication"
    return Judged(name, f"{name}: {values} ({loss})", max(of_loss, of_median), n)


def _loss_excess(lost: float, least: float) -> float:
    """The loss over what is tolerated."""
    return lost / max(MOST_LOSS * least, least + LEAST_LOSS_APART)


def _median_excess(played: float, observed: FloatArray, n: int) -> float:
    """How far the played median is off that of the file, over what is tolerated or what chance allows `n` visits."""
    off_by_chance = _Z / 2.0 / np.sqrt(n)  # ranks of the order statistics that a median lies between in 95 of 100 files
    low, median, high = np.quantile(observed, (0.5 - off_by_chance, 0.5, 0.5 + off_by_chance))
    gap = abs(float(np.log(max(played, 1e-3) / max(median, 1e-3)))) / float(np.log(MOST_MEDIAN_RATIO))
    chance = float(high - median if played > median else median - low)
    return min(gap, abs(played - float(median)) / max(LEAST_MINUTES_APART, chance))


def _quantile_furthest_off(own: FloatArray, played: FloatArray) -> int:
    """The median, unless another quantile is off by a quarter more."""
    off = np.abs(np.log((played + 1.0) / (own + 1.0)))
    return _MEDIAN if off.max() <= 1.25 * off[_MEDIAN] else int(off.argmax())


def _share_judged(name: str, of_file: OnesWithWeights, of_played: list[OnesWithWeights]) -> Iterator[Judged]:
    """A share of visits; nothing where the file has too few, or a replication has none."""
    yes, weight = of_file
    if yes.size < FEWEST_JUDGED or any(each.size == 0 for each, _ in of_played):
        return
    share, shares = float(np.average(yes, weights=weight)), np.array([each.mean() for each, _ in of_played])
    played = float(shares.mean())
    variance = share * (1.0 - share) * float((weight**2).sum() / weight.sum() ** 2)
    variance += float(shares.var(ddof=1)) / shares.size if shares.size > 1 else variance
    allowed = _Z * float(np.sqrt(variance)) + SHARE_MARGIN
    words = f"{name}: {100 * played:.1f} % played, {100 * share:.1f} % in the file"
    yield Judged(name, words, abs(played - share) / allowed, yes.size)


def _ones(visits: pd.DataFrame, among: Iterable[str], which: Iterable[str]) -> OnesWithWeights:
    """Of the visits whose disposition is `among` some, whether it is one of those."""
    known = visits[visits["disposition"].isin(tuple(among))]
    weight = known["weight"].to_numpy(np.float64) if has_weights(known) else np.ones(len(known))
    return np.asarray(known["disposition"].isin(tuple(which)), dtype=np.float64), np.asarray(weight)


def _admission(words: str, visits: pd.DataFrame, played: list[pd.DataFrame]) -> Iterator[Judged]:
    of_played = [_ones(table, _ENDED, _ADMITTED) for table in played]
    yield from _share_judged(f"admitted{words}", _ones(visits, _ENDED, _ADMITTED), of_played)


def _left_unseen(words: str, visits: pd.DataFrame, played: list[pd.DataFrame], left_out: list[str]) -> Iterator[Judged]:
    """Only where the file says of anybody that they left unseen: a file that has no word for it does not say none."""
    of_file, *of_played = (_ones(each, each["disposition"].dropna().unique(), (_LEFT,)) for each in (visits, *played))
    if of_file[0].any():
        yield from _share_judged(f"left unseen{words}", of_file, of_played)
        return
    share = float(np.mean([yes.mean() if yes.size else 0.0 for yes, _ in of_played]))
    many = ": many, so that its waits are those of who stayed" if share > _MANY_LEFT else ""
    left_out.append(f"left unseen{words}: nobody in the file, so not compared; {100 * share:.1f} % played{many}")


def count_arrivals_of(visits: pd.DataFrame, calendar: FileCalendar | None = None) -> Counts | None:
    """Arrivals by clock hour, None of a table without dates."""
    dated = visits["arrival"].dropna()
    return None if dated.empty else count_arrivals(dated.to_numpy(dtype="datetime64[m]"), calendar=calendar)


def _arrivals(
    words: str,
    visits: pd.DataFrame,
    played: list[pd.DataFrame],
    weeks: int,
    calendar: FileCalendar,
    left_out: list[str],
) -> Iterator[Judged]:
    """Of whole days; the error of the file's mean is that of its weeks, which allows for days that are alike."""
    counts = count_arrivals_of(visits, calendar)
    if counts is None:
        left_out.append(f"arrivals a day{words}: the file has no dates")
        return
    days = counts.by_hour[np.asarray(counts.inside.all(axis=1))].sum(axis=1).astype(np.float64)
    if days.size < 14:
        left_out.append(f"arrivals a day{words}: fewer than 14 whole days")
        return
    by_week = days[: 7 * (days.size // 7)].reshape(-1, 7).mean(axis=1)
    totals = np.array([len(table) / (7.0 * weeks) for table in played])
    variance = float(by_week.var(ddof=1)) / by_week.size
    variance += float(totals.var(ddof=1)) / totals.size if totals.size > 1 else variance
    observed, mean = float(days.mean()), float(totals.mean())
    allowed = _Z * float(np.sqrt(variance)) + ARRIVALS_MARGIN * observed
    name = f"arrivals a day{words}"
    text = f"{name}: {mean:.1f} played, {observed:.1f} in the file"
    yield Judged(name, text, abs(mean - observed) / max(allowed, 1e-9), days.size)
