"""Does the department look like a real one? Simulated values beside published ones, judged by docs/protocol.md.

The ranges are read from a data file, which a test compares with the protocol; nothing is tuned here.
"""

import csv
from dataclasses import dataclass, fields
from importlib import resources
from math import isfinite, isnan, nan
from pathlib import Path
from statistics import median
from typing import Any, Literal

import numpy as np

from sim.analysis.comparison_result import Comparison
from sim.analysis.measures_that_apply import measures_that_apply
from sim.analysis.scenario_facts import peer_hours
from sim.analysis.sequential_sampling import Runs
from sim.department.quantities import MINUTES_PER_HOUR
from sim.department.scenario import Problem, ScenarioError, length_text
from sim.engine.measures.catalogue import MEASURE_BY_KEY
from sim.io.bounded_reader import MIB, read_bytes
from sim.runs.design import Design
from sim.runs.received_sweep import AS_WRITTEN, refuse_unreadable
from sim.statistics.arrays import FloatArray
from sim.statistics.intervals import mean_intervals

Verdict = Literal["inside", "near", "miss"]
VERDICTS: tuple[Verdict, ...] = ("inside", "near", "miss")
USES = ("calibrate", "check", "input")
"""calibrate: numbers may be tuned to it; check: none was moved for it; input: put in, verified."""
PLAYED_WITH_PEERS = "children_met_per_day"
"""Key of the row that another staffing, `peer_added`, is played for."""
PEERS_OF_ROW = "peer_added"
LONGEST_OF_A_YEAR, WEEKS_OF_A_YEAR = "wait_triage_to_physician_longest_h", 52


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A line of the face-validity table: what is published, and the range that is accepted.

    `published` is nan where no single value is published; `published_range` what is published instead, in words.
    `basis` says where the range comes from: `source`, `± 20 %` of the published value, `± N points`, `judgement`.
    `use` is one of `USES`; `trade` what it would cost to meet the row, empty where that is not known; `value` the
    measure and part that is simulated. Values and limits are in `unit`, shares as proportions.
    """

    row: str
    key: str
    measure: str
    published: float
    published_range: str
    accept_low: float
    accept_high: float
    unit: str
    basis: str
    source_ids: str
    use: str
    trade: str
    value: str = ""

    @property
    def half_width(self) -> float:
        """Half the width of the accepted range."""
        return (self.accept_high - self.accept_low) / 2.0


@dataclass(frozen=True, slots=True)
class ValidatedRow:
    """A published row and the simulated mean over `n` replications with its confidence interval, nan where undefined.

    With one replication the interval is infinite.
    """

    published: PublishedRow
    simulated: float
    low: float
    high: float
    n: int

    @property
    def verdict(self) -> Verdict | None:
        """The protocol's verdict; None where there is no interval to judge by."""
        if not (isfinite(self.low) and isfinite(self.high)):
            return None
        return verdict_of(self.low, self.high, self.published.accept_low, self.published.accept_high)

    @property
    def distance(self) -> float:
        """|simulated mean - published value| in half-widths of the accepted range, nan where either is missing."""
        return abs(self.simulated - self.published.published) / self.published.half_width


def verdict_of(low: float, high: float, accept_low: float, accept_high: float) -> Verdict:
    """`inside` if the whole interval lies in the accepted range, limits included; `near` if the two overlap."""
    if accept_low <= low and high <= accept_high:
        return "inside"
    return "near" if low <= accept_high and high >= accept_low else "miss"


@dataclass(frozen=True, slots=True)
class Validation:
    """Every row judged, of replications of `weeks` measured weeks; `confidence` that of the intervals."""

    rows: tuple[ValidatedRow, ...]
    weeks: int
    confidence: float

    @property
    def counts(self) -> dict[str, dict[Verdict, int]]:
        """How many rows of each use have each verdict; rows that cannot be judged are in none."""
        return {
            use: {
                verdict: sum(row.published.use == use and row.verdict == verdict for row in self.rows)
                for verdict in VERDICTS
            }
            for use in USES
        }

    @property
    def not_judged(self) -> tuple[ValidatedRow, ...]:
        """Rows without an interval."""
        return tuple(row for row in self.rows if row.verdict is None)

    @property
    def distances(self) -> list[float]:
        """Distances of the rows that have one."""
        return [row.distance for row in self.rows if not isnan(row.distance)]

    @property
    def median_distance(self) -> float:
        """Median of the distances, nan if there is none."""
        return median(self.distances) if self.distances else nan

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known to read the verdicts of this run."""
        notes = []
        if self.weeks < WEEKS_OF_A_YEAR:
            row = next(row.published.row for row in self.rows if row.published.key == LONGEST_OF_A_YEAR)
            notes.append(
                f"Row {row} is the longest wait of {length_text(self.weeks)}; that of a year is as long or longer."
            )
        if self.not_judged:
            named = ", ".join(row.published.row for row in self.not_judged)
            notes.append(f"Not judged: {named}. There is no value, or only one replication and so no interval.")
        return tuple(notes)


_NUMBERS = ("published", "accept_low", "accept_high")
"""Columns of the table that hold numbers."""


def published_rows() -> tuple[PublishedRow, ...]:
    """The face-validity table."""
    text = resources.files("sim.data").joinpath("face_validity.csv").read_text(encoding="utf-8")
    rows = []
    for line in csv.DictReader(text.splitlines()):
        columns: dict[str, Any] = {field.name: line[field.name] for field in fields(PublishedRow)}
        rows.append(PublishedRow(**columns | {name: float(line[name] or nan) for name in _NUMBERS}))
    return tuple(rows)


def validation_of(design: Design, runs: Runs, weeks: int) -> Validation:
    """Every published row judged by its mean over replications of `weeks` measured weeks.

    The first scenario of the design is judged; one row is that of the last, the same department with the staffing
    `peer_added` where a shipped one is judged, and has no value if that has no peers. Rows of what the department has
    not, as admission without a step that admits, have none either.
    """
    there = measures_that_apply(design.scenarios.values())
    measures, values = there.among(*runs.values(list(design.labels), design.replications))
    has_peers = peer_hours(list(design.scenarios.values())[-1]) > 0.0
    rows = []
    for row in published_rows():
        of_peers = row.key == PLAYED_WITH_PEERS
        is_there = row.value in measures and (has_peers or not of_peers)
        found = values[-1 if of_peers else 0, measures.index(row.value)] if is_there else np.empty(0)
        rows.append(_judged(row, found / unit_of_row(row), design.confidence))
    return Validation(tuple(rows), weeks, design.confidence)


def validation_of_comparison(comparison: Comparison) -> Validation:
    """Every published row judged by what a comparison found of its baseline at the central level of demand, and of
    `peer_added` where that is compared: no row costs a run."""
    rows = []
    for row in published_rows():
        staffing = PEERS_OF_ROW if row.key == PLAYED_WITH_PEERS else comparison.baseline
        found = comparison.estimate(staffing, row.value)
        numbers = (nan, nan, nan) if found is None else (found.mean, found.low, found.high)
        mean, low, high = (number / unit_of_row(row) for number in numbers)
        rows.append(ValidatedRow(row, mean, low, high, 0 if found is None else found.n))
    return Validation(tuple(rows), comparison.weeks, comparison.confidence)


def stored_validation(file: Path, weeks: int, confidence: float) -> Validation:
    """A validation read back from its `validation.csv`. Raises ScenarioError where there is no number for a row."""
    with refuse_unreadable(file):
        lines = list(csv.DictReader(read_bytes(file, MIB).decode().splitlines()))
    there = {line.get("key"): line for line in lines}
    rows = []
    for row in published_rows():
        line = there.get(row.key, {})
        try:
            mean, low, high = (float(line[name] or nan) for name in ("simulated", "low", "high"))
            rows.append(ValidatedRow(row, mean, low, high, int(line["n"])))
        except (KeyError, TypeError, ValueError):
            place = f"{file}, row {row.row}"
            raise ScenarioError([Problem(place, "not there or no numbers", AS_WRITTEN)]) from None
    return Validation(tuple(rows), weeks, confidence)


def unit_of_row(row: PublishedRow) -> float:
    """What a value of the row's measure is divided by: rows in hours may be of measures in minutes."""
    in_minutes = MEASURE_BY_KEY[row.value.partition(".")[0]].unit == "min"
    return MINUTES_PER_HOUR if in_minutes and row.unit == "h" else 1.0


def _judged(row: PublishedRow, values: FloatArray, confidence: float) -> ValidatedRow:
    """One published row with the simulated mean and its interval."""
    found = {name: column.item() for name, column in mean_intervals(values[np.newaxis], confidence).items()}
    return ValidatedRow(row, found["mean"], found["low"], found["high"], found["n"])
