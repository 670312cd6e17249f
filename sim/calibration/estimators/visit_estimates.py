"""Everything of a department that can be estimated from a tidy visits table, each part by its own estimator.

Where the file names streams all is estimated by stream (`streams`). What a part needs and the file lacks is named in
the notes, never filled in. The words are the department's: dispositions `discharge`, `admission`, `transfer`, `lwbs`,
`ama`; a column map recodes the file's.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from sim.calibration.estimators.arrival_rates import ArrivalRates, fit_arrivals
from sim.calibration.estimators.family_choice import Choice, choose_distribution, rounding_of
from sim.calibration.estimators.file_calendar import FileCalendar
from sim.calibration.estimators.hourly_counts import count_arrivals
from sim.calibration.estimators.patience import PatienceFit, fit_patience, patience_test
from sim.calibration.estimators.returns import Gaps, ReturnFit, fit_returns, gaps_between
from sim.calibration.estimators.shares import Shares, shares_of_visits
from sim.calibration.estimators.step_minutes import IfNoneFits, StepMinutes, measured
from sim.calibration.estimators.streams import (
    EVERY_STREAM,
    StreamParts,
    estimate_by_stream,
    stream_parts,
)
from sim.calibration.estimators.survey_weights import (
    WeightedMinutes,
    has_weights,
    weighted_minutes,
)
from sim.department.arrivals import MEDICAL
from sim.department.patients import ARRIVAL_MODES
from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray
from sim.statistics.lifetimes import TooFewDurations

_LEFT, _ADMITTED, _HOME = "lwbs", ("admission", "transfer"), "discharge"
_AGE_EDGES, _ADULT_FROM = (6, 12), 18
_UNUSED: Final = (
    "row", "weekday", "minute_of_day", "year", "month", "triage_time", "physician_time", "triage_minutes",
    "seen_recently",
)  # fmt: skip
_FEWEST: Final = 50
"""Visits for shares and distributions; with fewer their errors are as large as they are."""
_FEWEST_RETURNS: Final = 30
_FEWEST_OF_A_LEVEL: Final = 20
_FEWEST_LEAVERS: Final = 30
"""Leavers to be expected in a stream, ten at each of three levels, for it to have a patience of its own."""
MOST_UNTIMED: Final = 0.1
"""Share of those who left unseen whose time of leaving may be unknown: they are no longer few, nor like the others."""


@dataclass(frozen=True, slots=True)
class VisitEstimates:
    """Estimates by stream; of a file without streams `rates`, `ages`, `modes` and `returns` are of `medical`, all else
    of `EVERY_STREAM`.

    `admission` maps acuity levels to shares (not admitted, admitted), `left_unseen` is (not, left); `waits` and `stays`
    are by acuity level in the order of `levels`, of all visits; `steps` are minutes of steps by stream and name. With
    survey weights no family is fitted, and `minutes` holds what is told of waits and stays.
    """

    rates: dict[str, ArrivalRates]
    ages: dict[str, Shares]
    modes: dict[str, Shares]
    admission: dict[str, dict[int, Shares]]
    left_unseen: dict[str, Shares]
    patience: dict[str, PatienceFit]
    returns: dict[str, ReturnFit]
    levels: tuple[int, ...]
    waits: Choice | None
    stays: Choice | None
    steps: dict[tuple[str, str], StepMinutes]
    notes: tuple[str, ...]
    minutes: tuple[WeightedMinutes, ...] = ()


def estimate_visits(
    frame: pd.DataFrame,
    *,
    seed: int = 1,
    calendar: FileCalendar | None = None,
    if_none_fits: IfNoneFits = "empirical",
) -> VisitEstimates:
    """Estimate all that the table holds; the `calendar` says which hours the file does not cover, and names days.

    Of steps whose minutes no family fits the quantiles are to be written, or the `nearest` family.
    """
    notes: list[str] = []
    frame = frame.drop(columns=[name for name in _UNUSED if name in frame.columns])  # parts of it are copied
    covered = (calendar or FileCalendar()).over(frame["arrival"].to_numpy(dtype="datetime64[h]"))

    parts, weighted = stream_parts(frame), has_weights(frame)
    of_patience = parts.with_columns("disposition", "stay_minutes", "wait_minutes", "acuity")
    patience = {} if weighted else _patience_by_stream(of_patience, seed, notes)
    levels, waits, stays = ((), None, None) if weighted else _durations(frame, seed, notes)
    known = parts.by_stream or {EVERY_STREAM: frame}
    dated = parts.with_columns("arrival", "patient")
    fit_rates = partial(_rates, calendar=covered, seed=seed)
    rates = {} if weighted else estimate_by_stream(dated, "rates", fit_rates, notes, may_pool=_never, of_all=MEDICAL)
    return VisitEstimates(
        rates=rates,
        ages=estimate_by_stream(parts, "ages", _ages, notes, of_all=MEDICAL),
        modes=estimate_by_stream(parts, "modes of arrival", _modes, notes, of_all=MEDICAL),
        admission=estimate_by_stream(parts, "admission", _admission, notes),
        left_unseen=estimate_by_stream(parts, "leaving unseen", _left_unseen, notes),
        patience=patience,
        returns={} if weighted else _returns_by_stream(parts, frame, notes),
        levels=levels,
        waits=waits,
        stays=stays,
        steps=measured(known, seed, notes, if_none_fits),
        notes=tuple(notes),
        minutes=weighted_minutes(frame) if weighted else (),
    )


def _never(_: pd.DataFrame) -> bool:
    """A rate is of one stream, and few returns are no sign of a thin stream."""
    return False


def _rates(part: pd.DataFrame, notes: list[str], calendar: FileCalendar, seed: int) -> ArrivalRates | None:
    dated = part.loc[part["arrival"].notna(), ["arrival", "patient"]]
    if dated.empty:
        notes.append("no dates, so no rates, month factors or day-to-day variation")
        return None
    patient = None if dated["patient"].isna().any() else dated["patient"]
    try:
        counts = count_arrivals(dated["arrival"].to_numpy(dtype="datetime64[m]"), patient, calendar)
        rates = fit_arrivals(counts, seed=seed)
    except ValueError as error:
        notes.append(str(error))
        return None
    notes += rates.notes()
    return rates


def _unit_columns(part: pd.DataFrame) -> list[str]:
    """Columns that say for whom and with whom a visit counts: the only ones copied beside what is estimated."""
    return [name for name in ("cluster", "patient", "weight") if name in part.columns]


def _ages(part: pd.DataFrame, notes: list[str]) -> Shares | None:
    known = part.loc[part["age"].notna(), [*_unit_columns(part), "age"]]
    children = known[known["age"] < _ADULT_FROM]
    if len(children) < _FEWEST:
        notes.append(f"{len(children):,} visits of children with an age: too few for age shares")
        return None
    if len(children) < len(known):
        notes.append(f"{len(known) - len(children):,} visits from {_ADULT_FROM} years on are left out of age shares")
    return shares_of_visits(np.digitize(children["age"].to_numpy(), _AGE_EDGES), len(_AGE_EDGES) + 1, children)


def _modes(part: pd.DataFrame, notes: list[str]) -> Shares | None:
    """Whoever comes in any other way than by ambulance or with the police walks in, as in the department."""
    known = part.loc[part["mode"].notna(), [*_unit_columns(part), "mode"]] if "mode" in part.columns else part[:0]
    if len(known) < _FEWEST:
        return None
    for word in ARRIVAL_MODES[1:]:
        if word not in set(known["mode"]):
            notes.append(f"no arrival says {word}, which a file may leave out: that share keeps its own")
    places = [ARRIVAL_MODES.index(word) if word in ARRIVAL_MODES else 0 for word in known["mode"]]
    return shares_of_visits(np.array(places), len(ARRIVAL_MODES), known)


def _admission(part: pd.DataFrame, notes: list[str]) -> dict[int, Shares] | None:
    """By level; transfers count as admissions. None with too few visits whose end is known."""
    chosen = part["disposition"].isin((*_ADMITTED, _HOME)) & part["acuity"].notna()
    ended = part.loc[chosen, [*_unit_columns(part), "disposition", "acuity"]]
    if len(ended) < _FEWEST:
        notes.append(
            f"{len(ended):,} visits with a level that ended with discharge, admission or transfer: no "
            "admission shares; recode the file's words in the column map"
        )
        return None
    found, few = {}, []
    for level in ACUITIES:
        mine = ended[ended["acuity"] == level]
        if len(mine) >= _FEWEST_OF_A_LEVEL:
            found[level] = shares_of_visits(mine["disposition"].isin(_ADMITTED).to_numpy().astype(np.int64), 2, mine)
        else:
            few.append(f"CTAS {level} ({len(mine)})")
    if few:
        notes.append(f"admission keeps its own at {', '.join(few)}: fewer than {_FEWEST_OF_A_LEVEL}")
    return found


def _left_unseen(part: pd.DataFrame, notes: list[str]) -> Shares | None:
    known = part.loc[part["disposition"].notna(), [*_unit_columns(part), "disposition"]]
    if len(known) < _FEWEST:
        return None
    found = shares_of_visits((known["disposition"] == _LEFT).to_numpy().astype(np.int64), 2, known)
    low, high = (float(ends[1]) for ends in found.interval())
    notes.append(
        f"{100 * found.share[1]:.2f} % left unseen (SE {100 * found.standard_error[1]:.2f}, 95 % "
        f"interval {100 * low:.2f} to {100 * high:.2f}, n = {found.n:,})"
    )
    return found


def waits_and_ends(frame: pd.DataFrame) -> tuple[FloatArray, np.ndarray, np.ndarray]:
    """Minutes waited, whether the wait ended with leaving, and the level, of visits where all three are known.

    A stay of 0 of somebody who left says that the time of leaving is not known.
    """
    left = (frame["disposition"] == _LEFT).to_numpy()
    stay = frame["stay_minutes"].to_numpy(np.float64)
    waited = np.where(left, np.where(stay > 0.0, stay, np.nan), frame["wait_minutes"].to_numpy(np.float64))
    known = ~np.isnan(waited) & frame["acuity"].notna().to_numpy()
    return waited[known], left[known], frame["acuity"].to_numpy()[known].astype(np.int64)


def _patience_by_stream(parts: StreamParts, seed: int, notes: list[str]) -> dict[str, PatienceFit]:
    """A stream is thin where few leavers could be looked for: few who left of many visits are no reason to pool."""
    left = float((parts.named["disposition"] == _LEFT).mean()) if len(parts.named) else 0.0

    def is_thin(part: pd.DataFrame) -> bool:
        return left * len(part) < _FEWEST_LEAVERS and not _are_untimed(part)

    return estimate_by_stream(parts, "patience", partial(_patience, seed=seed), notes, may_pool=is_thin)


def _untimed(part: pd.DataFrame) -> int:
    """Visits that left unseen, their time of leaving unknown."""
    return int(((part["disposition"] == _LEFT) & ~(part["stay_minutes"] > 0.0)).sum())


def _are_untimed(part: pd.DataFrame) -> bool:
    return _untimed(part) > MOST_UNTIMED * int((part["disposition"] == _LEFT).sum())


def _patience(part: pd.DataFrame, notes: list[str], seed: int) -> PatienceFit | None:
    n_left = int((part["disposition"] == _LEFT).sum())
    waited, left, level = waits_and_ends(part)
    if not n_left:
        known = part["disposition"].notna().any()
        why = "nobody is said to have left without being seen" if known else "the file does not say how visits ended"
        notes.append(f"{why}: no patience")
        return None
    n_untimed = _untimed(part)
    if _are_untimed(part):
        notes.append(
            f"{n_untimed:,} of {n_left:,} who left unseen have no time of leaving, more than "
            f"{100 * MOST_UNTIMED:.0f} %: no patience, for those with a time need not be like them"
        )
        return None
    try:
        step = rounding_of(waited[left]).step
        found = fit_patience(waited, left, level, grid=step or 1.0)
    except TooFewDurations as error:
        notes.append(str(error))
        return None
    if not found.fit.identified:
        notes.append("the waits do not tell patience; nothing is written")
        return None
    if n_untimed:
        notes.append(f"{n_untimed:,} of {n_left:,} who left unseen have no time of leaving: not in patience")
    notes.append("patience runs from arrival here; the department's stands still while somebody is attended to")
    notes += [f"patience: {note}" for note in found.notes]
    tested = patience_test(found.fit, found.levels, waited, left, level, grid=step or 1.0, seed=seed)
    notes.append(f"patience: {tested.verdict() if tested else 'too few leavers to test its family'}")
    return replace(found, test=tested)


def _returns_by_stream(parts: StreamParts, frame: pd.DataFrame, notes: list[str]) -> dict[str, ReturnFit]:
    returns = partial(_returns, frame=frame)
    dated = parts.with_columns("patient", "arrival", "stay_minutes", "departure_time")
    return estimate_by_stream(dated, "returns", returns, notes, may_pool=_never, of_all=MEDICAL)


def _returns(part: pd.DataFrame, notes: list[str], frame: pd.DataFrame) -> ReturnFit | None:
    gaps = _gaps(part, notes, frame)
    if gaps is None:
        return None
    if gaps.returned.sum() < _FEWEST_RETURNS:
        notes.append(f"{int(gaps.returned.sum())} returns: under {_FEWEST_RETURNS}, no law of return")
        return None
    found = fit_returns(gaps)
    notes += [f"returns: {note}" for note in found.notes()]
    return found


def _gaps(part: pd.DataFrame, notes: list[str], frame: pd.DataFrame) -> Gaps | None:
    """Days until the next visit of the same patient; None where nobody is known."""
    columns = ["patient", "arrival", "stay_minutes", "departure_time"]
    known = part.loc[part["patient"].notna() & part["arrival"].notna(), columns]
    if known.empty:
        notes.append("no patient identities with dates: no returns")
        return None
    start = frame["arrival"].min().normalize()

    def minutes(times: pd.Series) -> FloatArray:
        return np.asarray((times - start).dt.total_seconds() / 60.0, dtype=np.float64)

    by_stay = known["arrival"] + pd.to_timedelta(known["stay_minutes"], unit="m")
    departure = known["departure_time"].fillna(by_stay.astype(known["departure_time"].dtype))
    if departure.isna().all():
        departure = known["arrival"]
        notes.append("no departures, returns are counted from arrival")
    end = float(minutes(frame.loc[frame["arrival"].notna(), "arrival"]).max())
    who = pd.factorize(known["patient"], sort=True)[0]
    return gaps_between(who, minutes(known["arrival"]), minutes(departure), end)


def _durations(
    frame: pd.DataFrame, seed: int, notes: list[str]
) -> tuple[tuple[int, ...], Choice | None, Choice | None]:
    """Waits and stays by acuity: marginal laws to compare with, for a queue makes them, not a parameter."""
    counts = frame.loc[frame["stay_minutes"].notna() | frame["wait_minutes"].notna(), "acuity"].value_counts()
    levels = tuple(level for level in ACUITIES if counts.get(level, 0) >= _FEWEST)
    found: dict[str, Choice] = {}
    for name in ("wait_minutes", "stay_minutes"):
        known = frame.loc[frame[name].notna() & frame["acuity"].isin(levels), [name, "acuity"]]
        group = np.searchsorted(levels, known["acuity"].to_numpy(np.float64)).astype(np.int64)
        if not levels or np.bincount(group, minlength=len(levels)).min() < _FEWEST:
            continue
        choice = found[name] = choose_distribution(known[name].to_numpy(np.float64), group, seed=seed)
        notes.append(f"{name}: {choice.verdict()}")
        if choice.n_zero:
            notes.append(f"{name}: {choice.n_zero:,} zeros are left out of the fit")
        if choice.rounding.step > 1.0 or choice.rounding.is_heaped:
            notes.append(f"{name}: {choice.rounding.note()}")
    return levels, found.get("wait_minutes"), found.get("stay_minutes")
