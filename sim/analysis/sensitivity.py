"""What decides between staffings, and what it would be worth to know before choosing: tables made of played draws.

Ranks say which rows of the register move a difference, a net benefit or a level. The value of information says in money
what knowing a row, a group of rows, or the result of a trial would add to the choice. Money is CAD a year and site.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.assumption_spread import WORTH_TIMES, DrawnRuns, benefit_table, benefits_of
from sim.analysis.design_needs import WEEKS_PER_YEAR
from sim.analysis.played_draws import PlayedDraws
from sim.analysis.trial_worth import RETURN_HAZARD, SampleErrors, worth_of_trials
from sim.analysis.valuation import Worth
from sim.engine.measures.catalogue import HEADLINE
from sim.register.groups import group_of_row
from sim.statistics.arrays import BoolArray, FloatArray
from sim.statistics.rank_regression import rank_effects
from sim.statistics.spline_ridge import ridge_fit, spline_features
from sim.statistics.two_sources import FEWEST_DRAWS
from sim.statistics.value_of_information import (
    PartialValues,
    fitted_benefits,
    gain_of_choosing,
    partial_values,
    value_of_everything,
)

RANKED_DIFFERENCE, RANKED_BENEFIT, RANKED_LEVEL = "difference", "net benefit", "level"
"""Kinds of outcomes that are ranked."""
ROW, ROW_GROUP = "row", "group"
"""What is known in a value of information."""
SEED_OF_ANSWER = 20_260
"""Of permutations, folds and simulated studies: the same draws give the same answer."""


@dataclass(frozen=True)
class SensitivityAsked:
    """The leading `outcome`, what outcomes are worth and by which `presets`, the leading one first; `sizes` of trials
    (patients of both arms) and where their standard errors come from, `errors`."""

    outcome: str
    worth: tuple[Worth, ...]
    presets: tuple[str, ...]
    sizes: tuple[int, ...]
    errors: SampleErrors | None


@dataclass(frozen=True)
class Sensitivity:
    """The answer: what was asked and played, and its tables, the last of which is that of a comparison.

    `ranks`: kind, staffing, against, measure, times, row, coefficient, at_low and at_high (means of the outcome, in its
    unit), noise, r_squared, n. `everything`: preset, times, best, value, standard_error, highest, n. `learning`:
    preset, times, what, name, value, standard_error, crossed, null, limit, is_real. `trials`: preset, times,
    n_patients, error, value, standard_error, by_regression.
    """

    asked: SensitivityAsked
    played: PlayedDraws
    ranks: pd.DataFrame
    everything: pd.DataFrame
    learning: pd.DataFrame
    trials: pd.DataFrame
    benefit: pd.DataFrame

    @property
    def preset(self) -> str:
        """The leading account of what is counted."""
        return self.asked.presets[0]

    def difference_ranks(self, staffing: str, against: str) -> pd.DataFrame:
        """Rows by how much they move the leading outcome's difference, the most first."""
        table = self.ranks
        if table.empty:
            return table
        chosen = table[
            (table["kind"] == RANKED_DIFFERENCE)
            & (table["measure"] == self.asked.outcome)
            & (table["staffing"] == staffing)
            & (table["against"] == against)
        ]
        return chosen.iloc[np.argsort(-chosen["coefficient"].abs().to_numpy(), kind="stable")]


def sensitivity_of(played: PlayedDraws, asked: SensitivityAsked) -> Sensitivity:
    """All tables of the answer."""
    rng = np.random.default_rng(SEED_OF_ANSWER)
    ranks = ranks_table(played, asked, rng)
    everything, learning, trials = value_tables(played, asked, rng)
    benefit = benefit_table(played.choices, asked.worth, asked.presets) if len(everything) else pd.DataFrame()
    return Sensitivity(asked, played, ranks, everything, learning, trials, benefit)


# --- ranks


def ranks_table(played: PlayedDraws, asked: SensitivityAsked, rng: np.random.Generator) -> pd.DataFrame:
    """A row for every outcome that is ranked and every row of the register."""
    outcomes = [one for one in ranked_outcomes(played, asked) if has_differences(one[1])]
    parts = []
    for known in {one[1][1].tobytes(): one[1][1] for one in with_masks(outcomes)}.values():
        same = [one for one in with_masks(outcomes) if (one[1][1] == known).all()]
        values = np.column_stack([each[1][0][known] for each in same])
        effects = rank_effects(played.quantiles[known], values, rng)
        at_low, at_high = ends_of_rows(played.quantiles[known], values)
        for number, (names, _) in enumerate(same):
            parts.append(
                pd.DataFrame({
                    **names, "row": played.rows, "coefficient": effects.coefficients[:, number],
                    "at_low": at_low[:, number], "at_high": at_high[:, number],
                    "noise": effects.noise[number], "r_squared": effects.r_squared[number], "n": int(known.sum()),
                })
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def ends_of_rows(quantiles: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Means (rows, outcomes) of the outcomes where each row alone is low, and where it is high, by smooth fits."""
    ends = []
    for column in quantiles.T:
        fitted = ridge_fit(spline_features(column[:, None]), values).fitted
        places = np.argsort(column)[np.round(np.array(LOW_AND_HIGH) * (len(column) - 1)).astype(int)]
        ends.append(fitted[places])
    low, high = np.array(ends).transpose(1, 0, 2)
    return low, high


LOW_AND_HIGH = (0.1, 0.9)
"""Where a row is called low and high: shares of the draws below it."""
RankedOutcome = tuple[dict[str, object], FloatArray]
"""What an outcome is called, and its value in each draw."""


def with_masks(outcomes: Sequence[RankedOutcome]) -> list[tuple[dict[str, object], tuple[FloatArray, BoolArray]]]:
    """Outcomes with the draws in which they are known."""
    return [(names, (values, np.isfinite(values))) for names, values in outcomes]


def has_differences(values: FloatArray) -> bool:
    """Whether enough draws have the outcome, and not all the same."""
    known = values[np.isfinite(values)]
    return len(known) >= FEWEST_DRAWS and bool(np.ptp(known) > 0.0)


def ranked_outcomes(played: PlayedDraws, asked: SensitivityAsked) -> Iterator[RankedOutcome]:
    """Differences of all pairs that matter, their net benefits by the leading preset, and levels of the baseline."""
    drawn = played.drawn
    measures = [name for name in dict.fromkeys([asked.outcome, *HEADLINE]) if name in drawn.measures]
    for one, other in pairs_of(drawn.staffings):
        names = {"staffing": drawn.staffings[one], "against": drawn.staffings[other]}
        for measure in measures:
            values = drawn.values(measure)[0]
            yield (
                {"kind": RANKED_DIFFERENCE, **names, "measure": measure, "times": np.nan},
                values[:, one] - values[:, other],
            )
        for times in WORTH_TIMES if drawn.can_value(asked.worth) else ():
            first, _ = benefits_of(drawn, asked.worth, asked.presets[0], times)
            yield {"kind": RANKED_BENEFIT, **names, "measure": "", "times": times}, first[:, one] - first[:, other]
    for measure in measures:
        names = {"staffing": drawn.staffings[0], "against": ""}
        yield {"kind": RANKED_LEVEL, **names, "measure": measure, "times": np.nan}, drawn.values(measure)[0][:, 0]


def pairs_of(staffings: Sequence[str]) -> list[tuple[int, int]]:
    """Places of every staffing and the baseline, then of the first beside each of the others."""
    n = len(staffings)
    return [*((one, 0) for one in range(1, n)), *((1, other) for other in range(2, n))]


# --- value of information


def value_tables(
    played: PlayedDraws, asked: SensitivityAsked, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """`everything`, `learning` and `trials` of a `Sensitivity`; empty where nothing can be valued."""
    drawn = played.choices
    if not drawn.can_value(asked.worth) or len(drawn.staffings) < 2:
        return pd.DataFrame(), pd.DataFrame(), pd.DataFrame()
    features = features_of(played)
    everything, learning, trials = [], [], []
    for preset, times in accounts(asked):
        first, again = (WEEKS_PER_YEAR * each for each in benefits_of(drawn, asked.worth, preset, times))
        known = np.asarray(np.isfinite(first).all(axis=1), dtype=np.bool_)
        names: dict[str, object] = {"preset": preset, "times": times}
        everything.append(names | everything_row(drawn, first, again))
        for what, of_each in features.items():
            found = partial_values({name: each[known] for name, each in of_each.items()}, first[known], rng)
            learning += [names | row for row in learning_rows(what, found)]
            if what == ROW and RETURN_HAZARD in found.names and asked.errors is not None:
                trials += [names | row for row in trials_rows(played, asked, first, known, found, rng)]
    return pd.DataFrame(everything), pd.DataFrame(learning), pd.DataFrame(trials)


def accounts(asked: SensitivityAsked) -> list[tuple[str, float]]:
    """Presets and multiples of worth: the leading preset over the whole range, the others as set."""
    return [*((asked.presets[0], times) for times in WORTH_TIMES), *((preset, 1.0) for preset in asked.presets[1:])]


def features_of(played: PlayedDraws) -> dict[str, dict[str, FloatArray]]:
    """Features of every row, and of every group of rows."""
    rows = {name: spline_features(played.quantiles[:, [number]]) for number, name in enumerate(played.rows)}
    groups: dict[str, list[FloatArray]] = {}
    for name, each in rows.items():
        groups.setdefault(group_of_row(name).group, []).append(each)
    return {ROW: rows, ROW_GROUP: {name: np.hstack(parts) for name, parts in groups.items()}}


def everything_row(drawn: DrawnRuns, first: FloatArray, again: FloatArray) -> dict[str, object]:
    """The choice by the mean, and what knowing all that is drawn would add: at least `value`, at most `highest`."""
    is_known = np.isfinite(first).all(axis=1)
    known = first[is_known]
    lower = value_of_everything(known, again[is_known])
    return {
        "best": drawn.staffings[int(known.mean(axis=0).argmax())], "value": lower.value,
        "standard_error": lower.standard_error, "highest": gain_of_choosing(known), "n": len(known),
    }  # fmt: skip


def learning_rows(what: str, found: PartialValues) -> Iterator[dict[str, object]]:
    """A row for each input."""
    columns = zip(found.names, found.value, found.standard_error, found.crossed, found.null, found.is_real, strict=True)
    for name, value, error, crossed, null, is_real in columns:
        yield {
            "what": what, "name": name, "value": float(value), "standard_error": float(error),
            "crossed": float(crossed), "null": float(null), "limit": found.limit, "is_real": bool(is_real),
        }  # fmt: skip


def trials_rows(
    played: PlayedDraws,
    asked: SensitivityAsked,
    benefits: FloatArray,
    known: BoolArray,
    found: PartialValues,
    rng: np.random.Generator,
) -> Iterator[dict[str, object]]:
    """A row for each size of a trial of the effect on returns."""
    assert asked.errors is not None
    truth = np.log(played.numbers(RETURN_HAZARD))[known]
    features = spline_features(played.quantiles[:, [played.rows.index(RETURN_HAZARD)]])
    at = found.names.index(RETURN_HAZARD)
    fitted, _ = fitted_benefits(features[known], benefits[known])
    share = float(found.value[at] / (found.value[at] + found.null[at])) if found.value[at] > 0.0 else 0.0
    null, error = float(found.null[at]), float(found.standard_error[at])
    yield from worth_of_trials(truth, fitted, benefits[known], asked.sizes, asked.errors, share, null, error, rng)
