"""Choices of which none is better in everything: the front of several goals, and some of it that lie far apart."""

import numpy as np

from sim.statistics.arrays import BoolArray, FloatArray, IntArray


def non_dominated(values: FloatArray) -> BoolArray:
    """Choices that no other beats, shape (n,): is as good in every goal and better in one. More is better.

    values: shape (n, goals), without nan. Of equal ones all stay.
    """
    order = np.lexsort(-values.T[::-1])  # whoever beats another comes before it
    front = np.zeros((0, values.shape[1]))
    stays = np.zeros(len(values), dtype=bool)
    for row in order:
        beaten = ((front >= values[row]).all(axis=1) & (front > values[row]).any(axis=1)).any()
        if not beaten:
            stays[row] = True
            front = np.vstack((front, values[row]))
    return stays


def far_apart(values: FloatArray, n: int) -> IntArray:
    """So many choices at most, the best in each goal first, then each time the one farthest from those there are.

    values: shape (m, goals) in units that make the goals comparable; more is better. Equal choices are taken once.
    """
    chosen = list(dict.fromkeys(int(place) for place in values.argmax(axis=0)))[:n]
    while len(chosen) < min(n, len(values)):
        apart = np.abs(values[:, np.newaxis] - values[chosen]).sum(axis=2).min(axis=1)
        if apart.max() == 0.0:
            break
        chosen.append(int(apart.argmax()))
    return np.array(chosen, dtype=np.int64)
