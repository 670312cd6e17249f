"""A linear model of few of many terms, chosen one after the other: what a simulator does where inputs are many.

Orthogonal matching pursuit (Pati, Rezaiifar & Krishnaprasad 1993, Proc. 27th Asilomar Conference 40-44): each step
takes the term that goes best with what is not explained yet, and fits all terms taken anew. How many are taken is
chosen by cross-validation.
"""

from dataclasses import dataclass

import numpy as np

from sim.statistics.arrays import FloatArray, IntArray

FOLDS = 5


@dataclass(frozen=True, slots=True)
class ForwardFit:
    """`mean` of the values, `centre` and `weights` of the chosen `columns` of the terms.

    `errors` are those of values left out in cross-validation, in the order of the values.
    """

    mean: float
    columns: IntArray
    centre: FloatArray
    weights: FloatArray
    errors: FloatArray

    def predict(self, terms: FloatArray) -> FloatArray:
        """Values at rows of terms (m, p)."""
        found: FloatArray = self.mean + (terms[:, self.columns] - self.centre) @ self.weights
        return found


def fit_forward(terms: FloatArray, values: FloatArray, seed: int, most_terms: int = 40) -> ForwardFit:
    """Fit values (n,) by at most so many of the terms (n, p). Raises ValueError for fewer than two values a fold."""
    n = len(values)
    if n < 2 * FOLDS:
        raise ValueError(f"{n} values cannot be left out in {FOLDS} parts: give {2 * FOLDS} at least")
    fold = np.random.default_rng(seed).permutation(n) % FOLDS
    errors = np.zeros((most_terms + 1, n))
    for part in range(FOLDS):
        out = fold == part
        for n_terms, fit in enumerate(_path(terms[~out], values[~out], most_terms)):
            errors[n_terms:, out] = values[out] - fit.predict(terms[out])
    n_terms = int((errors**2).sum(axis=1).argmin())
    chosen = _path(terms, values, n_terms)[-1]
    return ForwardFit(chosen.mean, chosen.columns, chosen.centre, chosen.weights, errors[n_terms])


def _path(terms: FloatArray, values: FloatArray, most_terms: int) -> list[ForwardFit]:
    """Fits of 0, 1, 2 ... terms, fewer where nothing is left to explain."""
    centre, mean = terms.mean(axis=0), float(values.mean())
    centred, target = terms - centre, values - mean
    lengths = np.sqrt((centred**2).sum(axis=0))
    usable = lengths > 0.0
    columns: list[int] = []
    left, weights = target, np.zeros(0)
    fits = [ForwardFit(mean, np.zeros(0, np.int64), np.zeros(0), weights, np.zeros(0))]
    for _ in range(min(most_terms, int(usable.sum()), len(values) - 2)):
        fitness = np.where(usable, np.abs(centred.T @ left) / np.where(usable, lengths, 1.0), 0.0)
        fitness[columns] = 0.0
        if fitness.max() <= 0.0:
            break
        columns.append(int(fitness.argmax()))
        weights = np.linalg.lstsq(centred[:, columns], target, rcond=None)[0]
        left = target - centred[:, columns] @ weights
        taken = np.array(columns)
        fits.append(ForwardFit(mean, taken, centre[taken], weights, np.zeros(0)))
    return fits
