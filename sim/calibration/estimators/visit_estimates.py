"""Everything of a department that can be estimated from a tidy visits table, each part by its own estimator.

What a part needs and the file lacks is named in the notes, never filled in. The words are the department's: streams
`medical` and `mental_health`, dispositions `discharge`, `admission`, `transfer`, `lwbs`, `ama`; a column map recodes
the file's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
import pandas as pd

from sim.calibration.estimators.arrival_rates import ArrivalRates, fit_arrivals
from sim.calibration.estimators.hourly_counts import count_arrivals
from sim.calibration.estimators.patience import PatienceFit, PatienceTest, fit_patience, patience_test
from sim.calibration.estimators.returns import ReturnFit, fit_returns, gaps_between
from sim.calibration.estimators.shares import Shares, estimate_shares
from sim.calibration.estimators.step_minutes import (
    EVERY_STREAM,
    Choice,
    StepMinutes,
    choose_distribution,
    measured,
    rounding_of,
)
from sim.department.arrivals import MEDICAL, MENTAL_HEALTH
from sim.department.patients import ARRIVAL_MODES
from sim.department.quantities import ACUITIES
from sim.statistics.arrays import FloatArray
from sim.statistics.lifetimes import TooFewDurations

_STREAMS: Final = (MEDICAL, MENTAL_HEALTH)
_LEFT, _ADMITTED, _HOME = "lwbs", ("admission", "transfer"), "discharge"
_AGE_EDGES, _ADULT_FROM = (6, 12), 18
_FEWEST: Final = 50
"""Visits for shares and distributions; with fewer their errors are as large as they are."""
_FEWEST_RETURNS: Final = 30
_FEWEST_OF_A_LEVEL: Final = 20
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class VisitEstimates:
    """Estimates, by stream where there are streams (a file without them is all `medical`).

    `admission` maps acuity levels to shares (not admitted, admitted); `waits` and `stays` are by acuity level in the
    order of `levels`; `steps` are minutes of steps by stream (`EVERY_STREAM` if the file has none) and name.
    """

    rates: dict[str, ArrivalRates]
    ages: dict[str, Shares]
    modes: dict[str, Shares]
    admission: dict[int, Shares]
    patience: PatienceFit | None
    patience_test: PatienceTest | None
    returns: dict[str, ReturnFit]
    levels: tuple[int, ...]
    waits: Choice | None
    stays: Choice | None
    steps: dict[tuple[str, str], StepMinutes]
    notes: tuple[str, ...]


def streams_in(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The table by stream; whole, as `medical`, where its words for streams are not the department's."""
    found = set(frame["stream"].dropna().unique())
    if found and found <= set(_STREAMS):
        return {stream: frame[frame["stream"] == stream] for stream in _STREAMS if stream in found}
    return {MEDICAL: frame}


def estimate_visits(frame: pd.DataFrame, *, seed: int = 1) -> VisitEstimates:
    """Estimate all that the table holds."""
    notes: list[str] = []
    streams = streams_in(frame)
    patience, tested = _patience(frame, seed, notes)
    levels, waits, stays = _durations(frame, seed, notes)
    by_stream = streams if set(streams) == set(frame["stream"].dropna().unique()) else {EVERY_STREAM: frame}
    return VisitEstimates(
        rates=_by_stream(streams, _rates, notes),
        ages=_by_stream(streams, _ages, notes),
        modes=_by_stream(streams, _modes, notes),
        admission=dict(_admission(frame, notes)),
        patience=patience,
        patience_test=tested,
        returns=_by_stream(streams, lambda name, part, notes: _returns(name, part, frame, notes), notes),
        levels=levels,
        waits=waits,
        stays=stays,
        steps=measured(by_stream, seed, notes),
        notes=tuple(notes),
    )


def _by_stream(
    streams: dict[str, pd.DataFrame],
    estimate: Callable[[str, pd.DataFrame, list[str]], _Found | None],
    notes: list[str],
) -> dict[str, _Found]:
    """The estimate of each stream that has one."""
    found = {name: estimate(name, part, notes) for name, part in streams.items()}
    return {name: each for name, each in found.items() if each is not None}


def _rates(name: str, part: pd.DataFrame, notes: list[str]) -> ArrivalRates | None:
    dated = part[part["arrival"].notna()]
    if dated.empty:
        notes.append(f"{name}: no dates, so no rates, month factors or day-to-day variation")
        return None
    patient = None if dated["patient"].isna().any() else dated["patient"]
    try:
        rates = fit_arrivals(count_arrivals(dated["arrival"].to_numpy(dtype="datetime64[m]"), patient))
    except ValueError as error:
        notes.append(f"{name}: {error}")
        return None
    notes += [f"{name}: {note}" for note in rates.notes()]
    return rates


def _clusters(part: pd.DataFrame) -> np.ndarray | None:
    """Visits of one patient are alike in what is the patient's."""
    if part["patient"].isna().any() or part["patient"].nunique() < 2:
        return None
    return pd.factorize(part["patient"])[0].astype(np.int64)


def _ages(name: str, part: pd.DataFrame, notes: list[str]) -> Shares | None:
    known = part[part["age"].notna()]
    children = known[known["age"] < _ADULT_FROM]
    if len(children) < _FEWEST:
        notes.append(f"{name}: {len(children):,} visits of children with an age: too few for age shares")
        return None
    if len(children) < len(known):
        notes.append(
            f"{name}: {len(known) - len(children):,} visits from {_ADULT_FROM} years on are left out of age shares"
        )
    groups = np.digitize(children["age"].to_numpy(), _AGE_EDGES).astype(np.int64)
    return estimate_shares(groups, len(_AGE_EDGES) + 1, cluster=_clusters(children))


def _modes(name: str, part: pd.DataFrame, notes: list[str]) -> Shares | None:
    """Whoever comes in any other way than by ambulance or with the police walks in, as in the department."""
    known = part["mode"].dropna() if "mode" in part.columns else pd.Series(dtype=object)
    if len(known) < _FEWEST:
        return None
    for word in ARRIVAL_MODES[1:]:
        if word not in set(known):
            notes.append(f"{name}: no arrival says {word}, which a file may leave out: that share keeps its own")
    places = known.map(lambda word: ARRIVAL_MODES.index(word) if word in ARRIVAL_MODES else 0).to_numpy(np.int64)
    return estimate_shares(places, len(ARRIVAL_MODES), cluster=_clusters(part.loc[known.index]))


def _admission(frame: pd.DataFrame, notes: list[str]) -> Iterator[tuple[int, Shares]]:
    ended = frame[frame["disposition"].isin((*_ADMITTED, _HOME)) & frame["acuity"].notna()]
    if ended.empty:
        notes.append("no disposition in the department's words: no admission shares; recode them in the column map")
        return
    for level in ACUITIES:
        admitted = np.asarray(ended.loc[ended["acuity"] == level, "disposition"].isin(_ADMITTED), dtype=np.int64)
        if admitted.size >= _FEWEST_OF_A_LEVEL:
            yield level, estimate_shares(admitted, 2)


def waits_and_ends(frame: pd.DataFrame) -> tuple[FloatArray, np.ndarray, np.ndarray]:
    """Minutes waited, whether the wait ended with leaving, and the level, of visits where all three are known."""
    left = (frame["disposition"] == _LEFT).to_numpy()
    waited = np.where(left, frame["stay_minutes"], frame["wait_minutes"]).astype(np.float64)
    known = ~np.isnan(waited) & frame["acuity"].notna().to_numpy()
    return waited[known], left[known], frame["acuity"].to_numpy()[known].astype(np.int64)


def _patience(frame: pd.DataFrame, seed: int, notes: list[str]) -> tuple[PatienceFit | None, PatienceTest | None]:
    waited, left, level = waits_and_ends(frame)
    if not left.any():
        notes.append("no visit that left without being seen, with its time of leaving: no patience")
        return None, None
    try:
        step = rounding_of(waited[left]).step
        found = fit_patience(waited, left, level, grid=step or 1.0)
    except TooFewDurations as error:
        notes.append(f"patience: {error}")
        return None, None
    notes.append("patience runs from arrival here; the department's stands still while a patient is attended to")
    notes += [f"patience: {note}" for note in found.notes]
    if not found.fit.identified:
        notes.append("patience: the waits do not tell it; nothing is written")
        return None, None
    tested = patience_test(found.fit, found.levels, waited, left, level, grid=step or 1.0, seed=seed)
    notes.append(f"patience: {tested.verdict() if tested else 'too few leavers to test its family'}")
    return found, tested


def _returns(name: str, part: pd.DataFrame, frame: pd.DataFrame, notes: list[str]) -> ReturnFit | None:
    known = part[part["patient"].notna() & part["arrival"].notna()]
    if known.empty:
        notes.append(f"{name}: no patient identities with dates: no returns")
        return None
    start = frame["arrival"].min().normalize()

    def minutes(times: pd.Series) -> FloatArray:
        return np.asarray((times - start).dt.total_seconds() / 60.0, dtype=np.float64)

    by_stay = known["arrival"] + pd.to_timedelta(known["stay_minutes"], unit="m")
    departure = known["departure_time"].fillna(by_stay.astype(known["departure_time"].dtype))
    if departure.isna().all():
        departure = known["arrival"]
        notes.append(f"{name}: no departures, returns are counted from arrival")
    end = float(minutes(frame.loc[frame["arrival"].notna(), "arrival"]).max())
    gaps = gaps_between(known["patient"].astype(str), minutes(known["arrival"]), minutes(departure), end)
    if gaps.returned.sum() < _FEWEST_RETURNS:
        notes.append(f"{name}: {int(gaps.returned.sum())} returns: under {_FEWEST_RETURNS}, no law of return")
        return None
    found = fit_returns(gaps)
    notes += [f"{name} returns: {note}" for note in found.notes()]
    return found


def _durations(
    frame: pd.DataFrame, seed: int, notes: list[str]
) -> tuple[tuple[int, ...], Choice | None, Choice | None]:
    """Waits and stays by acuity: marginal laws to compare with, for a queue makes them, not a parameter."""
    counts = frame.loc[frame["stay_minutes"].notna() | frame["wait_minutes"].notna(), "acuity"].value_counts()
    levels = tuple(level for level in ACUITIES if counts.get(level, 0) >= _FEWEST)
    found: dict[str, Choice] = {}
    for name in ("wait_minutes", "stay_minutes"):
        known = frame[frame[name].notna() & frame["acuity"].isin(levels)]
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
