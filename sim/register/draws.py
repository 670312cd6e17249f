"""Joint draws of what nobody knows: one place in a unit cube is one set of numbers for the whole register.

Each unknown row has a dimension of its own, or moves with another row. The effects of peers are correlated by a
Gaussian copula: whoever helps in one way is likely to help in others. Derived rows are computed anew.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtr, ndtri

from sim.department.places import TWELFTHS
from sim.register.distributions import quantiles
from sim.register.rows import Assumption, KeyOf, Register, assumed_numbers, read_keys, read_register
from sim.statistics.arrays import FloatArray

ALONE, NOT_DRAWN = "yes", "no: "
WITH = re.compile(r"with (\w+)")
PEER_EFFECT = {"peer effect, good when low": 1.0, "peer effect, good when high": -1.0}
CORRELATION = "EFFA22"
TOTAL_MINUTES = ("TIM17", "TIM18", "TIM19", "TIM20", "TIM21")
LONGEST_FIRST_SHARE = 0.95
"""Of a physician's minutes some are left for the disposition, whatever is drawn."""

DrawnValues = Mapping[str, FloatArray]
"""Numbers of rows by id, one row of the array a draw."""


@dataclass(frozen=True)
class AssumptionCube:
    """The dimensions of a draw: ids of the rows that have one, in the order of the register."""

    register: Register
    keys: tuple[KeyOf, ...]

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Ids of the rows that have a dimension."""
        return tuple(row.id for row in self.register.values() if row.drawn == ALONE or row.drawn in PEER_EFFECT)

    def values(self, places: FloatArray) -> dict[str, FloatArray]:
        """Numbers of every drawn and derived row at places (n, dimensions) of the unit cube.

        Raises ValueError for places of another width, NotDrawable for a row that cannot be read.
        """
        names = self.dimensions
        if places.ndim != 2 or places.shape[1] != len(names):
            raise ValueError(f"places are {places.shape}: give one column for each of {len(names)} dimensions")
        return self.values_at(self.correlated(places))

    def values_at(self, quantiles_drawn: FloatArray) -> dict[str, FloatArray]:
        """The same at quantiles (n, dimensions) of each dimension by itself."""
        shares = dict(zip(self.dimensions, quantiles_drawn.T, strict=True))
        found = {
            row.id: quantiles(row, shares[dimension])
            for row in self.register.values()
            if (dimension := dimension_of(row)) is not None
        }
        for name, compute in DERIVED.items():
            found[name] = compute(Inputs(self.register, found, len(quantiles_drawn)))
        return found

    def correlated(self, places: FloatArray) -> FloatArray:
        """Places with the dimensions of peer effects made to go together."""
        signs = {
            number: PEER_EFFECT[self.register[name].drawn]
            for number, name in enumerate(self.dimensions)
            if self.register[name].drawn in PEER_EFFECT
        }
        columns, sign = list(signs), np.array(list(signs.values()))
        (correlation,) = assumed_numbers(self.register[CORRELATION]) or ()
        matrix = np.full((len(columns), len(columns)), correlation) + (1.0 - correlation) * np.eye(len(columns))
        together = ndtri(places[:, columns]) @ np.linalg.cholesky(matrix).T
        moved = places.copy()
        moved[:, columns] = ndtr(together * sign)
        return moved


@cache
def shipped_cube() -> AssumptionCube:
    """The cube of the register that comes with the project."""
    return AssumptionCube(read_register(), read_keys())


def dimension_of(row: Assumption) -> str | None:
    """The row whose dimension a row is drawn by; None for rows that are not drawn."""
    if row.drawn == ALONE or row.drawn in PEER_EFFECT:
        return row.id
    moved = WITH.fullmatch(row.drawn)
    return moved[1] if moved else None


# --- derived rows ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inputs:
    """What derived rows are computed from: drawn rows, and others at their value in the register."""

    register: Register
    drawn: DrawnValues
    n: int

    def __getitem__(self, name: str) -> FloatArray:
        if name in self.drawn:
            return self.drawn[name]
        return np.tile(assumed_numbers(self.register[name]) or (), (self.n, 1))

    @property
    def physician_minutes(self) -> FloatArray:
        """Of a visit, by level."""
        return np.hstack([self[name] for name in TOTAL_MINUTES]) * self["TIMA62"]

    def loaded(self, wage: str) -> FloatArray:
        """A wage with benefits and overhead."""
        return self[wage] * (1.0 + self["STF11"])


def first_share(inputs: Inputs, name: str) -> FloatArray:
    return np.minimum(inputs[name], LONGEST_FIRST_SHARE)


def visits_per_patient(inputs: Inputs) -> FloatArray:
    """The mean of two geometric series, of low-risk and of high-risk patients."""
    never, hazards, shares = 1.0 - inputs["RETA01"], inputs["RETA04"], inputs["RETA05"]
    visits: FloatArray = (shares / never**hazards).sum(axis=1, keepdims=True)
    return visits


DERIVED: Mapping[str, Callable[[Inputs], FloatArray]] = {
    "TIMA10": lambda x: x.physician_minutes * first_share(x, "TIMA09"),
    "TIMA22": lambda x: x.physician_minutes * (1.0 - first_share(x, "TIMA09")) / x["TIMA23"],
    "TIMA39": lambda x: x.physician_minutes * x["TIMA37"],
    "TIMA40": lambda x: x.physician_minutes * (1.0 - x["TIMA37"]),
    "ZONA06": lambda x: np.round(TWELFTHS / x["ZONA05"]),
    "ZONA09": lambda x: 1.0 - x["ZONA08"],
    "RETA10": visits_per_patient,
    "RETA25": lambda x: 1.0 / (1.0 - x["RETA06"]),
    "COSA01": lambda x: x.loaded("STF08"),
    "COSA02": lambda x: x.loaded("STF09"),
    "COSA03": lambda x: x.loaded("STF10"),
    "COSA06": lambda x: x["SUPA16"] * x["SUPA17"] * x.loaded("STF09"),
    "COSA07": lambda x: x.loaded("COSA04"),
    "COSA08": lambda x: x.loaded("COSA05"),
    "COSA25": lambda x: x.loaded("STF12"),
}
"""Derived rows that a config key holds and whose inputs are drawn: inputs before what is computed from them."""
