"""Array types of the statistics, and the checks their functions make of arguments.

Every check raises ValueError with the argument's name, what was found and what to give instead.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


def check_confidence(confidence: float) -> None:
    """Raise ValueError unless the confidence lies strictly between 0 and 1."""
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}: give a share strictly between 0 and 1, such as 0.95")


def vector(values: ArrayLike, name: str) -> FloatArray:
    """Values as an array of shape (n,)."""
    return _finite(values, name, 1, "one number per replication, shape (n,)")


def replications_table(values: ArrayLike, name: str, fewest_columns: int) -> FloatArray:
    """Values as a table with a row per replication."""
    return _finite(values, name, 2, f"a row per replication and {fewest_columns} or more columns", fewest_columns)


def rows_of_measures(values: ArrayLike, name: str) -> FloatArray:
    """Values as a table with a row per measure and a column per replication."""
    return _finite(values, name, 2, "a row per measure and a column per replication")


def _finite(values: ArrayLike, name: str, n_axes: int, wanted: str, fewest: int = 0) -> FloatArray:
    """Values with so many axes, of which the last has at least `fewest` places; none of them infinite."""
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != n_axes or x.shape[-1] < fewest:
        raise ValueError(f"{name} has shape {x.shape}: give {wanted}")
    refuse_infinite(x, name)
    return x


def refuse_infinite(x: FloatArray, name: str) -> None:
    """Raise ValueError at the first infinite value."""
    if np.isinf(x).any():
        raise ValueError(
            f"{name} holds an infinite number at {np.argwhere(np.isinf(x))[0].tolist()}: correct the measure"
        )
