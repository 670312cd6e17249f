"""What a trial of the effect of peers on returns would be worth, by its size.

A trial says the logarithm of the hazard ratio with a standard error. That comes from a simulated trial (the folder of
a `study=trial`), or, without one, from the numbers of patients who return in each arm, as in a textbook.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.department.scenario import Problem, ScenarioError
from sim.runs.result_tables import Results
from sim.statistics.arrays import FloatArray
from sim.statistics.value_of_information import sampled_by_moments, sampled_by_regression

RETURN_HAZARD, RETURN_KEY = "EFFA01", "effects.total_return_hr"
"""The row of the register that a trial would find out, and the key that holds it."""
RETURN_OUTCOME = "return_30d_per_patient.mental_health"
"""The outcome that a trial counts."""
RETURNS_COUNTED = (RETURN_OUTCOME, "return_30d_per_visit.mental_health")
"""Outcomes of which a trial study may have errors; the first it has is taken."""
TRIAL_ERRORS = "trial_errors"
"""The table of a trial study that says how exact a trial is."""
PATIENT_OFFER = "patient_offer"
"""The design whose error is taken where a folder has several: the offer is randomised by patient."""
PLAY_TRIAL = "give the results folder of a study=trial that varies effects.total_return_hr"


@dataclass(frozen=True)
class SampleErrors:
    """`of_one`: the standard error of ln(hazard ratio) times the root of the number of patients; `source` in words."""

    of_one: float
    source: str

    def at(self, n_patients: int) -> float:
        """Standard error with so many patients, both arms together."""
        return self.of_one / math.sqrt(n_patients)


def binomial_errors(returning: float) -> SampleErrors:
    """By the textbook, with the share of patients who return, the same in both arms of half the patients each.

    The hazard ratio is taken as the ratio of the shares; its logarithm has the variance 4 (1 - p) / (n p).
    """
    share = min(max(returning, 1e-6), 1.0 - 1e-6)
    source = (
        f"Standard errors of trials are by the binomial formula: two equal arms of patients who consent, "
        f"{100 * share:.1f} % of them back within 30 days, nobody lost and nothing shared between arms; a trial of the "
        "same size is less exact in life. Give study.trial_from=FOLDER of a study=trial for simulated ones."
    )
    return SampleErrors(2.0 * math.sqrt((1.0 - share) / share), source)


def read_trial_errors(folder: Path) -> SampleErrors:
    """From the folder of a trial study. Raises ScenarioError."""
    place = "study.trial_from"
    try:
        results = Results(folder)
    except FileNotFoundError:
        raise ScenarioError([Problem(place, str(folder), f"no results folder; {PLAY_TRIAL}")]) from None
    if TRIAL_ERRORS not in results:
        raise ScenarioError([Problem(place, str(folder), f"has no table {TRIAL_ERRORS}; {PLAY_TRIAL}")])
    table = results.read(TRIAL_ERRORS)
    missing = {"design", "outcome", "effect_key", "effect", "n_patients", "log_effect_se"} - set(table)
    if missing:
        problem = Problem(f"{folder}, table {TRIAL_ERRORS}", ", ".join(sorted(missing)), f"not there; {PLAY_TRIAL}")
        raise ScenarioError([problem])
    outcomes = [name for name in RETURNS_COUNTED if (table["outcome"] == name).any()]
    fitting = table[(table["effect_key"] == RETURN_KEY) & table["outcome"].isin(outcomes[:1])]
    is_offer = bool((fitting["design"] == PATIENT_OFFER).any())
    if is_offer:
        fitting = fitting[fitting["design"] == PATIENT_OFFER]
    numbers = fitting[["n_patients", "log_effect_se"]].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    numbers = numbers[np.isfinite(numbers).all(axis=1) & (numbers > 0.0).all(axis=1)]
    if not len(numbers):
        problem = Problem(f"{folder}, table {TRIAL_ERRORS}", RETURN_OUTCOME, f"no standard error of it; {PLAY_TRIAL}")
        raise ScenarioError([problem])
    of_one = float(np.median(numbers[:, 1] * np.sqrt(numbers[:, 0])))
    design = "an offer to half of the patients, by lot" if is_offer else "a time without peers, and one with them"
    return SampleErrors(
        of_one,
        f"Standard errors of trials are those simulated in the folder {folder.name} (study=trial; {design}), in which "
        f"not all are met by a peer: {of_one / math.sqrt(1000):.2f} of ln(hazard ratio) with 1,000 patients, less by "
        "the root of their number.",
    )


def worth_of_trials(
    truth: FloatArray,
    fitted: FloatArray,
    benefits: FloatArray,
    sizes: Sequence[int],
    errors: SampleErrors,
    share: float,
    null: float,
    error_of_row: float,
    rng: np.random.Generator,
) -> Iterator[dict[str, object]]:
    """For each size: what the trial is worth by moment matching, its standard error, and by regression beside it.

    truth (draws,): ln(hazard ratio); fitted (draws, choices): benefits as far as it says; `share`: what is left of its
    value when that of chance, `null`, is taken off, taken off here in the same proportion; `error_of_row`: standard
    error of the value of knowing it for sure, which that of a trial cannot exceed.
    """
    whole = max(float(fitted.max(axis=1).mean() - fitted.mean(axis=0).max()), 1e-12)
    for n_patients in sizes:
        error = errors.at(n_patients)
        by_moments = sampled_by_moments(truth, fitted, error, rng)
        yield {
            "n_patients": int(n_patients), "error": error, "value": share * by_moments,
            "standard_error": error_of_row * min(by_moments / whole, 1.0),
            "by_regression": max(sampled_by_regression(truth, benefits, error, rng) - null, 0.0),
        }  # fmt: skip
